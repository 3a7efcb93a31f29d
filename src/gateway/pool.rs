//! Runs CPU work off the async workers, with a bounded number of tasks at work and waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Semaphore;

/// A bounded pool for CPU work.
pub struct Pool {
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    most_waiting: usize,
}

/// The pool's queue is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolFullError;

/// The outcome: what the task returned or its panic, or that the queue was full.
pub type PoolOutcome<T> = Result<std::thread::Result<T>, PoolFullError>;

impl Pool {
    /// A pool of `threads` at work and `queue` waiting.
    pub fn new(threads: usize, queue: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(threads)),
            waiting: AtomicUsize::new(0),
            most_waiting: queue,
        }
    }

    /// Does the work on a thread of its own, waiting for a place. A panic in it is given back, not spread.
    ///
    /// # Errors
    /// When the queue is full.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> PoolOutcome<T> {
        let permit = if let Ok(permit) = self.permits.clone().try_acquire_owned() {
            permit
        } else {
            let _waiting = Waiting::enter(&self.waiting, self.most_waiting).ok_or(PoolFullError)?;
            self.permits
                .clone()
                .acquire_owned()
                .await
                .map_err(|_| PoolFullError)?
        };
        let task = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        });
        Ok(task.await.map_err(tokio::task::JoinError::into_panic))
    }

    /// How many wait for a place.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }
}

/// Counts a waiting call for as long as it waits, also when it is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(count: &'a AtomicUsize, most: usize) -> Option<Self> {
        count
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |n| {
                (n < most).then_some(n + 1)
            })
            .ok()?;
        Some(Self(count))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_queue_refuses_and_a_panic_does_not_spread() {
        let pool = Arc::new(Pool::new(1, 1));
        let (release, gate) = std::sync::mpsc::channel::<()>();
        let busy = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(move || gate.recv().is_ok()).await.is_ok() }
        });
        tokio::task::yield_now().await;
        let queued = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(|| panic!("work broke")).await.unwrap().is_err() }
        });
        tokio::task::yield_now().await;
        assert_eq!(pool.waiting(), 1);
        assert_eq!(pool.run(|| ()).await.err(), Some(PoolFullError));
        release.send(()).unwrap();
        assert!(busy.await.unwrap());
        assert!(queued.await.unwrap());
        assert!(pool.run(|| 7).await.unwrap().is_ok());
    }
}
