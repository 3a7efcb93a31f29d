//! Durable records of the worlds: what a vendor keeps between calls, such as face sets, tokens, voices, and history.
//!
//! A record belongs to a world, a provider and a kind, and has an id and a typed value. It may expire on its world's
//! clock. Records are in memory and, within some milliseconds, in the store; they are erased with their world.

use crate::clock::Time;
use crate::store::{RecordRow, Store, StoreError, WriteBehind};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard};

/// A kind of records, with the type of their values.
pub trait Record: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The kind's name within its provider, as it stands in the store.
    const KIND: &'static str;

    /// Most records of the kind in a world; the oldest leave.
    const LIMIT: usize = 10_000;
}

/// The records of all worlds.
pub struct Records {
    /// Held for a look-up or a change, never while a value is made or read.
    collections: Mutex<Collections>,
    writer: WriteBehind<RecordKey, RecordRow>,
}

#[derive(Default)]
struct Collections {
    by_kind: HashMap<CollectionKey, Collection>,
    next_position: i64,
}

/// Which records belong together.
#[derive(Clone, PartialEq, Eq, Hash)]
struct CollectionKey {
    world: Arc<str>,
    provider: Cow<'static, str>,
    kind: Cow<'static, str>,
}

/// A collection and an id.
type RecordKey = (CollectionKey, Arc<str>);

#[derive(Default)]
struct Collection {
    positions: HashMap<Arc<str>, i64>,
    /// In the order in which they were made.
    records: BTreeMap<i64, StoredRecord>,
}

#[derive(Clone)]
struct StoredRecord {
    id: Arc<str>,
    expires: Option<Time>,
    value: StoredValue,
}

#[derive(Clone)]
enum StoredValue {
    /// As it was read from the store, until it is first asked for.
    Text(Arc<str>),
    Typed(Arc<dyn Any + Send + Sync>),
}

impl Records {
    /// Reads what the store has, and starts the thread that writes changes.
    ///
    /// # Errors
    /// When the store fails, or the system gives no thread.
    pub fn load(store: Arc<dyn Store>) -> Result<Self, StoreError> {
        let mut collections = Collections::default();
        for row in store.records()? {
            let Some(value) = row.value else { continue };
            let record = StoredRecord {
                id: row.id,
                expires: row.expires.map(Time::from_micros),
                value: StoredValue::Text(value.into()),
            };
            let key = CollectionKey {
                world: row.world,
                provider: row.provider,
                kind: row.kind,
            };
            collections
                .by_kind
                .entry(key)
                .or_default()
                .put(row.position, record);
            collections.next_position = collections.next_position.max(row.position + 1);
        }
        Ok(Self {
            collections: Mutex::new(collections),
            writer: WriteBehind::start("records", move |rows| store.save_records(rows))?,
        })
    }

    /// The records of a kind that a provider keeps in a world, as they are at an instant of the world's clock.
    pub fn of<T: Record>(&self, world: &Arc<str>, provider: &'static str, now: Time) -> RecordSet<'_, T> {
        RecordSet {
            records: self,
            key: CollectionKey {
                world: world.clone(),
                provider: Cow::Borrowed(provider),
                kind: Cow::Borrowed(T::KIND),
            },
            now,
            kind: PhantomData,
        }
    }

    /// Erases the records of one world, or of all.
    pub fn erase(&self, world: Option<&str>) {
        let mut collections = self.collections();
        let mut gone = Vec::new();
        collections.by_kind.retain(|key, collection| {
            let stays = world.is_some_and(|name| *key.world != *name);
            if !stays {
                gone.extend(collection.positions.keys().map(|id| (key.clone(), id.clone())));
            }
            stays
        });
        drop(collections);
        for (key, id) in gone {
            self.remove_row(&key, id);
        }
    }

    /// Writes what is still to be written, and ends the thread.
    pub fn close(&self) {
        self.writer.close();
    }

    fn collections(&self) -> MutexGuard<'_, Collections> {
        self.collections.lock().expect("no panic while held")
    }

