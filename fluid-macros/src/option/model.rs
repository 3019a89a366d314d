//! The options of one place as typed values.

use std::time::Duration;

use proc_macro2::{Ident, Span};
use syn::Expr;

use super::row::{Choice, Row};
use crate::mention::uses;

/// The options of one place, in the order in which they were written.
pub(crate) struct Settings {
    pub(super) list: Vec<Setting>,
    /// Whether every option was understood.
    pub(super) whole: bool,
}

/// One option and its value.
pub(crate) struct Setting {
    pub(crate) row: &'static Row,
    /// The span of the option's name.
    pub(crate) span: Span,
    pub(super) value: Value,
    pub(super) value_span: Span,
}

/// The value of an option.
pub(super) enum Value {
    /// The option has no value.
    Flag,
    Duration(Duration),
    /// The first and the last of two durations.
    Durations(Duration, Duration),
    Rate {
        calls: u32,
        within: Duration,
    },
    Number(u64),
    Unbounded,
    Text(String),
    Choice(&'static Choice),
    Code(Expr),
    /// The value is known when the group is built, or on a function when the constant is evaluated.
    Expression(Expr),
}

impl Settings {
    pub(crate) fn get(&self, name: &str) -> Option<&Setting> {
        self.list.iter().find(|setting| setting.row.name == name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Setting> {
        self.list.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether the value of an option mentions `name`.
    pub(crate) fn mention(&self, name: &Ident) -> bool {
        self.mentioning(name).is_some()
    }

    /// Where the first option stands whose value mentions `name`.
    pub(crate) fn mentioning(&self, name: &Ident) -> Option<Span> {
        let mut settings = self.iter();
        let setting =
            settings.find(|setting| setting.expression().is_some_and(|expr| uses(expr, name)))?;
        Some(setting.value_span)
    }

    /// The names of the options whose values are expressions.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &'static str> {
        let settings = self.iter();
        settings
            .filter(|setting| setting.expression().is_some())
            .map(|setting| setting.row.name)
    }
}

impl Setting {
    /// The value, if it is one of several words.
    pub(crate) fn word(&self) -> Option<&'static str> {
        match self.value {
            Value::Choice(choice) => Some(choice.word),
            _ => None,
        }
    }

    /// The value, if it is an expression.
    pub(super) fn expression(&self) -> Option<&Expr> {
        match &self.value {
            Value::Expression(expr) => Some(expr),
            _ => None,
        }
    }

    /// The value, if it is a number.
    pub(crate) fn number(&self) -> Option<u64> {
        match self.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }
}
