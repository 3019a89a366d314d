//! The fuzzer of the macros. It expands random tokens with all three macros. No macro may panic or hang, and each
//! expansion must be items that begin with the user's item.

mod minimise;
mod mutate;
mod seeds;
mod tree;
mod verdict;
mod watch;
mod words;

use std::env;
use std::fmt::Write;

use proc_macro2::TokenStream;

use crate::function::{self, Role};
use crate::group;
use seeds::Input;
use verdict::{Expander, Fault, verdict};
use watch::Watch;

/// The variable with the number of the first input. Later inputs have the following numbers.
const SEED: &str = "FLUID_FUZZ_SEED";

/// The variable with the number of inputs.
const INPUTS: &str = "FLUID_FUZZ_INPUTS";

/// The number of different faults after which the run ends.
const ENOUGH: usize = 10;

const EXPANDERS: [Expander; 3] = [
    Expander {
        name: "#[worker]",
        keeps_item: true,
        expand: |options, item| function::run(Role::Worker, options, item),
    },
    Expander {
        name: "#[consumer]",
        keeps_item: true,
        expand: |options, item| function::run(Role::Consumer, options, item),
    },
    Expander {
        name: "workers!",
        keeps_item: false,
        expand: |_, item| group::run(item),
    },
];

#[test]
fn every_generated_input_is_expanded_or_refused() {
    let (first, inputs) = (number(SEED, 0), number(INPUTS, 6_000));
    let run = run(&EXPANDERS, first, inputs);
    println!(
        "{inputs} inputs from {first}; expanded without a mistake: {:?}",
        run.expanded
    );
    assert!(run.faults.is_empty(), "{}", describe(&run.faults));
    // If too few inputs expand without an error, the expand stage is hardly tested.
    for (expander, expanded) in EXPANDERS.iter().zip(run.expanded) {
        let enough = inputs < 1_000 || expanded > inputs / 50;
        assert!(
            enough,
            "{} expanded only {expanded} of {inputs} inputs",
            expander.name
        );
    }
}

fn number(variable: &str, default: u64) -> u64 {
    match env::var(variable) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|e| panic!("{variable}={text}: {e}")),
        Err(_) => default,
    }
}

/// A fault, with the number of the input that showed it, and the smallest input that shows it.
struct Found {
    expander: Expander,
    number: u64,
    fault: Fault,
    input: Input,
}

#[derive(Default)]
struct Run {
    faults: Vec<Found>,
    /// For each macro, the number of inputs that it expanded without an error.
    expanded: [u64; 3],
}

fn run(expanders: &[Expander], first: u64, inputs: u64) -> Run {
    let seeds = seeds::read();
    let (functions, groups) = (seeds.functions.len(), seeds.groups.len());
    assert!(
        functions > 50 && groups > 50,
        "only {functions} functions and {groups} groups"
    );
    let watch = Watch::start();
    let mut run = Run::default();
    for number in first..first.saturating_add(inputs) {
        watch.begin(number);
        let input = mutate::input(number, &seeds);
        for (expander, expanded) in expanders.iter().zip(&mut run.expanded) {
            match verdict(*expander, &input) {
                Ok(refused) => *expanded += u64::from(!refused),
                Err(fault) => {
                    watch.rest();
                    note(&mut run.faults, *expander, number, &input, &fault);
                }
            }
        }
        if run.faults.len() >= ENOUGH {
            break;
        }
    }
    run
}

/// Adds a fault with its smallest input, unless the fault is known already.
fn note(faults: &mut Vec<Found>, expander: Expander, number: u64, input: &Input, fault: &Fault) {
    let input = minimise::minimise(expander, input.clone(), fault);
    // The fault of the smallest input, which may differ from that of the original input.
    let fault = verdict(expander, &input)
        .err()
        .unwrap_or_else(|| fault.clone());
    let known = |found: &Found| found.expander.name == expander.name && found.fault == fault;
    if !faults.iter().any(known) {
        faults.push(Found {
            expander,
            number,
            fault,
            input,
        });
    }
}

/// The variables that reproduce an input.
fn replay(number: u64) -> String {
    format!("{SEED}={number} {INPUTS}=1 cargo test -p fluid-macros fuzz")
}

fn describe(faults: &[Found]) -> String {
    let mut told = String::new();
    for Found {
        expander,
        number,
        fault,
        input,
    } in faults
    {
        let (name, text, replay) = (expander.name, input.text(), replay(*number));
        let _ = write!(told, "\n{name} {fault}\n{text}\n replay: {replay}\n");
    }
    told
}

#[test]
fn planted_faults_are_found_and_minimised() {
    let find = |expand: fn(TokenStream, TokenStream) -> TokenStream| {
        let name = "planted";
        let keeps_item = false;
        let mut run = run(
            &[Expander {
                name,
                keeps_item,
                expand,
            }],
            0,
            2_000,
        );
        assert!(!run.faults.is_empty(), "a planted fault was not found");
        run.faults.remove(0)
    };
    let stumbles = find(|_, item| {
        assert!(!item.to_string().contains("unsafe"), "stumbled");
        TokenStream::new()
    });
    assert_eq!(stumbles.fault, Fault::Panic("stumbled".to_owned()));
    assert_eq!(stumbles.input.text(), "options: \n   item: unsafe");
    let babbles = find(|options, _| {
        let babbles = options.to_string().contains("\"restart\"");
        let made = if babbles { "struct;" } else { "" };
        made.parse().expect("tokens")
    });
    assert!(
        matches!(babbles.fault, Fault::NoItems(_)),
        "{}",
        babbles.fault
    );
    // One token is left. Which one depends on the examples and tests, from which the inputs are made.
    let text = babbles.input.text();
    let option = text.strip_prefix("options: ").expect("options");
    let option = option.strip_suffix("\n   item: ").expect("no item");
    assert!(option.contains("restart"), "{text}");
    let tokens: TokenStream = option.parse().expect("tokens");
    assert_eq!(tokens.into_iter().count(), 1, "{text}");
}

#[test]
fn a_change_to_the_item_is_detected() {
    let expander = Expander {
        name: "planted",
        keeps_item: true,
        expand: |_, item| item.into_iter().skip(1).collect(),
    };
    let input = Input {
        options: Vec::new(),
        item: tree::trees("async fn tick() {}".parse().expect("tokens")),
    };
    assert_eq!(verdict(expander, &input), Err(Fault::ItemTouched));
}
