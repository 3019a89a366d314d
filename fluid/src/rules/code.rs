//! Options whose value is code: closures over a message or an error.

use std::hash::{DefaultHasher, Hash, Hasher};

/// The type of a key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no key: it cannot be hashed",
    label = "a key is what equal messages have in common, such as a name or a number",
    note = "let `partition_by` give something that is `Hash`, such as an integer, a `String` or a `&str`"
)]
pub trait IsKey: Sized {
    /// `partition_by`: the hash of a message's key. It is the same in every process.
    #[doc(hidden)]
    fn key<'m, M>(message: &'m M, key: impl FnOnce(&'m M) -> Self) -> u64;
}

#[diagnostic::do_not_recommend]
impl<K: Hash> IsKey for K {
    fn key<'m, M>(message: &'m M, key: impl FnOnce(&'m M) -> Self) -> u64 {
        let mut hasher = DefaultHasher::new();
        key(message).hash(&mut hasher);
        hasher.finish()
    }
}

/// `batch_weight`: the weight of a message.
#[doc(hidden)]
pub fn weight<'m, M>(message: &'m M, weight: impl FnOnce(&'m M) -> usize) -> usize {
    weight(message)
}

/// `retry_if`: whether a call that failed with this error may be made again.
#[doc(hidden)]
pub fn judged<'e, E>(error: &'e E, judge: impl FnOnce(&'e E) -> bool) -> bool {
    judge(error)
}
