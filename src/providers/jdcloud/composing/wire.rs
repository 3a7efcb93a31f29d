//! Operations and errors as documented (`wire/jdcloud.md` §1.2, §1.3, §3).

use super::super::errors::ling::{LING, LingService};
use super::super::errors::tables::{GATEWAY, SYSTEM, joined};
use super::super::errors::{self, ErrorTable};
use crate::exchange::{Refusal, Reply};
use crate::providers::{CallContext, DocumentedError};

pub(super) const CUSTOM: &str = "compose-image";
pub(super) const INTELLIGENT: &str = "compose-image-intel";
pub(super) const DESIGN: &str = "design";

/// Every documented error: of the services, of the platform, of the gateway.
pub(super) static CATALOGUE: [DocumentedError; LING.len() + SYSTEM.len() + GATEWAY.len()] =
    joined(&[&LING, &SYSTEM, &GATEWAY]);

/// A refusal in JD Cloud's words.
pub(super) fn refuse(refusal: &Refusal, context: &CallContext) -> Reply {
    let service = context
        .operation
        .map(|_| &LingService { further: &[] } as &dyn ErrorTable);
    errors::refuse(service, refusal, context)
}
