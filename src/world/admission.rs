//! Whether a call may go on: rate, concurrency, quota, balance; each off unless set.

use super::usage::{BillableUsage, UsageCounters, covers};
use super::{QuotaLimit, RateLimit, ScopeLimits, WorldSettings};
use crate::billing::{Payment, PaymentError, PriceTier};
use crate::clock::{Clock, Time};
use crate::exchange::{Decision, DecisionLog, Failure, PipelineStage};
use governor::RateLimiter;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

type Bucket = RateLimiter<String, DashMapStateStore<String>, Clock, NoOpMiddleware<Time>>;

/// What admission needs to know of a call.
#[derive(Clone, Copy, Debug)]
pub struct AdmissionRequest<'a> {
    /// `provider/operation`.
    pub operation: &'a str,
    /// The key's public part.
    pub key: &'a str,
    /// Prices of the operation.
    pub tiers: &'a [PriceTier],
    /// Virtual time of arrival.
    pub arrived: Time,
}

/// The gate of one world.
pub struct Admission {
    clock: Clock,
    /// All counters of the world; held for a check or an update, never across an await.
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    buckets: HashMap<String, (Time, Arc<Bucket>)>,
    in_flight: HashMap<String, u32>,
    /// Charged calls that are admitted and not yet settled, by operation; what they may cost is held in the wallet.
    pending: HashMap<String, u64>,
    usage: UsageCounters,
}

/// A place inside; given back when dropped.
#[must_use = "dropping the slot lets the next call in"]
pub struct AdmissionPermit {
    state: Arc<Mutex<State>>,
    scopes: Vec<String>,
    /// Operation and payment held until the call is settled.
    hold: Option<(String, Payment)>,
}

impl Admission {
    /// A gate on a world's clock.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            state: Arc::default(),
        }
    }

    /// Lets a call in, or says why not. `trail` learns every check made.
    ///
    /// # Errors
    /// The limit that stops it.
    pub fn admit(
        &self,
        who: &AdmissionRequest<'_>,
        settings: &WorldSettings,
        decisions: &mut DecisionLog,
    ) -> Result<AdmissionPermit, Failure> {
        let mut state = self.state.lock().expect("no panic while held");
        let mut permit = AdmissionPermit {
            state: self.state.clone(),
            scopes: Vec::new(),
            hold: None,
        };
        for (scope, limit) in settings
            .limits
            .iter()
            .filter(|(scope, _)| covers(scope, who.operation))
        {
            let check = Check {
                clock: &self.clock,
                who,
                scope,
            };
            if let Err(why) = check.all(&mut state, limit, &mut permit, decisions) {
                permit.give_back(&mut state);
                return Err(why);
            }
        }
        if settings.has_payment_rules() || !settings.limits.is_empty() {
            match state.reserve(who, settings, decisions) {
                Ok(payment) => permit.hold = Some((who.operation.to_owned(), payment)),
                Err(why) => {
                    permit.give_back(&mut state);
                    return Err(why);
                }
            }
        }
        Ok(permit)
    }

    /// Lets a finished call out and charges it.
    pub fn settle(
        &self,
        permit: Option<AdmissionPermit>,
        charge: &BillableUsage<'_>,
        settings: &WorldSettings,
    ) -> Payment {
        if charge.units == 0 {
            return Payment::default();
        }
        let mut state = self.state.lock().expect("no panic while held");
        if let Some(mut permit) = permit {
            permit.give_back(&mut state);
        }
        state.usage.charge(charge, settings)
    }

    /// Runs `read` on the meters.
    pub fn usage<T>(&self, read: impl FnOnce(&mut UsageCounters) -> T) -> T {
        read(&mut self.state.lock().expect("no panic while held").usage)
    }

    /// Forgets the rate buckets, after the limits or the clock were set anew.
    pub fn refill(&self) {
        self.state.lock().expect("no panic while held").buckets.clear();
    }

    /// Forgets everything counted.
    pub fn clear(&self) {
        let mut state = self.state.lock().expect("no panic while held");
        state.buckets.clear();
        state.usage = UsageCounters::default();
    }
}

/// One limit put to one call.
struct Check<'a> {
    clock: &'a Clock,
    who: &'a AdmissionRequest<'a>,
    scope: &'a str,
}

