//! From values to pixels, and which values to name.

/// How values are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences are equally far apart.
    Linear,
    /// Equal ratios are: for quotients. Values above 0 alone.
    Logarithmic,
}

/// An axis: what it shows, in which unit, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What and in which unit.
    pub label: String,
    /// Its lowest and highest value.
    pub range: (f64, f64),
    /// How.
    pub scale: Scale,
    /// Written behind each value, such as ` %`.
    pub suffix: &'static str,
}

/// Most values named on an axis.
const TICKS_MAX: usize = 12;
/// Above so many decades three values of each are named instead of six.
const SPARSE_DECADES: f64 = 1.6;

impl Axis {
    /// An axis wide enough for all finite values, with a little room; of a logarithmic one also above 0.
    pub fn around(label: impl Into<String>, values: impl Iterator<Item = f64>, scale: Scale) -> Self {
        let usable = |value: &f64| value.is_finite() && (scale == Scale::Linear || *value > 0.0);
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter(usable) {
            low = if value < low { value } else { low };
            high = if value > high { value } else { high };
        }
        let range = match scale {
            _ if low > high => (1.0, 10.0),
            Scale::Linear => {
                let room = if high > low { 0.04 * (high - low) } else { 1.0 };
                (low - room, high + room)
            }
            Scale::Logarithmic => (low / 1.15, high * 1.15),
        };
        Self { label: label.into(), range, scale, suffix: "" }
    }

    /// Where a value lies between two pixels, held within them.
    pub(super) fn pixel(&self, value: f64, from: i32, to: i32) -> i32 {
        let position = |value: f64| match self.scale {
            Scale::Linear => value,
            Scale::Logarithmic => libm::log(value.max(f64::MIN_POSITIVE)),
        };
        let (low, high) = (position(self.range.0), position(self.range.1));
        let share = ((position(value) - low) / (high - low)).clamp(0.0, 1.0);
        // Within the two, which are pixels.
        from + libm::rint(share * f64::from(to - from)) as i32
    }

    /// Whether the value is off the axis.
    pub(super) fn is_beyond(&self, value: f64) -> bool {
        value < self.range.0 || value > self.range.1
    }

    /// Round values within the range, with their texts.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let values = match self.scale {
            Scale::Linear => self.linear_ticks(),
            Scale::Logarithmic => self.decade_ticks(),
        };
        values.into_iter().map(|value| (value, format!("{}{}", short(value), self.suffix))).collect()
    }

    fn linear_ticks(&self) -> Vec<f64> {
        let (low, high) = self.range;
        let raw = (high - low) / 8.0;
        if !(raw.is_finite() && raw > 0.0) {
            return vec![low];
        }
        let decade = libm::pow(10.0, libm::floor(libm::log10(raw)));
        let step = [1.0, 2.0, 5.0, 10.0].map(|times| times * decade).into_iter().find(|&step| step >= raw);
        let step = step.unwrap_or(10.0 * decade);
        let first = libm::ceil(low / step);
        let all = (0..TICKS_MAX).map(|at| (first + at as f64) * step);
        all.take_while(|&value| value <= high + 1e-9 * step).collect()
    }

    fn decade_ticks(&self) -> Vec<f64> {
        let (low, high) = self.range;
        let decades = libm::log10(high / low);
        let steps: &[f64] = match decades {
            decades if decades > 4.0 => &[1.0],
            decades if decades > SPARSE_DECADES => &[1.0, 2.0, 5.0],
            _ => &[1.0, 1.5, 2.0, 3.0, 5.0, 7.0],
        };
        // Decades of f64 are within ±324.
        let decade = |value: f64| libm::floor(libm::log10(value)) as i32;
        let (first, last) = (decade(low), decade(high));
        let all = (first..=last)
            .flat_map(|decade| steps.iter().map(move |step| step * libm::pow(10.0, f64::from(decade))));
        all.filter(|value| (low..=high).contains(value)).take(3 * TICKS_MAX).collect()
    }
}

/// As few digits as tell it: three after the point at most.
pub(super) fn short(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
