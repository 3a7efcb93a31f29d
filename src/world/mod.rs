//! All that changes, by tenant: clock, seed, settings, keys, counters, journal, result files.

mod admission;
mod events;
mod expectations;
pub mod faults;
mod field_error;
mod files;
mod jobs;
mod journal;
mod key;
mod known_names;
mod nonces;
mod records;
mod settings;
mod settings_check;
mod templates;
mod usage;
mod worlds;

pub use admission::{Admission, AdmissionPermit, AdmissionRequest};
pub use events::{Event, Events};
pub use expectations::{ExpectationError, Expectations};
pub use field_error::FieldError;
pub use files::{ResultFile, ResultFiles};
pub use jobs::{ConcurrencyLimit, JobHandle, JobSubmitError, Jobs, charge_id};
pub use journal::{Journal, JournalEntry};
pub use key::{ApiKey, KeyState};
pub use known_names::{KnownNames, ProviderNames};
pub use nonces::NonceCache;
pub use records::{Record, RecordSet, Records};
pub use settings::{
    JobRule, MessageLanguage, MessageSettings, QuotaLimit, QuotaPeriod, RateLimit, ScopeLimits, Strictness,
    WorldSettings,
};
pub use templates::{StoredTemplate as KeptTemplate, TemplateError, TemplateStore};
pub use usage::{BillableUsage, UsageCounters, covers};
pub use worlds::{DEMO, UnknownWorldError, WorldError, Worlds, WorldsSetup};

use crate::clock::{Clock, Time};
use crate::dice::Dice;
use crate::exchange::{Reply, RequestId, Vendor};
use crate::signing::rsa;
use arc_swap::ArcSwap;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock, RwLockReadGuard};

/// Bits of the keys vendors sign with: clients have room for the public half of 1024 bits (`wire/tupu.md` §2).
const PROVIDER_KEY_BITS: usize = 1024;

/// An isolated tenant.
pub struct World {
    /// Its name.
    pub name: Arc<str>,
    /// Real time of creation.
    pub created: Time,
    /// Its clock: the server's until it is given one of its own.
    pub clock: Clock,
    /// The gate its calls pass.
    pub admission: Admission,
    /// Its recent calls.
    pub journal: Journal,
    /// Verdicts its user decided beforehand.
    pub expectations: Arc<Expectations>,
    /// What was used once and may not be used again.
    pub nonces: NonceCache,
    settings: ArcSwap<WorldSettings>,
    /// Dice of the server, for worlds without a seed of their own.
    server_dice: Dice,
    /// Whether it was erased. Read while a call's row is entered, so that none is entered afterwards.
    erased: RwLock<bool>,
    /// Tells the calls of one run of the server from those of the next.
    run: u64,
    arrivals: AtomicU64,
    /// The last good answer of each operation, kept while a fault may give it again.
    answers: Mutex<HashMap<&'static str, Arc<Reply>>>,
    /// The private keys that vendors sign with here, made when they are first needed.
    provider_keys: Mutex<HashMap<&'static str, Arc<str>>>,
}

impl World {
    /// Holds the world as it is while a call's row is entered; `None` where it was erased, and no row may be.
    pub fn hold_open(&self) -> Option<RwLockReadGuard<'_, bool>> {
        let erased = self.erased.read().expect("no panic while held");
        (!*erased).then_some(erased)
    }

    /// Marks it as erased, or not after all. No row is entered any more once this returns.
    pub fn set_erased(&self, erased: bool) {
        *self.erased.write().expect("no panic while held") = erased;
    }

    /// Its settings now.
    pub fn settings(&self) -> Arc<WorldSettings> {
        self.settings.load_full()
    }

    /// Its dice.
    pub fn dice(&self) -> Dice {
        self.settings
            .load()
            .seed
            .map_or_else(|| self.server_dice.derive(&self.name), Dice::new)
    }

    /// The last good answer of an operation, where one is remembered.
    pub fn last_answer(&self, operation: &str) -> Option<Arc<Reply>> {
        let answers = self.answers.lock().expect("no panic while held");
        answers.get(operation).cloned()
    }

    /// Remembers a good answer of an operation, in place of the one before.
    pub fn remember_answer(&self, operation: &'static str, reply: &Reply) {
        let mut answers = self.answers.lock().expect("no panic while held");
        answers.insert(operation, Arc::new(reply.clone()));
    }

    /// Forgets the last answers.
    pub fn forget_answers(&self) {
        self.answers.lock().expect("no panic while held").clear();
    }

    /// The private key a vendor signs with in this world, where it signs: the same for the same seed of the server and
    /// name of the world.
    pub fn provider_key(&self, vendor: &'static Vendor) -> Option<Arc<str>> {
        let demo = vendor.signs_with?;
        let mut keys = self.provider_keys.lock().expect("no panic while held");
        let key = keys.entry(vendor.id).or_insert_with(|| {
            if *self.name == *DEMO {
                return demo.into();
            }
            let of: [&[u8]; 3] = [b"provider-key", vendor.id.as_bytes(), self.name.as_bytes()];
            rsa::generate(&mut self.server_dice.stream(&of), PROVIDER_KEY_BITS).into()
        });
        Some(key.clone())
    }

    /// A name for the call that has just arrived.
    pub fn next_request_id(&self) -> RequestId {
        let nth = self.arrivals.fetch_add(1, Ordering::Relaxed);
        let key: [&[u8]; 4] = [
            b"request",
            self.name.as_bytes(),
            &self.run.to_le_bytes(),
            &nth.to_le_bytes(),
        ];
        RequestId::from_bits(self.dice().draw(&key))
    }
}
