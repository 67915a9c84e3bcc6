//! The command line face: verbs, exit codes, tables for people, one JSON document with `--json`.
mod check;
mod list;
mod new;
mod output;
mod runs;
mod work;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::session::new_file::NewFile;
use crate::session::recovery::RecoveryOptions;
use crate::session::trial::{PowerOptions, ReplayOptions, TrialOptions};
use crate::session::work::Task;
use crate::tui::TuiError;

/// 0: done.
pub const DONE: u8 = 0;
/// 1: the work failed.
pub const FAILED: u8 = 1;
/// 2: bad input or usage.
pub const BAD_INPUT: u8 = 2;
/// 130: interrupted.
pub const INTERRUPTED: u8 = 130;

#[derive(Parser)]
#[command(
    name = "rpt",
    version,
    about = "Pharmacokinetic modelling and dosimetry for radiopharmaceutical therapy. Research use only, not a medical device.",
    long_about = "Pharmacokinetic modelling and dosimetry for radiopharmaceutical therapy.\n\nWithout a verb it opens the workbench on the current \
                  folder. Exit codes: 0 done, 1 the work failed, 2 bad input or usage, 130 interrupted.\n\nResearch use only, not a medical device."
)]
struct Cli {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// Draw the workbench in ASCII, without braille and box characters
    #[arg(long)]
    ascii: bool,
}

#[derive(Subcommand)]
enum Verb {
    /// Validate models and scenarios: all problems at once, each with its place and a hint
    Check {
        /// Model files, scenario files, or folders of them
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// One JSON document on standard output
        #[arg(long)]
        json: bool,
        /// Treat warnings as errors
        #[arg(long)]
        strict: bool,
    },
    /// One patient: curves, doses, BED, NTCP
    Simulate(WorkArguments),
    /// Fit a model to the scenario's data
    Fit(WorkArguments),
    /// All that the scenario declares, and its plots, into a run folder
    Run(WorkArguments),
    /// Fit data simulated with known parameters, many times: how often do the 95 % intervals hold the truth?
    Recover(RecoverArguments),
    /// Virtual patients through every arm of a scenario, into a run folder
    Trial(TrialArguments),
    /// Sample size and power of the trial that a scenario plans, into a run folder
    Power(PowerArguments),
    /// Redraw the plots of a finished run
    Plot {
        /// The run folder
        run: PathBuf,
        /// One JSON document on standard output
        #[arg(long)]
        json: bool,
    },
    /// Models, scenarios and runs of a folder
    List {
        /// The project folder
        #[arg(default_value = ".")]
        folder: PathBuf,
        /// One JSON document on standard output
        #[arg(long)]
        json: bool,
    },
    /// Write a commented file to start from; never over one that is there
    New {
        /// A model, or a scenario
        what: What,
        /// Its name: letters, digits, `_` and `-`
        name: String,
        /// The scenario's model; unless given, the one of the scenario's own name, begun too if it is not there
        #[arg(long)]
        model: Option<String>,
        /// The project folder
        #[arg(long, default_value = ".")]
        folder: PathBuf,
        /// One JSON document on standard output
        #[arg(long)]
        json: bool,
    },
    /// Check a finished run against its hashes
    Verify {
        /// The run folder
        run: PathBuf,
        /// One JSON document on standard output
        #[arg(long)]
        json: bool,
    },
    /// Run a finished run again and compare the bits
    Reproduce {
        /// The run folder
        run: PathBuf,
        /// Where the scenario lies now, if not where it lay
        #[arg(long, value_name = "PATH")]
        scenario: Option<PathBuf>,
        /// Threads to work on
        #[arg(long, value_name = "T", value_parser = clap::value_parser!(u16).range(1..=1024))]
        threads: Option<u16>,
        /// One JSON document on standard output
        #[arg(long)]
        json: bool,
    },
    /// What differs between two runs, inputs and results
    Diff {
        /// A run folder
        first: PathBuf,
        /// Another
        second: PathBuf,
        /// One JSON document on standard output
        #[arg(long)]
        json: bool,
        /// Print every cell that differs, not only the first of each table
        #[arg(long)]
        all: bool,
    },
    /// Shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum What {
    /// `models/NAME.yaml`
    Model,
    /// `scenarios/NAME/scenario.yaml`
    Scenario,
}

impl From<What> for NewFile {
    fn from(what: What) -> Self {
        match what {
            What::Model => NewFile::Model,
            What::Scenario => NewFile::Scenario,
        }
    }
}

