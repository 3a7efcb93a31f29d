//! A key: what opens a world at one vendor.

use crate::clock::Time;
use crate::dice::Dice;
use crate::exchange::{Credential, CredentialScheme, SecretFormat};
use crate::signing::rsa;
use crate::store::KeyRow;
use serde::{Deserialize, Serialize};

/// A key with its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// The vendor it is for.
    pub vendor: String,
    /// The world it opens.
    pub world: String,
    /// What the caller proves it has.
    pub credential: Credential,
    /// Whether it may be used.
    pub state: KeyState,
    /// Operations it may use (`jdcloud-matting/cutout`); all where absent.
    pub operations: Option<Vec<String>>,
    /// When its validity ends, on the world's clock.
    pub expires: Option<Time>,
    /// Real time of creation.
    pub created: Time,
}

/// State of a key.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum KeyState {
    /// In use.
    #[default]
    Active,
    /// Switched off.
    Disabled,
    /// Its validity is over.
    Expired,
    /// In use, and known to be in strange hands (an SLA exclusion, no refusal).
    Leaked,
    /// Its account owes money.
    Arrears,
}

impl KeyState {
    fn name(self) -> &'static str {
        match self {
            KeyState::Active => "active",
            KeyState::Disabled => "disabled",
            KeyState::Expired => "expired",
            KeyState::Leaked => "leaked",
            KeyState::Arrears => "arrears",
        }
    }
}

impl ApiKey {
    /// The first key of a scheme in a world: the same for the same seed and name.
    pub fn first(vendor: &str, scheme: &CredentialScheme, world: &str, dice: Dice, created: Time) -> Self {
        let of = [vendor.as_bytes(), scheme.name.as_bytes(), world.as_bytes(), b""];
        Self::active(vendor, world, draw_credential(scheme, dice, &of[..3]), created)
    }

    /// One key more; its time of creation tells it from all others.
    pub fn further(vendor: &str, scheme: &CredentialScheme, world: &str, dice: Dice, created: Time) -> Self {
        let nonce = created.micros().to_le_bytes();
        let of = [
            vendor.as_bytes(),
            scheme.name.as_bytes(),
            world.as_bytes(),
            &nonce,
        ];
        Self::active(vendor, world, draw_credential(scheme, dice, &of), created)
    }

    /// The demo world's key of a scheme.
    pub fn demo(vendor: &str, scheme: &CredentialScheme, world: &str, created: Time) -> Self {
        let credential = Credential {
            id: scheme.demo_id.to_owned(),
            scheme: scheme.name.to_owned(),
            secret: scheme.demo_secret.to_owned(),
        };
        Self::active(vendor, world, credential, created)
    }

    fn active(vendor: &str, world: &str, credential: Credential, created: Time) -> Self {
        Self {
            vendor: vendor.to_owned(),
            world: world.to_owned(),
            credential,
            state: KeyState::Active,
            operations: None,
            expires: None,
            created,
        }
    }

    /// The key as kept.
    pub fn to_row(&self) -> KeyRow {
        KeyRow {
            vendor: self.vendor.clone(),
            id: self.credential.id.clone(),
            world: self.world.clone(),
            scheme: self.credential.scheme.clone(),
            secret: self.credential.secret.clone(),
            state: self.state.name().to_owned(),
            operations: self
                .operations
                .as_ref()
                .map(|list| serde_json::json!(list).to_string()),
            expires: self.expires.map(Time::micros),
            created: self.created.micros(),
        }
    }

    /// Reads a key as kept.
    ///
    /// # Errors
    /// When the row was not written by this program.
    pub fn from_row(row: KeyRow) -> Result<Self, serde_json::Error> {
        Ok(Self {
            state: serde_json::from_value(row.state.into())?,
            operations: row
                .operations
                .map(|list| serde_json::from_str(&list))
                .transpose()?,
            vendor: row.vendor,
            world: row.world,
            credential: Credential {
                id: row.id,
                scheme: row.scheme,
                secret: row.secret,
            },
            expires: row.expires.map(Time::from_micros),
            created: Time::from_micros(row.created),
        })
    }
}

/// A credential of a scheme, drawn from the dice with this key.
fn draw_credential(scheme: &CredentialScheme, dice: Dice, key: &[&[u8]]) -> Credential {
    let part = |name: &'static [u8]| [&[name], key].concat();
    let secret = part(b"secret");
    Credential {
        id: dice.text(&part(b"id"), scheme.alphabet, scheme.id_len),
        scheme: scheme.name.to_owned(),
        secret: match scheme.secret {
            SecretFormat::Text(len) => dice.text(&secret, scheme.alphabet, len),
            SecretFormat::Rsa(bits) => rsa::generate(&mut dice.stream(&secret), bits),
        },
    }
}
