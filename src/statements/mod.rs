//! Statements of service, made from the ledger's five-minute counts, and everything derived from them: other readings,
//! error budgets, reconciliation with a client's log, claims, evidence, OpenSLO.
//!
//! [`Statements`] is the way in. It makes each report on a blocking thread, so that no caller waits on the store or on
//! arithmetic over a whole cycle.

mod accounts;
mod archive;
mod budget;
mod claim_calendar;
mod claims;
mod csv_table;
mod cycles;
mod error;
mod evidence;
mod incidents;
mod openslo;
mod readings;
mod reconcile;
mod reports;
mod statement;

pub use accounts::{CountSource, CycleAccounts, CycleTerms, StatementKey, StatementRequest};
pub use budget::ErrorBudget;
pub use claim_calendar::claim_calendar;
pub use claims::{ClaimFilter, ClaimGrant, ClaimState, ClaimView, GrantedClaim};
pub use csv_table::CsvTable;
pub use error::StatementError;
pub use evidence::Evidence;
pub use incidents::{Incident, incidents};
pub use openslo::openslo_yaml;
pub use readings::{AlternativeReading, alternative_readings};
pub use reconcile::Reconciliation;
pub use reports::Statements;
pub use statement::{StatementView, buckets_table, minute, steps_table};
