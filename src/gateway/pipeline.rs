//! The pipeline, stage by stage. The order is fixed and written here, once.

use super::answer::requested_error;
use super::in_flight::{InFlightCall, sleep_pending_delay};
use super::refuse::ShortCircuit;
use super::{Gateway, Route};
use crate::exchange::{Failure, PipelineStage, Reply};
use crate::faults::FaultStage;
use crate::jobs::JobFaults;
use crate::providers::{CallContext, Operation};
use crate::world::{ApiKey, covers};
use std::sync::Arc;

impl Gateway {
    /// Takes a call that is read to an answer in the vendor's words, or to whatever end faults decide on.
    pub async fn run_pipeline(&self, in_flight: &mut InFlightCall, route: Route, key: Option<Arc<ApiKey>>) {
        let route = resolved(in_flight, route);
        let arrival = self.inject(in_flight, route, FaultStage::Arrival).await;
        let mut context = Arc::new(call_context(in_flight, route));
        let served = match arrival {
            Ok(()) => self.serve(in_flight, route, key.as_deref(), &mut context).await,
            Err(early) => Err(early),
        };
        let reply = match served {
            Ok(reply) => route.provider.seal(reply, &context),
            Err(ShortCircuit::Refuse(refusal)) => Self::refuse(in_flight, route, &refusal, &context),
            Err(ShortCircuit::Answer(reply)) => *reply,
            Err(ShortCircuit::End) => return sleep_pending_delay(in_flight).await,
            Err(ShortCircuit::Broken) => return self.reply_internal_error(in_flight),
        };
        if route.provider.spec().has_jobs {
            self.jobs.wait_until_scheduled().await;
        }
        if self.faults.keeps_answers() && reply.units > 0 {
            in_flight.world.remember_answer(context.operation_name(), &reply);
        }
        in_flight.set_reply(reply);
        self.inject_into_response(in_flight, route);
        sleep_pending_delay(in_flight).await;
    }

    async fn serve(
        &self,
        in_flight: &mut InFlightCall,
        route: Route,
        key: Option<&ApiKey>,
        context: &mut Arc<CallContext>,
    ) -> Result<Reply, ShortCircuit> {
        let operation = check_request(in_flight, route)?;
        self.authenticate(in_flight, route, key)?;
        Self::admit(in_flight, route, key)?;
        self.inject(in_flight, route, FaultStage::Service).await?;
        let own = Arc::make_mut(context);
        own.wrong_verdict.clone_from(&in_flight.plan.wrong_verdict);
        own.damage = in_flight.plan.damage;
        own.job_faults.clone_from(&in_flight.plan.job_faults);
        requested_error(in_flight, route)?;
        self.answer(in_flight, operation, context).await
    }
}

/// The facts of the call, for the provider's code.
fn call_context(in_flight: &InFlightCall, route: Route) -> CallContext {
    let world = &in_flight.world;
    CallContext {
        call: in_flight.call.clone(),
        provider: route.provider.spec(),
        operation: route.operation,
        request_id: in_flight.pending.entry.request_id,
        world: world.name.clone(),
        key: in_flight.pending.entry.key.as_str().into(),
        clock: world.clock.clone(),
        arrived: in_flight.pending.entry.arrived,
        remaining: remaining(in_flight, route),
        settings: in_flight.settings.clone(),
        expectations: world.expectations.clone(),
        provider_key: world.provider_key(route.provider.spec().vendor),
        skew: in_flight.plan.skew,
        wrong_verdict: None,
        damage: None,
        job_faults: JobFaults::default(),
    }
}

/// The route with the operation that the body tells, where the path alone does not.
fn resolved(in_flight: &mut InFlightCall, route: Route) -> Route {
    let Some(operation) = route.operation else {
        return route;
    };
    let route = Route {
        operation: Some(route.provider.resolve_operation(operation, &in_flight.call)),
        ..route
    };
    in_flight.set_route(route);
    route
}

/// Checks that the path is an operation, the method its own, and the body within what the edge keeps.
fn check_request(in_flight: &mut InFlightCall, route: Route) -> Result<&'static Operation, ShortCircuit> {
    let Some(operation) = route.operation else {
        let failure = Failure::NoSuchOperation;
        return Err(ShortCircuit::refuse(
            in_flight,
            PipelineStage::Route,
            "path",
            failure,
        ));
    };
    if !route.method_fits {
        let failure = Failure::MethodNotAllowed;
        return Err(ShortCircuit::refuse(
            in_flight,
            PipelineStage::Route,
            "method",
            failure,
        ));
    }
    if in_flight.call.body_len > in_flight.call.body.len() as u64 {
        let failure = Failure::TooLarge {
            limit: operation.body_cap,
        };
        return Err(ShortCircuit::refuse(
            in_flight,
            PipelineStage::Edge,
            "size",
            failure,
        ));
    }
    Ok(operation)
}

/// Charged calls left of the tightest quota after this one, where there is a quota.
fn remaining(in_flight: &InFlightCall, route: Route) -> Option<u64> {
    let operation = route.operation.map_or("", |operation| operation.full_name);
    let limits = in_flight.settings.limits.iter();
    let covering = limits.filter(|(scope, _)| covers(scope, operation));
    let quotas = covering.filter_map(|(scope, limit)| Some((scope, limit.quota.as_ref()?)));
    let left = quotas.map(|(scope, quota)| {
        let arrived = in_flight.pending.entry.arrived;
        let admission = &in_flight.world.admission;
        let used = admission.usage(|usage| usage.used(scope, quota.per, arrived));
        quota.calls.saturating_sub(used + 1)
    });
    left.min()
}
