mod cleaning;
mod encoding;
mod events;
mod log;
mod point_in_time;
mod real_data;
mod sets;
mod specification;
mod table;

use attention_features::{
    AssetCatalog, AssetId, BehaviourEvent, EventId, EventKind, EventLog, InterestSpec, InterestSpecValues,
    SourceId, UserId,
};

pub const DAY_S: i64 = 86_400;

pub fn wallet(number: u64) -> UserId {
    UserId::new(format!("0x{number:040x}")).unwrap()
}

/// The catalogue of `count` assets: gender by parity, skin tone by number mod 3.
pub fn catalog(count: u32) -> AssetCatalog {
    let text = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let assets = (0..count).map(|number| {
        let gender = if number % 2 == 0 { "Female" } else { "Male" };
        let skin = ["Light", "Medium", "Dark"][number as usize % 3];
        (AssetId(number), vec![text("gender", gender), text("skin_tone", skin)])
    });
    AssetCatalog::new(assets.collect()).unwrap()
}

pub fn spec() -> InterestSpec {
    InterestSpecValues::sales().check().unwrap()
}

/// The two events of a sale on day `day` of the data.
pub fn sale(day: i64, asset: u32, seller: u64, buyer: u64, price: Option<u128>) -> [BehaviourEvent; 2] {
    let time_s = spec().values().data_start_s + day * DAY_S;
    let event = |user, other, kind, name: &str| BehaviourEvent {
        source: SourceId::new("test").unwrap(),
        event_id: EventId::new(format!("{day:05}/{asset}/{seller}/{buyer}/{name}")).unwrap(),
        user: wallet(user),
        kind,
        asset: Some(AssetId(asset)),
        counterparty: Some(wallet(other)),
        quantity: 1,
        price,
        event_time_s: time_s,
        receive_time_s: time_s,
    };
    [event(buyer, seller, EventKind::Purchase, "purchase"), event(seller, buyer, EventKind::Sale, "sale")]
}

/// A busy little world: 400 sales over `days` days among 20 wallets and 60 assets, by integer arithmetic.
pub fn world(days: i64) -> Vec<BehaviourEvent> {
    (0..400)
        .flat_map(|n: u64| {
            let day = (n as i64 * days) / 400;
            let (seller, buyer) = (n * 7 % 20 + 1, n * n % 19 + 21);
            let price =
                (!n.is_multiple_of(9)).then_some(u128::from(n * n % 900 + 100) * 1_000_000_000_000_000);
            sale(day, (n * 13 % 60) as u32, seller, buyer, price)
        })
        .collect()
}

pub fn log_of(events: Vec<BehaviourEvent>) -> EventLog {
    EventLog::new(events, |time_s| spec().data_epoch_of(time_s)).unwrap().0
}
