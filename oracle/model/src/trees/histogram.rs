//! Sums of row statistics per bin of every feature.
//!
//! Memory is what takes time. The codes of a row lie side by side in one cache line, and rows are looked up in blocks, by
//! loops that do nothing else; a block is then added group by group of a few features, whose histograms stay in the
//! nearest cache. Sums are integers: parts of the rows are added by any threads in any order.

use rayon::prelude::*;

use super::bins::{BINS, Columns};
use super::sums::{RowStats, Scale, Sums};

/// Codes of a group that lie side by side.
const LANES: usize = 8;
/// Most features of a group: its histograms are what the nearest cache holds.
const GROUP_WIDTH: usize = 5;
/// Bytes of a cache line.
const LINE_BYTES: usize = 64;
/// Rows that are looked up together: the next cache holds their codes and statistics.
const BLOCK_ROWS: usize = 1 << 11;
/// Fewest rows of one task, for which waking a thread and merging its histograms pays; part of no result, as sums are exact.
const TASK_ROWS_MIN: usize = 1 << 13;

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

/// The codes of a few groups of features: a record a row.
#[derive(Debug)]
struct Strip {
    /// Features of each group.
    widths: Vec<usize>,
    /// Records one after the other, from `start` on, where a cache line begins.
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

/// Buffers of [`Groups::accumulate`], kept from call to call: one entry a task.
#[derive(Debug, Default)]
pub(crate) struct Workspace(Vec<(Vec<FeatureHistogram>, Block)>);

/// Statistics and codes of a block of rows, in the rows' order.
#[derive(Debug, Default)]
struct Block {
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
        scale: &Scale,
        stats: &[RowStats],
        rows: &[u32],
        workspace: &mut Workspace,
        out: &mut Histogram,
    ) {
        let features = out.0.len();
        let threads = rayon::current_num_threads();
        let tasks = if threads == 1 || rows.len() < 2 * TASK_ROWS_MIN {
            1
        } else {
            // Two a thread: one that is kept waiting does not keep all others waiting.
            (rows.len() / TASK_ROWS_MIN).min(2 * threads)
        };
        workspace.0.resize_with(tasks.max(workspace.0.len()), Default::default);
        let buffers = &mut workspace.0[..tasks];
        if let [(_, block)] = buffers {
            out.clear();
            return self.add(scale, stats, rows, block, &mut out.0);
        }
        let parts = rows.par_chunks(rows.len().div_ceil(tasks));
        parts.zip(buffers.par_iter_mut()).with_max_len(1).for_each(|(rows, (sums, block))| {
            sums.clear();
            sums.resize(features, [Sums::default(); BINS]);
            self.add(scale, stats, rows, block, sums);
        });
        for (feature, out) in out.0.iter_mut().enumerate() {
            for (bin, out) in out.iter_mut().enumerate() {
                *out = buffers.iter().fold(Sums::default(), |sum, (part, _)| sum.plus(part[feature][bin]));
            }
        }
    }

    /// Adds the sums over `rows` to `out`.
    fn add(
        &self,
        scale: &Scale,
        stats: &[RowStats],
        rows: &[u32],
        block: &mut Block,
        out: &mut [FeatureHistogram],
    ) {
        for rows in rows.chunks(BLOCK_ROWS) {
            block.stats.clear();
            block.stats.extend(rows.iter().map(|&row| scale.sums(stats[row as usize])));
            let mut rest = &mut *out;
            for strip in &self.strips {
                let (mine, others) = rest.split_at_mut(strip.widths.iter().sum());
                match self.groups_a_record {
                    1 => strip.add::<1>(rows, block, mine),
                    2 => strip.add::<2>(rows, block, mine),
                    _ => strip.add::<4>(rows, block, mine),
                }
                rest = others;
            }
        }
    }
}

