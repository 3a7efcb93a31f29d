//! Decides which faults affect a call.

use super::injection::{FaultContext, FaultOverride, Injection, log_decision};
use super::installed::{InjectionKind, InstalledFault};
use super::registry::{FaultRegistry, MAX_ATTEMPTS};
use crate::exchange::DecisionLog;
use crate::faults::{Effect, Fault, FaultSet, InjectionPoint, SamplingDecision, TapedInjection};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use xxhash_rust::xxh3::xxh3_128;

impl FaultRegistry {
    /// Decides which faults affect a call at a point, ordered by fault id, and logs every decision in `decisions`.
    pub fn decide(
        &self,
        point: InjectionPoint,
        context: &FaultContext<'_>,
        decisions: &mut DecisionLog,
    ) -> Vec<Injection> {
        let set = self.set.load();
        let requested = requested(&set, context, point);
        let matching = set.matching(point, &context.facts);
        self.decide_all(&candidates(matching, &requested), context, decisions)
    }

    fn decide_all(
        &self,
        candidates: &[Candidate<'_>],
        context: &FaultContext<'_>,
        decisions: &mut DecisionLog,
    ) -> Vec<Injection> {
        if context.fault_override == FaultOverride::Spare {
            return Vec::new();
        }
        let mut injections: Vec<Injection> = Vec::new();
        let mut ended_by = context.ended_by.map(str::to_owned);
        for candidate in candidates.iter().filter(|one| !one.installed.is_stopped()) {
            if let Some(injection) = self.inject(candidate, context, ended_by.as_deref(), decisions) {
                if injection.installed.fault.is_terminal() {
                    ended_by = Some(injection.id().to_owned());
                }
                injections.push(injection);
            }
        }
        injections
    }

    /// Decides whether one fault affects a call, and counts and logs the decision.
    fn inject(
        &self,
        candidate: &Candidate<'_>,
        context: &FaultContext<'_>,
        ended_by: Option<&str>,
        decisions: &mut DecisionLog,
    ) -> Option<Injection> {
        let (installed, is_requested) = (candidate.installed, candidate.is_requested);
        let fault = &installed.fault;
        let Some(draw) = self.draw(installed, is_requested, context) else {
            if is_requested {
                log_decision(decisions, installed, false, || {
                    format!("{}: requested by header, but its life is over", fault.id)
                });
            }
            return None;
        };
        if !draw.sampling.is_selected {
            log_decision(decisions, installed, false, || {
                format!("{}: {}", fault.id, draw.reason())
            });
            return None;
        }
        let mut retry_after = None;
        if let Effect::Throttle { rate, burst, .. } = &fault.effect {
            let checked = installed.throttle(context.facts.world, context.clock, *rate, *burst);
            retry_after = Some(checked.err()?);
        }
        if let Some(other) = ended_by.filter(|_| fault.is_terminal()) {
            installed.count(InjectionKind::Spared);
            log_decision(decisions, installed, false, || {
                format!("{}: {}, but {other} has ended the call", fault.id, draw.reason())
            });
            return None;
        }
        let Some(hold) = installed.hold() else {
            installed.count(InjectionKind::Spared);
            log_decision(decisions, installed, false, || {
                format!(
                    "{}: {}, but it already affects as many calls as at_once allows",
                    fault.id,
                    draw.reason()
                )
            });
            return None;
        };
        let delay = self.record(candidate, context, &draw, decisions);
        Some(Injection {
            installed: installed.clone(),
            delay,
            drawn: draw.value,
            retry_after,
            _hold: hold,
        })
    }

    /// Counts, tapes and logs an injection. Returns how long the effect holds the call back.
    fn record(
        &self,
        candidate: &Candidate<'_>,
        context: &FaultContext<'_>,
        draw: &FaultDraw,
        decisions: &mut DecisionLog,
    ) -> Duration {
        let (installed, fault) = (candidate.installed, &candidate.installed.fault);
        installed.count(if candidate.is_requested {
            InjectionKind::Forced
        } else {
            InjectionKind::Injected
        });
        let delay = draw.taped_delay.unwrap_or_else(|| {
            draw.with_key(b"latency", fault, context, |key| installed.delay(context, key))
        });
        self.recorder
            .record_injection(installed, || draw.to_taped(fault, context, delay));
        log_injection(decisions, installed, draw, delay);
        delay
    }

    /// Samples a fault for a call; `None` if the fault is not in force.
    fn draw(
        &self,
        installed: &InstalledFault,
        is_requested: bool,
        context: &FaultContext<'_>,
    ) -> Option<FaultDraw> {
        let fault = &installed.fault;
        let now = installed.clock.now();
        let strength = fault.window.strength(context.facts.arrived, now);
        let strength = strength.or_else(|| (is_requested && !fault.window.is_over(now)).then_some(1.0))?;
        let nth = if is_requested {
            0
        } else {
            installed.matched.fetch_add(1, Ordering::Relaxed) + 1
        };
        let needs_attempt = fault.needs_attempt() || is_requested || self.recorder.is_active();
        let (fingerprint, attempt) = if needs_attempt {
            let fingerprint = (context.fingerprint)();
            (
                fingerprint,
                self.count_attempt(installed.serial, context.facts.world, fingerprint),
            )
        } else {
            (0, 0)
        };
        let mut drawn = FaultDraw {
            sampling: SamplingDecision {
                is_selected: true,
                threshold: None,
            },
            value: 0,
            number: if fault.sampling.is_count_based() {
                nth
            } else {
                attempt
            },
            fingerprint,
            attempt,
            nth,
            is_requested,
            taped_delay: None,
        };
        if fault.is_sampled_randomly() || fault.effect.is_random() {
            drawn.value = drawn.with_key(b"fault", fault, context, |key| {
                (context.dice.draw(key) >> 64) as u64
            });
        }
        if is_requested {
            return Some(drawn);
        }
        if let Some(tape) = self.recorder.playing() {
            let taped = tape.find(&fault.id, context.facts.world, fingerprint, attempt);
            drawn.sampling.is_selected = taped.is_some();
            if let Some(taped) = taped {
                drawn.value = u64::from_str_radix(&taped.drawn, 16).unwrap_or_default();
                drawn.taped_delay = Some(Duration::from_micros(taped.delay_us));
            }
            return Some(drawn);
        }
        drawn.sampling = fault.sampling.decide(nth, strength, || drawn.value);
        Some(drawn)
    }

    /// Counts a call and returns how many times the fault has seen this input, counting this call (from 1).
    fn count_attempt(&self, serial: u64, world: &str, fingerprint: u128) -> u64 {
        let mut key = serial.to_le_bytes().to_vec();
        key.extend(fingerprint.to_le_bytes());
        key.extend(world.as_bytes());
        let mut attempts = self.attempts.lock().expect("no panic while held");
        let attempt = attempts.get_or_insert_mut(xxh3_128(&key), || 0);
        *attempt += 1;
        let attempt = *attempt;
        if attempts.len() > MAX_ATTEMPTS {
            attempts.pop_lru();
        }
        attempt
    }
}

/// A fault that may affect a call.
struct Candidate<'a> {
    installed: &'a Arc<InstalledFault>,
    /// Whether the call requests the fault by header.
    is_requested: bool,
}

