//! The compile times after an edit, read from the page.

/// The line above the table.
pub const HEADING: &str = "\
The check after a small edit: a number in the body of one function was changed.
";

/// The compile time of one program, relative to the program by hand.
#[derive(Debug, PartialEq)]
pub struct Ratios {
    pub program: String,
    pub waited: f64,
    pub computed: f64,
}

/// Reads the ratios of each program from the section.
pub fn ratios(section: &str) -> Option<Vec<Ratios>> {
    let (_, table) = section.split_once(HEADING)?;
    let mut lines = table.trim_start().lines();
    let rows = lines.by_ref().take_while(|line| line.starts_with('|'));
    rows.skip(2).map(row).collect()
}

fn row(line: &str) -> Option<Ratios> {
    let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [program, _lines, _waited, waited, _computed, computed] = cells[..] else {
        return None;
    };
    Some(Ratios {
        program: program.to_owned(),
        waited: waited.parse().ok()?,
        computed: computed.parse().ok()?,
    })
}
