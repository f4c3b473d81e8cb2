//! Aggregates: COUNT, MIN, MAX, and SUM of DECIMAL(38,0) whose bound over all rows is proven.

use datafusion::logical_expr::Expr;
use datafusion::logical_expr::expr::AggregateFunction;

use super::arithmetic::{corners, fits};
use super::expression::{Fact, Findings, Scope, examine};
use super::finding::Rule;
use super::source::forbidden_function;
use crate::relations::{Interval, Kind};

/// What an aggregate over at most `rows_max` rows gives.
pub(super) fn aggregate(
    whole_expression: &Expr,
    call: &AggregateFunction,
    rows_max: u128,
    scope: &Scope<'_>,
    findings: &mut Findings<'_>,
) -> Fact {
    let params = &call.params;
    let arguments: Vec<Fact> = params.args.iter().map(|part| examine(part, scope, findings)).collect();
    if let Some(filter) = &params.filter {
        examine(filter, scope, findings);
    }
    let rows = Interval { low: 0, high: i128::try_from(rows_max).unwrap_or(i128::MAX) };
    let name = call.func.name().to_ascii_lowercase();
    let first = arguments.first().copied();
    let bounded: Result<(Kind, bool, Option<Interval>), (Rule, String)> = if let Some(broken) =
        forbidden_function(&name)
    {
        Err(broken)
    } else if !params.order_by.is_empty() || params.null_treatment.is_some() {
        Err((Rule::Function, "leave ORDER BY and the treatment of NULL out".to_owned()))
    } else {
        match (name.as_str(), first) {
            ("count", _) => fits(Some(rows), Kind::BigInt).map(|range| (Kind::BigInt, false, Some(range))),
            ("min" | "max", Some(fact)) => Ok((fact.kind, true, fact.range)),
            ("sum", Some(fact)) => sum(fact, rows).map(|range| (Kind::Decimal, true, range)),
            _ => Err((Rule::Function, "it may not stand here".to_owned())),
        }
    };
    match bounded {
        Ok((kind, nullable, range)) => Fact { kind, nullable, range },
        Err((rule, advice)) => {
            findings.add(rule, whole_expression, advice);
            examine_type(whole_expression, scope)
        }
    }
}

fn sum(of: Fact, rows: Interval) -> Result<Option<Interval>, (Rule, String)> {
    if of.kind != Kind::Decimal {
        return Err((Rule::SumCast, "write SUM(CAST(x AS DECIMAL(38,0)))".to_owned()));
    }
    let Some(range) = of.range else { return Ok(None) };
    fits(corners(range, rows, i128::checked_mul), Kind::Decimal).map(Some)
}

/// Anything of the expression's kind: used after a finding, so that it is told once.
fn examine_type(expression: &Expr, scope: &Scope<'_>) -> Fact {
    use datafusion::logical_expr::ExprSchemable;
    let kind = expression.get_type(scope.schema).ok().and_then(|data_type| Kind::of(&data_type));
    let kind = kind.unwrap_or(Kind::BigInt);
    Fact { kind, nullable: true, range: Some(super::arithmetic::whole(kind)) }
}
