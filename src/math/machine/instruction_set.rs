//! One kernel, compiled for several instruction sets, chosen at run time.
//!
//! A [`Kernel`] is ordinary safe Rust. [`InstructionSet::run`] inlines it into a function that the compiler may build with wider vectors. No set
//! changes a result: wider vectors do the same IEEE operations on more lanes, and Rust never contracts `a * b + c` into a fused operation by itself.
//!
//! The `unsafe` act is calling a function built for a set of instructions. It is sound because an [`InstructionSet`] other than
//! the baseline can only be obtained from [`InstructionSet::available`], which asks the processor.
#![allow(unsafe_code)]

use std::sync::OnceLock;

/// Environment variable that chooses the instruction set by name (`baseline`, `avx2`, `avx512`); unset or `best` takes the best one there is.
pub const INSTRUCTION_SET_VARIABLE: &str = "RPT_INSTRUCTION_SET";

/// A set of vector instructions that this processor has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InstructionSet(Set);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Set {
    Baseline,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// A name that is no instruction set of this processor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {INSTRUCTION_SET_VARIABLE} asks for `{asked}`; this processor offers {}", available.join(", "))]
pub struct UnknownInstructionSet {
    /// What was asked for.
    pub asked: String,
    /// Names that would work.
    pub available: Vec<&'static str>,
}

/// Work to be compiled for every instruction set. Implementations mark `run` and everything it calls in its loops `#[inline(always)]`: what is not
/// inlined is compiled for the baseline only.
pub trait Kernel {
    /// What the work returns.
    type Output;

    /// Does the work.
    fn run(self) -> Self::Output;
}

impl InstructionSet {
    /// What every processor of the architecture has.
    pub const BASELINE: InstructionSet = InstructionSet(Set::Baseline);

    /// All sets of this processor, the best last: AVX2 before AVX-512, which took a third longer on the receptor models (`docs/performance.md`).
    pub fn available() -> Vec<InstructionSet> {
        #[allow(unused_mut)]
        let mut sets = vec![InstructionSet::BASELINE];
        #[cfg(target_arch = "x86_64")]
        {
            if std::is_x86_feature_detected!("avx2") {
                if std::is_x86_feature_detected!("avx512f")
                    && std::is_x86_feature_detected!("avx512dq")
                    && std::is_x86_feature_detected!("avx512vl")
                {
                    sets.push(InstructionSet(Set::Avx512));
                }
                sets.push(InstructionSet(Set::Avx2));
            }
        }
        sets
    }

    /// Its name, as the environment variable takes it.
    pub fn name(self) -> &'static str {
        match self.0 {
            Set::Baseline => "baseline",
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => "avx512",
        }
    }

    /// The set that the environment asks for, or the best one; an error names what there is.
    pub fn chosen() -> Result<InstructionSet, UnknownInstructionSet> {
        static CHOSEN: OnceLock<Result<InstructionSet, UnknownInstructionSet>> = OnceLock::new();
        CHOSEN.get_or_init(|| by_name(std::env::var(INSTRUCTION_SET_VARIABLE).ok().as_deref())).clone()
    }

    /// Does the work with this set.
    #[inline]
    pub fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self.0 {
            Set::Baseline => baseline(kernel),
            // SAFETY: an `InstructionSet` of these is only made in `available`, after the processor said that it has the features.
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => unsafe { avx2(kernel) },
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => unsafe { avx512(kernel) },
        }
    }
}

fn by_name(asked: Option<&str>) -> Result<InstructionSet, UnknownInstructionSet> {
    let available = InstructionSet::available();
    match asked.map(str::trim) {
        None | Some("" | "best") => Ok(available.last().copied().unwrap_or(InstructionSet::BASELINE)),
        Some(name) => available
            .iter()
            .copied()
            .find(|set| set.name() == name)
            .ok_or_else(|| UnknownInstructionSet { asked: name.to_owned(), available: available.iter().map(|set| set.name()).collect() }),
    }
}

#[inline(never)]
fn baseline<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,avx512f,avx512dq,avx512vl")]
fn avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Dot<'a>(&'a [[f64; 8]], &'a [[f64; 8]]);

    impl Kernel for Dot<'_> {
        type Output = [f64; 8];

        #[inline(always)]
        fn run(self) -> [f64; 8] {
            let mut sum = [0.0; 8];
            for (a, b) in self.0.iter().zip(self.1) {
                for lane in 0..8 {
                    sum[lane] += a[lane] * b[lane];
                }
            }
            sum
        }
    }

    #[test]
    fn every_set_gives_the_same_bits() {
        // products whose sum depends on rounding: a fused multiply-add would change the last bits
        let value = |seed: usize| std::array::from_fn(|lane| 1.0 / (1.0 + (seed * 8 + lane) as f64) - 0.3);
        let left: Vec<[f64; 8]> = (0..97).map(value).collect();
        let right: Vec<[f64; 8]> = (50..147).map(value).collect();
        let expected: [f64; 8] = std::array::from_fn(|lane| left.iter().zip(&right).fold(0.0, |sum, (a, b)| sum + a[lane] * b[lane]));
        for set in InstructionSet::available() {
            assert_eq!(set.run(Dot(&left, &right)).map(f64::to_bits), expected.map(f64::to_bits), "{}", set.name());
        }
    }

    #[test]
    fn names_are_those_of_the_processor() {
        assert_eq!(by_name(Some("baseline")), Ok(InstructionSet::BASELINE));
        assert_eq!(by_name(None), by_name(Some("best")));
        let error = by_name(Some("avx9")).expect_err("no such set");
        assert!(
            error.to_string().starts_with("the environment variable RPT_INSTRUCTION_SET asks for `avx9`; this processor offers baseline"),
            "{error}"
        );
    }
}
