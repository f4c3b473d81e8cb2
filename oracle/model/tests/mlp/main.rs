//! The neural network against an independent implementation, hand-worked cases, and itself on other thread counts.

mod common;
mod files;
mod gradients;
mod held_out;
mod training;
