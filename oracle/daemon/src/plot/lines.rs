//! Curves with bands.

use plotters::backend::DrawingBackend;

use super::PlotError;
use super::axis::Axis;
use super::canvas::{Anchor, COLOURS, Canvas, GRID, INK, SMALL, TEXT};

const WIDTH: i32 = 960;
const HEIGHT: i32 = 558;
const LEFT: i32 = 90;
const RIGHT: i32 = 760;
const TOP: i32 = 96;
const BOTTOM: i32 = 488;

/// One curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Of what.
    pub label: String,
    /// Its points, x rising.
    pub points: Vec<(f64, f64)>,
    /// The band around it: x, low, high; empty for none.
    pub band: Vec<(f64, f64, f64)>,
    /// Whether a value holds until the next point, instead of moving towards it.
    pub steps: bool,
}

/// Curves over one axis; as many as there are colours, seven, are drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Lines {
    /// What is shown.
    pub title: String,
    /// Of what data, and what the bands are.
    pub subtitle: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// The curves.
    pub lines: Vec<Line>,
}

impl Lines {
    pub(super) fn size(&self) -> (u32, u32) {
        (WIDTH as u32, HEIGHT as u32)
    }

    fn at(&self, x: f64, y: f64) -> (i32, i32) {
        (self.x.pixel(x, LEFT, RIGHT), self.y.pixel(y, BOTTOM, TOP))
    }

    pub(super) fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<DB>) -> Result<(), PlotError> {
        canvas.heading(&self.title, &self.subtitle)?;
        for (value, text) in self.y.ticks() {
            let y = self.y.pixel(value, BOTTOM, TOP);
            canvas.line(&[(LEFT, y), (RIGHT, y)], GRID, 1)?;
            canvas.text(&text, (LEFT - 8, y), SMALL, INK, Anchor::Right)?;
        }
        for (value, text) in self.x.ticks() {
            let x = self.x.pixel(value, LEFT, RIGHT);
            canvas.line(&[(x, BOTTOM), (x, BOTTOM + 5)], INK, 1)?;
            canvas.text(&text, (x, BOTTOM + 18), SMALL, INK, Anchor::Middle)?;
        }
        canvas.line(&[(LEFT, TOP), (LEFT, BOTTOM), (RIGHT, BOTTOM)], INK, 1)?;
        canvas.text(&self.x.label, ((LEFT + RIGHT) / 2, BOTTOM + 46), TEXT, INK, Anchor::Middle)?;
        canvas.text(&self.y.label, (16, TOP - 18), SMALL, INK, Anchor::Left)?;
        for (line, colour) in self.lines.iter().zip(COLOURS) {
            if let Some(outline) = self.outline(line) {
                canvas.polygon(outline, colour, 0.15)?;
            }
        }
        for (number, (line, colour)) in self.lines.iter().zip(COLOURS).enumerate() {
            let mut path = Vec::new();
            for &(x, y) in &line.points {
                let (x, y) = self.at(x, y);
                if let Some(&(_, before)) = path.last().filter(|_| line.steps) {
                    path.push((x, before));
                }
                path.push((x, y));
            }
            path.dedup();
            canvas.line(&path, colour, 2)?;
            // At most as many as there are colours.
            let y = TOP + 8 + 24 * number as i32;
            canvas.line(&[(RIGHT + 20, y), (RIGHT + 44, y)], colour, 3)?;
            canvas.text(&line.label, (RIGHT + 52, y), SMALL, INK, Anchor::Left)?;
        }
        Ok(())
    }

    /// The band's lower side from left to right, then its upper one back.
    fn outline(&self, line: &Line) -> Option<Vec<(i32, i32)>> {
        let side = |of: &dyn Fn(&(f64, f64, f64)) -> f64| {
            let mut path: Vec<(i32, i32)> = Vec::new();
            for point in &line.band {
                let (x, y) = self.at(point.0, of(point));
                if let Some(&(_, before)) = path.last().filter(|_| line.steps) {
                    path.push((x, before));
                }
                path.push((x, y));
            }
            path.dedup();
            path
        };
        let mut outline = side(&|point| point.1);
        outline.extend(side(&|point| point.2).into_iter().rev());
        (outline.len() > 2).then_some(outline)
    }
}
