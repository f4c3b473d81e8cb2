//! One type for every kind of fitted model, with its file and hash.

use sha2::{Digest, Sha256};

use crate::codec::{self, Body, Reader, Writer};
use crate::{
    CalibratedModel, Dataset, ForestModel, GbdtModel, LinearModel, LogisticModel, MlpModel, ModelError,
    Predict, PriorModel, TrainedOn, TreeModel,
};

/// Largest model file that is read, in bytes.
pub const FILE_BYTES_MAX: usize = 1 << 28;

/// Writes the enum of all kinds once: a variant, its name in specifications and commands, its type.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident($type:ty) = $name:literal,)+) => {
        /// A fitted model of any kind.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Model {
            $($(#[$doc])* $variant($type),)+
        }

        impl Model {
            /// The kind's name, as specifications and commands write it.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name,)+ }
            }

            /// The canonical file: equal models have equal bytes, on every machine.
            pub fn to_bytes(&self) -> Vec<u8> {
                match self { $(Self::$variant(model) => codec::encode(model),)+ }
            }

            /// Reads a file written by [`Model::to_bytes`]; any other byte string is refused.
            ///
            /// # Errors
            /// [`ModelError::File`] naming the byte offset, or the error of the part that is out of range.
            pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
                if bytes.len() > FILE_BYTES_MAX {
                    return Err(ModelError::TooMany {
                        what: "bytes of a model file",
                        got: bytes.len(),
                        limit: FILE_BYTES_MAX,
                    });
                }
                let (kind, input) = codec::open(bytes)?;
                $(if kind == <$type as Body>::KIND {
                    return codec::finish(input).map(Self::$variant);
                })+
                Err(Self::unknown(kind, &input))
            }

            /// `kind u8 ‖ body`, for a model that holds this one. What it was trained on is in the file's head.
            pub(crate) fn write_nested(&self, out: &mut Writer) {
                match self {
                    $(Self::$variant(model) => {
                        out.u8(<$type as Body>::KIND);
                        model.write(out);
                    })+
                }
            }

            /// Reads what [`Model::write_nested`] wrote.
            pub(crate) fn read_nested(
                trained_on: TrainedOn,
                input: &mut Reader<'_>,
            ) -> Result<Self, ModelError> {
                let kind = input.u8()?;
                input.enter()?;
                $(if kind == <$type as Body>::KIND {
                    let model = <$type as Body>::read(trained_on, input)?;
                    input.leave();
                    return Ok(Self::$variant(model));
                })+
                Err(Self::unknown(kind, input))
            }

            fn unknown(kind: u8, input: &Reader<'_>) -> ModelError {
                let known = [$(<$type as Body>::KIND.to_string()),+].join(", ");
                input.error(format!("unknown model kind {kind}; this version knows {known}"))
            }

            fn inner(&self) -> &dyn Predict {
                match self { $(Self::$variant(model) => model,)+ }
            }
        }
    };
}

kinds! {
    /// The class prior alone: there was no history to learn from.
    Prior(PriorModel) = "prior",
    /// Logistic regression.
    Logistic(LogisticModel) = "logistic",
    /// Linear regression.
    Linear(LinearModel) = "linear",
    /// A decision tree.
    Tree(TreeModel) = "tree",
    /// A random forest.
    Forest(ForestModel) = "forest",
    /// Gradient boosting of trees.
    Gbdt(GbdtModel) = "gbdt",
    /// A neural network.
    Mlp(MlpModel) = "mlp",
    /// Another model with calibrated margins.
    Calibrated(CalibratedModel) = "calibrated",
}

impl Model {
    /// Rows it was fitted on.
    pub fn rows(&self) -> u64 {
        self.trained_on().rows
    }

    /// Positive rows it was fitted on; 0 for a real target.
    pub fn positives(&self) -> u64 {
        self.trained_on().positives()
    }

    /// The margin for somebody without history.
    pub fn prior_margin(&self) -> f64 {
        self.trained_on().prior_margin()
    }

    /// `model_hash`: sha256 of the file.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.to_bytes()).into()
    }
}

impl Predict for Model {
    fn trained_on(&self) -> &TrainedOn {
        self.inner().trained_on()
    }

    fn margin(&self, row: &[i64]) -> Result<f64, ModelError> {
        self.inner().margin(row)
    }

    fn explain(&self, row: &[i64]) -> Result<Vec<f64>, ModelError> {
        self.inner().explain(row)
    }

    fn base_margin(&self) -> f64 {
        self.inner().base_margin()
    }

    fn margins(&self, data: &Dataset<'_>) -> Result<Vec<f64>, ModelError> {
        self.inner().margins(data)
    }
}
