//! The same work with actor libraries.

pub mod actix;
pub mod elfo;
pub mod kameo;
pub mod ractor;
