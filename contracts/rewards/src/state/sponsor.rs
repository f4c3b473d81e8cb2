//! Who may take over the sponsorship of a campaign.

use super::packed::PackedMap;
use super::payout::AddressRow;
use super::tag;

/// By campaign: the proposed sponsor; absent or empty if there is none.
pub(crate) const PROPOSED_SPONSORS: PackedMap<u64, AddressRow> = PackedMap::new(tag::PROPOSED_SPONSOR);
