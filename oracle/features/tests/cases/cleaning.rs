//! The cleaning rules on small crafted files.

use attention_features::{
    CleanSales, CleaningReason as Reason, EventKind, FeaturesError, PRICE_MAX, SaleRow, read_clean_sales,
    read_sales,
};

use super::{catalog, spec};

const HEADER: &str = "timestamp,asset_id,price_wei,seller,buyer,block,tx\n";
const A: &str = "0x00000000000000000000000000000000000000aa";
const B: &str = "0x00000000000000000000000000000000000000bb";
const ZERO: &str = "0x0000000000000000000000000000000000000000";
const ETHER: &str = "1000000000000000000";

fn row(second: u32, asset: &str, price: &str, seller: &str, buyer: &str) -> String {
    format!(
        "2018-01-01 00:{:02}:{:02} UTC,{asset},{price},{seller},{buyer},{second},0x{second:064x}\n",
        second / 60,
        second % 60
    )
}

fn clean(rows: &[String]) -> CleanSales {
    let text = format!("{HEADER}{}", rows.concat());
    read_clean_sales(text.as_bytes(), "sales.csv", &catalog(10), &spec().values().cleaning).unwrap()
}

/// Every kind of unreadable row, with the exact message.
#[test]
fn malformed_rows_are_named_exactly_and_dropped() {
    let good = row(1, "1", ETHER, A, B);
    let replace = |from: &str, to: &str| good.replacen(from, to, 1);
    let cases = [
        (
            replace("2018-01-01", "2018-13-01"),
            "column timestamp: \"2018-13-01 00:00:01 UTC\" is not a time like 2017-06-23 21:05:06 UTC",
        ),
        (
            replace("2018-01-01", "1969-01-01"),
            "column timestamp: \"1969-01-01 00:00:01 UTC\" lies before 1970",
        ),
        (row(1, "x", ETHER, A, B), "column asset_id: \"x\" is not an asset number (u32)"),
        (row(1, "4294967296", ETHER, A, B), "column asset_id: \"4294967296\" is not an asset number (u32)"),
        (row(1, "1", "+5", A, B), "column price_wei: \"+5\" is neither a price in wei (u128) nor -"),
        (row(1, "1", "1e18", A, B), "column price_wei: \"1e18\" is neither a price in wei (u128) nor -"),
        (row(1, "1", "", A, B), "column price_wei: \"\" is neither a price in wei (u128) nor -"),
        (row(1, "1", ETHER, "0xaa", B), "column seller: \"0xaa\" is not a wallet (0x and 40 hex digits)"),
        (row(1, "1", ETHER, A, "nobody"), "column buyer: \"nobody\" is not a wallet (0x and 40 hex digits)"),
        (replace(",1,0x", ",-1,0x"), "column block: \"-1\" is not a block height (u64)"),
        (good[..good.len() - 2].to_owned() + "\n", "is not a transaction (0x and 64 hex digits)"),
        (
            "2018-01-01 00:00:01 UTC,1\n".to_owned(),
            "column price_wei: \"\" is missing; the row has 2 of 7 cells",
        ),
        (
            good.trim_end().to_owned() + ",more\n",
            "column tx: \"more\" is followed by more cells; the row has 8 of 7",
        ),
    ];
    for (bad, message) in cases {
        let got = clean(&[bad, row(2, "2", ETHER, A, B)]);
        let example = &got.report.examples[&Reason::MalformedRow][0];
        assert_eq!(example.line, 2);
        assert!(example.found.starts_with("sales.csv, line 2, column "), "{}", example.found);
        assert!(example.found.ends_with(message), "{} / {message}", example.found);
        assert_eq!((got.report.rows, got.report.sales_kept, got.events.len()), (2, 1, 2));
    }
}

#[test]
fn bytes_that_are_not_text_are_named() {
    let mut bytes = HEADER.as_bytes().to_vec();
    bytes.extend(row(1, "1", ETHER, A, B).bytes());
    let at = HEADER.len() + 24; // the asset's cell
    bytes[at] = 0xff;
    let file = read_sales(&bytes[..], "sales.csv", 10).unwrap();
    assert!(
        matches!(&file.malformed[0].1, FeaturesError::Cell { line: 2, column: "asset_id", problem, .. } if problem == "is not UTF-8")
    );
}

