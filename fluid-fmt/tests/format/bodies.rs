//! Every body of the repository.

use std::path::{Path, PathBuf};

use fluid_fmt::Formatter;

use crate::support;

#[test]
fn every_body_of_the_repository_keeps_its_tokens_and_is_formatted_only_once() {
    let mut formatter = Formatter::new(Path::new(env!("CARGO_MANIFEST_DIR")));
    let bodies = support::bodies();
    assert!(bodies.len() > 150, "only {} bodies", bodies.len());
    let mut unread = Vec::new();
    for (path, body) in bodies {
        let once = formatter.format(&body).expect("tokens");
        assert_eq!(once.bugs, [], "{}", path.display());
        assert_eq!(
            support::tokens(&once.text),
            support::tokens(&body),
            "{}",
            path.display()
        );
        let twice = formatter.format(&once.text).expect("tokens");
        assert_eq!(twice.text, once.text, "{}", path.display());
        if !once.warnings.is_empty() {
            unread.push(path);
        }
    }
    // Only cases of mistakes cannot be read.
    let is_case = |path: &PathBuf| support::has_part(path, &["ui", "cases"]);
    assert!(unread.iter().all(is_case), "{unread:?}");
    assert!(unread.len() < 30, "{unread:?}");
}
