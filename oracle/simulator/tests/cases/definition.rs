//! The same world everywhere: people and assets as another program computes them, the whole by its hash.

use attention_simulator::{SimulationParams, truth_header, truth_line};
use sha2::{Digest, Sha256};

use super::{assets_file, file, run};

/// Computed by another program (Python) from the definitions of the streams and of a person.
const PEOPLE: [&str; 6] = [
    "user-000000,person,,45-54,female,north,0,,315788,,1,1,4,8,32,1,64,4,1,1,4,8,32,1,64,4\n",
    "user-000002,person,,35-44,female,north,8,,171935,22,4,8,2,2,64,8,2,64,4,64,2,1,32,2,2,2\n",
    "user-000003,person,,18-24,female,west,0,20,264242,,16,16,8,2,64,64,32,8,16,16,8,2,64,64,32,8\n",
    "user-000006,person,,55+,female,north,7,17,327670,10,32,64,2,1,64,4,32,64,32,1,64,64,4,64,2,64\n",
    "user-000008,person,,25-34,male,west,6,15,362963,,16,4,2,16,64,32,4,2,16,4,2,16,64,32,4,2\n",
    "user-000011,person,,45-54,male,south,0,,176955,16,64,64,2,1,32,32,16,2,64,16,32,64,2,1,64,64\n",
];
const ASSETS: [&str; 3] = [
    "0,Avatar,,,2,Style Pixel / Rarity Common",
    "2,Vehicle,,,2,Style Ocean / Rarity Rare",
    "5,Avatar,,,2,Style Neon / Rarity Common",
];

#[test]
fn people_and_assets_are_as_defined() {
    let (world, _) = run(&SimulationParams::new(100, 30, 1));
    for line in PEOPLE {
        let number: usize = line[5..11].parse().unwrap();
        assert_eq!(truth_line(&world.people()[number]), line);
    }
    let assets = assets_file(&world);
    for line in ASSETS {
        assert!(assets.lines().any(|own| own == line), "{line}");
    }
    assert_eq!(truth_header().split(',').count(), truth_line(&world.people()[0]).split(',').count());
}

/// Both hashes are also what another program computes (Python, the whole world from its definitions).
#[test]
fn a_seed_is_a_world() {
    let hash = |seed, dirty_ppm| {
        let params = SimulationParams { dirty_ppm, ..SimulationParams::new(100, 30, seed) };
        let (_, events) = run(&params);
        hex::encode(Sha256::digest(file(&params, &events).0))
    };
    assert_eq!(hash(1, 0), "c91ed9a4d4eac55cf373e02fda497d57921b3dcf48ab1b5e8cb6639db945e2fb");
    assert_eq!(hash(1, 100_000), "4979e454ba6f0af0cf89d5fb3717aaa75ff9937700bf7e3630f321626e335c85");
    assert_ne!(hash(2, 0), hash(1, 0));
}

#[test]
fn events_are_numbered_in_order_of_receipt() {
    let params = SimulationParams::new(200, 30, 5);
    let (world, events) = run(&params);
    assert!(events.windows(2).all(|pair| pair[0].receive_time_s <= pair[1].receive_time_s));
    assert!((1..).zip(&events).all(|(number, event)| event.event_id.as_str() == format!("{number:010}")));
    assert_eq!(world.counts().values().sum::<u64>(), events.len() as u64);
    assert_eq!(world.counts().len(), 8, "every kind occurs");
    let end_s = params.start_s + 30 * 86_400;
    assert!(events.iter().all(|event| (params.start_s..end_s).contains(&event.receive_time_s)));
}
