//! Understudy inside another program or test.
//!
//! ```
//! let server = understudy::Understudy::builder().start().unwrap();
//! println!("{} {}", server.ready().listen, server.ready().credentials);
//! let statement = server.statement("jdcloud-matting", "demo", "2026-11").unwrap();
//! assert_eq!(statement["result"]["commitment_met"], true);
//! // Shut down, with every row written, when `server` is dropped.
//! ```

use crate::app::{Application, ReadyFile, ServingApplication};
use crate::clock::Clock;
use crate::gateway::Gateway;
use crate::providers::Providers;
use crate::settings::Settings;
use crate::statements::{StatementKey, StatementRequest, Statements};
use crate::world::Event;
use anyhow::Context;
use serde_json::Value;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;

/// Starts servers.
#[derive(Clone)]
pub struct Understudy {
    settings: Settings,
    providers: Providers,
}

impl Understudy {
    /// A server on free ports with nothing on disk.
    pub fn builder() -> Self {
        Self {
            settings: Settings::for_tests(),
            providers: Providers::default(),
        }
    }

    /// With other settings.
    #[must_use]
    pub fn settings(self, settings: Settings) -> Self {
        Self { settings, ..self }
    }

    /// With other providers than the built-in ones: your own implement [`Provider`](crate::providers::Provider).
    #[must_use]
    pub fn providers(self, providers: Providers) -> Self {
        Self { providers, ..self }
    }

    /// Starts it on a thread of its own and returns once both listeners accept.
    ///
    /// # Errors
    /// What cannot be used, and why.
    pub fn start(self) -> anyhow::Result<Running> {
        let application = Application::build(self.settings.validate()?, self.providers)?;
        let ready = application.ready();
        let (gateway, clock) = (application.gateway().clone(), application.clock().clone());
        let statements = application.statements().clone();
        let (started, wait) = mpsc::channel();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let thread = std::thread::Builder::new()
            .name("understudy".into())
            .spawn(move || {
                actix_web::rt::System::new().block_on(async move {
                    let serving = application.serve();
                    let running = serving.as_ref().ok().cloned();
                    drop(started.send(serving.map(|_: ServingApplication| ())));
                    if let Some(running) = running {
                        drop(stopped.await);
                        running.stop().await;
                    }
                });
            })?;
        wait.recv().context("the server's thread ended")??;
        Ok(Running {
            ready,
            gateway: gateway.into_inner(),
            statements,
            clock,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

/// A running server; dropping it shuts it down and waits until every row is written.
pub struct Running {
    ready: ReadyFile,
    gateway: Arc<Gateway>,
    statements: Statements,
    clock: Clock,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Addresses and demo credentials.
    pub fn ready(&self) -> &ReadyFile {
        &self.ready
    }

    /// The server's clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The statement of a cycle, `2026-11`, as `GET sla/{provider}/{world}/{cycle}` of the admin API gives it.
    ///
    /// # Errors
    /// What is unknown or cannot be settled.
    pub fn statement(&self, provider: &str, world: &str, cycle: &str) -> anyhow::Result<Value> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let request = StatementRequest::new(StatementKey {
            provider: provider.to_owned(),
            world: world.to_owned(),
            cycle: cycle.to_owned(),
        });
        Ok(runtime.block_on(self.statements.statement(request))?)
    }

    /// Makes statements and what is derived from them.
    pub fn statements(&self) -> &Statements {
        &self.statements
    }

    /// Reads what happens on the server from now on: calls, faults, jobs, clocks. Who reads too slowly misses the oldest
    /// events, and is told how many.
    pub fn events(&self) -> tokio::sync::broadcast::Receiver<Event> {
        self.gateway.events.subscribe()
    }

    /// Worlds, ledger, files: the data plane.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
