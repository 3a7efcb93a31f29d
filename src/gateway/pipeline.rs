//! The road, stage by stage. The order is fixed and written here, once.

use super::faults::Course;
use super::in_flight::{InFlightCall, prices, sleep_pending_delay};
use super::pool::{Pool, PoolFullError};
use super::{Metrics, Route, Routes};
use crate::clock::{Clock, Time};
use crate::composition::Composer;
use crate::exchange::{AuthError, Call, Decision, Failure, LedgerEntry, Outcome, PipelineStage, Reply};
use crate::faults::FaultStage;
use crate::imaging::Studio;
use crate::jobs::JobFaults;
use crate::ledger::Ledger;
use crate::outbound::OutboundClient;
use crate::providers::{Answer, AuthContext, CallContext, Operation, Providers};
use crate::world::faults::FaultRegistry;
use crate::world::{
    AdmissionRequest, ApiKey, Jobs, KeyState, ResultFiles, TemplateStore, World, Worlds, covers,
};
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Everything a call meets on its way.
pub struct Gateway {
    /// The providers that are emulated.
    pub providers: Providers,
    /// Worlds and keys.
    pub worlds: Arc<Worlds>,
    /// What goes wrong.
    pub faults: Arc<FaultRegistry>,
    /// The durable record.
    pub ledger: Arc<Ledger>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Where pictures are worked on.
    pub studio: Arc<Studio>,
    /// Where pictures are composed.
    pub composer: Arc<Composer>,
    /// Templates users upload.
    pub templates: Arc<TemplateStore>,
    /// Result files.
    pub files: Arc<ResultFiles>,
    /// Asynchronous work.
    pub jobs: Arc<Jobs>,
    /// What leaves the machine.
    pub outbound: Arc<OutboundClient>,
    /// CPU work.
    pub pool: Pool,
    /// All paths.
    pub routes: Routes,
    /// Compare signature timestamps with the world's time instead of real time.
    pub virtual_signatures: bool,
    /// Add `x-understudy-*` headers to replies.
    pub public_headers: bool,
    /// The server's clock.
    pub clock: Clock,
    /// Whether an outage of everything is in force.
    pub is_out: AtomicBool,
}

/// The route with the operation that the body tells, where the path alone does not.
fn resolved_route(in_flight: &mut InFlightCall, route: Route) -> Route {
    let Some(operation) = route.operation else {
        return route;
    };
    let operation = route.provider.resolve_operation(operation, &in_flight.call);
    in_flight.pending.entry.operation = Cow::Borrowed(operation.id);
    in_flight.operation = Some(operation);
    Route {
        operation: Some(operation),
        ..route
    }
}

/// The header by which a test asks for a row of the vendor's error catalogue.
const REQUESTED_ERROR_HEADER: &str = "x-understudy-refusal";

impl Gateway {
    /// Opens a page for a call of which nothing is read yet. `None`: the server is stopping.
    pub async fn begin_call(&self) -> Option<Box<InFlightCall>> {
        let world = self.worlds.demo();
        let pending = self.ledger.open(blank(&world)).await?;
        Some(InFlightCall::begin(
            pending,
            world,
            (self.metrics.clone(), self.public_headers),
        ))
    }

    /// Finds where the call leads and whose it is.
    pub fn identify(
        &self,
        in_flight: &mut InFlightCall,
        call: &Call,
    ) -> Option<(Route, Option<Arc<ApiKey>>)> {
        let route = self.routes.find(call);
        let claim = route.and_then(|route| route.provider.claimed_key_id(call));
        let key = match (&route, &claim) {
            (Some(route), Some(id)) => self.worlds.key(route.provider.spec().vendor.id, id),
            (None, _) | (_, None) => None,
        };
        let world = key
            .as_ref()
            .and_then(|key| self.worlds.get(&key.world))
            .unwrap_or_else(|| self.worlds.demo());
        let arrived = world.clock.now();
        in_flight.assign_world(world, arrived);
        in_flight.pending.entry.key = claim.map(Cow::into_owned).unwrap_or_default();
        let found = Decision::pass(
            PipelineStage::World,
            "world",
            match &key {
                Some(_) => "the claimed key is one of this world",
                None => "no known key is claimed, so the call is of the demo world",
            },
        );
        in_flight
            .decisions
            .push(found.otherwise("a key of another world"));
        let route = route?;
        in_flight.pending.entry.provider = Cow::Borrowed(route.provider.spec().id);
        if let Some(operation) = route.operation {
            in_flight.pending.entry.operation = Cow::Borrowed(operation.id);
            in_flight.operation = Some(operation);
        }
        Some((route, key))
    }

