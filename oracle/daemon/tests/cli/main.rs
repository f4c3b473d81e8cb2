//! The command line as a user meets it: the built binary, its files, its words and its exit codes.

mod behaviour;
mod chain;
mod churn;
mod columns;
mod config;
mod data;
mod evaluate;
mod exports;
mod fairness;
mod features;
mod help;
mod import;
mod import_events;
mod init;
mod insight;
mod keys;
mod links;
mod lock;
mod prices;
mod registry;
mod search;
mod simulate;
mod spec;
mod tables;
mod world;
