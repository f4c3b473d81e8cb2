//! Distribution functions and their inverses.
//!
//! The inverses halve an interval a fixed number of times: slower than a rational approximation, exact to the last bits, and
//! nothing to copy wrongly. They are asked a few thousand times a run.

use std::f64::consts::FRAC_1_SQRT_2;

/// Halvings of an inverse: 64 leave less than the spacing of doubles of an interval's scale.
const HALVINGS: u32 = 100;
/// Terms of a series or a continued fraction, at most; what is asked here ends far earlier.
const TERMS_MAX: u32 = 10_000;
/// Where a term is too small to change a sum.
const SMALL: f64 = 1e-16;
/// Stands for a 0 in a denominator of Lentz's method.
const TINY: f64 = 1e-300;
/// No quantile of a standard normal variable that a double can ask for lies beyond.
const NORMAL_MAX: f64 = 40.0;

/// P(Z ≤ x) of a standard normal variable.
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// The x with P(Z ≤ x) = p; ±40 for p outside (0, 1).
pub fn normal_quantile(p: f64) -> f64 {
    invert(normal_cdf, p, -NORMAL_MAX, NORMAL_MAX)
}

/// The regularised incomplete beta function I_x(a, b), P(X ≤ x) of a beta variable; a, b > 0. By its continued fraction with
/// Lentz's method (Press et al., Numerical Recipes, 6.4).
pub fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let ln_front =
        libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * libm::log(x) + b * libm::log1p(-x);
    let front = libm::exp(ln_front);
    // The fraction converges quickly below the mean; above it the complement's does.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(x, a, b) / a
    } else {
        1.0 - front * beta_fraction(1.0 - x, b, a) / b
    }
}

fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    let held = |value: f64| if libm::fabs(value) < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / held(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for term in 1..=TERMS_MAX {
        let m = f64::from(term);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / held(1.0 + even * d);
        c = held(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / held(1.0 + odd * d);
        c = held(1.0 + odd / c);
        let step = d * c;
        fraction *= step;
        if libm::fabs(step - 1.0) < SMALL {
            break;
        }
    }
    fraction
}

/// The x with I_x(a, b) = p.
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    invert(|x| beta_cdf(x, a, b), p, 0.0, 1.0)
}

/// The t with P(|T| ≤ t) = level of a variable of Student's distribution with so many degrees of freedom (> 0): how many standard
/// errors an interval of a mean reaches to each side. T² / (degrees + T²) is a beta variable of ½ and half the degrees.
pub fn two_sided_t(level: f64, degrees: f64) -> f64 {
    let x = beta_quantile(level, 0.5, 0.5 * degrees);
    libm::sqrt(degrees * x / (1.0 - x))
}

/// The x with P(X ≤ x) = p of a chi-square variable with so many degrees of freedom (> 0).
pub fn chi_square_quantile(p: f64, degrees: f64) -> f64 {
    // By then the density has fallen below e^-300 for every number of degrees.
    let high = degrees + 60.0 * libm::sqrt(degrees) + 1_000.0;
    invert(|x| gamma_cdf(0.5 * degrees, 0.5 * x), p, 0.0, high)
}

/// The regularised lower incomplete gamma function P(a, x), by its series below a + 1, by its continued fraction above (Press
/// et al., Numerical Recipes, 6.2).
fn gamma_cdf(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let front = libm::exp(a * libm::log(x) - x - libm::lgamma(a));
    if x < a + 1.0 {
        let mut term = 1.0 / a;
        let mut sum = term;
        for n in 1..=TERMS_MAX {
            term *= x / (a + f64::from(n));
            sum += term;
            if term < sum * SMALL {
                break;
            }
        }
        return front * sum;
    }
    let held = |value: f64| if libm::fabs(value) < TINY { TINY } else { value };
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / held(b);
    let mut fraction = d;
    for n in 1..=TERMS_MAX {
        let n = f64::from(n);
        let an = -n * (n - a);
        b += 2.0;
        d = 1.0 / held(an * d + b);
        c = held(b + an / c);
        let step = d * c;
        fraction *= step;
        if libm::fabs(step - 1.0) < SMALL {
            break;
        }
    }
    1.0 - front * fraction
}

/// Where a function that does not fall passes `p` between two ends.
fn invert(function: impl Fn(f64) -> f64, p: f64, low: f64, high: f64) -> f64 {
    let (mut low, mut high) = (low, high);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if function(middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, wanted: f64) {
        assert!((found - wanted).abs() <= 1e-11 * wanted.abs().max(1.0), "{found} is not {wanted}");
    }

    /// scipy 1.17: `norm.ppf`, `norm.cdf`.
    #[test]
    fn normal_as_scipy() {
        near(normal_quantile(0.975), 1.959_963_984_540_054);
        near(normal_quantile(0.5), 0.0);
        near(normal_quantile(0.001), -3.090_232_306_167_813);
        near(normal_cdf(1.0), 0.841_344_746_068_542_9);
    }

    /// I_x(1, 1) = x, I_x(2, 1) = x², I_½(a, a) = ½; the others by scipy 1.17: `beta.cdf`, `beta.ppf`.
    #[test]
    fn beta_by_hand_and_as_scipy() {
        near(beta_cdf(0.3, 1.0, 1.0), 0.3);
        near(beta_cdf(0.3, 2.0, 1.0), 0.09);
        near(beta_cdf(0.5, 7.25, 7.25), 0.5);
        near(beta_cdf(0.2, 3.5, 8.25), 0.244_375_709_797_098_05);
        near(beta_cdf(0.012, 20.0, 1_500.0), 0.368_998_956_371_731_3);
        near(beta_quantile(0.025, 4.0, 17.0), 0.057_333_997_050_032_77);
        assert_eq!((beta_cdf(0.0, 2.0, 2.0), beta_cdf(1.0, 2.0, 2.0)), (0.0, 1.0));
    }

    /// With one degree tan(.475 π), with two .95 / √(2 · .975 · .025); the others by scipy 1.17: `t.ppf(0.975, degrees)`.
    #[test]
    fn student_by_hand_and_as_scipy() {
        near(two_sided_t(0.95, 1.0), (0.475 * std::f64::consts::PI).tan());
        near(two_sided_t(0.95, 2.0), 0.95 / (2.0f64 * 0.975 * 0.025).sqrt());
        let large = |degrees, wanted: f64| (two_sided_t(0.95, degrees) - wanted).abs() < 1e-7;
        assert!(large(9.0, 2.262_157_162_798) && large(1_971.0, 1.961_168_299_051));
        assert!(large(1e6, 1.959_966_356_814) && large(1e7, 1.959_964_221_767));
    }

    /// With two degrees P(X ≤ x) = 1 − e^(−x/2), so the quantile of 1 − e^-1 is 2; the others by scipy 1.17: `chi2.ppf`.
    #[test]
    fn chi_square_by_hand_and_as_scipy() {
        near(chi_square_quantile(1.0 - libm::exp(-1.0), 2.0), 2.0);
        near(chi_square_quantile(0.95, 1.0), 3.841_458_820_694_124);
        near(chi_square_quantile(0.95, 9.0), 16.918_977_604_620_448);
        near(chi_square_quantile(0.95, 60.0), 79.081_944_487_848_73);
    }
}
