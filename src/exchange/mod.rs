//! The words all rooms speak: a call, a reply, a reason to say no, and the row that is kept of it.

mod attribution;
mod call;
mod credential;
mod entry;
mod failure;
mod fingerprint;
mod record;
mod reply;
mod request_id;
mod tally;
mod trail;
mod volume;

pub use attribution::{Attribution, Party};
pub use call::{Call, Headers};
pub use credential::{Credential, Scheme, Secret, Vendor};
pub use entry::{Entry, Outcome, Paid};
pub use failure::{AuthFlaw, Failure, InputFlaw};
pub use fingerprint::{fingerprint, opening_boundary};
pub use record::{Hash, RECORD, Records, cell, chained};
pub use reply::Reply;
pub use request_id::RequestId;
pub use tally::{SERVICE_COUNTS, Service, ServiceRow, Trouble};
pub use trail::{Decision, Stage, Trail, Verdict};
pub use volume::Volume;
