//! Keys of accounts: BIP-39 words, BIP-44 path `m/44'/118'/0'/0/i`, bech32 address.

use bip39::{Language, Mnemonic};
use k256::ecdsa::SigningKey;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

/// Address prefix of the chain this project is tested on.
pub const DEFAULT_PREFIX: &str = "wasm";
/// Words of a mnemonic made here: 256 bits of entropy.
const WORDS: usize = 24;

/// Why words or keys cannot be used. Never holds the words.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WalletError {
    /// Not a BIP-39 mnemonic.
    #[error("the mnemonic is not valid: {0}")]
    Mnemonic(String),
    /// The key cannot be derived (practically impossible), or the index is too large.
    #[error("no key at m/44'/118'/0'/0/{index}: {reason}")]
    Derivation {
        /// The index.
        index: u32,
        /// Why.
        reason: String,
    },
    /// 32 bytes that are no secret key.
    #[error("these 32 bytes are not a secp256k1 secret key")]
    SecretKey,
    /// A prefix that bech32 does not allow.
    #[error("address prefix {0:?} is not lower-case letters and digits")]
    Prefix(String),
}

/// A secp256k1 key and its account. `Debug` shows the address alone; the key is wiped when dropped.
#[derive(Clone)]
pub struct Wallet {
    key: SigningKey,
    address: String,
}

impl std::fmt::Debug for Wallet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Wallet").field(&self.address).finish()
    }
}

/// New words from the operating system's randomness.
///
/// # Errors
/// [`WalletError::Mnemonic`] if there is none.
pub fn new_mnemonic() -> Result<SecretString, WalletError> {
    let mnemonic = Mnemonic::generate_in(Language::English, WORDS)
        .map_err(|error| WalletError::Mnemonic(error.to_string()))?;
    Ok(SecretString::from(mnemonic.to_string()))
}

impl Wallet {
    /// The account `m/44'/118'/0'/0/index` of `mnemonic` (English, no passphrase), with addresses of `prefix`.
    ///
    /// # Errors
    /// [`WalletError`] if the words, the index or the prefix cannot be used.
    pub fn from_mnemonic(mnemonic: &SecretString, index: u32, prefix: &str) -> Result<Self, WalletError> {
        let words = Mnemonic::parse_in_normalized(Language::English, mnemonic.expose_secret().trim())
            .map_err(|error| WalletError::Mnemonic(error.to_string()))?;
        let seed = Zeroizing::new(words.to_seed_normalized(""));
        let derivation = |error: bip32::Error| WalletError::Derivation { index, reason: error.to_string() };
        let path: bip32::DerivationPath = format!("m/44'/118'/0'/0/{index}").parse().map_err(derivation)?;
        let key = bip32::XPrv::derive_from_path(seed.as_slice(), &path).map_err(derivation)?;
        Self::from_key(key.private_key().clone(), prefix)
    }

    /// The account of a secret key.
    ///
    /// # Errors
    /// [`WalletError::SecretKey`] or [`WalletError::Prefix`].
    pub fn from_secret(secret: &[u8; 32], prefix: &str) -> Result<Self, WalletError> {
        let key = SigningKey::from_slice(secret).map_err(|_| WalletError::SecretKey)?;
        Self::from_key(key, prefix)
    }

    fn from_key(key: SigningKey, prefix: &str) -> Result<Self, WalletError> {
        let address = cosmrs::crypto::PublicKey::from(*key.verifying_key())
            .account_id(prefix)
            .map_err(|_| WalletError::Prefix(prefix.to_owned()))?;
        Ok(Self { key, address: address.to_string() })
    }

    /// The bech32 address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The compressed public key, 33 bytes.
    pub fn pubkey(&self) -> [u8; 33] {
        // Invariant: a compressed secp256k1 point has 33 bytes.
        let mut out = [0; 33];
        let point = self.key.verifying_key().to_encoded_point(true);
        if point.as_bytes().len() == out.len() {
            out.copy_from_slice(point.as_bytes());
        }
        out
    }

