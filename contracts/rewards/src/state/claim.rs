//! What each account was paid.

use super::packed::PackedMap;
use super::tag;

/// By (campaign, canonical address): base units paid.
pub(crate) const CLAIMED: PackedMap<(u64, &[u8]), u128> = PackedMap::new(tag::CLAIMED);
