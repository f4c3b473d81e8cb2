//! Invariants of fraud proofs: an honest report is never convicted (soundness), and a dishonest one that can be opened always
//! is, while one that cannot be opened leaves a demand without an answer (completeness).

mod clauses;
mod completeness;
mod demands;
mod equivocation;
mod forge;
mod hand;
mod malformed;
mod near_misses;
mod openings;
mod search;
mod soundness;
mod strategy;
mod tamper;
mod world;
