//! Detects the format of an encoded picture by its first bytes.

/// A picture file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFormat {
    /// JPEG, also called JFIF.
    Jpeg,
    /// PNG.
    Png,
    /// GIF.
    Gif,
    /// Windows bitmap.
    Bmp,
    /// WebP.
    WebP,
}

impl PictureFormat {
    /// Detects the format by magic bytes. File names and headers from the client are ignored.
    pub fn detect(bytes: &[u8]) -> Option<PictureFormat> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(PictureFormat::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(PictureFormat::Png),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(PictureFormat::Gif),
            [b'B', b'M', ..] => Some(PictureFormat::Bmp),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(PictureFormat::WebP),
            _ => None,
        }
    }
}
