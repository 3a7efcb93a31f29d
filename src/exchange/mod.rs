//! The words all rooms speak: a call, a reply, a reason to say no, and the row that is kept of it.

mod attribution;
mod call;
mod credential;
mod decision;
mod entry;
mod failure;
mod fingerprint;
mod ledger_csv;
mod reply;
mod request_id;
mod service_counts;
mod workload;

pub use attribution::{Attribution, Party};
pub use call::{Call, Headers};
pub use credential::{Credential, CredentialScheme, SecretFormat, Vendor};
pub use decision::{Decision, DecisionKind, DecisionLog, PipelineStage};
pub use entry::{LedgerEntry, Outcome, PaymentSplit};
pub use failure::{AuthError, Failure, InputError};
pub use fingerprint::{fingerprint, opening_boundary};
pub use ledger_csv::{ChainHash, LEDGER_COLUMNS, LedgerCsvWriter, chain_hash, csv_cell};
pub use reply::Reply;
pub use request_id::RequestId;
pub use service_counts::{AttributionKey, SERVICE_COUNTS, ServiceBucket, ServiceCounts};
pub use workload::Workload;