#[test]
fn a_wrong_file_is_refused() {
    let error = read_sales(&b"a,b\n1,2\n"[..], "x.csv", 10).unwrap_err();
    assert_eq!(
        error.to_string(),
        "x.csv: the header is \"a,b\", must be \"timestamp,asset_id,price_wei,seller,buyer,block,tx\""
    );
    let text = format!("{HEADER}{}", "junk\n".repeat(3));
    assert_eq!(read_sales(text.as_bytes(), "x.csv", 3).unwrap().malformed.len(), 3);
    let error = read_sales(text.as_bytes(), "x.csv", 2).unwrap_err().to_string();
    assert!(error.starts_with("x.csv: more than 2 malformed rows; is this the right file?"), "{error}");
}

#[test]
fn a_plain_sale_gives_two_events() {
    let got = clean(&[row(5, "3", ETHER, &A.to_uppercase().replace('X', "x"), B)]);
    let [purchase, sale] = &got.events[..] else { panic!("{:?}", got.events) };
    assert_eq!((purchase.kind, purchase.user.as_str()), (EventKind::Purchase, B));
    assert_eq!((sale.kind, sale.user.as_str()), (EventKind::Sale, A));
    assert_eq!(purchase.counterparty.as_ref(), Some(&sale.user));
    assert_eq!(sale.counterparty.as_ref(), Some(&purchase.user));
    // 2018-01-01T00:00:05Z
    assert_eq!((sale.receive_time_s, sale.price), (1_514_764_805, Some(10u128.pow(18))));
    assert!(got.report.counts.is_empty());
}

#[test]
fn unknown_parties_are_never_guessed() {
    let got =
        clean(&[row(1, "1", ETHER, A, ZERO), row(2, "2", ETHER, ZERO, B), row(3, "3", ETHER, ZERO, ZERO)]);
    let told: Vec<_> =
        got.events.iter().map(|e| (e.kind, e.user.as_str(), e.counterparty.is_some())).collect();
    assert_eq!(told, [(EventKind::Sale, A, false), (EventKind::Purchase, B, false)]);
    for reason in [Reason::UnknownBuyer, Reason::UnknownSeller, Reason::NoKnownParty] {
        assert_eq!(got.report.count(reason), 1, "{reason:?}");
    }
}

#[test]
fn self_trades_and_unknown_assets_are_dropped() {
    let got = clean(&[row(1, "1", ETHER, A, A), row(2, "10", ETHER, A, B)]);
    assert!(got.events.is_empty());
    assert_eq!((got.report.count(Reason::SelfTrade), got.report.count(Reason::UnknownAsset)), (1, 1));
}

#[test]
fn copies_count_once_and_contradictions_not_at_all() {
    let first = row(1, "1", ETHER, A, B);
    let got = clean(&[first.clone(), first.clone(), first.clone()]);
    assert_eq!((got.report.count(Reason::DuplicateRow), got.report.sales_kept), (2, 1));
    let other = row(1, "1", "5000000000000000000", A, B);
    let got = clean(&[first.clone(), other, first]);
    assert_eq!((got.report.count(Reason::ConflictingRows), got.report.sales_kept), (3, 0));
}

/// A contradicting copy that bears a later time undoes nothing that was known before it.
#[test]
fn a_later_copy_never_undoes_an_earlier_sale() {
    let first = row(1, "1", ETHER, A, B);
    let later = first.replacen("00:00:01", "00:09:01", 1);
    let got = clean(&[later.clone(), first.clone(), later]);
    assert_eq!(got.events, clean(&[first]).events);
    assert_eq!((got.report.count(Reason::ConflictingRows), got.report.sales_kept), (2, 1));
}