    /// From a call that is read to an answer in the vendor's words, or to whatever end faults decide on.
    pub async fn run_pipeline(&self, in_flight: &mut InFlightCall, route: Route, key: Option<Arc<ApiKey>>) {
        let route = resolved_route(in_flight, route);
        let struck = self.injection(in_flight, route, FaultStage::Arrival).await;
        let struck = halted_by(struck);
        let mut call_context = self.call_context(in_flight, route);
        let served = match struck {
            None => {
                self.serve(in_flight, route, key.as_deref(), &mut call_context)
                    .await
            }
            Some(struck) => Err(struck),
        };
        let reply = match served {
            Ok(reply) => route.provider.seal(reply, &in_flight.call, &call_context),
            Err(ShortCircuit::Refuse(failure)) => Self::refuse(in_flight, route, &failure, &call_context),
            Err(ShortCircuit::Answer(reply)) => *reply,
            Err(ShortCircuit::End) => return sleep_pending_delay(in_flight).await,
            Err(ShortCircuit::Broken) => return self.reply_internal_error(in_flight),
        };
        if route.provider.spec().has_jobs {
            self.jobs.wait_until_scheduled().await;
        }
        if self.faults.keeps_answers() && reply.units > 0 {
            in_flight.world.remember_answer(call_context.operation, &reply);
        }
        in_flight.set_reply(reply);
        self.strike_answer(in_flight, route);
        sleep_pending_delay(in_flight).await;
    }

    /// A refusal in the vendor's words.
    fn refuse(
        in_flight: &mut InFlightCall,
        route: Route,
        failure: &Failure,
        call_context: &CallContext,
    ) -> Reply {
        let mut reply = route
            .provider
            .refuse(route.operation, &in_flight.call, failure, call_context);
        in_flight.limit = failure.limit().filter(|_| in_flight.plan.ended_by.is_none());
        if let Some(wait) = in_flight.plan.retry_after {
            // Whole seconds (RFC 9110 §10.2.3), rounded up: earlier would be refused again.
            let seconds = wait.as_millis().div_ceil(1000);
            reply.push_header("retry-after", seconds.to_string());
        }
        route.provider.seal(reply, &in_flight.call, call_context)
    }

    /// A call nobody serves.
    pub fn reply_not_routed(&self, in_flight: &mut InFlightCall) {
        let known: Vec<_> = self.providers.specs().map(|spec| spec.id).collect();
        in_flight.decisions.push(
            Decision::refuse(
                PipelineStage::Route,
                "path",
                "no provider serves this path or host",
            )
            .otherwise(known.join(", ")),
        );
        let body = serde_json::json!({
            "error": "no provider is served at this path",
            "path": in_flight.call.path,
        });
        let mut reply = Reply::json(404, "application/json", body.to_string().into_bytes());
        reply.push_header("x-understudy-cause", "no-such-operation");
        in_flight.set_reply(reply);
    }

    /// We broke: no vendor's face, no charge, no place in an SLA.
    pub fn reply_internal_error(&self, in_flight: &mut InFlightCall) {
        let mut reply = Reply::json(
            500,
            "application/json",
            br#"{"error":"understudy broke; see its log"}"#.to_vec(),
        );
        reply.push_header("x-understudy-broken", "1");
        in_flight.set_reply(reply);
        in_flight.pending.entry.outcome = Outcome::Broken;
    }

    fn call_context(&self, in_flight: &InFlightCall, route: Route) -> CallContext {
        let operation = route.operation.map_or("", |operation| operation.full_name);
        let settings = in_flight.settings.clone();
        let quotas = settings
            .limits
            .iter()
            .filter(|(scope, _)| covers(scope, operation));
        let remaining = quotas
            .filter_map(|(scope, limit)| Some((scope, limit.quota.as_ref()?)))
            .map(|(scope, quota)| {
                let used = in_flight
                    .world
                    .admission
                    .usage(|m| m.used(scope, quota.per, in_flight.pending.entry.arrived));
                quota.calls.saturating_sub(used + 1)
            })
            .min();
        CallContext {
            request_id: in_flight.pending.entry.request_id,
            world: in_flight.world.name.clone(),
            clock: in_flight.world.clock.clone(),
            arrived: in_flight.pending.entry.arrived,
            settings,
            remaining,
            studio: self.studio.clone(),
            composer: self.composer.clone(),
            templates: self.templates.clone(),
            files: self.files.clone(),
            key: in_flight.pending.entry.key.as_str().into(),
            history: in_flight.world.history.clone(),
            jobs: self.jobs.clone(),
            job_faults: JobFaults::default(),
            outbound: self.outbound.clone(),
            expectations: in_flight.world.expectations.clone(),
            provider_key: in_flight.world.provider_key(route.provider.spec().vendor),
            base_url: in_flight.call.base_url.clone(),
            skew: in_flight.plan.skew,
            wrong_verdict: None,
            damage: None,
            operation,
        }
    }

