//! Report bodies: 244 bytes unpack and pack to the same bytes, nothing else is one, and every bit reaches the digest.
#![no_main]

use attention_protocol::ReportBody;
use attention_protocol::report::REPORT_BYTES;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(body) = ReportBody::unpack(bytes) else {
        assert_ne!(bytes.len(), REPORT_BYTES, "every 244 bytes are a body");
        return;
    };
    assert_eq!(body.pack(), bytes);
    // Which bit to flip is in the input too: its first two bytes.
    let mut changed = bytes.to_vec();
    let at = usize::from(u16::from_be_bytes([bytes[0], bytes[1]])) % changed.len();
    changed[at] ^= 1 << (bytes[2] % 8);
    let changed = ReportBody::unpack(&changed).expect("the length is right");
    assert_ne!(changed.digest(), body.digest());
});
