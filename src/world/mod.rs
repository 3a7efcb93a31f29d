//! All that changes, by tenant: clock, seed, settings, keys, counters, journal, result files.

mod admission;
pub mod faults;
mod files;
mod journal;
mod key;
mod meters;
mod settings;
mod worlds;

pub use admission::{Admission, Applicant, Slot};
pub use files::{File, Files};
pub use journal::{Journal, Record};
pub use key::{Key, KeyState};
pub use meters::{Charge, Meters, covers};
pub use settings::{Language, Limit, Period, Quota, Rate, Strictness, WorldSettings};
pub use worlds::{DEMO, WorldError, Worlds, WorldsSetup};

use crate::clock::{Clock, Time};
use crate::dice::Dice;
use crate::exchange::{Reply, RequestId};
use arc_swap::ArcSwap;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

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
    settings: ArcSwap<WorldSettings>,
    /// Dice of the server, for worlds without a seed of their own.
    house_dice: Dice,
    /// Tells the calls of one run of the server from those of the next.
    run: u64,
    arrivals: AtomicU64,
    /// The last good answer of each operation, kept while a fault may give it again.
    answers: Mutex<HashMap<&'static str, Arc<Reply>>>,
}

impl World {
    /// Its settings now.
    pub fn settings(&self) -> Arc<WorldSettings> {
        self.settings.load_full()
    }

    /// Its dice.
    pub fn dice(&self) -> Dice {
        self.settings
            .load()
            .seed
            .map_or_else(|| self.house_dice.derive(&self.name), Dice::new)
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
