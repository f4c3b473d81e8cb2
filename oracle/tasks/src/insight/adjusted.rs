//! The attention of an attribute with the others held equal.
//!
//! A Poisson regression of the acts on each asset on its attributes (`poisson`). Of a name of which an asset has at most
//! one value, the commonest value, or having none if that is commoner, is what the others are compared with. A count of accessories is the sum of the accessories and
//! cannot be told from them: counts are adjusted for all names but what they count, everything else for all names but counts.

use std::collections::{BTreeMap, BTreeSet};

use attention_features::AssetCatalog;
use serde::Serialize;

use super::poisson::Counts;
use crate::TaskError;
use crate::stats::{Interval, LEVEL, two_sided_p, two_sided_z};

/// Fewest acts on assets with an attribute for it to be adjusted: with fewer, the standard error says too little.
pub const ADJUSTED_ACTS_MIN: u64 = 5;
/// Most columns of the regression; rarer attributes stand aside.
pub const ADJUSTED_COLUMNS_MAX: usize = 256;
/// The penalty is that of a normal prior with a standard deviation of 2 on ln ratios: a factor of seven is no surprise, and an
/// attribute on which nobody acts gets a finite one.
const RIDGE: f64 = 0.25;
/// How a name ends whose values count those of another.
const COUNT_SUFFIX: &str = "_count";

/// A rate ratio with the other attributes held equal.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Adjusted {
    /// Acts per asset with it over acts per asset without, all else equal.
    pub ratio: f64,
    /// Its 95 % interval, by the sandwich's standard error on the scale of logarithms.
    pub interval: Interval,
    /// Two-sided, by the normal approximation.
    pub p_value: f64,
}

/// For every attribute of the catalogue its adjusted ratio, or `None`.
pub(super) fn adjust(catalog: &AssetCatalog, counts: &[u32]) -> Result<Vec<Option<Adjusted>>, TaskError> {
    let mut out = vec![None; catalog.attributes().len()];
    let is_count = |attribute: usize| catalog.attributes()[attribute].0.ends_with(COUNT_SUFFIX);
    let references = references(catalog);
    let usable: Vec<usize> = (0..out.len())
        .filter(|&attribute| {
            !references.contains(&attribute) && catalog.supply()[attribute] < catalog.len() as u64
        })
        .collect();
    let counted: BTreeSet<&str> =
        catalog.attributes().iter().filter_map(|(name, _)| name.strip_suffix(COUNT_SUFFIX)).collect();
    let is_counted = |attribute: usize| counted.contains(catalog.attributes()[attribute].0.as_str());
    let without_counts: Vec<usize> = usable.iter().copied().filter(|&at| !is_count(at)).collect();
    let without_counted: Vec<usize> = usable.iter().copied().filter(|&at| !is_counted(at)).collect();
    for (columns, reports_counts) in [(without_counts, false), (without_counted, true)] {
        let wanted: Vec<usize> =
            columns.iter().copied().filter(|&at| is_count(at) == reports_counts).collect();
        if !wanted.is_empty() {
            regress(catalog, counts, columns, &wanted, &mut out)?;
        }
    }
    Ok(out)
}

/// One regression on `columns`, of which those `wanted` are told.
fn regress(
    catalog: &AssetCatalog,
    counts: &[u32],
    mut columns: Vec<usize>,
    wanted: &[usize],
    out: &mut [Option<Adjusted>],
) -> Result<(), TaskError> {
    columns.sort_by_key(|&attribute| (std::cmp::Reverse(catalog.supply()[attribute]), attribute));
    columns.truncate(ADJUSTED_COLUMNS_MAX);
    columns.sort_unstable();
    let place: BTreeMap<usize, usize> =
        columns.iter().enumerate().map(|(at, &attribute)| (attribute, at + 1)).collect();
    let mut acts = vec![0u64; columns.len() + 1];
    let mut rows = Vec::with_capacity(catalog.len());
    for (asset, &count) in catalog.assets().iter().zip(counts) {
        let row: Vec<usize> = asset
            .attributes
            .iter()
            .filter_map(|&attribute| place.get(&(attribute as usize)).copied())
            .collect();
        for &column in &row {
            acts[column] += u64::from(count);
        }
        rows.push(row);
    }
    let fitted = Counts { counts, rows: &rows, columns: columns.len(), ridge: RIDGE }.fit()?;
    for attribute in wanted {
        let Some(&column) = place.get(attribute) else { continue };
        if acts[column] >= ADJUSTED_ACTS_MIN {
            let (ln_ratio, standard_error) = (fitted.coefficients[column], fitted.standard_errors[column]);
            let reach = two_sided_z(LEVEL) * standard_error;
            out[*attribute] = Some(Adjusted {
                ratio: libm::exp(ln_ratio),
                interval: Interval { low: libm::exp(ln_ratio - reach), high: libm::exp(ln_ratio + reach) },
                p_value: two_sided_p(ln_ratio / standard_error),
            });
        }
    }
    Ok(())
}

