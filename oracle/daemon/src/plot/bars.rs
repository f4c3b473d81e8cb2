//! Values with intervals, one below the other.

use plotters::backend::DrawingBackend;
use plotters::prelude::RGBColor;

use super::PlotError;
use super::axis::Axis;
use super::canvas::{Anchor, COLOURS, Canvas, FAINT, GRID, INK, SMALL, TEXT};

/// Most bars that are drawn.
pub(super) const BARS_MAX: usize = 60;
const WIDTH: i32 = 960;
const TOP: i32 = 78;
const BOTTOM: i32 = 62;
const ROW: i32 = 26;
/// Where the axis ends; where it begins depends on the labels.
const RIGHT: i32 = 790;
/// Pixels of a letter, and the longest label that has room.
const LETTER: i32 = 7;
const LABEL_CHARS: usize = 54;

/// What a bar says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Surely above the reference.
    Above,
    /// Surely below it.
    Below,
    /// May be chance.
    Unclear,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Of what.
    pub label: String,
    /// The value; infinite ones end at the axis's end.
    pub value: f64,
    /// Its interval.
    pub interval: (f64, f64),
    /// What it says.
    pub tone: Tone,
    /// Written at the right.
    pub note: String,
}

/// Values with intervals.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    /// What is shown.
    pub title: String,
    /// Of what data, and what the intervals are.
    pub subtitle: String,
    /// The values' axis.
    pub axis: Axis,
    /// Where bars begin: what a value is compared with.
    pub reference: f64,
    /// What stands above the notes.
    pub note_heading: String,
    /// The values, at most 60 of which are drawn.
    pub bars: Vec<Bar>,
}

impl Bars {
    fn shown(&self) -> &[Bar] {
        &self.bars[..self.bars.len().min(BARS_MAX)]
    }

    /// Where the axis begins.
    fn left(&self) -> i32 {
        let longest = self.shown().iter().map(|bar| bar.label.chars().count()).max().unwrap_or(0);
        // At most LABEL_CHARS.
        32 + LETTER * longest.clamp(8, LABEL_CHARS) as i32
    }

    pub(super) fn size(&self) -> (u32, u32) {
        // At most BARS_MAX rows.
        (WIDTH as u32, (TOP + BOTTOM + ROW * self.shown().len() as i32) as u32)
    }

    pub(super) fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Result<(), PlotError> {
        canvas.heading(&self.title, &self.subtitle)?;
        canvas.text(&self.note_heading, (WIDTH - 16, TOP - 8), SMALL, FAINT, Anchor::Right)?;
        let bottom = TOP + ROW * self.shown().len() as i32;
        let left = self.left();
        for (value, text) in self.axis.ticks() {
            let x = self.axis.pixel(value, left, RIGHT);
            canvas.line(&[(x, TOP), (x, bottom)], GRID, 1)?;
            canvas.text(&text, (x, bottom + 16), SMALL, INK, Anchor::Middle)?;
        }
        canvas.text(&self.axis.label, ((left + RIGHT) / 2, bottom + 42), TEXT, INK, Anchor::Middle)?;
        let reference = self.axis.pixel(self.reference, left, RIGHT);
        for (row, bar) in self.shown().iter().enumerate() {
            self.draw_bar(canvas, bar, TOP + ROW * row as i32 + ROW / 2, left)?;
        }
        canvas.line(&[(reference, TOP), (reference, bottom)], INK, 1)
    }

    fn draw_bar<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<DB>,
        bar: &Bar,
        y: i32,
        left: i32,
    ) -> Result<(), PlotError> {
        let colour: RGBColor = match bar.tone {
            Tone::Above => COLOURS[0],
            Tone::Below => COLOURS[1],
            Tone::Unclear => RGBColor(150, 150, 150),
        };
        let x = self.axis.pixel(bar.value, left, RIGHT);
        let reference = self.axis.pixel(self.reference, left, RIGHT);
        canvas.text(&shortened(&bar.label), (left - 12, y), TEXT, INK, Anchor::Right)?;
        canvas.rectangle([(reference.min(x), y - 8), (reference.max(x), y + 8)], colour, 0.45)?;
        let (low, high) = bar.interval;
        let (from, to) = (self.axis.pixel(low, left, RIGHT), self.axis.pixel(high, left, RIGHT));
        canvas.line(&[(from, y), (to, y)], colour, 2)?;
        for (end, at, inward) in [(low, from, 1), (high, to, -1)] {
            // An arrow where the interval goes on beyond the axis, a stop where it ends.
            if self.axis.is_beyond(end) {
                canvas.line(&[(at + 6 * inward, y - 4), (at, y), (at + 6 * inward, y + 4)], colour, 2)?;
            } else {
                canvas.line(&[(at, y - 4), (at, y + 4)], colour, 2)?;
            }
        }
        canvas.dot((x, y), 4, colour)?;
        canvas.text(&bar.note, (WIDTH - 16, y), SMALL, FAINT, Anchor::Right)
    }
}

fn shortened(label: &str) -> String {
    if label.chars().count() <= LABEL_CHARS {
        return label.to_owned();
    }
    let start: String = label.chars().take(LABEL_CHARS - 1).collect();
    format!("{start}…")
}
