//! The command line as a user meets it: the built binary, its files, its words and its exit codes.

mod chain;
mod churn;
mod config;
mod data;
mod evaluate;
mod help;
mod import;
mod init;
mod keys;
mod links;
mod lock;
mod prices;
mod registry;
mod search;
mod spec;
mod tables;
mod world;
