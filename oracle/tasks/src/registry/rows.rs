//! What models are measured on.

use sha2::{Digest, Sha256};

use crate::TaskError;
use crate::bundle::Task;

/// Data of one of two kinds; which one a task needs says [`Task::is_of_sales`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    /// A file: a table, or users, items and times.
    File {
        /// What it is called in errors.
        name: String,
        /// Its content.
        bytes: Vec<u8>,
    },
    /// A folder of assets and sales; what is from a moment on is predicted, each from what was known before it.
    Sales {
        /// `assets.csv`.
        assets: Vec<u8>,
        /// `sales.csv`.
        sales: Vec<u8>,
        /// The moment, unix seconds.
        from_s: i64,
    },
}

impl Task {
    /// True if its models are measured on a folder of sales from a moment on, false if on a file.
    pub fn is_of_sales(self) -> bool {
        match self {
            Self::Price | Self::Churn => true,
            Self::Interest | Self::Recommend => false,
        }
    }
}

impl Rows {
    /// In hex: sha256 of a file; of a folder, sha256 of `sha256(assets.csv) ‖ sha256(sales.csv)`.
    pub fn hash(&self) -> String {
        hex::encode(match self {
            Self::File { bytes, .. } => Sha256::digest(bytes),
            Self::Sales { assets, sales, .. } => {
                let parts = [Sha256::digest(assets), Sha256::digest(sales)];
                Sha256::digest(parts.concat())
            }
        })
    }

    /// From when on is measured, unix seconds; `None` for a file.
    pub fn from_s(&self) -> Option<i64> {
        match self {
            Self::File { .. } => None,
            Self::Sales { from_s, .. } => Some(*from_s),
        }
    }

    /// Name and content of the file that models of a task are measured on.
    pub(super) fn file(&self, task: Task) -> Result<(&str, &[u8]), TaskError> {
        match self {
            Self::File { name, bytes } => Ok((name, bytes)),
            Self::Sales { .. } => {
                let task = task.name();
                Err(TaskError::Registry(format!(
                    "models of the task {task} are measured on a file, not on a folder"
                )))
            }
        }
    }

    /// Assets, sales and first moment that models of a task are measured on.
    pub(super) fn sales(&self, task: Task) -> Result<(&[u8], &[u8], i64), TaskError> {
        match self {
            Self::Sales { assets, sales, from_s } => Ok((assets, sales, *from_s)),
            Self::File { name, .. } => Err(TaskError::Registry(format!(
                "models of the task {} are measured on a folder with assets.csv and sales.csv, not on the file {name}",
                task.name()
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By `printf abc | sha256sum`, and for the folder `(printf abc | sha256sum; printf '' | sha256sum)`, both as bytes.
    #[test]
    fn hashes_by_sha256sum() {
        let file = Rows::File { name: "t.csv".into(), bytes: b"abc".to_vec() };
        assert_eq!(file.hash(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let folder = Rows::Sales { assets: b"abc".to_vec(), sales: Vec::new(), from_s: 7 };
        assert_eq!(folder.hash(), "6f1290896ee81a0349174d19f4473d267a10289c40480861d5c42affffbd79f9");
        assert_eq!((file.from_s(), folder.from_s()), (None, Some(7)));
        let error = |refused: TaskError| refused.to_string();
        assert!(error(file.sales(Task::Price).unwrap_err()).contains("not on the file t.csv"));
        assert!(error(folder.file(Task::Recommend).unwrap_err()).contains("not on a folder"));
    }
}
