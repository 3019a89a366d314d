//! The rules of a group that need no types. The rules that need types are bounds and assertions in the expansion.

mod cycle;
mod edge;
mod fused;
mod name;
mod resource;
mod stop;

use crate::error::Errors;
use crate::group::model::{Declaration, Group, Statement, When};
use crate::option::{self, Scope};
use name::Names;

pub(super) fn check(declaration: Declaration, errors: &mut Errors) -> Group {
    let mut group = Group {
        header: declaration.header,
        edges: Vec::new(),
        callbacks: Vec::new(),
        wired: false,
    };
    option::check(Scope::Group, &group.header.settings, errors);
    name::check(&mut group.header, errors);
    if !group.header.whole {
        // The statements may name workers or resources that could not be read.
        return group;
    }
    name::check_shorthands(&group.header, errors);
    let mistakes = errors.count();
    let names = Names::of(&group.header.fields);
    for statement in declaration.statements {
        match statement {
            Statement::Chain(chain) => group.edges.extend(edge::edges(&chain, &names, errors)),
            Statement::Callback(callback) => {
                if let When::Timer { settings, .. }
                | When::Signal { settings, .. }
                | When::Cron { settings, .. } = &callback.when
                {
                    option::check(Scope::Callback, settings, errors);
                }
                group.callbacks.push(callback);
            }
        }
    }
    edge::check_ingresses(&mut group, errors);
    group.wired = declaration.whole && errors.count() == mistakes;
    edge::check(&group, errors);
    fused::check(&mut group, errors);
    stop::check(&group, errors);
    resource::check_moved(&mut group, errors);
    if errors.count() == 0 {
        resource::find_unused(&mut group);
    }
    group
}
