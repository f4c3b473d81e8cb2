//! The configuration in force for each epoch, as far as it is accepted here.

use std::collections::BTreeMap;
use std::sync::{Arc, MutexGuard, PoisonError};

use attention_protocol::Hash;
use attention_protocol::msg::{ConfigResponse, QueryMsg};

use super::{ChainReader, EpochError};
use crate::config::DeploymentConfig;
use crate::operator::{check_configuration, suspended_bits};

/// Most epochs whose configuration is remembered.
const REMEMBERED_MAX: usize = 4_096;

/// A configuration that was compared with the own one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochConfig {
    /// The configuration, its digest computed here.
    pub deployment: DeploymentConfig,
    /// Bit i: operator i is suspended.
    pub suspended: u32,
}

impl EpochConfig {
    /// Whether an operator is suspended.
    pub fn is_suspended(&self, index: u8) -> bool {
        self.suspended & 1u32.checked_shl(u32::from(index)).unwrap_or(0) != 0
    }
}

impl ChainReader {
    /// What the contract tells of a configuration: that of an epoch, or the current one. Nothing is checked.
    ///
    /// # Errors
    /// [`EpochError::Chain`].
    pub async fn told_config(&self, epoch: Option<u64>) -> Result<ConfigResponse, EpochError> {
        self.query(&QueryMsg::Config { epoch }).await
    }

    /// Compares the current configuration with the own one.
    ///
    /// # Errors
    /// [`EpochError::Chain`] or [`EpochError::Deployment`].
    pub async fn current_configuration(&self) -> Result<EpochConfig, EpochError> {
        self.accepted(&self.told_config(None).await?)
    }

    /// The configuration in force for an epoch, asked anew.
    ///
    /// # Errors
    /// [`EpochError::Chain`], or [`EpochError::Deployment`] if it is none that is accepted here.
    pub async fn configuration(&self, epoch: u64) -> Result<Arc<EpochConfig>, EpochError> {
        let found = Arc::new(self.accepted(&self.told_config(Some(epoch)).await?)?);
        let mut remembered = self.remembered();
        remembered.insert(epoch, found.clone());
        if remembered.len() > REMEMBERED_MAX {
            remembered.pop_first();
        }
        Ok(found)
    }

    /// The same, as it was when it was asked last. Who is suspended may have changed since.
    ///
    /// # Errors
    /// As [`ChainReader::configuration`].
    pub async fn known_configuration(&self, epoch: u64) -> Result<Arc<EpochConfig>, EpochError> {
        let remembered = self.remembered().get(&epoch).cloned();
        match remembered {
            Some(found) => Ok(found),
            None => self.configuration(epoch).await,
        }
    }

    fn accepted(&self, told: &ConfigResponse) -> Result<EpochConfig, EpochError> {
        let deployment = check_configuration(self.deployment(), &self.rotation, told)?;
        Ok(EpochConfig { deployment, suspended: suspended_bits(told) })
    }

    fn remembered(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<EpochConfig>>> {
        self.configurations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Compares the configuration digests of final reports, (epoch, digest) rising by epoch, with what was in force. Versions
    /// rise with the epochs, so a span whose ends have one version is of one configuration: few queries for many reports.
    pub(super) async fn check_configurations(&self, reports: &[(u64, Hash)]) -> Result<(), EpochError> {
        let mut spans = vec![reports];
        while let Some(span) = spans.pop() {
            let (Some((first, _)), Some((last, _))) = (span.first(), span.last()) else { continue };
            let low = self.known_configuration(*first).await?;
            let high = self.known_configuration(*last).await?;
            if low.deployment.config_version != high.deployment.config_version {
                let (front, back) = span.split_at(span.len() / 2);
                spans.extend([front, back]);
                continue;
            }
            let expected = low.deployment.digest();
            if let Some((epoch, found)) = span.iter().find(|(_, digest)| *digest != expected) {
                return Err(EpochError::Answer {
                    what: format!("the report of epoch {epoch}"),
                    problem: format!(
                        "its configuration digest is {}, expected {}",
                        hex::encode(found),
                        hex::encode(expected)
                    ),
                });
            }
        }
        Ok(())
    }
}