/// A quote that is never closed spoils its own row alone.
#[test]
fn an_open_quote_swallows_no_other_row() {
    let spoilt = row(1, "1", ETHER, A, B).replacen(",1,", ",\"1,", 1);
    let got = clean(&[spoilt, row(2, "2", ETHER, A, B), row(3, "3", ETHER, A, B)]);
    assert_eq!((got.report.rows, got.report.count(Reason::MalformedRow), got.report.sales_kept), (3, 1, 2));
    let found = &got.report.examples[&Reason::MalformedRow][0].found;
    assert!(found.ends_with(r#"column asset_id: "\"1" is not an asset number (u32)"#), "{found}");
}

/// Eleven sales at 1 ether make a reference; a tenth of it is believed, one wei less is not; and a single
/// low price moves nothing.
#[test]
fn prices_far_below_the_market_are_not_believed() {
    let mut rows: Vec<String> = (1..=11).map(|n| row(n, "1", ETHER, A, B)).collect();
    rows.push(row(12, "2", "99999999999999999", A, B));
    rows.push(row(13, "3", "100000000000000000", A, B));
    rows.push(row(14, "4", "1", A, B));
    rows.push(row(15, "5", "-", A, B));
    rows.push(row(16, "6", "900000000000000000000", A, B));
    let got = clean(&rows);
    let price = |asset: u32| {
        let of_asset = got.events.iter().filter(|e| e.asset.unwrap().0 == asset);
        let prices: Vec<_> = of_asset.map(|e| e.price).collect();
        assert_eq!(prices.len(), 2, "the sale of asset {asset} stays behaviour");
        prices[0]
    };
    assert_eq!([price(2), price(5)], [None; 2]);
    assert!(got.events.iter().all(|e| e.asset.unwrap().0 != 4), "a sale for one wei is none");
    assert_eq!(price(3), Some(10u128.pow(17)));
    assert_eq!(price(6), Some(9 * 10u128.pow(20)));
    for reason in [Reason::FarBelowMarket, Reason::DustPrice, Reason::UnknownPrice] {
        assert_eq!(got.report.count(reason), 1, "{reason:?}");
    }
    assert_eq!(got.report.examples[&Reason::FarBelowMarket][0].line, 13);
    assert_eq!((got.report.sales_kept, got.report.sales_priced), (15, 13));
}

/// Ten sales are too few for a judgement.
#[test]
fn a_thin_market_judges_nothing() {
    let mut rows: Vec<String> = (1..=10).map(|n| row(n, "1", ETHER, A, B)).collect();
    rows.push(row(11, "2", "1000000000000000", A, B));
    assert_eq!(clean(&rows).report.count(Reason::FarBelowMarket), 0);
}

/// After a crash to a hundredth, the reference follows once the low prices are its median.
#[test]
fn the_reference_follows_a_real_crash() {
    let mut rows: Vec<String> = (1..=51).map(|n| row(n, "1", ETHER, A, B)).collect();
    rows.extend((52..=110).map(|n| row(n, "2", "10000000000000000", A, B)));
    // Of 51 in the window, the 26th low price makes the lower median (rank 26) low.
    assert_eq!(clean(&rows).report.count(Reason::FarBelowMarket), 26);
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let rows: Vec<String> = (1..=30)
        .map(|n| row(n * 3 % 31, &(n % 7).to_string(), &format!("{}000000000000000", n * n), A, B))
        .collect();
    let mut reversed = rows.clone();
    reversed.reverse();
    let (a, b) = (clean(&rows), clean(&reversed));
    assert_eq!(a.events, b.events);
    assert!(a.report.count(Reason::OutOfOrder) > 0);
    let without_order = |clean: &CleanSales| {
        let mut counts = clean.report.counts.clone();
        counts.remove(&Reason::OutOfOrder);
        counts
    };
    assert_eq!(without_order(&a), without_order(&b));
}

#[test]
fn rows_are_ordered_by_time_then_block() {
    let earlier = SaleRow {
        time_s: 1,
        block: 9,
        tx: "b".into(),
        asset: attention_features::AssetId(9),
        seller: None,
        buyer: None,
        price_wei: None,
        line: 9,
    };
    let later = SaleRow { time_s: 1, block: 10, tx: "a".into(), line: 1, ..earlier.clone() };
    assert!(earlier < later);
}

/// More than 10^30 wei is no price: the sale stays behaviour, and the market never hears of it.
#[test]
fn a_price_above_the_limit_is_not_believed() {
    let most = PRICE_MAX.to_string();
    let mut rows = vec![row(1, "1", &most, A, B)];
    rows.extend((2..30).map(|second| row(second, "2", &u128::MAX.to_string(), A, B)));
    rows.push(row(30, "3", &(PRICE_MAX + 1).to_string(), A, B));
    // Were those prices part of the market, this one would be far below it.
    rows.push(row(31, "4", ETHER, A, B));
    let got = clean(&rows);
    let prices: Vec<Option<u128>> = got.events.iter().map(|event| event.price).collect();
    assert_eq!(prices.len(), 62);
    assert_eq!(prices[..2], [Some(PRICE_MAX); 2]);
    assert_eq!(prices[2..60], [None; 58]);
    assert_eq!(prices[60..], [Some(1_000_000_000_000_000_000); 2]);
    assert_eq!(got.report.count(Reason::ExcessivePrice), 29);
    assert_eq!(
        got.report.examples[&Reason::ExcessivePrice][0].found,
        format!("asset 2, price {} wei", u128::MAX)
    );
}
