//! The server from outside, in one binary: a room of tests a file.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may panic, and says why it is skipped")]

mod support;

mod admin;
mod admission;
mod architecture;
mod clients;
mod clock;
mod conformance;
mod files;
mod ledger;
mod mattes;
mod pictures;
mod program;
mod sockets;
