//! Runs calls to the store on blocking threads, for the async workers and the admin API, which must not wait.

use super::Store;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The number of connections that read: more than [`REPORTS`], so that short work never waits behind reports.
pub(super) const READERS: usize = 4;

/// The number of reports that run at once; further ones wait.
pub const REPORTS: usize = 2;

/// Runs blocking calls to a store on threads of their own. Cheap to clone.
#[derive(Clone)]
pub struct StoreExecutor {
    store: Arc<dyn Store>,
    reports: Arc<Semaphore>,
}

impl StoreExecutor {
    /// An executor for this store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            reports: Arc::new(Semaphore::new(REPORTS)),
        }
    }

    /// The store itself, for threads that may block.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Runs short work, which reads or writes a few rows.
    ///
    /// # Panics
    /// When `work` does.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Arc<dyn Store>) -> T + Send + 'static,
    ) -> T {
        let store = self.store.clone();
        joined(tokio::task::spawn_blocking(move || work(&store)).await)
    }

    /// Runs long work, which may read millions of rows. Few reports run at once; the others wait here, without a thread
    /// or a connection.
    ///
    /// # Panics
    /// When `work` does.
    pub async fn report<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Arc<dyn Store>) -> T + Send + 'static,
    ) -> T {
        let permit = self.reports.clone().acquire_owned().await;
        let store = self.store.clone();
        let task = tokio::task::spawn_blocking(move || {
            // Held here until the work ends, even if the caller is dropped before.
            let _permit = permit;
            work(&store)
        });
        joined(task.await)
    }
}

/// The result of a task; its panic continues in the caller.
fn joined<T>(done: Result<T, tokio::task::JoinError>) -> T {
    done.unwrap_or_else(|why| match why.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(cancelled) => panic!("the server is stopping: {cancelled}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[tokio::test]
    async fn short_work_does_not_wait_behind_reports() {
        let executor = StoreExecutor::new(super::super::open("sqlite::memory:").unwrap());
        let (release, gate) = mpsc::channel::<()>();
        let gate = Arc::new(std::sync::Mutex::new(gate));
        let reports: Vec<_> = (0..REPORTS + 2)
            .map(|_| {
                let (executor, gate) = (executor.clone(), gate.clone());
                tokio::spawn(async move {
                    executor
                        .report(move |_| gate.lock().unwrap().recv().is_ok())
                        .await
                })
            })
            .collect();
        for _ in 0..100 {
            assert_eq!(
                executor
                    .run(|store| store.meta("writable").unwrap())
                    .await
                    .as_deref(),
                Some("1")
            );
        }
        for _ in &reports {
            release.send(()).unwrap();
        }
        for report in reports {
            assert!(report.await.unwrap());
        }
    }
}
