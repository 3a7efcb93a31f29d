//! The services that every call shares, apart from the facts of one call.

use crate::composition::Composer;
use crate::imaging::Studio;
use crate::outbound::OutboundClient;
use crate::world::{Jobs, Records, ResultFiles, TemplateStore};
use std::sync::Arc;

/// What handlers work with. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// Works on pictures.
    pub studio: Arc<Studio>,
    /// Composes pictures.
    pub composer: Arc<Composer>,
    /// Templates that users uploaded.
    pub templates: Arc<TemplateStore>,
    /// Result files.
    pub files: Arc<ResultFiles>,
    /// Asynchronous work.
    pub jobs: Arc<Jobs>,
    /// Durable records of the worlds: what a vendor keeps between calls.
    pub records: Arc<Records>,
    /// Checks addresses; requests are made by the gateway, not by handlers.
    pub outbound: OutboundClient,
}
