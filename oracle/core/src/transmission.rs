//! Who posts first: a fresh, unpredictable-enough order of operators for every report, so that not all of them pay for
//! the same transaction and no single one can hold it back.

use attention_protocol::hash::sha256;

use crate::guard::SignKey;

/// The operators in the order in which they post: a Fisher–Yates shuffle of `0..operators` whose draws are
/// `u64(sha256(config_digest ‖ epoch u64 ‖ revision u32 ‖ i u8)[0..8]) mod (i + 1)` for i from the last place down. The
/// bias of the remainder is below 2^-58.
pub fn order(key: &SignKey, operators: u8) -> Vec<u8> {
    let mut order: Vec<u8> = (0..operators).collect();
    for place in (1..operators).rev() {
        let draw =
            sha256(&[&key.config_digest, &key.epoch.to_be_bytes(), &key.revision.to_be_bytes(), &[place]]);
        let [a, b, c, d, e, f, g, h, ..] = draw;
        let number = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        let other = u64::from(place).checked_add(1).and_then(|places| number.checked_rem(places));
        // Below 256.
        let other = other.and_then(|other| usize::try_from(other).ok()).unwrap_or(0);
        order.swap(usize::from(place), other);
    }
    order
}

/// An operator's place in the order, 0 for the first; `None` if there is no such operator.
pub fn rank(key: &SignKey, operators: u8, index: u8) -> Option<u8> {
    let place = order(key, operators).iter().position(|other| *other == index)?;
    u8::try_from(place).ok()
}

/// How long the operator at `rank` waits before it posts, seconds: `rank · step_s`, below 2^40.
pub fn delay_s(rank: u8, step_s: u32) -> u64 {
    (0..rank).map(|_| u64::from(step_s)).sum()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn key(epoch: u64, revision: u32) -> SignKey {
        SignKey { config_digest: [7; 32], epoch, revision }
    }

    #[test]
    fn every_order_is_a_permutation() {
        for operators in 0..=32 {
            let all: BTreeSet<u8> = order(&key(3, 1), operators).into_iter().collect();
            assert_eq!(all, (0..operators).collect());
        }
    }

    #[test]
    fn everybody_comes_first_about_equally_often() {
        let mut first = [0u32; 4];
        for epoch in 0..4_000 {
            first[usize::from(order(&key(epoch, 0), 4)[0])] += 1;
        }
        // Expected 1,000 each, standard deviation 27.
        assert!(first.iter().all(|count| (850..1_150).contains(count)), "{first:?}");
        assert!((0..9).any(|revision| order(&key(0, revision), 4) != order(&key(0, revision + 1), 4)));
    }

    #[test]
    fn ranks_and_delays() {
        let order = order(&key(5, 0), 7);
        for (place, index) in order.iter().enumerate() {
            assert_eq!(rank(&key(5, 0), 7, *index), Some(place as u8));
        }
        assert_eq!(rank(&key(5, 0), 7, 7), None);
        assert_eq!([delay_s(0, 3), delay_s(2, 3), delay_s(255, u32::MAX)], [0, 6, 255 * u64::from(u32::MAX)]);
    }
}
