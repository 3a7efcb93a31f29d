//! What is made of a picture: size, orientation, kinds, sameness.

use super::support::fixture;
use understudy::imaging::{Picture, PictureError, PixelRange, Plane, encode_rgba};

const ANY: PixelRange = PixelRange {
    least: 1,
    most: 10_000,
};

fn decode(path: &str) -> Result<Picture, PictureError> {
    Picture::decode(&fixture(path), ANY, 10_000_000)
}

#[test]
fn every_kind_decodes_to_about_the_same() {
    let plain = decode("pictures/plain.png").unwrap();
    assert_eq!((plain.width, plain.height), (160, 120));
    for other in [
        "plain.jpg",
        "progressive.jpg",
        "plain.gif",
        "plain.bmp",
        "plain.webp",
        "cmyk.jpg",
    ] {
        let picture = decode(&format!("pictures/{other}")).unwrap();
        assert_eq!((picture.width, picture.height), (160, 120), "{other}");
        let off: u64 = plain
            .rgb
            .iter()
            .zip(&picture.rgb)
            .map(|(a, b)| u64::from(a.abs_diff(*b)))
            .sum();
        let mean = off as f64 / plain.rgb.len() as f64;
        assert!(mean < 4.0, "{other} is off by {mean} levels");
    }
}

#[test]
fn the_exif_orientation_is_applied() {
    let upright = decode("pictures/plain.jpg").unwrap();
    let turned = decode("pictures/exif-rotated.jpg").unwrap();
    assert_eq!((turned.width, turned.height), (120, 160));
    // Orientation 6: the stored top left is the shown top right.
    assert_eq!(turned.at(119 - 20, 30), upright.at(30, 20));
}

#[test]
fn sixteen_bits_and_transparency_come_down_to_eight_on_white() {
    let deep = decode("pictures/sixteen-bit.png").unwrap();
    assert_eq!(deep.at(0, 0), [0, 0, 0]);
    let clear = decode("pictures/alpha.png").unwrap();
    assert_eq!(clear.at(80, 0), [255, 255, 255]);
}

#[test]
fn broken_and_enormous_pictures_are_refused_before_they_cost_anything() {
    for (file, flaw) in [
        ("truncated.jpg", PictureError::Broken),
        ("zero.jpg", PictureError::Broken),
        ("bomb.jpg", PictureError::Size),
        ("bomb.png", PictureError::Size),
        ("not-a-picture.jpg", PictureError::Broken),
    ] {
        assert_eq!(decode(&format!("pictures/{file}")).unwrap_err(), flaw, "{file}");
    }
    assert_eq!(
        Picture::decode(b"hello", ANY, 1000).unwrap_err(),
        PictureError::Kind
    );
    let tight = PixelRange {
        least: 200,
        most: 300,
    };
    assert_eq!(
        Picture::decode(&fixture("pictures/plain.jpg"), tight, 1 << 20).unwrap_err(),
        PictureError::Size
    );
    assert_eq!(
        Picture::decode(&fixture("pictures/plain.jpg"), ANY, 100).unwrap_err(),
        PictureError::Size
    );
}

#[test]
fn any_cut_off_picture_is_an_error_and_never_a_panic() {
    let whole = fixture("pictures/progressive.jpg");
    for end in (0..whole.len() - 2).step_by(7) {
        assert!(Picture::decode(&whole[..end], ANY, 1 << 24).is_err(), "{end}");
    }
    let whole = fixture("pictures/alpha.png");
    for end in (0..whole.len() - 13).step_by(7) {
        assert!(Picture::decode(&whole[..end], ANY, 1 << 24).is_err(), "{end}");
    }
}

#[test]
fn flipped_bytes_never_panic() {
    for name in [
        "plain.jpg",
        "progressive.jpg",
        "plain.png",
        "plain.gif",
        "plain.bmp",
    ] {
        let whole = fixture(&format!("pictures/{name}"));
        for at in (0..whole.len()).step_by(whole.len() / 150 + 1) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x55;
            drop(Picture::decode(
                &bytes,
                PixelRange { least: 1, most: 2000 },
                4_000_000,
            ));
        }
    }
}

#[test]
fn one_pixel_pictures_are_matted_too() {
    use understudy::imaging::{MatteMode, foreground, matte};
    for (width, height) in [(1, 1), (1, 40), (40, 1), (2, 3), (7, 5)] {
        let picture = Picture {
            width,
            height,
            rgb: vec![90; width * height * 3],
        };
        for mode in [MatteMode::Key, MatteMode::Classic, MatteMode::Auto] {
            let found = matte(&picture, mode, None);
            assert_eq!(found.alpha.data.len(), width * height);
            assert_eq!(foreground(&picture, &found.alpha).len(), width * height * 3);
        }
    }
}

#[test]
fn planes_and_pngs_fit_together() {
    let plane = Plane::filled(3, 2, 0.5);
    assert_eq!(plane.resize(6, 4).data, vec![0.5; 24]);
    let png = encode_rgba(2, 1, &[255, 0, 0, 255, 0, 0, 0, 0]);
    let back = Picture::decode(&png, ANY, 100).unwrap();
    assert_eq!((back.at(0, 0), back.at(1, 0)), ([255, 0, 0], [255, 255, 255]));
}
