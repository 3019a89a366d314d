//! The macros of fluid.
