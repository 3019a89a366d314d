//! The totals of an access log.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::line::Entry;

/// The number of most visited pages in the report.
const TOP: usize = 10;

/// The totals of the lines so far. `{}` prints the report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// The number of parsed lines.
    pub parsed: u64,
    /// The number of malformed lines.
    pub malformed: u64,
    /// The number of requests for each page, without its query string.
    pub pages: HashMap<String, u64>,
    /// The number of answers with each status.
    pub statuses: BTreeMap<u16, u64>,
    /// The size of every answer, in bytes, in no order.
    ///
    /// Keeping all sizes is the simplest way to an exact percentile; a million sizes take 8 MB.
    pub sizes: Vec<u64>,
}

impl Totals {
    /// The totals of no lines.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a parsed line.
    pub fn add(&mut self, entry: &Entry) {
        self.parsed += 1;
        match self.pages.get_mut(entry.page()) {
            Some(count) => *count += 1,
            None => _ = self.pages.insert(entry.page().into(), 1),
        }
        *self.statuses.entry(entry.status).or_default() += 1;
        self.sizes.push(entry.bytes);
    }

    /// Counts a malformed line.
    pub fn add_malformed(&mut self) {
        self.malformed += 1;
    }

    /// The number of all lines, parsed or malformed.
    pub fn lines(&self) -> u64 {
        self.parsed + self.malformed
    }

    /// The most visited pages and their counts, the most visited first. Pages with equal counts are ordered by name.
    pub fn top_pages(&self) -> Vec<(&str, u64)> {
        let mut pages: Vec<_> = self
            .pages
            .iter()
            .map(|(page, count)| (page.as_str(), *count))
            .collect();
        pages.sort_unstable_by_key(|&(page, count)| (Reverse(count), page));
        pages.truncate(TOP);
        pages
    }

    /// The size in bytes that 99 of 100 answers do not exceed, or `None` without answers.
    pub fn p99_size(&self) -> Option<u64> {
        let place = (self.sizes.len() * 99).div_ceil(100).checked_sub(1)?;
        let mut sizes = self.sizes.clone();
        Some(*sizes.select_nth_unstable(place).1)
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "lines read {:>12}", self.lines())?;
        writeln!(f, "parsed     {:>12}", self.parsed)?;
        writeln!(f, "malformed  {:>12}", self.malformed)?;
        writeln!(f, "\nstatus")?;
        for (status, count) in &self.statuses {
            writeln!(f, "{status:<10} {count:>12}")?;
        }
        writeln!(f, "\ntop {TOP} paths")?;
        for (page, count) in self.top_pages() {
            // Escaped, because a path may contain control characters, and this goes to a terminal.
            writeln!(f, "{count:>12}  {}", page.escape_debug())?;
        }
        match self.p99_size() {
            Some(size) => writeln!(f, "\n99 % of the answers have at most {size} bytes"),
            None => writeln!(f, "\nno answers"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An entry with this path, status and size.
    fn entry(path: &str, status: u16, bytes: u64) -> Entry {
        Entry::parse(&format!(
            r#"::1 - - [t] "GET {path} HTTP/1.1" {status} {bytes}"#
        ))
        .expect("a good line")
    }

    /// The totals of entries with these paths.
    fn totals_of(paths: &[&str]) -> Totals {
        let mut totals = Totals::new();
        for path in paths {
            totals.add(&entry(path, 200, 1));
        }
        totals
    }

    #[test]
    fn the_query_of_a_page_is_ignored() {
        let totals = totals_of(&["/a?x=1", "/b", "/a?x=2", "/a"]);
        assert_eq!(totals.top_pages(), [("/a", 3), ("/b", 1)]);
    }

    #[test]
    fn the_report_names_the_top_pages_and_orders_ties_by_name() {
        let paths: Vec<String> = (10..30).rev().map(|number| format!("/{number}")).collect();
        let totals = totals_of(
            &paths
                .iter()
                .map(String::as_str)
                .chain(["/29"])
                .collect::<Vec<_>>(),
        );
        let top = totals.top_pages();
        assert_eq!(top.len(), TOP);
        assert_eq!(top[..3], [("/29", 2), ("/10", 1), ("/11", 1)]);
    }

    #[test]
    fn the_percentile_is_exact() {
        let p99 = |sizes: &[u64]| {
            Totals {
                sizes: sizes.into(),
                ..Totals::new()
            }
            .p99_size()
        };
        assert_eq!(p99(&[]), None);
        assert_eq!(p99(&[7]), Some(7));
        assert_eq!(p99(&(1..=100).rev().collect::<Vec<_>>()), Some(99));
        assert_eq!(p99(&(1..=101).collect::<Vec<_>>()), Some(100));
        assert_eq!(p99(&(1..=1_000).collect::<Vec<_>>()), Some(990));
    }

    #[test]
    fn the_report_shows_every_total() {
        let mut totals = Totals::new();
        totals.add(&entry("/a", 404, 10));
        totals.add(&entry("/b?q", 200, 300));
        totals.add(&entry("/a", 200, 20));
        totals.add_malformed();
        let wanted = "\
lines read            4
parsed                3
malformed             1

status
200                   2
404                   1

top 10 paths
           2  /a
           1  /b

99 % of the answers have at most 300 bytes
";
        assert_eq!(totals.to_string(), wanted);
    }

    #[test]
    fn the_report_of_no_lines_is_not_empty() {
        assert!(Totals::new().to_string().ends_with("no answers\n"));
    }
}
