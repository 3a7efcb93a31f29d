//! Mattes a picture with an installed U²-Net model: 320 × 320 pixels in, saliency out, then refined along the edges.

use super::EdgeMethod;
use crate::imaging::{Picture, Plane};
use rten::{NodeId, ValueOrView};
use std::path::Path;

/// Side of the model's input.
const SIDE: usize = 320;
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];

/// A loaded ONNX model.
pub struct MatteModel {
    net: rten::Model,
    input: NodeId,
    output: NodeId,
}

/// A model file that cannot be used, and the reason.
#[derive(Debug, thiserror::Error)]
#[error("matte model {path} cannot be used: {why}")]
pub struct ModelError {
    path: String,
    why: String,
}

impl MatteModel {
    /// Loads an ONNX file and runs it once, so that an unsuitable model is found at the start.
    ///
    /// # Errors
    /// If the file cannot be read, is not a model, or has other input and output shapes.
    pub fn load(path: &Path) -> Result<Self, ModelError> {
        let fail = |why: String| ModelError {
            path: path.display().to_string(),
            why,
        };
        let net = rten::Model::load_file(path).map_err(|why| fail(why.to_string()))?;
        let input = *net
            .input_ids()
            .first()
            .ok_or_else(|| fail("it has no input".into()))?;
        let output = *net
            .output_ids()
            .first()
            .ok_or_else(|| fail("it has no output".into()))?;
        let model = Self { net, input, output };
        let grey = Picture {
            width: 8,
            height: 8,
            rgb: vec![128; 192],
        };
        model.saliency(&grey).map_err(fail)?;
        Ok(model)
    }

    fn saliency(&self, picture: &Picture) -> Result<Plane, String> {
        let mut data = Vec::with_capacity(3 * SIDE * SIDE);
        for c in 0..3 {
            let small = channel(picture, c).resize(SIDE, SIDE);
            data.extend(small.data.iter().map(|v| (v - MEAN[c]) / DEVIATION[c]));
        }
        let value = rten::Value::from_shape(&[1, 3, SIDE, SIDE], data).map_err(|why| why.to_string())?;
        let inputs: Vec<(NodeId, ValueOrView<'_>)> = vec![(self.input, value.into())];
        let mut outputs = self
            .net
            .run(inputs, &[self.output], None)
            .map_err(|why| why.to_string())?;
        let out = outputs.pop().ok_or("it gave no output")?;
        let (_, data): ([usize; 4], Vec<f32>) = out.into_shape_vec().map_err(|why| why.to_string())?;
        if data.len() != SIDE * SIDE {
            return Err(format!("expected {SIDE}×{SIDE} numbers, found {}", data.len()));
        }
        let (low, high) = data
            .iter()
            .fold((f32::MAX, f32::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
        let span = (high - low).max(1e-6);
        Ok(Plane {
            width: SIDE,
            height: SIDE,
            data: data.iter().map(|v| (v - low) / span).collect(),
        })
    }
}

pub(super) fn neural(picture: &Picture, model: &MatteModel, edge: EdgeMethod) -> Plane {
    // Does not fail in practice: the model ran on the same shapes when it was loaded.
    let saliency = model
        .saliency(picture)
        .unwrap_or_else(|_| Plane::filled(SIDE, SIDE, 1.0));
    super::classic::refine(picture, &saliency, edge)
}

/// One channel of a picture, 0 to 1.
fn channel(picture: &Picture, c: usize) -> Plane {
    Plane {
        width: picture.width,
        height: picture.height,
        data: picture
            .rgb
            .chunks_exact(3)
            .map(|p| f32::from(p[c]) / 255.0)
            .collect(),
    }
}
