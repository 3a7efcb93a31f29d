//! Results that are kept while there is room, the least used given up first.

use lru::LruCache;
use std::sync::{Arc, Mutex};

/// Results by the content they were made of. Held for a look-up or an insertion, never while a picture is worked on.
pub(super) struct ContentCache<T> {
    kept: Mutex<Kept<T>>,
    most_bytes: usize,
    weigh: fn(&T) -> usize,
}

struct Kept<T> {
    results: LruCache<u128, Arc<T>>,
    bytes: usize,
}

impl<T> ContentCache<T> {
    pub(super) fn new(most_bytes: usize, weigh: fn(&T) -> usize) -> Self {
        Self {
            kept: Mutex::new(Kept {
                results: LruCache::unbounded(),
                bytes: 0,
            }),
            most_bytes,
            weigh,
        }
    }

    pub(super) fn get(&self, content: u128) -> Option<Arc<T>> {
        let mut kept = self.kept.lock().expect("no panic while held");
        kept.results.get(&content).cloned()
    }

    pub(super) fn put(&self, content: u128, result: Arc<T>) {
        let mut kept = self.kept.lock().expect("no panic while held");
        kept.bytes += (self.weigh)(&result);
        if let Some(old) = kept.results.put(content, result) {
            kept.bytes -= (self.weigh)(&old);
        }
        while kept.bytes > self.most_bytes {
            let Some((_, oldest)) = kept.results.pop_lru() else {
                break;
            };
            kept.bytes -= (self.weigh)(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_least_used_is_given_up_first() {
        let cache: ContentCache<Vec<u8>> = ContentCache::new(100, Vec::len);
        for content in 0..3 {
            cache.put(content, Arc::new(vec![0; 40]));
            cache.get(0);
        }
        let kept = [0, 1, 2].map(|content| cache.get(content).is_some());
        assert_eq!(kept, [true, false, true]);
        cache.put(9, Arc::new(vec![0; 101]));
        assert!(cache.get(9).is_none(), "what is too large is not kept");
        cache.put(5, Arc::new(vec![0; 60]));
        cache.put(5, Arc::new(vec![0; 70]));
        assert!(cache.get(5).is_some());
    }
}
