//! Plain words for what adds up to a prediction: sentences whose numbers, as they are printed, add up too.

mod clauses;

pub use clauses::clause;

/// Most parts of a sentence.
const LISTED_MAX: usize = 1_000;
/// Most steps that are told either way, 2^53: [`LISTED_MAX`] of them and two more are below 2^63, so no sum of a sentence
/// overflows, whatever a model says.
const STEPS_MAX: f64 = 9_007_199_254_740_992.0;

/// In what a change is told: `scale` steps of the last printed digit a unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// Digits after the point.
    pub decimals: u32,
    /// Units per whole: 100 for percent.
    pub per_one: f64,
    /// What stands behind a change, such as ` points`.
    pub suffix: &'static str,
}

impl Unit {
    /// Millionths as whole numbers.
    pub const MILLIONTHS: Self = Self { decimals: 0, per_one: 1e6, suffix: "" };
    /// Hundredths of a probability, as percentage points with two digits.
    pub const POINTS: Self = Self { decimals: 2, per_one: 100.0, suffix: " points" };

    /// The unit that shows a value with about four significant digits.
    pub fn of_value(magnitude: f64) -> Self {
        let mut decimals = 0;
        let mut shown = magnitude;
        // At most nine: a value of 0 has no first digit.
        while shown < 1e3 && decimals < 9 {
            shown *= 10.0;
            decimals += 1;
        }
        Self { decimals, per_one: 1.0, suffix: "" }
    }

    /// In steps of the last printed digit, rounded half to even; within ±2^53, far beyond any target.
    pub fn steps(self, value: f64) -> i64 {
        let steps = libm::rint(value * self.per_one * libm::pow(10.0, f64::from(self.decimals)));
        // What is no number is no change.
        steps.clamp(-STEPS_MAX, STEPS_MAX) as i64
    }

    /// A value in this unit, without its suffix.
    pub fn text(self, value: f64) -> String {
        fixed(self.steps(value), self.decimals)
    }

    /// A change of so many steps, with its sign and suffix.
    pub fn change(self, steps: i64) -> String {
        let sign = if steps < 0 { "" } else { "+" };
        format!("{sign}{}{}", fixed(steps, self.decimals), self.suffix)
    }
}

/// A reason and what it adds.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// A clause, such as `month is Nov`.
    pub because: String,
    /// Added to the prediction.
    pub adds: f64,
}

/// Factor by which changes of the log-odds become changes of the probability, `(σ(margin) − σ(base)) / (margin − base)`: the mean
/// slope of the logistic function σ between the two, so that parts that add up in log-odds add up in probability, each with its
/// sign and in proportion.
pub fn slope_between(base: f64, margin: f64) -> f64 {
    let p = attention_model::sigmoid(base);
    let change = margin - base;
    if change == 0.0 { p * (1.0 - p) } else { (attention_model::sigmoid(margin) - p) / change }
}

/// What brought a prediction from `base` to where it is: the largest reasons each way, at most `top` of them, and the rest in
/// one number. The printed changes add up to the printed difference.
pub fn reasons(unit: Unit, base: f64, prediction: f64, mut parts: Vec<Part>, top: usize) -> Vec<String> {
    // Stable: equal magnitudes stay in the order given.
    parts.sort_by(|a, b| libm::fabs(b.adds).total_cmp(&libm::fabs(a.adds)));
    let told = |rises: bool| -> Vec<(i64, &str)> {
        let steps = parts.iter().map(|part| (unit.steps(part.adds), part.because.as_str()));
        steps
            .filter(|(steps, _)| if rises { *steps > 0 } else { *steps < 0 })
            .take(top.min(LISTED_MAX))
            .collect()
    };
    let (up, down) = (told(true), told(false));
    let change = unit.steps(prediction) - unit.steps(base);
    let mut rest = change;
    for (steps, _) in up.iter().chain(&down) {
        rest -= steps;
    }
    let mut out = Vec::new();
    for (word, list) in [("rose", &up), ("fell", &down)] {
        if !list.is_empty() {
            let clauses: Vec<String> =
                list.iter().map(|(steps, because)| format!("{because} ({})", unit.change(*steps))).collect();
            out.push(format!("It {word} most because {}.", joined(&clauses)));
        }
    }
    let others = parts.len() - up.len() - down.len();
    if others > 0 || rest != 0 {
        let count = if others == 1 { "1 other reason".into() } else { format!("{others} other reasons") };
        out.push(format!("{count} and rounding: {}.", unit.change(rest)));
    }
    out.push(format!("Together: {}.", unit.change(change)));
    out
}

