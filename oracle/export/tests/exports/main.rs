//! What is written for others is read back as they would.

mod common;
mod onnx;
mod tensorboard;
