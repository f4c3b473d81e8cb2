//! The price model on half-years one after the other, each with a model of all sales before it: `price_halves DIR`, DIR
//! holding assets.csv and sales.csv. The same as `evaluate --task price --from START --to END`, one line a half-year; months with
//! their coverage below it if `--months` follows, another seed than the default if `--seed N` follows.

use std::error::Error;
use std::fs::File;
use std::path::PathBuf;

use attention_tasks::price::{Market, PriceParams, evaluate, parse_day, train};

const STARTS: [&str; 6] =
    ["2018-07-01", "2019-01-01", "2019-07-01", "2020-01-01", "2020-07-01", "2021-01-01"];
const USAGE: &str = "usage: price_halves DIR [--months] [--seed N]";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or(USAGE)?);
    let (mut months, mut params) = (false, PriceParams::default());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--months" => months = true,
            "--seed" => params.seed = arguments.next().ok_or(USAGE)?.parse()?,
            _ => return Err(USAGE.into()),
        }
    }
    let market = Market::read(File::open(folder.join("assets.csv"))?, File::open(folder.join("sales.csv"))?)?;
    for dates in STARTS.windows(2) {
        let (start_s, end_s) = (parse_day(dates[0])?, parse_day(dates[1])?);
        let (model, _) = train(&market, Some(start_s), &params)?;
        let evaluation = evaluate(&market, &model, start_s, Some(end_s))?;
        let print = |name: &str, quality: &attention_tasks::price::PriceQuality| {
            println!(
                "{name} rows {} mae {:.4} baseline {:.4} gain {:.1} % coverage {:.1} % length {:.2}",
                quality.rows,
                quality.mae_log,
                quality.baseline_mae_log,
                100.0 * quality.gain,
                100.0 * quality.interval_coverage,
                quality.interval_length_log
            );
        };
        print(dates[0], &evaluation.quality);
        for month in evaluation.months.iter().filter(|_| months) {
            print(&format!("  {}", month.month), &month.quality);
        }
    }
    Ok(())
}
