//! Published signature schemes: the arithmetic of signing, without any vendor's names or habits.

pub mod digest;
pub mod rsa;
pub mod scoped;
