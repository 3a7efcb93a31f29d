//! The provider's own answer: at once, computed on the pool, or computed from what was fetched first.

use super::in_flight::InFlightCall;
use super::pool::PoolFullError;
use super::refuse::ShortCircuit;
use super::{Gateway, Route};
use crate::clock::Stopwatch;
use crate::exchange::{Failure, PipelineStage, Refusal, Reply};
use crate::outbound::{FetchRequest, FetchResult};
use crate::providers::{Answer, CallContext, Operation, Services};
use std::sync::Arc;

/// The header by which a test asks for a row of the vendor's error table.
const REQUESTED_ERROR_HEADER: &str = "x-understudy-refusal";

impl Gateway {
    /// What the provider answers. No thread is held while something is fetched.
    pub(super) async fn answer(
        &self,
        in_flight: &mut InFlightCall,
        operation: &'static Operation,
        context: &Arc<CallContext>,
    ) -> Result<Reply, ShortCircuit> {
        match (operation.handle)(context, &self.services) {
            Ok(Answer::Ready(reply)) => Ok(reply),
            Ok(Answer::Compute(work)) => self.compute(in_flight, context, work).await,
            Ok(Answer::Fetch(requests, work)) => {
                let fetched = self.fetch(in_flight, &requests).await;
                let work = move |context: &CallContext, services: &Services| work(fetched, context, services);
                self.compute(in_flight, context, work).await
            }
            Err(refusal) => Err(refuse(in_flight, "input", refusal)),
        }
    }

    /// Makes the requests, none of our own work meanwhile.
    async fn fetch(&self, in_flight: &mut InFlightCall, requests: &[FetchRequest]) -> Vec<FetchResult> {
        let pause = Stopwatch::start();
        let fetched = self.outbound.fetch_all(requests).await;
        in_flight.own_time.leave_out(pause.elapsed());
        fetched
    }

    async fn compute(
        &self,
        in_flight: &mut InFlightCall,
        context: &Arc<CallContext>,
        work: impl FnOnce(&CallContext, &Services) -> Result<Reply, Refusal> + Send + 'static,
    ) -> Result<Reply, ShortCircuit> {
        let (context, services) = (context.clone(), self.services.clone());
        match self.pool.run(move || work(&context, &services)).await {
            Ok(Ok(Ok(reply))) => Ok(reply),
            Ok(Ok(Err(refusal))) => Err(refuse(in_flight, "input", refusal)),
            Ok(Err(_panic)) => Err(ShortCircuit::Broken),
            Err(PoolFullError) => Err(refuse(in_flight, "pool", Failure::Overloaded.into())),
        }
    }
}

fn refuse(in_flight: &mut InFlightCall, rule: &'static str, refusal: Refusal) -> ShortCircuit {
    ShortCircuit::refuse(in_flight, PipelineStage::Answer, rule, refusal)
}

/// Gives the row of the error table that the call asks for, where it does.
pub(super) fn requested_error(in_flight: &mut InFlightCall, route: Route) -> Result<(), ShortCircuit> {
    let obeyed = !in_flight.settings.ignore_rehearsals;
    let code = in_flight
        .call
        .headers
        .get(REQUESTED_ERROR_HEADER)
        .filter(|_| obeyed);
    let mut rows = route.provider.spec().catalogue.iter();
    let row = code.and_then(|code| rows.find(|row| row.code == code));
    match row {
        Some(row) => Err(refuse(in_flight, "rehearsal", Refusal::documented(row.code))),
        None => Ok(()),
    }
}
