//! Plots for people: horizontal bars with intervals, lines with bands, heat maps, as SVG or PNG.
//!
//! Text is measured and, in a PNG, drawn with DejaVu Sans, which the program carries with it: a plot looks the same on a machine without
//! any font, and an SVG has the same bytes everywhere.

mod axis;
mod bars;
mod canvas;
mod heat;
mod lines;

use std::path::Path;
use std::sync::OnceLock;

use plotters::prelude::{BitMapBackend, IntoDrawingArea, SVGBackend};
use plotters::style::{FontStyle, register_font};

use crate::store::{StoreError, write_atomic};

pub use axis::{Axis, Scale};
pub use bars::{Bar, Bars, Tone};
pub use heat::{Heat, HeatRow};
pub use lines::{Line, Lines};

use canvas::Canvas;

/// What a plot may be.
#[derive(Debug, Clone, PartialEq)]
pub enum Chart {
    /// Values with intervals, one below the other.
    Bars(Bars),
    /// Curves with bands.
    Lines(Lines),
    /// Shares by row and column.
    Heat(Heat),
}

/// Why a plot could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PlotError {
    /// The file's name does not say which format.
    #[error("{path}: a plot is a file that ends in .svg or .png")]
    Format {
        /// The file.
        path: String,
    },
    /// Drawing failed.
    #[error("drawing the plot: {problem}")]
    Draw {
        /// What the library says.
        problem: String,
    },
    /// The file cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PlotError {
    fn draw(problem: impl std::fmt::Display) -> Self {
        Self::Draw { problem: problem.to_string() }
    }
}

/// The formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Svg,
    Png,
}

impl Format {
    fn of(path: &Path) -> Result<Self, PlotError> {
        match path.extension().and_then(std::ffi::OsStr::to_str) {
            Some("svg") => Ok(Self::Svg),
            Some("png") => Ok(Self::Png),
            _ => Err(PlotError::Format { path: path.display().to_string() }),
        }
    }
}

/// Says early whether a path can be a plot's.
///
/// # Errors
/// [`PlotError::Format`].
pub fn check_path(path: &Path) -> Result<(), PlotError> {
    Format::of(path).map(drop)
}

/// Draws a chart and writes it, whole or not at all.
///
/// # Errors
/// [`PlotError`].
pub fn write_plot(path: &Path, chart: &Chart) -> Result<(), PlotError> {
    let bytes = match Format::of(path)? {
        Format::Svg => svg(chart)?.into_bytes(),
        Format::Png => png_bytes(chart)?,
    };
    Ok(write_atomic(path, &bytes)?)
}

impl Chart {
    fn size(&self) -> (u32, u32) {
        match self {
            Self::Bars(chart) => chart.size(),
            Self::Lines(chart) => chart.size(),
            Self::Heat(chart) => chart.size(),
        }
    }

    fn draw<DB: plotters::backend::DrawingBackend>(&self, canvas: &Canvas<DB>) -> Result<(), PlotError> {
        match self {
            Self::Bars(chart) => chart.draw(canvas),
            Self::Lines(chart) => chart.draw(canvas),
            Self::Heat(chart) => chart.draw(canvas),
        }
    }
}

/// The chart as SVG text.
fn svg(chart: &Chart) -> Result<String, PlotError> {
    fonts()?;
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, chart.size()).into_drawing_area();
        let canvas = Canvas::new(area)?;
        chart.draw(&canvas)?;
        canvas.finish()?;
    }
    Ok(text)
}

/// The chart as a PNG file.
fn png_bytes(chart: &Chart) -> Result<Vec<u8>, PlotError> {
    fonts()?;
    let (width, height) = chart.size();
    // Three bytes a pixel; sizes are bounded by the charts.
    let mut pixels = vec![0u8; width as usize * height as usize * 3];
    {
        let area = BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area();
        let canvas = Canvas::new(area)?;
        chart.draw(&canvas)?;
        canvas.finish()?;
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(PlotError::draw)?;
    writer.write_image_data(&pixels).map_err(PlotError::draw)?;
    writer.finish().map_err(PlotError::draw)?;
    Ok(bytes)
}

/// Makes the font known, once.
fn fonts() -> Result<(), PlotError> {
    static KNOWN: OnceLock<bool> = OnceLock::new();
    let known = *KNOWN.get_or_init(|| {
        register_font("sans-serif", FontStyle::Normal, dejavu::sans::regular()).is_ok()
            && register_font("sans-serif", FontStyle::Bold, dejavu::sans::bold()).is_ok()
    });
    if known { Ok(()) } else { Err(PlotError::draw("the font that the program carries cannot be read")) }
}

#[cfg(test)]
mod tests;