/// `a`, `a and b`, `a, b and c`.
pub fn joined(clauses: &[String]) -> String {
    match clauses {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `steps · 10^-decimals` with a comma at every third digit before the point.
pub fn fixed(steps: i64, decimals: u32) -> String {
    let width = decimals as usize + 1;
    let digits = format!("{:0>width$}", steps.unsigned_abs());
    let (whole, fraction) = digits.split_at(digits.len() - decimals as usize);
    let sign = if steps < 0 { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", grouped(whole))
}

/// Digits with a comma at every third from the end.
pub fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(because: &str, adds: f64) -> Part {
        Part { because: because.into(), adds }
    }

    #[test]
    fn numbers_by_hand() {
        let texts: Vec<String> =
            [(312_000, 0), (-1_234_567, 2), (5, 3), (0, 0), (1_000, 0)].map(|(n, d)| fixed(n, d)).into();
        assert_eq!(texts, ["312,000", "-12,345.67", "0.005", "0", "1,000"]);
        let units = [512.25, 0.004_2, 123_456.7, 0.0].map(|value| Unit::of_value(value).text(value));
        assert_eq!(units, ["512.2", "0.004200", "123,457", "0.000000000"]);
        assert_eq!(joined(&["a".into(), "b".into(), "c".into()]), "a, b and c");
    }

    /// 0.2 + 0.15 − 0.04 + 0.001 + 0.001 = 0.312.
    #[test]
    fn sentences_add_up() {
        let parts = vec![
            part("you were there", 0.001),
            part("you sold 1", -0.04),
            part("you bought 3", 0.15),
            part("it is rare", 0.001),
        ];
        assert_eq!(
            reasons(Unit::MILLIONTHS, 0.2, 0.312, parts.clone(), 1),
            [
                "It rose most because you bought 3 (+150,000).",
                "It fell most because you sold 1 (-40,000).",
                "2 other reasons and rounding: +2,000.",
                "Together: +112,000.",
            ]
        );
        assert_eq!(
            reasons(Unit::POINTS, 0.2, 0.312, parts, 9),
            [
                "It rose most because you bought 3 (+15.00 points), you were there (+0.10 points) and it is rare (+0.10 points).",
                "It fell most because you sold 1 (-4.00 points).",
                "Together: +11.20 points.",
            ]
        );
        assert_eq!(reasons(Unit::MILLIONTHS, 0.5, 0.5, Vec::new(), 5), ["Together: +0."]);
    }

    /// Parts beyond every integer are held, and what is printed still adds up: 2^53 either way.
    #[test]
    fn no_value_is_too_large_for_words() {
        let values = [f64::MAX, -f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e16];
        let most = 9_007_199_254_740_992;
        assert_eq!(values.map(|value| Unit::MILLIONTHS.steps(value)), [most, -most, most, -most, 0, most]);
        let many: Vec<Part> =
            (0..2_400).map(|at| part("a", if at % 2 == 0 { 1e300 } else { -1e300 })).collect();
        let told = reasons(Unit::POINTS, -1e300, 1e300, many, usize::MAX);
        assert_eq!(told.len(), 4);
        assert_eq!(told[2], "400 other reasons and rounding: +180,143,985,094,819.84 points.");
        assert_eq!(told[3], "Together: +180,143,985,094,819.84 points.");
        let one_way = vec![part("a", 1e300); 1_000];
        let told = reasons(Unit::MILLIONTHS, 1e300, -1e300, one_way, 1_000);
        assert_eq!(told[1], "0 other reasons and rounding: -9,025,213,653,250,473,984.");
    }

    /// σ(0) = ½ and σ(ln 3) = ¾; no change has the slope ¼ of the middle.
    #[test]
    fn the_slope_by_hand() {
        let ln3 = 3f64.ln();
        assert!((slope_between(0.0, ln3) - 0.25 / ln3).abs() < 1e-15);
        assert!((slope_between(ln3, 0.0) - 0.25 / ln3).abs() < 1e-15);
        assert_eq!(slope_between(0.0, 0.0), 0.25);
    }
}
