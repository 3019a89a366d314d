//! The lines of a file or of the standard input, also if they are no valid text.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::thread;

use tokio::sync::mpsc;

/// The number of bytes of a line that are kept. No regular line is as long.
const LONGEST: usize = 64 * 1024;

/// The number of lines that are handed over at once.
const PORTION: usize = 256;

/// The number of portions that may be queued.
const WAITING: usize = 4;

/// Lines that a thread of its own reads.
///
/// A read blocks, and cannot be interrupted: a terminal without input would keep the program from ending. So the thread
/// is never joined, and the wait for its lines can be cancelled.
#[derive(Debug)]
pub struct Input {
    portions: mpsc::Receiver<io::Result<Vec<String>>>,
}

impl Input {
    /// The lines of the file at `path`, or of the standard input.
    pub fn open(path: Option<&Path>) -> io::Result<Self> {
        let Some(path) = path else {
            return Ok(Self::new(BufReader::new(io::stdin())));
        };
        let named = |error| io::Error::other(format!("{}: {error}", path.display()));
        let file = File::open(path).map_err(named)?;
        Ok(Self::new(BufReader::new(file)))
    }

    /// The lines of `reader`.
    fn new(mut reader: BufReader<impl Read + Send + 'static>) -> Self {
        let (sender, portions) = mpsc::channel(WAITING);
        thread::spawn(move || {
            loop {
                let portion = read_portion(&mut reader);
                let last = !matches!(&portion, Ok(lines) if !lines.is_empty());
                // Refused when the receiver was dropped.
                if sender.blocking_send(portion).is_err() || last {
                    return;
                }
            }
        });
        Self { portions }
    }

    /// The next lines, or no lines at the end. Cancel safe.
    pub async fn next(&mut self) -> io::Result<Vec<String>> {
        self.portions.recv().await.unwrap_or(Ok(Vec::new()))
    }
}

/// Reads the lines that are available, and at least one, unless the input is at its end.
fn read_portion(reader: &mut BufReader<impl Read>) -> io::Result<Vec<String>> {
    let mut lines = Vec::new();
    let mut line = Vec::new();
    while read_line(reader, &mut line)? {
        lines.push(String::from_utf8_lossy(&line).into_owned());
        if lines.len() == PORTION || !reader.buffer().contains(&b'\n') {
            break;
        }
    }
    Ok(lines)
}

/// Reads one line, without its line ending, and cuts it if it is too long. Returns `false` at the end of the input. The
/// last line needs no line ending.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let read = reader
        .by_ref()
        .take(LONGEST as u64)
        .read_until(b'\n', line)?;
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if read == LONGEST {
        reader.skip_until(b'\n')?;
        // No format allows this character at the end of a line, so a cut line is malformed.
        line.extend("…".bytes());
    }
    Ok(read > 0)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// All lines of a text.
    async fn lines(text: impl Into<Vec<u8>>) -> Vec<String> {
        let mut input = Input::new(BufReader::new(Cursor::new(text.into())));
        let mut lines = Vec::new();
        loop {
            let portion = input.next().await.expect("a vector gives everything");
            if portion.is_empty() {
                return lines;
            }
            lines.extend(portion);
        }
    }

    #[tokio::test]
    async fn lines_end_with_a_line_feed_or_with_the_text() {
        assert_eq!(lines("").await, [""; 0]);
        assert_eq!(lines("\n").await, [""]);
        assert_eq!(lines("a\n\nb").await, ["a", "", "b"]);
        assert_eq!(lines("a\r\nb\n").await, ["a\r", "b"]);
    }

    #[tokio::test]
    async fn many_lines_come_in_order() {
        let text: String = (0..10_000).map(|number| format!("{number}\n")).collect();
        let numbers = lines(text).await;
        assert_eq!(numbers.len(), 10_000);
        assert!((0..10_000).all(|number| numbers[number] == number.to_string()));
    }

    #[tokio::test]
    async fn invalid_utf_8_is_replaced() {
        assert_eq!(
            lines(b"a\xffb\n\xc3".to_vec()).await,
            ["a\u{fffd}b", "\u{fffd}"]
        );
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_cut_and_is_one_line() {
        let text = format!("{}\nnext\n", "x".repeat(LONGEST * 3));
        let lines = lines(text).await;
        assert_eq!(lines.len(), 2);
        assert!(lines[0].ends_with("x…") && lines[0].len() == LONGEST + "…".len());
        assert_eq!(lines[1], "next");
    }

    #[tokio::test]
    async fn a_read_error_is_reported() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        let mut input = Input::new(BufReader::new(Broken));
        assert!(input.next().await.is_err());
    }
}
