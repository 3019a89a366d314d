//! The same work with libraries of actors.

pub mod actix;
pub mod elfo;
pub mod kameo;
pub mod ractor;
