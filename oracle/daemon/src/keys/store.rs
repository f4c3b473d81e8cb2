//! A folder of keys.

use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::passphrase::check_private;
use super::{KeyError, encrypted};
use crate::chain::Wallet;

/// Most keys of one folder.
pub const KEYS_MAX: usize = 256;
const NAME_MAX: usize = 64;
const FILE_BYTES_MAX: u64 = 64 << 10;

/// What may be seen of a key without its passphrase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyInfo {
    /// Its name.
    pub name: String,
    /// Index i of the path m/44'/118'/0'/0/i.
    pub index: u32,
    /// Bech32 address.
    pub address: String,
    /// Compressed public key, 66 hex digits.
    pub pubkey: String,
}

/// A folder of keys.
#[derive(Debug, Clone)]
pub struct KeyStore {
    dir: PathBuf,
}

impl KeyStore {
    /// The folder; made with mode 0700 when the first key is added.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Encrypts `mnemonic` under a name. Nothing is overwritten.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn add(
        &self,
        name: &str,
        mnemonic: &SecretString,
        index: u32,
        prefix: &str,
        passphrase: &SecretString,
    ) -> Result<KeyInfo, KeyError> {
        let (secret_path, info_path) = self.paths(name)?;
        let wallet = Wallet::from_mnemonic(mnemonic, index, prefix)?;
        if secret_path.exists() || info_path.exists() {
            return Err(KeyError::Exists { name: name.to_owned(), dir: self.dir.clone() });
        }
        let mut builder = std::fs::DirBuilder::new();
        builder
            .recursive(true)
            .mode(0o700)
            .create(&self.dir)
            .map_err(|error| KeyError::io(&self.dir, error))?;
        let sealed = encrypted::encrypt(mnemonic, passphrase, &secret_path)?;
        write_new(&secret_path, &sealed)?;
        let (address, pubkey) = (wallet.address().to_owned(), hex::encode(wallet.pubkey()));
        let info = KeyInfo { name: name.to_owned(), index, address, pubkey };
        let damaged = |error: serde_json::Error| KeyError::Damaged {
            path: info_path.clone(),
            reason: error.to_string(),
        };
        write_new(&info_path, &serde_json::to_vec_pretty(&info).map_err(damaged)?)?;
        let folder = std::fs::File::open(&self.dir).and_then(|dir| dir.sync_all());
        folder.map_err(|error| KeyError::io(&self.dir, error))?;
        Ok(info)
    }

    /// All keys by name.
    ///
    /// # Errors
    /// [`KeyError`] if the folder or one of its files cannot be read.
    pub fn list(&self) -> Result<Vec<KeyInfo>, KeyError> {
        let entries = match std::fs::read_dir(&self.dir) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
            entries => entries.map_err(|error| KeyError::io(&self.dir, error))?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| KeyError::io(&self.dir, error))?.path();
            if path.extension().is_some_and(|extension| extension == "age") {
                names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
            }
            if names.len() > KEYS_MAX {
                return Err(KeyError::TooMany { dir: self.dir.clone() });
            }
        }
        names.sort();
        names.iter().map(|name| self.info(name)).collect()
    }

    /// What may be seen of a key.
    ///
    /// # Errors
    /// [`KeyError::Missing`], or another.
    pub fn info(&self, name: &str) -> Result<KeyInfo, KeyError> {
        let (secret_path, info_path) = self.paths(name)?;
        if !secret_path.exists() {
            return Err(KeyError::Missing { name: name.to_owned(), dir: self.dir.clone() });
        }
        let bytes = read_bounded(&info_path)?;
        serde_json::from_slice(&bytes)
            .map_err(|error| KeyError::Damaged { path: info_path, reason: error.to_string() })
    }

    /// Decrypts a key. Its public half has to be what the file beside it says.
    ///
    /// # Errors
    /// [`KeyError::WrongPassphrase`], [`KeyError::Permissions`], or another.
    pub fn unlock(&self, name: &str, prefix: &str, passphrase: &SecretString) -> Result<Wallet, KeyError> {
        let info = self.info(name)?;
        let mnemonic = self.export(name, passphrase)?;
        let wallet = Wallet::from_mnemonic(&mnemonic, info.index, prefix)?;
        let pubkey = hex::encode(wallet.pubkey());
        if pubkey != info.pubkey {
            let reason = format!("it says public key {}, the words give {pubkey}", info.pubkey);
            return Err(KeyError::Damaged { path: self.paths(name)?.1, reason });
        }
        Ok(wallet)
    }

    /// The words of a key.
    ///
    /// # Errors
    /// As [`KeyStore::unlock`].
    pub fn export(&self, name: &str, passphrase: &SecretString) -> Result<SecretString, KeyError> {
        let (path, _) = self.paths(name)?;
        if !path.exists() {
            return Err(KeyError::Missing { name: name.to_owned(), dir: self.dir.clone() });
        }
        check_private(&path)?;
        encrypted::decrypt(&read_bounded(&path)?, passphrase, &path)
    }

    fn paths(&self, name: &str) -> Result<(PathBuf, PathBuf), KeyError> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if name.is_empty() || name.len() > NAME_MAX || !name.chars().all(allowed) {
            return Err(KeyError::Name(name.to_owned()));
        }
        Ok((self.dir.join(format!("{name}.age")), self.dir.join(format!("{name}.json"))))
    }
}

