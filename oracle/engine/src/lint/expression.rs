//! Expressions over one row: types, bounds, and what is on the list.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::logical_expr::{BinaryExpr, Case, Expr, ExprSchemable, Operator};

use super::arithmetic::{corners, fits, quotient, remainder, whole};
use super::cast::cast;
use super::finding::{LintFinding, Rule};
use super::source::forbidden_function;
use crate::relations::{ColumnFacts, Interval, Kind};

/// What is known of a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fact {
    pub(super) kind: Kind,
    pub(super) nullable: bool,
    /// For numbers: `None` if there is no value but `NULL`. For truth values: 0 false, 1 true.
    pub(super) range: Option<Interval>,
}

/// The columns that an expression may name.
pub(super) struct Scope<'a> {
    pub(super) schema: &'a DFSchema,
    /// One for each field of the schema.
    pub(super) columns: &'a [ColumnFacts],
}

/// Collects findings of one file.
pub(super) struct Findings<'a> {
    pub(super) file: &'a str,
    pub(super) list: Vec<LintFinding>,
}

impl Findings<'_> {
    pub(super) fn add(&mut self, rule: Rule, expression: impl ToString, advice: impl Into<String>) {
        let expression: String = expression.to_string().chars().take(160).collect();
        let finding = LintFinding { file: self.file.to_owned(), rule, expression, advice: advice.into() };
        if !self.list.contains(&finding) {
            self.list.push(finding);
        }
    }
}

/// The rule that an Arrow type breaks, and what to do.
pub(super) fn kind_of(data_type: &DataType) -> Result<Kind, (Rule, String)> {
    if let Some(kind) = Kind::of(data_type) {
        return Ok(kind);
    }
    let rule = match data_type {
        DataType::Float16 | DataType::Float32 | DataType::Float64 => Rule::Float,
        DataType::Timestamp(..)
        | DataType::Date32
        | DataType::Date64
        | DataType::Time32(_)
        | DataType::Time64(_)
        | DataType::Duration(_)
        | DataType::Interval(_) => Rule::Time,
        _ => Rule::Type,
    };
    let advice = match rule {
        Rule::Float => "use BIGINT or DECIMAL(38,0) in a smaller unit".to_owned(),
        Rule::Time => "use BIGINT seconds since 1970".to_owned(),
        _ => format!("it is {data_type}"),
    };
    Err((rule, advice))
}

/// What is known of an expression; whatever breaks a rule is added to the findings, and then anything of the
/// kind is taken to be possible, so that one mistake is told once.
pub(super) fn examine(expression: &Expr, scope: &Scope<'_>, findings: &mut Findings<'_>) -> Fact {
    let kind = match expression.get_type(scope.schema) {
        Ok(data_type) => kind_of(&data_type),
        Err(error) => Err((Rule::Plan, error.to_string())),
    };
    let known = kind.as_ref().ok().copied();
    let nullable = expression.nullable(scope.schema).unwrap_or(true);
    let bounded = match kind {
        Ok(kind) => range_of(expression, kind, scope, findings).map(|range| Fact { kind, nullable, range }),
        // Decimals divide to fractions: the operator is what is wrong.
        Err(_) if is_division(expression) => Err((Rule::Division, DIVISION_TYPES.to_owned())),
        Err(broken) => {
            let before = findings.list.len();
            let walked = expression.apply_children(|child| {
                examine(child, scope, findings);
                Ok(TreeNodeRecursion::Continue)
            });
            // The closure never fails.
            debug_assert!(walked.is_ok());
            // What a part of it is refused for is the cause.
            if findings.list.len() > before {
                Ok(Fact { kind: Kind::Null, nullable, range: None })
            } else {
                Err(broken)
            }
        }
    };
    bounded.unwrap_or_else(|(rule, advice)| {
        findings.add(rule, expression, advice);
        let kind = known.unwrap_or(Kind::BigInt);
        Fact { kind, nullable, range: Some(whole(kind)) }
    })
}

const DIVISION_TYPES: &str = "div_floor is of BIGINT alone";

fn is_division(expression: &Expr) -> bool {
    matches!(expression, Expr::BinaryExpr(binary) if matches!(binary.op, Operator::Divide | Operator::Modulo))
}

type Range = Result<Option<Interval>, (Rule, String)>;

