//! The command line as a user meets it: the built binary, its files, its words and its exit codes.

mod behaviour;
mod chain;
mod config;
mod data;
mod evaluate;
mod features;
mod exports;
mod fairness;
mod help;
mod import;
mod import_events;
mod init;
mod insight;
mod keys;
mod links;
mod lock;
mod prices;
mod simulate;
mod spec;
mod tables;
mod world;
