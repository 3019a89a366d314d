//! Examples. `FLUID_BLESS=1` writes the files `….after.rs` anew.

use std::path::Path;
use std::{env, fs};

use fluid_fmt::{Formatter, format_file};

/// The text of a case, formatted, and the reasons of its warnings.
fn format(before: &str, is_markdown: bool) -> (String, Vec<String>) {
    let mut formatter = Formatter::new(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert!(formatter.has_rustfmt(), "these tests need rustfmt");
    let formatted = match is_markdown {
        true => formatter.format_markdown(before),
        false => formatter.format(before).expect("tokens"),
    };
    assert_eq!(formatted.bugs, []);
    let warnings = formatted.warnings.iter().map(ToString::to_string);
    (formatted.text, warnings.collect())
}

#[test]
fn each_case_is_formatted_as_its_second_file_shows() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the folder of the cases") {
        let before = entry.expect("an entry").path();
        let name = before.to_str().expect("a name");
        if !name.contains(".before.") {
            continue;
        }
        let after = name.replace(".before.", ".after.");
        let is_markdown = name.ends_with(".md");
        let written = fs::read_to_string(&before).expect("a file");
        let (formatted, _) = format(&written, is_markdown);
        if env::var_os("FLUID_BLESS").is_some() {
            fs::write(&after, &formatted).expect("a writable file");
        }
        let expected = fs::read_to_string(&after).expect("a file");
        assert_eq!(formatted, expected, "{name}");
        assert_eq!(format(&expected, is_markdown).0, expected, "{after}");
        count += 1;
    }
    assert!(count >= 8, "only {count} cases");
}

#[test]
fn a_body_that_cannot_be_read_is_a_warning_with_its_place() {
    for (body, warning) in [
        ("a b;", "1:21: a statement has an arrow, such as `=>`"),
        ("a =>;", "1:23: an expression or a worker follows the arrow"),
        ("a => b", "1:21: a statement ends with `;`"),
        ("a => b; # x => y;", "1:29: an attribute is written `#[…]`"),
    ] {
        let written = format!("workers! {{struct A{{}}{body} }}\n");
        let expected = (written.clone(), vec![warning.to_owned()]);
        assert_eq!(format(&written, false), expected);
    }
    for (body, warning) in [
        ("", "1:10: a group has its workers in braces"),
        ("A {}", "1:12: a group begins like a struct: `struct Name`"),
        (
            "struct A { a }",
            "1:23: a worker has a name and a type: `name: Type { … }`",
        ),
        ("struct A { a: B = }", "1:28: an expression follows `=`"),
        (
            "struct A { a: B {} {} }",
            "1:28: `,` follows the initialisers of a worker",
        ),
        (
            "struct A { a: B { , } }",
            "1:30: an item stands before each `,`",
        ),
    ] {
        let written = format!("workers! {{ {body} }}\n");
        let expected = (written.clone(), vec![warning.to_owned()]);
        assert_eq!(format(&written, false), expected);
    }
}

#[test]
fn the_widest_line_has_100_columns() {
    let widest = |written: fn(&str) -> String| {
        let lines = (50..80).map(|length| {
            let formatted = format(&written(&"n".repeat(length)), false).0;
            formatted.lines().map(str::len).max().expect("a line")
        });
        lines.max().expect("a length")
    };
    let written: [fn(&str) -> String; 5] = [
        |name| format!("workers! {{ struct A {{ a: Type {{ {name}, last: 8 }} }} }}"),
        |name| format!("workers! {{ struct A {{}} {name}.a_port => (to_one, to_two); }}"),
        |name| format!("workers! {{ struct A {{}} ({name}.a_port, one) => two with f; }}"),
        |name| format!("workers! {{ #[workers({name}, grace = \"1s\")] struct A {{}} }}"),
        |name| format!("workers! {{ struct Name({name}: Type, other: Type) {{ a: A }} }}"),
    ];
    assert_eq!(written.map(widest), [100; 5]);
}

#[test]
fn the_ends_of_lines_and_a_byte_order_mark_are_kept() {
    let written = "\u{feff}fn f( ){}\r\nworkers! { struct A { a:B } }\r\n";
    let expected =
        "\u{feff}fn f( ){}\r\nworkers! {\r\n    struct A {\r\n        a: B,\r\n    }\r\n}\r\n";
    assert_eq!(format_file(written).as_deref(), Ok(expected));
}

#[test]
fn a_file_that_cannot_be_split_into_tokens_is_an_error_with_its_place() {
    let error = format_file("fn f() {}\n  workers! { \" }").expect_err("no tokens");
    assert_eq!((error.line, error.column), (2, 14), "{error}");
}

#[test]
fn a_body_in_macro_rules_is_left_alone_without_a_warning() {
    let body = "workers! { struct $name{ a:$worker } $from=>$to; }";
    let written = format!("macro_rules! group {{ () => {{ {body} }} }}\n");
    assert_eq!(format(&written, false), (written, Vec::new()));
}
