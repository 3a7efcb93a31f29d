//! The values that all rooms exchange: a call, a reply, a refusal, and the row that is kept of a call.

mod attribution;
mod call;
mod content;
mod credential;
mod decision;
mod entry;
mod failure;
mod fingerprint;
mod ledger_csv;
mod path_parameters;
mod refusal;
mod reply;
mod request_id;
mod service_counts;
mod settable_names;
mod workload;

pub use attribution::{Attribution, Party};
pub use call::{Call, Headers};
pub use content::{ContentDigest, ContentHasher};
pub use credential::{Credential, CredentialScheme, SecretFormat, Vendor};
pub use decision::{Decision, DecisionKind, DecisionLog, PipelineStage};
pub use entry::{LedgerEntry, Outcome, PaymentSplit};
pub use failure::{AuthError, Failure, InputError};
pub use fingerprint::fingerprint;
pub use ledger_csv::{ChainHash, LEDGER_COLUMNS, LedgerCsvWriter, chain_hash, csv_cell};
pub use path_parameters::PathParameters;
pub use refusal::{DocumentedRefusal, Refusal};
pub use reply::Reply;
pub use request_id::RequestId;
pub use service_counts::{AttributionKey, SERVICE_COUNTS, ServiceBucket, ServiceCounts};
pub use settable_names::{SettableNames, TaskNames};
pub use workload::Workload;
