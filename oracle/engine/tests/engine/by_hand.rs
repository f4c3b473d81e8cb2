//! A tiny history worked by hand; both evaluators must say so.

use attention_engine::Past;
use attention_features::{AssetId, BEHAVIOUR_V1, BehaviourEvent, EventKind, FeatureRow};

use super::{DAY_S, catalog, computed, event, log_of, options, reference, user};

/// Cut: day 100. Anna logs in on day 10 (3 times) and spends 600 s on asset 0 on day 95. Bob sells asset 0 to
/// Anna for 50 on day 20 (two events), and for a lower believed price, 30, on day 98 to somebody unknown. Anna
/// messages Bob 4 times on day 96; Cleo befriends Anna on day 97 and looks at asset 0 for 60 s on day 99.
fn history() -> Vec<BehaviourEvent> {
    let day = |n: i64| n * DAY_S;
    let asset = Some(AssetId(0));
    let (anna, bob) = (Some(user("anna")), Some(user("bob")));
    vec![
        BehaviourEvent { quantity: 3, ..event(1, "anna", EventKind::Login, day(10)) },
        BehaviourEvent { quantity: 600, asset, ..event(2, "anna", EventKind::Session, day(95)) },
        BehaviourEvent {
            asset,
            counterparty: anna.clone(),
            price: Some(50),
            ..event(3, "bob", EventKind::Sale, day(20))
        },
        BehaviourEvent {
            asset,
            counterparty: bob.clone(),
            price: Some(50),
            ..event(4, "anna", EventKind::Purchase, day(20))
        },
        BehaviourEvent { asset, price: Some(30), ..event(5, "bob", EventKind::Sale, day(98)) },
        BehaviourEvent { quantity: 4, counterparty: bob, ..event(6, "anna", EventKind::Message, day(96)) },
        BehaviourEvent { counterparty: anna, ..event(7, "cleo", EventKind::Friendship, day(97)) },
        BehaviourEvent { quantity: 60, asset, ..event(8, "cleo", EventKind::Session, day(99)) },
        event(9, "anna", EventKind::Login, day(100)), // at the cut: not seen
    ]
}

fn value(rows: &[FeatureRow], who: &str, asset: u32, name: &str) -> Option<i128> {
    let row = rows.iter().find(|row| row.user == user(who) && row.asset == AssetId(asset)).unwrap();
    let at = BEHAVIOUR_V1.columns.iter().position(|column| column.name == name).unwrap();
    row.values[at]
}

#[test]
fn features_by_hand() {
    let (catalog, log) = (catalog(), log_of(history()));
    let past = log.before(100 * DAY_S);
    let given = [(user("bob"), AssetId(2)), (user("dan"), AssetId(0)), (user("anna"), AssetId(0))];
    let engine = |pairs| computed(Past::Memory(past), &catalog, pairs, &options(3)).unwrap().0;
    for (touched, pairs) in [
        (engine(None), engine(Some(&given))),
        (reference(past, &catalog, None).0, reference(past, &catalog, Some(&given)).0),
    ] {
        assert_eq!((touched.len(), pairs.len()), (3, 3));
        let day = i128::from(DAY_S);
        let anna = |name: &str| value(&touched, "anna", 0, name).unwrap();
        assert_eq!([anna("user_events"), anna("user_events_30d")], [4, 2]);
        assert_eq!([anna("user_active_days"), anna("user_active_days_30d")], [4, 2]);
        assert_eq!([anna("user_tenure_s"), anna("user_recency_s")], [90 * day, 4 * day]);
        assert_eq!([anna("user_logins"), anna("user_session_s"), anna("user_session_30d_s")], [3, 600, 600]);
        assert_eq!([anna("user_purchases"), anna("user_purchases_90d"), anna("user_sales")], [1, 1, 0]);
        assert_eq!([anna("user_spend"), anna("user_income"), anna("user_assets")], [50, 0, 1]);
        let bob = |name: &str| value(&touched, "bob", 0, name).unwrap();
        assert_eq!(
            [bob("user_income"), bob("user_spend"), bob("pair_sales"), bob("pair_income")],
            [80, 0, 2, 80]
        );
        // Asset 0: of type house, as 2 and 4; its commoner attribute has four.
        assert_eq!([anna("asset_type"), anna("asset_type_supply")], [0, 3]);
        assert_eq!([anna("asset_attributes"), anna("asset_rarest_supply")], [2, 3]);
        assert_eq!([anna("asset_events"), anna("asset_users"), anna("asset_session_s")], [5, 3, 660]);
        // The purchase is the other half of the first sale.
        assert_eq!([anna("asset_trades"), anna("asset_trades_90d")], [2, 2]);
        assert_eq!(anna("asset_trade_recency_s"), 2 * day);
        assert_eq!(
            [anna("asset_last_price"), anna("asset_price_low"), anna("asset_price_high")],
            [30, 30, 50]
        );
        assert_eq!([anna("pair_events"), anna("pair_active_days"), anna("pair_purchases")], [2, 2, 1]);
        assert_eq!([anna("pair_first_s"), anna("pair_recency_s")], [80 * day, 5 * day]);
        // Anna and Bob named each other; Cleo named Anna.
        assert_eq!([anna("social_neighbours"), anna("social_named"), anna("social_named_by")], [2, 1, 2]);
        assert_eq!([anna("social_mutual"), anna("social_friends")], [1, 1]);
        assert_eq!([anna("social_messages_sent"), anna("social_messages_received")], [4, 0]);
        assert_eq!([bob("social_messages_sent"), bob("social_messages_received")], [0, 4]);
        // Bob (2 events on asset 0, the last 2 days ago) and Cleo (1, a day ago); none of them bought it.
        assert_eq!([anna("neighbour_users"), anna("neighbour_events"), anna("neighbour_buyers")], [2, 3, 0]);
        assert_eq!([anna("neighbour_recency_s"), bob("neighbour_buyers")], [day, 1]);
        // Given pairs: an asset that nobody touched, and a user whom nobody knows.
        let none = |who: &str, asset: u32, name: &str| value(&pairs, who, asset, name);
        assert_eq!(none("bob", 2, "asset_rarest_supply"), Some(1));
        assert_eq!([none("bob", 2, "asset_last_price"), none("bob", 2, "pair_recency_s")], [None, None]);
        assert_eq!([none("bob", 2, "pair_events"), none("bob", 2, "neighbour_users")], [Some(0), Some(0)]);
        assert_eq!([none("dan", 0, "user_events"), none("dan", 0, "user_recency_s")], [Some(0), None]);
        assert_eq!(none("anna", 0, "asset_type_supply"), Some(3));
    }
}
