//! Recorded scores and prices, with their age.

use attention_protocol::AccountId;
use attention_protocol::asset::asset_id_hash;
use attention_protocol::msg::{AssetPriceResponse, ScoreHistoryResponse, ScoreRecord, ScoreResponse};
use cosmwasm_std::{Binary, Storage, Uint128};

use crate::error::Result;
use crate::money::load_totals;
use crate::state::asset::ASSETS;
use crate::state::score::{ScoreRow, score_of, scores_down_from};
use crate::timeline::Timeline;

/// The recorded score of an account in a campaign in an epoch, or the newest, and how many epochs have closed since.
pub(super) fn score(
    storage: &dyn Storage,
    timeline: &Timeline,
    (campaign, account): (u64, &AccountId),
    epoch: Option<u64>,
) -> Result<ScoreResponse> {
    load_totals(storage, campaign)?;
    let row = match epoch {
        Some(epoch) => score_of(storage, campaign, account, epoch)?,
        None => scores_down_from(storage, campaign, account, u64::MAX)?.next().transpose()?,
    };
    let Some(row) = row else {
        return Ok(ScoreResponse { score: None, epoch: None, streak: 0, weight: 0, stale_epochs: 0 });
    };
    Ok(ScoreResponse {
        score: Some(row.score),
        epoch: Some(row.epoch),
        streak: row.streak,
        weight: row.weight,
        stale_epochs: timeline.stale_epochs(row.epoch),
    })
}

/// Recorded scores below `before`, newest first.
pub(super) fn history(
    storage: &dyn Storage,
    (campaign, account): (u64, &AccountId),
    before: Option<u64>,
    limit: u32,
) -> Result<ScoreHistoryResponse> {
    load_totals(storage, campaign)?;
    let highest = match before {
        None => Some(u64::MAX),
        Some(before) => before.checked_sub(1),
    };
    let Some(highest) = highest else {
        return Ok(ScoreHistoryResponse { scores: Vec::new() });
    };
    let record = |row: ScoreRow| ScoreRecord {
        epoch: row.epoch,
        score: row.score,
        streak: row.streak,
        weight: row.weight,
    };
    let rows = scores_down_from(storage, campaign, account, highest)?.zip(0..limit);
    let scores = rows.map(|(row, _)| row.map(record)).collect::<Result<_, _>>()?;
    Ok(ScoreHistoryResponse { scores })
}

/// The newest record of an asset, and how many epochs have closed since.
pub(super) fn asset_price(
    storage: &dyn Storage,
    timeline: &Timeline,
    asset_id: &str,
) -> Result<AssetPriceResponse> {
    let Some(row) = ASSETS.may_load(storage, &asset_id_hash(asset_id))? else {
        let price = Uint128::zero();
        return Ok(AssetPriceResponse { price, denom_hash: None, score: None, epoch: None, stale_epochs: 0 });
    };
    Ok(AssetPriceResponse {
        price: row.price.into(),
        denom_hash: Some(Binary::from(row.denom_hash)),
        score: Some(row.score),
        epoch: Some(row.epoch),
        stale_epochs: timeline.stale_epochs(row.epoch),
    })
}
