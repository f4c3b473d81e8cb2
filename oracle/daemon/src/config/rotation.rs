//! Which configurations besides the own one this operator signs for.

use attention_protocol::Hash;

use super::DeploymentConfig;

/// Most digests that can be listed.
const ACCEPTED_MAX: usize = 64;

/// What is accepted. By default nothing is: a change that the owner makes on chain is signed for only once this operator
/// has looked at it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RotationPolicy {
    /// Digests that are accepted.
    digests: Vec<Hash>,
    /// Whether every later version is.
    any_later: bool,
}

impl RotationPolicy {
    /// A policy from hex digests; the error names the digest and what it has to be.
    pub(crate) fn new(digests: &[String], any_later: bool) -> Result<Self, (String, &'static str)> {
        if digests.len() > ACCEPTED_MAX {
            return Err((format!("{} digests", digests.len()), "at most 64"));
        }
        let parse = |text: &String| {
            let bytes = hex::decode(text).ok().and_then(|bytes| Hash::try_from(bytes).ok());
            bytes.ok_or_else(|| {
                (text.clone(), "64 hex digits (`attention-oracle operator config` shows them)")
            })
        };
        Ok(Self { digests: digests.iter().map(parse).collect::<Result<_, _>>()?, any_later })
    }

    /// Whether `theirs`, whose digest was computed here, is accepted beside `ours`. Unseen only a later version is, or the
    /// same operators with another specification.
    pub fn accepts(&self, ours: &DeploymentConfig, theirs: &DeploymentConfig) -> bool {
        let follows = theirs.config_version > ours.config_version
            || (theirs.config_version == ours.config_version && theirs.operators == ours.operators);
        self.digests.contains(&theirs.digest()) || (self.any_later && follows)
    }

    /// Whether any configuration besides the own one can be accepted.
    pub fn accepts_some(&self) -> bool {
        self.any_later || !self.digests.is_empty()
    }
}