    /// The secret key.
    pub fn secret(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.key.to_bytes().into())
    }

    /// ECDSA over a 32-byte digest (not hashed again), RFC 6979, low-S, `r ‖ s`: what operators put under a report.
    ///
    /// # Errors
    /// [`WalletError::SecretKey`] if the library refuses (it never does for 32 bytes).
    pub fn sign_digest(&self, digest: &[u8; 32]) -> Result<[u8; 64], WalletError> {
        use k256::ecdsa::signature::hazmat::PrehashSigner;
        let signature: k256::ecdsa::Signature =
            self.key.sign_prehash(digest).map_err(|_| WalletError::SecretKey)?;
        let signature = signature.normalize_s().unwrap_or(signature);
        Ok(signature.to_bytes().into())
    }

    pub(super) fn signer(&self) -> cosmrs::crypto::secp256k1::SigningKey {
        cosmrs::crypto::secp256k1::SigningKey::new(Box::new(self.key.clone()))
    }

    /// The first 8 hex digits of the public key's SHA-256, to tell keys apart in logs.
    pub fn fingerprint(&self) -> String {
        hex::encode(Sha256::digest(self.pubkey())).chars().take(8).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The standard test words of BIP-39, whose account 0 on Cosmos Hub is published in many places.
    const WORDS_12: &str =
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

    #[test]
    fn the_published_address_comes_out() {
        let words = SecretString::from(WORDS_12.to_owned());
        let wallet = Wallet::from_mnemonic(&words, 0, "cosmos").unwrap();
        assert_eq!(wallet.address(), "cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4");
        let other = Wallet::from_mnemonic(&words, 1, "cosmos").unwrap();
        assert_ne!(other.address(), wallet.address());
        let again = Wallet::from_secret(&wallet.secret(), "wasm").unwrap();
        assert!(again.address().starts_with("wasm1"));
        assert_eq!(again.pubkey(), wallet.pubkey());
    }

    #[test]
    fn signatures_are_low_s_deterministic_and_valid() {
        use k256::ecdsa::signature::hazmat::PrehashVerifier;
        let wallet = Wallet::from_mnemonic(&new_mnemonic().unwrap(), 0, "wasm").unwrap();
        for byte in 0..32u8 {
            let digest = [byte; 32];
            let signature = wallet.sign_digest(&digest).unwrap();
            assert_eq!(signature, wallet.sign_digest(&digest).unwrap());
            let parsed = k256::ecdsa::Signature::from_slice(&signature).unwrap();
            assert!(parsed.normalize_s().is_none(), "low S already");
            let key = k256::ecdsa::VerifyingKey::from_sec1_bytes(&wallet.pubkey()).unwrap();
            assert!(key.verify_prehash(&digest, &parsed).is_ok());
        }
    }

    #[test]
    fn bad_words_are_refused_without_repeating_them() {
        let words = SecretString::from("abandon abandon horse".to_owned());
        let error = Wallet::from_mnemonic(&words, 0, "wasm").unwrap_err().to_string();
        assert!(error.contains("not valid") && !error.contains("horse"), "{error}");
        let words = SecretString::from(WORDS_12.to_owned());
        assert!(matches!(
            Wallet::from_mnemonic(&words, u32::MAX, "wasm"),
            Err(WalletError::Derivation { .. })
        ));
        assert!(matches!(Wallet::from_mnemonic(&words, 0, "Wasm"), Err(WalletError::Prefix(_))));
        assert_eq!(Wallet::from_secret(&[0; 32], "wasm").unwrap_err(), WalletError::SecretKey);
    }

    #[test]
    fn debug_shows_no_secret() {
        let words = SecretString::from(WORDS_12.to_owned());
        let wallet = Wallet::from_mnemonic(&words, 0, "wasm").unwrap();
        assert_eq!(format!("{wallet:?}"), format!("Wallet({:?})", wallet.address()));
    }
}
