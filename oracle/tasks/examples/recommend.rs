//! Trains a recommender on a CSV file and prints how good it is and how long it took, one line of JSON.
//!
//! `cargo run --release -p attention-tasks --example recommend -- FILE [USER ITEM TIMESTAMP]` (the names of the columns)

use std::fs::File;
use std::time::Instant;

use attention_tasks::recommend::{Columns, Options, train};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let columns = match &arguments[..] {
        [_] => Columns::default(),
        [_, user, item, timestamp] => {
            Columns { user: user.clone(), item: item.clone(), timestamp: timestamp.clone() }
        }
        _ => return Err("wanted: FILE [USER ITEM TIMESTAMP]".into()),
    };
    let start = Instant::now();
    let options = Options { columns, ..Options::default() };
    let (_, report) = train(File::open(&arguments[0])?, &arguments[0], &options)?;
    let mut json = serde_json::to_value(&report)?;
    json["wall_s"] = start.elapsed().as_secs_f64().into();
    println!("{json}");
    Ok(())
}
