//! What JD Cloud's products share: credentials, gateway signature, envelopes, system errors.
//! Facts and their sources: `README.md` of each product.

mod auth;
pub mod composing;
mod envelope;
mod errors;
mod gateway;
pub mod matting;
pub mod sign;
mod sla_terms;

use crate::exchange::{CredentialScheme, SecretFormat, Vendor};
use crate::sla::Contract;

/// The agreements of its products.
pub(super) static CONTRACTS: &[&Contract] = &[&matting::CONTRACT, &composing::CONTRACT];

const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const HEX: &[u8] = b"0123456789abcdef";

/// Scheme of the access keys that sign requests.
const AKSK: &str = "aksk";
/// Scheme of the app keys of the older gateway.
const APPKEY: &str = "appkey";

/// JD Cloud and its two kinds of credentials.
pub static VENDOR: Vendor = Vendor {
    id: "jdcloud",
    schemes: &[
        CredentialScheme {
            name: AKSK,
            id_field: "ak",
            secret_field: "sk",
            id_len: 32,
            secret: SecretFormat::Text(32),
            alphabet: UPPER,
            demo_id: "UNDERSTUDYDEMO00000000000ACCESS1",
            demo_secret: "UNDERSTUDYDEMO00000000000SECRET1",
        },
        CredentialScheme {
            name: APPKEY,
            id_field: "appkey",
            secret_field: "secret",
            id_len: 32,
            secret: SecretFormat::Text(32),
            alphabet: HEX,
            demo_id: "d3a0d3a0d3a0d3a0d3a0d3a0d3a00001",
            demo_secret: "5ec7e75ec7e75ec7e75ec7e75ec70001",
        },
    ],
    signs_with: None,
};
