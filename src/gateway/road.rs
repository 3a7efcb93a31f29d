//! The road, stage by stage. The order is fixed and written here, once.

use super::faults::Course;
use super::pool::{Pool, PoolFull};
use super::visit::{Visit, prices, wait_out};
use super::{Meter, Route, Routes};
use crate::clock::{Clock, Time};
use crate::composition::Composer;
use crate::exchange::{AuthFlaw, Call, Decision, Entry, Failure, Outcome, Reply, Stage};
use crate::faults::Stage as Station;
use crate::imaging::Studio;
use crate::jobs::Fate;
use crate::ledger::Ledger;
use crate::outbound::Outbound;
use crate::providers::{Answer, Desk, Operation, Proof, Providers};
use crate::world::faults::Board;
use crate::world::{Applicant, Files, Jobs, Key, KeyState, Templates, World, Worlds, covers};
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
    pub faults: Arc<Board>,
    /// The durable record.
    pub ledger: Arc<Ledger>,
    /// Counters.
    pub meter: Arc<Meter>,
    /// Where pictures are worked on.
    pub studio: Arc<Studio>,
    /// Where pictures are composed.
    pub composer: Arc<Composer>,
    /// Templates users upload.
    pub templates: Arc<Templates>,
    /// Result files.
    pub files: Arc<Files>,
    /// Asynchronous work.
    pub jobs: Arc<Jobs>,
    /// What leaves the machine.
    pub outbound: Arc<Outbound>,
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
fn refined(visit: &mut Visit, route: Route) -> Route {
    let Some(operation) = route.operation else {
        return route;
    };
    let operation = route.provider.refine(operation, &visit.call);
    visit.page.entry.operation = Cow::Borrowed(operation.id);
    visit.operation = Some(operation);
    Route {
        operation: Some(operation),
        ..route
    }
}

/// The header by which a test asks for a row of the vendor's error catalogue.
const REHEARSAL: &str = "x-understudy-refusal";

impl Gateway {
    /// Opens a page for a call of which nothing is read yet. `None`: the server is stopping.
    pub async fn open(&self) -> Option<Box<Visit>> {
        let world = self.worlds.demo();
        let page = self.ledger.open(blank(&world)).await?;
        Some(Visit::begin(
            page,
            world,
            (self.meter.clone(), self.public_headers),
        ))
    }

    /// Finds where the call leads and whose it is.
    pub fn place(&self, visit: &mut Visit, call: &Call) -> Option<(Route, Option<Arc<Key>>)> {
        let route = self.routes.find(call);
        let claim = route.and_then(|route| route.provider.claim(call));
        let key = match (&route, &claim) {
            (Some(route), Some(id)) => self.worlds.key(route.provider.card().vendor.id, id),
            (None, _) | (_, None) => None,
        };
        let world = key
            .as_ref()
            .and_then(|key| self.worlds.get(&key.world))
            .unwrap_or_else(|| self.worlds.demo());
        let arrived = world.clock.now();
        visit.settle_in(world, arrived);
        visit.page.entry.key = claim.map(Cow::into_owned).unwrap_or_default();
        let found = Decision::pass(
            Stage::World,
            "world",
            match &key {
                Some(_) => "the claimed key is one of this world",
                None => "no known key is claimed, so the call is of the demo world",
            },
        );
        visit.trail.push(found.otherwise("a key of another world"));
        let route = route?;
        visit.page.entry.provider = Cow::Borrowed(route.provider.card().id);
        if let Some(operation) = route.operation {
            visit.page.entry.operation = Cow::Borrowed(operation.id);
            visit.operation = Some(operation);
        }
        Some((route, key))
    }

    /// From a call that is read to an answer in the vendor's words, or to whatever end faults decide on.
    pub async fn travel(&self, visit: &mut Visit, route: Route, key: Option<Arc<Key>>) {
        let route = refined(visit, route);
        let struck = self.strike(visit, route, Station::Arrival).await;
        let struck = halted_by(struck);
        let mut desk = self.desk(visit, route);
        let served = match struck {
            None => self.serve(visit, route, key.as_deref(), &mut desk).await,
            Some(struck) => Err(struck),
        };
        let reply = match served {
            Ok(reply) => route.provider.seal(reply, &visit.call, &desk),
            Err(Halt::Refuse(failure)) => Self::refuse(visit, route, &failure, &desk),
            Err(Halt::Answer(reply)) => *reply,
            Err(Halt::End) => return wait_out(visit).await,
            Err(Halt::Broken) => return self.broken(visit),
        };
        if route.provider.card().has_jobs {
            self.jobs.settled().await;
        }
        if self.faults.keeps_answers() && reply.units > 0 {
            visit.world.remember_answer(desk.operation, &reply);
        }
        visit.answer_with(reply);
        self.strike_answer(visit, route);
        wait_out(visit).await;
    }

