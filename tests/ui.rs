//! What does not compile, and what the compiler says of it.

#[test]
fn mistakes_are_named_where_they_are_made() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*/*.rs");
}
