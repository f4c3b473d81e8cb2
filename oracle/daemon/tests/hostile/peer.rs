//! Peers that lie, stall or babble.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use attention_oracle::chain::{HttpLimits, Wallet, new_mnemonic};
use attention_oracle::config::PeersConfig;
use attention_oracle::peers::{PeerClient, SignatureAnswer, WireError, check_answer};
use attention_protocol::hash::sha256;
use attention_protocol::{OperatorSet, ReportBody};
use cosmwasm_std::Binary;
use serde_json::{Value, json};

use super::server::{Reply, Server};

const TIMEOUT: Duration = Duration::from_millis(600);
const FILE_MAX: usize = 1 << 20;

fn client(peers: &[&Server]) -> PeerClient {
    let limits = HttpLimits { timeout: TIMEOUT, body_bytes_max: FILE_MAX };
    let urls = peers.iter().map(|peer| peer.url.clone()).collect();
    PeerClient::new(&PeersConfig { urls, limits, leaves_timeout: TIMEOUT }).unwrap()
}

fn wallets() -> Vec<Wallet> {
    let words = new_mnemonic().unwrap();
    (0..4).map(|index| Wallet::from_mnemonic(&words, index, "wasm").unwrap()).collect()
}

fn operators(wallets: &[Wallet]) -> OperatorSet {
    let keys: Vec<Binary> = wallets.iter().map(|wallet| Binary::from(wallet.pubkey())).collect();
    OperatorSet::new(&keys, 1).unwrap()
}

fn body(epoch: u64, input_root: u8) -> ReportBody {
    ReportBody {
        config_digest: [1; 32],
        prev_digest: [2; 32],
        epoch,
        revision: 0,
        campaigns_root: [5; 32],
        campaign_count: 6,
        assets_root: [7; 32],
        asset_count: 8,
        input_root: [input_root; 32],
        model_hash: [10; 32],
        leaves_hash: [11; 32],
    }
}

fn signed(wallet: &Wallet, index: u8, body: &ReportBody) -> SignatureAnswer {
    SignatureAnswer::new(index, body, &wallet.sign_digest(&body.digest()).unwrap())
}

fn says(answer: impl serde::Serialize) -> Server {
    let text = serde_json::to_string(&answer).unwrap();
    Server::start(move |_, _| Reply::ok(text.clone()))
}

