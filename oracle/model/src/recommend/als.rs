//! Implicit alternating least squares (Hu, Koren and Volinsky 2008). Model kind 7.
//!
//! Minimises `Σ_ui c_ui (p_ui − x_u·y_i)² + l2 (Σ|x_u|² + Σ|y_i|²)` with p = 1 and c = 1 + alpha for an interaction,
//! p = 0 and c = 1 for none: each sweep solves all users exactly, then all items. A fitted model is the item factors
//! alone; a user's factors follow from a history by one more solve, so that somebody new needs no new fit.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::ITEMS_MAX;
use super::interactions::{Interactions, limit};
use super::solve::{add_outer, gramian, packed_len, solve_in_place};
use crate::codec::{Reader, Writer, encode_kind, finish_kind};
use crate::math::canonical;
use crate::traits::in_range;
use crate::{CounterRng, ModelError, ParamGuard};

/// The number of this kind in model files.
const KIND: u8 = 7;
/// Most factors.
pub const FACTORS_MAX: u32 = 256;
const STREAM: u64 = 0x0A15;

/// Unchecked hyper-parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AlsParams {
    /// Factors of a user and of an item, 1 to [`FACTORS_MAX`].
    pub factors: u32,
    /// Sweeps, 1 to 100; exactly that many.
    pub sweeps: u32,
    /// Confidence that an interaction adds to the 1 of none, in thousandths, 1 to 10^6.
    pub alpha_milli: u32,
    /// L2 penalty on all factors in thousandths, 1 to 10^7 (0 could make a system singular).
    pub l2_milli: u32,
    /// Seed of the first item factors.
    pub seed: u64,
}

impl Default for AlsParams {
    fn default() -> Self {
        Self { factors: 32, sweeps: 10, alpha_milli: 2_000, l2_milli: 100, seed: 42 }
    }
}

/// Hyper-parameters within their ranges; made by [`AlsParams::check`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedAlsParams(AlsParams);

impl ParamGuard for AlsParams {
    type Checked = CheckedAlsParams;

    fn check(self) -> Result<CheckedAlsParams, ModelError> {
        in_range("factors", self.factors, 1, FACTORS_MAX, "1 to 256")?;
        in_range("sweeps", self.sweeps, 1, 100, "1 to 100")?;
        in_range("alpha_milli", self.alpha_milli, 1, 1_000_000, "1 to 1000000")?;
        in_range("l2_milli", self.l2_milli, 1, 10_000_000, "1 to 10000000")?;
        Ok(CheckedAlsParams(self))
    }
}

impl CheckedAlsParams {
    /// The checked values.
    pub fn values(&self) -> &AlsParams {
        &self.0
    }

    /// Learns item factors. The number of threads does not change a bit of them.
    ///
    /// # Errors
    /// [`ModelError::Shape`] without interactions, [`ModelError::Singular`] or [`ModelError::NotFinite`] if a number
    /// leaves the finite range.
    pub fn fit(&self, data: &Interactions) -> Result<AlsModel, ModelError> {
        if data.is_empty() {
            return Err(ModelError::Shape { what: "interactions (at least)", expected: 1, got: 0 });
        }
        let width = self.0.factors as usize;
        let of_user: Vec<Vec<u32>> = (0..data.users())
            .map(|user| data.history(user).iter().map(|event| event.item).collect())
            .collect();
        let mut of_item: Vec<Vec<u32>> = vec![Vec::new(); data.items() as usize];
        for (user, items) in (0..data.users()).zip(&of_user) {
            for &item in items {
                of_item[item as usize].push(user);
            }
        }
        let random = CounterRng::new(self.0.seed, STREAM);
        let scale = 1.0 / libm::sqrt(width as f64);
        let mut items: Vec<f64> =
            (0..(of_item.len() * width) as u64).map(|at| (random.unit(at) - 0.5) * scale).collect();
        for _ in 0..self.0.sweeps {
            let users = self.half_sweep(&of_user, &items)?;
            items = self.half_sweep(&of_item, &users)?;
        }
        if let Some(&value) = items.iter().find(|value| !value.is_finite()) {
            return Err(ModelError::NotFinite { what: "a fitted factor", value });
        }
        Ok(AlsModel::assemble(self.0.clone(), items.into_iter().map(canonical).collect()))
    }

    /// The best factors of all rows on one side, given those of the other.
    fn half_sweep(&self, links: &[Vec<u32>], others: &[f64]) -> Result<Vec<f64>, ModelError> {
        let gramian = gramian(others, self.0.factors as usize);
        let solved: Result<Vec<Vec<f64>>, ModelError> =
            links.par_iter().map(|linked| self.0.solve_one(&gramian, others, linked)).collect();
        Ok(solved?.concat())
    }
}

