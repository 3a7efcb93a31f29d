//! A cache of results, bounded by bytes, that evicts the least recently used first.

use crate::exchange::ContentDigest;
use lru::LruCache;
use std::sync::{Arc, Mutex};

/// Results by the digest of the input they were made from. Locked only for look-up and insertion, never while a
/// picture is processed.
pub(super) struct ContentCache<T> {
    entries: Mutex<CacheEntries<T>>,
    max_bytes: usize,
    size_of: fn(&T) -> usize,
}

struct CacheEntries<T> {
    results: LruCache<ContentDigest, Arc<T>>,
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

    pub(super) fn get(&self, content: ContentDigest) -> Option<Arc<T>> {
        let mut entries = self.entries.lock().expect("no panic while held");
        entries.results.get(&content).cloned()
    }

    pub(super) fn put(&self, content: ContentDigest, result: Arc<T>) {
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
        let put = |name: &str, bytes: usize| {
            cache.put(ContentDigest::of(name.as_bytes()), Arc::new(vec![0; bytes]));
        };
        let has = |name: &str| cache.get(ContentDigest::of(name.as_bytes())).is_some();
        for name in ["a", "b", "c"] {
            put(name, 40);
            has("a");
        }
        let kept = ["a", "b", "c"].map(has);
        assert_eq!(kept, [true, false, true]);
        put("large", 101);
        assert!(!has("large"), "what is too large is not kept");
        put("twice", 60);
        put("twice", 70);
        assert!(has("twice"));
    }
}
