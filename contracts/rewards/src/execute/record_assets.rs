//! Copies asset scores and prices of a final report into state, where other contracts can query them.

use attention_protocol::event::Event;
use attention_protocol::hash::Deployment;
use attention_protocol::msg::RECORD_ASSETS_MAX;
use attention_protocol::tree::{PlainNode, Shape, verify_range};
use attention_protocol::{AssetLeaf, PPM};
use cosmwasm_std::{Binary, Response, Storage, Uint256};

use crate::error::{ContractError, Result, check_count};
use crate::hex::hex;
use crate::state::asset::{ASSETS, AssetRow, PRICES, PriceRow};
use crate::state::config::limits_at;
use crate::timeline::Timeline;

/// A contiguous range of assets with one proof.
pub(crate) struct AssetRange<'a> {
    pub(crate) epoch: u64,
    pub(crate) start: u32,
    pub(crate) assets: &'a Binary,
    pub(crate) siblings: &'a Binary,
}

/// What became of one asset.
enum Recorded {
    Yes,
    /// A record at least as new stands there.
    Skipped,
    /// The price changed too much since this one.
    Refused(PriceRow),
}

/// Proves the range and records each asset that is newer than its record and whose price did not jump.
pub(crate) fn record_assets(
    storage: &mut dyn Storage,
    timeline: &Timeline,
    deployment: &Deployment,
    range: &AssetRange<'_>,
) -> Result<Response> {
    let epoch = range.epoch;
    let assets = AssetLeaf::unpack_all(range.assets.as_slice(), RECORD_ASSETS_MAX)?;
    check_count("assets", assets.len(), RECORD_ASSETS_MAX)?;
    let report = timeline.final_report(storage, epoch)?.body;
    let shape = Shape {
        domain: deployment.assets_domain(epoch),
        leaf_count: report.asset_count,
        root: PlainNode(report.assets_root),
    };
    verify_range(&shape, range.start, &assets, range.siblings.as_slice())?;
    let price_change_max_ppm = limits_at(storage, epoch)?.1.price_change_max_ppm;
    let mut response = Response::new();
    let (mut recorded, mut skipped, mut refused) = (0u32, 0u32, 0u32);
    for asset in &assets {
        let counter = match record(storage, epoch, asset, price_change_max_ppm)? {
            Recorded::Yes => &mut recorded,
            Recorded::Skipped => &mut skipped,
            Recorded::Refused(before) => {
                response = response.add_event(price_refused(epoch, asset, before));
                &mut refused
            }
        };
        *counter = counter.checked_add(1).ok_or_else(|| ContractError::overflow("assets"))?;
    }
    Ok(response.add_event(Event::AssetsRecorded { epoch, recorded, skipped, refused }))
}

/// Writes the asset's rows, or says why not.
fn record(storage: &mut dyn Storage, epoch: u64, asset: &AssetLeaf, change_max_ppm: u32) -> Result<Recorded> {
    let id = asset.asset_id_hash.as_slice();
    if ASSETS.may_load(storage, id)?.is_some_and(|row| row.epoch >= epoch) {
        return Ok(Recorded::Skipped);
    }
    let AssetLeaf { score, price, denom_hash, .. } = *asset;
    if price > 0 {
        let key = [id, &denom_hash].concat();
        let before = PRICES.may_load(storage, key.as_slice())?;
        if let Some(before) = before.filter(|before| jumps(before, epoch, price, change_max_ppm)) {
            return Ok(Recorded::Refused(before));
        }
        PRICES.save(storage, key.as_slice(), &PriceRow { epoch, price });
    }
    ASSETS.save(storage, id, &AssetRow { epoch, score, price, denom_hash });
    Ok(Recorded::Yes)
}

/// Whether `|price − before| · 10^6 > before · change_max_ppm · epochs since`. The products have at most 224 bits; one that did
/// not fit would be a jump.
fn jumps(before: &PriceRow, epoch: u64, price: u128, change_max_ppm: u32) -> bool {
    let change = Uint256::from(price.abs_diff(before.price)).checked_mul(Uint256::from(PPM));
    let elapsed = epoch.abs_diff(before.epoch);
    let allowed = Uint256::from(before.price)
        .checked_mul(Uint256::from(change_max_ppm))
        .and_then(|per_epoch| per_epoch.checked_mul(Uint256::from(elapsed)));
    match (change, allowed) {
        (Ok(change), Ok(allowed)) => change > allowed,
        _ => true,
    }
}

fn price_refused(epoch: u64, asset: &AssetLeaf, before: PriceRow) -> Event {
    Event::PriceRefused {
        epoch,
        asset: hex(&asset.asset_id_hash),
        price: asset.price,
        recorded: before.price,
        recorded_epoch: before.epoch,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_relative_to_the_recorded_price_and_grows_with_the_epochs() {
        let before = PriceRow { epoch: 5, price: 1_000 };
        let is_jump = |epoch, price| jumps(&before, epoch, price, 200_000);
        assert!(!is_jump(6, 1_200) && !is_jump(6, 800));
        assert!(is_jump(6, 1_201) && is_jump(6, 799));
        assert!(!is_jump(8, 1_600) && is_jump(8, 1_601));
        assert!(!is_jump(10, 1), "five epochs of a fifth each");
        // The widest numbers there are: no product leaves 256 bits.
        let widest = PriceRow { epoch: 0, price: u128::MAX };
        assert!(!jumps(&widest, u64::MAX, 1, u32::MAX));
        assert!(jumps(&PriceRow { epoch: 0, price: 1 }, 1, u128::MAX, u32::MAX));
    }
}
