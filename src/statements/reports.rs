//! Makes reports off the threads that must not wait.

use super::claims::{self, ClaimFilter, ClaimGrant, ClaimView};
use super::cycles;
use super::{CycleAccounts, CycleTerms, Reconciliation, StatementError, StatementRequest, StatementView};
use crate::ledger::Ledger;
use crate::providers::Providers;
use crate::sla::reconcile::{ClientLog, MatchTolerance};
use crate::sla::{Contract, ReadingPolicy, WorkdayCalendar};
use crate::spelling::{nearest_name, suggest};
use crate::store::{Store, StoreExecutor};
use crate::world::{World, Worlds};
use serde_json::{Value, json};
use std::sync::Arc;

/// Makes statements and what is derived from them. Cheap to clone.
#[derive(Clone)]
pub struct Statements {
    /// Runs the reports.
    pub store: StoreExecutor,
    /// Writes the rows that statements count.
    pub ledger: Arc<Ledger>,
    /// The worlds, with what they bought.
    pub worlds: Arc<Worlds>,
    /// The providers, with their contracts.
    pub providers: Providers,
    /// Working days.
    pub calendar: Arc<WorkdayCalendar>,
}

impl Statements {
    /// Opens the accounts of a cycle and gives them to `make`, on a blocking thread. Rows of calls that have ended are
    /// committed first.
    ///
    /// # Errors
    /// When the request names something unknown or impossible, the store fails, or `make` fails.
    pub async fn report<T: Send + 'static>(
        &self,
        request: StatementRequest,
        make: impl FnOnce(CycleAccounts) -> Result<T, StatementError> + Send + 'static,
    ) -> Result<T, StatementError> {
        let terms = self.terms(request)?;
        self.ledger.flush().await;
        let report = move |store: &Arc<dyn Store>| make(CycleAccounts::open(terms, store.clone())?);
        self.store.report(report).await
    }

    /// The statement of a cycle as JSON.
    ///
    /// # Errors
    /// When the request names something unknown, the cycle cannot be settled, or the store fails.
    pub async fn statement(&self, request: StatementRequest) -> Result<Value, StatementError> {
        let make = |accounts: CycleAccounts| {
            let view = StatementView::new(&accounts)?;
            serde_json::to_value(view).map_err(|why| StatementError::impossible("cycle", why.to_string()))
        };
        self.report(request, make).await
    }

    /// Joins a client's log, as it was sent, with the ledger's rows of a cycle.
    ///
    /// # Errors
    /// When the log is neither NDJSON nor CSV; else as [`report`](Self::report).
    pub async fn reconcile(
        &self,
        request: StatementRequest,
        log: Vec<u8>,
        tolerance: MatchTolerance,
    ) -> Result<Reconciliation, StatementError> {
        let make = move |accounts: CycleAccounts| {
            let log = ClientLog::read(&log).map_err(|why| StatementError::impossible("body", why))?;
            Reconciliation::new(&accounts, log, tolerance)
        };
        self.report(request, make).await
    }

    /// Every cycle that a filter admits, with what can be claimed for it and when.
    ///
    /// # Errors
    /// When the filter names something unknown, a cycle cannot be settled, or the store fails.
    pub async fn claims(&self, filter: ClaimFilter) -> Result<Vec<ClaimView>, StatementError> {
        if let Some(world) = &filter.world {
            self.world(world)?;
        }
        if let Some(provider) = &filter.provider {
            self.contract(provider)?;
        }
        self.ledger.flush().await;
        let own = self.clone();
        let report = move |store: &Arc<dyn Store>| claims::list(&own, store, &filter);
        self.store.report(report).await
    }

    /// Decides on a claim at the world's time. [`ClaimGrant::commit`] then gives the coupon.
    ///
    /// # Errors
    /// [`StatementError::Conflict`] when the claim is refused; else as [`report`](Self::report).
    pub async fn claim(&self, request: StatementRequest) -> Result<ClaimGrant, StatementError> {
        self.report(request, |accounts| ClaimGrant::decide(&accounts))
            .await
    }

    /// Resolves what a request names. Nothing is read from the store.
    ///
    /// # Errors
    /// When the request names something unknown or impossible.
    pub(super) fn terms(&self, request: StatementRequest) -> Result<CycleTerms, StatementError> {
        let (title, contract) = self.contract(&request.key.provider)?;
        let world = self.world(&request.key.world)?;
        let readings = request.policy.as_deref().map(serde_json::from_str::<Value>);
        let readings = readings
            .transpose()
            .map_err(|why| StatementError::impossible("policy", format!("expected JSON: {why}")))?
            .unwrap_or_else(|| json!({}));
        let policy = ReadingPolicy::read(contract.settings, &readings)
            .map_err(|why| StatementError::impossible("policy", why))?;
        let settings = world.settings();
        let bought = settings.subscriptions.get(&request.key.provider);
        let placement = cycles::find(contract, bought, &request.key.cycle, &policy)?;
        Ok(CycleTerms {
            is_assumed: cycles::is_assumed(contract, bought),
            calendar: self.calendar.clone(),
            cycle: placement.cycle,
            word: request.word,
            source: request.source,
            key: request.key,
            title,
            contract,
            policy,
            readings,
            world,
        })
    }

    fn world(&self, name: &str) -> Result<Arc<World>, StatementError> {
        Ok(self.worlds.find(name)?)
    }

    /// A provider's title and contract; also of products that are not emulated yet.
    fn contract(&self, provider: &str) -> Result<(&'static str, &'static Contract), StatementError> {
        let all = self.providers.agreements();
        let found = all.iter().find(|(id, _)| *id == provider);
        let (id, contract) = found.ok_or_else(|| {
            let known: Vec<_> = all.iter().map(|(id, _)| *id).collect();
            let mut text = format!("there is no provider {provider:?}, only {}", known.join(", "));
            suggest(&mut text, nearest_name(provider, known));
            StatementError::UnknownProvider(text)
        })?;
        let title = self.providers.spec(provider).map_or(*id, |spec| spec.title);
        Ok((title, contract))
    }
}
