//! Which values a tree can tell apart: at most 255 bins a feature, cut at exact order statistics.
//!
//! A numeric feature of few distinct values gets a bin for each. Otherwise values that fill a bin of average size by
//! themselves get their own, and the rest is cut into bins of even count (the greedy rule of LightGBM's `GreedyFindBin`).
//! A cut lies midway between the neighbouring values, rounded down. A categorical feature gets a bin for each of its most
//! frequent categories, and one for all others. Missing values have the bin [`MISSING_BIN`].

use rayon::prelude::*;

use crate::{Dataset, FEATURE_ABS_MAX, FeatureKind, MISSING};

/// Codes of bins: 0 to 254 for values, [`MISSING_BIN`] for none.
pub(crate) const BINS: usize = 256;
/// The code of a missing value.
pub(crate) const MISSING_BIN: u8 = 255;
/// Entries of the table that shortens the search for a value's bin.
const SEARCH_TABLE: usize = 1024;
/// Below so many values the standard library's sort is quicker.
const RADIX_ROWS_MIN: usize = 4096;

/// The bins of one feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FeatureBins {
    /// Values up to `uppers[b]` and above `uppers[b − 1]` have code b; values above the last have code `uppers.len()`.
    Numeric {
        /// Strictly rising.
        uppers: Vec<i64>,
    },
    /// `codes[c]` is the code of category c.
    Categorical {
        /// One entry a category of the schema.
        codes: Vec<u8>,
        /// Codes in use: the largest and one.
        bins: usize,
    },
}

impl FeatureBins {
    /// How many codes values have, the missing one not counted; at least 1.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Numeric { uppers } => uppers.len() + 1,
            Self::Categorical { bins, .. } => *bins,
        }
    }

    fn measure(kind: FeatureKind, data: &Dataset<'_>, feature: usize, bins_max: usize) -> Self {
        let columns = data.schema().len();
        let values = data.values().iter().skip(feature).step_by(columns).copied();
        match kind {
            FeatureKind::Numeric => {
                // Magnitudes are at most 2^31, so that the shifted values are 33-bit keys.
                let keys = values.filter(|&v| v != MISSING).map(|v| (v + FEATURE_ABS_MAX) as u64).collect();
                Self::Numeric { uppers: cuts(&distinct(sorted(keys)), bins_max) }
            }
            FeatureKind::Categorical { levels } => {
                let mut counts = vec![0u64; usize::from(levels)];
                for value in values.filter(|&v| v != MISSING) {
                    // A checked data set holds no other category.
                    counts[value as usize] += 1;
                }
                Self::categorical(&counts, bins_max)
            }
        }
    }

    fn categorical(counts: &[u64], bins_max: usize) -> Self {
        let mut order: Vec<usize> = (0..counts.len()).collect();
        order.sort_by_key(|&category| (std::cmp::Reverse(counts[category]), category));
        let rest = bins_max - 1;
        let mut codes = vec![0u8; counts.len()];
        for (rank, &category) in order.iter().enumerate() {
            // bins_max is at most 255.
            codes[category] = rank.min(rest) as u8;
        }
        Self::Categorical { bins: counts.len().min(bins_max).max(1), codes }
    }

    /// Appends the codes of a column of values.
    fn encode(&self, values: impl Iterator<Item = i64>, out: &mut Vec<u8>) {
        match self {
            Self::Numeric { uppers } => {
                let search = Search::new(uppers);
                out.extend(values.map(|v| if v == MISSING { MISSING_BIN } else { search.code(v) }));
            }
            Self::Categorical { codes, .. } => {
                out.extend(values.map(|v| if v == MISSING { MISSING_BIN } else { codes[v as usize] }));
            }
        }
    }
}

/// The bins of all features.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bins(pub(crate) Vec<FeatureBins>);

impl Bins {
    /// Cuts every feature of `data` into at most `bins_max` (2 to 255) bins.
    pub(crate) fn measure(data: &Dataset<'_>, bins_max: usize) -> Self {
        let kinds = data.schema().kinds();
        Self(
            kinds
                .par_iter()
                .enumerate()
                .map(|(feature, &kind)| FeatureBins::measure(kind, data, feature, bins_max))
                .collect(),
        )
    }
}

/// The codes of a data set, one column a feature.
#[derive(Debug)]
pub(crate) struct Columns(pub(crate) Vec<Vec<u8>>);

