//! The price of a virtual asset from a table with `login_time, use_duration, purchase_price, sell_price`, by linear
//! regression and mini-batch gradient descent: prints the validation MSE of every epoch, the test MSE, and a
//! cross-validation.
//!
//! `cargo run -p attention-tasks --example virtual_assets -- [FILE]`
//! Without a file a table of 1,000 synthetic rows is made, and first given with the target among its inputs, as the
//! well-known version of this example has it: that is refused.

use attention_model::{CheckedDescentParams, CounterRng, DescentParams, ParamGuard, Predict, Target};
use attention_tasks::folds::{Fold, k_fold};
use attention_tasks::interest::quality;
use attention_tasks::leakage::check_leakage;
use attention_tasks::table::{Table, TypingOptions, infer_spec, read_table};

const TARGET: &str = "sell_price";
const SEED: u64 = 42;
/// One part in so many is held out.
const PARTS: usize = 5;

type AnyError = Box<dyn std::error::Error>;

/// A table in which the price follows from the other columns and noise.
fn synthetic(rows: u64) -> String {
    let rng = CounterRng::new(SEED, 0);
    let mut text = "login_time,use_duration,purchase_price,sell_price\n".to_owned();
    for row in 0..rows {
        let draw = |slot: u64| rng.unit(4 * row + slot);
        let (login, duration, paid) = (24.0 * draw(0), 300.0 * draw(1), 10.0 + 90.0 * draw(2));
        let sold = 5.0 + 0.8 * paid + 0.05 * duration - 0.3 * login + 10.0 * (draw(3) - 0.5);
        text.push_str(&format!("{login:.2},{duration:.1},{paid:.2},{sold:.2}\n"));
    }
    text
}

/// The table, once its columns were looked through for copies of the target.
fn table(text: &str, name: &str) -> Result<Table, AnyError> {
    let options = TypingOptions { target: TARGET.into(), ..TypingOptions::default() };
    let spec = infer_spec(text.as_bytes(), name, &options)?;
    let table = read_table(text.as_bytes(), name, &spec)?.sorted();
    let columns: Vec<&str> = spec.columns.iter().map(|column| column.name.as_str()).collect();
    check_leakage(&table.data()?, &columns, TARGET, &[])?;
    Ok(table)
}

/// Four fifths and one fifth, drawn by the seed.
fn split(table: &Table) -> Result<(Table, Table), AnyError> {
    let folds = k_fold(table.reading.rows, PARTS, SEED)?;
    let Fold { training, validation } = folds.first().ok_or("no fold")?;
    Ok((table.chosen(training), table.chosen(validation)))
}

fn mse(params: &CheckedDescentParams, training: &Table, test: &Table) -> Result<f64, AnyError> {
    let (model, _) = params.fit_with_curve(&training.data()?, None)?;
    let data = test.data()?;
    Ok(quality(&model.margins(&data)?, &data)?.mse)
}

fn main() -> Result<(), AnyError> {
    let (text, name) = match std::env::args().nth(1) {
        Some(path) => (std::fs::read_to_string(&path)?, path),
        None => {
            let text = synthetic(1_000);
            let leaking: String = text
                .lines()
                .enumerate()
                .map(|(at, line)| {
                    let last = line.rsplit(',').next().unwrap_or_default();
                    format!("{},{line}\n", if at == 0 { "price_again" } else { last })
                })
                .collect();
            match table(&leaking, "synthetic with the target among its inputs") {
                Err(refused) => println!("refused: {refused}\n"),
                Ok(_) => return Err("a copy of the target was not noticed".into()),
            }
            (text, "synthetic".to_owned())
        }
    };
    let all = table(&text, &name)?;
    let (rest, test) = split(&all)?;
    let (training, validation) = split(&rest)?;
    let Target::Real(_) = training.data()?.target() else {
        return Err(format!("{TARGET} of {name} is a yes or no, not a price").into());
    };
    let rows = |table: &Table| table.reading.rows;
    println!(
        "{name}: {} rows to train, {} to validate, {} to test",
        rows(&training),
        rows(&validation),
        rows(&test)
    );

    // Numbers are brought to mean 0 and deviation 1 by the training rows alone: that is part of the fit.
    let params = DescentParams { seed: SEED, ..DescentParams::default() }.check()?;
    let (model, curve) = params.fit_with_curve(&training.data()?, Some(&validation.data()?))?;
    for (epoch, losses) in curve.epochs.iter().enumerate() {
        let validation = losses.validation.unwrap_or(f64::NAN);
        println!(
            "epoch {:>3}  training MSE {:>12.5}  validation MSE {validation:>12.5}",
            epoch + 1,
            losses.training
        );
    }
    let data = test.data()?;
    let measured = quality(&model.margins(&data)?, &data)?;
    println!("test MSE {:.5}; of the mean price {:.5}", measured.mse, measured.base_mse);

    let mut sum = 0.0;
    for (number, fold) in k_fold(rows(&all), PARTS, SEED)?.iter().enumerate() {
        let mse = mse(&params, &all.chosen(&fold.training), &all.chosen(&fold.validation))?;
        println!("fold {} MSE {mse:.5}", number + 1);
        sum += mse;
    }
    println!("mean over {PARTS} folds {:.5}", sum / PARTS as f64);
    Ok(())
}
