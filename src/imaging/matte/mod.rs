//! Matting: computes how much of each pixel is foreground.
//!
//! There are three methods. *Key* needs a uniform background, as in a studio photo. *Classic* needs neither a model nor
//! a uniform background. *Neural* uses an installed model. The choice depends on the picture and on what is installed,
//! never on load.

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

/// Which matting method to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MatteMode {
    /// Key if the border is uniform, otherwise neural if a model is installed, otherwise classic.
    #[default]
    Auto,
    /// Always key.
    Key,
    /// Always classic.
    Classic,
    /// Always neural; classic if no model is installed.
    Neural,
}

/// How the edge of the object is found. The key method does not use this.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeMethod {
    /// With the guided filter.
    #[default]
    Guided,
    /// With closed-form matting: finer in hair, and about ten times slower.
    ClosedForm,
}

/// How to matte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MatteOptions {
    /// Which method to use.
    pub mode: MatteMode,
    /// How the edge of the object is found.
    pub edge: EdgeMethod,
}

impl From<MatteMode> for MatteOptions {
    fn from(mode: MatteMode) -> Self {
        let edge = EdgeMethod::default();
        Self { mode, edge }
    }
}

/// The matting method that was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MatteMethod {
    /// Comparison with a background model.
    Key,
    /// Contrast with the border, and colour models.
    Classic,
    /// The installed model.
    Neural,
}

/// An alpha, with the method and the reason for it.
#[derive(Clone, Debug)]
pub struct Matte {
    /// 0 (background) to 1 (foreground), one number per pixel at full size.
    pub alpha: Plane,
    /// The method used.
    pub method: MatteMethod,
    /// The reason for the method, for `explain`.
    pub because: String,
}

/// Computes the matte of a picture.
pub fn matte(picture: &Picture, options: impl Into<MatteOptions>, model: Option<&MatteModel>) -> Matte {
    let MatteOptions { mode, edge } = options.into();
    let ground = ground::GroundModel::fit(picture);
    let uniform = ground.is_uniform();
    let border = ground.describe();
    let method = match (mode, uniform, model) {
        (MatteMode::Key, ..) | (MatteMode::Auto, true, _) => MatteMethod::Key,
        (MatteMode::Auto | MatteMode::Neural, _, Some(_)) => MatteMethod::Neural,
        (MatteMode::Auto | MatteMode::Neural | MatteMode::Classic, _, _) => MatteMethod::Classic,
    };
    let alpha = match (method, model) {
        (MatteMethod::Key, _) => key::key(picture, &ground),
        (MatteMethod::Neural, Some(model)) => neural::neural(picture, model, edge),
        (MatteMethod::Classic | MatteMethod::Neural, _) => classic::classic(picture, edge),
    };
    let name = match method {
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
        method,
        because: format!("{name} matte: {border}; mode {mode:?}, edge {edge:?}; {model_state}"),
    }
}
