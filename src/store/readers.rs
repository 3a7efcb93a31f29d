//! The connections that read: several, so that a short question does not wait behind a long report.

use rusqlite::Connection;
use std::ops::Deref;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Connections that read, each lent to one caller at a time.
pub(super) struct Readers {
    /// Those that nobody uses. Held for a push or a pop.
    idle: Mutex<Vec<Connection>>,
    returned: Condvar,
}

impl Readers {
    pub(super) fn new(connections: Vec<Connection>) -> Self {
        Self {
            idle: Mutex::new(connections),
            returned: Condvar::new(),
        }
    }

    /// A connection; waits while all of them are in use.
    pub(super) fn get(&self) -> Reader<'_> {
        let mut idle = self.idle();
        loop {
            if let Some(connection) = idle.pop() {
                return Reader::Pooled(self, Some(connection));
            }
            idle = self.returned.wait(idle).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Every connection at once: nobody reads until the answer is dropped. `count` is how many there are.
    pub(super) fn all(&self, count: usize) -> Vec<Reader<'_>> {
        (0..count).map(|_| self.get()).collect()
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection to read with; it goes back when this is dropped.
pub(super) enum Reader<'a> {
    /// One of several.
    Pooled(&'a Readers, Option<Connection>),
    /// The only one, which also writes: that of a store in memory.
    Only(MutexGuard<'a, Connection>),
}

impl Deref for Reader<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Self::Pooled(_, connection) => connection.as_ref().expect("taken only when it is dropped"),
            Self::Only(connection) => connection,
        }
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if let Self::Pooled(readers, connection) = self {
            readers.idle().extend(connection.take());
            readers.returned.notify_one();
        }
    }
}
