//! The scale of a numeric column: by which power of ten its numbers become integers.

use attention_model::FEATURE_ABS_MAX;

use super::spec::{DECIMALS_MAX, DECIMALS_MIN};

/// Decimals that are kept where they fit, however many the cells are written with: ten digits and more of a fraction are the
/// rounding of whoever computed it.
const DECIMALS_USUAL: i16 = 9;
/// What an integer may be off by, as a share of the number, before the cell counts as rounded.
const ROUNDED_SHARE: f64 = 0.005;
/// One cell in so many, and one different value in so many, may be beyond the range or rounded.
const LOST_ONE_IN: usize = 100;
/// Most different values that are looked at; of more every k-th is.
const VALUES_MAX: usize = 1 << 16;

/// `10^exponent` as the nearest double, for 0 to 308; infinite above.
pub fn power_of_ten(exponent: u16) -> f64 {
    // Rust's parser rounds correctly, and takes any such text.
    format!("1e{exponent}").parse().unwrap_or(f64::INFINITY)
}

/// Multiplies by a power of ten.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    factor: f64,
    divisor: f64,
}

/// A number as an integer of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scaled {
    /// Within half a percent.
    Near(i64),
    /// The nearest, but off by more than half a percent of the number.
    Rounded(i64),
    /// The end of the range, for a number beyond it.
    End(i64),
}

impl Scaled {
    pub(super) fn value(self) -> i64 {
        match self {
            Self::Near(value) | Self::Rounded(value) | Self::End(value) => value,
        }
    }
}

impl Scale {
    /// That of a column with so many decimals, −300 to 308.
    pub(super) fn new(decimals: i16) -> Self {
        let power = power_of_ten(decimals.unsigned_abs());
        // A division by a power of ten is exact where one would be; a multiplication by a fraction is not.
        if decimals < 0 { Self { factor: 1.0, divisor: power } } else { Self { factor: power, divisor: 1.0 } }
    }

    fn shifted(self, value: f64) -> f64 {
        value * self.factor / self.divisor
    }

    /// True if the number is within the features' range.
    fn holds(self, value: f64) -> bool {
        libm::fabs(self.shifted(value)) <= FEATURE_ABS_MAX as f64
    }

    /// The integer of a finite number: rounded half to even, and held within the features' range.
    pub(super) fn apply(self, value: f64) -> Scaled {
        let limit = FEATURE_ABS_MAX as f64;
        let shifted = self.shifted(value);
        let rounded = libm::rint(shifted);
        if rounded > limit {
            return Scaled::End(FEATURE_ABS_MAX);
        }
        if rounded < -limit {
            return Scaled::End(-FEATURE_ABS_MAX);
        }
        let off = libm::fabs(shifted - rounded) > ROUNDED_SHARE * libm::fabs(shifted);
        // A division may have left nothing at all.
        if off || (shifted == 0.0 && value != 0.0) {
            Scaled::Rounded(rounded as i64)
        } else {
            Scaled::Near(rounded as i64)
        }
    }
}

/// The numbers of a column of the training file, and the scale that keeps most of them.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    values: Vec<f64>,
    /// The most digits after the point that a cell is written with; below 0 if all end in zeros before it.
    finest: Option<i16>,
    max_abs: f64,
}

/// How a column is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chosen {
    /// Digits after the point.
    pub(super) decimals: i16,
    /// Different numbers, and how many of them remain different as integers; `None` where every digit is kept.
    pub(super) distinct: Option<(usize, usize)>,
}

impl Numbers {
    /// Takes a number that is written with so many decimals.
    pub(super) fn take(&mut self, value: f64, decimals: i16) {
        // Minus zero is zero.
        self.values.push(value + 0.0);
        self.max_abs = libm::fmax(self.max_abs, libm::fabs(value));
        self.finest = Some(self.finest.map_or(decimals, |finest| finest.max(decimals)));
    }

    pub(super) fn count(&self) -> usize {
        self.values.len()
    }

    /// As many decimals as all cells have, but at most nine, and no more than keep the largest within the range. Where this
    /// rounds more than one cell in a hundred, one number is too large (or all are too small) for the others: then the scale
    /// that fewest cells are rounded or beyond the range of, where at most one cell in a hundred may be beyond it, or one
    /// different number in a hundred, but always the largest.
    pub(super) fn choose(mut self) -> Chosen {
        let finest = self.finest.unwrap_or(0);
        let usual = largest_that(finest.clamp(0, DECIMALS_USUAL), |scale| scale.holds(self.max_abs));
        if finest <= usual {
            return Chosen { decimals: usual, distinct: None };
        }
        self.values.sort_unstable_by(f64::total_cmp);
        let magnitudes = magnitudes(&self.values);
        let most = magnitudes.iter().map(|(_, cells)| cells).sum::<usize>() / LOST_ONE_IN;
        let decimals = if lost(&magnitudes, usual) <= most {
            usual
        } else {
            let top = top(&magnitudes, most);
            let highest = largest_that(finest.clamp(usual, DECIMALS_MAX), |scale| scale.holds(top));
            // The last of equals: it costs nothing, and keeps more.
            (usual..=highest).min_by_key(|&at| (lost(&magnitudes, at), -at)).unwrap_or(usual)
        };
        let scale = Scale::new(decimals);
        let distinct = (
            count_distinct(self.values.iter().map(|value| value.to_bits())),
            count_distinct(self.values.iter().map(|&value| scale.apply(value).value())),
        );
        Chosen { decimals, distinct: Some(distinct) }
    }
}

