//! Rows of a node, divided among its children in their order.

use rayon::prelude::*;

use super::split::CodeSet;

/// Rows of one task; part of no result, as the order is kept.
const PIECE_ROWS: usize = 1 << 14;

/// Puts the rows whose code in `column` is in `left` first, each side in its old order, and returns how many they are.
/// `scratch` is at least as long as `rows`.
pub(crate) fn partition(rows: &mut [u32], scratch: &mut [u32], column: &[u8], left: &CodeSet) -> usize {
    let scratch = &mut scratch[..rows.len()];
    let lefts = divide(rows, scratch, column, &directions(left));
    let rights = rows.len() - lefts;
    rows[lefts..].copy_from_slice(&scratch[..rights]);
    lefts
}

/// As [`partition`], by several threads if there are many rows.
pub(crate) fn partition_in_parallel(
    rows: &mut [u32],
    scratch: &mut [u32],
    column: &[u8],
    left: &CodeSet,
) -> usize {
    if rows.len() < 2 * PIECE_ROWS {
        return partition(rows, scratch, column, left);
    }
    let scratch = &mut scratch[..rows.len()];
    let goes_left = directions(left);
    // Every piece is divided by itself; then the lefts close up, and the rights follow.
    let lefts: Vec<usize> = rows
        .par_chunks_mut(PIECE_ROWS)
        .zip(scratch.par_chunks_mut(PIECE_ROWS))
        .map(|(rows, scratch)| divide(rows, scratch, column, &goes_left))
        .collect();
    let mut end = 0;
    for (piece, &count) in lefts.iter().enumerate() {
        let start = piece * PIECE_ROWS;
        rows.copy_within(start..start + count, end);
        end += count;
    }
    let all = rows.len();
    let mut at = end;
    for (piece, &count) in lefts.iter().enumerate() {
        let start = piece * PIECE_ROWS;
        let rights = PIECE_ROWS.min(all - start) - count;
        rows[at..at + rights].copy_from_slice(&scratch[start..start + rights]);
        at += rights;
    }
    end
}

/// Which codes go left.
fn directions(left: &CodeSet) -> [bool; 256] {
    std::array::from_fn(|code| left.contains(code as u8))
}

/// Moves the rows that go left to the front of `rows`, the others to the front of `scratch`; without branches, because no
/// processor can guess them.
fn divide(rows: &mut [u32], scratch: &mut [u32], column: &[u8], goes_left: &[bool; 256]) -> usize {
    let (mut lefts, mut rights) = (0, 0);
    for at in 0..rows.len() {
        let row = rows[at];
        let goes = usize::from(goes_left[usize::from(column[row as usize])]);
        rows[lefts] = row;
        scratch[rights] = row;
        lefts += goes;
        rights += 1 - goes;
    }
    lefts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_keep_their_order() {
        for count in [0usize, 1, 1000, PIECE_ROWS * 2, PIECE_ROWS * 3 + 17] {
            let column: Vec<u8> = (0..2 * count).map(|row| crate::splitmix64(1, row as u64) as u8).collect();
            let mut left = CodeSet::default();
            for code in (0..=255u8).filter(|code| code % 3 == 0) {
                left.insert(code);
            }
            let before: Vec<u32> = (0..count as u32).map(|row| row * 2).collect();
            let (lefts, rights): (Vec<u32>, Vec<u32>) =
                before.iter().partition(|&&row| column[row as usize].is_multiple_of(3));
            for divide in [partition, partition_in_parallel] {
                let mut rows = before.clone();
                let mut scratch = vec![0; count];
                assert_eq!(divide(&mut rows, &mut scratch, &column, &left), lefts.len());
                assert_eq!(rows, [&lefts[..], &rights].concat());
            }
        }
    }
}
