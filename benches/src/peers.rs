//! The same work with libraries of actors.

pub mod actix;
pub mod kameo;
pub mod ractor;
