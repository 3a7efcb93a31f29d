//! Which faults strike a call.

use super::armed::{Armed, Count};
use super::board::{Board, MOST_ATTEMPTS};
use super::strike::{Case, Strike, Wish, note};
use crate::exchange::Trail;
use crate::faults::{Effect, Fault, FaultSet, Moment, Taped, Toss};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use xxhash_rust::xxh3::xxh3_128;

impl Board {
    /// What strikes a call at a moment, in the order of the faults' names. `trail` learns every decision.
    pub fn decide(&self, moment: Moment, case: &Case<'_>, trail: &mut Trail) -> Vec<Strike> {
        let set = self.set.load();
        let asked = asked(&set, case, moment);
        self.settle(set.fitting(moment, &case.facts), &asked, case, trail)
    }

    fn settle(
        &self,
        fitting: Vec<&Arc<Armed>>,
        asked: &[&Arc<Armed>],
        case: &Case<'_>,
        trail: &mut Trail,
    ) -> Vec<Strike> {
        if case.wish == Wish::Spare {
            return Vec::new();
        }
        let is_asked = |one: &Arc<Armed>| asked.iter().any(|other| Arc::ptr_eq(one, other));
        let drawn = fitting
            .into_iter()
            .filter(|one| !is_asked(one))
            .map(|one| (one, false));
        let mut all: Vec<_> = drawn.chain(asked.iter().map(|one| (*one, true))).collect();
        all.sort_by(|(a, _), (b, _)| a.fault.id.cmp(&b.fault.id));
        let mut strikes: Vec<Strike> = Vec::new();
        let mut ended_by = case.ended_by.map(str::to_owned);
        for (armed, is_asked) in all.into_iter().filter(|(one, _)| !one.is_stopped()) {
            let strike = self.strike(armed, is_asked, case, (ended_by.as_deref(), trail));
            if let Some(strike) = strike {
                if strike.armed.fault.is_terminal() {
                    ended_by = Some(strike.id().to_owned());
                }
                strikes.push(strike);
            }
        }
        strikes
    }

    /// Whether one fault strikes a call.
    fn strike(
        &self,
        armed: &Arc<Armed>,
        is_asked: bool,
        case: &Case<'_>,
        (ended_by, trail): (Option<&str>, &mut Trail),
    ) -> Option<Strike> {
        let fault = &armed.fault;
        let Some(draw) = self.draw(armed, is_asked, case) else {
            if is_asked {
                note(trail, armed, false, || {
                    format!("{}: asked for by header, but its life is over", fault.id)
                });
            }
            return None;
        };
        if !draw.toss.struck {
            note(trail, armed, false, || format!("{}: {}", fault.id, draw.words()));
            return None;
        }
        let mut retry_after = None;
        if let Effect::Throttle { rate, burst, .. } = &fault.effect {
            let checked = armed.throttle(case.facts.world, case.clock, *rate, *burst);
            retry_after = Some(checked.err()?);
        }
        if let Some(other) = ended_by.filter(|_| fault.is_terminal()) {
            armed.count(Count::Spared);
            note(trail, armed, false, || {
                format!("{}: {}, but {other} has ended the call", fault.id, draw.words())
            });
            return None;
        }
        let Some(hold) = armed.hold() else {
            armed.count(Count::Spared);
            note(trail, armed, false, || {
                format!("{}: {}, but it holds as many as it may", fault.id, draw.words())
            });
            return None;
        };
        armed.count(if is_asked { Count::Forced } else { Count::Injected });
        let delay = draw.taped_delay.unwrap_or_else(|| {
            draw.keyed(b"latency", fault, case, |key| {
                armed.delay(
                    case.dice,
                    key,
                    (case.facts.world, case.facts.arrived),
                    case.volume,
                )
            })
        });
        self.recorder.note(armed, || draw.taped(fault, case, delay));
        let what = match delay {
            Duration::ZERO => fault.effect.kind().to_owned(),
            delay => format!("{} {}", fault.effect.kind(), humantime::format_duration(delay)),
        };
        note(trail, armed, true, || {
            format!("{}: {}: {what}", fault.id, draw.words())
        });
        Some(Strike {
            armed: armed.clone(),
            delay,
            drawn: draw.value,
            retry_after,
            _hold: hold,
        })
    }

    /// How the draw goes; none where the fault is not in force.
    fn draw(&self, armed: &Armed, is_asked: bool, case: &Case<'_>) -> Option<Drawn> {
        let fault = &armed.fault;
        let home = armed.home.now();
        let strength = fault.window.strength(case.facts.arrived, home);
        let strength = strength.or_else(|| (is_asked && !fault.window.is_over(home)).then_some(1.0))?;
        let nth = if is_asked {
            0
        } else {
            armed.matched.fetch_add(1, Ordering::Relaxed) + 1
        };
        let knows_case = fault.needs_attempt() || is_asked || self.recorder.is_busy();
        let (fingerprint, attempt) = if knows_case {
            let fingerprint = (case.fingerprint)();
            (
                fingerprint,
                self.attempt(armed.serial, case.facts.world, fingerprint),
            )
        } else {
            (0, 0)
        };
        let mut drawn = Drawn {
            toss: Toss {
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
            drawn.value = drawn.keyed(b"fault", fault, case, |key| (case.dice.draw(key) >> 64) as u64);
        }
        if is_asked {
            return Some(drawn);
        }
        if let Some(tape) = self.recorder.playing() {
            let taped = tape.find(&fault.id, case.facts.world, fingerprint, attempt);
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
fn asked<'a>(set: &'a FaultSet<Arc<Armed>>, case: &Case<'_>, moment: Moment) -> Vec<&'a Arc<Armed>> {
    let found = case.wish.ids().filter_map(|id| set.get(id));
    let here = found.filter(|one| {
        let world = one.fault.scope.world.as_deref();
        one.fault.moment() == moment && world.is_none_or(|world| world == case.facts.world)
    });
    here.collect()
}

/// A draw, and what it was drawn for.
struct Drawn {
    toss: Toss,
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
    fn keyed<T>(&self, what: &[u8], fault: &Fault, case: &Case<'_>, with: impl FnOnce(&[&[u8]]) -> T) -> T {
        let input = if fault.draw.is_counted() {
            0
        } else {
            self.fingerprint
        };
        let (input, number) = (input.to_le_bytes(), self.number.to_le_bytes());
        let world = case.facts.world.as_bytes();
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

    fn taped(&self, fault: &Fault, case: &Case<'_>, delay: Duration) -> Taped {
        Taped {
            fault: fault.id.to_string(),
            world: case.facts.world.to_owned(),
            fingerprint: format!("{:032x}", self.fingerprint),
            attempt: self.attempt,
            drawn: format!("{:016x}", self.value),
            delay_us: u64::try_from(delay.as_micros()).unwrap_or(u64::MAX),
        }
    }
}
