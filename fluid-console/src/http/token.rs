//! The token that allows control.

use std::fmt;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue};
use subtle::ConstantTimeEq;

/// The fewest bytes of a token.
const SHORTEST: usize = 16;

/// The token that a client gives in the header `Authorization: Bearer …`.
#[derive(Clone)]
pub(super) struct Token(Box<[u8]>);

impl Token {
    /// # Panics
    ///
    /// If it is shorter than 16 bytes.
    pub(super) fn new(token: &str) -> Self {
        assert!(
            token.len() >= SHORTEST,
            "a token that allows control has at least {SHORTEST} bytes"
        );
        Self(token.as_bytes().into())
    }

    /// Whether the request has this token. The time of the comparison depends on the length of the given token only.
    pub(super) fn is_in(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
        let given = given.and_then(|value| value.strip_prefix(b"Bearer "));
        given.is_some_and(|given| self.0.ct_eq(given).into())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}
