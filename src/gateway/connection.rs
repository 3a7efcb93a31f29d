//! The socket under a call, for faults that lie below HTTP.
//!
//! A handle is taken once a connection, so that a healthy call costs nothing. Duplicates share the socket: what
//! one of them does, the client sees at once, whatever actix holds in its buffers.

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use std::any::Any;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use tokio::io::AsyncWriteExt;

/// A handle on the socket of a connection.
pub struct Connection(OwnedFd);

impl Connection {
    /// Remembers the socket of a new connection.
    pub fn remember(socket: &dyn Any, data: &mut Extensions) {
        let Some(socket) = socket.downcast_ref::<TcpStream>() else {
            return;
        };
        match socket.as_fd().try_clone_to_owned() {
            Ok(handle) => drop(data.insert(Self(handle))),
            Err(why) => tracing::warn!(%why, "no handle on a connection: socket faults close it instead"),
        }
    }

    /// Resets the connection now: the client gets RST, and nothing that was not sent yet (on Linux, connecting
    /// to no address disconnects).
    pub fn reset(&self) {
        if let Err(why) = rustix::net::connect_unspec(&self.0) {
            tracing::debug!(%why, "the connection was gone before it was reset");
        }
    }

    /// Another handle on the same socket.
    ///
    /// # Errors
    /// When the system has no more handles to give.
    pub fn duplicate(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }

    /// Writes bytes past actix.
    ///
    /// # Errors
    /// When the client is gone.
    pub async fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let socket = std::net::TcpStream::from(self.0.try_clone()?);
        socket.set_nonblocking(true)?;
        let mut socket = TcpStream::from_std(socket)?;
        socket.write_all(bytes).await?;
        socket.flush().await
    }
}
