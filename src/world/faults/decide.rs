//! Which faults strike a call.

use super::injection::{FaultContext, FaultOverride, Injection, note};
use super::installed::{InjectionCount, InstalledFault};
use super::registry::{FaultRegistry, MOST_ATTEMPTS};
use crate::exchange::DecisionLog;
use crate::faults::{Effect, Fault, FaultSet, InjectionPoint, SamplingDecision, TapedInjection};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use xxhash_rust::xxh3::xxh3_128;

impl FaultRegistry {
    /// What strikes a call at a moment, in the order of the faults' names. `trail` learns every decision.
    pub fn decide(
        &self,
        point: InjectionPoint,
        context: &FaultContext<'_>,
        decisions: &mut DecisionLog,
    ) -> Vec<Injection> {
        let set = self.set.load();
        let asked = asked(&set, context, point);
        self.settle(set.fitting(point, &context.facts), &asked, context, decisions)
    }

    fn settle(
        &self,
        fitting: Vec<&Arc<InstalledFault>>,
        asked: &[&Arc<InstalledFault>],
        context: &FaultContext<'_>,
        decisions: &mut DecisionLog,
    ) -> Vec<Injection> {
        if context.wish == FaultOverride::Spare {
            return Vec::new();
        }
        let is_asked = |one: &Arc<InstalledFault>| asked.iter().any(|other| Arc::ptr_eq(one, other));
        let drawn = fitting
            .into_iter()
            .filter(|one| !is_asked(one))
            .map(|one| (one, false));
        let mut all: Vec<_> = drawn.chain(asked.iter().map(|one| (*one, true))).collect();
        all.sort_by(|(a, _), (b, _)| a.fault.id.cmp(&b.fault.id));
        let mut injections: Vec<Injection> = Vec::new();
        let mut ended_by = context.ended_by.map(str::to_owned);
        for (installed, is_asked) in all.into_iter().filter(|(one, _)| !one.is_stopped()) {
            let injection = self.injection(installed, is_asked, context, (ended_by.as_deref(), decisions));
            if let Some(injection) = injection {
                if injection.installed.fault.is_terminal() {
                    ended_by = Some(injection.id().to_owned());
                }
                injections.push(injection);
            }
        }
        injections
    }

    /// Whether one fault strikes a call.
    fn injection(
        &self,
        installed: &Arc<InstalledFault>,
        is_asked: bool,
        context: &FaultContext<'_>,
        (ended_by, decisions): (Option<&str>, &mut DecisionLog),
    ) -> Option<Injection> {
        let fault = &installed.fault;
        let Some(draw) = self.draw(installed, is_asked, context) else {
            if is_asked {
                note(decisions, installed, false, || {
                    format!("{}: asked for by header, but its life is over", fault.id)
                });
            }
            return None;
        };
        if !draw.toss.struck {
            note(decisions, installed, false, || {
                format!("{}: {}", fault.id, draw.words())
            });
            return None;
        }
        let mut retry_after = None;
        if let Effect::Throttle { rate, burst, .. } = &fault.effect {
            let checked = installed.throttle(context.facts.world, context.clock, *rate, *burst);
            retry_after = Some(checked.err()?);
        }
        if let Some(other) = ended_by.filter(|_| fault.is_terminal()) {
            installed.count(InjectionCount::Spared);
            note(decisions, installed, false, || {
                format!("{}: {}, but {other} has ended the call", fault.id, draw.words())
            });
            return None;
        }
        let Some(hold) = installed.hold() else {
            installed.count(InjectionCount::Spared);
            note(decisions, installed, false, || {
                format!("{}: {}, but it holds as many as it may", fault.id, draw.words())
            });
            return None;
        };
        installed.count(if is_asked {
            InjectionCount::Forced
        } else {
            InjectionCount::Injected
        });
        let delay = draw.taped_delay.unwrap_or_else(|| {
            draw.keyed(b"latency", fault, context, |key| {
                installed.delay(
                    context.dice,
                    key,
                    (context.facts.world, context.facts.arrived),
                    context.workload,
                )
            })
        });
        self.recorder
            .note(installed, || draw.taped(fault, context, delay));
        let what = match delay {
            Duration::ZERO => fault.effect.kind().to_owned(),
            delay => format!("{} {}", fault.effect.kind(), humantime::format_duration(delay)),
        };
        note(decisions, installed, true, || {
            format!("{}: {}: {what}", fault.id, draw.words())
        });
        Some(Injection {
            installed: installed.clone(),
            delay,
            drawn: draw.value,
            retry_after,
            _hold: hold,
        })
    }

