//! The first pass: the text and its syntax tree.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{Expr, Statement, visit_expressions};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

use super::finding::{LintFinding, Rule};

/// Functions that a query may call. All but the row number are exact on integers, decimals and text.
pub(super) const FUNCTIONS: [&str; 9] =
    ["count", "min", "max", "sum", "row_number", "coalesce", "nullif", "greatest", "least"];

/// Aggregates whose result is a fraction, an estimate, or depends on the order of rows.
const INEXACT: [&str; 12] = [
    "avg",
    "mean",
    "median",
    "percentile",
    "quantile",
    "approx",
    "stddev",
    "var",
    "corr",
    "covar",
    "regr",
    "string_agg",
];
/// Functions that differ from call to call, or from machine to machine.
const VOLATILE: [&str; 9] = [
    "random",
    "rand",
    "uuid",
    "gen_random_uuid",
    "now",
    "current_",
    "localtime",
    "input_file_name",
    "version",
];

/// Findings in the text as written and in the tree of the expanded text.
pub(super) fn check(file: &str, text: &str, expanded: &str) -> Vec<LintFinding> {
    let mut found = Vec::new();
    let mut add = |rule, expression: String, advice: String| {
        found.push(LintFinding { file: file.to_owned(), rule, expression, advice });
    };
    let dialect = GenericDialect {};
    match Tokenizer::new(&dialect, text).tokenize_with_location() {
        Err(error) => add(Rule::Plan, "(the text)".into(), error.to_string()),
        Ok(tokens) => {
            for token in tokens {
                if let Some((rule, advice)) = forbidden(&token.token) {
                    let start = token.span.start;
                    let place = format!("{} at line {}, column {}", token.token, start.line, start.column);
                    add(rule, place, advice.to_owned());
                }
            }
        }
    }
    let statements = match Parser::parse_sql(&dialect, expanded) {
        Ok(statements) => statements,
        Err(error) => {
            add(Rule::Plan, "(the text)".into(), error.to_string());
            return found;
        }
    };
    if !matches!(statements.as_slice(), [Statement::Query(_)]) {
        let advice = format!("it holds {} statements, or something else than a SELECT", statements.len());
        add(Rule::Statement, "(the text)".into(), advice);
        return found;
    }
    let walk = visit_expressions(&statements, |expression| {
        if let Expr::Function(call) = expression
            && let Some((rule, advice)) = forbidden_function(&call.name.to_string())
        {
            add(rule, expression.to_string(), advice);
        }
        ControlFlow::<()>::Continue(())
    });
    // The closure never breaks.
    debug_assert!(walk.is_continue());
    found
}

fn forbidden(token: &Token) -> Option<(Rule, &'static str)> {
    match token {
        Token::Div | Token::DuckIntDiv | Token::Mod => {
            Some((Rule::Division, "write {{div_floor(a, b)}}, of BIGINT with b proven to be at least 1"))
        }
        Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("div") => {
            Some((Rule::Division, "write {{div_floor(a, b)}}, of BIGINT with b proven to be at least 1"))
        }
        Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("collate") => {
            Some((Rule::Collation, "leave the collation out"))
        }
        _ => None,
    }
}

/// The rule that a function of this name breaks, and what to do.
pub(super) fn forbidden_function(name: &str) -> Option<(Rule, String)> {
    let name = name.to_ascii_lowercase();
    if FUNCTIONS.contains(&name.as_str()) {
        return None;
    }
    if INEXACT.iter().any(|inexact| name.starts_with(inexact)) {
        let advice = "keep COUNT and SUM apart and divide late; a quantile is the value of rank ceil(n·q)";
        return Some((Rule::InexactAggregate, advice.to_owned()));
    }
    if VOLATILE.iter().any(|volatile| name.starts_with(volatile)) {
        let advice = "take the time from cut(cut_s) and identities from the rows";
        return Some((Rule::Volatile, advice.to_owned()));
    }
    Some((Rule::Function, format!("use one of {}", FUNCTIONS.join(", "))))
}
