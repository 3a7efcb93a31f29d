//! When a fault is in force.

use super::spec::WindowSpec;
use super::{FaultSpecError, Span};
use crate::clock::Time;
use std::time::Duration;

/// When a fault is in force: a span of virtual time within the fault's life, once or repeatedly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultWindow {
    /// Start of the first occurrence.
    from: Time,
    /// Whether the user set the start. It then refers to the clock of the call's world.
    has_explicit_start: bool,
    span: Option<Duration>,
    repeat: Option<Duration>,
    ramp: Option<Duration>,
    /// End of the fault's life.
    ends_at: Time,
}

impl FaultWindow {
    /// Validates the window of a fault defined at `now` that lives for `ttl`.
    ///
    /// # Errors
    /// Names the invalid field and what was expected.
    pub(super) fn new(spec: &WindowSpec, ttl: Duration, now: Time) -> Result<Self, FaultSpecError> {
        let positive = |field: &str, span: Option<Span>| match span {
            Some(Span(span)) if span.is_zero() => Err(FaultSpecError::new(
                format!("window.{field}"),
                "expected a span above 0",
            )),
            Some(Span(span)) => Ok(Some(span)),
            None => Ok(None),
        };
        let (span, repeat) = (positive("for", spec.span)?, positive("repeat", spec.repeat)?);
        let ramp = positive("ramp", spec.ramp)?;
        match (span, repeat) {
            (None, Some(_)) => {
                return Err(FaultSpecError::new(
                    "window.for",
                    "expected how long each repeated window lasts",
                ));
            }
            (Some(span), Some(repeat)) if repeat < span => {
                let expected = "expected a span from start to start, at least as long as window.for";
                return Err(FaultSpecError::new("window.repeat", expected));
            }
            (_, _) => {}
        }
        if ramp > span.or(Some(ttl)) {
            return Err(FaultSpecError::new(
                "window.ramp",
                "expected a span within the window",
            ));
        }
        let from = spec.from.unwrap_or(now);
        let ends_at = from.max(now) + ttl;
        if spec.from.is_some() && repeat.is_none() && span.is_some_and(|span| from + span <= now) {
            return Err(FaultSpecError::new(
                "window.from",
                format!("expected a window that is not over: it is {now}"),
            ));
        }
        Ok(Self {
            from,
            has_explicit_start: spec.from.is_some(),
            span,
            repeat,
            ramp,
            ends_at,
        })
    }

    /// The factor applied to toxicity: `None` outside the window, 1 inside, less while it ramps up. `arrived` is the
    /// call's arrival on its world's clock, `fault_now` the time on the fault's clock.
    pub fn strength(&self, arrived: Time, fault_now: Time) -> Option<f64> {
        if fault_now >= self.ends_at {
            return None;
        }
        let at = if self.has_explicit_start {
            arrived
        } else {
            fault_now
        };
        // Setting the clock back to before the definition does not disable the fault.
        let at = if self.has_explicit_start {
            at
        } else {
            at.max(self.from)
        };
        if at < self.from {
            return None;
        }
        let age = self.age(at);
        if self.span.is_some_and(|span| age >= span) {
            return None;
        }
        let Some(ramp) = self.ramp else { return Some(1.0) };
        Some((age.as_micros() as f64 / ramp.as_micros() as f64).min(1.0))
    }

    /// Start of the occurrence that contains a call; parameters as in [`strength`](Self::strength).
    pub fn occurrence_start(&self, arrived: Time, fault_now: Time) -> Time {
        let at = if self.has_explicit_start {
            arrived
        } else {
            fault_now.max(self.from)
        };
        at - self.age(at)
    }

    /// Whether the fault's life is over.
    pub fn is_over(&self, fault_now: Time) -> bool {
        fault_now >= self.ends_at
            || (self.repeat.is_none() && self.span.is_some_and(|span| fault_now >= self.from + span))
    }

    /// End of the fault's life.
    pub fn ends_at(&self) -> Time {
        self.ends_at
    }

