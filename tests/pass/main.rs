//! Declarations that must compile: under unusual names, lints and configurations. Attributes that only a whole crate can
//! have are tested in `alone`.

mod blocking_functions;
mod clippy_pedantic;
mod configured_functions;
mod declared_by_macro_rules;
mod every_return_type;
mod every_statement;
mod forbid_unsafe_code;
mod generic_group_with_a_default;
mod generic_with_a_where_clause;
mod groups_in_groups;
mod inside_a_function;
mod lifetimes_in_bounds;
mod messages_of_every_kind;
mod modules_named_like_crates;
mod names_of_the_expansion;
mod nested_modules;
mod one_name_under_two_configurations;
mod options_on_fields;
mod ports_configured;
mod ports_of_the_same_name;
mod ports_thrown_away;
mod private_types;
mod private_worker_in_a_public_group;
mod rare_forms;
mod raw_names_everywhere;
#[allow(dead_code, reason = "the code of the README compiles, and is not run")]
mod readme;
mod resource_under_a_configuration;
mod shadowed_names;
mod signatures;
mod types_from_a_macro;
mod unsized_resources;
mod unused_group;
mod worker_by_hand;
mod worker_without_a_group;

#[test]
fn every_file_of_this_folder_is_a_module() {
    let here = include_str!("main.rs");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/pass");
    for file in std::fs::read_dir(folder).expect("the cases") {
        let path = file.expect("a case").path();
        let name = path.file_stem().expect("a name").to_string_lossy();
        let known = path.is_dir() || name == "main" || here.contains(&format!("\nmod {name};\n"));
        assert!(known, "{}", path.display());
    }
}
