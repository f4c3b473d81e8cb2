//! Models and training curves in the formats of others: [ONNX](onnx) for any runtime of models, event files for
//! [TensorBoard](tensorboard).
//!
//! Both are views. What is signed, hashed and compared is the project's own model file; a runtime of another maker promises no
//! bits, so what it predicts from an exported model is equal to a stated tolerance only. The bytes of an export themselves follow
//! from the model alone.

#![deny(clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod error;
pub mod onnx;
pub mod tensorboard;

pub use error::ExportError;
