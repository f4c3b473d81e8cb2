mod cleaned;
mod definition;
mod statistics;

use attention_features::{AssetCatalog, BehaviourEvent, EventRow, read_assets};
use attention_simulator::{Dirt, SimulationParams, VirtualAsset, World};

pub fn run(params: &SimulationParams) -> (World, Vec<BehaviourEvent>) {
    let mut world = World::new(params.clone()).unwrap();
    let mut events = Vec::new();
    while let Some(day) = world.next_day().unwrap() {
        events.extend(day);
    }
    (world, events)
}

/// The events file, and what was put in.
pub fn file(params: &SimulationParams, events: &[BehaviourEvent]) -> (String, Dirt) {
    let (mut text, mut dirt) = (EventRow::csv_header(), Dirt::default());
    for (index, event) in (0..).zip(events) {
        text += &EventRow::from(event).csv_line();
        text += &dirt.after(params, index, event).concat();
    }
    (text, dirt)
}

pub fn assets_file(world: &World) -> String {
    world.assets().iter().fold(VirtualAsset::CSV_HEADER.to_owned(), |text, asset| text + &asset.csv_line())
}

pub fn catalog(world: &World) -> AssetCatalog {
    read_assets(assets_file(world).as_bytes(), "assets.csv").unwrap()
}
