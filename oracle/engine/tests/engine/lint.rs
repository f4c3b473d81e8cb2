//! Every rule of the linter: what it refuses, what it lets pass, and overflow bounds at their edges.

use std::collections::BTreeMap;

use attention_engine::{
    ColumnFacts, EngineError, Interval, Kind, LintFinding, Linter, RelationFacts, Rule, input_relations,
    lint_set,
};
use attention_features::{BEHAVIOUR_V1, FeatureSet, SqlPart};

fn findings(linter: &Linter, sql: &str) -> Vec<LintFinding> {
    match linter.check("test.sql", sql) {
        Ok(_) => Vec::new(),
        Err(EngineError::Lint(found)) => found,
        Err(other) => panic!("{other}"),
    }
}

fn broken(sql: &str) -> Vec<Rule> {
    let mut rules: Vec<Rule> =
        findings(&Linter::new(input_relations()), sql).into_iter().map(|finding| finding.rule).collect();
    rules.sort();
    rules.dedup();
    rules
}

#[track_caller]
fn refuses(rule: Rule, queries: &[&str]) {
    for sql in queries {
        let rules = broken(sql);
        assert!(rules.contains(&rule), "{sql}: {rules:?}");
    }
}

#[track_caller]
fn passes(queries: &[&str]) {
    for sql in queries {
        let found = findings(&Linter::new(input_relations()), sql);
        assert!(found.is_empty(), "{sql}: {found:?}");
    }
}

#[test]
fn the_behaviour_set_is_exact() {
    lint_set(&BEHAVIOUR_V1).unwrap();
    Linter::beside(&BEHAVIOUR_V1)
        .unwrap()
        .check(
            "beside.sql",
            "SELECT u.user_id, u.user_events FROM user_profile u JOIN user_asset t ON t.user_id = u.user_id",
        )
        .unwrap();
}

#[test]
fn floats_are_refused() {
    refuses(
        Rule::Float,
        &[
            "SELECT 0.5 AS x FROM events",
            "SELECT CAST(quantity AS DOUBLE) AS x FROM events",
            "SELECT user_id FROM events WHERE quantity > 1.5",
            "SELECT user_id FROM events ORDER BY CAST(quantity AS REAL)",
            "SELECT 100000000000000000000 AS x FROM events",
        ],
    );
}

#[test]
fn inexact_aggregates_are_refused() {
    for name in [
        "AVG(quantity)",
        "MEDIAN(quantity)",
        "approx_distinct(user_id)",
        "approx_percentile_cont(0.5) WITHIN GROUP (ORDER BY quantity)",
        "percentile_cont(0.5) WITHIN GROUP (ORDER BY quantity)",
        "STDDEV(quantity)",
        "STRING_AGG(user_id, ',')",
    ] {
        refuses(Rule::InexactAggregate, &[&format!("SELECT {name} AS x FROM events")]);
    }
}

#[test]
fn time_types_are_refused() {
    refuses(
        Rule::Time,
        &[
            "SELECT CAST(receive_time_s AS TIMESTAMP) AS x FROM events",
            "SELECT user_id FROM events WHERE DATE '2020-01-01' > DATE '2019-01-01'",
            "SELECT INTERVAL '1' DAY AS x FROM events",
        ],
    );
}

#[test]
fn other_types_and_casts_that_change_values_are_refused() {
    refuses(
        Rule::Type,
        &[
            "SELECT CAST(quantity AS INT) AS x FROM events",
            "SELECT CAST(price AS DECIMAL(38,2)) AS x FROM events",
            "SELECT CAST(user_id AS BIGINT) AS x FROM events",
            "SELECT CAST(quantity AS VARCHAR) AS x FROM events",
            "SELECT CAST(asset IS NULL AS BIGINT) AS x FROM events",
        ],
    );
    refuses(Rule::Overflow, &["SELECT CAST(price AS BIGINT) AS x FROM events"]);
    passes(&[
        "SELECT CAST(quantity AS DECIMAL(38,0)) AS x, CAST(CAST(asset AS DECIMAL(38,0)) AS BIGINT) AS y FROM events",
    ]);
}

