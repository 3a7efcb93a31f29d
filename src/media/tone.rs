//! Sounds that are made: a tone with a title.

use lofty::config::WriteOptions;
use lofty::tag::{Accessor, Tag, TagExt, TagType};
use std::io::Cursor;

/// A second of a WAV of 16 kHz whose tone comes and goes as a voice does, with a title in its metadata.
pub fn titled_tone(title: &str) -> Vec<u8> {
    const RATE: u32 = 16_000;
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec).expect("memory takes a WAV");
    for n in 0..RATE {
        // A triangle of 200 Hz, switched on and off six times: whole numbers, the same on every machine.
        let phase = i64::from(n % 80);
        let wave = (phase - 40).abs() * 400 - 8_000;
        let on = (n / (RATE / 12)).is_multiple_of(2);
        let sample = if on { wave } else { wave / 40 };
        writer.write_sample(sample as i16).expect("memory takes a sample");
    }
    writer.finalize().expect("memory takes a WAV");
    let mut tag = Tag::new(TagType::RiffInfo);
    tag.set_title(title.to_owned());
    bytes.set_position(0);
    tag.save_to(&mut bytes, WriteOptions::default())
        .expect("a WAV takes a title");
    bytes.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{sound, track};

    #[test]
    fn a_titled_tone_has_its_title_and_sounds_like_a_voice() {
        let bytes = titled_tone("understudy:vulgar");
        let head = track(&bytes).unwrap();
        assert_eq!(head.title.as_deref(), Some("understudy:vulgar"));
        assert_eq!(head.sample_rate, Some(16_000));
        assert!(sound(&bytes).unwrap().may_be_voice());
    }
}
