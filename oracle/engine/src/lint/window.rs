//! Window functions: ROW_NUMBER over a total order.

use datafusion::logical_expr::Expr;
use datafusion::logical_expr::expr::{Sort, WindowFunction};

use super::cast::row_numbers;
use super::expression::{Fact, Findings, Scope, examine};
use super::finding::Rule;
use crate::relations::{Kind, RelationFacts};

/// What a window function over the rows of `input` gives.
pub(super) fn window(
    whole_expression: &Expr,
    call: &WindowFunction,
    input: &RelationFacts,
    scope: &Scope<'_>,
    findings: &mut Findings<'_>,
) -> Fact {
    let params = &call.params;
    let parts = params.args.iter().chain(&params.partition_by);
    for part in parts.chain(params.order_by.iter().map(|sort| &sort.expr)) {
        examine(part, scope, findings);
    }
    if !call.fun.name().eq_ignore_ascii_case("row_number") {
        let advice = "the only window function is ROW_NUMBER; aggregate in a query of its own and join";
        findings.add(Rule::Function, whole_expression, advice);
    }
    let by: Vec<&Expr> = params.partition_by.iter().chain(order_expressions(&params.order_by)).collect();
    if let Err(advice) = total_order(&by, input, scope) {
        findings.add(Rule::TotalOrder, whole_expression, advice);
    }
    Fact { kind: Kind::RowNumber, nullable: false, range: Some(row_numbers(input.rows_max)) }
}

pub(super) fn order_expressions(order: &[Sort]) -> impl Iterator<Item = &Expr> {
    order.iter().map(|sort| &sort.expr)
}

/// That no two rows agree in all of the expressions; else what to add.
pub(super) fn total_order(by: &[&Expr], input: &RelationFacts, scope: &Scope<'_>) -> Result<(), String> {
    let columns: Vec<usize> = by
        .iter()
        .filter_map(|expression| match expression {
            Expr::Column(column) => scope.schema.index_of_column(column).ok(),
            _ => None,
        })
        .collect();
    if input.keys.iter().any(|key| key.iter().all(|column| columns.contains(column))) {
        return Ok(());
    }
    let named = |key: &Vec<usize>| {
        let names: Vec<&str> = key.iter().map(|&column| input.columns[column].name.as_str()).collect();
        format!("({})", names.join(", "))
    };
    let known: Vec<String> = input.keys.iter().map(named).collect();
    Err(if known.is_empty() {
        "no set of columns is known to be unique here; group by what makes a row before".to_owned()
    } else {
        format!("order by a unique set of columns as well: {}", known.join(" or "))
    })
}