/// The most decimals up to `from` whose scale passes; the fewest there are if none does.
fn largest_that(from: i16, passes: impl Fn(Scale) -> bool) -> i16 {
    (DECIMALS_MIN..=from).rev().find(|&decimals| passes(Scale::new(decimals))).unwrap_or(DECIMALS_MIN)
}

/// Different magnitudes but 0, rising, with the cells of each; of more than [`VALUES_MAX`] neighbours are put together, so that
/// nothing depends on the order of rows.
fn magnitudes(values: &[f64]) -> Vec<(f64, usize)> {
    let mut all: Vec<f64> =
        values.iter().map(|&value| libm::fabs(value)).filter(|&value| value > 0.0).collect();
    all.sort_unstable_by(f64::total_cmp);
    let distinct: Vec<(f64, usize)> =
        all.chunk_by(|a, b| a == b).map(|equal| (equal[0], equal.len())).collect();
    let step = distinct.len().div_ceil(VALUES_MAX).max(1);
    distinct
        .chunks(step)
        .map(|part| (part[part.len() - 1].0, part.iter().map(|(_, cells)| cells).sum()))
        .collect()
}

/// The largest magnitude that has to be within the range: above it are at most `most` cells, or one different magnitude in a
/// hundred and at least one.
fn top(magnitudes: &[(f64, usize)], most: usize) -> f64 {
    let by_value = (magnitudes.len() / LOST_ONE_IN).max(1);
    let mut cells = 0;
    let by_cells = magnitudes
        .iter()
        .rev()
        .take_while(|(_, count)| {
            cells += count;
            cells <= most
        })
        .count();
    let above = by_value.max(by_cells);
    magnitudes.iter().rev().nth(above).or(magnitudes.first()).map_or(0.0, |(magnitude, _)| *magnitude)
}

/// How many cells are rounded or beyond the range.
fn lost(magnitudes: &[(f64, usize)], decimals: i16) -> usize {
    let scale = Scale::new(decimals);
    let lost = magnitudes.iter().filter(|(value, _)| !matches!(scale.apply(*value), Scaled::Near(_)));
    lost.map(|(_, cells)| cells).sum()
}

