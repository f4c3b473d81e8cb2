//! The seeds of the fuzz target `messages` are messages: one that does not parse would teach the fuzzer nothing.

use std::path::Path;

use attention_protocol::msg::{ExecuteMsg, InstantiateMsg, QueryMsg};
use cosmwasm_std::from_json;

#[test]
fn every_seed_of_the_messages_target_is_one() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/messages");
    let mut count = 0;
    for entry in std::fs::read_dir(&seeds).unwrap() {
        let path = entry.unwrap().path();
        let json = std::fs::read(&path).unwrap();
        let errors = [
            from_json::<ExecuteMsg>(&json).err().map(|error| error.to_string()),
            from_json::<QueryMsg>(&json).err().map(|error| error.to_string()),
            from_json::<InstantiateMsg>(&json).err().map(|error| error.to_string()),
        ];
        assert!(
            errors.iter().any(Option::is_none),
            "{}: change scripts/lib/fuzz_seeds.py, then run scripts/fuzz --seeds: {errors:?}",
            path.display()
        );
        count += 1;
    }
    assert!(count >= 10, "{count} seeds");
}
