//! The registry: its manifest, and comparisons of models of every task worked by hand.

mod comparisons;
mod manifest;
