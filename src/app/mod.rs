//! Puts the parts together, once, for the program and for every test.

mod construction;

pub use construction::installed_model;

use crate::admin::{self, AdminState, RequestGuard, credentials, is_loopback};
use crate::clock::{Clock, ClockChange, TimeMapping};
use crate::dice::Dice;
use crate::faults::{Fault, FaultSpecError, ValidationContext};
use crate::gateway::{BACKLOG, Connection, Gateway, ListenerSwitch, follow_all, known_providers, receive};
use crate::ledger::Ledger;
use crate::outbound::OwnListeners;
use crate::providers::Providers;
use crate::settings::Settings;
use crate::sla::WorkdayCalendar;
use crate::statements::Statements;
use crate::store::{self, Store, StoreExecutor};
use crate::world::faults::FaultRegistry;
use crate::world::{DEMO, Jobs, Records};
use actix_web::dev::ServerHandle;
use actix_web::web::{self, Data};
use actix_web::{App, HttpServer};
use anyhow::Context;
use construction::{Run, gateway};
use serde::Serialize;
use serde_json::Value;
use socket2::{Domain, Protocol, Socket, Type};
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

/// How long a client may take to send its head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Threads that serve the admin API.
const ADMIN_WORKERS: usize = 1;

/// A server that is put together and bound, but does not serve yet.
pub struct Application {
    gateway: Data<Gateway>,
    admin: Data<AdminState>,
    provider_socket: TcpListener,
    admin_socket: TcpListener,
    settings: Settings,
    /// Where providers are served.
    pub listen: SocketAddr,
    /// Where the admin API is served.
    pub admin_listen: SocketAddr,
    /// The admin API's token, where it was made for this run.
    pub fresh_token: Option<String>,
}

/// What the ready file and the first line of `--log-format json` say.
#[derive(Clone, Debug, Serialize)]
pub struct ReadyFile {
    /// Base URL of the provider listener.
    pub listen: String,
    /// Base URL of the admin listener.
    pub admin: String,
    /// Process id.
    pub pid: u32,
    /// The world the credentials are of.
    pub world: &'static str,
    /// The seed in force.
    pub seed: u64,
    /// Credentials by vendor.
    pub credentials: Value,
}

impl Application {
    /// Opens the store, loads the worlds, binds the listeners.
    ///
    /// # Errors
    /// One message that says what cannot be used and why.
    pub fn build(settings: Settings, providers: Providers) -> anyhow::Result<Self> {
        let provider_socket = bind("server.listen", &settings.server.listen)?;
        let admin_socket = bind("server.admin_listen", &settings.server.admin_listen)?;
        let (listen, admin_listen) = (provider_socket.local_addr()?, admin_socket.local_addr()?);
        let store = store::open(&settings.store.url)?;
        let run = Run {
            listeners: OwnListeners {
                provider: listen,
                admin: admin_listen,
            },
            seed: remembered_seed(&*store, settings.seed)?,
            number: next_run(&*store)?,
            clock: first_clock(&*store, &settings)?,
            store,
        };
        let gateway = Data::new(gateway(&settings, providers, &run)?);
        first_faults(&gateway)?;
        let fresh_token = (settings.server.admin_token.is_none() && !is_loopback(&admin_listen))
            .then(crate::dice::random_secret);
        let guard = RequestGuard {
            token: settings
                .server
                .admin_token
                .clone()
                .or_else(|| fresh_token.clone()),
            hosts: settings.server.admin_hosts.clone(),
            address: admin_listen,
        };
        let calendar =
            WorkdayCalendar::with(settings.sla.calendar.as_deref()).context("config: sla.calendar")?;
        let executor = StoreExecutor::new(run.store);
        let statements = Statements {
            store: executor.clone(),
            ledger: gateway.ledger.clone(),
            worlds: gateway.worlds.clone(),
            providers: gateway.providers,
            calendar: Arc::new(calendar),
        };
        let admin = Data::new(AdminState {
            gateway: gateway.clone(),
            store: executor,
            statements,
            changes: tokio::sync::Mutex::default(),
            started: run.clock.real_now(),
            clock: run.clock,
            guard,
            seed: run.seed,
            run: run.number,
            store_url: settings.store.url.clone(),
        });
        Ok(Self {
            gateway,
            admin,
            provider_socket,
            admin_socket,
            settings,
            listen,
            admin_listen,
            fresh_token,
        })
    }

