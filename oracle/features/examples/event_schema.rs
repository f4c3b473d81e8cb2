//! Writes the JSON schema of one event of an events file: `event_schema <file>`. Made of the declarations that the reader
//! and the cleaning use: the columns, the kinds and what they need, the identifiers' limit and the default rules.

use std::error::Error;
use std::path::PathBuf;

use attention_features::{EVENT_COLUMNS, EventCleaningRules, EventColumn, EventKind, ID_BYTES_MAX};
use serde_json::{Map, Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).map(PathBuf::from).ok_or("usage: event_schema <file>")?;
    let text = serde_json::to_string_pretty(&schema())?;
    std::fs::write(&path, format!("{text}\n")).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn schema() -> Value {
    let properties: Map<String, Value> =
        EVENT_COLUMNS.iter().map(|column| (column.name.to_owned(), property(column))).collect();
    let required: Vec<&str> =
        EVENT_COLUMNS.iter().filter(|column| column.required).map(|column| column.name).collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "BehaviourEvent",
        "description": "One thing one user did: a row of an events file (CSV: a header with these columns in any order, an \
                        empty cell is null; a number may stand as its digits), or a line of `attention-oracle export`. Bounds are \
                        the default cleaning rules: a row outside them is dropped and reported.",
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
        "allOf": EventKind::ALL.map(rule),
    })
}

fn property(column: &EventColumn) -> Value {
    let rules = EventCleaningRules::default();
    let mut schema = match column.name {
        "source" | "event_id" | "user" | "counterparty" => {
            json!({"type": "string", "minLength": 1, "maxLength": ID_BYTES_MAX, "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]*$"})
        }
        "kind" => json!({"enum": EventKind::ALL.map(EventKind::name)}),
        "asset" => number(0, u64::from(u32::MAX)),
        "price" => json!({"type": "string", "pattern": "^[0-9]{1,39}$"}),
        "quantity" => json!({"anyOf": [{"type": "integer", "minimum": 1}, digits()]}),
        _ => json!({"anyOf": [
            {"type": "integer", "minimum": rules.time_min_s, "maximum": rules.time_max_s},
            digits(),
            {"type": "string", "format": "date-time", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]"},
        ]}),
    };
    if !column.required {
        schema = json!({"anyOf": [schema, {"type": "null"}]});
    }
    schema["description"] = json!(column.meaning);
    schema
}

fn number(least: u64, most: u64) -> Value {
    json!({"anyOf": [{"type": "integer", "minimum": least, "maximum": most}, digits()]})
}

fn digits() -> Value {
    json!({"type": "string", "pattern": "^[0-9]+$"})
}

/// What an event of a kind needs, and how much of it there can be.
fn rule(kind: EventKind) -> Value {
    let mut then =
        json!({"properties": {"quantity": number(1, EventCleaningRules::default().quantity_max(kind))}});
    let mut needs = Vec::new();
    for (column, needed) in [("asset", kind.needs_asset()), ("counterparty", kind.needs_counterparty())] {
        if needed {
            needs.push(column);
            then["properties"][column] = json!({"not": {"type": "null"}});
        }
    }
    if !kind.is_trade() {
        then["properties"]["price"] = json!({"type": "null"});
    }
    then["required"] = json!(needs);
    json!({"if": {"properties": {"kind": {"const": kind.name()}}}, "then": then})
}
