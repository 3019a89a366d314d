//! Which lines are parsed, and the errors of the others.

use super::*;

/// A valid line of the common format, up to and including its status.
const COMMON: &str = r#"203.0.113.7 - ann [10/Oct/2025:13:55:36 +0000] "GET /a?b=c HTTP/1.1" 200"#;

/// The entry of a line that must be valid.
fn good(line: &str) -> Entry {
    Entry::parse(line).expect("a good line")
}

/// The error of a line that must be malformed.
fn bad(line: &str) -> &'static str {
    let malformed = Entry::parse(line).expect_err("a bad line");
    assert_eq!(malformed.line, line);
    malformed.reason
}

/// The entry of a line with this request.
fn request(request: &str) -> Result<Entry, Malformed> {
    Entry::parse(&format!(r#"::1 - - [t] "{request}" 200 1"#))
}

#[test]
fn a_line_in_the_common_format_is_parsed() {
    let entry = good(&format!("{COMMON} 2326"));
    let wanted = Entry {
        ip: IpAddr::from([203, 0, 113, 7]),
        time: "10/Oct/2025:13:55:36 +0000".into(),
        method: "GET".into(),
        path: "/a?b=c".into(),
        protocol: "HTTP/1.1".into(),
        status: 200,
        bytes: 2326,
        referer: None,
        agent: None,
    };
    assert_eq!(entry, wanted);
    assert_eq!(entry.page(), "/a");
}

#[test]
fn a_line_in_the_combined_format_is_parsed() {
    let entry = good(&format!(
        r#"{COMMON} 2326 "https://example.org/" "Mozilla/5.0 (X11)""#
    ));
    assert_eq!(entry.bytes, 2326);
    assert_eq!(entry.referer.as_deref(), Some("https://example.org/"));
    assert_eq!(entry.agent.as_deref(), Some("Mozilla/5.0 (X11)"));
}

#[test]
fn a_field_with_a_dash_is_none() {
    let entry = good(&format!(r#"{COMMON} 1 "-" "-""#));
    assert_eq!((entry.referer, entry.agent), (None, None));
    let entry = good(&format!(r#"{COMMON} 1 "" "x""#));
    assert_eq!(entry.referer.as_deref(), Some(""));
}

#[test]
fn an_answer_without_a_body_has_size_zero() {
    assert_eq!(good(&format!("{COMMON} -")).bytes, 0);
    assert_eq!(good(&format!(r#"{COMMON} - "-" "curl/8""#)).bytes, 0);
}

#[test]
fn escaped_quotes_and_backslashes_are_unescaped() {
    let entry = good(&format!(r#"{COMMON} 1 "-" "the \"best\" \\ browser""#));
    assert_eq!(entry.agent.as_deref(), Some(r#"the "best" \ browser"#));
    let entry = good(&format!(r#"{COMMON} 1 "-" "ends with \\""#));
    assert_eq!(entry.agent.as_deref(), Some(r"ends with \"));
    let entry = good(&format!(r#"{COMMON} 1 "-" "\x22 and \n stay""#));
    assert_eq!(entry.agent.as_deref(), Some(r"\x22 and \n stay"));
    assert_eq!(
        request(r#"GET /\"a\" HTTP/1.1"#).expect("good").path,
        r#"/"a""#
    );
}

#[test]
fn ipv4_and_ipv6_addresses_are_parsed() {
    let rest = COMMON.split_once(' ').expect("a space").1;
    for ip in [
        "::1",
        "2001:db8::ff00:42:8329",
        "::ffff:192.0.2.1",
        "0.0.0.0",
    ] {
        assert_eq!(good(&format!("{ip} {rest} 1")).ip.to_string(), ip);
    }
    for ip in ["", "example.org", "1.2.3", "1.2.3.456", "[::1]", "-"] {
        assert_eq!(
            bad(&format!("{ip} {rest} 1")),
            "the address is not an IP address"
        );
    }
}

#[test]
fn line_endings_are_ignored() {
    for ending in ["", "\n", "\r\n"] {
        assert_eq!(good(&format!("{COMMON} 7{ending}")).bytes, 7);
    }
}

#[test]
fn text_beyond_ascii_is_kept() {
    let entry = good(&format!(r#"{COMMON} 1 "https://例え.jp/é" "ブラウザ""#));
    assert_eq!(entry.agent.as_deref(), Some("ブラウザ"));
    assert_eq!(request("GET /ü? HTTP/1.1").expect("good").page(), "/ü");
}

#[test]
fn a_request_that_is_not_method_path_protocol_is_malformed() {
    let entry = request("OPTIONS * HTTP/2.0").expect("good");
    assert_eq!(
        (&*entry.method, &*entry.path, &*entry.protocol),
        ("OPTIONS", "*", "HTTP/2.0")
    );
    assert_eq!(
        request("GET /two words HTTP/1.1").expect("good").path,
        "/two words"
    );
    for bad in [
        "",
        "-",
        "GET",
        "GET /",
        "GET  HTTP/1.1",
        " / HTTP/1.1",
        r"\x16\x03\x01",
        "GET / FTP/1",
    ] {
        let malformed = request(bad).expect_err(bad);
        assert_eq!(malformed.reason, "the request is not METHOD PATH HTTP/x");
    }
}

#[test]
fn an_empty_line_is_malformed() {
    for line in ["", "\n", "   \r\n"] {
        assert_eq!(bad(line), "the line is empty");
    }
}

#[test]
fn a_line_with_a_missing_field_is_malformed() {
    assert_eq!(bad("203.0.113.7"), "there is nothing after the address");
    assert_eq!(bad("203.0.113.7 - -"), "the time is missing");
    assert_eq!(bad("203.0.113.7 - - [10/Oct/2025"), "the time has no end");
    assert_eq!(bad("203.0.113.7 - - [10/Oct/2025] "), "the time has no end");
    assert_eq!(
        bad("203.0.113.7 - - [t] GET / HTTP/1.1 200 1"),
        "the request is not in quotes"
    );
    assert_eq!(
        bad(r#"203.0.113.7 - - [t] "GET / HTTP/1.1 200 1"#),
        "the request is not in quotes"
    );
    assert_eq!(
        bad(r#"::1 - - [t] "GET / HTTP/1.1""#),
        "the status is not a number from 100 to 599"
    );
    assert_eq!(bad(COMMON), "the size is neither a number nor `-`");
}

#[test]
fn a_status_outside_100_to_599_is_malformed() {
    let start = COMMON.strip_suffix("200").expect("a status");
    for status in ["", "-", "20", "2000", "099", "600", "+20", "abc", "2O0"] {
        assert_eq!(
            bad(&format!("{start}{status} 1")),
            "the status is not a number from 100 to 599"
        );
    }
}

#[test]
fn a_size_that_is_no_number_is_malformed() {
    for bytes in ["--", "-1", "+1", "1.5", "many", "18446744073709551616"] {
        assert_eq!(
            bad(&format!("{COMMON} {bytes}")),
            "the size is neither a number nor `-`"
        );
    }
    assert_eq!(
        good(&format!("{COMMON} 18446744073709551615")).bytes,
        u64::MAX
    );
}

#[test]
fn an_incomplete_or_surplus_browser_field_is_malformed() {
    assert_eq!(
        bad(&format!("{COMMON} 1 x")),
        "the referer is not in quotes"
    );
    assert_eq!(
        bad(&format!(r#"{COMMON} 1 "-""#)),
        "the agent is not in quotes"
    );
    assert_eq!(
        bad(&format!(r#"{COMMON} 1 "-" "cut off"#)),
        "the agent is not in quotes"
    );
    assert_eq!(
        bad(&format!(r#"{COMMON} 1 "-" "x\""#)),
        "the agent is not in quotes"
    );
    assert_eq!(
        bad(&format!(r#"{COMMON} 1 "-" "x"y"#)),
        "the agent is not in quotes"
    );
    assert_eq!(
        bad(&format!(r#"{COMMON} 1 "-" "x" y"#)),
        "there is text after the last field"
    );
}

#[test]
fn no_line_makes_the_parser_panic() {
    let line = format!(r#"{COMMON} 2326 "https://例え.jp/" "a \"b\" \\""#);
    for (end, _) in line.char_indices() {
        let _ = Entry::parse(&line[..end]);
        let _ = Entry::parse(&line[end..]);
    }
}

#[test]
fn the_error_is_short_and_has_no_control_characters() {
    let malformed = Entry::parse("\x1b[2J é").expect_err("a bad line");
    let wanted = r#"malformed line: the address is not an IP address: "\u{1b}[2J é""#;
    assert_eq!(malformed.to_string(), wanted);
    let long = Entry::parse(&"é".repeat(10_000))
        .expect_err("a bad line")
        .to_string();
    assert!(
        long.ends_with("é…\"") && long.chars().count() < 200,
        "{long}"
    );
}
