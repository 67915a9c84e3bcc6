//! Generated C → shared object → functions: compiled at run time by the machine's `cc` for its own processor, which the peers may have.

use std::path::{Path, PathBuf};
use std::process::Command;

use libloading::{Library, Symbol};

type Evaluate = unsafe extern "C" fn(*const f64, *const f64, *mut f64);
type Times = unsafe extern "C" fn(*const f64, *const f64, *const f64, *mut f64);

/// The compiled equations.
pub struct Code {
    rates: Evaluate,
    jacobian: Evaluate,
    times: Times,
    _library: Library,
}

/// Compiles C files into one shared object in `folder`.
pub fn compile(folder: &Path, name: &str, sources: &[&Path], libraries: &[&str]) -> Result<PathBuf, String> {
    let object = folder.join(format!("lib{name}.so"));
    let mut command = Command::new("cc");
    command.args(["-O3", "-march=native", "-shared", "-fPIC", "-I/usr/include/suitesparse", "-o"]).arg(&object).args(sources);
    let output = command.args(libraries).output().map_err(|error| format!("cc: {error}"))?;
    if output.status.success() { Ok(object) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

impl Code {
    /// Loads what [`compile`] made of [`super::emit::Equations::c_code`].
    pub fn load(object: &Path) -> Result<Code, String> {
        // the functions are ours, generated with these very signatures
        unsafe {
            let library = Library::new(object).map_err(|error| error.to_string())?;
            let evaluate = |name: &[u8]| -> Result<Evaluate, String> {
                let symbol: Symbol<Evaluate> = library.get(name).map_err(|error| error.to_string())?;
                Ok(*symbol)
            };
            let (rates, jacobian) = (evaluate(b"model_rates")?, evaluate(b"model_jacobian")?);
            let times: Symbol<Times> = library.get(b"model_jacobian_times").map_err(|error| error.to_string())?;
            Ok(Code { rates, jacobian, times: *times, _library: library })
        }
    }

    /// Rates of change, infusions included.
    #[inline]
    pub fn rates(&self, constants: &[f64], state: &[f64], rates: &mut [f64]) {
        unsafe { (self.rates)(constants.as_ptr(), state.as_ptr(), rates.as_mut_ptr()) }
    }

    /// Entries of the Jacobian in compressed-column order.
    #[inline]
    pub fn jacobian(&self, constants: &[f64], state: &[f64], entries: &mut [f64]) {
        unsafe { (self.jacobian)(constants.as_ptr(), state.as_ptr(), entries.as_mut_ptr()) }
    }

    /// Jacobian times vector.
    #[inline]
    pub fn jacobian_times(&self, constants: &[f64], state: &[f64], vector: &[f64], product: &mut [f64]) {
        unsafe { (self.times)(constants.as_ptr(), state.as_ptr(), vector.as_ptr(), product.as_mut_ptr()) }
    }
}
