//! The message of all groups.

/// A message that holds memory, so that a leak is visible.
#[derive(Clone, Debug)]
pub struct Item {
    pub number: u64,
    pub load: Box<[u8]>,
}

impl Item {
    pub fn new(number: u64) -> Self {
        let load = vec![1; 64 + number as usize % 512].into();
        Self { number, load }
    }
}