#[test]
fn unlisted_functions_and_operators_are_refused() {
    refuses(
        Rule::Function,
        &[
            "SELECT nvl(asset, 0) AS x FROM events",
            "SELECT user_id FROM events WHERE user_id LIKE 'a%'",
            "SELECT user_id || 'x' AS x FROM events",
            "SELECT TRY_CAST(quantity AS BIGINT) AS x FROM events",
            "SELECT quantity & 1 AS x FROM events",
            "SELECT user_id FROM events WHERE asset IN (SELECT asset FROM assets)",
            "SELECT SUM(price) OVER (PARTITION BY user_id) AS x FROM events",
            "SELECT DENSE_RANK() OVER (ORDER BY source, event_id) AS x FROM events",
            "SELECT MIN(quantity ORDER BY quantity) AS x FROM events",
        ],
    );
}

#[test]
fn volatile_functions_are_refused() {
    for call in ["random()", "now()", "uuid()", "CURRENT_TIMESTAMP", "current_date()", "version()"] {
        refuses(Rule::Volatile, &[&format!("SELECT {call} AS x FROM events")]);
    }
}

#[test]
fn collations_are_refused() {
    refuses(Rule::Collation, &["SELECT user_id FROM events ORDER BY user_id COLLATE \"de_DE\""]);
    passes(&["SELECT MIN(user_id) AS collated FROM events"]);
}

#[test]
fn division_goes_through_the_macro_and_by_a_proven_divisor() {
    refuses(
        Rule::Division,
        &[
            "SELECT quantity / 2 AS x FROM events",
            "SELECT quantity % 2 AS x FROM events",
            "SELECT quantity DIV 2 AS x FROM events",
            "SELECT {{div_floor(quantity, 0)}} AS x FROM events",
            "SELECT {{div_floor(quantity, quantity)}} AS x FROM events",
            "SELECT {{div_floor(quantity, -1)}} AS x FROM events",
            "SELECT {{div_floor(price, 2)}} AS x FROM events",
        ],
    );
    passes(&[
        "SELECT {{div_floor(quantity, 2)}} AS x FROM events -- a / b in a comment is none",
        "SELECT {{div_floor(0 - quantity, quantity + 1)}} AS x FROM events WHERE user_id = 'a/b'",
        "SELECT {{div_floor({{div_floor(quantity, 60)}}, GREATEST(1, 60))}} AS x FROM events",
    ]);
}

#[test]
fn sums_are_of_decimals() {
    refuses(
        Rule::SumCast,
        &["SELECT SUM(quantity) AS x FROM events", "SELECT SUM(CAST(asset AS BIGINT)) AS x FROM events"],
    );
    passes(&[
        "SELECT SUM(CAST(quantity AS DECIMAL(38,0))) AS x, SUM(price) AS y FROM events GROUP BY user_id",
    ]);
}

#[test]
fn row_numbers_need_a_total_order() {
    let number = |over: &str| format!("SELECT ROW_NUMBER() OVER ({over}) AS x FROM events e");
    for over in [
        "",
        "ORDER BY receive_time_s",
        "PARTITION BY user_id ORDER BY receive_time_s, event_id",
        "ORDER BY source",
    ] {
        refuses(Rule::TotalOrder, &[&number(over)]);
    }
    for over in ["ORDER BY receive_time_s, source, event_id", "PARTITION BY source ORDER BY event_id DESC"] {
        passes(&[&number(over)]);
    }
    // Keys follow the rows through a query: a group is unique, a join on a key keeps the left one's.
    passes(&[
        "SELECT ROW_NUMBER() OVER (ORDER BY g.n, g.user_id) AS x
         FROM (SELECT user_id, COUNT(*) AS n FROM events GROUP BY user_id) g",
        "SELECT ROW_NUMBER() OVER (ORDER BY e.source, e.event_id) AS x
         FROM events e LEFT JOIN assets a ON a.asset = e.asset",
    ]);
    refuses(
        Rule::TotalOrder,
        &[
            "SELECT ROW_NUMBER() OVER (ORDER BY e.source, e.event_id) AS x
             FROM events e JOIN asset_attributes t ON t.asset = e.asset",
            "SELECT ROW_NUMBER() OVER (ORDER BY g.n) AS x
             FROM (SELECT user_id, COUNT(*) AS n FROM events GROUP BY user_id) g",
        ],
    );
    let number = "ROW_NUMBER() OVER (ORDER BY source, event_id)";
    refuses(Rule::Type, &[&format!("SELECT {number} + {number} AS x FROM events")]);
    passes(&[
        &format!("SELECT {number} - 2 AS x FROM events"),
        &format!("SELECT CAST({number} AS BIGINT) + CAST({number} AS BIGINT) AS x FROM events"),
    ]);
}