fn replies(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Server {
    Server::start(move |_, _| reply())
}

/// What a peer's answer to epoch 4 revision 0 comes to.
async fn checked(operators: &OperatorSet, peer: &Server) -> Result<u8, WireError> {
    let answers = client(&[peer]).signatures(4, 0).await;
    let [Ok(answer)] = answers.as_slice() else { panic!("{answers:?}") };
    check_answer(operators, 4, 0, answer).map(|checked| checked.index)
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_signature_of_the_right_key_over_the_right_report_counts() {
    let wallets = wallets();
    let operators = operators(&wallets);
    let ours = body(4, 9);
    assert_eq!(checked(&operators, &says(signed(&wallets[2], 2, &ours))).await, Ok(2));
    let wrong_key = says(signed(&wallets[3], 2, &ours));
    assert_eq!(checked(&operators, &wrong_key).await, Err(WireError::Signature { index: 2 }));
    let stranger = Wallet::from_mnemonic(&new_mnemonic().unwrap(), 0, "wasm").unwrap();
    assert_eq!(
        checked(&operators, &says(signed(&stranger, 4, &ours))).await,
        Err(WireError::UnknownOperator { index: 4 })
    );
    // The body of one report, the digest and signature of another.
    let mut mixed = signed(&wallets[2], 2, &body(4, 8));
    mixed.body = hex::encode(ours.pack());
    assert_eq!(checked(&operators, &says(&mixed)).await, Err(WireError::Digest));
    mixed.digest = hex::encode(ours.digest());
    assert_eq!(checked(&operators, &says(&mixed)).await, Err(WireError::Signature { index: 2 }));
    let other = checked(&operators, &says(signed(&wallets[2], 2, &body(5, 9)))).await.unwrap_err();
    let text = "the answer is about epoch 5 revision 0, asked was epoch 4 revision 0";
    assert_eq!(other.to_string(), text);
    // A true signature over another report is taken for what it is: evidence, with its own digest.
    let diverged = check_answer(&operators, 4, 0, &signed(&wallets[2], 2, &body(4, 8))).unwrap();
    assert_ne!(diverged.digest, ours.digest());
    let mut zeros = signed(&wallets[2], 2, &ours);
    zeros.signature = "00".repeat(64);
    assert_eq!(checked(&operators, &says(&zeros)).await, Err(WireError::Signature { index: 2 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_none_are_named() {
    let refused = |peer: Server| async move {
        let start = Instant::now();
        let answers = client(&[&peer]).signatures(4, 0).await;
        let [Err(error)] = answers.as_slice() else { panic!("{answers:?}") };
        assert!(start.elapsed() < 2 * TIMEOUT, "{:?}", start.elapsed());
        error.to_string().replace(&peer.name(), "PEER")
    };
    let large = "peer PEER: its answer is larger than 16384 bytes";
    assert_eq!(refused(replies(|| Reply::ok(" ".repeat(16_385)))).await, large);
    assert_eq!(refused(replies(|| Reply::Endless)).await, large);
    assert_eq!(refused(replies(|| Reply::Drip)).await, "peer PEER: no answer in time");
    assert_eq!(refused(replies(|| Reply::Silence)).await, "peer PEER: no answer in time");
    let failing = replies(|| Reply::Http("500 Internal Server Error", String::new()));
    assert_eq!(refused(failing).await, "peer PEER: HTTP 500 Internal Server Error");
    let moved =
        replies(|| Reply::Raw(b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\n\r\n".to_vec()));
    assert_eq!(refused(moved).await, "peer PEER: HTTP 302 Found");
    assert!(refused(replies(|| Reply::ok("{"))).await.starts_with("peer PEER: EOF while parsing"));
    assert!(refused(replies(|| Reply::ok("[".repeat(10_000)))).await.contains("peer PEER: "));
    let mut more: Value = serde_json::to_value(signed(&wallets()[0], 0, &body(4, 9))).unwrap();
    more["more"] = json!(1);
    assert!(refused(says(more)).await.contains("unknown field `more`"));
    let long = refused(says(json!({"x".repeat(16_000): 1}))).await;
    assert!(long.len() < 2_100, "{}", long.len());
    let half = replies(|| Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{".to_vec()));
    assert!(refused(half).await.starts_with("peer PEER: "));
    assert!(
        client(&[&replies(|| Reply::Http("404 Not Found", String::new()))]).signatures(4, 0).await.is_empty()
    );
}

/// Seven bad peers cost no more time than the slowest, and hide no good one.
#[tokio::test(flavor = "multi_thread")]
async fn one_good_peer_among_bad_ones_is_heard_in_time() {
    let wallets = wallets();
    let operators = operators(&wallets);
    let good = says(signed(&wallets[1], 1, &body(4, 9)));
    let bad = [
        replies(|| Reply::Silence),
        replies(|| Reply::Silence),
        replies(|| Reply::Drip),
        replies(|| Reply::Endless),
        replies(|| Reply::ok("nonsense")),
        says(signed(&wallets[2], 3, &body(4, 9))),
        says(signed(&wallets[1], 1, &body(4, 9))),
    ];
    let peers: Vec<&Server> = bad.iter().chain([&good]).collect();
    let start = Instant::now();
    let answers = client(&peers).signatures(4, 0).await;
    assert!(start.elapsed() < 2 * TIMEOUT, "{:?}", start.elapsed());
    let counted: Vec<u8> = answers
        .iter()
        .flatten()
        .filter_map(|answer| check_answer(&operators, 4, 0, answer).ok())
        .map(|checked| checked.index)
        .collect();
    assert_eq!(counted, [1, 1], "twice the same operator: the round counts it once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_counts_by_its_hash_alone() {
    let file = "the leaves";
    let hash = sha256(&[file.as_bytes()]);
    let honest = Server::start(move |line, _| {
        if line.contains(&hex::encode(hash)) {
            Reply::ok(file)
        } else {
            Reply::Http("404 Not Found", String::new())
        }
    });
    let wrong = replies(|| Reply::ok("other leaves"));
    let endless = replies(|| Reply::Endless);
    let silent = replies(|| Reply::Silence);
    let missing = replies(|| Reply::Http("404 Not Found", String::new()));
    let sent = endless.sent.clone();
    let start = Instant::now();
    let found = client(&[&wrong, &endless, &silent, &missing, &honest]).leaves(&hash).await;
    assert_eq!(found.as_deref(), Some(file.as_bytes()));
    assert!(start.elapsed() < 3 * TIMEOUT, "{:?}", start.elapsed());
    tokio::time::sleep(Duration::from_millis(100)).await;
    let sent = sent.load(Ordering::Relaxed);
    assert!(sent < 32 * FILE_MAX as u64, "{sent}");
    assert_eq!(client(&[&wrong, &endless, &missing]).leaves(&hash).await, None);
}
