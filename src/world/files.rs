//! Result files, kept for a settable time and size.

use super::World;
use crate::clock::{Clock, Time};
use bytes::Bytes;
use lru::LruCache;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A result file.
#[derive(Clone, Debug)]
pub struct ResultFile {
    /// The bytes.
    pub bytes: Bytes,
    /// `image/png` …
    pub content_type: &'static str,
    /// When it was made, in the world's time.
    pub made: Time,
    expires: Time,
    world: Arc<str>,
    clock: Clock,
}

impl ResultFile {
    /// A file of a world, made now on the world's clock.
    pub fn new(world: Arc<str>, clock: &Clock, bytes: Bytes, content_type: &'static str) -> Self {
        let made = clock.now();
        Self {
            bytes,
            content_type,
            made,
            expires: made,
            world,
            clock: clock.clone(),
        }
    }
}

/// Files of all worlds, by name; the least recently used leave when there are too many bytes.
pub struct ResultFiles {
    max_bytes: usize,
    ttl: Duration,
    /// Held for a look-up or an insertion.
    shelf: Mutex<Shelf>,
}

struct Shelf {
    files: LruCache<String, ResultFile>,
    bytes: usize,
}

impl ResultFiles {
    /// An empty store of at most `max_bytes`, whose files live for `ttl`.
    pub fn new(max_bytes: usize, ttl: Duration) -> Self {
        Self {
            max_bytes,
            ttl,
            shelf: Mutex::new(Shelf {
                files: LruCache::unbounded(),
                bytes: 0,
            }),
        }
    }

    /// Keeps a file under a name, in place of one of the same name.
    pub fn put(&self, name: String, mut file: ResultFile) {
        file.expires = file.made + self.ttl;
        let mut shelf = self.shelf.lock().expect("no panic while held");
        shelf.bytes += file.bytes.len();
        if let Some(old) = shelf.files.put(name, file) {
            shelf.bytes -= old.bytes.len();
        }
        while shelf.bytes > self.max_bytes && shelf.files.len() > 1 {
            let (_, oldest) = shelf.files.pop_lru().expect("there are two or more");
            shelf.bytes -= oldest.bytes.len();
        }
    }

    /// A file that is still valid on its world's clock.
    pub fn get(&self, name: &str) -> Option<ResultFile> {
        let mut shelf = self.shelf.lock().expect("no panic while held");
        let file = shelf.files.get(name)?;
        if file.clock.now() < file.expires {
            return Some(file.clone());
        }
        let old = shelf.files.pop(name)?;
        shelf.bytes -= old.bytes.len();
        None
    }

    /// Removes the files of the worlds of this name.
    pub fn erase(&self, world: &str) {
        self.erase_where(|file| &*file.world == world);
    }

    /// Removes the files of one world, and none of another that was made under its name.
    pub fn erase_of(&self, world: &World) {
        self.erase_where(|file| Arc::ptr_eq(&file.world, &world.name));
    }

    fn erase_where(&self, is_gone: impl Fn(&ResultFile) -> bool) {
        let mut shelf = self.shelf.lock().expect("no panic while held");
        let names: Vec<_> = shelf
            .files
            .iter()
            .filter(|(_, file)| is_gone(file))
            .map(|(name, _)| name.clone())
            .collect();
        for name in names {
            if let Some(old) = shelf.files.pop(&name) {
                shelf.bytes -= old.bytes.len();
            }
        }
    }
}
