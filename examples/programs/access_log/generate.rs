//! Synthetic access logs, for trials.

use std::io::{self, Write};

/// One line in this many is malformed, on average.
const GOOD_PER_MALFORMED: u64 = 1_000;

/// The methods; frequent ones occur more than once.
const METHODS: [&str; 8] = ["GET", "GET", "GET", "GET", "GET", "POST", "HEAD", "PUT"];

/// The statuses; frequent ones occur more than once.
const STATUSES: [u16; 12] = [200, 200, 200, 200, 200, 200, 200, 304, 301, 404, 500, 503];

/// The first part of each path.
const SECTIONS: [&str; 6] = [
    "articles",
    "users",
    "images",
    "search",
    "api/orders",
    "static",
];

/// The browsers, as a log shows them. One has quotes in its name, and one is `-`.
const AGENTS: [&str; 5] = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
    "curl/8.14.1",
    r#"Crawler \"the quick\" 1.0"#,
    "-",
];

/// A malformed line of each kind.
const MALFORMED: [&str; 5] = [
    "",
    "not a log line at all",
    r#"192.0.2.1 - - [10/Oct/2025:00:00:00 +0000] "GET /cut-off HT"#,
    r#"192.0.2.1 - - [10/Oct/2025:00:00:00 +0000] "GET / HTTP/1.1" OK 17"#,
    r#"192.0.2.999 - - [10/Oct/2025:00:00:00 +0000] "GET / HTTP/1.1" 200 17"#,
];

/// The number of written lines of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Generated {
    /// Lines in the combined log format.
    pub good: u64,
    /// Lines in no format.
    pub malformed: u64,
}

/// Writes `lines` log lines, about one in a thousand of them malformed. The same seed gives the same lines.
///
/// Each line is one write, so the writer should be buffered.
pub fn write_lines(out: &mut impl Write, lines: u64, seed: u64) -> io::Result<Generated> {
    let mut dice = Dice::new(seed);
    let mut generated = Generated::default();
    for number in 0..lines {
        if dice.below(GOOD_PER_MALFORMED) == 0 {
            writeln!(out, "{}", dice.pick(&MALFORMED))?;
            generated.malformed += 1;
        } else {
            write_good_line(out, number, &mut dice)?;
            generated.good += 1;
        }
    }
    out.flush()?;
    Ok(generated)
}

/// Writes one line in the combined format; `number` moves its time, a hundred lines a second.
fn write_good_line(out: &mut impl Write, number: u64, dice: &mut Dice) -> io::Result<()> {
    write_address(out, dice)?;
    let second = number / 100 % 86_400;
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    write!(
        out,
        " - - [10/Oct/2025:{hour:02}:{minute:02}:{second:02} +0000] "
    )?;
    write!(out, "\"{} ", dice.pick(&METHODS))?;
    write_path(out, dice)?;
    let status = *dice.pick(&STATUSES);
    write!(out, " HTTP/1.1\" {status} ")?;
    match status {
        304 => write!(out, "-")?,
        _ => write!(out, "{}", size(dice))?,
    }
    writeln!(out, " \"https://example.org/\" \"{}\"", dice.pick(&AGENTS))
}

/// Writes the address of a client: mostly IPv4, sometimes IPv6, from the ranges reserved for examples.
fn write_address(out: &mut impl Write, dice: &mut Dice) -> io::Result<()> {
    match dice.below(8) {
        0 => write!(out, "2001:db8::{:x}", 1 + dice.below(0xffff)),
        _ => write!(out, "198.51.100.{}", dice.below(256)),
    }
}

/// Writes a path, some far more often than others, one in four with a query string.
fn write_path(out: &mut impl Write, dice: &mut Dice) -> io::Result<()> {
    let section = dice.pick(&SECTIONS);
    let limit = 1 + dice.below(200);
    write!(out, "/{section}/{}", dice.below(limit))?;
    match dice.below(4) {
        0 => write!(out, "?page={}", dice.below(50)),
        _ => Ok(()),
    }
}

/// The size of an answer in bytes: mostly small, a few of them large.
fn size(dice: &mut Dice) -> u64 {
    let limit = 1_u64 << (8 + dice.below(14));
    limit / 2 + dice.below(limit / 2)
}

/// Random numbers that depend on a seed only: George Marsaglia's xorshift with 64 bits.
#[derive(Debug)]
struct Dice {
    state: u64,
}

impl Dice {
    /// Makes dice for a seed. The seed is scrambled, because small seeds give poor first numbers.
    fn new(seed: u64) -> Self {
        let scrambled = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        // The state zero would stay zero.
        Self {
            state: scrambled.max(1),
        }
    }

    /// A number from 0 to `limit - 1`, each about as likely. The limit must not be zero.
    fn below(&mut self, limit: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        // The upper bits are of better quality.
        (self.state >> 16) % limit
    }

    /// One of the items, each about as likely. The list must not be empty.
    fn pick<'items, T>(&mut self, items: &'items [T]) -> &'items T {
        &items[self.below(items.len() as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::super::line::Entry;
    use super::*;

    /// The lines of a seed as text, and the number of each kind.
    fn generate(lines: u64, seed: u64) -> (String, Generated) {
        let mut out = Vec::new();
        let generated = write_lines(&mut out, lines, seed).expect("a vector takes everything");
        (String::from_utf8(out).expect("text"), generated)
    }

    #[test]
    fn the_same_seed_gives_the_same_lines() {
        assert_eq!(generate(1_000, 7), generate(1_000, 7));
        assert_ne!(generate(1_000, 7), generate(1_000, 8));
    }

    #[test]
    fn the_counts_of_the_generator_are_those_of_the_parser() {
        for seed in [0, 1, 42, u64::MAX] {
            let (text, generated) = generate(20_000, seed);
            let good = text
                .lines()
                .filter(|line| Entry::parse(line).is_ok())
                .count() as u64;
            assert_eq!(text.lines().count(), 20_000);
            assert_eq!(
                generated,
                Generated {
                    good,
                    malformed: 20_000 - good
                }
            );
            assert!((5..60).contains(&generated.malformed), "{generated:?}");
        }
    }

    #[test]
    fn every_malformed_line_is_malformed() {
        for line in MALFORMED {
            assert!(Entry::parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn generated_lines_are_varied() {
        let (text, _) = generate(10_000, 3);
        for part in [
            "2001:db8::",
            "304 -",
            "?page=",
            r#"\"the quick\""#,
            "POST",
            " 503 ",
        ] {
            assert!(text.contains(part), "{part} is missing");
        }
    }

    #[test]
    fn zero_lines_give_an_empty_text() {
        assert_eq!(generate(0, 1), (String::new(), Generated::default()));
    }
}
