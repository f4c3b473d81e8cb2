//! Files of trees: read back as they were, and no other bytes make a prediction panic.

use attention_model::{Model, ModelError, Predict};

use super::common::{COLUMNS, schema, small_models, table};

#[test]
fn files_are_read_back() {
    let (schema, table) = (schema(), table(50, 2));
    let data = table.binary(&schema);
    for model in small_models() {
        let bytes = model.to_bytes();
        let read = Model::from_bytes(&bytes).unwrap();
        assert_eq!(read, model);
        assert_eq!(read.margins(&data).unwrap(), model.margins(&data).unwrap());
        assert!(matches!(Model::from_bytes(&[&bytes[..], &[0]].concat()), Err(ModelError::File { .. })));
    }
}

#[test]
fn no_cut_is_accepted() {
    for model in small_models() {
        let bytes = model.to_bytes();
        for end in 0..bytes.len() {
            assert!(Model::from_bytes(&bytes[..end]).is_err(), "{} cut at {end}", model.kind());
        }
    }
}

/// Every byte, set to each of several values: an error, or a model that writes exactly these bytes and predicts.
#[test]
fn whatever_is_accepted_is_canonical_and_predicts() {
    let rows = table(10, 4).values;
    for model in small_models() {
        let good = model.to_bytes();
        for at in 0..good.len() {
            let old = good[at];
            for byte in [0, 1, 2, 3, 0x7f, 0x80, 0xff, old ^ 1, old.wrapping_add(1), old.wrapping_sub(1)] {
                let mut bytes = good.clone();
                bytes[at] = byte;
                let Ok(model) = Model::from_bytes(&bytes) else {
                    continue;
                };
                assert_eq!(model.to_bytes(), bytes, "{} with {byte} at {at}", model.kind());
                for row in rows.chunks_exact(COLUMNS) {
                    // Numbers may leave the finite range, and a schema may be another: an error, never a panic.
                    let _ = model.margin(row);
                    let _ = model.explain(row);
                }
            }
        }
    }
}

#[test]
fn margins_are_those_of_single_rows() {
    let (schema, table) = (schema(), table(9_000, 6));
    let data = table.binary(&schema);
    for model in small_models() {
        let all = model.margins(&data).unwrap();
        for (row, margin) in all.iter().enumerate() {
            assert_eq!(model.margin(data.row(row)).unwrap(), *margin);
        }
        let other = super::common::numeric(COLUMNS);
        let labels = [true];
        let data = attention_model::Dataset::from_rows(&other, &[0; COLUMNS], &labels).unwrap();
        assert_eq!(model.margins(&data).unwrap_err(), ModelError::OtherSchema);
        assert!(matches!(model.margin(&[1]), Err(ModelError::Shape { .. })));
    }
}
