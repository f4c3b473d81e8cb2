//! The explanation of a row in plain words.

use attention_model::sigmoid;

use super::explanation::{RowExplanation, Term};
use crate::table::TargetType;
use crate::words::{Part, Unit, fixed, reasons, slope_between};

/// Reasons each way that are told.
const TOLD: usize = 3;

/// Sentences whose numbers add up: those of a probability in percentage points, those of a value as they are.
pub(super) fn of_row(explanation: &RowExplanation, kind: TargetType) -> Vec<String> {
    let RowExplanation { row, target, base, margin, terms, .. } = explanation;
    let clause = |term: &Term| format!("{} is {}", term.column, term.value);
    match kind {
        TargetType::Binary => {
            let factor = slope_between(*base, *margin);
            let parts = terms.iter().map(|term| Part { because: clause(term), adds: term.adds * factor });
            let (from, to) = (sigmoid(*base), sigmoid(*margin));
            let mut out = vec![format!(
                "Row {row}: a yes in {target} is expected with a probability of {} %; the model begins at {} %, that of an average row.",
                Unit::POINTS.text(to),
                Unit::POINTS.text(from)
            )];
            out.extend(reasons(Unit::POINTS, from, to, parts.collect(), TOLD));
            out.push(log_odds(*base, *margin));
            out
        }
        TargetType::Real => {
            let unit = Unit::of_value(libm::fmax(libm::fabs(*base), libm::fabs(*margin)));
            let parts = terms.iter().map(|term| Part { because: clause(term), adds: term.adds });
            let mut out = vec![format!(
                "Row {row}: {target} is expected to be {}; the model begins at {}, that of an average row.",
                unit.text(*margin),
                unit.text(*base)
            )];
            out.extend(reasons(unit, *base, *margin, parts.collect(), TOLD));
            out
        }
    }
}

/// How the points come about.
fn log_odds(base: f64, margin: f64) -> String {
    let unit = Unit { decimals: 3, per_one: 1.0, suffix: "" };
    let (base, margin) = (unit.steps(base), unit.steps(margin));
    let change = margin - base;
    format!(
        "The columns add up in log-odds, {} {} {} = {}; each is told in points by its share of that sum.",
        fixed(base, 3),
        if change < 0 { "-" } else { "+" },
        fixed(change.abs(), 3),
        fixed(margin, 3)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explanation(base: f64, adds: [f64; 2]) -> RowExplanation {
        let margin = base + adds[0] + adds[1];
        let term =
            |column: &str, value: &str, adds| Term { column: column.into(), value: value.into(), adds };
        RowExplanation {
            row: 17,
            target: "revenue".into(),
            prediction: 0.0,
            margin,
            base,
            terms: vec![term("month", "Nov", adds[0]), term("pages", "missing", adds[1])],
            model_hash: String::new(),
            words: Vec::new(),
        }
    }

    /// From ½ to ¾ by ln 3, two thirds up and −½ down of it: 2 − 1 = 1 of 25 points.
    #[test]
    fn a_probability_by_hand() {
        let ln3 = 3f64.ln();
        assert_eq!(
            of_row(&explanation(0.0, [2.0 * ln3, -ln3]), TargetType::Binary),
            [
                "Row 17: a yes in revenue is expected with a probability of 75.00 %; the model begins at 50.00 %, that of an average row.",
                "It rose most because month is Nov (+50.00 points).",
                "It fell most because pages is missing (-25.00 points).",
                "Together: +25.00 points.",
                "The columns add up in log-odds, 0.000 + 1.099 = 1.099; each is told in points by its share of that sum.",
            ]
        );
    }

    /// A file may hold any finite weights: an intercept of −10^300 and a weight of 2·10^300, or changes that no f64 holds.
    #[test]
    fn weights_beyond_every_integer_are_told() {
        for (base, adds) in
            [(-1e300, [2e300, 1.0]), (f64::MAX, [-f64::MAX, -f64::MAX]), (-1e308, [1e308, 1e308])]
        {
            for kind in [TargetType::Binary, TargetType::Real] {
                let told = of_row(&explanation(base, adds), kind);
                assert!(told.iter().any(|sentence| sentence.starts_with("Together: ")), "{told:?}");
            }
        }
        let told = of_row(&explanation(-1e300, [2e300, 0.0]), TargetType::Binary);
        assert_eq!(
            told[1..4],
            [
                "It rose most because month is Nov (+100.00 points).",
                "1 other reason and rounding: +0.00 points.",
                "Together: +100.00 points.",
            ]
        );
        assert!(
            told[4].contains(
                "log-odds, -9,007,199,254,740.992 + 18,014,398,509,481.984 = 9,007,199,254,740.992;"
            )
        );
    }

    #[test]
    fn a_value_by_hand() {
        assert_eq!(
            of_row(&explanation(500.0, [20.25, -8.0]), TargetType::Real),
            [
                "Row 17: revenue is expected to be 512.2; the model begins at 500.0, that of an average row.",
                "It rose most because month is Nov (+20.2).",
                "It fell most because pages is missing (-8.0).",
                "Together: +12.2.",
            ]
        );
    }
}
