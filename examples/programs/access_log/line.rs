//! One line of a web server's access log.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::net::IpAddr;

/// The number of characters of a malformed line that its error shows.
const SHOWN: usize = 120;

/// One line in the common or the combined log format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The address of the client.
    pub ip: IpAddr,
    /// The time, as the server wrote it: `10/Oct/2025:13:55:36 +0000`.
    pub time: String,
    /// The method: `GET`, `POST` and so on.
    pub method: String,
    /// The requested path, with its query string.
    pub path: String,
    /// The protocol: `HTTP/1.1` and so on.
    pub protocol: String,
    /// The status of the answer, 100 to 599.
    pub status: u16,
    /// The size of the answer's body, in bytes; 0 where the log has `-`.
    pub bytes: u64,
    /// The page with the link to this one, if the format has the field and the browser sent it.
    pub referer: Option<String>,
    /// The browser, if the format has the field and the browser sent it.
    pub agent: Option<String>,
}

/// A line that is in neither format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The whole line.
    pub line: String,
    /// The reason why it is malformed.
    pub reason: &'static str,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Escaped, because a client may write control characters into the log, and so to a terminal.
        let end = self
            .line
            .char_indices()
            .nth(SHOWN)
            .map_or(self.line.len(), |(end, _)| end);
        let more = if end < self.line.len() { "…" } else { "" };
        write!(
            f,
            "malformed line: {}: \"{}{more}\"",
            self.reason,
            self.line[..end].escape_debug()
        )
    }
}

impl Error for Malformed {}

impl Entry {
    /// Reads one line, with or without its line ending.
    ///
    /// ```text
    /// 203.0.113.7 - ann [10/Oct/2025:13:55:36 +0000] "GET /a?b=c HTTP/1.1" 200 2326
    /// ```
    ///
    /// The combined format adds two quoted fields: the referer and the agent.
    pub fn parse(line: &str) -> Result<Self, Malformed> {
        parse(line.trim_end()).map_err(|reason| Malformed {
            line: line.into(),
            reason,
        })
    }

    /// The path without its query string, so that a page is one page for all queries.
    pub fn page(&self) -> &str {
        self.path
            .split_once('?')
            .map_or(&self.path, |(page, _)| page)
    }
}

/// Reads a line from left to right; the error is the reason.
fn parse(line: &str) -> Result<Entry, &'static str> {
    if line.is_empty() {
        return Err("the line is empty");
    }
    let (ip, rest) = line
        .split_once(' ')
        .ok_or("there is nothing after the address")?;
    let ip = ip.parse().map_err(|_| "the address is not an IP address")?;
    // Between the address and the time are two names of the user, which are usually `-`.
    let (_, rest) = rest.split_once('[').ok_or("the time is missing")?;
    let (time, rest) = rest.split_once("] ").ok_or("the time has no end")?;
    let (request, rest) = quoted(rest).ok_or("the request is not in quotes")?;
    let (method, path, protocol) =
        split_request(request).ok_or("the request is not METHOD PATH HTTP/x")?;
    let (status, rest) = word(rest);
    let status = parse_status(status).ok_or("the status is not a number from 100 to 599")?;
    let (bytes, rest) = word(rest);
    let bytes = parse_bytes(bytes).ok_or("the size is neither a number nor `-`")?;
    let (referer, agent) = parse_browser(rest)?;
    Ok(Entry {
        ip,
        time: time.into(),
        method: method.into(),
        path: unescape(path).into_owned(),
        protocol: protocol.into(),
        status,
        bytes,
        referer,
        agent,
    })
}

/// Reads the fields that the combined format adds: the referer and the agent, or none.
fn parse_browser(rest: &str) -> Result<(Option<String>, Option<String>), &'static str> {
    if rest.is_empty() {
        return Ok((None, None));
    }
    let (referer, rest) = quoted(rest).ok_or("the referer is not in quotes")?;
    let (agent, rest) = quoted(rest).ok_or("the agent is not in quotes")?;
    if !rest.is_empty() {
        return Err("there is text after the last field");
    }
    Ok((told(referer), told(agent)))
}

/// Splits `GET /a HTTP/1.1`. The path may contain spaces, because some clients send them.
fn split_request(request: &str) -> Option<(&str, &str, &str)> {
    let (method, rest) = request.split_once(' ')?;
    let (path, protocol) = rest.rsplit_once(' ')?;
    let complete = !method.is_empty() && !path.is_empty() && protocol.starts_with("HTTP/");
    complete.then_some((method, path, protocol))
}

/// Reads a status, which has three digits.
fn parse_status(text: &str) -> Option<u16> {
    let digits = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let status = if digits {
        text.parse().ok()?
    } else {
        return None;
    };
    (100..=599).contains(&status).then_some(status)
}

/// Reads a size in bytes; `-` means that no body was sent.
fn parse_bytes(text: &str) -> Option<u64> {
    if text == "-" {
        return Some(0);
    }
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

/// Splits off the text up to the next space.
fn word(text: &str) -> (&str, &str) {
    text.split_once(' ').unwrap_or((text, ""))
}

/// Splits off a quoted field, without its quotes, and the space after it.
///
/// A quote after a backslash does not end the field.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut escaped = false;
    let end = inside.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    let (field, rest) = (&inside[..end], &inside[end + 1..]);
    if rest.is_empty() {
        Some((field, rest))
    } else {
        Some((field, rest.strip_prefix(' ')?))
    }
}

/// A field that the browser may omit, which the log shows as `-`.
fn told(field: &str) -> Option<String> {
    (field != "-").then(|| unescape(field).into_owned())
}

/// Removes the backslashes before quotes and backslashes; other escapes stay as they are.
fn unescape(field: &str) -> Cow<'_, str> {
    if !field.contains('\\') {
        return Cow::Borrowed(field);
    }
    let mut plain = String::with_capacity(field.len());
    let mut chars = field.chars().peekable();
    while let Some(char) = chars.next() {
        let escaped = chars.next_if(|next| char == '\\' && matches!(next, '"' | '\\'));
        plain.push(escaped.unwrap_or(char));
    }
    Cow::Owned(plain)
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;
