//! What does not compile, and what the compiler says of it; and what compiles wherever it stands.

#[test]
fn mistakes_are_named_where_they_are_made() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*/*.rs");
}

#[test]
fn expansions_compile_under_any_names_and_lints() {
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
}
