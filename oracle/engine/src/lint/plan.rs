//! The second pass: the plan's nodes, bottom up.

use std::collections::BTreeMap;

use datafusion::common::{DFSchema, JoinType, NullEquality};
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{
    Aggregate, BinaryExpr, Distinct, Expr, Join, LogicalPlan, Operator, SortExpr,
};

use super::aggregate::aggregate;
use super::expression::{Fact, Findings, Scope, examine};
use super::finding::{LintFinding, Rule};
use super::window::{order_expressions, total_order, window};
use crate::relations::{ColumnFacts, Interval, Kind, RelationFacts};

/// More rows than 128 bits count: nothing can be proven of a sum or a count over them.
const ROWS_UNKNOWN: u128 = u128::MAX;

/// Walks one plan.
pub(super) struct Walk<'a> {
    relations: &'a BTreeMap<String, RelationFacts>,
    file: &'a str,
    pub(super) findings: Vec<LintFinding>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(file: &'a str, relations: &'a BTreeMap<String, RelationFacts>) -> Self {
        Self { relations, file, findings: Vec::new() }
    }

    /// What is known of the rows that a node gives.
    pub(super) fn relation(&mut self, plan: &LogicalPlan) -> RelationFacts {
        match plan {
            LogicalPlan::TableScan(scan) => self.scan(scan.table_name.table(), plan.schema()),
            LogicalPlan::SubqueryAlias(alias) => self.relation(&alias.input),
            LogicalPlan::EmptyRelation(empty) => RelationFacts {
                columns: unknown_columns(plan.schema()),
                rows_max: u128::from(empty.produce_one_row),
                keys: vec![vec![]],
            },
            LogicalPlan::Projection(projection) => {
                let input = self.relation(&projection.input);
                let facts = self.examine_all(&projection.expr, projection.input.schema(), &input);
                let keys = projected_keys(&projection.expr, projection.input.schema(), &input.keys);
                RelationFacts { columns: named(plan.schema(), facts), rows_max: input.rows_max, keys }
            }
            LogicalPlan::Filter(filter) => {
                let input = self.relation(&filter.input);
                self.examine_all(std::slice::from_ref(&filter.predicate), filter.input.schema(), &input);
                input
            }
            LogicalPlan::Aggregate(node) => self.aggregate(node),
            LogicalPlan::Window(node) => {
                let mut out = self.relation(&node.input);
                let input = out.clone();
                let facts = node.window_expr.iter().map(|expression| {
                    self.with(node.input.schema(), &input, |scope, findings| match unaliased(expression) {
                        Expr::WindowFunction(call) => window(expression, call, &input, scope, findings),
                        other => examine(other, scope, findings),
                    })
                });
                let facts: Vec<Fact> = facts.collect();
                let names = plan.schema().fields().iter().skip(input.columns.len());
                out.columns.extend(names.zip(facts).map(|(field, fact)| column(field.name(), fact)));
                out
            }
            LogicalPlan::Join(join) => self.join(join),
            LogicalPlan::Distinct(Distinct::All(inner)) => {
                let mut out = self.relation(inner);
                out.keys.push((0..out.columns.len()).collect());
                out
            }
            LogicalPlan::Union(union) => {
                let inputs: Vec<RelationFacts> =
                    union.inputs.iter().map(|input| self.relation(input)).collect();
                union_of(inputs)
            }
            LogicalPlan::Sort(sort) => {
                let input = self.relation(&sort.input);
                let by: Vec<Expr> = order_expressions(&sort.expr).cloned().collect();
                self.examine_all(&by, sort.input.schema(), &input);
                input
            }
            LogicalPlan::Limit(limit) => {
                let input = self.relation(&limit.input);
                self.limit(&limit.input, &input);
                input
            }
            other => {
                let shown = other.display().to_string();
                self.findings().add(Rule::Function, shown, "this kind of query is not on the list");
                RelationFacts {
                    columns: unknown_columns(other.schema()),
                    rows_max: u128::from(u64::MAX),
                    keys: Vec::new(),
                }
            }
        }
    }

    fn findings(&mut self) -> FindingsGuard<'_, 'a> {
        let list = std::mem::take(&mut self.findings);
        FindingsGuard { inner: Findings { file: self.file, list }, home: &mut self.findings }
    }

    fn with<T>(
        &mut self,
        schema: &DFSchema,
        input: &RelationFacts,
        examine: impl FnOnce(&Scope<'_>, &mut Findings<'_>) -> T,
    ) -> T {
        let scope = Scope { schema, columns: &input.columns };
        let mut guard = self.findings();
        examine(&scope, &mut guard.inner)
    }

    fn examine_all(&mut self, expressions: &[Expr], schema: &DFSchema, input: &RelationFacts) -> Vec<Fact> {
        self.with(schema, input, |scope, findings| {
            expressions.iter().map(|expression| examine(expression, scope, findings)).collect()
        })
    }

    fn scan(&mut self, name: &str, schema: &DFSchema) -> RelationFacts {
        if let Some(facts) = self.relations.get(name) {
            return facts.clone();
        }
        self.findings().add(Rule::Plan, name, "this relation is not declared");
        RelationFacts { columns: unknown_columns(schema), rows_max: u128::from(u64::MAX), keys: Vec::new() }
    }

    fn aggregate(&mut self, node: &Aggregate) -> RelationFacts {
        let input = self.relation(&node.input);
        let mut facts = self.examine_all(&node.group_expr, node.input.schema(), &input);
        for expression in &node.aggr_expr {
            facts.push(self.with(node.input.schema(), &input, |scope, findings| {
                match unaliased(expression) {
                    Expr::AggregateFunction(call) => {
                        aggregate(expression, call, input.rows_max, scope, findings)
                    }
                    other => examine(other, scope, findings),
                }
            }));
        }
        let groups = node.group_expr.len();
        // Without groups there is one row even of nothing.
        let rows_max = if groups == 0 { 1 } else { input.rows_max };
        RelationFacts { columns: named(&node.schema, facts), rows_max, keys: vec![(0..groups).collect()] }
    }

    fn join(&mut self, join: &Join) -> RelationFacts {
        let (left, right) = (self.relation(&join.left), self.relation(&join.right));
        let mut columns_of = (Vec::new(), Vec::new());
        for (a, b) in &join.on {
            self.examine_all(std::slice::from_ref(a), join.left.schema(), &left);
            self.examine_all(std::slice::from_ref(b), join.right.schema(), &right);
        }
        for (a, b) in equalities(join) {
            if let (Some(a), Some(b)) = (position(a, join.left.schema()), position(b, join.right.schema())) {
                columns_of.0.push(a);
                columns_of.1.push(b);
            }
        }
        let (optional_left, optional_right) = match join.join_type {
            JoinType::Inner => (false, false),
            JoinType::Left => (false, true),
            JoinType::Right => (true, false),
            JoinType::Full => (true, true),
            other => {
                let advice = format!("{other} joins are not on the list; write INNER or LEFT JOIN");
                self.findings().add(Rule::Function, other, advice);
                (true, true)
            }
        };
        let shift = left.columns.len();
        let of = |side: &RelationFacts, optional: bool| {
            let nullable = |column: &ColumnFacts| column.nullable || optional;
            side.columns
                .iter()
                .map(|column| ColumnFacts { nullable: nullable(column), ..column.clone() })
                .collect::<Vec<_>>()
        };
        let mut columns = of(&left, optional_left);
        columns.extend(of(&right, optional_right));
        // NULL that equals NULL could match more than a unique key allows.
        let plain = join.null_equality == NullEquality::NullEqualsNothing;
        let unique = |side: &RelationFacts, by: &[usize]| {
            side.keys
                .iter()
                .any(|key| key.iter().all(|column| by.contains(column)) && (plain || key.is_empty()))
        };
        let once_left = unique(&right, &columns_of.1); // a left row meets at most one right row
        let once_right = unique(&left, &columns_of.0);
        let shifted = |key: &Vec<usize>| key.iter().map(|column| column + shift).collect::<Vec<_>>();
        let mut keys: Vec<Vec<usize>> = Vec::new();
        if once_left && !optional_left {
            keys.extend(left.keys.clone());
        }
        if once_right && !optional_right {
            keys.extend(right.keys.iter().map(shifted));
        }
        if keys.is_empty() && !optional_left && !optional_right {
            let both = |a: &Vec<usize>, b: &Vec<usize>| a.iter().copied().chain(shifted(b)).collect();
            keys.extend(
                left.keys
                    .iter()
                    .flat_map(|a| right.keys.iter().map(move |b| (a, b)))
                    .map(|(a, b)| both(a, b)),
            );
        }
        let matched = match (once_left, once_right) {
            (true, true) => left.rows_max.min(right.rows_max),
            (true, false) => left.rows_max,
            (false, true) => right.rows_max,
            (false, false) => left.rows_max.checked_mul(right.rows_max).unwrap_or(ROWS_UNKNOWN),
        };
        let unmatched = |side: &RelationFacts, kept: bool| if kept { side.rows_max } else { 0 };
        let rows_max = [unmatched(&left, optional_right), unmatched(&right, optional_left)]
            .into_iter()
            .try_fold(matched, u128::checked_add)
            .unwrap_or(ROWS_UNKNOWN);
        let out = RelationFacts { columns, rows_max, keys };
        if let Some(filter) = &join.filter {
            self.examine_all(std::slice::from_ref(filter), &join.schema, &out);
        }
        out
    }

    /// A limit stands right above a sort by a unique set of columns.
    fn limit(&mut self, below: &LogicalPlan, input: &RelationFacts) {
        let mut sorted = below;
        while let LogicalPlan::Projection(projection) = sorted {
            sorted = &projection.input;
        }
        let advice = match sorted {
            LogicalPlan::Sort(sort) => {
                let rows = self.relation(&sort.input);
                let by: Vec<&Expr> = sort.expr.iter().map(|order: &SortExpr| &order.expr).collect();
                let scope = Scope { schema: sort.input.schema(), columns: &rows.columns };
                total_order(&by, &rows, &scope)
            }
            _ if input.rows_max <= 1 => Ok(()),
            _ => Err("add ORDER BY a unique set of columns".to_owned()),
        };
        if let Err(advice) = advice {
            self.findings().add(Rule::Limit, "LIMIT", advice);
        }
    }
}

