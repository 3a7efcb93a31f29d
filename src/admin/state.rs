//! What the admin API works on.

use super::{ProblemDetails, RequestGuard};
use crate::clock::{Clock, Time};
use crate::gateway::Gateway;
use crate::statements::Statements;
use crate::store::StoreExecutor;
use crate::world::{WorldError, Worlds};
use actix_web::web::Data;
use tokio::sync::Mutex;

/// What the admin API works on. One thread serves it, so no handler blocks: calls to the store go through `store`.
pub struct AdminState {
    /// The data plane.
    pub gateway: Data<Gateway>,
    /// Runs calls to the store.
    pub store: StoreExecutor,
    /// Makes statements.
    pub statements: Statements,
    /// Held while a handler reads worlds or keys and writes them changed: the others wait for their turn.
    pub changes: Mutex<()>,
    /// The server's clock.
    pub clock: Clock,
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

impl AdminState {
    /// Changes worlds or keys, which writes the store, on a blocking thread.
    pub(super) async fn change_worlds<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Worlds) -> Result<T, WorldError> + Send + 'static,
    ) -> Result<T, ProblemDetails> {
        let worlds = self.gateway.worlds.clone();
        Ok(self.store.run(move |_| change(&worlds)).await?)
    }
}
