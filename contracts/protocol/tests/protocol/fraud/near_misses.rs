//! near_misses
