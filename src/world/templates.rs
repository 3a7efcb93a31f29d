//! Templates that users upload, kept in the store and checked whenever they are read (001 2.1).

use crate::clock::Time;
use crate::composition::{Template, TemplateParseError};
use crate::signing::digest::sha256_hex;
use crate::store::{Store, StoreError, TemplateRow};
use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

/// Templates a world may have.
const MOST: usize = 1_000;
/// Templates that stay read.
const READ: NonZeroUsize = NonZeroUsize::new(256).expect("not zero");

/// Why a template cannot be had or kept.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// There is none of this id.
    #[error("there is no template {0:?}")]
    Unknown(String),
    /// There is one already.
    #[error("there is already a template {0:?}")]
    Exists(String),
    /// There are as many as may be.
    #[error("a world has at most {MOST} templates")]
    Full,
    /// An id that cannot be one.
    #[error("expected 1 to 64 of a-z, A-Z, 0-9, -, _")]
    Id,
    /// What was sent is no template.
    #[error("{0}")]
    Flaw(#[from] TemplateParseError),
    /// What is kept is not what was written.
    #[error("template {0:?} is damaged: it is not what was uploaded, and is not served")]
    Damaged(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A template as it is kept.
#[derive(Clone, Debug)]
pub struct StoredTemplate {
    /// Its id.
    pub id: String,
    /// SHA-256 over its id, a zero byte and its bytes.
    pub sha256: String,
    /// How many bytes it has.
    pub bytes: usize,
    /// When it came.
    pub created: Time,
    /// It; none where it is damaged.
    pub template: Option<Arc<Template>>,
}

/// Templates of all worlds.
pub struct TemplateStore {
    store: Arc<dyn Store>,
    /// By checksum: reading the bytes again is for finding damage, not for reading the template again.
    read: Mutex<LruCache<String, Arc<Template>>>,
}

impl TemplateStore {
    /// Of this store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        let read = Mutex::new(LruCache::new(READ));
        Self { store, read }
    }

    /// Keeps a template, under this id or one drawn from its content.
    ///
    /// # Errors
    /// When it is none, its id is taken or cannot be one, there are too many, or the store fails; nothing is kept then.
    pub fn add(
        &self,
        world: &str,
        id: Option<&str>,
        body: &[u8],
        now: Time,
    ) -> Result<StoredTemplate, TemplateError> {
        let template = Template::parse(body)?;
        let drawn = format!("tpl-{}", &sha256_hex(body)[..16]);
        let id = id.unwrap_or(&drawn);
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if !(1..=64).contains(&id.len()) || !id.chars().all(fits) {
            return Err(TemplateError::Id);
        }
        if crate::composition::builtin(id).is_some() {
            return Err(TemplateError::Exists(id.to_owned()));
        }
        if self.store.template_count(world)? >= MOST {
            return Err(TemplateError::Full);
        }
        let row = TemplateRow {
            world: world.to_owned(),
            id: id.to_owned(),
            sha256: checksum(id, body),
            body: body.to_vec(),
            created: now.micros(),
        };
        if !self.store.add_template(&row)? {
            return Err(TemplateError::Exists(row.id));
        }
        Ok(StoredTemplate {
            id: row.id,
            sha256: row.sha256,
            bytes: row.body.len(),
            created: now,
            template: Some(Arc::new(template)),
        })
    }

    /// The templates of a world, the oldest first, damaged ones among them.
    ///
    /// # Errors
    /// When the store fails.
    pub fn all(&self, world: &str) -> Result<Vec<StoredTemplate>, TemplateError> {
        let rows = self.store.templates(world)?;
        Ok(rows.into_iter().map(|row| self.checked(row)).collect())
    }

    /// A template of a world, as it is kept.
    ///
    /// # Errors
    /// When there is none, or the store fails.
    pub fn find(&self, world: &str, id: &str) -> Result<StoredTemplate, TemplateError> {
        let row = self.store.template(world, id)?;
        row.map(|row| self.checked(row))
            .ok_or_else(|| TemplateError::Unknown(id.to_owned()))
    }

    /// A template of a world, to compose with.
    ///
    /// # Errors
    /// When there is none, it is damaged, or the store fails.
    pub fn get(&self, world: &str, id: &str) -> Result<Arc<Template>, TemplateError> {
        let kept = self.find(world, id)?;
        kept.template.ok_or(TemplateError::Damaged(kept.id))
    }

    /// Removes a template, so that nothing of it is left in the store.
    ///
    /// # Errors
    /// When there is none, or the store fails.
    pub fn remove(&self, world: &str, id: &str) -> Result<(), TemplateError> {
        if self.store.remove_template(world, id)? {
            Ok(())
        } else {
            Err(TemplateError::Unknown(id.to_owned()))
        }
    }

    fn checked(&self, row: TemplateRow) -> StoredTemplate {
        let template = (checksum(&row.id, &row.body) == row.sha256)
            .then(|| self.parsed(&row))
            .flatten();
        if template.is_none() {
            tracing::error!(
                world = row.world,
                id = row.id,
                "a template in the store is damaged; it is not served"
            );
        }
        StoredTemplate {
            id: row.id,
            sha256: row.sha256,
            bytes: row.body.len(),
            created: Time::from_micros(row.created),
            template,
        }
    }

    fn parsed(&self, row: &TemplateRow) -> Option<Arc<Template>> {
        let read = || self.read.lock().expect("no panic while held");
        if let Some(template) = read().get(&row.sha256) {
            return Some(template.clone());
        }
        let template = Arc::new(Template::parse(&row.body).ok()?);
        read().put(row.sha256.clone(), template.clone());
        Some(template)
    }
}

fn checksum(id: &str, body: &[u8]) -> String {
    sha256_hex(&[id.as_bytes(), &[0], body].concat())
}
