//! The published file of an epoch: `campaigns u8 ‖ assets u8 ‖ file`. What is read is written with the same bytes.
#![no_main]

use attention_protocol::leaves_file::LeavesFile;
use attention_protocol::{ProtocolError, ReportBody};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let [campaigns, assets, file @ ..] = input else { return };
    let mut report = ReportBody {
        config_digest: [0; 32],
        prev_digest: [0; 32],
        epoch: 0,
        revision: 0,
        campaigns_root: [0; 32],
        campaign_count: u32::from(*campaigns),
        assets_root: [0; 32],
        asset_count: u32::from(*assets),
        input_root: [0; 32],
        model_hash: [0; 32],
        leaves_hash: LeavesFile::hash(file),
    };
    if let Ok(read) = LeavesFile::unpack(file, &report) {
        assert_eq!(read.pack(), file);
        assert_eq!(read.campaigns.len(), usize::from(*campaigns));
        assert_eq!(read.assets.len(), usize::from(*assets));
        for campaign in &read.campaigns {
            assert_eq!(u32::try_from(campaign.leaves.len()), Ok(campaign.commitment.leaf_count));
        }
    }
    report.leaves_hash[0] ^= 1;
    assert_eq!(LeavesFile::unpack(file, &report), Err(ProtocolError::RootMismatch));
});
