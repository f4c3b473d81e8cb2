//! Keys of an account's rows that are stepped through by number.

use attention_protocol::AccountId;

use super::packed::Key;

/// `campaign ‖ len u8 ‖ account ‖ number`, the first only where rows belong to a campaign. Without the length, the rows of a long
/// address would lie among those of a short one that it begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccountKey(Vec<u8>);

impl AccountKey {
    /// The key of an account's row with a number.
    pub(crate) fn new(campaign: Option<u64>, account: &AccountId, number: u64) -> Self {
        let mut bytes = Vec::with_capacity(48);
        if let Some(campaign) = campaign {
            campaign.push(&mut bytes);
        }
        bytes.extend(u8::try_from(account.as_slice().len()));
        bytes.extend_from_slice(account.as_slice());
        number.push(&mut bytes);
        Self(bytes)
    }
}

impl Key for AccountKey {
    fn push(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }
}
