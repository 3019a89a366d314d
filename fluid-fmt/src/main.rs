//! The program `fluid-fmt`.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use fluid_fmt::{Formatted, Formatter};
use similar::TextDiff;

const HELP: &str = "\
Formats the bodies of fluid's `workers! { … }`.

Usage: fluid-fmt [--check] [PATH…]

A path is a file or a folder. In a folder, all files `.rs` and `.md` are formatted, without those in `target` and in
hidden folders. Without a path, the working directory is formatted. The path `-` is Rust code on standard input, which
is formatted to standard output. In a file `.md`, the blocks ```rust are formatted.

Expressions are formatted by rustfmt, which is the program in the variable RUSTFMT, or else `rustfmt`.

  --check    changes no file; prints what would change, and exits with 1 if anything would
  --help     prints this
  --version  prints the version

Exit codes: 0, 1 if `--check` found a change, 2 after an error.
";

fn main() -> ExitCode {
    let mut run = Run::default();
    let mut paths = Vec::new();
    for argument in env::args().skip(1) {
        match argument.as_str() {
            "--check" => run.check = true,
            "--help" | "-h" => {
                print!("{HELP}");
                return ExitCode::SUCCESS;
            }
            "--version" | "-V" => {
                println!("fluid-fmt {}", env!("CARGO_PKG_VERSION"));
                return ExitCode::SUCCESS;
            }
            option if option.starts_with('-') && option != "-" => {
                eprint!("unknown option `{option}`\n\n{HELP}");
                return ExitCode::from(2);
            }
            _ => paths.push(argument),
        }
    }
    if paths.is_empty() {
        paths.push(".".to_owned());
    }
    for path in paths {
        let done = match path.as_str() {
            "-" => run.standard_input(),
            _ => run.path(Path::new(&path)),
        };
        if let Err(error) = done {
            run.error(&path, error);
        }
    }
    match () {
        () if run.failed => ExitCode::from(2),
        () if run.check && run.changed => ExitCode::FAILURE,
        () => ExitCode::SUCCESS,
    }
}

/// One run of the program.
#[derive(Default)]
struct Run {
    check: bool,
    /// Whether a file is not formatted.
    changed: bool,
    failed: bool,
    /// One for each folder, since each may have its own configuration.
    formatters: HashMap<PathBuf, Formatter>,
}

impl Run {
    fn error(&mut self, path: &str, error: impl std::fmt::Display) {
        eprintln!("{path}: {error}");
        self.failed = true;
    }

    /// Formats a file, or the files below a folder.
    fn path(&mut self, path: &Path) -> io::Result<()> {
        if !path.is_dir() {
            return self.file(path);
        }
        let mut entries = fs::read_dir(path)?.collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let kind = entry.file_type()?;
            let is_skipped = name.starts_with('.') || name == "target";
            let is_source = name.ends_with(".rs") || name.ends_with(".md");
            let path = entry.path();
            let done = match () {
                () if kind.is_dir() && !is_skipped => self.path(&path),
                () if kind.is_file() && is_source => self.file(&path),
                () => Ok(()),
            };
            if let Err(error) = done {
                self.error(&path.display().to_string(), error);
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> io::Result<()> {
        let bytes = fs::read(path)?;
        if !bytes.windows(7).any(|word| word == b"workers") {
            return Ok(());
        }
        let text = String::from_utf8(bytes).map_err(io::Error::other)?;
        let name = path.strip_prefix(".").unwrap_or(path).display().to_string();
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let is_markdown = path.extension().is_some_and(|extension| extension == "md");
        let formatted = self.format(&name, &text, folder, is_markdown);
        if let Some(formatted) = formatted
            && !self.check
            && formatted != text
        {
            fs::write(path, formatted)?;
        }
        Ok(())
    }

    fn standard_input(&mut self) -> io::Result<()> {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text)?;
        let formatted = self.format("<stdin>", &text, None, false);
        if self.check {
            return Ok(());
        }
        io::stdout().write_all(formatted.as_ref().unwrap_or(&text).as_bytes())
    }

    /// Formats a text, and prints its problems and, with `--check`, the difference.
    fn format(
        &mut self,
        name: &str,
        text: &str,
        folder: Option<&Path>,
        is_markdown: bool,
    ) -> Option<String> {
        let folder = folder.unwrap_or(Path::new("."));
        let formatter = self.formatters.entry(folder.to_owned());
        let formatter = formatter.or_insert_with(|| {
            let formatter = Formatter::new(folder);
            if !formatter.has_rustfmt() {
                let folder = folder.display();
                eprintln!("{folder}: warning: without rustfmt, expressions stay as they are");
            }
            formatter
        });
        let formatted = match is_markdown {
            true => Ok(formatter.format_markdown(text)),
            false => formatter.format(text),
        };
        let Formatted {
            text: new,
            warnings,
            bugs,
        } = match formatted {
            Ok(formatted) => formatted,
            Err(error) => {
                self.error(
                    &format!("{name}:{}:{}", error.line, error.column),
                    error.reason,
                );
                return None;
            }
        };
        for warning in warnings {
            let (line, column) = (warning.line, warning.column);
            eprintln!(
                "{name}:{line}:{column}: warning: left alone: {}",
                warning.reason
            );
        }
        for bug in bugs {
            self.error(&format!("{name}:{}:{}", bug.line, bug.column), bug.reason);
        }
        if self.check && new != text {
            let diff = TextDiff::from_lines(text, &new);
            let diff = diff.unified_diff().header(name, name).to_string();
            // A reader such as `head` may have closed the output.
            let _ = io::stdout().write_all(diff.as_bytes());
        }
        self.changed |= new != text;
        Some(new)
    }
}
