//! Prices: features worked by hand, nothing from the future, the model's file, intervals, real sales.

mod common;
mod features;
mod model;
mod point_in_time;
mod real_data;