#[test]
fn limits_need_a_total_order() {
    refuses(
        Rule::Limit,
        &["SELECT user_id FROM events LIMIT 5", "SELECT user_id FROM events ORDER BY receive_time_s LIMIT 5"],
    );
    passes(&[
        "SELECT user_id FROM events ORDER BY source, event_id LIMIT 5",
        "SELECT user_id, COUNT(*) AS n FROM events GROUP BY user_id ORDER BY n DESC, user_id LIMIT 5",
    ]);
}

#[test]
fn a_file_is_one_select_that_can_be_planned() {
    refuses(
        Rule::Statement,
        &["DROP TABLE events", "SELECT 1 AS x; SELECT 2 AS x", "INSERT INTO events SELECT * FROM events"],
    );
    refuses(Rule::Plan, &["SELECT", "SELECT nothing FROM events", "SELECT 1 AS x FROM elsewhere"]);
    let long = format!("SELECT 1 AS x FROM events -- {}", "x".repeat(1 << 20));
    refuses(Rule::Statement, &[&long]);
}

/// A linter over one relation `t(a, b)` with the bounds given.
fn bounded(kind: Kind, a: (i128, i128), b: (i128, i128), rows_max: u128) -> Linter {
    let column = |name: &str, (low, high)| ColumnFacts {
        name: name.to_owned(),
        kind,
        nullable: false,
        range: Some(Interval { low, high }),
    };
    let facts = RelationFacts { columns: vec![column("a", a), column("b", b)], rows_max, keys: vec![] };
    Linter::new(BTreeMap::from([("t".to_owned(), facts)]))
}

#[track_caller]
fn overflows(linter: &Linter, sql: &str, expected: bool) {
    let rules: Vec<Rule> = findings(linter, sql).into_iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, if expected { vec![Rule::Overflow] } else { vec![] }, "{sql}");
}

/// At the edge: the greatest bounds that cannot overflow pass, one more does not.
#[test]
fn bigint_arithmetic_is_proven_at_the_edge() {
    let (low, high) = (i128::from(i64::MIN), i128::from(i64::MAX));
    for (sql, a, b, over_a) in [
        ("SELECT a + b AS x FROM t", (0, high - 10), (0, 10), (0, high - 9)),
        ("SELECT a + b AS x FROM t", (low + 10, 0), (-10, 0), (low + 9, 0)),
        ("SELECT a - b AS x FROM t", (low + 10, 0), (0, 10), (low + 9, 0)),
        ("SELECT a - b AS x FROM t", (0, high - 10), (-10, 0), (0, high - 9)),
        // 2^63 − 1 = 7 · 1317624576693539401.
        ("SELECT a * b AS x FROM t", (0, 1_317_624_576_693_539_401), (0, 7), (0, 1_317_624_576_693_539_402)),
        ("SELECT -a AS x FROM t", (low + 1, 0), (0, 0), (low, 0)),
        ("SELECT b AS x FROM t WHERE a + 1 > 0", (0, high - 1), (0, 0), (0, high)),
        ("SELECT MAX(a + b) AS x FROM t", (0, high - 10), (0, 10), (0, high - 9)),
    ] {
        overflows(&bounded(Kind::BigInt, a, b, 1), sql, false);
        overflows(&bounded(Kind::BigInt, over_a, b, 1), sql, true);
    }
    // The macro itself may not overflow: the floor of the least value stays a BIGINT unless it is it.
    let floor = "SELECT {{div_floor(a, 1)}} AS x FROM t";
    overflows(&bounded(Kind::BigInt, (low + 1, high), (0, 0), 1), floor, false);
}

