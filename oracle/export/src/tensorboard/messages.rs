//! The messages of TensorFlow's `event.proto` and `summary.proto` that scalars need, with their field numbers (unchanged since
//! TensorFlow 0.x).

/// An entry of an event file: the version at its beginning, or values of a step.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Event {
    /// When it was written, unix seconds.
    #[prost(double, tag = "1")]
    pub wall_time: f64,
    /// The step that the values belong to.
    #[prost(int64, tag = "2")]
    pub step: i64,
    /// `brain.Event:2` in the first entry alone.
    #[prost(string, optional, tag = "3")]
    pub file_version: Option<String>,
    /// The values.
    #[prost(message, optional, tag = "5")]
    pub summary: Option<Summary>,
}

/// Values of one step.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Summary {
    /// The values.
    #[prost(message, repeated, tag = "1")]
    pub value: Vec<SummaryValue>,
}

/// One value; `Summary.Value` in `summary.proto`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct SummaryValue {
    /// Its name.
    #[prost(string, tag = "1")]
    pub tag: String,
    /// The value.
    #[prost(float, optional, tag = "2")]
    pub simple_value: Option<f32>,
}
