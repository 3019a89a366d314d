//! The tests of fluid.