impl Check<'_> {
    fn all(
        &self,
        state: &mut State,
        limit: &ScopeLimits,
        permit: &mut AdmissionPermit,
        decisions: &mut DecisionLog,
    ) -> Result<(), Failure> {
        if let Some(rate) = &limit.rate {
            self.rate(state, rate, decisions)?;
        }
        if let Some(most) = limit.concurrency {
            self.concurrency(state, most, decisions)?;
            permit.scopes.push(self.scope.to_owned());
        }
        limit
            .quota
            .as_ref()
            .map_or(Ok(()), |quota| self.quota(state, quota, decisions))
    }

    fn rate(&self, state: &mut State, rate: &RateLimit, decisions: &mut DecisionLog) -> Result<(), Failure> {
        let bucket = state.bucket(self.clock, self.scope, rate);
        let verdict = bucket.check_key(&self.who.key.to_owned());
        let rule = format!("{}: {} calls in {} a key", self.scope, rate.calls, rate.per);
        if let Err(not_until) = verdict {
            let retry_after = not_until.wait_time_from(self.clock.now());
            let remedy = format!("a call {retry_after:?} later");
            decisions.push(Decision::refuse(PipelineStage::Admit, "rate", rule).otherwise(remedy));
            return Err(Failure::RateLimited { retry_after });
        }
        decisions.push(Decision::pass(PipelineStage::Admit, "rate", rule));
        Ok(())
    }

    fn concurrency(&self, state: &mut State, most: u32, decisions: &mut DecisionLog) -> Result<(), Failure> {
        let now = state.in_flight.entry(self.scope.to_owned()).or_default();
        let rule = format!("{}: {now} of {most} calls at once", self.scope);
        if *now >= most {
            let remedy = "one call fewer in flight";
            decisions.push(Decision::refuse(PipelineStage::Admit, "concurrency", rule).otherwise(remedy));
            return Err(Failure::TooManyConcurrent);
        }
        *now += 1;
        decisions.push(Decision::pass(PipelineStage::Admit, "concurrency", rule));
        Ok(())
    }

    fn quota(&self, state: &State, quota: &QuotaLimit, decisions: &mut DecisionLog) -> Result<(), Failure> {
        let own = state
            .pending
            .iter()
            .filter(|(operation, _)| covers(self.scope, operation));
        let used =
            state.usage.used(self.scope, quota.per, self.who.arrived) + own.map(|(_, n)| n).sum::<u64>();
        let rule = format!(
            "{}: {used} of {} charged calls used in the {:?}",
            self.scope, quota.calls, quota.per
        );
        if used >= quota.calls {
            let remedy = "a larger quota, or the next period";
            decisions.push(Decision::refuse(PipelineStage::Admit, "quota", rule).otherwise(remedy));
            return Err(Failure::QuotaExhausted);
        }
        decisions.push(Decision::pass(PipelineStage::Admit, "quota", rule));
        Ok(())
    }
}

impl State {
    /// Holds what a call may cost until it is settled.
    fn reserve(
        &mut self,
        who: &AdmissionRequest<'_>,
        settings: &WorldSettings,
        decisions: &mut DecisionLog,
    ) -> Result<Payment, Failure> {
        let charge = BillableUsage {
            operation: who.operation,
            tiers: who.tiers,
            at: who.arrived,
            units: 1,
        };
        let payment = self.usage.quote(&charge, settings);
        let sources = settings.payment_sources(who.operation);
        let allowed = self.usage.wallet().allow(&payment, &charge.demand(), &sources);
        if let Err(why) = allowed {
            let (rule, because, remedy, failure) = match why {
                PaymentError::PacksExhausted => (
                    "packs",
                    "every pack is used up or over".to_owned(),
                    "another pack, or `beyond = charge`",
                    Failure::PacksExhausted,
                ),
                PaymentError::Arrears { left, due } => (
                    "balance",
                    format!("{left} fen left, this call costs {due}"),
                    "a higher balance_fen",
                    Failure::Arrears,
                ),
            };
            decisions.push(Decision::refuse(PipelineStage::Admit, rule, because).otherwise(remedy));
            return Err(failure);
        }
        if settings.has_payment_rules() {
            let paid = format!(
                "packs pay {} units; {} fen: coupons {}, granted {}, cash {}, owed {}",
                payment.pack_units,
                payment.fee_fen,
                payment.coupon_fen,
                payment.granted_fen,
                payment.cash_fen,
                payment.owed_fen
            );
            decisions.push(Decision::pass(PipelineStage::Admit, "balance", paid));
        }
        *self.pending.entry(who.operation.to_owned()).or_default() += 1;
        self.usage.wallet_mut().pay(&payment);
        Ok(payment)
    }

    /// The scope's bucket; a new one where the clock was set back behind the old one's start.
    fn bucket(&mut self, clock: &Clock, scope: &str, rate: &RateLimit) -> Arc<Bucket> {
        let now = clock.now();
        if let Some((since, bucket)) = self.buckets.get(scope)
            && *since <= now
        {
            return bucket.clone();
        }
        let burst = NonZeroU32::new(rate.burst.unwrap_or(rate.calls)).unwrap_or(NonZeroU32::MIN);
        let interval = rate.interval().expect("rates are checked when they are set");
        let quota = governor::Quota::with_period(interval)
            .expect("an interval above zero")
            .allow_burst(burst);
        let bucket = Arc::new(RateLimiter::new(
            quota,
            DashMapStateStore::default(),
            clock.clone(),
        ));
        self.buckets.insert(scope.to_owned(), (now, bucket.clone()));
        bucket
    }
}

impl AdmissionPermit {
    fn give_back(&mut self, state: &mut State) {
        for scope in self.scopes.drain(..) {
            if let Some(now) = state.in_flight.get_mut(&scope) {
                *now = now.saturating_sub(1);
            }
        }
        if let Some((operation, payment)) = self.hold.take() {
            if let Some(pending) = state.pending.get_mut(&operation) {
                *pending = pending.saturating_sub(1);
            }
            state.usage.wallet_mut().take_back(&payment);
        }
    }
}

impl Drop for AdmissionPermit {
    fn drop(&mut self) {
        if self.scopes.is_empty() && self.hold.is_none() {
            return;
        }
        let state = self.state.clone();
        self.give_back(&mut state.lock().expect("no panic while held"));
    }
}
