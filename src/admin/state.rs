//! What the admin API works on.

use super::RequestGuard;
use crate::clock::{Clock, Time};
use crate::gateway::Gateway;
use crate::sla::WorkdayCalendar;
use crate::store::Store;
use actix_web::web::Data;
use std::sync::Arc;

/// What the admin API works on. Its own threads serve it, so calls to the store may block here.
pub struct AdminState {
    /// The data plane.
    pub gateway: Data<Gateway>,
    /// Where things are kept.
    pub store: Arc<dyn Store>,
    /// The server's clock.
    pub clock: Clock,
    /// Working days.
    pub calendar: Arc<WorkdayCalendar>,
    /// Who may come in.
    pub guard: RequestGuard,
    /// The seed in force.
    pub seed: u64,
    /// Which run on this store this is.
    pub run: u64,
    /// The store, as configured, without a password.
    pub store_url: String,
    /// Real time of the start.
    pub started: Time,
}
