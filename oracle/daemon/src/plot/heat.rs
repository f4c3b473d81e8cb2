//! Shares by row and column.

use plotters::backend::DrawingBackend;
use plotters::prelude::RGBColor;

use super::PlotError;
use super::canvas::{Anchor, Canvas, FAINT, INK, SMALL, TEXT};

/// Most rows and columns that are drawn: the last rows, the first columns.
const ROWS_MAX: usize = 60;
const COLUMNS_MAX: usize = 36;
/// Most cells with their share written in them.
const WRITTEN_CELLS_MAX: usize = 200;
const LEFT: i32 = 150;
const TOP: i32 = 106;
const BOTTOM: i32 = 96;
const RIGHT: i32 = 24;
/// A row's height, and a cell's width.
const ROW: i32 = 20;
const WIDE: i32 = 46;
const NARROW: i32 = 24;
/// Room for the title.
const WIDTH_MIN: i32 = 900;
/// Steps of the legend.
const LEGEND_STEPS: i32 = 50;

/// A row's label and its shares, 0 to 1; `None`: not known.
pub type HeatRow = (String, Vec<Option<f64>>);

/// Shares as colours.
#[derive(Debug, Clone, PartialEq)]
pub struct Heat {
    /// What is shown.
    pub title: String,
    /// Of what data.
    pub subtitle: String,
    /// What columns are.
    pub x_label: String,
    /// What rows are.
    pub y_label: String,
    /// What a colour means.
    pub legend: String,
    /// Of each column.
    pub columns: Vec<String>,
    /// The rows, from the top.
    pub rows: Vec<HeatRow>,
}

impl Heat {
    fn shown(&self) -> (&[HeatRow], usize) {
        let skipped = self.rows.len() - self.rows.len().min(ROWS_MAX);
        (&self.rows[skipped..], self.columns.len().min(COLUMNS_MAX))
    }

    fn cell_width(&self) -> i32 {
        if self.columns.len() > 14 { NARROW } else { WIDE }
    }

    pub(super) fn size(&self) -> (u32, u32) {
        let (rows, columns) = self.shown();
        let width = (LEFT + RIGHT + self.cell_width() * columns as i32).max(WIDTH_MIN);
        (width as u32, (TOP + BOTTOM + ROW * rows.len() as i32) as u32)
    }

    pub(super) fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Result<(), PlotError> {
        let (rows, columns) = self.shown();
        let width = self.cell_width();
        canvas.heading(&self.title, &self.subtitle)?;
        canvas.text(&self.y_label, (LEFT - 10, TOP - 12), SMALL, FAINT, Anchor::Right)?;
        canvas.text(&self.x_label, (LEFT, TOP - 30), SMALL, FAINT, Anchor::Left)?;
        // The darkest colour is that of the highest share, so that small ones can be told apart.
        let shares = || rows.iter().flat_map(|(_, cells)| cells.iter().take(columns).copied().flatten());
        let highest = shares().fold(0.0, f64::max).max(0.01);
        for (at, label) in self.columns.iter().take(columns).enumerate() {
            let x = LEFT + width * at as i32 + width / 2;
            canvas.text(label, (x, TOP - 12), SMALL, INK, Anchor::Middle)?;
        }
        let written = rows.len() * columns <= WRITTEN_CELLS_MAX;
        for (row, (label, cells)) in rows.iter().enumerate() {
            let y = TOP + ROW * row as i32;
            canvas.text(label, (LEFT - 10, y + ROW / 2), SMALL, INK, Anchor::Right)?;
            for (column, share) in cells.iter().take(columns).enumerate() {
                let Some(share) = share else { continue };
                let x = LEFT + width * column as i32;
                canvas.rectangle([(x, y), (x + width - 1, y + ROW - 1)], colour(share / highest), 1.0)?;
                if written {
                    let ink = if share / highest > 0.55 { RGBColor(255, 255, 255) } else { INK };
                    let text = format!("{:.0}", 100.0 * share);
                    canvas.text(&text, (x + width / 2, y + ROW / 2), SMALL, ink, Anchor::Middle)?;
                }
            }
        }
        self.draw_legend(canvas, TOP + ROW * rows.len() as i32 + 34, highest)
    }

    fn draw_legend<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<DB>,
        y: i32,
        highest: f64,
    ) -> Result<(), PlotError> {
        for step in 0..LEGEND_STEPS {
            let x = LEFT + 5 * step;
            let share = f64::from(step) / f64::from(LEGEND_STEPS - 1);
            canvas.rectangle([(x, y), (x + 5, y + 12)], colour(share), 1.0)?;
        }
        canvas.text("0 %", (LEFT, y + 26), SMALL, INK, Anchor::Left)?;
        let end = LEFT + 5 * LEGEND_STEPS;
        canvas.text(&format!("{:.0} %", 100.0 * highest), (end, y + 26), SMALL, INK, Anchor::Right)?;
        canvas.text(&self.legend, (end + 16, y + 6), TEXT, INK, Anchor::Left)
    }
}

/// From nearly white to a dark blue, by a share of 0 to 1.
fn colour(share: f64) -> RGBColor {
    let share = share.clamp(0.0, 1.0);
    // A convex mix of two bytes is one.
    let mix = |light: f64, dark: f64| libm::rint(light + share * (dark - light)) as u8;
    RGBColor(mix(240.0, 8.0), mix(246.0, 64.0), mix(252.0, 129.0))
}