fn read_bounded(path: &Path) -> Result<Vec<u8>, KeyError> {
    let metadata = std::fs::metadata(path).map_err(|error| KeyError::io(path, error))?;
    if metadata.len() > FILE_BYTES_MAX {
        let reason = format!("{} bytes long; a key file has a few hundred", metadata.len());
        return Err(KeyError::Damaged { path: path.to_owned(), reason });
    }
    std::fs::read(path).map_err(|error| KeyError::io(path, error))
}

/// Creates a file with mode 0600, which must not exist, and makes it durable.
pub(crate) fn write_new(path: &Path, content: &[u8]) -> Result<(), KeyError> {
    let write = || {
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(content)?;
        file.sync_all()
    };
    write().map_err(|error| KeyError::io(path, error))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use secrecy::ExposeSecret;

    use super::*;
    use crate::chain::new_mnemonic;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    #[test]
    fn a_key_comes_back_and_is_private() {
        let dir = tempfile::tempdir().unwrap();
        let store = KeyStore::new(dir.path().join("keys"));
        assert_eq!(store.list().unwrap(), []);
        let words = new_mnemonic().unwrap();
        let info = store.add("signer", &words, 3, "wasm", &secret("pw")).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(store.dir()), mode(&store.dir().join("signer.age"))), (0o700, 0o600));
        let wallet = store.unlock("signer", "wasm", &secret("pw")).unwrap();
        assert_eq!(
            (wallet.address(), hex::encode(wallet.pubkey())),
            (info.address.as_str(), info.pubkey.clone())
        );
        assert_eq!(store.list().unwrap(), [info]);
        assert_eq!(store.export("signer", &secret("pw")).unwrap().expose_secret(), words.expose_secret());
        let file = std::fs::read(store.dir().join("signer.age")).unwrap();
        let first_word = words.expose_secret().split(' ').next().unwrap().to_owned();
        assert!(!String::from_utf8_lossy(&file).contains(&first_word));
    }

    #[test]
    fn refusals_name_the_key() {
        let dir = tempfile::tempdir().unwrap();
        let store = KeyStore::new(dir.path());
        let words = new_mnemonic().unwrap();
        store.add("a", &words, 0, "wasm", &secret("pw")).unwrap();
        let error = |result: Result<Wallet, KeyError>| result.unwrap_err().to_string();
        assert!(
            store
                .add("a", &words, 0, "wasm", &secret("pw"))
                .unwrap_err()
                .to_string()
                .contains("exists already")
        );
        assert!(matches!(store.add("../a", &words, 0, "wasm", &secret("pw")), Err(KeyError::Name(_))));
        assert!(error(store.unlock("b", "wasm", &secret("pw"))).contains("keys add b"));
        assert!(error(store.unlock("a", "wasm", &secret("no"))).ends_with("a.age: wrong passphrase"));
        let path = dir.path().join("a.age");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(error(store.unlock("a", "wasm", &secret("pw"))).contains("mode 0640"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let info_path = dir.path().join("a.json");
        let other = std::fs::read_to_string(&info_path).unwrap().replace("\"index\": 0", "\"index\": 1");
        std::fs::write(&info_path, other).unwrap();
        assert!(error(store.unlock("a", "wasm", &secret("pw"))).contains("the words give"));
    }
}
