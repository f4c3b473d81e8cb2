//! `keys`.

use serde_json::json;

use super::world::Home;

const WORDS: &str =
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

fn home() -> Home {
    let home = Home::new();
    home.write("pass", "correct horse\n");
    home
}

fn with_pass(home: &Home, arguments: &[&str]) -> super::world::Ran {
    home.run(&[&["keys", "--passphrase-file", "pass"], arguments].concat())
}

#[test]
fn a_key_is_made_shown_listed_exported_and_imported() {
    let home = home();
    let made = with_pass(&home, &["add", "signer", "--json"]).json();
    assert_eq!(
        home.run(&["keys", "show", "signer", "--json"]).json(),
        made,
        "no passphrase is needed to look"
    );
    assert_eq!(home.run(&["keys", "list", "--json"]).json(), json!([made]));
    let (address, pubkey) = (made["address"].as_str().unwrap(), made["pubkey"].as_str().unwrap());
    assert!(address.starts_with("wasm1") && pubkey.len() == 66, "{made}");
    let shown = home.run(&["keys", "show", "signer"]).succeeds().out;
    assert_eq!(shown, format!("name     signer\naddress  {address}\npubkey   {pubkey}\n"));
    assert_eq!((home.mode("data/keys"), home.mode("data/keys/signer.age")), (0o700, 0o600));

    let exported = with_pass(&home, &["export", "signer", "--out", "words"]).succeeds();
    assert_eq!(exported.out, "", "the words go to the file alone");
    assert_eq!(exported.err, "the words of signer are in words: whoever reads them has the key\n");
    assert_eq!(home.mode("words"), 0o600);
    assert_eq!(std::fs::read_to_string(home.path("words")).unwrap().split_whitespace().count(), 24);
    let copy = with_pass(&home, &["import", "copy", "--mnemonic-file", "words", "--json"]).json();
    assert_eq!((&copy["address"], &copy["pubkey"]), (&made["address"], &made["pubkey"]));
}

/// Known words, so that anybody can compare with another wallet: path m/44'/118'/0'/0/i.
#[test]
fn known_words_give_the_known_key() {
    let home = home();
    home.write("words", format!("  {WORDS}\n"));
    let import = |name, index| {
        with_pass(&home, &["import", name, "--mnemonic-file", "words", "--index", index, "--json"]).json()
    };
    let (first, second) = (import("a", "0"), import("b", "1"));
    assert_eq!(first["pubkey"], "024f4e2ad99c34d60b9ba6283c9431a8418af8673212961f97a77b6377fcd05b62");
    assert_ne!(first["address"], second["address"]);
    let variables = [("ATTENTION__CHAIN__PREFIX", "cosmos")];
    let arguments =
        ["keys", "import", "d", "--mnemonic-file", "words", "--passphrase-file", "pass", "--json"];
    let cosmos = home.run_with(&arguments, &variables).json();
    assert_eq!(cosmos["address"], "cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4");
    let arguments = ["keys", "import", "c", "--passphrase-file", "pass", "--json"];
    let piped = super::world::run_in(&home.path(""), &arguments, &[], WORDS).json();
    assert_eq!(piped["address"], first["address"], "from standard input");
}

#[test]
fn names_are_checked_and_never_taken_twice() {
    let home = home();
    with_pass(&home, &["add", "signer"]).succeeds();
    let before = home.snapshot("data/keys");
    let taken = "key \"signer\" exists already in data/keys: choose another name, or move the old files away";
    with_pass(&home, &["add", "signer"]).fails(3, taken);
    home.write("words", WORDS);
    with_pass(&home, &["import", "signer", "--mnemonic-file", "words"]).fails(3, taken);
    assert_eq!(home.snapshot("data/keys"), before);
    with_pass(&home, &["add", "../signer"])
        .fails(3, "key name \"../signer\": use 1 to 64 lower-case letters, digits, '-' and '_'");
    home.run(&["keys", "show", "gone"])
        .fails(3, "there is no key \"gone\" in data/keys: make one with `attention-oracle keys add gone`");
}

#[test]
fn a_wrong_passphrase_opens_nothing() {
    let home = home();
    with_pass(&home, &["add", "signer"]).succeeds();
    home.write("wrong", "horse correct");
    let arguments = ["keys", "export", "signer", "--out", "words", "--passphrase-file", "wrong"];
    home.run(&arguments).fails(3, "data/keys/signer.age: wrong passphrase");
    assert!(!home.path("words").exists());
}

#[test]
fn secrets_that_others_can_read_are_refused() {
    let home = home();
    home.write_mode("pass", "correct horse", 0o644);
    with_pass(&home, &["add", "signer"])
        .fails(3, "pass has mode 0644: others could read it; run `chmod 600 pass`");
    home.write_mode("pass", "correct horse", 0o600);
    home.write_mode("words", WORDS, 0o640);
    with_pass(&home, &["import", "signer", "--mnemonic-file", "words"])
        .fails(3, "words has mode 0640: others could read it; run `chmod 600 words`");
    with_pass(&home, &["add", "signer"]).succeeds();
    let secret = std::fs::read(home.path("data/keys/signer.age")).unwrap();
    home.write_mode("data/keys/signer.age", secret, 0o604);
    with_pass(&home, &["export", "signer", "--out", "out"]).fails(
        3,
        "data/keys/signer.age has mode 0604: others could read it; run `chmod 600 data/keys/signer.age`",
    );
}

#[test]
fn an_export_never_overwrites() {
    let home = home();
    with_pass(&home, &["add", "signer"]).succeeds();
    home.write("words", "mine");
    with_pass(&home, &["export", "signer", "--out", "words"]).fails(3, "words: File exists (os error 17)");
    assert_eq!(std::fs::read(home.path("words")).unwrap(), b"mine");
}

#[test]
fn bad_words_and_passphrases_are_refused_without_being_repeated() {
    let home = home();
    home.write("words", "abandon abandon secretword");
    let ran = with_pass(&home, &["import", "a", "--mnemonic-file", "words"]);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("the mnemonic is not valid") && !ran.err.contains("secretword"), "{ran:?}");
    home.write("pass", "\n");
    with_pass(&home, &["add", "a"]).fails(3, "passphrase: it is empty");
    home.run(&["keys", "add", "a"]).fails(
        3,
        "passphrase: no terminal to ask on: use --passphrase-file FILE or ATTENTION_PASSPHRASE_FILE",
    );
    assert!(!home.path("data/keys/a.age").exists());
}
