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
/// Bytes of a cache line.
const LINE: usize = 64;
/// Rows that are looked up together.
const BLOCK_ROWS: usize = 1 << 12;
/// Fewest rows of one task; part of no result, as sums are exact.
const PIECE_ROWS_MIN: usize = 1 << 14;
/// Below this many additions a histogram is not worth waking other threads for.
const PARALLEL_MIN: usize = 1 << 16;

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

/// The codes of some groups of features: a record a row, `P` groups long, so that one cache line holds what a row has.
#[derive(Debug)]
struct Strip {
    /// Features of each group, at most `P` groups.
    widths: Vec<usize>,
    /// The records begin at `start`, the first place that keeps each within a cache line.
    codes: Vec<[u8; LANES]>,
    start: usize,
}

/// The codes of a data set, row by row.
#[derive(Debug)]
pub(crate) struct Groups {
    strips: Vec<Strip>,
    /// Groups of a record: 1, 2 or 4.
    groups_a_record: usize,
}

/// Buffers of [`Groups::accumulate`], kept from call to call.
#[derive(Debug, Default)]
pub(crate) struct Workspace(Vec<Piece>);

/// Buffers of one task.
#[derive(Debug, Default)]
struct Piece {
    sums: Vec<FeatureHistogram>,
    /// Statistics and codes of a block of rows, in the rows' order.
    stats: Vec<Sums>,
    codes: Vec<[u8; LANES]>,
}

impl Groups {
    pub(crate) fn interleave(columns: &Columns) -> Self {
        let features = columns.0.len();
        let groups_a_record = match features.div_ceil(GROUP_WIDTH) {
            0 | 1 => 1,
            2 => 2,
            _ => 4,
        };
        let strips = features.div_ceil(groups_a_record * GROUP_WIDTH).max(1);
        let width = features.div_ceil(strips * groups_a_record).max(1);
        let strips = columns.0.chunks(groups_a_record * width);
        let strips = strips.map(|columns| Strip::interleave(columns, width, groups_a_record)).collect();
        Self { strips, groups_a_record }
    }

    /// Sets `out` to the sums over `rows`, which rise; `stats` has an entry a row of the data set.
    pub(crate) fn accumulate(
        &self,
        stats: &[Sums],
        rows: &[u32],
        workspace: &mut Workspace,
        out: &mut Histogram,
    ) {
        let features = out.0.len();
        let threads = rayon::current_num_threads();
        let tasks = if threads == 1 || rows.len() * features < PARALLEL_MIN {
            1
        } else {
            (rows.len() / PIECE_ROWS_MIN).clamp(2, 2 * threads)
        };
        let pieces = &mut workspace.0;
        while pieces.len() < tasks {
            pieces.push(Piece::default());
        }
        if tasks == 1 {
            out.clear();
            let Piece { stats: buffer, codes, .. } = &mut pieces[0];
            self.add(stats, rows, buffer, codes, &mut out.0);
            return;
        }
        let pieces = &mut pieces[..tasks];
        let rows = rows.par_chunks(rows.len().div_ceil(tasks));
        rows.zip(pieces.par_iter_mut()).with_max_len(1).for_each(|(rows, piece)| {
            piece.sums.clear();
            piece.sums.resize(features, [Sums::default(); BINS]);
            self.add(stats, rows, &mut piece.stats, &mut piece.codes, &mut piece.sums);
        });
        for (feature, out) in out.0.iter_mut().enumerate() {
            for (bin, out) in out.iter_mut().enumerate() {
                let mut sum = Sums::default();
                for piece in &*pieces {
                    sum = sum.plus(piece.sums[feature][bin]);
                }
                *out = sum;
            }
        }
    }

    fn add(
        &self,
        all_stats: &[Sums],
        rows: &[u32],
        stats: &mut Vec<Sums>,
        codes: &mut Vec<[u8; LANES]>,
        out: &mut [FeatureHistogram],
    ) {
        for rows in rows.chunks(BLOCK_ROWS) {
            stats.clear();
            stats.extend(rows.iter().map(|&row| all_stats[row as usize]));
            let mut rest = &mut *out;
            for strip in &self.strips {
                let (mine, others) = rest.split_at_mut(strip.widths.iter().sum());
                match self.groups_a_record {
                    1 => strip.add::<1>(stats, rows, codes, mine),
                    2 => strip.add::<2>(stats, rows, codes, mine),
                    _ => strip.add::<4>(stats, rows, codes, mine),
                }
                rest = others;
            }
        }
    }
}

impl Strip {
    fn interleave(columns: &[Vec<u8>], width: usize, groups_a_record: usize) -> Self {
        let rows = columns.first().map_or(0, Vec::len);
        let spare = LINE / LANES;
        let mut codes = vec![[0; LANES]; rows * groups_a_record + spare];
        let start = codes.as_ptr().align_offset(LINE).min(spare);
        let records = &mut codes[start..start + rows * groups_a_record];
        records.par_chunks_mut(BLOCK_ROWS * groups_a_record).enumerate().for_each(|(block, records)| {
            for (group, columns) in columns.chunks(width).enumerate() {
                for (lane, column) in columns.iter().enumerate() {
                    let column = &column[block * BLOCK_ROWS..];
                    for (record, code) in records.chunks_mut(groups_a_record).zip(column) {
                        record[group][lane] = *code;
                    }
                }
            }
        });
        Self { widths: columns.chunks(width).map(<[_]>::len).collect(), codes, start }
    }

    fn add<const P: usize>(
        &self,
        stats: &[Sums],
        rows: &[u32],
        codes: &mut Vec<[u8; LANES]>,
        out: &mut [FeatureHistogram],
    ) {
        let (records, _) = self.codes[self.start..].as_chunks::<P>();
        codes.clear();
        for &row in rows {
            codes.extend_from_slice(&records[row as usize]);
        }
        let (records, _) = codes.as_chunks::<P>();
        let mut rest = out;
        for (group, &width) in self.widths.iter().enumerate() {
            let (mine, others) = rest.split_at_mut(width);
            match width {
                1 => add_group::<P, 1>(stats, records, group, mine),
                2 => add_group::<P, 2>(stats, records, group, mine),
                3 => add_group::<P, 3>(stats, records, group, mine),
                4 => add_group::<P, 4>(stats, records, group, mine),
                _ => add_group::<P, 5>(stats, records, group, mine),
            }
            rest = others;
        }
    }
}

fn add_group<const P: usize, const WIDTH: usize>(
    stats: &[Sums],
    records: &[[[u8; LANES]; P]],
    group: usize,
    out: &mut [FeatureHistogram],
) {
    let Ok(out) = <&mut [FeatureHistogram; WIDTH]>::try_from(out) else {
        return;
    };
    for (record, &row_sums) in records.iter().zip(stats) {
        let codes = record[group];
        for lane in 0..WIDTH {
            let slot = &mut out[lane][usize::from(codes[lane])];
            *slot = slot.plus(row_sums);
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
            let mut buffer = Workspace::default();
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
