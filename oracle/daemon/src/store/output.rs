//! Where a command's output goes: a file that is replaced whole, or a device or pipe that is written to.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use super::StoreError;
use super::files::{folder_of, replace};

/// What a path that is written to leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutputTarget {
    /// A regular file, or none yet, in a folder that is there; every link is followed.
    File(PathBuf),
    /// A device of characters or a pipe.
    Stream(PathBuf),
}

impl OutputTarget {
    /// Follows a path.
    ///
    /// # Errors
    /// [`StoreError::Output`] if it is a folder or something else that is no file, a link to nothing, or in a folder that is not
    /// there; [`StoreError::Io`] if it cannot be looked at.
    pub fn of(path: &Path) -> Result<Self, StoreError> {
        let refuse = |problem: String| Err(StoreError::Output { path: path.to_owned(), problem });
        let io = |error| StoreError::io(path, error);
        match std::fs::metadata(path) {
            Ok(found) if found.is_file() => Ok(Self::File(path.canonicalize().map_err(io)?)),
            Ok(found) if found.is_dir() => refuse("is a folder; name a file".into()),
            Ok(found) if found.file_type().is_char_device() || found.file_type().is_fifo() => {
                Ok(Self::Stream(path.to_owned()))
            }
            Ok(_) => refuse("is no file that can be replaced; name another".into()),
            Err(_) if path.is_symlink() => refuse("is a link to nothing; name a file".into()),
            Err(_) => {
                let folder = folder_of(path);
                let Some(name) = path.file_name() else {
                    return refuse("is no name of a file".into());
                };
                match std::fs::metadata(folder) {
                    Ok(found) if found.is_dir() => {
                        Ok(Self::File(folder.canonicalize().map_err(io)?.join(name)))
                    }
                    Ok(_) => refuse(format!("{} is no folder", folder.display())),
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                        refuse(format!("there is no folder {}; make it first", folder.display()))
                    }
                    Err(error) => refuse(format!("{}: {error}", folder.display())),
                }
            }
        }
    }

    /// The file, for who can write nothing else.
    ///
    /// # Errors
    /// [`StoreError::Output`] for a device or a pipe.
    pub fn file(self) -> Result<PathBuf, StoreError> {
        match self {
            Self::File(path) => Ok(path),
            Self::Stream(path) => {
                let problem =
                    "is a device or a pipe, and a Parquet file is written as a whole; name a file".into();
                Err(StoreError::Output { path, problem })
            }
        }
    }
}

/// Writes what a command was asked for. A file is replaced whole (a crash leaves the old content or the new one); it keeps its mode, and
/// a new one has what the umask leaves of 0666. Links are followed, devices and pipes are written to, no folder is made.
///
/// # Errors
/// As [`OutputTarget::of`]; [`StoreError::Io`].
pub fn write_atomic(path: &Path, content: &[u8]) -> Result<(), StoreError> {
    let io = |error| StoreError::io(path, error);
    match OutputTarget::of(path)? {
        OutputTarget::Stream(path) => {
            let mut stream = OpenOptions::new().write(true).open(&path).map_err(io)?;
            stream.write_all(content).map_err(io)
        }
        OutputTarget::File(file) => {
            let kept = std::fs::metadata(&file).ok().map(|metadata| metadata.permissions());
            let settle = |temporary: &File| kept.map_or(Ok(()), |mode| temporary.set_permissions(mode));
            replace(&file, content, 0o666, settle).map_err(io)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_where_they_say() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let told = |path: &Path| OutputTarget::of(path).unwrap_err().to_string();
        let file = root.join("a");
        assert_eq!(OutputTarget::of(&file).unwrap(), OutputTarget::File(file.clone()));
        write_atomic(&file, b"1").unwrap();
        std::os::unix::fs::symlink("a", root.join("b")).unwrap();
        assert_eq!(OutputTarget::of(&root.join("b")).unwrap(), OutputTarget::File(file.clone()));
        write_atomic(&root.join("b"), b"2").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"2");
        assert!(root.join("b").is_symlink());
        assert_eq!(
            OutputTarget::of(Path::new("/dev/null")).unwrap(),
            OutputTarget::Stream("/dev/null".into())
        );
        assert!(OutputTarget::of(Path::new("/dev/null")).unwrap().file().is_err());
        assert!(told(&root).ends_with("is a folder; name a file"));
        assert!(told(&root.join("no/x")).contains("there is no folder"));
        assert!(told(&file.join("x")).ends_with("is no folder"));
        let socket = root.join("s");
        let _held = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert!(told(&socket).ends_with("is no file that can be replaced; name another"));
    }
}