impl Columns {
    /// Encodes `data`, whose schema is the one that `bins` were measured on.
    pub(crate) fn encode(data: &Dataset<'_>, bins: &Bins) -> Self {
        let columns = bins.0.len();
        Self(
            bins.0
                .par_iter()
                .enumerate()
                .map(|(feature, bins)| {
                    let mut codes = Vec::with_capacity(data.rows());
                    bins.encode(data.values().iter().skip(feature).step_by(columns).copied(), &mut codes);
                    codes
                })
                .collect(),
        )
    }
}

/// Finds the bin of a value: a table over evenly spaced values leaves few cuts to compare with.
struct Search<'a> {
    uppers: &'a [i64],
    first: i64,
    shift: u32,
    /// `starts[s]`: how many cuts lie below the first value of step s.
    starts: Vec<u8>,
}

impl<'a> Search<'a> {
    fn new(uppers: &'a [i64]) -> Self {
        let first = uppers.first().copied().unwrap_or(0);
        let span = uppers.last().map_or(0, |last| (last - first) as u64);
        let bits = u64::BITS - span.leading_zeros();
        let shift = bits.saturating_sub(SEARCH_TABLE.ilog2());
        let starts = (0..=SEARCH_TABLE as i64)
            .map(|step| uppers.partition_point(|&upper| upper < first + (step << shift)) as u8)
            .collect();
        Self { uppers, first, shift, starts }
    }

    /// How many cuts lie below `value`.
    fn code(&self, value: i64) -> u8 {
        if value <= self.first {
            return 0;
        }
        let step = ((value - self.first) >> self.shift) as usize;
        if step >= SEARCH_TABLE {
            return self.uppers.len() as u8;
        }
        let (from, to) = (self.starts[step], self.starts[step + 1]);
        let near = &self.uppers[usize::from(from)..usize::from(to)];
        from + near.partition_point(|&upper| upper < value) as u8
    }
}

/// Sorts keys below 2^33, by three passes over 11 bits each.
fn sorted(mut keys: Vec<u64>) -> Vec<u64> {
    if keys.len() < RADIX_ROWS_MIN {
        keys.sort_unstable();
        return keys;
    }
    let mut other = vec![0; keys.len()];
    for pass in 0..3 {
        let digit = |key: u64| (key >> (11 * pass)) as usize & 2047;
        let mut places = [0usize; 2048];
        for &key in &keys {
            places[digit(key)] += 1;
        }
        let mut next = 0;
        for place in &mut places {
            next += std::mem::replace(place, next);
        }
        for &key in &keys {
            let place = &mut places[digit(key)];
            other[*place] = key;
            *place += 1;
        }
        std::mem::swap(&mut keys, &mut other);
    }
    keys
}

/// Distinct values in rising order with their counts.
fn distinct(keys: Vec<u64>) -> Vec<(i64, u64)> {
    let mut out: Vec<(i64, u64)> = Vec::new();
    for key in keys {
        let value = key as i64 - FEATURE_ABS_MAX;
        match out.last_mut() {
            Some((last, count)) if *last == value => *count += 1,
            _ => out.push((value, 1)),
        }
    }
    out
}