/// How many runs of equal items there are.
fn count_distinct<T: PartialEq>(mut items: impl Iterator<Item = T>) -> usize {
    let Some(mut last) = items.next() else { return 0 };
    let mut count = 1;
    for item in items {
        count += usize::from(item != last);
        last = item;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::super::cell::{decimals, number};
    use super::*;

    fn chosen(cells: &[&str]) -> Chosen {
        let mut numbers = Numbers::default();
        for cell in cells {
            numbers.take(number(cell).unwrap(), decimals(cell));
        }
        numbers.choose()
    }

    fn texts(values: impl Iterator<Item = f64>) -> Vec<String> {
        values.map(|value| value.to_string()).collect()
    }

    fn of(texts: &[String]) -> Chosen {
        chosen(&texts.iter().map(String::as_str).collect::<Vec<_>>())
    }

    #[test]
    fn numbers_are_scaled() {
        let at = |value, decimals| Scale::new(decimals).apply(value);
        assert_eq!((at(0.1, 1), at(300.0, -2)), (Scaled::Near(1), Scaled::Near(3)));
        // Half to even; 2.5 and 3.5 are off by a fifth and a seventh.
        assert_eq!((at(0.25, 1), at(0.35, 1)), (Scaled::Rounded(2), Scaled::Rounded(4)));
        // 100.4 is off by 0.4 %, 12.34 by 2.8 %.
        assert_eq!((at(100.4, 0), at(12.34, 0)), (Scaled::Near(100), Scaled::Rounded(12)));
        assert_eq!(at(-12_345.0, -2), Scaled::Near(-123));
        let end = FEATURE_ABS_MAX;
        assert_eq!((at(1e9, 2), at(-1e300, 0)), (Scaled::End(end), Scaled::End(-end)));
        assert_eq!((at(2_147_483_648.0, 0), at(1e308, 308)), (Scaled::Near(end), Scaled::End(end)));
        // Nothing is left, and said to be lost.
        assert_eq!((at(5e-324, -300), at(0.0, -300)), (Scaled::Rounded(0), Scaled::Near(0)));
    }

    /// The doubles nearest to powers of ten, as Python prints them: `(10.0**22).hex()`, `float('1e308').hex()`.
    #[test]
    fn powers_are_the_nearest_doubles() {
        assert_eq!((power_of_ten(0), power_of_ten(3)), (1.0, 1_000.0));
        assert_eq!(power_of_ten(22).to_bits(), 0x4480_f0cf_064d_d592);
        assert_eq!(power_of_ten(308).to_bits(), 0x7fe1_ccf3_85eb_c8a0);
        assert!(power_of_ten(309).is_infinite());
    }

    #[test]
    fn every_digit_is_kept_where_it_fits() {
        assert_eq!(chosen(&["1.25", "-3", "7"]), Chosen { decimals: 2, distinct: None });
        assert_eq!(chosen(&["0", "-0", "5"]), Chosen { decimals: 0, distinct: None });
        // 3·10^12 is above 2^31 by a factor of 1,397: four digits go.
        assert_eq!(chosen(&["3e12", "1e12"]).decimals, -4);
        assert_eq!(chosen(&[]), Chosen { decimals: 0, distinct: None });
    }

    /// 63,973.52223 leaves room for four decimals: what is below 0.01 loses a digit, and is too little to matter.
    #[test]
    fn a_long_tail_keeps_the_scale_of_its_end() {
        let mut cells = texts((1..400).map(|i| f64::from(i) * 17.123_456_7));
        cells.push("63973.52223".into());
        cells.push("0.001234".into());
        assert_eq!(of(&cells).decimals, 4);
    }

    /// One cell of 10^12 among numbers up to 99.99 leaves them as they are without it.
    #[test]
    fn one_large_number_does_not_decide() {
        let mut cells = texts((1..10_000).map(|i| f64::from(i) / 100.0));
        assert_eq!(of(&cells).decimals, 2);
        for large in ["1e12", "-1e30", "1e308"] {
            cells.push(large.into());
            assert_eq!(of(&cells), Chosen { decimals: 2, distinct: Some((10_000, 10_000)) }, "{large}");
            cells.pop();
        }
    }

    /// One number that stands for a missing one in every fourth cell is one different number.
    #[test]
    fn a_sentinel_does_not_decide() {
        let mut cells = texts((1..300).map(|i| f64::from(i) / 8.0));
        cells.extend((0..100).map(|_| "1e30".to_owned()));
        assert_eq!(of(&cells).decimals, 3);
        // But where one number in ten is a thousand million times the others, those are what is rounded.
        let mut cells = texts((1..=900).map(|i| f64::from(i) / 8.0));
        cells.extend(texts((1..=100).map(|i| f64::from(i) * 1e12)));
        assert_eq!(of(&cells).decimals, -5);
    }

    /// Most cells being the dust of a subtraction does not push what is real out of the range.
    #[test]
    fn dust_does_not_decide() {
        let mut cells = texts((1..=900).map(|i| f64::from(i) * 5.55e-17));
        cells.extend(texts((1..=100).map(f64::from)));
        assert_eq!(of(&cells).decimals, 7);
    }

    /// The same digits in another unit are the same integers, over the whole range of doubles.
    #[test]
    fn units_do_not_matter() {
        for exponent in [-295, -100, -12, -9, 12, 30, 290] {
            let cells: Vec<String> = (1000..2000).map(|i| format!("{i}e{exponent}")).collect();
            let found = of(&cells);
            assert!(matches!(found.distinct, None | Some((1_000, 1_000))), "{exponent}: {found:?}");
            let scale = Scale::new(found.decimals);
            let lost = |cell: &String| !matches!(scale.apply(number(cell).unwrap()), Scaled::Near(_));
            assert!(!cells.iter().any(lost), "{exponent}: {found:?}");
        }
    }

    /// Above 10^9 steps numbers cannot be told apart, and it is told.
    #[test]
    fn what_is_not_told_apart_is_counted() {
        let cells: Vec<String> = (0..100).map(|i| format!("{}", 1_000_000_000_000_000u64 + i)).collect();
        assert_eq!(of(&cells), Chosen { decimals: -6, distinct: Some((100, 1)) });
    }

    #[test]
    fn many_values_are_thinned_without_regard_to_order() {
        let mut cells = texts((1..150_000).map(|i| f64::from(i) / 1e3));
        cells.push("1e15".into());
        let found = of(&cells);
        assert_eq!(found, Chosen { decimals: 3, distinct: Some((150_000, 150_000)) });
        cells.reverse();
        assert_eq!(of(&cells), found);
    }
}
