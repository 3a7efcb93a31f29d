//! Inputs made to break a server, or to keep it busy for ever (`fixtures/hostile`): each is answered within its bounds.

mod bounds;
mod deletion;
mod identity;
mod media;
mod own_listeners;
mod pictures;

/// The task that pictures are recognised for.
const PORN: &str = "54bcfc6c329af61034f7c2fc";

/// The content of a hostile file.
fn hostile(name: &str) -> Vec<u8> {
    super::support::fixture(&format!("hostile/{name}"))
}
