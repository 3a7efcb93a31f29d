//! Refuses connections while an outage of everything is in force.

use super::Gateway;
use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use socket2::SockRef;
use std::net::{Shutdown, TcpListener};
use std::sync::atomic::Ordering;

/// Connections the system queues before they are accepted.
pub const BACKLOG: i32 = 2048;

/// The provider listener's socket, for closing and opening it again.
pub struct ListenerSwitch {
    /// Another handle on the listening socket.
    pub socket: TcpListener,
    /// The server that accepts on it.
    pub server: ServerHandle,
}

impl ListenerSwitch {
    /// Follows the faults in force, for as long as the server lives.
    pub async fn keep(self, gateway: Data<Gateway>) {
        let mut changes = gateway.faults.changes();
        loop {
            changes.mark_unchanged();
            let (is_out, next) = gateway.faults.outage();
            self.set(&gateway, is_out).await;
            let until = async {
                match next {
                    Some(next) => gateway.clock.sleep_until(next).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                guard = until => {
                    // An advancing clock goes on once the listener follows.
                    self.set(&gateway, gateway.faults.outage().0).await;
                    drop(guard);
                }
                changed = changes.changed() => if changed.is_err() { return },
            }
        }
    }

    async fn set(&self, gateway: &Gateway, is_out: bool) {
        if gateway.is_in_total_outage.swap(is_out, Ordering::Relaxed) == is_out {
            return;
        }
        let socket = SockRef::from(&self.socket);
        let done = if is_out {
            // Accepting must end first: the server would take a closed listener for an error.
            self.server.pause().await;
            socket.shutdown(Shutdown::Both)
        } else {
            let opened = socket.listen(BACKLOG);
            self.server.resume().await;
            opened
        };
        match done {
            Ok(()) => tracing::info!(is_out, "the provider listener follows an outage"),
            Err(why) => tracing::error!(%why, is_out, "the provider listener does not follow an outage"),
        }
    }
}
