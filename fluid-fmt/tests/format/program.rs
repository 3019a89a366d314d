//! The program `fluid-fmt` as a process.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const WRITTEN: &str = "workers! { struct A { a: B { x: f( 1 ) } } }\n";
const FORMATTED: &str = "workers! {\n    struct A {\n        a: B { x: f(1) },\n    }\n}\n";

/// An empty folder for one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the folder of an earlier run");
    }
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fluid-fmt"));
    command
        .current_dir(folder)
        .args(arguments)
        .env_remove("RUSTFMT");
    command
}

/// The exit code, standard output and standard error.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    read(command(folder, arguments).output().expect("a run"))
}

fn read(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).expect("text");
    let code = output.status.code().expect("a code");
    (code, text(output.stdout), text(output.stderr))
}

fn files(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
}

fn text(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).expect("a file")
}

#[test]
fn check_prints_the_difference_and_changes_nothing() {
    let folder = folder("check");
    files(&folder, &[("a.rs", WRITTEN)]);
    let (code, out, err) = run(&folder, &["--check", "a.rs"]);
    let diff = "--- a.rs\n+++ a.rs\n@@ -1 +1,5 @@\n-workers! { struct A { a: B { x: f( 1 ) } } }\n\
                +workers! {\n+    struct A {\n+        a: B { x: f(1) },\n+    }\n+}\n";
    assert_eq!((code, out.as_str(), err.as_str()), (1, diff, ""));
    assert_eq!(text(&folder, "a.rs"), WRITTEN);
    assert_eq!(run(&folder, &["a.rs"]), (0, String::new(), String::new()));
    assert_eq!(text(&folder, "a.rs"), FORMATTED);
    assert_eq!(
        run(&folder, &["--check", "a.rs"]),
        (0, String::new(), String::new())
    );
}

#[test]
fn a_folder_is_walked_without_target_and_hidden_folders() {
    let folder = folder("walk");
    let names = [
        "a.rs",
        "b/c.rs",
        "target/d.rs",
        ".e/f.rs",
        "g.txt",
        "b/target/h.rs",
    ];
    files(&folder, &names.map(|name| (name, WRITTEN)));
    files(&folder, &[("i.md", &format!("```rust\n{WRITTEN}```\n"))]);
    assert_eq!(run(&folder, &[]).0, 0);
    let is_formatted = names.map(|name| text(&folder, name) == FORMATTED);
    assert_eq!(is_formatted, [true, true, false, false, false, false]);
    assert_eq!(text(&folder, "i.md"), format!("```rust\n{FORMATTED}```\n"));
}

#[test]
fn standard_input_is_formatted_to_standard_output() {
    let folder = folder("input");
    let given = |arguments: &[&str]| {
        let mut child = command(&folder, arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let mut input = child.stdin.take().expect("an input");
        input.write_all(WRITTEN.as_bytes()).expect("a reader");
        drop(input);
        read(child.wait_with_output().expect("a run"))
    };
    let (code, out, _) = given(&["-"]);
    assert_eq!((code, out.as_str()), (0, FORMATTED));
    let (code, out, _) = given(&["--check", "-"]);
    assert!(code == 1 && out.starts_with("--- <stdin>\n"), "{out}");
}

#[test]
fn errors_name_their_place_and_exit_with_2() {
    let folder = folder("errors");
    files(
        &folder,
        &[("a.rs", "fn f() {}\nworkers! { \" }"), ("b.rs", WRITTEN)],
    );
    let (code, _, err) = run(&folder, &["a.rs", "b.rs"]);
    assert_eq!(
        (code, err.as_str()),
        (2, "a.rs:2:12: this cannot be split into tokens\n")
    );
    assert_eq!(text(&folder, "b.rs"), FORMATTED);
    let (code, _, err) = run(&folder, &["missing.rs"]);
    assert!(code == 2 && err.starts_with("missing.rs: "), "{err}");
    let (code, _, err) = run(&folder, &["--chek"]);
    assert!(
        code == 2 && err.starts_with("unknown option `--chek`\n"),
        "{err}"
    );
}

#[test]
fn a_body_that_cannot_be_read_is_left_alone_with_a_warning() {
    let folder = folder("warning");
    let unread = "workers! { struct A { a } }\n";
    files(&folder, &[("a.rs", &format!("{unread}{WRITTEN}"))]);
    let (code, _, err) = run(&folder, &["a.rs"]);
    let warning =
        "a.rs:1:23: warning: left alone: a worker has a name and a type: `name: Type { … }`\n";
    assert_eq!((code, err.as_str()), (0, warning));
    assert_eq!(text(&folder, "a.rs"), format!("{unread}{FORMATTED}"));
}

#[test]
fn the_configuration_of_rustfmt_holds_for_the_folder_of_a_file() {
    let folder = folder("configuration");
    let config = "max_width = 24\nhard_tabs = true\n";
    files(
        &folder,
        &[
            ("wide/a.rs", WRITTEN),
            ("narrow/a.rs", WRITTEN),
            ("narrow/rustfmt.toml", config),
        ],
    );
    assert_eq!(run(&folder, &[]).0, 0);
    assert_eq!(text(&folder, "wide/a.rs"), FORMATTED);
    let narrow = "workers! {\n\tstruct A {\n\t\ta: B {\n\t\t\tx: f(1),\n\t\t},\n\t}\n}\n";
    assert_eq!(text(&folder, "narrow/a.rs"), narrow);
}

#[test]
fn without_rustfmt_expressions_stay_as_they_are() {
    let folder = folder("without_rustfmt");
    files(&folder, &[("a.rs", WRITTEN)]);
    let mut command = command(&folder, &["a.rs"]);
    let (code, _, err) = read(
        command
            .env("RUSTFMT", "no-such-program")
            .output()
            .expect("a run"),
    );
    assert_eq!(
        (code, err.as_str()),
        (
            0,
            ".: warning: without rustfmt, expressions stay as they are\n"
        )
    );
    assert_eq!(text(&folder, "a.rs"), FORMATTED.replace("f(1)", "f( 1 )"));
}

/// The script loses what is marked as lost.
#[cfg(unix)]
#[test]
fn an_expression_of_which_rustfmt_loses_a_part_stays_as_it_is() {
    let folder = folder("lossy_rustfmt");
    let written = WRITTEN.replace("f( 1 )", "f( 1 /* lost */ ), y: f( lost, 1 ), z: f( 1 )");
    files(&folder, &[("a.rs", &written)]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lossy_rustfmt.sh");
    let mut command = command(&folder, &["a.rs"]);
    let (code, _, err) = read(command.env("RUSTFMT", script).output().expect("a run"));
    assert_eq!((code, err.as_str()), (0, ""));
    let kept = "x: f( 1 /* lost */ ), y: f( lost, 1 ), z: f(1)";
    assert_eq!(text(&folder, "a.rs"), FORMATTED.replace("x: f(1)", kept));
}
