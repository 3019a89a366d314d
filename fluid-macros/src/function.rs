//! `#[worker]` and `#[consumer]`: parse → check → expand.

mod check;
mod expand;
mod model;
mod parse;
mod shape;

use proc_macro2::TokenStream;

use crate::error::Errors;
pub(crate) use model::Role;

/// The user's function as it was written, followed by the worker that is made of it.
pub(crate) fn run(role: Role, options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut expansion = item.clone();
    if let Some(mut worker) = parse::worker(role, options, item, &mut errors) {
        check::check(&mut worker, &mut errors);
        expansion.extend(expand::worker(&worker));
    }
    expansion.extend(errors.into_tokens());
    expansion
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_with_one_mistake_still_makes_a_worker_and_reports_one_error() {
        for (written, field) in [
            ("async fn store(candle: Candle, db: &) {}", None),
            ("async fn store(candle: Candle, db) {}", None),
            (
                "async fn store(candle: Candle, db: &Db, ca: ) {}",
                Some("db"),
            ),
            (
                "async fn store(candle: Candle, ca: &mut, db: &Db) {}",
                Some("db"),
            ),
            ("async fn store(candle: Candle, db: &Db) -> {}", Some("db")),
            ("fn store(candle: , db: &Db) {}", Some("db")),
        ] {
            let item = written.parse().expect("tokens");
            let expansion = run(Role::Consumer, TokenStream::new(), item).to_string();
            assert!(expansion.contains("struct Store"), "{written}");
            let field =
                field.is_none_or(|field| expansion.contains(&format!("{field} : :: fluid")));
            assert!(field, "{expansion}");
            assert_eq!(expansion.matches("compile_error").count(), 1, "{expansion}");
        }
    }
}
