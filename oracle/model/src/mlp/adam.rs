//! Adam with decoupled weight decay (Kingma and Ba 2015; Loshchilov and Hutter 2019, AdamW).

use std::ops::Range;

/// Added to the root of the mean square, so that no parameter without gradient is divided by zero.
const EPSILON: f32 = 1e-8;
/// Smaller running means are set to zero: without effect on a step, but numbers below the normal range are slow.
const NEGLIGIBLE: f32 = 1e-30;

/// The running means of the gradient and its square.
#[derive(Debug)]
pub(super) struct Adam {
    betas: [f64; 2],
    /// The betas to the power of the steps taken.
    powers: [f64; 2],
    mean: Vec<f32>,
    square: Vec<f32>,
}

impl Adam {
    pub(super) fn new(parameters: usize, betas: [f64; 2]) -> Self {
        Self { betas, powers: [1.0; 2], mean: vec![0.0; parameters], square: vec![0.0; parameters] }
    }

    /// One step of size `rate` against the gradient; takes `rate · decay` of each parameter in `decaying` away.
    pub(super) fn step(
        &mut self,
        parameters: &mut [f32],
        gradient: &[f32],
        rate: f64,
        decay: f64,
        decaying: impl Iterator<Item = Range<usize>>,
    ) {
        let kept = (1.0 - rate * decay) as f32;
        for range in decaying {
            for parameter in &mut parameters[range] {
                *parameter *= kept;
            }
        }
        for (power, beta) in self.powers.iter_mut().zip(self.betas) {
            *power *= beta;
        }
        let [beta1, beta2] = self.betas.map(|beta| beta as f32);
        // What makes the means of a few steps unbiased.
        let rate = (rate / (1.0 - self.powers[0])) as f32;
        let unbiased = (1.0 / (1.0 - self.powers[1])) as f32;
        let means = self.mean.iter_mut().zip(&mut self.square);
        for ((parameter, slope), (mean, square)) in parameters.iter_mut().zip(gradient).zip(means) {
            *mean = settled(beta1 * *mean + (1.0 - beta1) * slope);
            *square = settled(beta2 * *square + (1.0 - beta2) * slope * slope);
            // Unlike other functions, the square root of the standard library is rounded correctly on every machine.
            *parameter -= rate * *mean / ((*square * unbiased).sqrt() + EPSILON);
        }
    }
}

fn settled(mean: f32) -> f32 {
    if mean.abs() < NEGLIGIBLE { 0.0 } else { mean }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(got: f32, want: f64) {
        assert!((f64::from(got) - want).abs() < 1e-6, "{got}, must be {want}");
    }

    /// The first step is `rate · g / (|g| + ε)` whatever the betas are. In the second, with β₁ = ½, β₂ = ¾ and gradients 4 and
    /// −2: means ½·(½·4) − ½·2 = 0, so no step; with gradients 4 and 2, mean 2 unbiased by 1 − ¼ is 8/3; square
    /// ¾·(¼·16) + ¼·4 = 4, unbiased by 1 − 9/16 is 64/7.
    #[test]
    fn two_steps_by_hand() {
        let mut adam = Adam::new(3, [0.5, 0.75]);
        let mut parameters = [1.0, 1.0, 1.0];
        adam.step(&mut parameters, &[4.0, 4.0, 0.0], 0.1, 0.0, std::iter::empty());
        near(parameters[0], 0.9);
        near(parameters[1], 0.9);
        assert_eq!(parameters[2], 1.0);
        adam.step(&mut parameters, &[-2.0, 2.0, 0.0], 0.1, 0.0, std::iter::empty());
        near(parameters[0], 0.9);
        near(parameters[1], 0.9 - 0.1 * (8.0 / 3.0) / (64.0f64 / 7.0).sqrt());
        assert_eq!(parameters[2], 1.0);
    }

    /// A rate of ½ and a decay of 0.1 take a twentieth of the decaying parameter.
    #[test]
    fn decay_by_hand() {
        let mut adam = Adam::new(2, [0.9, 0.999]);
        let mut parameters = [2.0, 2.0];
        adam.step(&mut parameters, &[0.0, 0.0], 0.5, 0.1, std::iter::once(0..1));
        near(parameters[0], 1.9);
        assert_eq!(parameters[1], 2.0);
    }
}
