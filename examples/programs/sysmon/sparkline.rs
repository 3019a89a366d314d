//! A curve as one line of text.

/// The heights a point may have, from low to high.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Draws `values` as one character each, from zero at the bottom to `ceiling` at the top.
pub fn sparkline(values: &[f64], ceiling: f64) -> String {
    values.iter().map(|value| bar(*value, ceiling)).collect()
}

/// The bar for one value: the lowest for zero and below, the highest for the ceiling and above.
fn bar(value: f64, ceiling: f64) -> char {
    let top = BARS.len() - 1;
    // A ceiling of zero gives NaN for the value zero, and the cast makes it 0.
    let height = (value / ceiling * top as f64).round() as usize;
    BARS[height.min(top)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_rise_with_the_values() {
        assert_eq!(sparkline(&[0.0, 50.0, 100.0], 100.0), "▁▅█");
        assert_eq!(
            sparkline(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 7.0),
            "▁▂▃▄▅▆▇█"
        );
    }

    #[test]
    fn values_out_of_range_are_drawn_as_the_lowest_or_highest_bar() {
        assert_eq!(sparkline(&[], 1.0), "");
        assert_eq!(sparkline(&[0.0, 0.0], 0.0), "▁▁");
        assert_eq!(sparkline(&[-1.0, 2.0, f64::NAN], 1.0), "▁█▁");
    }
}
