//! Understudy takes the part of image and content clouds, so that the people who depend on them can test,
//! drill and benchmark without them. `README.md` says what it does, `ARCHITECTURE.md` how it is built.
//!
//! The modules below (*rooms* in `ARCHITECTURE.md`) are listed from the ground up. A room uses rooms below it and some on its
//! own floor, never one above; `tests/architecture` has the list.
//!
//! # What comments cite
//!
//! Comments give the source of a fact. These are not in the repository:
//!
//! - `wire/jdcloud.md`, `wire/tupu.md`, and in the vendor's folder a bare `§3.5` or `wire §3.5`: our notes on what the vendor's public
//!   documents, recorded replies and clients show. `D1`, `R1` are documents and recordings in those notes; `INFERRED` marks what none
//!   of them says, so that we chose it.
//! - `000` JD Cloud image matting, `001` JD Cloud composing, `002` Tupu, `003` Kling, `004` Face++: the vendors' published agreements.
//!   `002 三.5` is clause 三.5 of Tupu's.
//! - `sla.md` (also `contract/sla.md`): our notes on the agreements. `J5`, `K12`, `T6`, `A3` number the ambiguities found there: J of
//!   JD Cloud's, K of Kling's, T of Tupu's, A of all of them. `sla/clauses.rs` says of each what its readings are.

// Ground floor: values, time and chance.
pub mod clock;
pub mod dice;
pub mod exchange;
pub mod forms;
pub mod spelling;
pub mod strict_json;

// First floor: engines, none of which knows a vendor.
pub mod billing;
pub mod composition;
pub mod faults;
pub mod imaging;
pub mod jobs;
pub mod ledger;
pub mod media;
pub mod outbound;
pub mod recognition;
pub mod signing;
pub mod sla;
pub mod store;
pub mod typography;

// Mezzanine: all that changes, by tenant.
pub mod world;

// Second floor: the vendors.
pub mod providers;

// Third floor: the data plane, the control API, and the statements of service.
pub mod admin;
pub mod gateway;
pub mod statements;

// Roof: puts the parts together.
pub mod app;
pub mod cli;
pub mod settings;
pub mod telemetry;

mod embedding;

pub use embedding::{Running, Understudy};