/// The cuts between at most `bins_max` bins of these values.
fn cuts(values: &[(i64, u64)], bins_max: usize) -> Vec<i64> {
    // Rounded down: at least the lower value, below the higher one.
    let between = |at: usize| (values[at].0 + values[at + 1].0).div_euclid(2);
    let gaps = values.len().saturating_sub(1);
    if values.len() <= bins_max {
        return (0..gaps).map(between).collect();
    }
    let rows: u64 = values.iter().map(|(_, count)| count).sum();
    // A value that alone fills a bin of average size has its own.
    let fills = |count: u64| count * bins_max as u64 >= rows;
    let (mut rows_left, mut bins_left) = (rows, bins_max as u64);
    for &(_, count) in values {
        if fills(count) {
            rows_left -= count;
            bins_left -= 1;
        }
    }
    let mut out = Vec::new();
    let mut filled = 0;
    for at in 0..gaps {
        let (here, next) = (values[at].1, values[at + 1].1);
        filled += here;
        if !fills(here) {
            rows_left -= here;
        }
        // What is left of the average, counting the rows that are in the open bin already.
        let average_is_full = filled * bins_left >= rows_left + filled;
        let half_is_full = 2 * filled * bins_left >= rows_left + filled;
        if fills(here) || average_is_full || (fills(next) && half_is_full) {
            out.push(between(at));
            if !fills(here) {
                bins_left = bins_left.saturating_sub(1).max(1);
            }
            filled = 0;
            if out.len() + 1 == bins_max {
                break;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::FeatureSchema;

    fn column(kind: FeatureKind, values: &[i64], bins_max: usize) -> (FeatureBins, Vec<u8>) {
        let schema = FeatureSchema::typed(1, vec![("a".into(), kind)]).unwrap();
        let labels = vec![false; values.len()];
        let data = Dataset::from_rows(&schema, values, &labels).unwrap();
        let bins = Bins::measure(&data, bins_max);
        let mut columns = Columns::encode(&data, &bins);
        (bins.0[0].clone(), columns.0.remove(0))
    }

    #[test]
    fn few_values_have_a_bin_each() {
        let (bins, codes) = column(FeatureKind::Numeric, &[5, -3, MISSING, 5, 10, -3], 255);
        assert_eq!(bins, FeatureBins::Numeric { uppers: vec![1, 7] });
        assert_eq!(codes, [1, 0, 255, 1, 2, 0]);
        let (bins, codes) = column(FeatureKind::Numeric, &[MISSING, MISSING], 255);
        assert_eq!((bins.len(), codes), (1, vec![255, 255]));
        let ends = [-FEATURE_ABS_MAX, FEATURE_ABS_MAX - 1, FEATURE_ABS_MAX];
        assert_eq!(column(FeatureKind::Numeric, &ends, 255).1, [0, 1, 2]);
    }

    /// 1000 different values in 10 bins: 100 in each.
    #[test]
    fn many_values_are_cut_evenly() {
        let values: Vec<i64> = (0..1000).map(|i| (i * 7919) % 1000 * 3).collect();
        let (bins, codes) = column(FeatureKind::Numeric, &values, 10);
        assert_eq!(bins.len(), 10);
        for code in 0..10 {
            assert_eq!(codes.iter().filter(|&&c| c == code).count(), 100, "bin {code}");
        }
    }

    /// Half of the rows are 0: that bin holds nothing else, and the others share the rest.
    #[test]
    fn a_frequent_value_has_its_own_bin() {
        let values: Vec<i64> = (0..2000).map(|i| if i % 2 == 0 { 0 } else { i - 1000 }).collect();
        let (bins, codes) = column(FeatureKind::Numeric, &values, 11);
        assert_eq!(bins.len(), 11);
        let zero = codes[0];
        assert_eq!(codes.iter().filter(|&&c| c == zero).count(), 1000);
        for code in (0..11).filter(|&code| code != zero) {
            let rows = codes.iter().filter(|&&c| c == code).count();
            assert!((90..=110).contains(&rows), "bin {code} holds {rows}");
        }
    }

    #[test]
    fn rare_categories_share_a_bin() {
        let kind = FeatureKind::Categorical { levels: 5 };
        // Counts 1, 3, 0, 2, 2: by frequency 1, 3, 4, 0, 2.
        let (bins, codes) = column(kind, &[0, 1, 1, 1, 3, 3, 4, 4, MISSING], 3);
        assert_eq!(bins, FeatureBins::Categorical { codes: vec![2, 0, 2, 1, 2], bins: 3 });
        assert_eq!(codes, [2, 0, 0, 0, 1, 1, 2, 2, 255]);
    }

    #[test]
    fn the_radix_sort_sorts() {
        let keys: Vec<u64> = (0..10_000).map(|i| crate::splitmix64(3, i) >> 31).collect();
        let mut expected = keys.clone();
        expected.sort_unstable();
        assert_eq!(sorted(keys), expected);
    }

    proptest! {
        /// The code is the number of cuts below the value, however it is searched for; order is kept.
        #[test]
        fn codes_count_the_cuts_below(
            mut values in proptest::collection::vec(-5_000i64..5_000, 1..600), scale in 0u32..18, bins_max in 2usize..=255,
        ) {
            for value in &mut values {
                *value <<= scale;
            }
            let (bins, codes) = column(FeatureKind::Numeric, &values, bins_max);
            prop_assert!(bins.len() <= bins_max);
            let FeatureBins::Numeric { uppers } = bins else { unreachable!() };
            prop_assert!(uppers.is_sorted_by(|a, b| a < b));
            for (value, code) in values.iter().zip(codes) {
                prop_assert_eq!(uppers.iter().filter(|&upper| upper < value).count(), usize::from(code));
            }
        }
    }
}
