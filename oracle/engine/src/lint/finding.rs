//! What the linter says.

use std::fmt;

use serde::Serialize;

/// A rule of exact feature SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// One SELECT per file, of bounded length.
    Statement,
    /// The engine can plan it.
    Plan,
    /// No floating point.
    Float,
    /// No average, median, percentile or approximation.
    InexactAggregate,
    /// No timestamps, dates, intervals.
    Time,
    /// Only BIGINT, DECIMAL(38,0), text and truth values.
    Type,
    /// Only listed functions and operators.
    Function,
    /// Nothing that differs from call to call.
    Volatile,
    /// No collation.
    Collation,
    /// Division and remainder only through the macro, by what is proven to be at least 1.
    Division,
    /// Sums are of DECIMAL(38,0).
    SumCast,
    /// No arithmetic that could overflow.
    Overflow,
    /// Row numbers over a total order.
    TotalOrder,
    /// LIMIT over a total order.
    Limit,
    /// The columns that the set declares.
    Columns,
}

impl Rule {
    /// What the rule says.
    pub fn says(self) -> &'static str {
        match self {
            Self::Statement => "a file holds one SELECT",
            Self::Plan => "the query must be one the engine understands",
            Self::Float => "floating point depends on the order of rows",
            Self::InexactAggregate => "this aggregate is not exact on every engine",
            Self::Time => "engines disagree about timestamps",
            Self::Type => "only BIGINT, DECIMAL(38,0), text and truth values are exact",
            Self::Function => "only listed functions and operators are exact on every engine",
            Self::Volatile => "the result must depend on the rows alone",
            Self::Collation => "text is compared by its bytes",
            Self::Division => "engines round divisions differently",
            Self::SumCast => "a sum of BIGINT wraps silently",
            Self::Overflow => "BIGINT arithmetic wraps silently",
            Self::TotalOrder => "rows that tie are numbered by chance",
            Self::Limit => "rows that tie are dropped by chance",
            Self::Columns => "the last query gives the columns that the set declares",
        }
    }
}

/// One place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LintFinding {
    /// The file.
    pub file: String,
    /// The rule.
    pub rule: Rule,
    /// The expression, as the engine prints it, or the place in the text.
    pub expression: String,
    /// What to do.
    pub advice: String,
}

impl fmt::Display for LintFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}; {}", self.file, self.expression, self.rule.says(), self.advice)
    }
}