impl AlsParams {
    /// `(YᵀY + alpha Σ y yᵀ + l2 I) x = (1 + alpha) Σ y`, sums over what one is linked to; zeros without links.
    fn solve_one(&self, gramian: &[f64], others: &[f64], linked: &[u32]) -> Result<Vec<f64>, ModelError> {
        let width = self.factors as usize;
        let mut x = vec![0.0; width];
        if linked.is_empty() {
            return Ok(x);
        }
        let alpha = f64::from(self.alpha_milli) / 1_000.0;
        let mut matrix = gramian.to_vec();
        for &index in linked {
            let y = &others[index as usize * width..(index as usize + 1) * width];
            add_outer(&mut matrix, alpha, y);
            for (cell, value) in x.iter_mut().zip(y) {
                *cell += value;
            }
        }
        for (index, cell) in x.iter_mut().enumerate() {
            *cell *= 1.0 + alpha;
            matrix[packed_len(index) + index] += f64::from(self.l2_milli) / 1_000.0;
        }
        solve_in_place(&mut matrix, &mut x)?;
        Ok(x)
    }
}

/// Fitted item factors.
#[derive(Debug, Clone, PartialEq)]
pub struct AlsModel {
    params: AlsParams,
    factors: Vec<f64>,
    /// `YᵀY` of the factors: kept, as every user's solve begins with it.
    gramian: Vec<f64>,
}

impl AlsModel {
    fn assemble(params: AlsParams, factors: Vec<f64>) -> Self {
        let gramian = gramian(&factors, params.factors as usize);
        Self { params, factors, gramian }
    }

    /// The hyper-parameters it was fitted with.
    pub fn params(&self) -> &AlsParams {
        &self.params
    }

    /// How many items it knows.
    pub fn items(&self) -> u32 {
        // `fit` and `read_body` keep the number of items within ITEMS_MAX.
        (self.factors.len() / self.params.factors as usize) as u32
    }

    /// The factors of an item; `None` beyond the last.
    pub fn item_factors(&self, item: u32) -> Option<&[f64]> {
        self.factors.chunks(self.params.factors as usize).nth(item as usize)
    }

    /// The factors of a user with these items: the minimum of the loss over one user's factors.
    ///
    /// # Errors
    /// [`ModelError::Interaction`] if an item is beyond the last, [`ModelError::Singular`] if a number leaves the finite
    /// range.
    pub fn user_factors(&self, items: &[u32]) -> Result<Vec<f64>, ModelError> {
        if let Some(row) = items.iter().position(|&item| item >= self.items()) {
            let problem = format!("item {} of {}, counted from 0", items[row], self.items());
            return Err(ModelError::Interaction { row, problem });
        }
        self.params.solve_one(&self.gramian, &self.factors, items)
    }

    /// The preference `x·y_i` for every item: near 1 for what a user would act on, near 0 for what not.
    ///
    /// # Errors
    /// As [`AlsModel::user_factors`].
    pub fn scores(&self, items: &[u32]) -> Result<Vec<f64>, ModelError> {
        let user = self.user_factors(items)?;
        Ok(self
            .factors
            .chunks(user.len())
            .map(|factors| {
                let mut sum = 0.0;
                for (x, y) in user.iter().zip(factors) {
                    sum += x * y;
                }
                sum
            })
            .collect())
    }

    /// The canonical file.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode_kind(KIND, |out| self.write_body(out))
    }

    /// Reads a file written by [`AlsModel::to_bytes`]; any other byte string is refused.
    ///
    /// # Errors
    /// [`ModelError::File`] naming the byte, [`ModelError::TooMany`] or [`ModelError::Hyperparameter`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        finish_kind(bytes, KIND, Self::read_body)
    }

    /// `factors u32 ‖ sweeps u32 ‖ alpha_milli u32 ‖ l2_milli u32 ‖ seed u64 ‖ items u32 ‖ per item its factors`.
    pub(super) fn write_body(&self, out: &mut Writer) {
        for value in [self.params.factors, self.params.sweeps, self.params.alpha_milli, self.params.l2_milli]
        {
            out.u32(value);
        }
        out.u64(self.params.seed);
        out.u32(self.items());
        for &value in &self.factors {
            out.f64(value);
        }
    }

    pub(super) fn read_body(input: &mut Reader<'_>) -> Result<Self, ModelError> {
        let params = AlsParams {
            factors: input.u32()?,
            sweeps: input.u32()?,
            alpha_milli: input.u32()?,
            l2_milli: input.u32()?,
            seed: input.u64()?,
        };
        let params = params.check()?.0;
        let items = input.u32()? as usize;
        limit("items", items, ITEMS_MAX as usize)?;
        let count = items * params.factors as usize;
        input.room_for(count, 8)?;
        let mut factors = Vec::with_capacity(count);
        for _ in 0..count {
            factors.push(input.f64()?);
        }
        Ok(Self::assemble(params, factors))
    }
}