    /// A refusal in the vendor's words.
    fn refuse(visit: &mut Visit, route: Route, failure: &Failure, desk: &Desk) -> Reply {
        let mut reply = route.provider.refuse(route.operation, &visit.call, failure, desk);
        visit.limit = failure.limit().filter(|_| visit.plan.ended_by.is_none());
        if let Some(wait) = visit.plan.retry_after {
            // Whole seconds (RFC 9110 §10.2.3), rounded up: earlier would be refused again.
            let seconds = wait.as_millis().div_ceil(1000);
            reply.push_header("retry-after", seconds.to_string());
        }
        route.provider.seal(reply, &visit.call, desk)
    }

    /// A call nobody serves.
    pub fn nowhere(&self, visit: &mut Visit) {
        let known: Vec<_> = self.providers.cards().map(|card| card.id).collect();
        visit.trail.push(
            Decision::refuse(Stage::Route, "path", "no provider serves this path or host")
                .otherwise(known.join(", ")),
        );
        let body = serde_json::json!({
            "error": "no provider is served at this path",
            "path": visit.call.path,
        });
        let mut reply = Reply::json(404, "application/json", body.to_string().into_bytes());
        reply.push_header("x-understudy-cause", "no-such-operation");
        visit.answer_with(reply);
    }

    /// We broke: no vendor's face, no charge, no place in an SLA.
    pub fn broken(&self, visit: &mut Visit) {
        let mut reply = Reply::json(
            500,
            "application/json",
            br#"{"error":"understudy broke; see its log"}"#.to_vec(),
        );
        reply.push_header("x-understudy-broken", "1");
        visit.answer_with(reply);
        visit.page.entry.outcome = Outcome::Broken;
    }

    fn desk(&self, visit: &Visit, route: Route) -> Desk {
        let operation = route.operation.map_or("", |operation| operation.full_name);
        let settings = visit.settings.clone();
        let quotas = settings
            .limits
            .iter()
            .filter(|(scope, _)| covers(scope, operation));
        let remaining = quotas
            .filter_map(|(scope, limit)| Some((scope, limit.quota.as_ref()?)))
            .map(|(scope, quota)| {
                let used = visit
                    .world
                    .admission
                    .meters(|m| m.used(scope, quota.per, visit.page.entry.arrived));
                quota.calls.saturating_sub(used + 1)
            })
            .min();
        Desk {
            request_id: visit.page.entry.request_id,
            world: visit.world.name.clone(),
            clock: visit.world.clock.clone(),
            arrived: visit.page.entry.arrived,
            settings,
            remaining,
            studio: self.studio.clone(),
            composer: self.composer.clone(),
            templates: self.templates.clone(),
            files: self.files.clone(),
            key: visit.page.entry.key.as_str().into(),
            history: visit.world.history.clone(),
            jobs: self.jobs.clone(),
            fate: Fate::default(),
            outbound: self.outbound.clone(),
            expectations: visit.world.expectations.clone(),
            provider_key: visit.world.provider_key(route.provider.card().vendor),
            base_url: visit.call.base_url.clone(),
            skew: visit.plan.skew,
            lie: None,
            damage: None,
            operation,
        }
    }

    async fn serve(
        &self,
        visit: &mut Visit,
        route: Route,
        key: Option<&Key>,
        desk: &mut Desk,
    ) -> Result<Reply, Halt> {
        let operation = check_request(visit, route)?;
        self.authenticate(visit, route, key)?;
        Self::admit(visit, route, key)?;
        if let Some(struck) = halted_by(self.strike(visit, route, Station::Service).await) {
            return Err(struck);
        }
        desk.lie.clone_from(&visit.plan.lie);
        desk.damage = visit.plan.damage;
        desk.fate.clone_from(&visit.plan.fate);
        rehearse(visit, route)?;
        match route.provider.answer(operation, &visit.call, desk) {
            Ok(Answer::Ready(reply)) => Ok(reply),
            Ok(Answer::Work(work)) => self.work(visit, work).await,
            Err(failure) => Err(refused(visit, Stage::Answer, "input", failure)),
        }
    }

    fn authenticate(&self, visit: &mut Visit, route: Route, key: Option<&Key>) -> Result<(), Halt> {
        let now = if self.virtual_signatures {
            visit.world.clock.now()
        } else {
            self.clock.real_now()
        };
        let now = now.shifted(visit.plan.skew);
        let proof = Proof {
            credential: key.map(|key| &key.credential),
            now,
            window: visit.settings.signature_window.map(|span| span.0),
        };
        match route
            .provider
            .authenticate(&visit.call, &proof)
            .and_then(|()| check_nonce(visit, route, now))
        {
            Ok(()) => {
                visit.trail.push(Decision::pass(
                    Stage::Authenticate,
                    "signature",
                    "the proof is right",
                ));
                Ok(())
            }
            Err(failure) => Err(refused(visit, Stage::Authenticate, "signature", failure)),
        }
    }

