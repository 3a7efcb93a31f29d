//! Operations and errors as documented (`wire/jdcloud.md` §1.2, §1.3, §3).

use super::super::ling::{LING, Ling};
use super::super::refusal::{self, Service};
use super::super::system::{GATEWAY, SYSTEM, joined};
use crate::exchange::{Call, Failure, Reply};
use crate::providers::{CatalogueRow, Desk, Operation};

pub(super) const CUSTOM: &str = "compose-image";
pub(super) const INTELLIGENT: &str = "compose-image-intel";
pub(super) const DESIGN: &str = "design";
pub(super) const TEMPLATES: &str = "intel-templates";
pub(super) const STYLE: &str = "predict-style";
pub(super) const COLOURS: &str = "fill-image-color";

/// Every documented error: of the services, of the platform, of the gateway.
pub(super) static CATALOGUE: [CatalogueRow; LING.len() + SYSTEM.len() + GATEWAY.len()] =
    joined(&[&LING, &SYSTEM, &GATEWAY]);

/// Says a failure in JD Cloud's words.
pub(super) fn refuse(operation: Option<&Operation>, call: &Call, failure: &Failure, desk: &Desk) -> Reply {
    let service = operation.map(|_| &Ling { further: &[] } as &dyn Service);
    refusal::refuse(service, call, failure, desk)
}
