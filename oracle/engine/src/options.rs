//! How much of the machine the engine may take.

use crate::EngineError;

const MEMORY_MB: (u64, u64) = (32, 1_000_000);
const PARTITIONS: (u64, u64) = (1, 1_024);
const THREADS: (u64, u64) = (1, 1_024);

/// Checked limits. None of them changes a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineOptions {
    memory_mb: u64,
    partitions: u64,
    threads: u64,
}

impl EngineOptions {
    /// Memory in MB (10^6 bytes; 32 to 1,000,000) that operators may hold before they spill to disk, partitions
    /// that the rows are split into by user (1 to 1,024), and threads (1 to 1,024).
    ///
    /// # Errors
    /// [`EngineError::Option`] naming the option and its range.
    pub fn new(memory_mb: u64, partitions: u64, threads: u64) -> Result<Self, EngineError> {
        let checks = [
            ("memory, in MB,", memory_mb, MEMORY_MB),
            ("the number of partitions", partitions, PARTITIONS),
            ("the number of threads", threads, THREADS),
        ];
        for (option, value, (low, high)) in checks {
            if !(low..=high).contains(&value) {
                return Err(EngineError::Option { option, value, low, high });
            }
        }
        Ok(Self { memory_mb, partitions, threads })
    }

    /// Memory in MB.
    pub fn memory_mb(&self) -> u64 {
        self.memory_mb
    }

    // Checked above: they fit a usize of 32 bits but for memory, which is then all there is.
    pub(crate) fn memory_bytes(&self) -> usize {
        usize::try_from(self.memory_mb * 1_000_000).unwrap_or(usize::MAX)
    }

    /// Partitions.
    pub fn partitions(&self) -> usize {
        self.partitions as usize
    }

    /// Threads.
    pub fn threads(&self) -> usize {
        self.threads as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_allowed_and_nothing_beyond() {
        for (memory_mb, partitions, threads) in [(32, 1, 1), (1_000_000, 1_024, 1_024)] {
            assert!(EngineOptions::new(memory_mb, partitions, threads).is_ok());
        }
        let wrong = [(31, 1, 1), (1_000_001, 1, 1), (32, 0, 1), (32, 1_025, 1), (32, 1, 0), (32, 1, 1_025)];
        for (memory_mb, partitions, threads) in wrong {
            assert!(EngineOptions::new(memory_mb, partitions, threads).is_err());
        }
        let error = EngineOptions::new(5, 1, 1).unwrap_err().to_string();
        assert_eq!(error, "memory, in MB, is 5, must be 32 to 1000000");
    }
}