/// Gives the findings back when it goes.
struct FindingsGuard<'a, 'f> {
    inner: Findings<'f>,
    home: &'a mut Vec<LintFinding>,
}

impl FindingsGuard<'_, '_> {
    fn add(&mut self, rule: Rule, expression: impl ToString, advice: impl Into<String>) {
        self.inner.add(rule, expression, advice);
    }
}

impl Drop for FindingsGuard<'_, '_> {
    fn drop(&mut self) {
        *self.home = std::mem::take(&mut self.inner.list);
    }
}

/// What a join requires to be equal, left and right. The parser leaves conditions in the filter; the optimiser,
/// which comes later, would sort them out.
fn equalities(join: &Join) -> Vec<(&Expr, &Expr)> {
    let mut out: Vec<(&Expr, &Expr)> = join.on.iter().map(|(a, b)| (a, b)).collect();
    for condition in join.filter.iter().flat_map(split_conjunction) {
        if let Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) = condition {
            out.push((left, right));
            out.push((right, left));
        }
    }
    out
}

fn unaliased(expression: &Expr) -> &Expr {
    match expression {
        Expr::Alias(alias) => unaliased(&alias.expr),
        other => other,
    }
}

fn position(expression: &Expr, schema: &DFSchema) -> Option<usize> {
    match unaliased(expression) {
        Expr::Column(column) => schema.index_of_column(column).ok(),
        _ => None,
    }
}

