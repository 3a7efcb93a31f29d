//! Composing, from outside.

mod bad_input;
mod generations;
mod layouts;
mod neighbours;
mod templates;

use super::support::compose::{coffee, jpeg_size, own_template};
use super::support::{TestServer, fault, fixture};
use serde_json::{Value, json};

const CUSTOM: &str = "/api/compose-image";
const INTELLIGENT: &str = "/api/compose-image-intel";
const DESIGN: &str = "/api/compose/design";
