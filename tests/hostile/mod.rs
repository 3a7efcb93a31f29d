//! Inputs made to break a server, or to keep it busy for ever (`fixtures/hostile`): each is answered within its bounds.

mod identity;
mod media;
mod own_listeners;

/// The content of a hostile file.
fn hostile(name: &str) -> Vec<u8> {
    super::support::fixture(&format!("hostile/{name}"))
}
