//! libRoadRunner through its Python module: one child process for all runs, spoken to by lines.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::problem::{Problem, Run, Solver};
use super::sbml::{self, Form};

/// The child process with the model loaded.
pub struct RoadRunner<'p> {
    problem: &'p Problem,
    folder: PathBuf,
    form: Form,
    version: String,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl<'p> RoadRunner<'p> {
    /// Writes the model and starts the script with the Python of `PEERS_PYTHON` (default `python3`).
    pub fn new(problem: &'p Problem, folder: &Path, form: Form) -> Result<RoadRunner<'p>, String> {
        let folder = folder.join(format!("{form:?}"));
        let fail = |error: std::io::Error| error.to_string();
        std::fs::create_dir_all(&folder).map_err(fail)?;
        std::fs::write(folder.join(format!("model_{form:?}.sbml")), sbml::document(problem, form)).map_err(fail)?;
        let constants: Vec<u8> =
            problem.patients.iter().flat_map(|patient| &patient.constants).flat_map(|value| value.to_le_bytes()).collect();
        std::fs::write(folder.join("constants.bin"), constants).map_err(fail)?;
        std::fs::write(folder.join("problem.json"), description(problem)).map_err(fail)?;
        let python = std::env::var("PEERS_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("libroadrunner.py");
        let mut child = Command::new(&python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(|error| format!("{python}: {error}"))?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("no pipes to the script".to_owned());
        };
        let mut output = BufReader::new(output);
        writeln!(input, "{} {form:?}", folder.display()).map_err(fail)?;
        let mut line = String::new();
        output.read_line(&mut line).map_err(fail)?;
        match line.trim().strip_prefix("ready ") {
            Some(version) => Ok(RoadRunner { problem, folder, form, version: version.to_owned(), child, input, output }),
            None => Err(format!("{python} has no usable `roadrunner` (pip install libroadrunner numpy)")),
        }
    }
}

fn description(problem: &Problem) -> String {
    let segments: Vec<String> = problem
        .segments
        .iter()
        .map(|segment| {
            format!(
                "{{\"start\": {:?}, \"stop\": {:?}, \"samples\": {:?}, \"rates\": {:?}}}",
                segment.start, segment.stop, segment.samples, segment.rates
            )
        })
        .collect();
    format!(
        "{{\"states\": {}, \"constants\": {}, \"samples\": {}, \"times\": {:?}, \"small\": {:?}, \"segments\": [{}]}}",
        problem.states,
        problem.equations.constant_count(),
        problem.cohort.span.samples.len(),
        problem.cohort.span.samples,
        problem.cohort.small,
        segments.join(", ")
    )
}

impl Solver for RoadRunner<'_> {
    fn name(&self) -> String {
        let form = match self.form {
            Form::Reactions => "reactions",
            Form::RateRules => "rate rules",
        };
        format!("libRoadRunner {} CVODE, {form}", self.version)
    }

    fn patients(&self) -> usize {
        64
    }

    fn run(&mut self, relative_tolerance: f64, patients: usize, output: &mut [f64]) -> Result<Run, String> {
        let fail = |error: std::io::Error| error.to_string();
        writeln!(self.input, "{relative_tolerance:e} {patients}").map_err(fail)?;
        let mut line = String::new();
        self.output.read_line(&mut line).map_err(fail)?;
        let seconds = line.trim().parse().map_err(|_| "the script stopped".to_owned())?;
        let bytes = std::fs::read(self.folder.join("states.bin")).map_err(fail)?;
        if bytes.len() != patients * self.problem.row() * size_of::<f64>() {
            return Err("the script wrote another number of states".to_owned());
        }
        for (value, bytes) in output.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *value = f64::from_le_bytes(*bytes);
        }
        Ok(Run { seconds, steps: None })
    }
}

impl Drop for RoadRunner<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
