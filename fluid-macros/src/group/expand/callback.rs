//! The callbacks of a group, each a closure with its own clones of what it uses.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Pat, Stmt};

use super::name::unraw;
use super::resource::{clones, with_clones};
use crate::control_flow::tries;
use crate::group::model::{Callback, Resource, Wait, When};
use crate::hygiene::local;
use crate::mention::uses;
use crate::option::{Place, Settings, checked_wait, duration};
use crate::words::{GROUP, Keyword};

/// The call that registers a callback or a hook.
pub(super) fn register(callback: &Callback, resources: &[Resource]) -> TokenStream {
    let Callback {
        cfgs,
        keyword,
        run,
        when,
        ..
    } = callback;
    let settings = match when {
        When::Timer { settings, .. }
        | When::Signal { settings, .. }
        | When::Cron { settings, .. } => settings,
        When::Hook { exit } => return hook(callback, exit.as_deref(), resources),
    };
    let workers = local("__workers");
    let called = called(run);
    let owner = owner(settings, called.as_ref(), keyword.word());
    let in_scope = |expr: &Expr| with_clones(expr, resources);
    let made = made(callback, &owner, &in_scope);
    let name = match (settings.get("name"), called) {
        (None, Some(name)) => quote!(.name(#name)),
        _ => TokenStream::new(),
    };
    let settings = settings.calls(Place::Constructor {
        owner: &owner,
        in_scope: &in_scope,
    });
    let (outer, inner) = scope(run, resources);
    let body = body(run);
    let at = run.span().resolved_at(Span::call_site());
    quote_spanned! {at=>
        #(#cfgs)*
        #workers.register_callback(
            #made #name #settings,
            {
                #outer
                move || {
                    #inner
                    async move { #body }
                }
            },
        );
    }
}

/// The call that registers a hook.
fn hook(callback: &Callback, exit: Option<&Pat>, resources: &[Resource]) -> TokenStream {
    let Callback {
        cfgs, keyword, run, ..
    } = callback;
    let workers = local("__workers");
    let when = Ident::new(keyword.word(), callback.span);
    let argument = match exit {
        Some(exit) => quote!(#exit: ::fluid::__private::Exit),
        None if *keyword == Keyword::AfterShutdown => quote!(_),
        None => TokenStream::new(),
    };
    let (outer, _) = scope(run, resources);
    let body = body(run);
    let at = run.span().resolved_at(Span::call_site());
    quote_spanned! {at=>
        #(#cfgs)*
        #workers.#when({
            #outer
            move |#argument| async move { #body }
        });
    }
}

/// The `Callback` that says when the code runs.
fn made(callback: &Callback, owner: &str, in_scope: &dyn Fn(&Expr) -> TokenStream) -> TokenStream {
    let keyword = callback.keyword;
    match &callback.when {
        When::Timer { wait: time, .. } => {
            let constructor = Ident::new(keyword.word(), Span::call_site());
            let wait = wait(time, keyword, owner, in_scope);
            quote!(::fluid::__private::Callback::#constructor(#wait))
        }
        When::Signal { item, written, .. } => {
            let span = written.span().resolved_at(Span::call_site());
            let item = Ident::new(item, span);
            // Evaluated by the compiler, which so reports a missing feature.
            quote_spanned! {span=>
                const { ::fluid::__private::Callback::on_signal(::fluid::__private::UnixSignal::#item) }
            }
        }
        When::Cron { written, .. } => quote!(::fluid::__private::Callback::cron(#written)),
        // A hook is no `Callback`.
        When::Hook { .. } => TokenStream::new(),
    }
}

/// The period or the delay.
fn wait(
    wait: &Wait,
    keyword: Keyword,
    owner: &str,
    in_scope: &dyn Fn(&Expr) -> TokenStream,
) -> TokenStream {
    match wait {
        Wait::Literal(wait, written) => duration(*wait, written.span()),
        Wait::Expression(expr) => {
            let zero = keyword == Keyword::After;
            checked_wait(&in_scope(expr), keyword.word(), zero, expr.span(), owner)
        }
    }
}

/// ``callback `report` ``
fn owner(settings: &Settings, called: Option<&Literal>, word: &str) -> String {
    let name = match (settings.get("name"), called) {
        (Some(name), _) => name.value().to_string(),
        (None, Some(called)) => called.to_string(),
        (None, None) => word.to_owned(),
    };
    format!("callback `{}`", name.trim_matches('"'))
}

/// The code of a callback. Code that uses `?` and gives no value of its own gives `Ok(())`.
fn body(run: &Expr) -> TokenStream {
    let ok = quote!(::core::result::Result::<(), ::fluid::__private::Error>::Ok(
        ()
    ));
    match run {
        Expr::Try(_) => quote!(#run; #ok),
        Expr::Block(block) if block.label.is_none() && block.attrs.is_empty() => {
            let statements = &block.block.stmts;
            match statements.last() {
                Some(Stmt::Expr(last @ Expr::Try(_), None)) => {
                    let before = &statements[..statements.len() - 1];
                    quote!(#(#before)* #last; #ok)
                }
                Some(Stmt::Expr(Expr::ForLoop(_) | Expr::While(_), None))
                    if tries(&block.block) =>
                {
                    quote!(#(#statements)* #ok)
                }
                Some(Stmt::Expr(_, None)) | None => quote!(#run),
                Some(_) if tries(&block.block) => quote!(#(#statements)* #ok),
                Some(_) => quote!(#run),
            }
        }
        _ => quote!(#run),
    }
}

/// The clones of the resources and of the group's handle that a callback uses: those that it keeps, and those of
/// each run.
fn scope(run: &Expr, resources: &[Resource]) -> (TokenStream, TokenStream) {
    let used: Vec<_> = resources
        .iter()
        .filter(|resource| uses(run, &resource.name))
        .collect();
    let clones = clones(&used);
    let group = Ident::new(GROUP, Span::call_site());
    if !uses(run, &group) {
        return (clones.clone(), clones);
    }
    let handle = local("__handle");
    let keep = quote!(let #group = ::core::clone::Clone::clone(&#handle););
    let give = quote!(let #group = ::core::clone::Clone::clone(&#group););
    (quote!(#clones #keep), quote!(#clones #give))
}

/// The name of the function that an expression calls, if it is one call: `report` of `report(&db).await?`.
fn called(expr: &Expr) -> Option<Literal> {
    match expr {
        Expr::Await(expr) => called(&expr.base),
        Expr::Try(expr) => called(&expr.expr),
        Expr::MethodCall(call) => Some(unraw(&call.method)),
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => path.path.segments.last().map(|last| unraw(&last.ident)),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    /// A group with a callback or a hook, and edges that are whole.
    fn expanded(statement: &str) -> String {
        let group = format!(
            "struct Group(db: Db, spare: Db) {{ poll: Poll, store: Store }}
             poll => store;
             {statement}
             on_shutdown => last(&spare).await;"
        );
        crate::group::run(group.parse().expect("tokens")).to_string()
    }

    #[test]
    fn an_expansion_is_the_same_up_to_where_a_callback_is_half_typed() {
        for (half, whole, kept) in [
            ("every(\"1s\") => group.;", "group.x;", "group "),
            ("after(\"1s\") => db.;", "db.x;", "db "),
            ("on_startup => group.a().;", "group.a().x;", "group . a () "),
            (
                "on_startup => f(&db.).await;",
                "f(&db.x).await;",
                "f (& db ",
            ),
            ("on_startup => { db. };", "{ db.x };", "{ db "),
            ("on_startup => db.", "db.x;", "db "),
        ] {
            let begin = half.split_once("=>").expect("an arrow").0;
            let (half, whole) = (expanded(half), expanded(&format!("{begin} => {whole}")));
            let letters = half.chars().zip(whole.chars());
            let same: String = letters
                .take_while(|(a, b)| a == b)
                .map(|(a, _)| a)
                .collect();
            // An editor finds what is half typed by where it stands.
            assert!(same.ends_with(kept), "{half}");
            let error = half[same.len()..].strip_prefix("[{ :: core :: compile_error ! {");
            assert!(error.is_some(), "{half}");
            // The rules about edges hold, and what follows is there.
            assert!(half.contains(":: feeds_nothing ("), "{half}");
            assert!(half.contains("last (& spare) . await"), "{half}");
        }
    }
}
