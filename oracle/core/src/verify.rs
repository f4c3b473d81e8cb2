//! Comparing a report with one's own: before co-signing, and in `report verify`.

use attention_protocol::{Hash, ReportBody};
use serde::Serialize;

/// What a comparison comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// All fields agree, so the digests do.
    Match,
    /// The first field that differs, in the body's order.
    Mismatch {
        /// The field.
        field: &'static str,
        /// Our value, decimal or hex.
        ours: String,
        /// Theirs.
        theirs: String,
    },
}

/// Compares field by field, so that a mismatch says where to look.
pub fn verify_report(ours: &ReportBody, theirs: &ReportBody) -> Verdict {
    let fields = fields(ours).into_iter().zip(fields(theirs));
    match fields.into_iter().find(|((_, ours), (_, theirs))| ours != theirs) {
        None => Verdict::Match,
        Some(((field, ours), (_, theirs))) => Verdict::Mismatch { field, ours, theirs },
    }
}

fn fields(body: &ReportBody) -> [(&'static str, String); 11] {
    // Destructured, so that a new field cannot be forgotten.
    let ReportBody {
        config_digest,
        prev_digest,
        epoch,
        revision,
        campaigns_root,
        campaign_count,
        assets_root,
        asset_count,
        input_root,
        model_hash,
        leaves_hash,
    } = body;
    let hex = |hash: &Hash| hex::encode(hash);
    [
        ("config_digest", hex(config_digest)),
        ("prev_digest", hex(prev_digest)),
        ("epoch", epoch.to_string()),
        ("revision", revision.to_string()),
        ("campaigns_root", hex(campaigns_root)),
        ("campaign_count", campaign_count.to_string()),
        ("assets_root", hex(assets_root)),
        ("asset_count", asset_count.to_string()),
        ("input_root", hex(input_root)),
        ("model_hash", hex(model_hash)),
        ("leaves_hash", hex(leaves_hash)),
    ]
}

#[cfg(test)]
mod tests {
    use attention_protocol::ZERO_HASH;
    use attention_protocol::report::REPORT_BYTES;

    use super::*;

    #[test]
    fn any_changed_byte_is_a_mismatch() {
        let zeros = [0; REPORT_BYTES];
        let ours = ReportBody::unpack(&zeros).unwrap();
        assert_eq!(verify_report(&ours, &ours), Verdict::Match);
        for at in 0..REPORT_BYTES {
            let mut bytes = zeros;
            bytes[at] = 1;
            let theirs = ReportBody::unpack(&bytes).unwrap();
            assert_ne!(verify_report(&ours, &theirs), Verdict::Match, "byte {at}");
        }
    }

    #[test]
    fn a_mismatch_names_field_and_values() {
        let ours = ReportBody::unpack(&[0; REPORT_BYTES]).unwrap();
        let theirs = ReportBody { epoch: 7, leaves_hash: [1; 32], ..ours.clone() };
        let expected = Verdict::Mismatch { field: "epoch", ours: "0".into(), theirs: "7".into() };
        assert_eq!(verify_report(&ours, &theirs), expected);
        let theirs = ReportBody { leaves_hash: [1; 32], ..ours.clone() };
        let expected = Verdict::Mismatch {
            field: "leaves_hash",
            ours: hex::encode(ZERO_HASH),
            theirs: hex::encode([1; 32]),
        };
        assert_eq!(verify_report(&ours, &theirs), expected);
    }
}
