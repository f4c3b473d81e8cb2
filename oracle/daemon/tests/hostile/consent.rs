//! Changes of consent from nodes that lose a page, repeat one, invent one or never end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use attention_oracle::chain::{ChainClient, ChainConfig};
use attention_oracle::config::RotationPolicy;
use attention_oracle::epoch::ChainReader;
use attention_protocol::AccountId;
use serde_json::{Value, json};

use super::contract::{CHAIN, contract, deployment};
use super::server::Server;
use super::world::{Home, address, operator_home};

/// 120 changes: change n is of account n mod 40, from epoch n / 30 on; every third one grants.
fn changes() -> Vec<Value> {
    (1..=120u64)
        .map(|n| {
            json!({
                "sequence": n, "account": address((n % 40) as u8, 20), "granted": n % 3 == 0, "from_epoch": n / 30,
            })
        })
        .collect()
}

/// The page after `start_after`, as an honest contract makes it.
fn page(changes: &[Value], query: &Value) -> Option<Value> {
    let query = query.get("consent_changes")?;
    let after = query["start_after"].as_u64().unwrap_or(0);
    let limit = query["limit"].as_u64().unwrap() as usize;
    let rest = changes.iter().filter(|change| change["sequence"].as_u64().unwrap() > after);
    Some(json!({"changes": rest.take(limit).collect::<Vec<_>>()}))
}

fn reader(home: &Home, node: &Server) -> ChainReader {
    let config = ChainConfig::new(vec![node.url.clone()], CHAIN, "0.025uattn".parse().unwrap());
    let client = Arc::new(ChainClient::new(config).unwrap());
    ChainReader::new(client, deployment(home), RotationPolicy::default())
}

fn account(byte: u8) -> AccountId {
    AccountId::try_from([byte; 20].as_slice()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_list_is_read_to_its_end_and_only_once() {
    let home = operator_home("http://127.0.0.1:1");
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = asked.clone();
    let node = contract(move |query| {
        log.lock().unwrap().push(query["consent_changes"]["start_after"].clone());
        page(&changes(), query)
    });
    let reader = reader(&home, &node);
    // Epoch 4: the last change is number 120 from epoch 4 on, and account 0's.
    let table = reader.consent(4).await.unwrap();
    assert_eq!(table.len(), 40);
    // Of account 5 the changes are 5, 45 and 85: 85 withdraws, 45 granted.
    assert!(table.is_withdrawn(&account(5)));
    assert!(!reader.consent(1).await.unwrap().is_withdrawn(&account(5)), "change 45 is in force in epoch 1");
    assert_eq!(reader.consent(4).await.unwrap(), table);
    let asked = asked.lock().unwrap().clone();
    let first = [json!(null), json!(50), json!(100), json!(120)];
    assert_eq!(asked[..4], first, "pages until an empty one");
    assert!(asked[4..].iter().all(|after| after.as_u64() >= Some(119)), "then from the newest on: {asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_lie_are_named_and_nothing_is_believed_of_them() {
    let home = operator_home("http://127.0.0.1:1");
    type Lie = fn(&Value) -> Option<Value>;
    let lies: [(Lie, &str); 8] = [
        // A page is lost.
        (
            |query| match query["consent_changes"]["start_after"].as_u64() {
                Some(50) => page(&changes()[100..], query),
                _ => page(&changes(), query),
            },
            "consent change 101 follows change 50: changes between them are missing, or come twice",
        ),
        // The first page again and again.
        (
            |_| page(&changes(), &json!({"consent_changes": {"limit": 50}})),
            "consent change 1 follows change 50: changes between them are missing, or come twice",
        ),
        // The list begins in the middle.
        (
            |query| page(&changes()[1..], query),
            "the first consent change has number 2, must be 1: changes before it are missing",
        ),
        (
            |query| {
                let mut swapped = changes();
                swapped.swap(10, 11);
                page(&swapped, query)
            },
            "consent change 12 follows change 10: changes between them are missing, or come twice",
        ),
        (
            |query| {
                let mut earlier = changes();
                earlier[60]["from_epoch"] = json!(0);
                page(&earlier, query)
            },
            "consent change 61 counts from epoch 0, the change before it from epoch 2: time runs backwards",
        ),
        (
            |query| {
                let mut foreign = changes();
                foreign[3]["account"] = json!("osmo1xyz");
                page(&foreign, query)
            },
            "change 4: its account is not bech32",
        ),
        (
            |query| {
                let mut twice = changes();
                twice[7]["sequence"] = json!(7);
                page(&twice, query)
            },
            "consent change 7 follows change 7: changes between them are missing, or come twice",
        ),
        (
            |query| {
                let mut last = changes();
                last[119]["sequence"] = json!(u64::MAX);
                page(&last, query)
            },
            "consent change 18446744073709551615 follows change 119",
        ),
    ];
    for (lie, expected) in lies {
        let node = contract(lie);
        let start = Instant::now();
        let refused = reader(&home, &node).consent(9).await.unwrap_err().to_string();
        assert!(refused.starts_with("the contract answers consent_changes: "), "{refused}");
        assert!(refused.contains(expected), "{refused}");
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    }
    let refusing = contract(|_| None);
    assert!(
        reader(&home, &refusing).consent(0).await.is_err(),
        "a node that does not know is no empty table"
    );
    let nonsense = contract(|_| Some(json!({"changes": [{"sequence": -1}]})));
    assert!(reader(&home, &nonsense).consent(0).await.is_err());
}

/// A list that grows for ever is read no further than the epoch needs.
#[tokio::test(flavor = "multi_thread")]
async fn an_endless_list_ends_where_the_epoch_does() {
    let home = operator_home("http://127.0.0.1:1");
    let node = contract(|query| {
        let after = query["consent_changes"]["start_after"].as_u64().unwrap_or(0);
        let change = |n: u64| json!({"sequence": n, "account": address(1, 20), "granted": false, "from_epoch": n / 50});
        Some(json!({"changes": (after + 1..=after + 50).map(change).collect::<Vec<_>>()}))
    });
    let reader = reader(&home, &node);
    assert_eq!(reader.consent(3).await.unwrap().len(), 1);
    assert!(node.asked.load(Ordering::Relaxed) < 12, "{:?}", node.asked);
}

/// One node told an invented change; when another tells the truth, everything is read anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_lie_is_not_kept() {
    let home = operator_home("http://127.0.0.1:1");
    let lying = Arc::new(AtomicBool::new(true));
    let lies = lying.clone();
    let node = contract(move |query| {
        let mut told = changes();
        if lies.load(Ordering::Relaxed) {
            told[119] =
                json!({"sequence": 120, "account": address(77, 20), "granted": false, "from_epoch": 4});
        }
        page(&told, query)
    });
    let reader = reader(&home, &node);
    assert!(reader.consent(4).await.unwrap().is_withdrawn(&account(77)));
    lying.store(false, Ordering::Relaxed);
    let refused = reader.consent(4).await.unwrap_err().to_string();
    assert!(
        refused.contains("change 120 is not the one that was told before: all are read anew"),
        "{refused}"
    );
    let table = reader.consent(4).await.unwrap();
    assert!(!table.is_withdrawn(&account(77)) && table.len() == 40);
}