#[derive(Args)]
struct WorkArguments {
    /// Scenario folders or files
    #[arg(required = true)]
    scenarios: Vec<PathBuf>,
    /// Replace a value of the model: `--set "kidneys.density=31 nmol/L"` (repeatable)
    #[arg(long = "set", value_name = "NAME=VALUE")]
    sets: Vec<String>,
    /// Folder for run folders
    #[arg(long, default_value = "runs")]
    runs: PathBuf,
    /// Write a run folder (always done by `run`)
    #[arg(long)]
    save: bool,
    /// Threads to work on: as many as the machine has, at most eight, unless given; the numbers do not depend on it
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Take up the latest cancelled or killed run of the same files and values
    #[arg(long)]
    resume: bool,
    /// One JSON document on standard output
    #[arg(long)]
    json: bool,
    /// Print every table, the long ones too
    #[arg(long)]
    all: bool,
}

#[derive(Args)]
struct RecoverArguments {
    #[command(flatten)]
    work: WorkArguments,
    /// Number of replicates instead of the scenario's
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=100_000))]
    replicates: Option<u32>,
    /// Seed instead of the scenario's
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
}

#[derive(Args)]
struct TrialArguments {
    #[command(flatten)]
    work: WorkArguments,
    /// Number of patients instead of the scenario's
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    patients: Option<u32>,
    /// Seed instead of the scenario's
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Replay one patient in full, by the number that tables give (from 0); writes a run folder only with `--save`
    #[arg(long, value_name = "I")]
    patient: Option<u64>,
    /// The arm to replay; all of them unless given
    #[arg(long, value_name = "A", requires = "patient")]
    arm: Option<String>,
}

#[derive(Args)]
struct PowerArguments {
    #[command(flatten)]
    work: WorkArguments,
    /// Virtual patients that the trials are drawn from, instead of the scenario's
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=10_000_000))]
    patients: Option<u32>,
    /// Seed instead of the scenario's
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Trials at each size instead of the scenario's
    #[arg(long, value_name = "R", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    replicates: Option<u32>,
}

impl PowerArguments {
    fn task(&self) -> Task {
        let trial = TrialOptions { patients: self.patients.map(|count| count as usize), seed: self.seed };
        Task::Power(PowerOptions { trial, replicates: self.replicates.map(|count| count as usize) })
    }
}

impl TrialArguments {
    fn task(&self) -> Task {
        let options = TrialOptions { patients: self.patients.map(|count| count as usize), seed: self.seed };
        match self.patient {
            Some(patient) => Task::Replay(ReplayOptions { patient: patient as usize, arm: self.arm.clone(), trial: options }),
            None => Task::Trial(options),
        }
    }
}

impl RecoverArguments {
    fn options(&self) -> RecoveryOptions {
        RecoveryOptions { replicates: self.replicates.map(|count| count as usize), seed: self.seed }
    }
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    // a reader that closes the pipe (`rpt … | head`) ends the output, not the program with a panic
    let cli = Cli::parse();
    let code = match cli.verb {
        None => workbench(cli.ascii),
        Some(Verb::Check { files, json, strict }) => check::check(&files, json, strict),
        Some(Verb::Simulate(arguments)) => work::work(&arguments, Task::Simulate),
        Some(Verb::Fit(arguments)) => work::work(&arguments, Task::Fit),
        Some(Verb::Run(arguments)) => work::work(&arguments, Task::Run),
        Some(Verb::Recover(arguments)) => work::work(&arguments.work, Task::Recover(arguments.options())),
        Some(Verb::Trial(arguments)) => work::work(&arguments.work, arguments.task()),
        Some(Verb::Power(arguments)) => work::work(&arguments.work, arguments.task()),
        Some(Verb::Plot { run, json }) => runs::plot(&run, json),
        Some(Verb::List { folder, json }) => list::list(&folder, json),
        Some(Verb::New { what, name, model, folder, json }) => new::new(&folder, what.into(), &name, model.as_deref(), json),
        Some(Verb::Verify { run, json }) => runs::verify_run(&run, json),
        Some(Verb::Reproduce { run, scenario, threads, json }) => {
            runs::reproduce_run(&run, scenario.as_deref(), threads.map(usize::from), json)
        }
        Some(Verb::Diff { first, second, json, all }) => runs::diff_runs(&first, &second, json, all),
        Some(Verb::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "rpt", &mut script);
            output::print(&String::from_utf8_lossy(&script));
            DONE
        }
    };
    ExitCode::from(code)
}

fn workbench(ascii: bool) -> u8 {
    match crate::tui::open(std::path::Path::new("."), crate::tui::Options { ascii }) {
        Ok(()) => DONE,
        Err(error) => {
            crate::tui::runner::last_words(&error.to_string());
            match error {
                TuiError::NoTerminal => BAD_INPUT,
                TuiError::Interrupted => INTERRUPTED,
                TuiError::Terminal(_) => FAILED,
            }
        }
    }
}
