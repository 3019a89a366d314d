//! The source of the orders: a file, the standard input, or a generator.

use std::io;
use std::path::PathBuf;

use fluid_examples::input::Input;

use super::generate::Generator;
use super::order::Order;

/// The number of generated orders in one portion.
const PORTION: usize = 64;

/// The kind of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Made-up orders.
    Generated {
        /// The number of orders.
        count: u32,
        /// The seed.
        seed: u64,
    },
    /// The lines of a file, or of the standard input.
    Lines(Option<PathBuf>),
}

impl Source {
    /// Opens the source.
    pub fn open(&self) -> io::Result<Reader> {
        Ok(match self {
            Self::Generated { count, seed } => Reader::Generated(Generator::new(*count, *seed)),
            Self::Lines(path) => Reader::Lines {
                input: Input::open(path.as_deref())?,
                read: 0,
            },
        })
    }
}

/// The orders of a source, one portion after the other.
#[derive(Debug)]
pub enum Reader {
    /// The orders of a generator.
    Generated(Generator),
    /// The orders of a text.
    Lines {
        /// The lines.
        input: Input,
        /// The number of lines read so far.
        read: u64,
    },
}

impl Reader {
    /// The next orders and rejected lines, or `None` at the end. Cancel safe.
    pub async fn next(&mut self) -> io::Result<Vec<(u64, Result<Order, String>)>> {
        match self {
            Self::Generated(generator) => Ok(generator
                .take(PORTION)
                .map(|order| (u64::from(order.id), Ok(order)))
                .collect()),
            Self::Lines { input, read } => {
                let number = |line: String| {
                    *read += 1;
                    (*read, Order::parse(&line))
                };
                Ok(input.next().await?.into_iter().map(number).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::*;

    /// All orders and rejections of a source.
    async fn read(source: &Source) -> Vec<(u64, Result<Order, String>)> {
        let mut reader = source.open().expect("a source");
        let mut all = Vec::new();
        loop {
            let portion = reader.next().await.expect("it can be read");
            if portion.is_empty() {
                return all;
            }
            all.extend(portion);
        }
    }

    #[tokio::test]
    async fn generated_orders_end() {
        let count = 2 * PORTION as u32 + 1;
        let numbers: Vec<u64> = read(&Source::Generated { count, seed: 1 })
            .await
            .iter()
            .map(|(number, order)| {
                assert!(order.is_ok());
                *number
            })
            .collect();
        assert_eq!(numbers, (1..=u64::from(count)).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn every_line_is_numbered_also_if_it_is_no_order() {
        let path = env::temp_dir().join(format!("fluid-orders-{}", process::id()));
        let line = r#"{"id":9,"customer":"ann","card":"42","cents":5}"#;
        fs::write(&path, format!("nonsense\n{line}\n")).expect("written");
        let all = read(&Source::Lines(Some(path.clone()))).await;
        fs::remove_file(path).expect("removed");
        let ids: Vec<_> = all
            .iter()
            .map(|(number, order)| (*number, order.as_ref().ok().map(|order| order.id)))
            .collect();
        assert_eq!(ids, [(1, None), (2, Some(9))]);
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let source = Source::Lines(Some("/no/such/orders".into()));
        let error = source.open().expect_err("no file").to_string();
        assert!(error.starts_with("/no/such/orders: "), "{error}");
    }
}
