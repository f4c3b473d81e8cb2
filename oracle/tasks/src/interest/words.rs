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
    let steps = |value: f64| libm::rint(value * 1e3) as i64;
    let (base, margin) = (steps(base), steps(margin));
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
