//! `docs/performance.md`, where each benchmark keeps a section.

use std::fs;
use std::path::{Path, PathBuf};

const INTRODUCTION: &str = "\
# Performance

What was measured, how, and on which machine. Each section is written by the command that it names, and states its
limits. Times depend on the machine. Compare times within one table only.
";

/// Replaces the section with this title, or appends it.
///
/// # Panics
///
/// If the page cannot be written.
pub fn write(title: &str, section: &str) {
    let path = path();
    let page = fs::read_to_string(&path).unwrap_or_else(|_| INTRODUCTION.to_owned());
    fs::create_dir_all(path.parent().expect("a folder")).expect("the folder of the documents");
    fs::write(&path, with(&page, title, section)).expect("the page");
    println!("\nwritten to {}", path.display());
}

/// The section with this title, if there is one.
pub fn read(title: &str) -> Option<String> {
    let page = fs::read_to_string(path()).ok()?;
    section(&page, title).map(str::to_owned)
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/performance.md")
}

fn section<'a>(page: &'a str, title: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&format!("## {title}\n"))?;
    Some(
        rest.split_once("\n## ")
            .map_or(rest, |(section, _)| section),
    )
}

fn with(page: &str, title: &str, section: &str) -> String {
    let head = format!("## {title}\n");
    let section = format!("{head}\n{}\n", section.trim());
    let Some(start) = page.find(&head) else {
        return format!("{}\n\n{section}", page.trim_end());
    };
    let rest = &page[start + head.len()..];
    let end = rest.find("\n## ").map_or("", |end| &rest[end..]);
    format!("{}{section}{end}", &page[..start])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_ends_where_the_next_one_begins() {
        let page = "# Title\n\n## One\n\n1\n\n## Two\n\n2\n";
        assert_eq!(section(page, "One"), Some("\n1\n"));
        assert_eq!(section(page, "Two"), Some("\n2\n"));
        assert_eq!(section(page, "Three"), None);
    }

    #[test]
    fn a_section_is_put_at_the_end_and_then_written_anew() {
        let page = with("# Title\n\nWords.\n", "One", "1");
        assert_eq!(page, "# Title\n\nWords.\n\n## One\n\n1\n");
        let page = with(&page, "Two", "2");
        assert_eq!(page, "# Title\n\nWords.\n\n## One\n\n1\n\n## Two\n\n2\n");
        let page = with(&page, "One", "1, again\n");
        assert_eq!(
            page,
            "# Title\n\nWords.\n\n## One\n\n1, again\n\n## Two\n\n2\n"
        );
        let page = with(&page, "Two", "2, again");
        assert_eq!(
            page,
            "# Title\n\nWords.\n\n## One\n\n1, again\n\n## Two\n\n2, again\n"
        );
    }
}
