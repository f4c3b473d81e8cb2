//! The encrypted half of a key: age with a passphrase (scrypt), work factor fixed.

use std::path::Path;

use age::scrypt::{Identity, Recipient};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::KeyError;

/// scrypt's N is 2^16 (r = 8, p = 1: 64 MiB): about 0.2 s a try on a small server. Fixed, so that a file made on a fast
/// machine opens on a slow one in the same way.
pub const SCRYPT_LOG_N: u8 = 16;
/// A file that asks for more than 2^20 is refused: opening it could take a minute and a gigabyte.
pub const SCRYPT_LOG_N_MAX: u8 = 20;

pub(super) fn encrypt(
    secret: &SecretString,
    passphrase: &SecretString,
    path: &Path,
) -> Result<Vec<u8>, KeyError> {
    let mut recipient = Recipient::new(passphrase.clone());
    recipient.set_work_factor(SCRYPT_LOG_N);
    age::encrypt(&recipient, secret.expose_secret().as_bytes())
        .map_err(|error| KeyError::Damaged { path: path.to_owned(), reason: error.to_string() })
}

pub(super) fn decrypt(
    bytes: &[u8],
    passphrase: &SecretString,
    path: &Path,
) -> Result<SecretString, KeyError> {
    let damaged = |reason: String| KeyError::Damaged { path: path.to_owned(), reason };
    let mut identity = Identity::new(passphrase.clone());
    identity.set_max_work_factor(SCRYPT_LOG_N_MAX);
    let plain = age::decrypt(&identity, bytes).map(Zeroizing::new).map_err(|error| match error {
        age::DecryptError::DecryptionFailed | age::DecryptError::KeyDecryptionFailed => {
            KeyError::WrongPassphrase { path: path.to_owned() }
        }
        age::DecryptError::ExcessiveWork { required, .. } => damaged(format!(
            "scrypt work factor 2^{required} is above 2^{SCRYPT_LOG_N_MAX}: not a file of this program"
        )),
        error => damaged(format!("not a key file ({error})")),
    })?;
    let words =
        std::str::from_utf8(&plain).map_err(|_| damaged("the decrypted content is not text".to_owned()))?;
    Ok(SecretString::from(words.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_passphrase_opens_it_and_every_byte_counts() {
        let (secret, right) =
            (SecretString::from("some words".to_owned()), SecretString::from("right".to_owned()));
        let path = Path::new("k.age");
        let bytes = encrypt(&secret, &right, path).unwrap();
        assert_eq!(decrypt(&bytes, &right, path).unwrap().expose_secret(), "some words");
        let wrong = SecretString::from("wrong".to_owned());
        assert_eq!(decrypt(&bytes, &wrong, path).unwrap_err().to_string(), "k.age: wrong passphrase");
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut torn = bytes.clone();
            torn[at] ^= 1;
            assert!(decrypt(&torn, &right, path).is_err(), "byte {at}");
        }
        let error = decrypt(b"hello", &right, path).unwrap_err().to_string();
        assert!(error.starts_with("k.age: not a key file"), "{error}");
    }
}
