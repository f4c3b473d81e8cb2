//! The published leaves file reads back, and only under the report that names it.

use attention_protocol::leaves_file::{CampaignLeaves, LeavesFile};
use attention_protocol::{Commitment, ProtocolError, ReportBody};
use proptest::prelude::*;

use crate::strategies;

fn report(file: &[u8], campaign_count: u32) -> ReportBody {
    ReportBody {
        config_digest: [0; 32],
        prev_digest: [0; 32],
        epoch: 0,
        revision: 0,
        campaigns_root: [0; 32],
        campaign_count,
        assets_root: [0; 32],
        asset_count: 0,
        input_root: [0; 32],
        model_hash: [0; 32],
        leaves_hash: LeavesFile::hash(file),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn a_leaves_file_comes_back(a in strategies::leaves(10), b in strategies::leaves(10), cut in 1usize..50) {
        let campaigns = [a, b].into_iter().zip(1u64..).map(|(leaves, campaign)| CampaignLeaves {
            commitment: Commitment {
                campaign,
                base_root: [1; 32],
                base_total: 2,
                root: [3; 32],
                leaf_count: leaves.len() as u32,
                weight_total: 4,
                cumulative_total: 5,
                budget: 6,
                rule_hash: [7; 32],
            },
            leaves,
        });
        let file = LeavesFile { campaigns: campaigns.collect(), assets: vec![] };
        let bytes = file.pack();
        prop_assert_eq!(LeavesFile::unpack(&bytes, &report(&bytes, 2)), Ok(file));
        prop_assert!(LeavesFile::unpack(&bytes, &report(&bytes, 1)).is_err());
        prop_assert!(LeavesFile::unpack(&bytes, &report(&bytes, 3)).is_err());
        prop_assert_eq!(LeavesFile::unpack(&bytes, &report(&[], 2)), Err(ProtocolError::RootMismatch));
        let torn = &bytes[..bytes.len() - cut.min(bytes.len())];
        prop_assert!(LeavesFile::unpack(torn, &report(torn, 2)).is_err());
    }
}
