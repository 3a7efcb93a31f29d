//! A cache of results, bounded by bytes, that evicts the least recently used first.

use lru::LruCache;
use std::sync::{Arc, Mutex};

/// Results by the XXH3-128 of the input they were made from. Locked only for look-up and insertion, never while a
/// picture is processed.
pub(super) struct ContentCache<T> {
    entries: Mutex<CacheEntries<T>>,
    max_bytes: usize,
    size_of: fn(&T) -> usize,
}

struct CacheEntries<T> {
    results: LruCache<u128, Arc<T>>,
    bytes: usize,
}

impl<T> ContentCache<T> {
    /// Creates an empty cache. `size_of` returns the bytes an entry counts for.
    pub(super) fn new(max_bytes: usize, size_of: fn(&T) -> usize) -> Self {
        Self {
            entries: Mutex::new(CacheEntries {
                results: LruCache::unbounded(),
                bytes: 0,
            }),
            max_bytes,
            size_of,
        }
    }

    pub(super) fn get(&self, content: u128) -> Option<Arc<T>> {
        let mut entries = self.entries.lock().expect("no panic while held");
        entries.results.get(&content).cloned()
    }

    pub(super) fn put(&self, content: u128, result: Arc<T>) {
        let mut entries = self.entries.lock().expect("no panic while held");
        entries.bytes += (self.size_of)(&result);
        if let Some(old) = entries.results.put(content, result) {
            entries.bytes -= (self.size_of)(&old);
        }
        while entries.bytes > self.max_bytes {
            let Some((_, oldest)) = entries.results.pop_lru() else {
                break;
            };
            entries.bytes -= (self.size_of)(&oldest);
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