impl Strip {
    fn interleave(columns: &[Vec<u8>], width: usize, groups_a_record: usize) -> Self {
        let rows = columns.first().map_or(0, Vec::len);
        let spare = LINE_BYTES / LANES;
        let mut codes = vec![[0; LANES]; rows * groups_a_record + spare];
        let start = codes.as_ptr().align_offset(LINE_BYTES).min(spare);
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

    /// Adds rows to `out`; the statistics of `block` are theirs.
    fn add<const P: usize>(&self, rows: &[u32], block: &mut Block, out: &mut [FeatureHistogram]) {
        let Block { stats, codes } = block;
        let (all, _) = self.codes[self.start..].as_chunks::<P>();
        let records = match rows {
            // Rows without a gap need no looking up.
            [first, .., last] if (last - first) as usize == rows.len() - 1 => {
                &all[*first as usize..=*last as usize]
            }
            _ => {
                codes.resize(codes.len().max(rows.len() * P), [0; LANES]);
                let (records, _) = codes[..rows.len() * P].as_chunks_mut::<P>();
                // Nothing else in this loop: the processor waits for many rows at a time.
                for (record, &row) in records.iter_mut().zip(rows) {
                    *record = all[row as usize];
                }
                records
            }
        };
        let mut rest = out;
        for (group, &width) in self.widths.iter().enumerate() {
            let (mine, others) = rest.split_at_mut(width);
            // The width as a constant lets the compiler unroll the inner loop.
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

/// Adds rows to the histograms of one group: `stats` and `records` have an entry a row.
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

    fn sums(groups: &Groups, scale: &Scale, stats: &[RowStats], rows: &[u32], threads: usize) -> Histogram {
        let features = groups.strips.iter().flat_map(|strip| &strip.widths).sum();
        let mut out = Histogram::zeros(features);
        // What was there before counts for nothing.
        out.0[0][7] = scale.sums(stats[0]);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| groups.accumulate(scale, stats, rows, &mut Workspace::default(), &mut out));
        out
    }

    /// One to three records a row of every length; some rows and all; one block and many; one task and several.
    #[test]
    fn sums_are_those_of_a_plain_loop() {
        for (features, rows) in
            [(1, 40_000), (5, 100), (6, 5_000), (10, 9_000), (11, 40_000), (20, 3_000), (47, 20_000)]
        {
            let scale = Scale::new(rows, 1.0, 1.0);
            let draw = |slot: usize, row: usize| crate::splitmix64(slot as u64, row as u64);
            let unit = |slot: usize, row: usize| draw(slot, row) as f64 / 2f64.powi(64);
            let columns = Columns(
                (0..features).map(|f| (0..rows).map(|row| draw(f, row) as u8 % 200).collect()).collect(),
            );
            let stats: Vec<RowStats> =
                (0..rows).map(|row| scale.row(unit(99, row) - 0.5, unit(98, row))).collect();
            let groups = Groups::interleave(&columns);
            let all: Vec<u32> = (0..rows as u32).collect();
            let some: Vec<u32> = all.iter().copied().filter(|row| draw(97, *row as usize) % 4 > 0).collect();
            for chosen in [&all, &some] {
                let got = sums(&groups, &scale, &stats, chosen, 1);
                for (feature, column) in columns.0.iter().enumerate() {
                    let mut want = [Sums::default(); BINS];
                    for &row in chosen {
                        let slot = &mut want[usize::from(column[row as usize])];
                        *slot = slot.plus(scale.sums(stats[row as usize]));
                    }
                    assert_eq!(got.0[feature], want, "feature {feature} of {features}");
                }
                assert_eq!(sums(&groups, &scale, &stats, chosen, 3).0, got.0);
                let (first, second) = chosen.split_at(chosen.len() / 3);
                let mut rest = got;
                rest.subtract(&sums(&groups, &scale, &stats, first, 2));
                assert_eq!(rest.0, sums(&groups, &scale, &stats, second, 2).0);
            }
        }
    }
}
