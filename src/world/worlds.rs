//! Every world and every key, in memory and in the store.

use super::{
    Admission, ApiKey, Events, FieldError, Journal, KnownNames, NonceCache, ResultFiles, World, WorldSettings,
};
use crate::clock::{Clock, Time, TimeMapping};
use crate::dice::Dice;
use crate::exchange::Vendor;
use crate::spelling::{nearest_name, suggest};
use crate::store::{Store, StoreError, WorldRow};
use arc_swap::ArcSwap;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, RwLock};

/// The world of calls without a known credential.
pub const DEMO: &str = "demo";

/// Worlds there may be at most: each holds a journal.
const MOST_WORLDS: usize = 10_000;

/// Keys a world may have at most.
const MOST_KEYS: usize = 1_000;

/// No world has a name that was asked for; the message says which name may have been meant.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UnknownWorldError(String);

/// Why a world or key cannot be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The name is taken.
    #[error("there is already a {0}")]
    Exists(String),
    /// No such thing.
    #[error("there is no {0}")]
    Unknown(String),
    /// The request cannot be carried out as it stands.
    #[error("{0}")]
    Invalid(String),
    /// A setting cannot be what it is.
    #[error("settings.{0}")]
    Setting(FieldError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What all worlds share.
pub struct WorldsSetup {
    /// Where worlds and keys are kept.
    pub store: Arc<dyn Store>,
    /// The server's clock.
    pub clock: Clock,
    /// The server's dice.
    pub dice: Dice,
    /// Bytes of journal a world may hold.
    pub journal_bytes: usize,
    /// Where changes of the worlds' clocks are published.
    pub events: Events,
    /// Result files of all worlds.
    pub files: Arc<ResultFiles>,
    /// The vendors whose keys a new world gets.
    pub vendors: Vec<&'static Vendor>,
    /// The names that settings and expectations may use.
    pub names: KnownNames,
    /// Which run of the server on this store this is.
    pub run: u64,
}

/// Every world and every key.
pub struct Worlds {
    setup: WorldsSetup,
    /// Read on every call, written by the admin API.
    by_name: RwLock<BTreeMap<String, Arc<World>>>,
    /// By vendor, then by public part. Read on every call.
    keys: RwLock<HashMap<String, HashMap<String, Arc<ApiKey>>>>,
    /// Held while worlds or keys are changed, so that store and memory change alike.
    changes: Mutex<()>,
}

impl Worlds {
    /// Loads every world from the store, and makes the demo world where there is none.
    ///
    /// # Errors
    /// When the store fails or holds what this program cannot read.
    pub fn load(setup: WorldsSetup) -> Result<Self, WorldError> {
        let rows = setup.store.worlds()?;
        let keys = setup.store.keys()?;
        let usage = setup
            .store
            .usage(None, Time::from_micros(i64::MIN), Time::from_micros(i64::MAX))?;
        let unreadable = |what: &str, why: serde_json::Error| {
            WorldError::Invalid(format!("{what} in the store cannot be read: {why}"))
        };
        let all = Self {
            setup,
            by_name: RwLock::default(),
            keys: RwLock::default(),
            changes: Mutex::default(),
        };
        for row in rows {
            let settings = serde_json::from_str(&row.settings).map_err(|why| unreadable(&row.name, why))?;
            let world = all.build(&row.name, settings, Time::from_micros(row.created));
            let mapping = row
                .clock
                .as_deref()
                .map(serde_json::from_str::<TimeMapping>)
                .transpose();
            world
                .clock
                .set(mapping.map_err(|why| unreadable(&row.name, why))?);
            all.put(world);
        }
        for row in keys {
            let id = row.id.clone();
            all.put_key(ApiKey::from_row(row).map_err(|why| unreadable(&id, why))?);
        }
        for day in &usage {
            if let Some(world) = all.get(&day.world) {
                world.admission.usage(|usage| usage.restore(day));
            }
        }
        for drawn in &all.setup.store.drawn()? {
            if let Some(world) = all.get(&drawn.world) {
                world.admission.usage(|usage| usage.restore_drawdown(drawn));
            }
        }
        if all.get(DEMO).is_none() {
            all.create(DEMO, WorldSettings::default())?;
        }
        Ok(all)
    }

    /// A world by name.
    pub fn get(&self, name: &str) -> Option<Arc<World>> {
        self.by_name
            .read()
            .expect("no panic while held")
            .get(name)
            .cloned()
    }

    /// The world of a name.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(&self, name: &str) -> Result<Arc<World>, UnknownWorldError> {
        self.get(name).ok_or_else(|| {
            let all = self.all();
            let mut text = format!("there is no world {name:?}");
            suggest(
                &mut text,
                nearest_name(name, all.iter().map(|world| &*world.name)),
            );
            UnknownWorldError(text)
        })
    }

    /// The demo world.
    ///
    /// # Panics
    /// Never: the demo world cannot be deleted.
    pub fn demo(&self) -> Arc<World> {
        self.get(DEMO)
            .expect("the demo world is made at the start and never deleted")
    }

    /// Every world, by name.
    pub fn all(&self) -> Vec<Arc<World>> {
        self.by_name
            .read()
            .expect("no panic while held")
            .values()
            .cloned()
            .collect()
    }

    /// A key by its public part.
    pub fn key(&self, vendor: &str, id: &str) -> Option<Arc<ApiKey>> {
        self.keys
            .read()
            .expect("no panic while held")
            .get(vendor)?
            .get(id)
            .cloned()
    }

    /// The keys of a world, the oldest first.
    pub fn keys_of(&self, world: &str) -> Vec<Arc<ApiKey>> {
        let keys = self.keys.read().expect("no panic while held");
        let mut own: Vec<_> = keys
            .values()
            .flat_map(HashMap::values)
            .filter(|key| key.world == world)
            .cloned()
            .collect();
        own.sort_by(|a, b| {
            (a.created, &a.vendor, &a.credential.scheme, &a.credential.id).cmp(&(
                b.created,
                &b.vendor,
                &b.credential.scheme,
                &b.credential.id,
            ))
        });
        own
    }

    /// Makes a world with a key of every scheme of every vendor.
    ///
    /// # Errors
    /// When the name is taken or no name, a setting is impossible, or the store fails.
    pub fn create(&self, name: &str, settings: WorldSettings) -> Result<Arc<World>, WorldError> {
        let _changing = self.changes.lock().expect("no panic while held");
        check_name(name)?;
        settings.check(&self.setup.names).map_err(WorldError::Setting)?;
        if self.get(name).is_some() {
            return Err(WorldError::Exists(format!("world {name:?}")));
        }
        if self.all().len() >= MOST_WORLDS {
            return Err(WorldError::Invalid(format!(
                "there are {MOST_WORLDS} worlds already, no more fit"
            )));
        }
        let world = self.build(name, settings, self.setup.clock.real_now());
        self.keep(&world)?;
        for vendor in &self.setup.vendors {
            for scheme in vendor.schemes {
                let key = if name == DEMO {
                    ApiKey::demo(vendor.id, scheme, name, world.created)
                } else {
                    ApiKey::first(vendor.id, scheme, name, world.dice(), world.created)
                };
                self.setup.store.save_key(&key.to_row())?;
                self.put_key(key);
            }
        }
        self.put(world.clone());
        Ok(world)
    }

    /// Gives a world other settings.
    ///
    /// # Errors
    /// When a setting is impossible or the store fails; nothing changes then.
    pub fn configure(&self, world: &World, settings: WorldSettings) -> Result<(), WorldError> {
        let _changing = self.changes.lock().expect("no panic while held");
        settings.check(&self.setup.names).map_err(WorldError::Setting)?;
        self.setup.store.save_world(&row(world, &settings)?)?;
        let limits_changed = world.settings().limits != settings.limits;
        world.settings.store(Arc::new(settings));
        if limits_changed {
            world.admission.refill();
        }
        Ok(())
    }

    /// Writes a world's clock and settings to the store.
    ///
    /// # Errors
    /// When the store fails.
    pub fn keep(&self, world: &World) -> Result<(), WorldError> {
        Ok(self.setup.store.save_world(&row(world, &world.settings())?)?)
    }

    /// Whether a world may be erased.
    ///
    /// # Errors
    /// When it is the demo world.
    pub fn check_deletion(&self, name: &str) -> Result<(), WorldError> {
        let why = "the demo world stays: calls without a known key belong to it";
        (name != DEMO)
            .then_some(())
            .ok_or_else(|| WorldError::Invalid(why.into()))
    }

    /// Erases a world with all its data.
    ///
    /// # Errors
    /// When it is the demo world, or unknown, or the store fails.
    pub fn delete(&self, name: &str) -> Result<(), WorldError> {
        let _changing = self.changes.lock().expect("no panic while held");
        self.check_deletion(name)?;
        self.get(name)
            .ok_or_else(|| WorldError::Unknown(format!("world {name:?}")))?;
        self.setup.store.erase_world(name)?;
        self.by_name.write().expect("no panic while held").remove(name);
        for keys in self.keys.write().expect("no panic while held").values_mut() {
            keys.retain(|_, key| key.world != name);
        }
        self.setup.files.erase(name);
        Ok(())
    }

    /// Adds a key, or changes one of the same vendor and public part.
    ///
    /// # Errors
    /// When another world has a key of that name, the world has too many, or the store fails.
    pub fn save_key(&self, key: ApiKey) -> Result<Arc<ApiKey>, WorldError> {
        let _changing = self.changes.lock().expect("no panic while held");
        match self.key(&key.vendor, &key.credential.id) {
            Some(other) if other.world != key.world => {
                return Err(WorldError::Exists(format!(
                    "key {:?} in another world",
                    key.credential.id
                )));
            }
            None if self.keys_of(&key.world).len() >= MOST_KEYS => {
                return Err(WorldError::Invalid(format!(
                    "the world has {MOST_KEYS} keys already, no more fit"
                )));
            }
            Some(_) | None => {}
        }
        self.setup.store.save_key(&key.to_row())?;
        Ok(self.put_key(key))
    }

    /// Removes a key of a world.
    ///
    /// # Errors
    /// When there is no such key, or the store fails.
    pub fn remove_key(&self, key: &ApiKey) -> Result<(), WorldError> {
        let _changing = self.changes.lock().expect("no panic while held");
        self.setup.store.remove_key(&key.vendor, &key.credential.id)?;
        if let Some(keys) = self
            .keys
            .write()
            .expect("no panic while held")
            .get_mut(&key.vendor)
        {
            keys.remove(&key.credential.id);
        }
        Ok(())
    }

    /// What all worlds share.
    pub fn setup(&self) -> &WorldsSetup {
        &self.setup
    }

    fn build(&self, name: &str, settings: WorldSettings, created: Time) -> Arc<World> {
        let clock = self.setup.clock.child();
        let name: Arc<str> = name.into();
        self.setup.events.observe_clock(&clock, Some(name.clone()));
        Arc::new(World {
            name,
            created,
            admission: Admission::new(clock.clone()),
            clock,
            journal: Journal::new(self.setup.journal_bytes),
            settings: ArcSwap::from_pointee(settings),
            server_dice: self.setup.dice,
            run: self.setup.run,
            arrivals: AtomicU64::new(0),
            answers: Mutex::default(),
            erased: RwLock::default(),
            provider_keys: Mutex::default(),
            expectations: Arc::default(),
            nonces: NonceCache::default(),
        })
    }

    fn put(&self, world: Arc<World>) {
        self.by_name
            .write()
            .expect("no panic while held")
            .insert(world.name.to_string(), world);
    }

    fn put_key(&self, key: ApiKey) -> Arc<ApiKey> {
        let key = Arc::new(key);
        let mut keys = self.keys.write().expect("no panic while held");
        keys.entry(key.vendor.clone())
            .or_default()
            .insert(key.credential.id.clone(), key.clone());
        key
    }
}

fn row(world: &World, settings: &WorldSettings) -> Result<WorldRow, WorldError> {
    let json = |why: serde_json::Error| WorldError::Invalid(why.to_string());
    Ok(WorldRow {
        name: world.name.to_string(),
        settings: serde_json::to_string(settings).map_err(json)?,
        clock: world
            .clock
            .has_own_mapping()
            .then(|| serde_json::to_string(&world.clock.mapping()))
            .transpose()
            .map_err(json)?,
        created: world.created.micros(),
    })
}

fn check_name(name: &str) -> Result<(), WorldError> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
    if (1..=64).contains(&name.len()) && name.chars().all(fits) && !name.starts_with('.') {
        return Ok(());
    }
    Err(WorldError::Invalid(format!(
        "name {name:?}: expected 1 to 64 of a-z, 0-9, '-', '_' and '.', not beginning with '.'"
    )))
}
