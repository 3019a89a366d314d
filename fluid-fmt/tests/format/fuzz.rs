//! Bodies whose whitespace and comments are changed at random.

use std::env;
use std::path::Path;

use fastrand::Rng;
use fluid_fmt::Formatter;

use crate::support;

/// How many bodies are formatted at once, so that rustfmt is started less often.
const AT_ONCE: usize = 10;

/// `FLUID_FMT_SEED` and `FLUID_FMT_INPUTS` select other inputs. An input depends only on its number, which is counted
/// from the seed.
fn variable(name: &str, default: u64) -> u64 {
    let value = env::var(name).ok();
    value.map_or(default, |value| value.parse().expect("a number"))
}

#[test]
fn changed_whitespace_and_comments_are_formatted_and_lose_nothing() {
    let seed = variable("FLUID_FMT_SEED", 0);
    let inputs = variable("FLUID_FMT_INPUTS", 1000);
    println!("FLUID_FMT_SEED={seed} FLUID_FMT_INPUTS={inputs}");
    let mut formatter = Formatter::new(Path::new(env!("CARGO_MANIFEST_DIR")));
    let mut bodies = support::bodies();
    bodies.retain(|(_, body)| can_be_read(&mut formatter, body));
    for first in (seed..seed + inputs).step_by(AT_ONCE) {
        let numbers = first..(first + AT_ONCE as u64).min(seed + inputs);
        let changed = numbers.map(|number| {
            let mut random = Rng::with_seed(number);
            let (path, body) = &bodies[random.usize(..bodies.len())];
            // Without comments the result is known, unless rustfmt refuses an expression, which then stays as it is.
            let is_case = support::has_part(path, &["ui", "cases"]);
            let has_comments = is_case || number % 2 == 0;
            (
                body.clone(),
                mutated(body, has_comments, &mut random),
                has_comments,
            )
        });
        let changed: Vec<_> = changed.collect();
        let input: Vec<_> = changed.iter().map(|(_, text, _)| text.as_str()).collect();
        let input = input.join(SEPARATOR);
        let once = formatter.format(&input).expect("tokens");
        assert_eq!(
            (&once.bugs, &once.warnings),
            (&vec![], &vec![]),
            "inputs from {first}\n{input}"
        );
        let twice = formatter.format(&once.text).expect("tokens").text;
        let [once, twice] = [&once.text, &twice].map(|text| text.split(SEPARATOR));
        for (at, ((body, text, has_comments), (once, twice))) in
            changed.iter().zip(once.zip(twice)).enumerate()
        {
            let at = first + at as u64;
            assert_eq!(once, twice, "input {at} is formatted twice\n{text}");
            // Around a comment rustfmt may add the braces of a closure.
            let tokens = |text| {
                let mut tokens = support::tokens(text);
                tokens.retain(|token| !has_comments || !["{", "}", ","].contains(&token.as_str()));
                tokens
            };
            assert_eq!(tokens(once), tokens(text), "input {at}\n{text}\n{once}");
            assert_eq!(marks(once), marks(text), "input {at}\n{text}\n{once}");
            if !has_comments {
                let expected = formatter.format(body).expect("tokens").text;
                assert_eq!(
                    without_blank(once),
                    without_blank(&expected),
                    "input {at}\n{text}"
                );
            }
        }
    }
}

const SEPARATOR: &str = "\nconst NEXT: () = ();\n";

/// Whether a body can be read and belongs to no macro.
fn can_be_read(formatter: &mut Formatter, body: &str) -> bool {
    let formatted = formatter.format(body).expect("tokens");
    formatted.warnings.is_empty() && !body.contains('$')
}

/// The body with other whitespace between its tokens, and with comments if `comments` is set.
fn mutated(body: &str, comments: bool, random: &mut Rng) -> String {
    let mut text = String::new();
    let mut end = 0;
    let mut count = 0;
    let often = random.u8(2..12);
    // The brace stays behind `workers!`.
    let brace = body.find('{').expect("a brace");
    for at in support::ranges(body) {
        let gap = &body[end..at.start];
        let is_doc = text.ends_with('\n')
            || body[..end]
                .rsplit('\n')
                .next()
                .is_some_and(|line| line.trim_start().starts_with("///"));
        let new = match random.u8(..often) {
            _ if gap.is_empty() || at.start <= brace => gap.to_owned(),
            0 => "\n".to_owned(),
            1 => "\n\n\n\t".to_owned(),
            2 => "   ".to_owned(),
            3 if comments => {
                count += 1;
                format!(" /* mark {count}. */ ")
            }
            4 if comments => {
                count += 1;
                format!(" // mark {count}.\n")
            }
            5 if comments => {
                count += 1;
                format!("\n  // mark {count}.\n\n")
            }
            6 if comments => {
                count += 1;
                format!("\n /* mark {count}.\n   on two lines */\n")
            }
            _ => " ".to_owned(),
        };
        // A comment of the body is kept; a doc comment ends with its line.
        if gap.contains('/') {
            text += gap;
        } else if is_doc && !gap.is_empty() {
            text += "\n";
        }
        text += &new;
        text += &body[at.clone()];
        end = at.end;
    }
    text
}

/// The numbers of the comments, in order.
fn marks(text: &str) -> Vec<&str> {
    let behind = text.split("mark ").skip(1);
    behind.filter_map(|rest| rest.split('.').next()).collect()
}

fn without_blank(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.collect::<Vec<_>>().join("\n")
}
