//! A folder with a configuration, and the binary run in it.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use attention_core::links::encode_address;
use attention_oracle::chain::{Wallet, new_mnemonic};
use attention_protocol::AccountId;
use serde_json::{Value, json};
use tempfile::TempDir;

/// What a run came to.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// The JSON document on standard output, after success.
    pub fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    /// Asserts the exit code and the exact last line on standard error.
    #[track_caller]
    pub fn fails(&self, code: i32, message: &str) {
        let last = self.err.lines().last().unwrap_or_default();
        assert_eq!((self.code, last), (code, format!("error: {message}").as_str()), "{self:?}");
    }

    /// Asserts success.
    #[track_caller]
    pub fn succeeds(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }
}

/// Runs the binary in `folder`, without any setting of the surroundings.
pub fn run_in(folder: &Path, arguments: &[&str], variables: &[(&str, &str)], input: &str) -> Ran {
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_attention-oracle"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ATTENTION") || name == "RUST_LOG" {
            command.env_remove(name);
        }
    }
    let output = command
        .current_dir(folder)
        .args(arguments)
        .envs(variables.iter().copied())
        .write_stdin(input)
        .timeout(std::time::Duration::from_secs(300))
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// A folder of its own with `attention.toml`, made by `init`.
pub struct Home {
    dir: TempDir,
}

impl Home {
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// With further arguments to `init`.
    pub fn with(arguments: &[&str]) -> Self {
        let home = Self { dir: tempfile::tempdir().unwrap() };
        home.run(&[&["init"], arguments].concat()).succeeds();
        home
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// As text, for messages that name the path as the configuration gives it.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        run_in(self.dir.path(), arguments, &[], "")
    }

    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        run_in(self.dir.path(), arguments, variables, "")
    }

    /// Writes a file with mode 0600.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        self.write_mode(name, content, 0o600);
    }

    pub fn write_mode(&self, name: &str, content: impl AsRef<[u8]>, mode: u32) {
        std::fs::write(self.path(name), content).unwrap();
        std::fs::set_permissions(self.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    pub fn mode(&self, name: &str) -> u32 {
        std::fs::metadata(self.path(name)).unwrap().permissions().mode() & 0o7777
    }

    /// Every file below a folder and its content.
    pub fn snapshot(&self, name: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        let mut folders = vec![self.path(name)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push((path.clone(), std::fs::read(path).unwrap()));
                }
            }
        }
        files.sort();
        files
    }

    /// Replaces text of the configuration, which has to be there.
    pub fn edit(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path("attention.toml")).unwrap();
        assert!(text.contains(from), "{from:?} is not in the configuration");
        self.write("attention.toml", text.replace(from, to));
    }
}

/// The bech32 address of an account of equal bytes.
pub fn address(byte: u8, length: usize) -> String {
    encode_address(&AccountId::try_from(vec![byte; length].as_slice()).unwrap(), "wasm").unwrap()
}

/// Limits as a contract tells them.
pub fn limits() -> Value {
    json!({
        "denoms": [], "settle_grace_s": 604_800, "claim_period_s": 604_800, "pause_max_s": 86_400,
        "operator_fee_ppm": 0, "price_change_max_ppm": 500_000,
    })
}

/// Bonds and periods as a contract tells them; reports need no anchor.
pub fn security() -> Value {
    json!({
        "bond_denom": "ubond", "operator_bond_min": "0", "slash_ppm": 100_000, "slash_recipient": null,
        "unbonding_s": 259_200, "demand_bond": "1", "challenge_bond": "1", "arbiter": null,
        "arbiter_period_s": 3_600, "timelock_s": 86_400, "anchor_grace_s": null,
    })
}

/// A home whose contract, keys and operators are set, with operator 0's own keys; its node is at `rpc`.
pub fn operator_home(rpc: &str) -> Home {
    let home = Home::new();
    home.write("pass", "correct horse\n");
    home.run(&["keys", "add", "signer", "--passphrase-file", "pass"]).succeeds();
    home.run(&["keys", "add", "transmitter", "--passphrase-file", "pass"]).succeeds();
    let own = home.run(&["keys", "show", "signer", "--json"]).json()["pubkey"].as_str().unwrap().to_owned();
    let words = new_mnemonic().unwrap();
    let others = (0..3).map(|i| Wallet::from_mnemonic(&words, i, "wasm").unwrap().pubkey().to_vec());
    let base64 = |bytes: Vec<u8>| json!(cosmwasm_std::Binary::from(bytes));
    let operators: Vec<Value> = std::iter::once(hex::decode(own).unwrap())
        .chain(others)
        .enumerate()
        .map(|(index, key)| {
            let admin = address(100 + index as u8, 20);
            json!({"name": format!("operator {index}"), "pubkey": base64(key), "admin": admin})
        })
        .collect();
    let message = json!({
        "owner": null, "guardian": null, "operators": operators, "faulty_max": 1,
        "clock": {
            "genesis_s": 1_900_000_000u64, "epoch_length_s": 86_400, "report_period_s": 21_600,
            "dispute_window_s": 21_600, "open_period_s": 3_600, "min_blocks": 6,
        },
        "spec_hash": base64(vec![0; 32]),
        "limits": limits(), "security": security(),
    });
    home.write("instantiate.json", message.to_string());
    let arguments = ["--contract", &address(7, 32), "--instantiate-msg", "instantiate.json", "--rpc", rpc];
    home.run(&[&["init", "--force"], arguments.as_slice()].concat()).succeeds();
    home
}
