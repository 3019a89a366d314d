//! The resources of a group: shared by its workers, and cloned for each of them.

use std::sync::Arc;

/// The resource `T` of a group, from what its constructor is given.
pub fn resource<T: ?Sized>(resource: impl Into<Arc<T>>) -> Arc<T> {
    resource.into()
}

/// References to resources: one, or a tuple of several.
pub trait Resources {
    /// The resources themselves.
    type Owned: Clone + Send + 'static;

    /// Clones of the `Arc`s.
    fn owned(self) -> Self::Owned;
}

impl Resources for () {
    type Owned = ();

    fn owned(self) {}
}

impl<T: ?Sized + Send + Sync + 'static> Resources for &Arc<T> {
    type Owned = Arc<T>;

    fn owned(self) -> Arc<T> {
        Arc::clone(self)
    }
}

macro_rules! resources {
    ($($type:ident),*) => {
        impl<$($type: Resources),*> Resources for ($($type,)*) {
            type Owned = ($($type::Owned,)*);

            #[allow(non_snake_case, reason = "each variable is called like its type")]
            fn owned(self) -> Self::Owned {
                let ($($type,)*) = self;
                ($($type.owned(),)*)
            }
        }
    };
}

resources!(A, B);
resources!(A, B, C);
resources!(A, B, C, D);
resources!(A, B, C, D, E);
resources!(A, B, C, D, E, F);

/// The value of a field for the group's shorthand `{ name }`: the shared resource itself, or, if the field is
/// configuration or state, a clone of it.
#[diagnostic::on_unimplemented(
    message = "the shorthand makes no `{T}` of the resource `{Self}`",
    label = "a field of the type `{T}` needs a clone: derive `Clone`, let the function take `&{T}`, or write `name: expression`"
)]
pub trait Share<T> {
    /// The value of the field.
    fn share(&self) -> T;
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized> Share<Arc<T>> for Arc<T> {
    fn share(&self) -> Arc<T> {
        Arc::clone(self)
    }
}

/// A type of no field. With the implementation for it, the compiler does not take the one above for the only one.
#[derive(Debug)]
pub struct NotShared;

#[diagnostic::do_not_recommend]
impl<T: ?Sized> Share<NotShared> for Arc<T> {
    fn share(&self) -> NotShared {
        NotShared
    }
}

#[diagnostic::do_not_recommend]
impl<T: Clone> Share<T> for Arc<T> {
    fn share(&self) -> T {
        T::clone(self)
    }
}
