//! Writes the JSON schemas of every message and response: `gifts-schema <folder>`.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use attention_protocol::gift::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg};
use cosmwasm_schema::generate_api;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args_os().nth(1).map(PathBuf::from).ok_or("usage: gifts-schema <folder>")?;
    let api = generate_api! {
        instantiate: InstantiateMsg,
        execute: ExecuteMsg,
        query: QueryMsg,
        migrate: MigrateMsg,
    }
    .render();
    let raw = folder.join("raw").join("gifts");
    fs::create_dir_all(&raw)?;
    write(folder.join("attention-gifts.json"), &api.to_string()?)?;
    for (name, schema) in api.to_schema_files()? {
        write(raw.join(name), &schema)?;
    }
    Ok(())
}

fn write(path: PathBuf, text: &str) -> Result<(), Box<dyn Error>> {
    fs::write(&path, format!("{text}\n")).map_err(|error| format!("{}: {error}", path.display()).into())
}
