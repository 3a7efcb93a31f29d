//! A ZIP archive written as a stream, with the digest of each file.

use aws_lc_rs::digest::{Context, SHA256};
use serde_json::{Map, Value};
use std::io::{self, BufWriter, Write};
use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};

/// An archive being written.
pub(super) struct Archive<W: Write> {
    zip: ZipWriter<StreamWriter<BufWriter<W>>>,
    /// SHA-256 of each file so far, by name.
    pub(super) digests: Map<String, Value>,
}

/// A file of an archive being written.
pub(super) struct Member<'a, W: Write> {
    zip: &'a mut ZipWriter<StreamWriter<BufWriter<W>>>,
    digest: Context,
}

impl<W: Write> Write for Member<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.zip.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.zip.flush()
    }
}

impl<W: Write> Archive<W> {
    pub(super) fn new(to: W) -> Self {
        Self {
            zip: ZipWriter::new_stream(BufWriter::with_capacity(64 << 10, to)),
            digests: Map::new(),
        }
    }

    /// Adds a file. One that `is_large` may pass 4 GiB, and has the larger header from the start.
    pub(super) fn add(
        &mut self,
        name: &str,
        is_large: bool,
        write: impl FnOnce(&mut Member<'_, W>) -> io::Result<()>,
    ) -> io::Result<()> {
        let options = SimpleFileOptions::default().large_file(is_large);
        self.zip.start_file(name, options)?;
        let mut member = Member {
            zip: &mut self.zip,
            digest: Context::new(&SHA256),
        };
        write(&mut member)?;
        let digest = hex::encode(member.digest.finish().as_ref());
        self.digests.insert(name.to_owned(), digest.into());
        Ok(())
    }

    pub(super) fn finish(self) -> io::Result<()> {
        self.zip.finish()?;
        Ok(())
    }
}
