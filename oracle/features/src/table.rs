//! The training table: users and assets at cuts, with y and sampled negatives.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::event::put_text;
use crate::features::FEATURES;
use crate::{AssetCatalog, AssetId, EventKind, FeatureView, FeaturesError, InterestSpec, PastEvents, UserId};

/// Most rows of a table.
pub const TABLE_ROWS_MAX: usize = 100_000_000;
/// Most cuts of a table, each of which reads the past once: 7 years of hours, 179 of days.
pub const CUTS_MAX: usize = 1 << 16;
/// How many draws a negative may cost on average before sampling stops with fewer.
const DRAWS_PER_NEGATIVE: u64 = 64;

/// Rows in order of (cut, user, asset). Columns are parallel vectors.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InterestTable {
    /// Features row by row, [`FEATURES`]`.len()` values each.
    pub features: Vec<i64>,
    /// y: the user buys the asset in (cut, cut + horizon].
    pub labels: Vec<bool>,
    /// The cut of each row, unix seconds.
    pub cuts_s: Vec<i64>,
    /// The asset of each row.
    pub assets: Vec<AssetId>,
    /// A number for each (cut, user), rising by row.
    pub groups: Vec<u64>,
}

impl InterestTable {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    /// The rows of cuts up to and including `cut_s`; they come first.
    pub fn rows_until(&self, cut_s: i64) -> usize {
        self.cuts_s.partition_point(|&cut| cut <= cut_s)
    }
}

/// The specification's cuts from cut number `first` on whose time is at most `last_s`, in order.
///
/// # Errors
/// [`FeaturesError::Overflow`], [`FeaturesError::TooMany`] above [`CUTS_MAX`].
pub fn cuts_between(spec: &InterestSpec, first: u32, last_s: i64) -> Result<Vec<i64>, FeaturesError> {
    let mut cuts = Vec::new();
    for index in u64::from(first).. {
        let cut_s = spec.cut_s(index)?;
        if cut_s > last_s {
            break;
        }
        if cuts.len() == CUTS_MAX {
            return Err(FeaturesError::TooMany {
                what: "cuts (epoch_length_s is too short for the time they span)",
                got: CUTS_MAX as u64 + 1,
                limit: CUTS_MAX as u64,
            });
        }
        cuts.push(cut_s);
    }
    Ok(cuts)
}

/// Builds the rows of the given cuts (rising) from what is known at `known`'s own cut: features of a cut see
/// the events before it alone, y the purchases in (cut, cut + horizon]. For the model of an epoch `known` is
/// the past of window_start, so that nothing later can enter.
///
/// # Errors
/// [`FeaturesError::CutAfterKnown`], [`FeaturesError::TooMany`] above [`TABLE_ROWS_MAX`]; those of
/// [`FeatureView`].
pub fn build_table(
    known: PastEvents<'_>,
    cuts_s: &[i64],
    catalog: &AssetCatalog,
    spec: &InterestSpec,
) -> Result<InterestTable, FeaturesError> {
    let mut table = InterestTable::default();
    let mut group = 0;
    for &cut_s in cuts_s {
        let view = FeatureView::new(known.before(cut_s)?, catalog, spec)?;
        let bought = purchases(known, cut_s, spec);
        for user in view.active_users() {
            let positives = bought.get(user).cloned().unwrap_or_default();
            let negatives = sample_negatives(user, cut_s, &positives, catalog, spec);
            let mut rows: Vec<(AssetId, bool)> = positives.iter().map(|&asset| (asset, true)).collect();
            rows.extend(negatives.into_iter().map(|asset| (asset, false)));
            rows.sort();
            for (asset, label) in rows {
                view.append_row(user, asset, &mut table.features)?;
                table.labels.push(label);
                table.cuts_s.push(cut_s);
                table.assets.push(asset);
                table.groups.push(group);
            }
            group += 1;
            if table.rows() > TABLE_ROWS_MAX {
                return Err(FeaturesError::TooMany {
                    what: "rows of the training table",
                    got: table.rows() as u64,
                    limit: TABLE_ROWS_MAX as u64,
                });
            }
        }
    }
    debug_assert_eq!(table.features.len(), table.rows() * FEATURES.len());
    Ok(table)
}

/// The assets each user buys in (cut, cut + horizon].
fn purchases<'a>(
    known: PastEvents<'a>,
    cut_s: i64,
    spec: &InterestSpec,
) -> BTreeMap<&'a UserId, BTreeSet<AssetId>> {
    // No overflow: a cut is at most TIME_MAX_S + 1 and the horizon ten years.
    let end_s = cut_s + spec.values().horizon_s;
    let events = known.events();
    let start = events.partition_point(|event| event.receive_time_s <= cut_s);
    let end = events.partition_point(|event| event.receive_time_s <= end_s);
    let mut bought: BTreeMap<&UserId, BTreeSet<AssetId>> = BTreeMap::new();
    for event in &events[start..end.max(start)] {
        if let (EventKind::Purchase, Some(asset)) = (event.kind, event.asset) {
            bought.entry(&event.user).or_default().insert(asset);
        }
    }
    bought
}

/// Negative j is the asset at position `hash(seed, cut, user, j) mod N`, j = 0, 1, 2, …; positives and
/// repeats are skipped. Ends with the specified number, or with all assets that are no positives, or after
/// [`DRAWS_PER_NEGATIVE`] draws a negative.
fn sample_negatives(
    user: &UserId,
    cut_s: i64,
    positives: &BTreeSet<AssetId>,
    catalog: &AssetCatalog,
    spec: &InterestSpec,
) -> BTreeSet<AssetId> {
    let all = catalog.len() as u64;
    let wanted = spec.negatives_of(catalog).min(all - (positives.len() as u64).min(all));
    let mut prefix = b"attention/v1/negative".to_vec();
    prefix.extend_from_slice(&spec.values().seed.to_be_bytes());
    prefix.extend_from_slice(&cut_s.to_be_bytes());
    put_text(&mut prefix, user.as_str());
    let mut negatives = BTreeSet::new();
    for draw in 0..wanted * DRAWS_PER_NEGATIVE {
        if negatives.len() as u64 == wanted {
            break;
        }
        let digest = Sha256::new().chain_update(&prefix).chain_update(draw.to_be_bytes()).finalize();
        // 16 bytes: the bias of the remainder is below 2^-100.
        let number = digest.iter().take(16).fold(0u128, |number, &byte| number << 8 | u128::from(byte));
        let asset = catalog.assets()[(number % u128::from(all)) as usize].id;
        if !positives.contains(&asset) {
            negatives.insert(asset);
        }
    }
    negatives
}
