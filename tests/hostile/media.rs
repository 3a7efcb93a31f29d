//! Heads of sounds and videos that lie: what they declare is believed as far as their bytes go.

use super::hostile;
use understudy::media::read_facts;

#[test]
fn a_video_that_lies_has_no_length_or_a_plain_one() {
    for (name, milliseconds) in [
        // A box of size 0 inside a track.
        ("loop_min.mp4", None),
        // Runs of 2^32 - 1 samples, in a fragment and in a table.
        ("mp4_trun_count_232-1.bin", None),
        ("mp4_stsz_size_1_count_232-1.bin", Some(1_000)),
        ("mp4_stts_count_0.bin", Some(1_000)),
        ("mp4_stsc_count_0.bin", Some(1_000)),
        ("mp4_stco_count_0.bin", Some(1_000)),
        ("fuzz_slow_1_vf.mp4", None),
        ("fuzz_slow_1_a.m4a", None),
        ("f.mp4", Some(1_000)),
        ("v.mp4", Some(1_000)),
    ] {
        let facts = read_facts(&hostile(name)).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(facts.milliseconds, milliseconds, "{name}");
        assert_eq!(facts.sample_rate, None, "{name}");
    }
}

#[test]
fn a_sound_that_breaks_the_library_is_unreadable() {
    assert_eq!(read_facts(&hostile("fuzz_broken_1_a.opus")), None);
}

#[test]
fn no_end_of_a_video_breaks_anything() {
    for name in ["v.mp4", "f.mp4", "loop_min.mp4"] {
        let whole = hostile(name);
        for end in 0..whole.len() {
            drop(read_facts(&whole[..end]));
            let mut other = whole.clone();
            other[end] ^= 0xff;
            drop(read_facts(&other));
        }
    }
}

#[test]
fn a_million_tracks_and_fragments_are_read_once() {
    // The smallest track that is read, and the smallest fragment that looks for it.
    let boxed = |kind: &[u8; 4], content: &[u8]| {
        let size = u32::try_from(content.len() + 8).unwrap();
        [&size.to_be_bytes()[..], kind, content].concat()
    };
    let media = [boxed(b"mdhd", &[0; 20]), boxed(b"minf", &boxed(b"stbl", &[]))];
    let track = [boxed(b"tkhd", &[0; 20]), boxed(b"mdia", &media.concat())];
    let movie = boxed(b"moov", &boxed(b"trak", &track.concat()).repeat(100_000));
    let head = [0, 0, 0, 0, 0xff, 0, 0, 0];
    let fragment = boxed(b"moof", &boxed(b"traf", &boxed(b"tfhd", &head)));
    let file = [movie, fragment.repeat(300_000)].concat();
    let facts = read_facts(&file).unwrap();
    assert_eq!(facts.milliseconds, None);
}
