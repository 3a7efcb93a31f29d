//! Contracts as data: what a provider promises, with the clause beside each fact.
#![deny(clippy::float_arithmetic)]

mod contract;

pub use contract::{Cause, Contract, Term};
