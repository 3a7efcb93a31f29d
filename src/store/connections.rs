//! Connections lent to one caller at a time, in the order in which callers asked.

use rusqlite::Connection;
use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Connections to one database. Callers are served first come, first served, so that one who takes a connection again
/// and again (a report, page by page) cannot keep the others from it.
pub(super) struct Connections {
    /// Locked to take or give back a connection, never while one is used.
    queue: Mutex<Queue>,
    changed: Condvar,
    count: usize,
}

struct Queue {
    idle: Vec<Connection>,
    /// The number the next caller draws.
    next: u64,
    /// The number whose turn it is.
    serving: u64,
}

impl Connections {
    pub(super) fn new(connections: Vec<Connection>) -> Self {
        Self {
            count: connections.len(),
            queue: Mutex::new(Queue {
                idle: connections,
                next: 0,
                serving: 0,
            }),
            changed: Condvar::new(),
        }
    }

    /// Lends a connection. Waits while all of them are in use, or others asked before.
    pub(super) fn get(&self) -> LentConnection<'_> {
        let mut lent = self.take(1);
        LentConnection {
            pool: self,
            connection: lent.pop(),
        }
    }

    /// Lends every connection: nobody else has one until all are given back.
    pub(super) fn all(&self) -> Vec<LentConnection<'_>> {
        let lent = self.take(self.count).into_iter();
        lent.map(|connection| LentConnection {
            pool: self,
            connection: Some(connection),
        })
        .collect()
    }

    fn take(&self, count: usize) -> Vec<Connection> {
        let mut queue = self.queue();
        let own = queue.next;
        queue.next += 1;
        while queue.serving != own || queue.idle.len() < count {
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        queue.serving += 1;
        let rest = queue.idle.len() - count;
        let lent = queue.idle.split_off(rest);
        drop(queue);
        self.changed.notify_all();
        lent
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many callers wait for their turn.
    #[cfg(test)]
    fn waiting(&self) -> u64 {
        let queue = self.queue();
        queue.next - queue.serving
    }
}

/// A connection in use; it is given back when this is dropped.
pub(super) struct LentConnection<'a> {
    pool: &'a Connections,
    connection: Option<Connection>,
}

impl Deref for LentConnection<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("taken only when it is dropped")
    }
}

impl DerefMut for LentConnection<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("taken only when it is dropped")
    }
}

impl Drop for LentConnection<'_> {
    fn drop(&mut self) {
        self.pool.queue().idle.extend(self.connection.take());
        self.pool.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(count: usize) -> Connections {
        Connections::new(
            (0..count)
                .map(|_| Connection::open_in_memory().unwrap())
                .collect(),
        )
    }

    /// Waits until `count` callers wait.
    fn until_waiting(pool: &Connections, count: u64) {
        while pool.waiting() < count {
            std::thread::yield_now();
        }
    }

    #[test]
    fn who_asks_again_is_served_after_those_who_wait() {
        let (pool, order) = (connections(1), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            let mut held = pool.get();
            for waiting in 0..3 {
                let (pool, order) = (&pool, &order);
                scope.spawn(move || {
                    let _own = pool.get();
                    order.lock().unwrap().push(waiting);
                });
                until_waiting(pool, waiting + 1);
            }
            drop(held);
            held = pool.get();
            order.lock().unwrap().push(99);
            drop(held);
        });
        assert_eq!(order.into_inner().unwrap(), [0, 1, 2, 99]);
    }

    #[test]
    fn who_wants_all_connections_is_not_kept_waiting_by_those_who_come_later() {
        let (pool, order) = (connections(2), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            let (first, second) = (pool.get(), pool.get());
            let (pool, order) = (&pool, &order);
            scope.spawn(move || {
                let all = pool.all();
                order.lock().unwrap().push("all");
                drop(all);
            });
            until_waiting(pool, 1);
            scope.spawn(move || {
                let _own = pool.get();
                order.lock().unwrap().push("one");
            });
            until_waiting(pool, 2);
            // One is idle now, which is enough for who came later, but it is not its turn.
            drop(first);
            drop(second);
        });
        assert_eq!(order.into_inner().unwrap(), ["all", "one"]);
    }
}
