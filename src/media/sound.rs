//! Measures of a sound's samples: how loud it is, and whether somebody may speak in it.

use std::io::Cursor;

/// Most samples that are looked at: a minute at 48 kHz.
const MOST: usize = 48_000 * 60;

/// Measures of a sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoundFeatures {
    /// Root mean square of its samples, 0 to 1.
    pub loudness: f32,
    /// Share of neighbouring samples between which the sign changes: low for voices, high for noise.
    pub crossings: f32,
    /// Spread of the loudness of parts of 50 ms: voices come and go, hums and tones do not.
    pub movement: f32,
}

impl SoundFeatures {
    /// Whether somebody may speak in it: loud enough, neither noise nor a steady tone.
    pub fn may_be_voice(&self) -> bool {
        self.loudness > 0.01 && self.crossings < 0.35 && self.movement > 0.15
    }
}

/// Looks at the samples of a WAV file; nothing where it is none.
pub fn sound(bytes: &[u8]) -> Option<SoundFeatures> {
    let mut reader = hound::WavReader::new(Cursor::new(bytes)).ok()?;
    let spec = reader.spec();
    let samples: Vec<f32> = match spec.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().map_while(Result::ok).take(MOST).collect(),
        hound::SampleFormat::Int => {
            let full = (1_i64 << (spec.bits_per_sample.clamp(1, 32) - 1)) as f32;
            let own = reader.samples::<i32>().map_while(Result::ok).take(MOST);
            own.map(|sample| sample as f32 / full).collect()
        }
    };
    if samples.is_empty() {
        return None;
    }
    let part = (spec.sample_rate as usize / 20).max(1) * usize::from(spec.channels.max(1));
    let parts: Vec<f32> = samples.chunks(part).map(loudness).collect();
    let mean = parts.iter().sum::<f32>() / parts.len() as f32;
    let spread = parts.iter().map(|own| (own - mean) * (own - mean)).sum::<f32>() / parts.len() as f32;
    let changes = samples
        .windows(2)
        .filter(|pair| (pair[0] < 0.0) != (pair[1] < 0.0))
        .count();
    Some(SoundFeatures {
        loudness: loudness(&samples),
        crossings: changes as f32 / samples.len() as f32,
        movement: if mean > 0.0 { spread.sqrt() / mean } else { 0.0 },
    })
}

fn loudness(samples: &[f32]) -> f32 {
    (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}