    /// The next instant after `now` at which the window opens or closes.
    pub fn next_change(&self, now: Time) -> Option<Time> {
        if now >= self.ends_at {
            return None;
        }
        let next = if now < self.from {
            self.from
        } else {
            let start = now - self.age(now);
            match (self.span, self.repeat) {
                (Some(span), _) if now < start + span => start + span,
                (Some(_), Some(repeat)) => start + repeat,
                (Some(_) | None, _) => self.ends_at,
            }
        };
        Some(next.min(self.ends_at))
    }

    /// Time from the start of the latest occurrence to `at`.
    fn age(&self, at: Time) -> Duration {
        let age = at.since(self.from);
        match self.repeat {
            Some(repeat) => Duration::from_micros((age.as_micros() % repeat.as_micros()) as u64),
            None => age,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Time {
        format!("2026-11-20T{text}+08:00").parse().unwrap()
    }

    #[expect(clippy::unnecessary_wraps, reason = "as the fields take it")]
    fn span(text: &str) -> Option<Span> {
        Some(Span(crate::clock::parse_span(text).unwrap()))
    }

    fn window(spec: &WindowSpec) -> FaultWindow {
        FaultWindow::new(spec, Duration::from_secs(3 * 3600), at("09:00:00")).unwrap()
    }

    #[test]
    fn it_comes_again_and_ramps_up_each_time() {
        let window = window(&WindowSpec {
            from: Some(at("10:00:00")),
            span: span("5m"),
            repeat: span("1h"),
            ramp: span("1m"),
        });
        let strength = |text| window.strength(at(text), at("09:30:00"));
        assert_eq!(strength("09:59:59"), None);
        assert_eq!(strength("10:00:00"), Some(0.0));
        assert_eq!(strength("10:00:30"), Some(0.5));
        assert_eq!(strength("10:04:59"), Some(1.0));
        assert_eq!(strength("10:05:00"), None);
        assert_eq!(strength("11:00:15"), Some(0.25));
        assert_eq!(window.ends_at(), at("13:00:00"));
        assert_eq!(
            window.occurrence_start(at("11:00:15"), at("09:30:00")),
            at("11:00:00")
        );
        assert_eq!(window.strength(at("12:01:00"), at("13:00:00")), None);
        let changes: Vec<Time> =
            std::iter::successors(Some(at("09:00:00")), |now| window.next_change(*now)).collect();
        let expected = [
            "09:00:00", "10:00:00", "10:05:00", "11:00:00", "11:05:00", "12:00:00", "12:05:00", "13:00:00",
        ];
        assert_eq!(changes, expected.map(at));
    }

    #[test]
    fn without_a_window_it_lives_from_its_definition_to_its_end() {
        let window = window(&WindowSpec::default());
        assert_eq!(window.strength(at("23:00:00"), at("11:59:59")), Some(1.0));
        assert_eq!(window.strength(at("09:00:00"), at("12:00:00")), None);
        assert_eq!(window.strength(at("01:00:00"), at("01:00:00")), Some(1.0));
    }

    #[test]
    fn impossible_windows_name_their_field() {
        let error = |spec: WindowSpec| {
            let made = FaultWindow::new(&spec, Duration::from_secs(3600), at("09:00:00"));
            made.unwrap_err().field
        };
        let none = WindowSpec::default;
        assert_eq!(
            error(WindowSpec {
                span: span("0s"),
                ..none()
            }),
            "window.for"
        );
        assert_eq!(
            error(WindowSpec {
                repeat: span("1h"),
                ..none()
            }),
            "window.for"
        );
        assert_eq!(
            error(WindowSpec {
                span: span("2h"),
                repeat: span("1h"),
                ..none()
            }),
            "window.repeat"
        );
        assert_eq!(
            error(WindowSpec {
                span: span("5m"),
                ramp: span("6m"),
                ..none()
            }),
            "window.ramp"
        );
        assert_eq!(
            error(WindowSpec {
                from: Some(at("08:00:00")),
                span: span("1h"),
                ..none()
            }),
            "window.from"
        );
    }
}