    fn remove_row(&self, key: &CollectionKey, id: Arc<str>) {
        self.write_row(key, id, RowValue::default());
    }

    fn write_row(&self, key: &CollectionKey, id: Arc<str>, content: RowValue) {
        let RowValue {
            position,
            expires,
            value,
        } = content;
        let row = RecordRow {
            world: key.world.clone(),
            provider: key.provider.clone(),
            kind: key.kind.clone(),
            id: id.clone(),
            position,
            expires: expires.map(Time::micros),
            value,
        };
        self.writer.write((key.clone(), id), row);
    }
}

/// What a row holds beside its id; by default, that of a record to be removed.
#[derive(Default)]
struct RowValue {
    position: i64,
    expires: Option<Time>,
    value: Option<String>,
}

impl Collection {
    fn put(&mut self, position: i64, record: StoredRecord) {
        self.positions.insert(record.id.clone(), position);
        self.records.insert(position, record);
    }

    fn find(&self, id: &str) -> Option<(i64, &StoredRecord)> {
        let position = *self.positions.get(id)?;
        self.records.get(&position).map(|record| (position, record))
    }

    fn remove(&mut self, id: &str) -> Option<StoredRecord> {
        let position = self.positions.remove(id)?;
        self.records.remove(&position)
    }

    /// Takes out the oldest record beyond a number.
    fn pop_beyond(&mut self, most: usize) -> Option<StoredRecord> {
        if self.records.len() <= most {
            return None;
        }
        let (_, oldest) = self.records.pop_first()?;
        self.positions.remove(&oldest.id);
        Some(oldest)
    }
}

impl StoredRecord {
    fn is_over(&self, now: Time) -> bool {
        self.expires.is_some_and(|end| end <= now)
    }
}

/// The records of one kind of a provider in a world.
pub struct RecordSet<'a, T> {
    records: &'a Records,
    key: CollectionKey,
    now: Time,
    kind: PhantomData<T>,
}

impl<T: Record> RecordSet<'_, T> {
    /// The value of an id; none where there is no such record, or it is over.
    pub fn get(&self, id: &str) -> Option<Arc<T>> {
        let mut collections = self.records.collections();
        let collection = collections.by_kind.get_mut(&self.key)?;
        let (position, record) = collection.find(id)?;
        if record.is_over(self.now) {
            let over = collection.remove(id)?;
            drop(collections);
            self.records.remove_row(&self.key, over.id);
            return None;
        }
        let (value, is_read) = typed::<T>(&record.value)?;
        if is_read && let Some(own) = collection.records.get_mut(&position) {
            own.value = StoredValue::Typed(value.clone());
        }
        Some(value)
    }

    /// Keeps a value under an id, in place of the one before; until an instant of the world's clock, or for good.
    pub fn put(&self, id: impl Into<Arc<str>>, value: T, expires: Option<Time>) -> Arc<T> {
        let (id, value) = (id.into(), Arc::new(value));
        let text = serde_json::to_string(&*value).expect("records can be written as JSON");
        let mut collections = self.records.collections();
        let fresh = collections.next_position;
        let collection = collections.by_kind.entry(self.key.clone()).or_default();
        let position = collection.positions.get(&id).copied().unwrap_or(fresh);
        let record = StoredRecord {
            id: id.clone(),
            expires,
            value: StoredValue::Typed(value.clone()),
        };
        collection.put(position, record);
        let oldest = collection.pop_beyond(T::LIMIT);
        collections.next_position = fresh.max(position + 1);
        // Entered before the lock is given back: changes of one id are written in their order.
        self.records.write_row(
            &self.key,
            id,
            RowValue {
                position,
                expires,
                value: Some(text),
            },
        );
        if let Some(oldest) = oldest {
            self.records.remove_row(&self.key, oldest.id);
        }
        drop(collections);
        value
    }

    /// Removes a record; gives its value where there was one that was not over.
    pub fn remove(&self, id: &str) -> Option<Arc<T>> {
        let mut collections = self.records.collections();
        let removed = collections.by_kind.get_mut(&self.key)?.remove(id)?;
        self.records.remove_row(&self.key, removed.id.clone());
        drop(collections);
        let value = (!removed.is_over(self.now)).then_some(removed.value)?;
        typed::<T>(&value).map(|(value, _)| value)
    }

    /// Every record that is not over, the oldest first, with its id.
    pub fn list(&self) -> Vec<(Arc<str>, Arc<T>)> {
        let collections = self.records.collections();
        let Some(collection) = collections.by_kind.get(&self.key) else {
            return Vec::new();
        };
        let open: Vec<StoredRecord> = collection
            .records
            .values()
            .filter(|record| !record.is_over(self.now))
            .cloned()
            .collect();
        drop(collections);
        open.into_iter()
            .filter_map(|record| Some((record.id, typed::<T>(&record.value)?.0)))
            .collect()
    }
}

