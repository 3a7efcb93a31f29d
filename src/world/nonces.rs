//! What may be used once: nonces of signed requests, for as long as they are remembered.

use crate::clock::Time;
use crate::exchange::ContentDigest;
use std::collections::{HashSet, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

/// Nonces remembered at most; the oldest are forgotten first.
const MOST: usize = 100_000;

/// Nonces a world has seen.
#[derive(Default)]
pub struct NonceCache {
    /// Held for a look-up or an insertion.
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    order: VecDeque<(Time, u128)>,
    all: HashSet<u128>,
}

impl NonceCache {
    /// Whether a nonce comes for the first time within `window`; it is remembered from now on.
    pub fn is_new(&self, nonce: &str, now: Time, window: Duration) -> bool {
        let nonce = ContentDigest::of(nonce.as_bytes()).short();
        let mut seen = self.seen.lock().expect("no panic while held");
        while let Some((at, oldest)) = seen.order.front().copied() {
            if now.since(at) <= window && seen.order.len() < MOST {
                break;
            }
            seen.order.pop_front();
            seen.all.remove(&oldest);
        }
        let is_new = seen.all.insert(nonce);
        if is_new {
            seen.order.push_back((now, nonce));
        }
        is_new
    }

    /// Forgets all.
    pub fn clear(&self) {
        *self.seen.lock().expect("no panic while held") = Seen::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_new_once_in_its_window() {
        let nonces = NonceCache::default();
        let (start, window) = (Time::from_micros(0), Duration::from_secs(60));
        assert!(nonces.is_new("a", start, window));
        assert!(!nonces.is_new("a", start + window, window));
        assert!(nonces.is_new("b", start, window));
        assert!(nonces.is_new("a", start + window + Duration::from_micros(1), window));
    }
}
