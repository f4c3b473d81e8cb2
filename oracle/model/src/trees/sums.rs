//! Integer statistics of rows: gradient, hessian and count, added exactly in any order.
//!
//! Hessian and count share 64 bits, so the more rows there are, the coarser the hessian of one: [`hessian_bits`]. Up to 65,535
//! rows it has 30 bits, to a million 22, to five million, the most that a file may have, 16, at [`super::TREE_ROWS_MAX`] 12.
//! The largest hessian of log-loss is ¼, so with b bits a row that is predicted so surely that `p(1 − p) < 2^(−b − 3)` counts as
//! one without any: 2·10^-6 at 16 bits, 3·10^-5 at 12. Its gradient, of 30 bits at any number of rows, still counts.

/// Bits of the largest gradient of a row.
const GRADIENT_BITS: i32 = 30;
/// Most bits of the largest hessian of a row.
const HESSIAN_BITS_MAX: u32 = 30;
/// A gradient is clipped to this: twice the largest that was announced. With [`super::TREE_ROWS_MAX`] rows the sum
/// stays below 2^55.
const GRADIENT_CLIP: f64 = i32::MAX as f64;
/// 1.5·2^52: adding it to a number below 2^51 rounds that, half to even, into the low bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// Of one row: half the bytes of [`Sums`], because a fit waits for memory more than it adds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RowStats {
    gradient: i32,
    /// At most 2^[`HESSIAN_BITS_MAX`].
    hessian: u32,
}

/// Of one row or the sum over several: the gradient, and hessian and count in one integer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    gradient: i64,
    /// `hessian · 2^row_bits + rows`, see [`Scale`].
    packed: i64,
}

impl Sums {
    /// The sum. [`Scale`] keeps it far from overflow for up to [`super::TREE_ROWS_MAX`] rows, hence unchecked: this is the
    /// inner loop of every fit.
    #[inline(always)]
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            gradient: self.gradient.wrapping_add(other.gradient),
            packed: self.packed.wrapping_add(other.packed),
        }
    }

    /// What is left without a part of it.
    #[inline(always)]
    pub(crate) fn minus(self, part: Self) -> Self {
        Self {
            gradient: self.gradient.wrapping_sub(part.gradient),
            packed: self.packed.wrapping_sub(part.packed),
        }
    }
}

/// What the integers of [`Sums`] mean: powers of two that follow from the number of rows and the largest gradient and
/// hessian of a row, so that nothing overflows and rounding is far below the noise of the data.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    row_bits: u32,
    /// Integers per unit of the gradient, and its inverse.
    gradient: (f64, f64),
    hessian: (f64, f64),
}

/// 2^n.
fn power_of_two(n: i32) -> f64 {
    libm::scalbn(1.0, n)
}

/// The least n with `x ≤ 2^n`; 0 for 0.
fn bits_of(x: f64) -> i32 {
    let (fraction, exponent) = libm::frexp(x);
    // x = fraction · 2^exponent with ½ ≤ fraction < 1.
    if fraction == 0.5 { exponent - 1 } else { exponent }
}

/// Bits of the largest hessian of a row: `rows · hessian < 2^(62 − row_bits)`, which leaves `row_bits` for the count and one for
/// the sign.
fn hessian_bits(row_bits: u32) -> i32 {
    (62 - 2 * row_bits).min(HESSIAN_BITS_MAX) as i32
}

impl Scale {
    /// For at most `rows` rows (up to [`super::TREE_ROWS_MAX`]) whose gradients and hessians are at most these in magnitude.
    pub(crate) fn new(rows: usize, gradient_max: f64, hessian_max: f64) -> Self {
        let row_bits = usize::BITS - rows.leading_zeros();
        let hessian_bits = hessian_bits(row_bits);
        let pair = |bits: i32| (power_of_two(bits), power_of_two(-bits));
        Self {
            row_bits,
            gradient: pair(GRADIENT_BITS - bits_of(gradient_max)),
            hessian: pair(hessian_bits - bits_of(hessian_max)),
        }
    }

