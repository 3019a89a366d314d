//! The names of ports as numbers, by which what a worker has and what a group wires meet in the compiler.

use proc_macro2::{Ident, Literal};
use syn::ext::IdentExt;

/// The number of a port's name, the same in every crate: FNV-1a, cut to six digits, since errors show it.
///
/// Ports of one worker must have different numbers.
pub(crate) fn number(name: &Ident) -> Literal {
    let bytes = name.unraw().to_string().into_bytes();
    let number = bytes
        .into_iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    Literal::u64_unsuffixed(number % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_has_the_same_number_raw_or_not() {
        let number = |name: &str| number(&syn::parse_str(name).unwrap()).to_string();
        assert_eq!(
            number("a"),
            (0xaf63_dc4c_8601_ec8c_u64 % 1_000_000).to_string()
        );
        assert_eq!(number("r#a"), number("a"));
        assert_ne!(number("ab"), number("ba"));
    }
}
