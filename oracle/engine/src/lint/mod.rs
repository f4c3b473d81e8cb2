//! The linter: whether a query gives the same rows on any engine, in any order, over any partitions.
//!
//! Two passes. The first reads the text: what a plan no longer shows (a slash, a collation, the name of a
//! function that this engine may not even have). The second walks the analysed logical plan bottom up with,
//! for each node, the bounds of every column, the most rows and the sets of columns that are unique; every
//! expression is refused unless it is on the list, exact, and proven not to overflow.

mod aggregate;
mod arithmetic;
mod cast;
mod expression;
mod finding;
mod plan;
mod source;
mod window;

use std::collections::BTreeMap;

use attention_features::{FeatureSet, ValueKind, expand_macros};
use datafusion::logical_expr::LogicalPlan;

pub use self::finding::{LintFinding, Rule};
use self::plan::Walk;
use crate::EngineError;
use crate::relations::{Kind, RelationFacts, input_relations, pairs_relation};
use crate::session::plan_query;

/// Longest text of a query, in bytes.
pub const SQL_BYTES_MAX: usize = 1 << 20;

/// Checks queries against the relations that they may read.
#[derive(Debug, Clone)]
pub struct Linter {
    relations: BTreeMap<String, RelationFacts>,
}

impl Linter {
    /// A linter that knows the relations given.
    pub fn new(relations: BTreeMap<String, RelationFacts>) -> Self {
        Self { relations }
    }

    /// One that knows the inputs and every relation of the set, for a query beside it.
    ///
    /// # Errors
    /// [`EngineError::Lint`] if the set itself breaks a rule.
    pub fn beside(set: &FeatureSet) -> Result<Self, EngineError> {
        let mut linter = Self::new(input_relations());
        for part in [&set.pairs].into_iter().chain(set.parts) {
            let facts = linter.check(&format!("{}.sql", part.name), part.text)?;
            linter.relations.insert(part.name.to_owned(), facts);
        }
        Ok(linter)
    }

    /// What the query gives, if it is exact. Macros are expanded first.
    ///
    /// # Errors
    /// [`EngineError::Lint`] with everything that was found.
    pub fn check(&self, file: &str, text: &str) -> Result<RelationFacts, EngineError> {
        let refuse = |rule, expression: String, advice: String| {
            EngineError::Lint(vec![LintFinding { file: file.to_owned(), rule, expression, advice }])
        };
        if text.len() > SQL_BYTES_MAX {
            let advice = format!("it has {} bytes, at most {SQL_BYTES_MAX} are allowed", text.len());
            return Err(refuse(Rule::Statement, "(the text)".into(), advice));
        }
        let expanded = expand_macros(file, text)?;
        let found = source::check(file, text, &expanded);
        if !found.is_empty() {
            return Err(EngineError::Lint(found));
        }
        let plan: LogicalPlan = plan_query(&expanded, &self.relations)
            .map_err(|error| refuse(Rule::Plan, "(the query)".into(), error))?;
        let mut walk = Walk::new(file, &self.relations);
        let facts = walk.relation(&plan);
        if walk.findings.is_empty() { Ok(facts) } else { Err(EngineError::Lint(walk.findings)) }
    }
}

/// Checks every query of a set, and that the last one gives its keys and columns in order.
///
/// # Errors
/// [`EngineError::Lint`].
pub fn lint_set(set: &FeatureSet) -> Result<(), EngineError> {
    for given_pairs in [false, true] {
        let mut linter = Linter::new(input_relations());
        if given_pairs {
            linter.relations.insert(set.pairs.name.to_owned(), pairs_relation());
        }
        for part in set.texts().filter(|part| !given_pairs || part.name != set.pairs.name) {
            let facts = linter.check(&format!("{}.sql", part.name), part.text)?;
            if part.name == set.rows.name {
                check_columns(set, &facts)?;
            }
            linter.relations.insert(part.name.to_owned(), facts);
        }
    }
    Ok(())
}

fn check_columns(set: &FeatureSet, facts: &RelationFacts) -> Result<(), EngineError> {
    let keys = [("user_id", Kind::Text), ("asset", Kind::BigInt)];
    let features = set.columns.iter().map(|column| {
        let kind = match column.kind {
            ValueKind::BigInt => Kind::BigInt,
            ValueKind::Decimal => Kind::Decimal,
        };
        (column.name, kind)
    });
    let declared: Vec<(&str, Kind)> = keys.into_iter().chain(features).collect();
    let given: Vec<(&str, Kind)> =
        facts.columns.iter().map(|column| (column.name.as_str(), column.kind)).collect();
    if declared == given {
        return Ok(());
    }
    let at = declared.iter().zip(&given).take_while(|(declared, given)| declared == given).count();
    let finding = LintFinding {
        file: format!("{}.sql", set.rows.name),
        rule: Rule::Columns,
        expression: given.get(at).map_or("(nothing)".into(), |(name, kind)| format!("{name} ({kind:?})")),
        advice: match declared.get(at) {
            Some((name, kind)) => format!("column {} must be {name} ({kind:?})", at + 1),
            None => format!("the set declares {} columns and no more", declared.len()),
        },
    };
    Err(EngineError::Lint(vec![finding]))
}