    /// The statistics of one row.
    #[inline(always)]
    pub(crate) fn row(&self, gradient: f64, hessian: f64) -> RowStats {
        let round = |x: f64| ((x + ROUNDER).to_bits() as i64).wrapping_sub(ROUNDER.to_bits() as i64);
        let gradient = (gradient * self.gradient.0).clamp(-GRADIENT_CLIP, GRADIENT_CLIP);
        // Clipped to an i32; the hessian is at most 2^HESSIAN_BITS_MAX.
        RowStats { gradient: round(gradient) as i32, hessian: round(hessian * self.hessian.0) as u32 }
    }

    /// A hessian as [`Scale::row`] rounds it.
    #[inline(always)]
    pub(crate) fn rounded_hessian(&self, hessian: f64) -> f64 {
        f64::from(self.row(0.0, hessian).hessian) * self.hessian.1
    }

    /// The statistics of one row as the sum over it.
    #[inline(always)]
    pub(crate) fn sums(&self, row: RowStats) -> Sums {
        let hessian = i64::from(row.hessian) << self.row_bits;
        // The low bits are free: the bit is the count of 1.
        Sums { gradient: i64::from(row.gradient), packed: hessian | 1 }
    }

    /// The sum of gradients.
    #[inline(always)]
    pub(crate) fn gradient(&self, sums: Sums) -> f64 {
        sums.gradient as f64 * self.gradient.1
    }

    /// The sum of hessians.
    #[inline(always)]
    pub(crate) fn hessian(&self, sums: Sums) -> f64 {
        (sums.packed >> self.row_bits) as f64 * self.hessian.1
    }

    /// The number of rows.
    #[inline(always)]
    pub(crate) fn rows(&self, sums: Sums) -> u32 {
        (sums.packed & ((1 << self.row_bits) - 1)) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trees::TREE_ROWS_MAX;

    #[test]
    fn the_largest_sums_fit() {
        for (gradient, hessian) in [(1.0, 0.25), (-1.0, 0.0), (7e12, 16.0)] {
            let scale = Scale::new(TREE_ROWS_MAX, libm::fabs(gradient), hessian);
            let row = scale.sums(scale.row(gradient, hessian));
            let mut all = row;
            // Doubling 24 times makes 2^24 rows.
            for _ in 0..24 {
                all = all.plus(all);
            }
            assert_eq!(scale.rows(all) as usize, TREE_ROWS_MAX);
            assert_eq!(scale.gradient(all), scale.gradient(row) * TREE_ROWS_MAX as f64);
            assert_eq!(scale.hessian(all), hessian * TREE_ROWS_MAX as f64);
            assert_eq!(all.minus(row).plus(row), all);
        }
    }

    /// What the module says of resolution: the surest prediction that still has a hessian, and the next one that has none.
    #[test]
    fn the_hessian_of_a_sure_prediction_by_hand() {
        for (rows, bits) in
            [(65_535, 30), (65_536, 28), (1_000_000, 22), (5_000_000, 16), (TREE_ROWS_MAX, 12)]
        {
            let scale = Scale::new(rows, 1.0, 0.25);
            let hessian = |h: f64| scale.hessian(scale.sums(scale.row(0.0, h)));
            let half_a_step = power_of_two(-bits - 3);
            assert_eq!(hessian(0.25), 0.25);
            assert_eq!(
                (hessian(half_a_step), hessian(1.001 * half_a_step)),
                (0.0, 2.0 * half_a_step),
                "{rows}"
            );
        }
    }

    #[test]
    fn rounding_is_half_to_even() {
        let scale = Scale::new(10, 1.0, 0.25);
        let unit = power_of_two(-30);
        for (units, want) in [(2.5, 2.0), (3.5, 4.0), (-2.5, -2.0), (-0.75, -1.0), (0.5, 0.0)] {
            assert_eq!(scale.gradient(scale.sums(scale.row(units * unit, 0.0))), want * unit);
        }
        // One far outside is clipped, not wrapped.
        let clipped = |gradient: f64| scale.gradient(scale.sums(scale.row(gradient, 0.0)));
        assert_eq!((clipped(1e9), clipped(-1e9)), (2.0 - unit, unit - 2.0));
    }

    #[test]
    fn bits_by_hand() {
        for (x, bits) in [(0.0, 0), (0.25, -2), (0.3, -1), (1.0, 0), (1.5, 1), (2.0, 1), (1e12, 40)] {
            assert_eq!(bits_of(x), bits, "{x}");
        }
    }
}
