//! The examples of fluid.