#[test]
fn sums_are_proven_over_all_rows_at_the_edge() {
    // 10^38 − 1 = 99,999,999 · (10^30 + 10^22 + …) is no round product; with 10 rows the edge is (10^38 − 1) / 10.
    let most = (10i128.pow(38) - 1) / 10;
    let sum = "SELECT SUM(a) AS x FROM t";
    overflows(&bounded(Kind::Decimal, (0, most), (0, 0), 10), sum, false);
    overflows(&bounded(Kind::Decimal, (0, most + 1), (0, 0), 10), sum, true);
    overflows(&bounded(Kind::Decimal, (0, most), (0, 0), 11), sum, true);
    overflows(&bounded(Kind::Decimal, (-most, 0), (0, 0), 10), sum, false);
    overflows(&bounded(Kind::Decimal, (-most - 1, 0), (0, 0), 10), sum, true);
    // A join multiplies the rows: 4 · 3 = 12.
    let joined = "SELECT SUM(l.a) AS x FROM t l JOIN t r ON l.b = r.b";
    overflows(&bounded(Kind::Decimal, (0, most), (0, 0), 3), joined, false);
    overflows(&bounded(Kind::Decimal, (0, most), (0, 0), 4), joined, true);
    // A union adds them.
    let union = "SELECT SUM(u.a) AS x FROM (SELECT a FROM t UNION ALL SELECT a FROM t) u";
    overflows(&bounded(Kind::Decimal, (0, most), (0, 0), 5), union, false);
    overflows(&bounded(Kind::Decimal, (0, most), (0, 0), 6), union, true);
    // A branch that cannot be taken counts for nothing, one that can does.
    let case = "SELECT SUM(CASE WHEN b < 5 THEN a ELSE CAST(0 AS DECIMAL(38,0)) END) AS x FROM t";
    overflows(&bounded(Kind::Decimal, (0, most), (5, 9), 1_000), case, false);
    overflows(&bounded(Kind::Decimal, (0, most), (4, 9), 1_000), case, true);
}

#[test]
fn counts_are_proven_to_fit() {
    let count = "SELECT COUNT(*) AS x FROM t";
    let rows = u128::from(u64::MAX / 2);
    overflows(&bounded(Kind::BigInt, (0, 0), (0, 0), rows), count, false);
    overflows(&bounded(Kind::BigInt, (0, 0), (0, 0), rows + 1), count, true);
    overflows(&bounded(Kind::BigInt, (0, 0), (0, 0), u128::MAX), count, true);
}

#[test]
fn a_finding_names_file_expression_rule_and_cure() {
    let linter = Linter::new(input_relations());
    let error = linter.check("mine.sql", "SELECT quantity * quantity AS x FROM events").unwrap_err();
    assert_eq!(
        error.to_string(),
        "mine.sql: events.quantity * events.quantity: BIGINT arithmetic wraps silently; it may reach 0 to \
         1000000000000000000000000000000, BIGINT may not; CAST the operands AS DECIMAL(38,0), or lower the \
         declared bounds"
    );
    let error = linter.check("mine.sql", "SELECT\n  quantity / 2 AS x FROM events").unwrap_err().to_string();
    assert!(
        error.starts_with("mine.sql: / at line 2, column 12: engines round divisions differently;"),
        "{error}"
    );
}

#[test]
fn a_set_gives_the_columns_it_declares() {
    const WRONG: FeatureSet = FeatureSet {
        rows: SqlPart { name: "rows", text: "SELECT p.user_id, p.asset, 1 AS user_events FROM pairs p" },
        ..BEHAVIOUR_V1
    };
    let error = lint_set(&WRONG).unwrap_err().to_string();
    assert!(
        error.contains("(nothing)") && error.contains("column 4 must be user_events_30d (BigInt)"),
        "{error}"
    );
}
