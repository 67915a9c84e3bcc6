//! CVODES (Sundials of the distribution) with KLU or dense factorisation and the analytic Jacobian, in C, loaded at run time.

use libloading::Library;
use std::ffi::c_void;
use std::path::{Path, PathBuf};

use super::clock::cpu_seconds;
use super::compiled;
use super::problem::{Problem, Run, Solver};

/// What CVODES factorises.
#[derive(Clone, Copy)]
pub enum Kind {
    /// KLU, all 47 states in the system.
    Klu = 0,
    /// KLU, the time integrals as quadratures.
    KluQuadratures = 1,
    /// LAPACK-free dense factorisation.
    Dense = 2,
}

type New = unsafe extern "C" fn(i32, f64, *const f64) -> *mut c_void;
type Segment = unsafe extern "C" fn(*mut c_void, *const f64, f64, f64, *mut f64, *const f64, i32, *mut f64) -> i64;
type Free = unsafe extern "C" fn(*mut c_void);

/// CVODES on the cohort.
pub struct Cvodes<'p> {
    problem: &'p Problem,
    kind: Kind,
    build: &'static str,
    library: Library,
}

/// A compiled driver and the SUNDIALS in it.
pub struct Driver {
    object: PathBuf,
    build: &'static str,
}

/// Compiles the driver beside the generated equations, with the SUNDIALS that `sundials.sh` made or else the system's; an error says what is missing.
pub fn build(folder: &Path, equations: &Path) -> Result<Driver, String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let prefix = std::env::var("SUNDIALS_PREFIX").map_or_else(|_| here.join("target/sundials"), PathBuf::from);
    let (include, library) = (format!("-I{}", prefix.join("include").display()), format!("-L{}", prefix.join("lib").display()));
    let mut arguments = Vec::new();
    let own = prefix.join("lib/libsundials_cvodes.a").exists();
    if own {
        arguments.extend([include.as_str(), library.as_str()]);
    }
    arguments.extend([
        "-lsundials_cvodes",
        "-lsundials_sunlinsolklu",
        "-lsundials_sunlinsoldense",
        "-lsundials_sunmatrixsparse",
        "-lsundials_sunmatrixdense",
        "-lsundials_nvecserial",
    ]);
    if own {
        arguments.push("-lsundials_generic");
    }
    arguments.extend(["-lklu", "-lm"]);
    let object = compiled::compile(folder, "cvodes_peer", &[equations, &here.join("src/cvodes.c")], &arguments)?;
    if !own {
        println!(
            "CVODES: the system's SUNDIALS, which some distributions compile without optimisation; sundials.sh beside this crate builds a fast one"
        );
    }
    Ok(Driver { object, build: if own { "own build" } else { "system's build" } })
}

impl<'p> Cvodes<'p> {
    /// Loads the driver.
    pub fn new(problem: &'p Problem, kind: Kind, driver: &Driver) -> Result<Cvodes<'p>, String> {
        let library = unsafe { Library::new(&driver.object) }.map_err(|error| error.to_string())?;
        Ok(Cvodes { problem, kind, build: driver.build, library })
    }
}

impl Solver for Cvodes<'_> {
    fn name(&self) -> String {
        let kind = match self.kind {
            Kind::Klu => "KLU",
            Kind::KluQuadratures => "KLU, quadratures",
            Kind::Dense => "dense",
        };
        format!("CVODES {kind}, {}", self.build)
    }

    fn patients(&self) -> usize {
        128
    }

    fn run(&mut self, relative_tolerance: f64, patients: usize, output: &mut [f64]) -> Result<Run, String> {
        let problem = self.problem;
        let symbol = |error: libloading::Error| error.to_string();
        // signatures as in cvodes.c
        unsafe {
            let new = self.library.get::<New>(b"peer_new").map_err(symbol)?;
            let segment = self.library.get::<Segment>(b"peer_segment").map_err(symbol)?;
            let free = self.library.get::<Free>(b"peer_free").map_err(symbol)?;
            let tolerances = problem.absolute_tolerances(relative_tolerance);
            let peer = new(self.kind as i32, relative_tolerance, tolerances.as_ptr());
            if peer.is_null() {
                return Err("CVODES could not be set up".to_owned());
            }
            let began = cpu_seconds();
            let mut steps = 0;
            for patient in 0..patients {
                let mut constants = problem.patients[patient].constants.clone();
                let mut state = problem.cohort.initial();
                let mut into = problem.output_of(patient, output);
                for part in &problem.segments {
                    problem.infuse(&mut constants, part);
                    let (now, later) = into.split_at_mut(part.samples.len() * problem.states);
                    into = later;
                    let taken = segment(
                        peer,
                        constants.as_ptr(),
                        part.start,
                        part.stop,
                        state.as_mut_ptr(),
                        part.samples.as_ptr(),
                        part.samples.len() as i32,
                        now.as_mut_ptr(),
                    );
                    if taken < 0 {
                        free(peer);
                        return Err(format!("CVODES stopped with flag {taken} for patient {patient}"));
                    }
                    steps += taken as usize;
                }
            }
            let seconds = cpu_seconds() - began;
            free(peer);
            Ok(Run { seconds, steps: Some(steps) })
        }
    }
}