    /// How the draw goes; none where the fault is not in force.
    fn draw(&self, installed: &InstalledFault, is_asked: bool, context: &FaultContext<'_>) -> Option<Drawn> {
        let fault = &installed.fault;
        let home = installed.home.now();
        let strength = fault.window.strength(context.facts.arrived, home);
        let strength = strength.or_else(|| (is_asked && !fault.window.is_over(home)).then_some(1.0))?;
        let nth = if is_asked {
            0
        } else {
            installed.matched.fetch_add(1, Ordering::Relaxed) + 1
        };
        let knows_case = fault.needs_attempt() || is_asked || self.recorder.is_busy();
        let (fingerprint, attempt) = if knows_case {
            let fingerprint = (context.fingerprint)();
            (
                fingerprint,
                self.attempt(installed.serial, context.facts.world, fingerprint),
            )
        } else {
            (0, 0)
        };
        let mut drawn = Drawn {
            toss: SamplingDecision {
                struck: true,
                below: None,
            },
            value: 0,
            number: if fault.draw.is_counted() { nth } else { attempt },
            fingerprint,
            attempt,
            nth,
            is_asked,
            taped_delay: None,
        };
        if fault.draws_lots() || fault.effect.is_chance() {
            drawn.value = drawn.keyed(b"fault", fault, context, |key| {
                (context.dice.draw(key) >> 64) as u64
            });
        }
        if is_asked {
            return Some(drawn);
        }
        if let Some(tape) = self.recorder.playing() {
            let taped = tape.find(&fault.id, context.facts.world, fingerprint, attempt);
            drawn.toss.struck = taped.is_some();
            if let Some(taped) = taped {
                drawn.value = u64::from_str_radix(&taped.drawn, 16).unwrap_or_default();
                drawn.taped_delay = Some(Duration::from_micros(taped.delay_us));
            }
            return Some(drawn);
        }
        drawn.toss = fault.draw.toss(nth, strength, || drawn.value);
        Some(drawn)
    }

    /// The how-manieth call with this input a fault meets.
    fn attempt(&self, serial: u64, world: &str, fingerprint: u128) -> u64 {
        let mut key = serial.to_le_bytes().to_vec();
        key.extend(fingerprint.to_le_bytes());
        key.extend(world.as_bytes());
        let mut attempts = self.attempts.lock().expect("no panic while held");
        let attempt = attempts.get_or_insert_mut(xxh3_128(&key), || 0);
        *attempt += 1;
        let attempt = *attempt;
        if attempts.len() > MOST_ATTEMPTS {
            attempts.pop_lru();
        }
        attempt
    }
}

/// The faults a call asks for by header that are decided now.
fn asked<'a>(
    set: &'a FaultSet<Arc<InstalledFault>>,
    context: &FaultContext<'_>,
    point: InjectionPoint,
) -> Vec<&'a Arc<InstalledFault>> {
    let found = context.wish.ids().filter_map(|id| set.get(id));
    let here = found.filter(|one| {
        let world = one.fault.scope.world.as_deref();
        one.fault.point() == point && world.is_none_or(|world| world == context.facts.world)
    });
    here.collect()
}

/// A draw, and what it was drawn for.
struct Drawn {
    toss: SamplingDecision,
    value: u64,
    /// What is drawn by: the attempt of the input, or the count of calls.
    number: u64,
    fingerprint: u128,
    attempt: u64,
    nth: u64,
    is_asked: bool,
    taped_delay: Option<Duration>,
}

impl Drawn {
    /// Calls `with` with the key of a draw: what for, fault, world, input and number. What is counted is not
    /// drawn by its input.
    fn keyed<T>(
        &self,
        what: &[u8],
        fault: &Fault,
        context: &FaultContext<'_>,
        with: impl FnOnce(&[&[u8]]) -> T,
    ) -> T {
        let input = if fault.draw.is_counted() {
            0
        } else {
            self.fingerprint
        };
        let (input, number) = (input.to_le_bytes(), self.number.to_le_bytes());
        let world = context.facts.world.as_bytes();
        with(&[what, fault.id.as_bytes(), world, &input, &number])
    }

    /// The facts it rested on.
    fn words(&self) -> String {
        if self.is_asked {
            return "asked for by header".to_owned();
        }
        let share = |value: u128| value as f64 / 18_446_744_073_709_551_616.0;
        match self.toss.below {
            Some(below) if below > 0 && below <= u128::from(u64::MAX) => {
                let sign = if self.toss.struck { "<" } else { "≥" };
                let drawn = share(u128::from(self.value));
                format!(
                    "drew {drawn:.6} {sign} {:.6}, number {}",
                    share(below),
                    self.number
                )
            }
            Some(below) => format!("toxicity {}", share(below)),
            None => format!("matching call {}", self.nth),
        }
    }

    fn taped(&self, fault: &Fault, context: &FaultContext<'_>, delay: Duration) -> TapedInjection {
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
