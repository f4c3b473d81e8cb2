//! Rows of version 0.1.0 that have another layout or place now. The migration takes the few of the configuration away. Recorded
//! scores, which no migration could touch all at once, stay and are read here. All other rows are read as they stand.

use attention_protocol::bytes::Reader;
use attention_protocol::config::{OperatorSet, PUBKEY_BYTES};
use attention_protocol::{AccountId, Hash, ProtocolError, Score};
use cosmwasm_std::{Binary, Storage};

use super::config::DenomRow;
use super::packed::{Key, Packed, PackedMap, read_text};
use super::score::ScoreRow;
use super::tag;

/// By denom. At most 32 rows.
const DENOMS: PackedMap<&str, DenomRow> = PackedMap::new(tag::DENOM);

/// Takes a row that had its tag alone for a key.
fn take<T>(
    storage: &mut dyn Storage,
    (tag, what): (u8, &'static str),
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, ProtocolError>,
) -> Result<T, ProtocolError> {
    let bytes = storage.get(&[tag]).unwrap_or_default();
    storage.remove(&[tag]);
    let mut reader = Reader::new(what, &bytes);
    let row = read(&mut reader)?;
    reader.finish()?;
    Ok(row)
}

/// `config_digest 32 ‖ f u8 ‖ n × pubkey 33`.
pub(crate) fn take_operators(storage: &mut dyn Storage) -> Result<(Hash, OperatorSet), ProtocolError> {
    take(storage, (tag::OPERATORS, "operators of 0.1.0"), |reader| {
        let (config_digest, faulty_max) = (reader.array()?, reader.u8()?);
        let mut keys = Vec::new();
        while !reader.rest().is_empty() {
            keys.push(Binary::new(reader.take(PUBKEY_BYTES)?.to_vec()));
        }
        Ok((config_digest, OperatorSet::new(&keys, faulty_max)?))
    })
}

/// What [`take_about`] finds: the version of the configuration, the hash of the specification, the operators' names.
pub(crate) struct OldAbout {
    pub(crate) config_version: u64,
    pub(crate) spec_hash: Hash,
    pub(crate) names: Vec<String>,
}

/// `config_version ‖ spec_hash 32 ‖ n × name`.
pub(crate) fn take_about(storage: &mut dyn Storage) -> Result<OldAbout, ProtocolError> {
    take(storage, (tag::ABOUT, "description of 0.1.0"), |reader| {
        let (config_version, spec_hash) = (u64::read(reader)?, reader.array()?);
        let mut names = Vec::new();
        while !reader.rest().is_empty() {
            names.push(read_text(reader)?);
        }
        Ok(OldAbout { config_version, spec_hash, names })
    })
}

/// What [`take_limits`] finds, seconds.
pub(crate) struct OldLimits {
    pub(crate) settle_grace_s: u64,
    pub(crate) claim_period_s: u64,
    pub(crate) pause_max_s: u64,
}

/// `settle_grace_s u64 ‖ claim_period_s u64 ‖ pause_max_s u64`.
pub(crate) fn take_limits(storage: &mut dyn Storage) -> Result<OldLimits, ProtocolError> {
    take(storage, (tag::LIMITS, "limits of 0.1.0"), |reader| {
        Ok(OldLimits {
            settle_grace_s: reader.u64()?,
            claim_period_s: reader.u64()?,
            pause_max_s: reader.u64()?,
        })
    })
}

/// The newest score that was recorded of an account: `epoch u64 ‖ score u32 ‖ streak u16 ‖ weight u64` by (campaign, account).
pub(crate) fn old_score(
    storage: &dyn Storage,
    campaign: u64,
    account: &AccountId,
) -> Result<Option<ScoreRow>, ProtocolError> {
    let mut key = vec![tag::SCORE];
    (campaign, account.as_slice()).push(&mut key);
    let Some(bytes) = storage.get(&key) else {
        return Ok(None);
    };
    let mut reader = Reader::new("score of 0.1.0", &bytes);
    let row = ScoreRow {
        epoch: reader.u64()?,
        score: Score::try_from(reader.u32()?)?,
        streak: reader.u16()?,
        weight: reader.u64()?,
    };
    reader.finish()?;
    Ok(Some(row))
}

/// By denom.
pub(crate) fn take_denoms(storage: &mut dyn Storage) -> Result<Vec<(String, DenomRow)>, ProtocolError> {
    let denoms = DENOMS.all(storage).collect::<Result<Vec<_>, _>>()?;
    for (denom, _) in &denoms {
        DENOMS.remove(storage, denom);
    }
    Ok(denoms)
}