/// The commonest value of every name of which no asset has two, unless more assets have none: then those are the others' yardstick.
fn references(catalog: &AssetCatalog) -> BTreeSet<usize> {
    let name = |attribute: usize| catalog.attributes()[attribute].0.as_str();
    let mut several: BTreeSet<&str> = BTreeSet::new();
    for asset in catalog.assets() {
        // An asset's attributes rise, so those of one name are neighbours.
        for pair in asset.attributes.windows(2) {
            if name(pair[0] as usize) == name(pair[1] as usize) {
                several.insert(name(pair[0] as usize));
            }
        }
    }
    let mut commonest: BTreeMap<&str, usize> = BTreeMap::new();
    for attribute in 0..catalog.attributes().len() {
        if several.contains(name(attribute)) {
            continue;
        }
        let best = commonest.entry(name(attribute)).or_insert(attribute);
        if catalog.supply()[attribute] > catalog.supply()[*best] {
            *best = attribute;
        }
    }
    let without = |name: &str| {
        let of_name = (0..catalog.attributes().len()).filter(|&at| catalog.attributes()[at].0 == name);
        catalog.len() as u64 - of_name.map(|at| catalog.supply()[at]).sum::<u64>()
    };
    commonest
        .into_iter()
        .filter(|(name, best)| catalog.supply()[*best] >= without(name))
        .map(|(_, best)| best)
        .collect()
}

#[cfg(test)]
mod tests {
    use attention_features::AssetId;

    use super::*;

    /// Hats come on apes alone and add nothing: the crude ratio of a hat is the apes', the adjusted one is 1.
    #[test]
    fn a_companion_gets_no_credit() {
        let mut assets = Vec::new();
        let mut counts = Vec::new();
        for asset in 0..400u32 {
            let ape = asset < 100;
            let mut attributes = vec![("type".to_owned(), if ape { "Ape" } else { "Human" }.to_owned())];
            if ape && asset % 2 == 0 {
                attributes.push(("accessory".into(), "Hat".into()));
            }
            if asset % 7 == 0 {
                attributes.push(("accessory".into(), "Pipe".into()));
            }
            attributes.push(("accessory_count".into(), (attributes.len() - 1).to_string()));
            assets.push((AssetId(asset), attributes));
            counts.push(if ape { 1 + asset / 2 % 3 } else { u32::from(asset % 4 == 0) });
        }
        let catalog = AssetCatalog::new(assets).unwrap();
        let found = adjust(&catalog, &counts).unwrap();
        let of = |name: &str, value: &str| {
            let at = catalog.attributes().iter().position(|(n, v)| n == name && v == value).unwrap();
            found[at]
        };
        let hat = of("accessory", "Hat").unwrap();
        assert!((hat.ratio - 1.0).abs() < 0.05 && hat.interval.holds(1.0), "{hat:?}");
        // Two acts an ape against a quarter.
        let ape = of("type", "Ape").unwrap();
        assert!((ape.ratio - 8.0).abs() < 0.6 && ape.interval.low > 5.0, "{ape:?}");
        assert_eq!(of("type", "Human"), None);
        assert!(of("accessory_count", "1").is_some() && of("accessory_count", "0").is_none());
    }
}
