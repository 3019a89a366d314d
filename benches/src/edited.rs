//! What the compiler needs after an edit, as the page has it.

/// What stands above the table.
pub const HEADING: &str = "\
The check after a small edit: a number in the body of one function was changed.
";

/// What the check of one program takes, as a part of what the one by hand does.
#[derive(Debug, PartialEq)]
pub struct Ratios {
    pub program: String,
    pub waited: f64,
    pub computed: f64,
}

/// What the section says of each program.
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