    /// What the ready file says.
    pub fn ready(&self) -> ReadyFile {
        ReadyFile {
            listen: format!("http://{}", self.listen),
            admin: format!("http://{}", self.admin_listen),
            pid: std::process::id(),
            world: DEMO,
            seed: self.admin.seed,
            credentials: credentials(
                self.gateway.providers,
                &self.gateway.worlds.demo(),
                &self.gateway.worlds.keys_of(DEMO),
            ),
        }
    }

    /// Starts serving on the threads of the calling actix system.
    ///
    /// # Errors
    /// When a listener cannot be used.
    pub fn serve(self) -> std::io::Result<ServingApplication> {
        let server = &self.settings.server;
        allow_many_sockets();
        let gate_socket = self.provider_socket.try_clone()?;
        let timeout = server.shutdown_timeout.as_secs().max(1);
        let gateway = self.gateway.clone();
        let provider = HttpServer::new(move || {
            App::new()
                .app_data(gateway.clone())
                .default_service(web::route().to(receive))
        })
        .on_connect(Connection::remember)
        .workers(server.workers)
        .max_connections(server.max_connections)
        .client_request_timeout(HEAD_TIMEOUT)
        .keep_alive(KEEP_ALIVE)
        // Else a handler outlives its client, and a client's time-out would be booked as a success.
        .h1_allow_half_closed(false)
        .disable_signals()
        .shutdown_timeout(timeout)
        .listen(self.provider_socket)?
        .run();
        let admin = self.admin.clone();
        let control = HttpServer::new(move || {
            App::new()
                .app_data(admin.clone())
                .configure(admin::mount)
                .default_service(web::route().to(admin::nothing))
        })
        .workers(ADMIN_WORKERS)
        .keep_alive(KEEP_ALIVE)
        .disable_signals()
        .shutdown_timeout(1)
        .listen(self.admin_socket)?
        .run();
        let serving = ServingApplication {
            provider: provider.handle(),
            admin: control.handle(),
            ledger: self.gateway.ledger.clone(),
            faults: self.gateway.faults.clone(),
            jobs: self.gateway.jobs.clone(),
            records: self.gateway.records.clone(),
        };
        let gate = ListenerSwitch {
            socket: gate_socket,
            server: provider.handle(),
        };
        actix_web::rt::spawn(gate.keep(self.gateway.clone()));
        if let Some(submissions) = self.gateway.jobs.take_submissions() {
            let gateway = self.gateway.clone().into_inner();
            let most = self.settings.jobs.callbacks.max(1);
            actix_web::rt::spawn(follow_all(gateway, submissions, most));
        }
        actix_web::rt::spawn(provider);
        actix_web::rt::spawn(control);
        Ok(serving)
    }

    /// Makes statements.
    pub fn statements(&self) -> &Statements {
        &self.admin.statements
    }

    /// The data plane, for handles and tests.
    pub fn gateway(&self) -> &Data<Gateway> {
        &self.gateway
    }

    /// The server's clock.
    pub fn clock(&self) -> &Clock {
        &self.admin.clock
    }
}

/// A server that serves.
#[derive(Clone)]
pub struct ServingApplication {
    provider: ServerHandle,
    admin: ServerHandle,
    ledger: Arc<Ledger>,
    faults: Arc<FaultRegistry>,
    jobs: Arc<Jobs>,
    records: Arc<Records>,
}

impl ServingApplication {
    /// Takes no new calls, finishes those in flight (faults let go of those they hold), writes what the ledger
    /// still has to. Returns the number of rows that were lost, because the store could not be written.
    pub async fn stop(&self) -> u64 {
        self.faults.halt();
        self.provider.stop(true).await;
        self.admin.stop(true).await;
        let (ledger, jobs, records) = (self.ledger.clone(), self.jobs.clone(), self.records.clone());
        let closed = web::block(move || {
            jobs.close();
            records.close();
            ledger.close()
        });
        closed.await.unwrap_or(u64::MAX)
    }
}