    async fn serve(
        &self,
        in_flight: &mut InFlightCall,
        route: Route,
        key: Option<&ApiKey>,
        call_context: &mut CallContext,
    ) -> Result<Reply, ShortCircuit> {
        let operation = check_request(in_flight, route)?;
        self.authenticate(in_flight, route, key)?;
        Self::admit(in_flight, route, key)?;
        if let Some(struck) = halted_by(self.injection(in_flight, route, FaultStage::Service).await) {
            return Err(struck);
        }
        call_context
            .wrong_verdict
            .clone_from(&in_flight.plan.wrong_verdict);
        call_context.damage = in_flight.plan.damage;
        call_context.job_faults.clone_from(&in_flight.plan.job_faults);
        requested_error(in_flight, route)?;
        match route.provider.answer(operation, &in_flight.call, call_context) {
            Ok(Answer::Ready(reply)) => Ok(reply),
            Ok(Answer::Work(work)) => self.work(in_flight, work).await,
            Err(failure) => Err(refused(in_flight, PipelineStage::Answer, "input", failure)),
        }
    }

    fn authenticate(
        &self,
        in_flight: &mut InFlightCall,
        route: Route,
        key: Option<&ApiKey>,
    ) -> Result<(), ShortCircuit> {
        let now = if self.virtual_signatures {
            in_flight.world.clock.now()
        } else {
            self.clock.real_now()
        };
        let now = now.plus_micros(in_flight.plan.skew);
        let proof = AuthContext {
            credential: key.map(|key| &key.credential),
            now,
            window: in_flight.settings.signature_window.map(|span| span.0),
        };
        match route
            .provider
            .authenticate(&in_flight.call, &proof)
            .and_then(|()| check_nonce(in_flight, route, now))
        {
            Ok(()) => {
                in_flight.decisions.push(Decision::pass(
                    PipelineStage::Authenticate,
                    "signature",
                    "the proof is right",
                ));
                Ok(())
            }
            Err(failure) => Err(refused(
                in_flight,
                PipelineStage::Authenticate,
                "signature",
                failure,
            )),
        }
    }

    fn admit(in_flight: &mut InFlightCall, route: Route, key: Option<&ApiKey>) -> Result<(), ShortCircuit> {
        let Some(operation) = route.operation else {
            return Ok(());
        };
        let name = operation.full_name;
        if let Some(failure) = key.and_then(|key| key_refusal(key, name, in_flight)) {
            return Err(refused(in_flight, PipelineStage::Admit, "key", failure));
        }
        let settings = &in_flight.settings;
        let applicant = AdmissionRequest {
            operation: name,
            key: &in_flight.pending.entry.key,
            tiers: prices(operation, settings),
            arrived: in_flight.pending.entry.arrived,
        };
        let permit = in_flight
            .world
            .admission
            .admit(&applicant, settings, &mut in_flight.decisions);
        in_flight.permit = Some(permit.map_err(ShortCircuit::Refuse)?);
        Ok(())
    }

    async fn work(
        &self,
        in_flight: &mut InFlightCall,
        work: crate::providers::BlockingTask,
    ) -> Result<Reply, ShortCircuit> {
        match self.pool.run(work).await {
            Ok(Ok(Ok(reply))) => Ok(reply),
            Ok(Ok(Err(failure))) => Err(refused(in_flight, PipelineStage::Answer, "input", failure)),
            Ok(Err(_panic)) => Err(ShortCircuit::Broken),
            Err(PoolFullError) => Err(refused(
                in_flight,
                PipelineStage::Answer,
                "pool",
                Failure::Overloaded,
            )),
        }
    }
}

/// Why a call gets no answer of the good kind.
enum ShortCircuit {
    /// The vendor says no.
    Refuse(Failure),
    /// A fault answers in the provider's place.
    Answer(Box<Reply>),
    /// A fault ends it on the wire.
    End,
    /// We broke.
    Broken,
}

/// Where a strike leads, unless the call goes on.
fn halted_by(course: Course) -> Option<ShortCircuit> {
    match course {
        Course::On => None,
        Course::Answer(reply) => Some(ShortCircuit::Answer(Box::new(reply))),
        Course::Refuse(failure) => Some(ShortCircuit::Refuse(failure)),
        Course::End => Some(ShortCircuit::End),
    }
}

fn refused(
    in_flight: &mut InFlightCall,
    stage: PipelineStage,
    rule: &'static str,
    failure: Failure,
) -> ShortCircuit {
    let decision = Decision::refuse(stage, rule, format!("{failure:?}")).otherwise(hint(&failure));
    in_flight.decisions.push(decision);
    ShortCircuit::Refuse(failure)
}

