//! Published signature schemes, independent of any vendor.

pub mod digest;
pub mod rsa;
pub mod scoped;
