//! Measures the samples of a sound: loudness, and whether it may contain speech.

use std::io::Cursor;

/// Maximum number of samples read: a minute at 48 kHz.
const MAX_SAMPLES: usize = 48_000 * 60;

/// Features of a sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoundFeatures {
    /// Root mean square of the samples, 0 to 1.
    pub loudness: f32,
    /// Zero-crossing rate: low for voices, high for noise.
    pub crossings: f32,
    /// Relative variation of loudness between parts of 50 ms: high for voices, low for hums and tones.
    pub movement: f32,
}

impl SoundFeatures {
    /// Whether the sound may contain speech: it is loud enough, and neither noise nor a steady tone.
    pub fn may_be_voice(&self) -> bool {
        self.loudness > 0.01 && self.crossings < 0.35 && self.movement > 0.15
    }
}

/// Measures the samples of a WAV file; `None` for other formats.
pub fn measure_sound(bytes: &[u8]) -> Option<SoundFeatures> {
    let mut reader = hound::WavReader::new(Cursor::new(bytes)).ok()?;
    let spec = reader.spec();
    let samples: Vec<f32> = match spec.sample_format {
        hound::SampleFormat::Float => reader
            .samples::<f32>()
            .map_while(Result::ok)
            .take(MAX_SAMPLES)
            .collect(),
        hound::SampleFormat::Int => {
            let full = (1_i64 << (spec.bits_per_sample.clamp(1, 32) - 1)) as f32;
            let own = reader.samples::<i32>().map_while(Result::ok).take(MAX_SAMPLES);
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
