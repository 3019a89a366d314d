//! Code that waits, or that ends early.

use syn::visit::Visit;
use syn::{Block, Expr, ExprAsync, ExprAwait, ExprClosure, ExprTry, Item};

/// Whether a block itself uses `?`, and not only a closure or an `async` block in it.
pub(crate) fn tries(block: &Block) -> bool {
    let mut found = Found::default();
    found.visit_block(block);
    found.tries
}

/// Whether an expression itself uses `.await` or `?`, and not only a closure or an `async` block in it.
pub(crate) fn awaits_or_tries(expr: &Expr) -> bool {
    let mut found = Found::default();
    found.visit_expr(expr);
    found.awaits || found.tries
}

#[derive(Default)]
struct Found {
    awaits: bool,
    tries: bool,
}

impl<'ast> Visit<'ast> for Found {
    fn visit_expr_await(&mut self, expr: &'ast ExprAwait) {
        self.awaits = true;
        self.visit_expr(&expr.base);
    }

    fn visit_expr_try(&mut self, _: &'ast ExprTry) {
        self.tries = true;
    }

    fn visit_expr_closure(&mut self, _: &'ast ExprClosure) {}

    fn visit_expr_async(&mut self, _: &'ast ExprAsync) {}

    fn visit_item(&mut self, _: &'ast Item) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_of_the_expression_itself_awaits_or_tries() {
        for (code, found) in [
            ("Db::open(&path)", false),
            ("Db::open(&path)?", true),
            ("Db::connect(&url).await", true),
            ("Db::connect(&url).await?", true),
            ("{ let db = connect().await; Db(db) }", true),
            ("vec![path?]", false),
            ("Store { db: connect().await? }", true),
            ("|key| parse(key)?", false),
            ("async { connect().await? }", false),
            ("{ fn open() -> Option<u8> { Some(one()?) } open() }", false),
        ] {
            let expr: Expr = syn::parse_str(code).expect(code);
            assert_eq!(awaits_or_tries(&expr), found, "{code}");
        }
    }
}
