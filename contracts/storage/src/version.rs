//! Versions as `cw2` stores them, compared by migrations.

/// `major.minor.patch`, which is how this workspace numbers its releases.
pub type Version = [u64; 3];

/// Reads a version; `None` if it is none.
pub fn read_version(text: &str) -> Option<Version> {
    let parts: Result<Vec<u64>, _> = text.split('.').map(str::parse).collect();
    Version::try_from(parts.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_numbers_are_a_version() {
        assert_eq!(read_version("0.10.2"), Some([0, 10, 2]));
        assert!(read_version("0.9.0") < read_version("0.10.0"));
        for text in ["", "1.2", "1.2.3.4", "latest", "1.2.x", "-1.0.0"] {
            assert_eq!(read_version(text), None, "{text}");
        }
    }
}
