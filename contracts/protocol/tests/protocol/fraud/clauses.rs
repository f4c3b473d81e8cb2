//! clauses
