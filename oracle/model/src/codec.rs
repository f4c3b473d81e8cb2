//! The model file: one canonical byte string per model.
//!
//! Big-endian, fixed width: `"ATTNMODL" ‖ format u16 ‖ kind u8 ‖ schema version u32 ‖ feature count u16 ‖
//! per feature (length u16 ‖ name) ‖ rows u64 ‖ positives u64`, and for kind 1 (logistic) further
//! `l2_micro u32 ‖ newton_rounds u32 ‖ intercept ‖ per feature (mean ‖ deviation ‖ weight)`, each number the
//! 64 bits of a finite f64 that is not −0. Kind 0 is the class prior. Nothing may follow.

use crate::{
    FeatureSchema, LogisticModel, LogisticParams, Model, ModelError, ParamGuard, PriorModel, Standardiser,
};

const MAGIC: &[u8; 8] = b"ATTNMODL";
const FORMAT: u16 = 1;
const KIND_PRIOR: u8 = 0;
const KIND_LOGISTIC: u8 = 1;

pub(crate) fn encode(model: &Model) -> Vec<u8> {
    let (kind, schema, rows, positives) = match model {
        Model::Prior(m) => (KIND_PRIOR, &m.schema, m.rows, m.positives),
        Model::Logistic(m) => (KIND_LOGISTIC, &m.schema, m.rows, m.positives),
    };
    let mut out = Vec::new();
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&FORMAT.to_be_bytes());
    out.push(kind);
    out.extend_from_slice(&schema.version().to_be_bytes());
    // FEATURES_MAX and NAME_BYTES_MAX keep both lengths below 2^16.
    out.extend_from_slice(&(schema.len() as u16).to_be_bytes());
    for name in schema.names() {
        out.extend_from_slice(&(name.len() as u16).to_be_bytes());
        out.extend_from_slice(name.as_bytes());
    }
    out.extend_from_slice(&rows.to_be_bytes());
    out.extend_from_slice(&positives.to_be_bytes());
    if let Model::Logistic(m) = model {
        out.extend_from_slice(&m.params.l2_micro.to_be_bytes());
        out.extend_from_slice(&m.params.newton_rounds.to_be_bytes());
        out.extend_from_slice(&m.intercept.to_bits().to_be_bytes());
        for index in 0..schema.len() {
            for value in [m.standardiser.means[index], m.standardiser.deviations[index], m.weights[index]] {
                out.extend_from_slice(&value.to_bits().to_be_bytes());
            }
        }
    }
    out
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Model, ModelError> {
    let mut reader = Reader { bytes, offset: 0 };
    reader.header()?;
    let kind = reader.array::<1>()?[0];
    if kind != KIND_PRIOR && kind != KIND_LOGISTIC {
        return Err(reader.error(format!("unknown model kind {kind}; this version knows 0 and 1")));
    }
    let schema = reader.schema()?;
    let rows = u64::from_be_bytes(reader.array()?);
    let positives = u64::from_be_bytes(reader.array()?);
    if positives > rows {
        return Err(reader.error(format!("{positives} positives among {rows} rows")));
    }
    let model = if kind == KIND_PRIOR {
        Model::Prior(PriorModel { schema, rows, positives })
    } else {
        Model::Logistic(reader.logistic(schema, rows, positives)?)
    };
    if reader.offset != bytes.len() {
        return Err(reader.error(format!("{} bytes after the end", bytes.len() - reader.offset)));
    }
    Ok(model)
}

struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl Reader<'_> {
    fn error(&self, problem: String) -> ModelError {
        ModelError::File { offset: self.offset, problem }
    }

    fn slice(&mut self, len: usize) -> Result<&[u8], ModelError> {
        let left = self.bytes.len() - self.offset;
        if left < len {
            return Err(self.error(format!("needs {len} more bytes, {left} left")));
        }
        let start = self.offset;
        self.offset += len;
        Ok(&self.bytes[start..start + len])
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ModelError> {
        let mut out = [0; N];
        out.copy_from_slice(self.slice(N)?);
        Ok(out)
    }

    fn header(&mut self) -> Result<(), ModelError> {
        if &self.array::<8>()? != MAGIC {
            return Err(ModelError::File { offset: 0, problem: "does not begin with ATTNMODL".into() });
        }
        let format = u16::from_be_bytes(self.array()?);
        if format != FORMAT {
            return Err(self.error(format!("format {format}; this version reads {FORMAT}")));
        }
        Ok(())
    }

    fn schema(&mut self) -> Result<FeatureSchema, ModelError> {
        let version = u32::from_be_bytes(self.array()?);
        let count = u16::from_be_bytes(self.array()?);
        let mut names = Vec::new();
        for _ in 0..count {
            let len = u16::from_be_bytes(self.array()?);
            let name = self.slice(usize::from(len))?.to_vec();
            names
                .push(String::from_utf8(name).map_err(|_| self.error("a feature name is not UTF-8".into()))?);
        }
        FeatureSchema::new(version, names)
    }

    fn number(&mut self) -> Result<f64, ModelError> {
        let value = f64::from_bits(u64::from_be_bytes(self.array()?));
        if !value.is_finite() || (value == 0.0 && value.is_sign_negative()) {
            return Err(self.error(format!("{value} is not a canonical finite number")));
        }
        Ok(value)
    }

    fn logistic(
        &mut self,
        schema: FeatureSchema,
        rows: u64,
        positives: u64,
    ) -> Result<LogisticModel, ModelError> {
        let params = LogisticParams {
            l2_micro: u32::from_be_bytes(self.array()?),
            newton_rounds: u32::from_be_bytes(self.array()?),
        };
        let params = params.check()?.values().clone();
        let intercept = self.number()?;
        let mut standardiser = Standardiser { means: Vec::new(), deviations: Vec::new() };
        let mut weights = Vec::new();
        for _ in 0..schema.len() {
            standardiser.means.push(self.number()?);
            let deviation = self.number()?;
            if deviation <= 0.0 {
                return Err(self.error(format!("standard deviation {deviation} is not positive")));
            }
            standardiser.deviations.push(deviation);
            weights.push(self.number()?);
        }
        Ok(LogisticModel { schema, params, rows, positives, standardiser, intercept, weights })
    }
}
