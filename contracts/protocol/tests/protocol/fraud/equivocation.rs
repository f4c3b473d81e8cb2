//! equivocation
