//! Interval arithmetic: the bounds of a result from the bounds of its operands.

use super::finding::Rule;
use crate::relations::{DECIMAL_MAX, Interval, Kind};

/// What an operator gives, or why it is refused.
pub(super) type Bounded = Result<Interval, (Rule, String)>;

impl Interval {
    pub(super) fn one(value: i128) -> Self {
        Self { low: value, high: value }
    }

    /// The least interval that holds both.
    pub(super) fn union(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }
}

/// All values of a kind.
pub(super) fn whole(kind: Kind) -> Interval {
    match kind {
        Kind::Decimal => Interval { low: -DECIMAL_MAX, high: DECIMAL_MAX },
        _ => Interval { low: i128::from(i64::MIN), high: i128::from(i64::MAX) },
    }
}

/// The interval if every value of it is one of the kind.
pub(super) fn fits(range: Option<Interval>, kind: Kind) -> Bounded {
    let all = whole(kind);
    match range {
        Some(range) if all.low <= range.low && range.high <= all.high => Ok(range),
        reached => {
            let reached = reached
                .map_or("more than 10^38".to_owned(), |range| format!("{} to {}", range.low, range.high));
            let (name, cure) = match kind {
                Kind::Decimal => ("DECIMAL(38,0)", "lower the declared bounds, or sum over fewer rows"),
                _ => ("BIGINT", "CAST the operands AS DECIMAL(38,0), or lower the declared bounds"),
            };
            Err((Rule::Overflow, format!("it may reach {reached}, {name} may not; {cure}")))
        }
    }
}

/// The exact bounds of a sum, difference or product; `None` beyond 128 bits.
pub(super) fn corners(
    a: Interval,
    b: Interval,
    operator: impl Fn(i128, i128) -> Option<i128>,
) -> Option<Interval> {
    let mut out: Option<Interval> = None;
    for left in [a.low, a.high] {
        for right in [b.low, b.high] {
            let corner = Interval::one(operator(left, right)?);
            out = Some(out.map_or(corner, |out| out.union(corner)));
        }
    }
    out
}

/// `a / b`, truncated towards zero.
pub(super) fn quotient(a: Interval, b: Interval) -> Bounded {
    positive(b)?;
    // Truncation never falls when the dividend rises, and moves towards 0 when the divisor rises.
    corners(a, b, i128::checked_div).ok_or((Rule::Overflow, "the quotient leaves 128 bits".to_owned()))
}

/// `a % b`, with the sign of `a`.
pub(super) fn remainder(a: Interval, b: Interval) -> Bounded {
    positive(b)?;
    let most = b.high - 1;
    let low = if a.low < 0 { -most.min(a.low.checked_neg().unwrap_or(i128::MAX)) } else { 0 };
    let high = if a.high > 0 { most.min(a.high) } else { 0 };
    Ok(Interval { low, high })
}

fn positive(divisor: Interval) -> Result<(), (Rule, String)> {
    if divisor.low >= 1 {
        return Ok(());
    }
    let advice = format!("the divisor may be {} and must be proven to be at least 1", divisor.low);
    Err((Rule::Division, advice))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(low: i128, high: i128) -> Interval {
        Interval { low, high }
    }

    /// Every value of small intervals, against the bounds.
    #[test]
    fn bounds_are_the_least_that_hold_every_value() {
        type Operator = (fn(i128, i128) -> i128, fn(Interval, Interval) -> Interval, bool);
        let operators: [Operator; 5] = [
            (|a, b| a + b, |a, b| corners(a, b, i128::checked_add).unwrap(), true),
            (|a, b| a - b, |a, b| corners(a, b, i128::checked_sub).unwrap(), true),
            (|a, b| a * b, |a, b| corners(a, b, i128::checked_mul).unwrap(), true),
            (|a, b| a / b, |a, b| quotient(a, b).unwrap(), true),
            // A remainder's bounds hold every value and need not be the least.
            (|a, b| a % b, |a, b| remainder(a, b).unwrap(), false),
        ];
        for (number, (exact, bounds, least)) in operators.into_iter().enumerate() {
            for a in (-6..6).flat_map(|low| (low..6).map(move |high| interval(low, high))) {
                for b in (1..5).flat_map(|low| (low..5).map(move |high| interval(low, high))) {
                    let values: Vec<i128> = (a.low..=a.high)
                        .flat_map(|left| (b.low..=b.high).map(move |right| exact(left, right)))
                        .collect();
                    let held = interval(*values.iter().min().unwrap(), *values.iter().max().unwrap());
                    let bounded = bounds(a, b);
                    assert!(bounded.low <= held.low && held.high <= bounded.high, "{number} {a:?} {b:?}");
                    assert!(!least || bounded == held, "{number} {a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn divisors_below_one_are_refused() {
        for (operator, name) in [(quotient as fn(_, _) -> Bounded, "/"), (remainder, "%")] {
            assert!(operator(interval(0, 9), interval(0, 9)).is_err(), "{name}");
            assert!(operator(interval(0, 9), interval(-3, -1)).is_err(), "{name}");
            assert!(operator(interval(0, 9), interval(1, 9)).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_kind_holds_its_ends_and_nothing_beyond() {
        let ends = [
            (Kind::BigInt, i128::from(i64::MIN), i128::from(i64::MAX)),
            (Kind::Decimal, -DECIMAL_MAX, DECIMAL_MAX),
        ];
        for (kind, low, high) in ends {
            assert!(fits(Some(interval(low, high)), kind).is_ok());
            assert!(fits(Some(interval(low - 1, high)), kind).is_err());
            assert!(fits(Some(interval(low, high + 1)), kind).is_err());
            assert!(fits(None, kind).is_err());
        }
    }
}
