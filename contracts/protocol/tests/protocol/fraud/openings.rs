//! openings
