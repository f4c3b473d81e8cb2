//! Where the passphrase comes from: a file, never an argument.

use std::io::IsTerminal;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::KeyError;

/// Names the passphrase file when no option does.
pub const PASSPHRASE_FILE_ENV: &str = "ATTENTION_PASSPHRASE_FILE";
/// Longest passphrase, bytes.
pub const PASSPHRASE_BYTES_MAX: usize = 1_024;

/// Where to get the passphrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passphrase {
    /// From a file of which others can read nothing (systemd credentials are such files). A last line break is not part
    /// of it.
    File(PathBuf),
    /// From the terminal, without echo.
    Prompt,
}

impl Passphrase {
    /// The option if given, else the environment, else a prompt.
    pub fn source(option: Option<PathBuf>) -> Self {
        let file = option.or_else(|| std::env::var_os(PASSPHRASE_FILE_ENV).map(PathBuf::from));
        file.map_or(Self::Prompt, Self::File)
    }

    /// Reads it. `confirm` asks twice on a terminal.
    ///
    /// # Errors
    /// [`KeyError::Permissions`], [`KeyError::Io`], or [`KeyError::Passphrase`] if it is empty, too long, or there is no
    /// terminal to ask on.
    pub fn read(&self, confirm: bool) -> Result<SecretString, KeyError> {
        match self {
            Self::File(path) => checked(read_secret_file(path, PASSPHRASE_BYTES_MAX)?),
            Self::Prompt => prompt(confirm),
        }
    }
}

fn checked(text: SecretString) -> Result<SecretString, KeyError> {
    let passphrase = text.expose_secret().trim_end_matches(['\r', '\n']);
    if passphrase.is_empty() {
        return Err(KeyError::Passphrase("it is empty".to_owned()));
    }
    if passphrase.len() > PASSPHRASE_BYTES_MAX {
        return Err(KeyError::Passphrase(format!("it is longer than {PASSPHRASE_BYTES_MAX} bytes")));
    }
    Ok(SecretString::from(passphrase.to_owned()))
}

fn prompt(confirm: bool) -> Result<SecretString, KeyError> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        let advice = format!("no terminal to ask on: use --passphrase-file FILE or {PASSPHRASE_FILE_ENV}");
        return Err(KeyError::Passphrase(advice));
    }
    let ask = |text: &str| {
        let terminal = console::Term::stderr();
        terminal.write_str(text).and_then(|()| terminal.read_secure_line()).map(SecretString::from)
    };
    let unread = |error: std::io::Error| KeyError::Passphrase(error.to_string());
    let first = checked(ask("Passphrase: ").map_err(unread)?)?;
    if confirm && ask("Once more: ").map_err(unread)?.expose_secret() != first.expose_secret() {
        return Err(KeyError::Passphrase("the two differ".to_owned()));
    }
    Ok(first)
}

/// Reads a small text file that only its owner may read.
///
/// # Errors
/// [`KeyError::Permissions`], [`KeyError::Io`], or [`KeyError::Damaged`] for what is too long or no text.
pub(crate) fn read_secret_file(path: &Path, max: usize) -> Result<SecretString, KeyError> {
    check_private(path)?;
    let bytes = Zeroizing::new(std::fs::read(path).map_err(|error| KeyError::io(path, error))?);
    let damaged = |reason: String| KeyError::Damaged { path: path.to_owned(), reason };
    // Two bytes for a line break.
    if bytes.len() > max.checked_add(2).unwrap_or(max) {
        return Err(damaged(format!("longer than {max} bytes")));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| damaged("not UTF-8 text".to_owned()))?;
    Ok(SecretString::from(text.to_owned()))
}

/// Refuses a file that group or others may read or write.
pub(super) fn check_private(path: &Path) -> Result<(), KeyError> {
    let metadata = std::fs::metadata(path).map_err(|error| KeyError::io(path, error))?;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(KeyError::Permissions { path: path.to_owned(), mode });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(content: &[u8], mode: u32) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pass");
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        (dir, path)
    }

    #[test]
    fn a_private_file_gives_its_line() {
        let (_dir, path) = file(b"correct horse \r\n", 0o400);
        assert_eq!(Passphrase::File(path).read(false).unwrap().expose_secret(), "correct horse ");
    }

    #[test]
    fn everything_else_is_refused() {
        let read = |content: &[u8], mode| {
            let (_dir, path) = file(content, mode);
            Passphrase::File(path).read(false).unwrap_err().to_string()
        };
        assert!(read(b"x", 0o644).contains("mode 0644"));
        assert!(read(b"x", 0o640).contains("chmod 600"));
        assert_eq!(read(b"\n", 0o600), "passphrase: it is empty");
        assert!(read(&[b'x'; 2_000], 0o600).contains("longer than 1024 bytes"));
        assert!(read(&[0xff, 0xfe], 0o600).contains("not UTF-8"));
        let missing = Passphrase::File(PathBuf::from("/nonexistent/pass")).read(false).unwrap_err();
        assert!(missing.to_string().starts_with("/nonexistent/pass: "));
    }
}
