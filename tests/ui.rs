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

#[test]
fn every_error_is_in_the_users_file_and_in_the_users_words() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let mut seen = 0;
    for topic in std::fs::read_dir(&folder).expect("the cases") {
        let topic = topic.expect("a topic").path();
        for case in std::fs::read_dir(&topic).expect("its cases") {
            let case = case.expect("a case").path();
            if case.extension().is_some_and(|extension| extension == "rs") {
                check(&case);
                seen += 1;
            }
        }
    }
    assert!(seen >= 78, "only {seen} cases");
}

/// Each error of a case points into the case, and none speaks of what users have not written.
fn check(case: &std::path::Path) {
    let errors = std::fs::read_to_string(case.with_extension("stderr")).expect("its errors");
    let name = case.file_name().expect("a name").to_string_lossy();
    for internal in [
        "__private",
        "__workers",
        "__handle",
        "__group",
        "mixed_site",
    ] {
        assert!(
            !errors.contains(internal),
            "{name} speaks of {internal}:\n{errors}"
        );
    }
    let lines: Vec<_> = errors.lines().collect();
    for (at, _) in lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.starts_with("error"))
    {
        let place = lines[at..]
            .iter()
            .find(|line| line.trim_start().starts_with("-->"));
        let place =
            place.unwrap_or_else(|| panic!("{name} has an error without a place:\n{errors}"));
        assert!(
            place.contains(&*name),
            "{name} has an error elsewhere: {place}"
        );
    }
}
