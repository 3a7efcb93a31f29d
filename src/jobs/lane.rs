//! A lane: jobs that share a number of places. A job takes as many places as it weighs.

use crate::clock::Time;

/// The end of a job that does not end by itself.
const NEVER: Time = Time::from_micros(i64::MAX);

/// The open jobs of a lane.
#[derive(Debug, Default)]
pub struct Lane {
    /// Sorted by their ends.
    places: Vec<LanePlace>,
}

/// What a job takes of its lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LanePlace {
    /// When the work begins.
    pub starts_at: Time,
    /// When the places are free again; absent for a job that does not end by itself.
    pub ends_at: Option<Time>,
    /// Places.
    pub weight: u32,
}

impl LanePlace {
    fn end(&self) -> Time {
        self.ends_at.unwrap_or(NEVER)
    }
}

impl Lane {
    /// When a job that comes now can begin, where at most `most` places are taken at once: now, or when enough of
    /// the jobs before it have ended. Jobs begin in the order in which they come. `None`: never, as far as is known.
    pub fn free_at(&self, now: Time, weight: u32, most: u32) -> Option<Time> {
        if weight > most {
            return None;
        }
        let last_start = self.places.iter().map(|place| place.starts_at).max();
        let earliest = last_start.map_or(now, |start| start.max(now));
        let mut at = earliest;
        let mut ahead = self.places.iter().skip_while(|place| place.end() <= earliest);
        let open = ahead.clone().map(|place| u64::from(place.weight));
        let mut taken: u64 = open.sum();
        while taken + u64::from(weight) > u64::from(most) {
            let first = ahead.next()?;
            at = first.ends_at?;
            taken -= u64::from(first.weight);
        }
        Some(at)
    }

    /// Adds a job.
    pub fn enter(&mut self, place: LanePlace) {
        let at = self.places.partition_point(|other| other.end() <= place.end());
        self.places.insert(at, place);
    }

    /// Takes a job out, whose places are free from now on.
    pub fn leave(&mut self, place: &LanePlace) {
        if let Some(at) = self.places.iter().position(|own| own == place) {
            self.places.remove(at);
        }
    }

    /// Forgets the jobs that ended before an instant.
    pub fn forget_ended(&mut self, now: Time) {
        let open = self.places.partition_point(|place| place.end() <= now);
        self.places.drain(..open);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Time {
        Time::from_micros(seconds * 1_000_000)
    }

    fn place(starts: i64, ends: i64, weight: u32) -> LanePlace {
        LanePlace {
            starts_at: at(starts),
            ends_at: Some(at(ends)),
            weight,
        }
    }

    #[test]
    fn a_heavy_job_waits_until_enough_places_are_free() {
        let mut lane = Lane::default();
        lane.enter(place(0, 10, 1));
        lane.enter(place(0, 20, 2));
        assert_eq!(lane.free_at(at(5), 1, 4), Some(at(5)));
        assert_eq!(lane.free_at(at(5), 2, 4), Some(at(10)));
        assert_eq!(lane.free_at(at(5), 3, 4), Some(at(20)));
        assert_eq!(lane.free_at(at(5), 5, 4), None);
        lane.leave(&place(0, 20, 2));
        assert_eq!(lane.free_at(at(5), 3, 4), Some(at(5)));
    }

    #[test]
    fn a_light_job_does_not_overtake_a_heavy_one() {
        let mut lane = Lane::default();
        lane.enter(place(0, 10, 2));
        lane.enter(place(10, 20, 3));
        assert_eq!(lane.free_at(at(0), 1, 3), Some(at(20)));
    }

    #[test]
    fn what_never_ends_keeps_its_places() {
        let mut lane = Lane::default();
        lane.enter(LanePlace {
            ends_at: None,
            ..place(0, 0, 2)
        });
        assert_eq!(lane.free_at(at(0), 1, 3), Some(at(0)));
        assert_eq!(lane.free_at(at(0), 2, 3), None);
    }

    proptest! {
        #[test]
        fn no_more_places_are_taken_than_there_are(jobs in prop::collection::vec((0..20_i64, 1..10_i64, 1..4_u32), 1..40)) {
            let (mut lane, mut all, mut now) = (Lane::default(), Vec::<LanePlace>::new(), 0);
            for (gap, length, weight) in jobs {
                now += gap % 3;
                lane.forget_ended(at(now));
                let start = lane.free_at(at(now), weight, 3).expect("every job ends and fits");
                let own = LanePlace { starts_at: start, ends_at: Some(start + std::time::Duration::from_secs(length as u64)), weight };
                lane.enter(own);
                all.push(own);
            }
            for one in &all {
                let taken: u32 = all.iter().filter(|other| other.starts_at <= one.starts_at && other.end() > one.starts_at).map(|other| other.weight).sum();
                prop_assert!(taken <= 3, "{taken} at {:?}", one.starts_at);
            }
        }
    }
}
