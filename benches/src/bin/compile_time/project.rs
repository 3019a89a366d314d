//! The programs on disk, and the calls of cargo.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use std::{env, fs};

use fluid_benches::machine;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use crate::{PROGRAMS, Program};

/// The cost of a check, in seconds.
pub struct Cost {
    pub waited: f64,
    /// On all processors together. Other load changes this less.
    pub computed: f64,
}

/// The processor time of all child processes that have ended, in seconds.
fn computed() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the times of processes");
    [usage.user_time(), usage.system_time()]
        .map(|time| time.num_microseconds() as f64 / 1e6)
        .iter()
        .sum()
}

/// A workspace with a crate for each program, below `benches/target`.
pub struct Project {
    folder: PathBuf,
}

impl Project {
    /// Writes the workspace. Earlier build results stay.
    pub fn create() -> Self {
        let benches = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = benches.parent().expect("the project");
        let project = Self {
            folder: benches.join("target/compile_time"),
        };
        let members: Vec<_> = PROGRAMS.iter().map(|program| program.crate_name).collect();
        let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n");
        project.put("Cargo.toml", &manifest);
        // Starts with the versions from the project's lock file.
        let lock = fs::read_to_string(root.join("Cargo.lock")).expect("the lock file");
        if !project.folder.join("Cargo.lock").exists() {
            project.put("Cargo.lock", &lock);
        }
        for program in &PROGRAMS {
            let name = program.crate_name;
            let dependency = program
                .dependency
                .replace("{root}", &root.display().to_string());
            let manifest = format!(
                "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                 [dependencies]\n{dependency}\n\
                 tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\", \"sync\", \"time\"] }}\n"
            );
            project.put(&format!("{name}/Cargo.toml"), &manifest);
            project.write(program, 3);
        }
        project
    }

    fn put(&self, file: &str, text: &str) {
        let file = self.folder.join(file);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder of the program");
        fs::write(file, text).expect("a file of the program");
    }

    /// Writes the program, with this number in the body of one function.
    pub fn write(&self, program: &Program, edit: usize) {
        let file = format!("{}/src/main.rs", program.crate_name);
        self.put(&file, &(program.source)(edit));
    }

    /// Removes the build results of the program alone.
    pub fn clean(&self, program: &Program) {
        self.cargo(["clean", "--quiet", "--package", program.crate_name]);
    }

    /// Checks the program, and returns the cost.
    pub fn check(&self, program: &Program) -> Cost {
        let (started, before) = (Instant::now(), computed());
        self.cargo(["check", "--quiet", "--package", program.crate_name]);
        Cost {
            waited: started.elapsed().as_secs_f64(),
            computed: computed() - before,
        }
    }

    pub fn run(&self, program: &Program) {
        self.cargo(["run", "--quiet", "--package", program.crate_name]);
    }

    fn cargo<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.folder).args(arguments);
        // The environment of this program must not affect them.
        for variable in ["RUSTFLAGS", "CARGO_TARGET_DIR", "CARGO_INCREMENTAL"] {
            cargo.env_remove(variable);
        }
        let status = cargo.status().expect("cargo");
        assert!(status.success(), "{cargo:?} failed");
    }

    /// The version of a package, as it was resolved.
    pub fn version(&self, package: &str) -> String {
        let lock = fs::read_to_string(self.folder.join("Cargo.lock")).expect("the lock file");
        machine::version(&lock, package).to_owned()
    }
}
