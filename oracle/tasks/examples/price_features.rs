//! Writes the features of every priced sale as CSV, for other programs to learn from: `price_features DIR > features.csv`,
//! DIR holding assets.csv and sales.csv. A missing value is an empty cell; `distance` is the target; both are in micro-nats.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write, stdout};
use std::path::PathBuf;

use attention_model::MISSING;
use attention_tasks::price::{Market, PRICE_FEATURES, PriceTable};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: price_features DIR")?);
    let market = Market::read(File::open(folder.join("assets.csv"))?, File::open(folder.join("sales.csv"))?)?;
    let mut out = BufWriter::new(stdout().lock());
    let names: Vec<&str> = PRICE_FEATURES.iter().map(|(name, _)| *name).collect();
    writeln!(out, "time_s,asset,distance,{}", names.join(","))?;
    for row in PriceTable::build(&market, None)?.rows() {
        let asset = market.catalog().assets()[row.sale.asset as usize].id.0;
        write!(out, "{},{asset},{}", row.sale.time_s, row.distance_micro)?;
        for &value in row.features {
            if value == MISSING { write!(out, ",")? } else { write!(out, ",{value}")? }
        }
        writeln!(out)?;
    }
    Ok(())
}