/// A socket that listens. Its port is its own also while an outage has closed it: a port the system chose would
/// be given back, so it is chosen with a first socket and asked for by number with a second.
fn bind(key: &str, address: &str) -> anyhow::Result<TcpListener> {
    let cannot = || format!("{key}: cannot listen on {address}");
    let mut last = None;
    for address in address.to_socket_addrs().with_context(cannot)? {
        match listen(address) {
            Ok(socket) => return Ok(socket),
            Err(why) => last = Some(why),
        }
    }
    let why = last.unwrap_or_else(|| std::io::ErrorKind::AddrNotAvailable.into());
    Err(why).with_context(cannot)
}

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let bound = |address: SocketAddr| -> std::io::Result<Socket> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        Ok(socket)
    };
    let first = bound(address)?;
    let chosen = first.local_addr()?.as_socket().unwrap_or(address);
    let socket = if address.port() == 0 {
        bound(chosen)?
    } else {
        first
    };
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// A server that holds thousands of calls needs two handles for each; the limit may be raised as far as the
/// system allows.
fn allow_many_sockets() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(why) = setrlimit(Resource::Nofile, limit) {
        tracing::debug!(%why, "the limit of open files stays as it is");
    }
}

/// Checks the faults of a configuration, as far as that can be done without its store: the worlds they name are
/// taken to exist.
///
/// # Errors
/// Which of them cannot be carried out, and why.
pub fn check_faults(settings: &Settings) -> anyhow::Result<()> {
    let now = Clock::real().now();
    for (nth, spec) in settings.fault.iter().enumerate() {
        let known = ValidationContext {
            providers: known_providers(Providers::default()),
            worlds: spec.matching.world.iter().cloned().collect(),
        };
        let checked = Fault::new(spec.clone(), "unnamed", &known, now, settings.faults.ttl);
        checked.map_err(|flaw| wrong_fault(nth, &flaw))?;
    }
    Ok(())
}

fn wrong_fault(nth: usize, flaw: &FaultSpecError) -> anyhow::Error {
    anyhow::anyhow!("config: fault {} of [[fault]]: {flaw}", nth + 1)
}

/// Arms the faults of the configuration.
fn first_faults(gateway: &Gateway) -> anyhow::Result<()> {
    let first = gateway.faults.initial().to_vec();
    let armed = gateway.put_faults(first, None);
    armed.map(drop).map_err(|(nth, flaw)| wrong_fault(nth, &flaw))
}

/// The seed that is set, or else the one of the last run on this store, or else a new one.
fn remembered_seed(store: &dyn Store, set: Option<u64>) -> anyhow::Result<u64> {
    let kept = store.meta("seed")?.and_then(|seed| seed.parse().ok());
    let seed = set.or(kept).unwrap_or_else(|| Dice::from_entropy().seed());
    if kept != Some(seed) {
        store.set_meta("seed", &seed.to_string())?;
    }
    Ok(seed)
}

fn next_run(store: &dyn Store) -> anyhow::Result<u64> {
    let run = store
        .meta("run")?
        .and_then(|run| run.parse::<u64>().ok())
        .unwrap_or(0)
        + 1;
    store.set_meta("run", &run.to_string())?;
    Ok(run)
}

/// The clock as it is set, or else as the last run on this store left it, or else real time.
fn first_clock(store: &dyn Store, settings: &Settings) -> anyhow::Result<Clock> {
    let kept = store.meta(admin::CLOCK_META)?;
    let mapping = match kept {
        Some(json) => {
            serde_json::from_str::<TimeMapping>(&json).context("the clock in the store cannot be read")?
        }
        None => TimeMapping::real(),
    };
    let clock = Clock::new(mapping);
    let asked = ClockChange {
        now: settings.clock.time,
        scale: settings.clock.scale,
        frozen: None,
    };
    if asked != ClockChange::default() {
        clock.change(asked);
    }
    Ok(clock)
}