/// Merges matching and requested faults, ordered by fault id.
fn candidates<'a>(
    matching: Vec<&'a Arc<InstalledFault>>,
    requested: &[&'a Arc<InstalledFault>],
) -> Vec<Candidate<'a>> {
    let is_requested = |one: &Arc<InstalledFault>| requested.iter().any(|other| Arc::ptr_eq(one, other));
    let candidate = |installed, is_requested| Candidate {
        installed,
        is_requested,
    };
    let matching = matching.into_iter().filter(|one| !is_requested(one));
    let mut all: Vec<_> = matching.map(|one| candidate(one, false)).collect();
    all.extend(requested.iter().map(|one| candidate(*one, true)));
    all.sort_by(|a, b| a.installed.fault.id.cmp(&b.installed.fault.id));
    all
}

/// Logs that a fault affects a call.
fn log_injection(decisions: &mut DecisionLog, installed: &InstalledFault, draw: &FaultDraw, delay: Duration) {
    let fault = &installed.fault;
    let effect = match delay {
        Duration::ZERO => fault.effect.kind().to_owned(),
        delay => format!("{} {}", fault.effect.kind(), humantime::format_duration(delay)),
    };
    log_decision(decisions, installed, true, || {
        format!("{}: {}: {effect}", fault.id, draw.reason())
    });
}

/// The faults that a call requests by header and that are decided at this point.
fn requested<'a>(
    set: &'a FaultSet<Arc<InstalledFault>>,
    context: &FaultContext<'_>,
    point: InjectionPoint,
) -> Vec<&'a Arc<InstalledFault>> {
    let found = context.fault_override.ids().filter_map(|id| set.get(id));
    let decided_here = found.filter(|one| {
        let world = one.fault.scope.world.as_deref();
        one.fault.injection_point() == point && world.is_none_or(|world| world == context.facts.world)
    });
    decided_here.collect()
}

/// The sampling of a fault for a call, with the facts it depends on.
struct FaultDraw {
    sampling: SamplingDecision,
    value: u64,
    /// The number that keys the draw: the attempt of the input, or the count of matching calls.
    number: u64,
    fingerprint: u128,
    attempt: u64,
    nth: u64,
    is_requested: bool,
    taped_delay: Option<Duration>,
}

impl FaultDraw {
    /// Calls `with` with the key of a draw: purpose, fault, world, input and number. The input is 0 for count-based
    /// sampling.
    fn with_key<T>(
        &self,
        purpose: &[u8],
        fault: &Fault,
        context: &FaultContext<'_>,
        with: impl FnOnce(&[&[u8]]) -> T,
    ) -> T {
        let input = if fault.sampling.is_count_based() {
            0
        } else {
            self.fingerprint
        };
        let (input, number) = (input.to_le_bytes(), self.number.to_le_bytes());
        let world = context.facts.world.as_bytes();
        with(&[purpose, fault.id.as_bytes(), world, &input, &number])
    }

    /// The reason for the decision, for `explain`.
    fn reason(&self) -> String {
        if self.is_requested {
            return "requested by header".to_owned();
        }
        let share = |value: u128| value as f64 / 18_446_744_073_709_551_616.0;
        match self.sampling.threshold {
            Some(threshold) if threshold > 0 && threshold <= u128::from(u64::MAX) => {
                let sign = if self.sampling.is_selected { "<" } else { "≥" };
                let drawn = share(u128::from(self.value));
                format!(
                    "drew {drawn:.6} {sign} {:.6}, number {}",
                    share(threshold),
                    self.number
                )
            }
            Some(threshold) => format!("toxicity {}", share(threshold)),
            None => format!("matching call {}", self.nth),
        }
    }

    fn to_taped(&self, fault: &Fault, context: &FaultContext<'_>, delay: Duration) -> TapedInjection {
        TapedInjection {
            fault: fault.id.to_string(),
            world: context.facts.world.to_owned(),
            fingerprint: format!("{:032x}", self.fingerprint),
            attempt: self.attempt,
            drawn: format!("{:016x}", self.value),
            delay_us: u64::try_from(delay.as_micros()).unwrap_or(u64::MAX),
        }
    }
}
