//! Tests of the server from outside, in one binary: a module for each subject.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::pedantic,
    reason = "a test may panic, says why it is skipped, and reads best plain"
)]

mod support;

mod admin;
mod admission;
mod architecture;
mod clients;
mod clock;
mod composing;
mod conformance;
mod earlier_store;
mod events;
mod example;
mod faults;
mod files;
mod hostile;
mod isolation;
mod ledger;
mod mattes;
mod pictures;
mod program;
mod providers;
mod sla;
mod sockets;
mod statements;
mod tupu;
mod unknown_names;
