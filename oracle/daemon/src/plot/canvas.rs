//! Drawing in pixels: what the charts are made of, on any backend.

use plotters::backend::DrawingBackend;
use plotters::coord::Shift;
use plotters::prelude::{
    Circle, Color, DrawingArea, FontStyle, IntoFont, PathElement, Polygon, RGBColor, Rectangle, Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::PlotError;

/// Text and axes.
pub(super) const INK: RGBColor = RGBColor(34, 34, 34);
/// Secondary text.
pub(super) const FAINT: RGBColor = RGBColor(105, 105, 105);
/// Grid lines.
pub(super) const GRID: RGBColor = RGBColor(222, 222, 222);
/// Curves and tones, told apart by people with any colour vision (Okabe and Ito 2008).
pub(super) const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(80, 80, 80),
];

/// Pixels a letter of usual text is high.
pub(super) const TEXT: i32 = 15;
/// Of titles.
pub(super) const TITLE: i32 = 21;
/// Of what stands in cells and beside bars.
pub(super) const SMALL: i32 = 13;

/// Where a text's point is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Left,
    Middle,
    Right,
}

/// A drawing area in pixels.
pub(super) struct Canvas<DB: DrawingBackend>(DrawingArea<DB, Shift>);

impl<DB: DrawingBackend> Canvas<DB> {
    /// White all over.
    pub(super) fn new(area: DrawingArea<DB, Shift>) -> Result<Self, PlotError> {
        area.fill(&RGBColor(255, 255, 255)).map_err(PlotError::draw)?;
        Ok(Self(area))
    }

    pub(super) fn finish(&self) -> Result<(), PlotError> {
        self.0.present().map_err(PlotError::draw)
    }

    /// Text around its point's height.
    pub(super) fn text(
        &self,
        text: &str,
        at: (i32, i32),
        size: i32,
        colour: RGBColor,
        anchor: Anchor,
    ) -> Result<(), PlotError> {
        self.styled(text, at, size, colour, anchor, FontStyle::Normal)
    }

    /// The title and the line below it, at the top left.
    pub(super) fn heading(&self, title: &str, below: &str) -> Result<(), PlotError> {
        self.styled(title, (16, 24), TITLE, INK, Anchor::Left, FontStyle::Bold)?;
        self.text(below, (16, 50), TEXT, FAINT, Anchor::Left)
    }

    fn styled(
        &self,
        text: &str,
        at: (i32, i32),
        size: i32,
        colour: RGBColor,
        anchor: Anchor,
        style: FontStyle,
    ) -> Result<(), PlotError> {
        let horizontal = match anchor {
            Anchor::Left => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::Right => HPos::Right,
        };
        let style = ("sans-serif", size).into_font().style(style).color(&colour);
        let style = style.pos(Pos::new(horizontal, VPos::Center));
        self.0.draw(&Text::new(text.to_owned(), at, style)).map_err(PlotError::draw)
    }

    pub(super) fn line(&self, points: &[(i32, i32)], colour: RGBColor, width: u32) -> Result<(), PlotError> {
        let path = PathElement::new(points.to_vec(), colour.stroke_width(width));
        self.0.draw(&path).map_err(PlotError::draw)
    }

    /// A filled rectangle between two corners.
    pub(super) fn rectangle(
        &self,
        corners: [(i32, i32); 2],
        colour: RGBColor,
        opacity: f64,
    ) -> Result<(), PlotError> {
        self.0.draw(&Rectangle::new(corners, colour.mix(opacity).filled())).map_err(PlotError::draw)
    }

    pub(super) fn polygon(
        &self,
        points: Vec<(i32, i32)>,
        colour: RGBColor,
        opacity: f64,
    ) -> Result<(), PlotError> {
        self.0.draw(&Polygon::new(points, colour.mix(opacity))).map_err(PlotError::draw)
    }

    pub(super) fn dot(&self, at: (i32, i32), radius: i32, colour: RGBColor) -> Result<(), PlotError> {
        self.0.draw(&Circle::new(at, radius, colour.filled())).map_err(PlotError::draw)
    }
}
