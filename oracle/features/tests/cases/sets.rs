//! Feature sets: their hash, canonical rows and `feature_root`, by definition.

use attention_features::{
    AssetId, BEHAVIOUR_V1, FeatureColumn, FeatureRoot, FeatureRow, FeatureSet, SetGroup, SqlPart, UserId,
    ValueKind,
};
use sha2::{Digest, Sha256};

const COLUMNS: &[FeatureColumn] = &[
    FeatureColumn {
        name: "n",
        group: SetGroup::User,
        kind: ValueKind::BigInt,
        nullable: false,
        low: -1,
        high: 9,
        about: "",
    },
    FeatureColumn {
        name: "d",
        group: SetGroup::Social,
        kind: ValueKind::Decimal,
        nullable: true,
        low: 0,
        high: 1 << 100,
        about: "",
    },
];

const SET: FeatureSet = FeatureSet {
    name: "test",
    version: 3,
    pairs: SqlPart { name: "pairs", text: "P" },
    parts: &[SqlPart { name: "part", text: "A {{div_floor(a, 2)}}" }],
    rows: SqlPart { name: "rows", text: "R" },
    columns: COLUMNS,
};

fn row(user: &str, asset: u32, values: &[Option<i128>]) -> FeatureRow {
    FeatureRow { user: UserId::new(user).unwrap(), asset: AssetId(asset), values: values.to_vec() }
}

fn sha(parts: &[&[u8]]) -> [u8; 32] {
    Sha256::digest(parts.concat()).into()
}

#[test]
fn the_root_by_definition() {
    let rows = [
        row("B", 7, &[Some(-1), Some(1 << 100)]),
        row("a", 0, &[Some(9), None]),
        row("a", u32::MAX, &[Some(0), Some(0)]),
    ];
    let mut root = FeatureRoot::new(&SET, 5);
    rows.iter().for_each(|row| root.push(row).unwrap());
    let leaf = |user: &[u8], asset: u32, cells: &[&[u8]]| {
        let length = (user.len() as u16).to_be_bytes();
        sha(&[&[&[0x06], &length[..], user, &asset.to_be_bytes()], cells].concat())
    };
    let one = |value: i64| [&[1u8][..], &value.to_be_bytes()].concat();
    let wide = |value: i128| [&[1u8][..], &value.to_be_bytes()].concat();
    let leaves = [
        leaf(b"B", 7, &[&one(-1), &wide(1 << 100)]),
        leaf(b"a", 0, &[&one(9), &[0]]),
        leaf(b"a", u32::MAX, &[&one(0), &wide(0)]),
    ];
    let pad = sha(&[&[2], b"attention/v1/features"]);
    let node = |left: &[u8; 32], right: &[u8; 32]| sha(&[&[1], left, right]);
    let tree = node(&node(&leaves[0], &leaves[1]), &node(&leaves[2], &pad));
    let expected = sha(&[&[7], &SET.hash(), &5i64.to_be_bytes(), &3u64.to_be_bytes(), &tree]);
    assert_eq!((root.digest().rows, root.digest().root), (3, expected));
    // No row is a root, too, and the cut and the set count.
    let empty = |set: &FeatureSet, cut_s| FeatureRoot::new(set, cut_s).digest().root;
    assert_eq!(empty(&SET, 5), sha(&[&[7], &SET.hash(), &5i64.to_be_bytes(), &[0; 8], &[0; 32]]));
    assert_ne!(empty(&SET, 5), empty(&SET, 6));
    assert_ne!(empty(&SET, 5), empty(&FeatureSet { version: 4, ..SET }, 5));
}

#[test]
fn rows_that_break_the_declaration_are_refused() {
    let refused = |rows: &[FeatureRow]| {
        let mut root = FeatureRoot::new(&SET, 5);
        let (last, before) = rows.split_last().unwrap();
        before.iter().for_each(|row| root.push(row).unwrap());
        root.push(last).unwrap_err().to_string()
    };
    let good = [Some(0), None];
    assert_eq!(
        refused(&[row("a", 3, &[Some(10), None])]),
        "feature row (a, 3), column n: 10 must be -1 to 9"
    );
    assert!(refused(&[row("a", 3, &[Some(-2), None])]).contains("column n: -2 must be -1 to 9"));
    assert!(refused(&[row("a", 3, &[Some(0), Some(-1)])]).contains("column d: -1 must be 0 to"));
    assert!(refused(&[row("a", 3, &[None, None])]).contains("column n: NULL may not be missing"));
    assert!(refused(&[row("a", 3, &[Some(0)])]).contains("1 values stand in the row, the set has 2 columns"));
    for (first, second) in [(("a", 3), ("a", 3)), (("a", 3), ("a", 2)), (("a", 3), ("B", 9))] {
        let error = refused(&[row(first.0, first.1, &good), row(second.0, second.1, &good)]);
        assert!(error.contains("comes after (a, 3); rows must rise"), "{error}");
    }
}

#[test]
fn everything_of_a_set_reaches_its_hash() {
    let [first, second] = [COLUMNS[0], COLUMNS[1]];
    let with = |columns: Vec<FeatureColumn>| FeatureSet { columns: columns.leak(), ..SET }.hash();
    let mut hashes = vec![
        SET.hash(),
        FeatureSet { name: "tess", ..SET }.hash(),
        FeatureSet { version: 4, ..SET }.hash(),
        FeatureSet { pairs: SqlPart { name: "pairs", text: "Q" }, ..SET }.hash(),
        FeatureSet { parts: &[SqlPart { name: "part", text: "A" }], ..SET }.hash(),
        FeatureSet { parts: &[SqlPart { name: "trap", text: "A {{div_floor(a, 2)}}" }], ..SET }.hash(),
        FeatureSet { parts: &[], ..SET }.hash(),
        FeatureSet { rows: SqlPart { name: "rows", text: "S" }, ..SET }.hash(),
        with(vec![second, first]),
        with(vec![FeatureColumn { high: 8, ..first }, second]),
        with(vec![FeatureColumn { low: 0, ..first }, second]),
        with(vec![FeatureColumn { nullable: true, ..first }, second]),
        with(vec![FeatureColumn { name: "m", ..first }, second]),
        with(vec![FeatureColumn { kind: ValueKind::Decimal, ..first }, second]),
        with(vec![FeatureColumn { group: SetGroup::Asset, ..first }, second]),
    ];
    let all = hashes.len();
    hashes.sort();
    hashes.dedup();
    assert_eq!(hashes.len(), all);
}

#[test]
fn the_query_is_one_statement_of_all_parts() {
    assert_eq!(
        SET.query(false).unwrap(),
        "WITH pairs AS (\nP),\npart AS (\nA ((a) / (2) - CASE WHEN (a) % (2) < 0 THEN 1 ELSE 0 END))\nR"
    );
    assert!(SET.query(true).unwrap().starts_with("WITH part AS ("));
    // The names of a row are different, in groups that do not mix, with bounds of their type.
    let columns = BEHAVIOUR_V1.columns;
    let mut names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), columns.len());
    assert!(columns.is_sorted_by_key(|column| column.group));
    assert!(columns.iter().all(|column| column.low <= column.high && column.high < 10i128.pow(38)));
}
