//! The canonical bytes of a specification: big-endian, fixed width, lengths prefixed, in field order.

use sha2::{Digest, Sha256};

use crate::FeaturesError;
use crate::event::put_text;
use crate::spec::{InterestSpecValues, bad};

const TAG: &[u8] = b"attention/v1/spec";
/// Numbers of the parts that have one form only so far.
const CALIBRATION_NONE: u8 = 0;
const INTEGRITY_NONE: u8 = 0;

/// `tag ‖ data_start i64 ‖ epoch_length i64 ‖ horizon i64 ‖ lookback i64 ‖ first_cut u32 ‖ negatives u32 ‖
/// seed u64 ‖ features version u32 ‖ count u16 ‖ lp(name)… ‖ model (kind u8 ‖ its parameters, `ModelSpec::write`) ‖
/// calibration u8 (0: none) ‖ integrity rules u8 (0: none) ‖ dust u128 ‖ factor u32 ‖ reference sales u32 ‖
/// sales_min u32 ‖ age i64 ‖ malformed_max u32 ‖ purchase u64 ‖ sale u64 ‖ asset_scale u64 ‖ sql_hash 32 ‖
/// replay (0 | 1 ‖ data_start i64 ‖ length i64 ‖ first u64)`.
pub(crate) fn encode(values: &InterestSpecValues, sql_hash: &[u8; 32]) -> Vec<u8> {
    let mut out = TAG.to_vec();
    for time in [values.data_start_s, values.epoch_length_s, values.horizon_s, values.lookback_s] {
        out.extend_from_slice(&time.to_be_bytes());
    }
    out.extend_from_slice(&values.first_cut.to_be_bytes());
    out.extend_from_slice(&values.negatives.to_be_bytes());
    out.extend_from_slice(&values.seed.to_be_bytes());
    out.extend_from_slice(&values.features_version.to_be_bytes());
    // The checked list is that of this build, far below 2^16 names.
    out.extend_from_slice(&(values.features.len() as u16).to_be_bytes());
    for name in &values.features {
        put_text(&mut out, name);
    }
    values.model.write(&mut out);
    out.push(CALIBRATION_NONE);
    out.push(INTEGRITY_NONE);
    let cleaning = &values.cleaning;
    out.extend_from_slice(&cleaning.dust_price.to_be_bytes());
    out.extend_from_slice(&cleaning.below_market_factor.to_be_bytes());
    out.extend_from_slice(&cleaning.reference_sales.to_be_bytes());
    out.extend_from_slice(&cleaning.reference_sales_min.to_be_bytes());
    out.extend_from_slice(&cleaning.reference_age_s.to_be_bytes());
    out.extend_from_slice(&cleaning.malformed_rows_max.to_be_bytes());
    out.extend_from_slice(&values.engagement.purchase_micro.to_be_bytes());
    out.extend_from_slice(&values.engagement.sale_micro.to_be_bytes());
    out.extend_from_slice(&values.asset_scale.to_be_bytes());
    out.extend_from_slice(sql_hash);
    match &values.replay {
        None => out.push(0),
        Some(replay) => {
            out.push(1);
            out.extend_from_slice(&replay.data_start_s.to_be_bytes());
            out.extend_from_slice(&replay.data_epoch_length_s.to_be_bytes());
            out.extend_from_slice(&replay.first.to_be_bytes());
        }
    }
    out
}

pub(crate) fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// 64 lower-case hex digits to bytes.
pub(crate) fn sql_hash_bytes(text: &str) -> Result<[u8; 32], FeaturesError> {
    let wrong = || bad("sql_hash", text, "must be 64 lower-case hex digits");
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        _ => Err(wrong()),
    };
    if text.len() != 64 {
        return Err(wrong());
    }
    let mut out = [0; 32];
    for (slot, pair) in out.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *slot = digit(pair[0])? * 16 + digit(pair[1])?;
    }
    Ok(out)
}