/// The value, and whether it had to be read from its text. What the type cannot read is as good as absent.
fn typed<T: Record>(value: &StoredValue) -> Option<(Arc<T>, bool)> {
    match value {
        StoredValue::Typed(value) => value.clone().downcast::<T>().ok().map(|value| (value, false)),
        StoredValue::Text(text) => match serde_json::from_str::<T>(text) {
            Ok(value) => Some((Arc::new(value), true)),
            Err(why) => {
                tracing::warn!(%why, kind = T::KIND, "a record in the store cannot be read");
                None
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Token {
        of: String,
    }

    impl Record for Token {
        const KIND: &'static str = "token";
        const LIMIT: usize = 3;
    }

    fn token(of: &str) -> Token {
        Token { of: of.into() }
    }

    fn at(seconds: i64) -> Time {
        Time::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn records_are_found_by_id_until_they_expire_and_the_oldest_leave() {
        let records = Records::load(crate::store::open("sqlite::memory:").unwrap()).unwrap();
        let world: Arc<str> = "w".into();
        let set = |now| records.of::<Token>(&world, "p", at(now));
        set(0).put("a", token("1"), Some(at(10)));
        assert_eq!(set(9).get("a").as_deref(), Some(&token("1")));
        assert_eq!(set(10).get("a"), None);
        assert_eq!(set(0).get("a"), None, "what was found over stays gone");
        for id in ["b", "c", "d", "e"] {
            set(0).put(id, token(id), None);
        }
        let ids: Vec<Arc<str>> = set(0).list().into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids, ["c".into(), "d".into(), "e".into()]);
        assert_eq!(set(0).remove("d").as_deref(), Some(&token("d")));
        assert_eq!(set(0).list().len(), 2);
        assert_eq!(records.of::<Token>(&"x".into(), "p", at(0)).list().len(), 0);
        records.erase(Some("w"));
        assert_eq!(set(0).list().len(), 0);
    }

    #[test]
    fn records_outlive_the_server_and_keep_their_order() {
        let folder = std::env::temp_dir().join(format!("understudy-records-{}", std::process::id()));
        let url = format!("sqlite:{}", folder.join("r.db").display());
        let world: Arc<str> = "w".into();
        {
            let records = Records::load(crate::store::open(&url).unwrap()).unwrap();
            let set = records.of::<Token>(&world, "p", at(0));
            set.put("b", token("1"), None);
            set.put("a", token("2"), Some(at(10)));
            set.put("b", token("3"), None);
            set.put("gone", token("4"), None);
            set.remove("gone");
            records.close();
        }
        let records = Records::load(crate::store::open(&url).unwrap()).unwrap();
        let set = records.of::<Token>(&world, "p", at(0));
        let all: Vec<(Arc<str>, String)> = set
            .list()
            .iter()
            .map(|(id, own)| (id.clone(), own.of.clone()))
            .collect();
        assert_eq!(all, [("b".into(), "3".into()), ("a".into(), "2".into())]);
        assert_eq!(set.get("a").as_deref(), Some(&token("2")));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
