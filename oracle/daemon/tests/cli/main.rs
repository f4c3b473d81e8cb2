//! The command line as a user meets it: the built binary, its files, its words and its exit codes.

mod chain;
mod config;
mod data;
mod evaluate;
mod features;
mod exports;
mod help;
mod import;
mod import_events;
mod init;
mod keys;
mod links;
mod lock;
mod prices;
mod simulate;
mod spec;
mod tables;
mod world;