fn column(name: &str, fact: Fact) -> ColumnFacts {
    ColumnFacts { name: name.to_owned(), kind: fact.kind, nullable: fact.nullable, range: fact.range }
}

fn named(schema: &DFSchema, facts: Vec<Fact>) -> Vec<ColumnFacts> {
    schema.fields().iter().zip(facts).map(|(field, fact)| column(field.name(), fact)).collect()
}

/// Columns of which only the type is known.
fn unknown_columns(schema: &DFSchema) -> Vec<ColumnFacts> {
    let fact = |field: &std::sync::Arc<datafusion::arrow::datatypes::Field>| {
        let kind = Kind::of(field.data_type()).unwrap_or(Kind::BigInt);
        ColumnFacts {
            name: field.name().clone(),
            kind,
            nullable: true,
            range: Some(super::arithmetic::whole(kind)),
        }
    };
    schema.fields().iter().map(fact).collect()
}

/// The keys whose columns are all still there, by their new positions.
fn projected_keys(expressions: &[Expr], schema: &DFSchema, keys: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let origins: Vec<Option<usize>> =
        expressions.iter().map(|expression| position(expression, schema)).collect();
    let moved = |key: &Vec<usize>| -> Option<Vec<usize>> {
        let mut out = key
            .iter()
            .map(|column| origins.iter().position(|origin| origin == &Some(*column)))
            .collect::<Option<Vec<usize>>>()?;
        out.sort_unstable();
        Some(out)
    };
    keys.iter().filter_map(moved).collect()
}

fn union_of(inputs: Vec<RelationFacts>) -> RelationFacts {
    let mut inputs = inputs.into_iter();
    let Some(mut out) = inputs.next() else {
        return RelationFacts { columns: Vec::new(), rows_max: 0, keys: Vec::new() };
    };
    for other in inputs {
        out.keys.clear();
        out.rows_max = out.rows_max.checked_add(other.rows_max).unwrap_or(ROWS_UNKNOWN);
        for (mine, theirs) in out.columns.iter_mut().zip(other.columns) {
            mine.nullable |= theirs.nullable;
            mine.range = mine.range.into_iter().chain(theirs.range).reduce(Interval::union);
        }
    }
    out
}