/// Whether the path is an operation, the method its own, and the body within what the edge keeps.
fn check_request(in_flight: &mut InFlightCall, route: Route) -> Result<&'static Operation, ShortCircuit> {
    let Some(operation) = route.operation else {
        return Err(refused(
            in_flight,
            PipelineStage::Route,
            "path",
            Failure::NoSuchOperation,
        ));
    };
    if !route.method_fits {
        return Err(refused(
            in_flight,
            PipelineStage::Route,
            "method",
            Failure::MethodNotAllowed,
        ));
    }
    if in_flight.call.body_len > in_flight.call.body.len() as u64 {
        let failure = Failure::TooLarge {
            limit: operation.body_cap,
        };
        return Err(refused(in_flight, PipelineStage::Edge, "size", failure));
    }
    Ok(operation)
}

/// Whether the proof's nonce is new, where the world cares.
fn check_nonce(in_flight: &InFlightCall, route: Route, now: Time) -> Result<(), Failure> {
    let Some(window) = in_flight.settings.replay_window else {
        return Ok(());
    };
    let Some(nonce) = route.provider.nonce(&in_flight.call) else {
        return Ok(());
    };
    let used = format!("{}/{nonce}", in_flight.pending.entry.key);
    if in_flight.world.nonces.is_new(&used, now, window.0) {
        Ok(())
    } else {
        Err(Failure::Unauthenticated(AuthError::Replayed))
    }
}

/// Gives the row of the error catalogue that the call asks for, where it does.
fn requested_error(in_flight: &mut InFlightCall, route: Route) -> Result<(), ShortCircuit> {
    let obeyed = !in_flight.settings.ignore_rehearsals;
    let Some(code) = in_flight
        .call
        .headers
        .get(REQUESTED_ERROR_HEADER)
        .filter(|_| obeyed)
    else {
        return Ok(());
    };
    let mut rows = route.provider.spec().catalogue.iter();
    if !rows.any(|row| row.code == code && row.code != "10000") {
        return Ok(());
    }
    let failure = Failure::Catalogue(code.to_owned());
    Err(refused(in_flight, PipelineStage::Answer, "rehearsal", failure))
}

/// What would have changed a refusal.
fn hint(failure: &Failure) -> Cow<'static, str> {
    Cow::Borrowed(match failure {
        Failure::Unauthenticated(_) => "a request signed with a key of this server, at the present time",
        Failure::KeyDisabled | Failure::KeyExpired => "an active key: PATCH worlds/{world}/keys/{key}",
        Failure::NotPermitted => "a key whose operations include this one",
        Failure::Arrears => "a higher balance_fen, or a key that is not in arrears",
        Failure::PacksExhausted => "another pack in the world's subscriptions, or beyond = charge",
        Failure::RateLimited { .. } | Failure::TooManyConcurrent | Failure::QuotaExhausted => {
            "other limits: PATCH worlds/{world}"
        }
        Failure::Overloaded => "a longer pool.queue, or fewer calls at once",
        Failure::NoSuchOperation | Failure::MethodNotAllowed => {
            "one of the paths and methods of GET contracts"
        }
        Failure::TooLarge { .. } => "a smaller body",
        Failure::Input(_) => "an input as GET contracts describes it",
        Failure::Internal | Failure::Maintenance => "nothing the client does",
        Failure::Catalogue(_) => "no x-understudy-refusal header",
    })
}

/// Why a key may not be used for an operation, by its state and its list.
fn key_refusal(key: &ApiKey, operation: &str, in_flight: &InFlightCall) -> Option<Failure> {
    match key.state {
        KeyState::Disabled => return Some(Failure::KeyDisabled),
        KeyState::Expired => return Some(Failure::KeyExpired),
        KeyState::Arrears => return Some(Failure::Arrears),
        KeyState::Active | KeyState::Leaked => {}
    }
    if key
        .expires
        .is_some_and(|end| end <= in_flight.pending.entry.arrived)
    {
        return Some(Failure::KeyExpired);
    }
    let listed = |list: &Vec<String>| list.iter().any(|scope| covers(scope, operation));
    (!key.operations.as_ref().is_none_or(listed)).then_some(Failure::NotPermitted)
}

/// The row of a call of which nothing is known but that it came.
fn blank(world: &World) -> LedgerEntry {
    let now = world.clock.now();
    LedgerEntry {
        world: world.name.clone(),
        provider: Cow::Borrowed("none"),
        operation: Cow::Borrowed("none"),
        arrived: now,
        ended: now,
        arrived_real: world.clock.real_now(),
        ..LedgerEntry::default()
    }
}
