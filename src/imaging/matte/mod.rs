//! From a picture to its alpha: which pixels are the thing, and how much of each.
//!
//! Three ways. *Key* measures the ground where it is uniform, as behind a product in a studio. *Classic*
//! needs no model and no uniform ground. *Neural* uses a model where one is installed. The choice depends on
//! the picture and on what is installed, never on load.

mod classic;
mod closed_form;
mod ground;
mod guided;
mod key;
mod neural;
mod region;

pub(super) use region::PixelRegion;

pub use closed_form::closed_form;
pub use neural::{MatteModel, ModelError};

use super::{Picture, Plane};
use serde::{Deserialize, Serialize};

/// Which way to matte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MatteMode {
    /// Key where the border is uniform, else neural where installed, else classic.
    #[default]
    Auto,
    /// Always key.
    Key,
    /// Always classic.
    Classic,
    /// Always neural; classic where no model is installed.
    Neural,
}

/// How the edge of the thing is found, but for *key*, which measures it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeMethod {
    /// By the guided filter.
    #[default]
    Guided,
    /// By closed-form matting: finer in hair, and some ten times slower.
    ClosedForm,
}

/// The whole choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MatteOptions {
    /// Which way to matte.
    pub mode: MatteMode,
    /// How the edge is found.
    pub edge: EdgeMethod,
}

impl From<MatteMode> for MatteOptions {
    fn from(mode: MatteMode) -> Self {
        let edge = EdgeMethod::default();
        Self { mode, edge }
    }
}

/// The way that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MatteMethod {
    /// By the measured ground.
    Key,
    /// By contrast with the border and colour models.
    Classic,
    /// By the installed model.
    Neural,
}

/// An alpha with the reason for the way it was made.
#[derive(Clone, Debug)]
pub struct Matte {
    /// 0 (ground) to 1 (thing), one a pixel at full resolution.
    pub alpha: Plane,
    /// The way taken.
    pub tier: MatteMethod,
    /// Why, for `explain`.
    pub because: String,
}

/// Mattes a picture.
pub fn matte(picture: &Picture, way: impl Into<MatteOptions>, model: Option<&MatteModel>) -> Matte {
    let MatteOptions { mode, edge } = way.into();
    let ground = ground::GroundModel::measure(picture);
    let uniform = ground.is_uniform();
    let found = ground.describe();
    let tier = match (mode, uniform, model) {
        (MatteMode::Key, ..) | (MatteMode::Auto, true, _) => MatteMethod::Key,
        (MatteMode::Auto | MatteMode::Neural, _, Some(_)) => MatteMethod::Neural,
        (MatteMode::Auto | MatteMode::Neural | MatteMode::Classic, _, _) => MatteMethod::Classic,
    };
    let alpha = match (tier, model) {
        (MatteMethod::Key, _) => key::key(picture, &ground),
        (MatteMethod::Neural, Some(model)) => neural::neural(picture, model, edge),
        (MatteMethod::Classic | MatteMethod::Neural, _) => classic::classic(picture, edge),
    };
    let name = match tier {
        MatteMethod::Key => "key",
        MatteMethod::Classic => "classic",
        MatteMethod::Neural => "neural",
    };
    let model_state = if model.is_some() {
        "a model is installed"
    } else {
        "no model is installed"
    };
    Matte {
        alpha,
        tier,
        because: format!("{name} matte: {found}; mode {mode:?}, edge {edge:?}; {model_state}"),
    }
}