fn range_of(expression: &Expr, kind: Kind, scope: &Scope<'_>, findings: &mut Findings<'_>) -> Range {
    let truth = Ok(Some(Interval { low: 0, high: 1 }));
    match expression {
        Expr::Alias(alias) => Ok(examine(&alias.expr, scope, findings).range),
        Expr::Column(column) => match scope.schema.index_of_column(column) {
            Ok(index) => Ok(scope.columns[index].range),
            Err(error) => Err((Rule::Plan, error.to_string())),
        },
        Expr::Literal(value, _) => literal(value),
        Expr::BinaryExpr(binary) => binary_range(binary, kind, scope, findings),
        Expr::Not(inner)
        | Expr::IsNull(inner)
        | Expr::IsNotNull(inner)
        | Expr::IsTrue(inner)
        | Expr::IsFalse(inner)
        | Expr::IsUnknown(inner)
        | Expr::IsNotTrue(inner)
        | Expr::IsNotFalse(inner)
        | Expr::IsNotUnknown(inner) => {
            examine(inner, scope, findings);
            truth
        }
        Expr::Between(between) => {
            for part in [&between.expr, &between.low, &between.high] {
                examine(part, scope, findings);
            }
            truth
        }
        Expr::InList(list) => {
            for part in [list.expr.as_ref()].into_iter().chain(&list.list) {
                examine(part, scope, findings);
            }
            truth
        }
        Expr::Negative(inner) => match examine(inner, scope, findings).range {
            None => Ok(None),
            Some(range) => fits(corners(Interval::one(0), range, i128::checked_sub), kind).map(Some),
        },
        Expr::Case(case) => Ok(case_range(case, scope, findings)),
        Expr::Cast(inner) => {
            let fact = examine(&inner.expr, scope, findings);
            cast(fact, inner.field.data_type())
        }
        Expr::ScalarFunction(call) => {
            if let Some(broken) = forbidden_function(call.name()) {
                return Err(broken);
            }
            let ranges: Vec<_> = call.args.iter().map(|part| examine(part, scope, findings).range).collect();
            if call.name().eq_ignore_ascii_case("nullif") {
                return Ok(ranges.first().copied().flatten());
            }
            Ok(ranges.into_iter().flatten().reduce(Interval::union))
        }
        Expr::AggregateFunction(_) | Expr::WindowFunction(_) => {
            Err((Rule::Function, "it may not stand here".to_owned()))
        }
        other => Err((Rule::Function, format!("{} is not on the list", other.variant_name()))),
    }
}

fn literal(value: &ScalarValue) -> Range {
    Ok(match value {
        ScalarValue::Int64(value) => value.map(|value| Interval::one(i128::from(value))),
        ScalarValue::UInt64(Some(value)) => {
            return Err((Rule::Type, format!("{value} is beyond BIGINT")));
        }
        ScalarValue::Decimal128(value, _, _) => value.map(Interval::one),
        ScalarValue::Boolean(value) => value.map(|value| Interval::one(i128::from(value))),
        _ => None,
    })
}

fn binary_range(binary: &BinaryExpr, kind: Kind, scope: &Scope<'_>, findings: &mut Findings<'_>) -> Range {
    let left = examine(&binary.left, scope, findings);
    let right = examine(&binary.right, scope, findings);
    let both = left.range.zip(right.range);
    let arithmetic = matches!(
        binary.op,
        Operator::Plus | Operator::Minus | Operator::Multiply | Operator::Divide | Operator::Modulo
    );
    if arithmetic && [left.kind, right.kind, kind].contains(&Kind::RowNumber) {
        return Err((
            Rule::Type,
            "write CAST(ROW_NUMBER() OVER (…) AS BIGINT): it is unsigned here".to_owned(),
        ));
    }
    match binary.op {
        Operator::Plus | Operator::Minus | Operator::Multiply => {
            let Some((a, b)) = both else { return Ok(None) };
            let exact = match binary.op {
                Operator::Plus => corners(a, b, i128::checked_add),
                Operator::Minus => corners(a, b, i128::checked_sub),
                _ => corners(a, b, i128::checked_mul),
            };
            fits(exact, kind).map(Some)
        }
        Operator::Divide | Operator::Modulo => {
            if left.kind == Kind::Decimal || right.kind == Kind::Decimal {
                return Err((Rule::Division, DIVISION_TYPES.to_owned()));
            }
            let Some((a, b)) = both else { return Ok(None) };
            let exact = if binary.op == Operator::Divide { quotient(a, b)? } else { remainder(a, b)? };
            fits(Some(exact), kind).map(Some)
        }
        Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq => {
            Ok(Some(comparison(binary.op, both)))
        }
        Operator::Eq
        | Operator::NotEq
        | Operator::And
        | Operator::Or
        | Operator::IsDistinctFrom
        | Operator::IsNotDistinctFrom => Ok(Some(Interval { low: 0, high: 1 })),
        other => Err((Rule::Function, format!("the operator {other} is not on the list"))),
    }
}

/// 0..0 if the bounds show that it is never true.
fn comparison(operator: Operator, both: Option<(Interval, Interval)>) -> Interval {
    let may_be_true = both.is_none_or(|(a, b)| match operator {
        Operator::Lt => a.low < b.high,
        Operator::LtEq => a.low <= b.high,
        Operator::Gt => a.high > b.low,
        _ => a.high >= b.low,
    });
    Interval { low: 0, high: i128::from(may_be_true) }
}

/// The union over the branches that can be taken.
fn case_range(case: &Case, scope: &Scope<'_>, findings: &mut Findings<'_>) -> Option<Interval> {
    if let Some(subject) = &case.expr {
        examine(subject, scope, findings);
    }
    let mut out: Option<Interval> = None;
    let mut add = |range: Option<Interval>| {
        out = out.into_iter().chain(range).reduce(Interval::union);
    };
    for (when, then) in &case.when_then_expr {
        let when = examine(when, scope, findings);
        let then = examine(then, scope, findings);
        let never = when.kind == Kind::Boolean && when.range.is_some_and(|range| range.high == 0);
        if case.expr.is_some() || !never {
            add(then.range);
        }
    }
    if let Some(otherwise) = &case.else_expr {
        let otherwise = examine(otherwise, scope, findings);
        add(otherwise.range);
    }
    out
}
