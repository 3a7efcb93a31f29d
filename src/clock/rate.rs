//! Lets the rate limiters of `governor` run on a [`Clock`].

use super::{Clock, Time};
use governor::clock::Reference;
use governor::nanos::Nanos;
use std::ops::Add;
use std::time::Duration;

impl governor::clock::Clock for Clock {
    type Instant = Time;

    fn now(&self) -> Time {
        Clock::now(self)
    }
}

impl Reference for Time {
    fn duration_since(&self, earlier: Self) -> Nanos {
        Nanos::from(self.since(earlier))
    }

    fn saturating_sub(&self, span: Nanos) -> Self {
        *self - Duration::from(span)
    }
}

impl Add<Nanos> for Time {
    type Output = Time;

    fn add(self, span: Nanos) -> Time {
        self + Duration::from(span)
    }
}
