//! Sums of row statistics per bin of every feature.
//!
//! Features are stored in groups of a few, interleaved: one look-up of a row serves the whole group, and the group's
//! histograms stay in the nearest cache. Sums are integers: pieces of the rows are added by any threads in any order.

use rayon::prelude::*;

use super::bins::{BINS, Columns};
use super::sums::Sums;

/// Codes of a row that lie side by side.
const LANES: usize = 8;
/// Features of a group when there are several groups.
const GROUP_WIDTH: usize = 5;
/// Rows of one task; part of no result, as sums are exact.
const PIECE_ROWS: usize = 1 << 16;
/// Below this many additions a histogram is not worth waking other threads for.
const PARALLEL_MIN: usize = 1 << 15;

/// Sums per bin of one feature.
pub(crate) type FeatureHistogram = [Sums; BINS];

/// Sums per bin of every feature.
#[derive(Debug, Clone)]
pub(crate) struct Histogram(pub(crate) Vec<FeatureHistogram>);

impl Histogram {
    pub(crate) fn zeros(features: usize) -> Self {
        Self(vec![[Sums::default(); BINS]; features])
    }

    fn clear(&mut self) {
        self.0.fill([Sums::default(); BINS]);
    }

    /// Takes away a part: what is left of the parent is the other child.
    pub(crate) fn subtract(&mut self, part: &Self) {
        for (all, part) in self.0.iter_mut().zip(&part.0) {
            for (all, part) in all.iter_mut().zip(part) {
                *all = all.minus(*part);
            }
        }
    }
}

#[derive(Debug)]
struct Group {
    width: usize,
    codes: Vec<[u8; LANES]>,
}

/// The codes of a data set, interleaved by groups of features.
#[derive(Debug)]
pub(crate) struct Groups(Vec<Group>);

impl Groups {
    pub(crate) fn interleave(columns: &Columns) -> Self {
        let features = columns.0.len();
        // An even number of groups shares well among two threads.
        let count = match features.div_ceil(GROUP_WIDTH) {
            many @ 2.. => many.next_multiple_of(2),
            few => few.max(1),
        };
        let width = features.div_ceil(count).max(1);
        let groups = columns.0.par_chunks(width).map(|columns| {
            let rows = columns.first().map_or(0, Vec::len);
            let mut codes = vec![[0; LANES]; rows];
            for (lane, column) in columns.iter().enumerate() {
                for (row, code) in codes.iter_mut().zip(column) {
                    row[lane] = *code;
                }
            }
            Group { width: columns.len(), codes }
        });
        Self(groups.collect())
    }

    /// Sets `out` to the sums over `rows`, which rise; `stats` has an entry a row of the data set. `buffer` is for the
    /// statistics of the rows in their order: looked up once, they are read in order by every group.
    pub(crate) fn accumulate(
        &self,
        stats: &[Sums],
        rows: &[u32],
        buffer: &mut Vec<Sums>,
        out: &mut Histogram,
    ) {
        out.clear();
        let stats = if rows.len() == stats.len() {
            stats
        } else {
            buffer.resize(stats.len(), Sums::default());
            let buffer = &mut buffer[..rows.len()];
            if rows.len() < PIECE_ROWS {
                look_up(stats, rows, buffer);
            } else {
                let pieces = buffer.par_chunks_mut(PIECE_ROWS).zip(rows.par_chunks(PIECE_ROWS));
                pieces.for_each(|(buffer, rows)| look_up(stats, rows, buffer));
            }
            &*buffer
        };
        let features = out.0.len();
        if rows.len() * features < PARALLEL_MIN {
            let mut rest = &mut out.0[..];
            for group in &self.0 {
                let (mine, others) = rest.split_at_mut(group.width);
                group.accumulate(stats, rows, mine);
                rest = others;
            }
            return;
        }
        let mut tasks = Vec::new();
        let mut rest = &mut out.0[..];
        for group in &self.0 {
            let (mine, others) = rest.split_at_mut(group.width);
            tasks.push((group, mine));
            rest = others;
        }
        tasks.into_par_iter().for_each(|(group, out)| {
            if rows.len() < 2 * PIECE_ROWS {
                return group.accumulate(stats, rows, out);
            }
            let pieces: Vec<Vec<FeatureHistogram>> = rows
                .par_chunks(PIECE_ROWS)
                .zip(stats.par_chunks(PIECE_ROWS))
                .map(|(rows, stats)| {
                    let mut sums = vec![[Sums::default(); BINS]; group.width];
                    group.accumulate(stats, rows, &mut sums);
                    sums
                })
                .collect();
            for piece in pieces {
                for (sum, part) in out.iter_mut().flatten().zip(piece.iter().flatten()) {
                    *sum = sum.plus(*part);
                }
            }
        });
    }
}