    fn admit(visit: &mut Visit, route: Route, key: Option<&Key>) -> Result<(), Halt> {
        let Some(operation) = route.operation else {
            return Ok(());
        };
        let name = operation.full_name;
        if let Some(failure) = key.and_then(|key| key_refusal(key, name, visit)) {
            return Err(refused(visit, Stage::Admit, "key", failure));
        }
        let settings = &visit.settings;
        let applicant = Applicant {
            operation: name,
            key: &visit.page.entry.key,
            tiers: prices(operation, settings),
            arrived: visit.page.entry.arrived,
        };
        let slot = visit
            .world
            .admission
            .admit(&applicant, settings, &mut visit.trail);
        visit.slot = Some(slot.map_err(Halt::Refuse)?);
        Ok(())
    }

    async fn work(&self, visit: &mut Visit, work: crate::providers::Work) -> Result<Reply, Halt> {
        match self.pool.run(work).await {
            Ok(Ok(Ok(reply))) => Ok(reply),
            Ok(Ok(Err(failure))) => Err(refused(visit, Stage::Answer, "input", failure)),
            Ok(Err(_panic)) => Err(Halt::Broken),
            Err(PoolFull) => Err(refused(visit, Stage::Answer, "pool", Failure::Overloaded)),
        }
    }
}

/// Why a call gets no answer of the good kind.
enum Halt {
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
fn halted_by(course: Course) -> Option<Halt> {
    match course {
        Course::On => None,
        Course::Answer(reply) => Some(Halt::Answer(Box::new(reply))),
        Course::Refuse(failure) => Some(Halt::Refuse(failure)),
        Course::End => Some(Halt::End),
    }
}

fn refused(visit: &mut Visit, stage: Stage, rule: &'static str, failure: Failure) -> Halt {
    let decision = Decision::refuse(stage, rule, format!("{failure:?}")).otherwise(remedy(&failure));
    visit.trail.push(decision);
    Halt::Refuse(failure)
}

/// Whether the path is an operation, the method its own, and the body within what the edge keeps.
fn check_request(visit: &mut Visit, route: Route) -> Result<&'static Operation, Halt> {
    let Some(operation) = route.operation else {
        return Err(refused(visit, Stage::Route, "path", Failure::NoSuchOperation));
    };
    if !route.method_fits {
        return Err(refused(visit, Stage::Route, "method", Failure::MethodNotAllowed));
    }
    if visit.call.body_len > visit.call.body.len() as u64 {
        let failure = Failure::TooLarge {
            limit: operation.body_cap,
        };
        return Err(refused(visit, Stage::Edge, "size", failure));
    }
    Ok(operation)
}

/// Whether the proof's nonce is new, where the world cares.
fn check_nonce(visit: &Visit, route: Route, now: Time) -> Result<(), Failure> {
    let Some(window) = visit.settings.replay_window else {
        return Ok(());
    };
    let Some(nonce) = route.provider.nonce(&visit.call) else {
        return Ok(());
    };
    let used = format!("{}/{nonce}", visit.page.entry.key);
    if visit.world.nonces.is_new(&used, now, window.0) {
        Ok(())
    } else {
        Err(Failure::Unauthenticated(AuthFlaw::Replayed))
    }
}

/// Gives the row of the error catalogue that the call asks for, where it does.
fn rehearse(visit: &mut Visit, route: Route) -> Result<(), Halt> {
    let obeyed = !visit.settings.ignore_rehearsals;
    let Some(code) = visit.call.headers.get(REHEARSAL).filter(|_| obeyed) else {
        return Ok(());
    };
    let mut rows = route.provider.card().catalogue.iter();
    if !rows.any(|row| row.code == code && row.code != "10000") {
        return Ok(());
    }
    let failure = Failure::Catalogue(code.to_owned());
    Err(refused(visit, Stage::Answer, "rehearsal", failure))
}

/// What would have changed a refusal.
fn remedy(failure: &Failure) -> Cow<'static, str> {
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
fn key_refusal(key: &Key, operation: &str, visit: &Visit) -> Option<Failure> {
    match key.state {
        KeyState::Disabled => return Some(Failure::KeyDisabled),
        KeyState::Expired => return Some(Failure::KeyExpired),
        KeyState::Arrears => return Some(Failure::Arrears),
        KeyState::Active | KeyState::Leaked => {}
    }
    if key.expires.is_some_and(|end| end <= visit.page.entry.arrived) {
        return Some(Failure::KeyExpired);
    }
    let listed = |list: &Vec<String>| list.iter().any(|scope| covers(scope, operation));
    (!key.operations.as_ref().is_none_or(listed)).then_some(Failure::NotPermitted)
}

/// The row of a call of which nothing is known but that it came.
fn blank(world: &World) -> Entry {
    let now = world.clock.now();
    Entry {
        world: world.name.clone(),
        provider: Cow::Borrowed("none"),
        operation: Cow::Borrowed("none"),
        arrived: now,
        ended: now,
        arrived_real: world.clock.real_now(),
        ..Entry::default()
    }
}
