//! The body of a network in a model file (kind 6).

use super::network::{Network, Shape};
use super::params::{Activation, MlpParams};
use super::{CheckedMlpParams, MlpModel};
use crate::codec::{Body, Reader, Writer};
use crate::{Encoder, ModelError, Normalisation, ParamGuard, TrainedOn};

const ACTIVATIONS: [Activation; 2] = [Activation::Relu, Activation::Tanh];
const NORMALISATIONS: [Normalisation; 3] =
    [Normalisation::Standard, Normalisation::Robust, Normalisation::Quantile];

impl Body for MlpModel {
    const KIND: u8 = 6;

    fn trained_on(&self) -> &TrainedOn {
        &self.trained_on
    }

    /// The hyper-parameters in the order of [`MlpParams`] (`layers u8 ‖ per layer units u16 ‖ activation u8 ‖ epochs u32 ‖
    /// row_visits_max u64 ‖ … ‖ normalisation u8 ‖ … ‖ ensemble_size u8 ‖ seed u64`, the others u32) ‖ encoder ‖ centre ‖ spread ‖ per
    /// network, per layer (weights row by row ‖ biases), each the 32 bits of a finite f32 that is not −0.
    fn write(&self, out: &mut Writer) {
        let params = &self.params;
        // At most HIDDEN_LAYERS_MAX.
        out.u8(params.hidden.len() as u8);
        for &units in &params.hidden {
            out.u16(units);
        }
        out.u8(number_of(&ACTIVATIONS, params.activation));
        out.u32(params.epochs);
        out.u64(params.row_visits_max);
        out.u32(params.batch_rows);
        out.u32(params.learning_rate_ppm);
        out.u32(params.weight_decay_micro);
        out.u32(params.beta1_ppm);
        out.u32(params.beta2_ppm);
        out.u8(number_of(&NORMALISATIONS, params.normalisation));
        out.u32(params.validation_ppm);
        out.u32(params.patience);
        out.u32(params.positive_weight_ppm);
        out.u8(params.ensemble_size);
        out.u64(params.seed);
        self.encoder.write(out);
        out.f64(self.centre);
        out.f64(self.spread);
        for network in &self.members {
            for at in network.shape.positions() {
                out.u32(network.parameters[at].to_bits());
            }
        }
    }

    fn read(trained_on: TrainedOn, input: &mut Reader<'_>) -> Result<Self, ModelError> {
        let CheckedMlpParams(params) = read_params(input)?.check()?;
        let encoder = Encoder::read(&trained_on.schema, input)?;
        let (centre, spread) = (input.f64()?, input.f64()?);
        if spread <= 0.0 {
            return Err(input.error(format!("spread {spread} is not positive")));
        }
        let shape = Shape::new(encoder.columns(), &params.hidden, params.activation);
        // Both factors are limited by their own checks.
        input.room_for(usize::from(params.ensemble_size) * shape.used(), 4)?;
        let mut members = Vec::with_capacity(params.ensemble_size.into());
        for _ in 0..params.ensemble_size {
            let mut network = Network::new(shape.clone());
            for at in shape.positions() {
                let value = f32::from_bits(input.u32()?);
                if !value.is_finite() || (value == 0.0 && value.is_sign_negative()) {
                    return Err(input.error(format!("weight {value} is not a canonical finite number")));
                }
                network.parameters[at] = value;
            }
            network.pack();
            members.push(network);
        }
        Ok(Self { trained_on, params, encoder, centre, spread, members })
    }
}

fn read_params(input: &mut Reader<'_>) -> Result<MlpParams, ModelError> {
    let layers = input.u8()?;
    let hidden: Result<Vec<u16>, ModelError> = (0..layers).map(|_| input.u16()).collect();
    Ok(MlpParams {
        hidden: hidden?,
        activation: numbered("activation", &ACTIVATIONS, input)?,
        epochs: input.u32()?,
        row_visits_max: input.u64()?,
        batch_rows: input.u32()?,
        learning_rate_ppm: input.u32()?,
        weight_decay_micro: input.u32()?,
        beta1_ppm: input.u32()?,
        beta2_ppm: input.u32()?,
        normalisation: numbered("normalisation", &NORMALISATIONS, input)?,
        validation_ppm: input.u32()?,
        patience: input.u32()?,
        positive_weight_ppm: input.u32()?,
        ensemble_size: input.u8()?,
        seed: input.u64()?,
    })
}

/// The number in files of a choice: its place in the list of all.
fn number_of<T: PartialEq>(all: &[T], choice: T) -> u8 {
    all.iter().take_while(|other| **other != choice).count() as u8
}

fn numbered<T: Copy>(what: &str, all: &[T], input: &mut Reader<'_>) -> Result<T, ModelError> {
    let number = input.u8()?;
    let unknown = || input.error(format!("unknown {what} {number}; this version knows {}", all.len()));
    all.get(usize::from(number)).copied().ok_or_else(unknown)
}
