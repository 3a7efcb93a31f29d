//! Builds the data plane from the settings: worlds, faults, ledger, pool and what providers work with.

use crate::clock::Clock;
use crate::dice::Dice;
use crate::gateway::{Gateway, Metrics, Pool, Routes};
use crate::imaging::{MatteModel, Studio, StudioSettings};
use crate::jobs::RetryPolicy;
use crate::ledger::{Ledger, LedgerSettings};
use crate::outbound::{OutboundClient, OutboundSettings, OwnListeners};
use crate::providers::{Providers, Services};
use crate::settings::{Settings, SignatureClock};
use crate::store::Store;
use crate::world::faults::{FaultRegistry, FaultRegistrySettings};
use crate::world::{Events, Jobs, Records, ResultFiles, TemplateStore, Worlds, WorldsSetup};
use anyhow::Context;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What a run of the server on its store begins with.
pub(super) struct Run {
    pub store: Arc<dyn Store>,
    pub clock: Clock,
    /// Seed of all dice.
    pub seed: u64,
    /// Which run on this store it is.
    pub number: u64,
    /// Where this server listens.
    pub listeners: OwnListeners,
}

pub(super) fn gateway(settings: &Settings, providers: Providers, run: &Run) -> anyhow::Result<Gateway> {
    let (store, clock) = (&run.store, &run.clock);
    let files = Arc::new(ResultFiles::new(
        bytes(settings.files.max_bytes),
        settings.files.ttl,
    ));
    let events = Events::default();
    events.observe_clock(clock, None);
    let worlds = Worlds::load(WorldsSetup {
        events: events.clone(),
        store: store.clone(),
        clock: clock.clone(),
        dice: Dice::new(run.seed),
        journal_bytes: bytes(settings.journal.max_bytes),
        files: files.clone(),
        vendors: providers.vendors(),
        names: providers.known_names(),
        run: run.number,
    })?;
    let jobs = jobs(settings, store, &worlds, events.clone())?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let services = Services {
        studio: Arc::new(Studio::new(studio(settings), model(settings)?)),
        composer: Arc::default(),
        templates: Arc::new(TemplateStore::new(store.clone())),
        files,
        jobs: Arc::new(jobs),
        records: Arc::new(Records::load(store.clone())?),
        outbound: outbound(settings, run.listeners)?,
    };
    Ok(Gateway {
        providers,
        worlds: Arc::new(worlds),
        faults: Arc::new(faults(settings, clock, events.clone())),
        ledger: Arc::new(ledger(settings, store)?),
        metrics: Arc::new(Metrics::new()),
        services,
        pool: Pool::new(settings.pool.threads.unwrap_or(cores), settings.pool.queue),
        routes: Routes::new(providers),
        events,
        signatures_use_world_clock: settings.auth.clock == SignatureClock::Virtual,
        public_headers: settings.server.public_headers,
        clock: clock.clone(),
        is_in_total_outage: AtomicBool::new(false),
    })
}

fn faults(settings: &Settings, clock: &Clock, events: Events) -> FaultRegistry {
    let faults = FaultRegistrySettings {
        ttl: settings.faults.ttl,
        by_header: settings.faults.by_header,
        initial: settings.fault.clone(),
    };
    FaultRegistry::new(faults, clock.clone(), events)
}

fn ledger(settings: &Settings, store: &Arc<dyn Store>) -> anyhow::Result<Ledger> {
    let ledger = LedgerSettings {
        queue: settings.ledger.queue,
        linger: settings.ledger.linger,
    };
    Ledger::start(store.clone(), ledger).context("the ledger's thread cannot be started")
}

fn studio(settings: &Settings) -> StudioSettings {
    StudioSettings {
        matte: settings.imaging.matte_options(),
        max_pixels: settings.imaging.max_pixels,
        max_pixels_of_call: settings.imaging.max_pixels_of_call,
        memory_bytes: settings.imaging.memory.map_or_else(half_of_memory, |own| own.0),
        cache_bytes: bytes(settings.imaging.cache_bytes),
    }
}

/// Half of the memory that this process may use: of the machine's, or of its container's.
fn half_of_memory() -> u64 {
    let machine = rustix::system::sysinfo();
    let machine = machine.totalram.saturating_mul(u64::from(machine.mem_unit));
    let container = std::fs::read_to_string("/sys/fs/cgroup/memory.max");
    let container = container.ok().and_then(|text| text.trim().parse::<u64>().ok());
    container.unwrap_or(u64::MAX).min(machine) / 2
}

/// The jobs of the store.
fn jobs(
    settings: &Settings,
    store: &Arc<dyn Store>,
    worlds: &Worlds,
    events: Events,
) -> anyhow::Result<Jobs> {
    let retries = RetryPolicy {
        most: settings.jobs.retries,
        backoff: settings.jobs.backoff,
    };
    let clock_of = |world: &str| worlds.get(world).map(|world| world.clock.clone());
    Ok(Jobs::load(store, clock_of, retries, events)?)
}

fn outbound(settings: &Settings, listeners: OwnListeners) -> anyhow::Result<OutboundClient> {
    let own = &settings.outbound;
    Ok(OutboundClient::new(OutboundSettings {
        hosts: own.hosts.clone(),
        own: Some(listeners),
        timeout: own.timeout,
        redirects: own.redirects,
        concurrent: own.concurrent,
        queue: own.queue,
    })?)
}

/// The model that was named, or else the one that is installed, or else none.
fn model(settings: &Settings) -> anyhow::Result<Option<MatteModel>> {
    let installed = installed_model(settings);
    match &settings.imaging.model {
        Some(named) => Ok(Some(MatteModel::load(named)?)),
        None if installed.exists() => Ok(Some(MatteModel::load(&installed)?)),
        None => Ok(None),
    }
}

/// Where `models install` puts the model: beside the store's file, or into the default data directory.
pub fn installed_model(settings: &Settings) -> PathBuf {
    let store = settings
        .store
        .url
        .strip_prefix("sqlite:")
        .filter(|path| *path != ":memory:");
    let folder = store.and_then(|path| std::path::Path::new(path).parent().map(PathBuf::from));
    folder
        .unwrap_or_else(|| PathBuf::from("understudy-data"))
        .join("models")
        .join("u2netp.onnx")
}

fn bytes(size: bytesize::ByteSize) -> usize {
    usize::try_from(size.as_u64()).unwrap_or(usize::MAX)
}
