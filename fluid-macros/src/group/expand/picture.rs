//! The group's picture in its documentation: a Mermaid flowchart, as far as it is known from tokens alone.
//! It is written like `Graph::mermaid` of the runtime writes it, but without the types of messages and
//! without what is in a nested group.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::{Attribute, Meta};

use crate::group::model::{Edge, Group};
use crate::text::text;

/// What an identifier must not be, because Mermaid reads it as its own word.
const RESERVED: [&str; 16] = [
    "call",
    "class",
    "classdef",
    "click",
    "default",
    "direction",
    "end",
    "flowchart",
    "graph",
    "href",
    "interpolate",
    "linkstyle",
    "style",
    "subgraph",
    "x",
    "o",
];

/// The lines of the picture: those that are always there as one `#[doc]`, as far as they stand together, each
/// other one under the configuration of what it shows.
pub(super) fn picture(group: &Group) -> TokenStream {
    let fields = &group.header.fields;
    let mut lines = Lines::default();
    lines.always("");
    lines.always(" ```mermaid");
    lines.always(" flowchart LR");
    for field in fields {
        let (id, name) = (id(&field.name), escaped(&field.name.unraw().to_string()));
        let ty = escaped(&text(&field.ty));
        let line = format!("     {id}[\"<b>{name}</b><br/>{ty}\"]");
        lines.under(&field.cfgs.iter().collect::<Vec<_>>(), &line);
    }
    let mut discards = 0;
    for edge in &group.edges {
        lines.under(&edge.all_cfgs(fields), &arrow(edge, &mut discards));
    }
    for field in fields.iter().filter(|field| field.is_open()) {
        let line = format!("     outside.0([\"outside\"]) --> {}", id(&field.name));
        lines.under(&field.cfgs.iter().collect::<Vec<_>>(), &line);
    }
    lines.always(" ```");
    lines.finish()
}

/// The attributes so far, and the lines of the next one.
#[derive(Default)]
struct Lines {
    attributes: TokenStream,
    open: Vec<String>,
}

impl Lines {
    fn always(&mut self, line: &str) {
        self.open.push(line.to_owned());
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            let text = std::mem::take(&mut self.open).join("\n");
            self.attributes.extend(quote!(#[doc = #text]));
        }
    }

    fn finish(mut self) -> TokenStream {
        self.close();
        self.attributes
    }

    fn under(&mut self, cfgs: &[&Attribute], line: &str) {
        if cfgs.is_empty() {
            return self.always(line);
        }
        let conditions = cfgs.iter().filter_map(|cfg| match &cfg.meta {
            Meta::List(list) => Some(&list.tokens),
            _ => None,
        });
        let conditions = quote!(all(#(#conditions),*));
        self.close();
        self.attributes
            .extend(quote!(#[cfg_attr(#conditions, doc = #line)]));
    }
}

fn arrow(edge: &Edge, discards: &mut usize) -> String {
    let label = match &edge.port {
        Some(port) => format!("|\"{}\"|", escaped(&port.unraw().to_string())),
        None => String::new(),
    };
    let to = edge.to.as_ref().map_or_else(
        || {
            *discards += 1;
            format!("discard.{}((\" \"))", *discards - 1)
        },
        id,
    );
    format!("     {} -->{label} {to}", id(&edge.from))
}

/// The identifier of a worker. Different workers have different ones.
fn id(name: &Ident) -> String {
    let name = name.unraw().to_string();
    let word = name.trim_end_matches('_').to_ascii_lowercase();
    let mark = if RESERVED.contains(&word.as_str()) {
        "_"
    } else {
        ""
    };
    format!("{name}{mark}")
}

/// A text between quotes, in which nothing is markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => escaped.push_str("#quot;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            '&' => escaped.push_str("#amp;"),
            '#' => escaped.push_str("#35;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use syn::{DeriveInput, Expr, Lit};

    use super::*;
    use crate::error::Errors;
    use crate::group::{check, parse};

    /// The doc comment that is made of a declaration.
    fn drawn(declaration: &str) -> String {
        let mut errors = Errors::default();
        let declaration = parse::declaration(declaration.parse().unwrap(), &mut errors).unwrap();
        let group = check::check(declaration, &mut errors);
        assert_eq!(errors.count(), 0);
        let picture = picture(&group);
        let item: DeriveInput = syn::parse2(quote!(#picture struct Group;)).unwrap();
        let lines = item.attrs.iter().map(|attr| match &attr.meta {
            Meta::NameValue(doc) => match &doc.value {
                Expr::Lit(text) => match &text.lit {
                    Lit::Str(text) => text.value(),
                    _ => panic!("no text"),
                },
                _ => panic!("no literal"),
            },
            configured => text(configured),
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_group_is_drawn_in_its_documentation() {
        let expected = r#"
 ```mermaid
 flowchart LR
     poll["<b>poll</b><br/>Poll#lt;u64#gt;"]
     end_["<b>end</b><br/>Store"]
     poll --> end_
     poll -->|"rejected"| discard.0((" "))
     outside.0(["outside"]) --> end_
 ```"#;
        let declaration = "struct Numbers { poll: Poll<u64>, pub end: Store, }
             poll => end; poll.rejected => _;";
        assert_eq!(drawn(declaration), expected);
    }

    #[test]
    fn a_worker_that_is_configured_away_is_not_drawn() {
        let declaration =
            "struct Numbers { poll: Poll, #[cfg(unix)] store: Store, } poll => store;";
        let drawn = drawn(declaration);
        let configured: Vec<_> = drawn.lines().filter(|line| line.contains("unix")).collect();
        assert_eq!(configured.len(), 2, "{drawn}");
        assert!(configured[1].contains("poll --> store"), "{drawn}");
    }

    /// The runtime draws Mermaid too, and this crate cannot call it.
    #[test]
    fn the_reserved_words_of_mermaid_are_those_of_the_runtime() {
        let runtime = include_str!("../../../../fluid/src/graph/mermaid.rs");
        let list = runtime.split("const RESERVED").nth(1).unwrap();
        let words = list.split("];").next().unwrap().split('"');
        assert!(words.skip(1).step_by(2).eq(RESERVED));
    }
}