fn look_up(stats: &[Sums], rows: &[u32], out: &mut [Sums]) {
    for (out, &row) in out.iter_mut().zip(rows) {
        *out = stats[row as usize];
    }
}

impl Group {
    /// Adds rows to `out`; `stats` has an entry for each of `rows`.
    fn accumulate(&self, stats: &[Sums], rows: &[u32], out: &mut [FeatureHistogram]) {
        // The width as a constant lets the compiler unroll the inner loop.
        match self.width {
            1 => self.add::<1>(stats, rows, out),
            2 => self.add::<2>(stats, rows, out),
            3 => self.add::<3>(stats, rows, out),
            4 => self.add::<4>(stats, rows, out),
            _ => self.add::<5>(stats, rows, out),
        }
    }

    fn add<const WIDTH: usize>(&self, stats: &[Sums], rows: &[u32], out: &mut [FeatureHistogram]) {
        let Ok(out) = <&mut [FeatureHistogram; WIDTH]>::try_from(out) else {
            return;
        };
        for (&row, &row_sums) in rows.iter().zip(stats) {
            let codes = &self.codes[row as usize];
            for lane in 0..WIDTH {
                let slot = &mut out[lane][usize::from(codes[lane])];
                *slot = slot.plus(row_sums);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trees::sums::Scale;

    #[test]
    fn sums_are_those_of_a_plain_loop() {
        for features in 1..=13usize {
            let rows = 3_000;
            let scale = Scale::new(rows, 1.0, 1.0);
            let draw = |slot: usize, row: usize| crate::splitmix64(slot as u64, row as u64);
            let columns = Columns(
                (0..features).map(|f| (0..rows).map(|row| draw(f, row) as u8 % 200).collect()).collect(),
            );
            let stats: Vec<Sums> = (0..rows)
                .map(|row| {
                    scale.row(draw(99, row) as f64 / 2f64.powi(64), draw(98, row) as f64 / 2f64.powi(64))
                })
                .collect();
            let chosen: Vec<u32> = (0..rows as u32).filter(|row| draw(97, *row as usize) % 3 > 0).collect();
            let groups = Groups::interleave(&columns);
            let mut buffer = Vec::new();
            let mut got = Histogram::zeros(features);
            got.0[0][7] = stats[0];
            groups.accumulate(&stats, &chosen, &mut buffer, &mut got);
            for (feature, column) in columns.0.iter().enumerate() {
                let mut want = [Sums::default(); BINS];
                for &row in &chosen {
                    let slot = &mut want[usize::from(column[row as usize])];
                    *slot = slot.plus(stats[row as usize]);
                }
                assert_eq!(got.0[feature], want, "feature {feature} of {features}");
            }
            let half = &chosen[..chosen.len() / 2];
            let mut first = Histogram::zeros(features);
            groups.accumulate(&stats, half, &mut buffer, &mut first);
            let mut second = Histogram::zeros(features);
            groups.accumulate(&stats, &chosen[half.len()..], &mut buffer, &mut second);
            got.subtract(&first);
            assert_eq!(got.0, second.0);
        }
    }
}
