//! The same bits from one process to the next: whole runs of the program by every instruction set, and with a system library that is told
//! that the processor can do less.
use std::collections::BTreeMap;
use std::path::Path;

use assert_cmd::Command;
use rptbench::math::InstructionSet;

use crate::support::copy_project;

/// One that simulates the Ulm model and three regimens, one that fits mono-exponentials, one that fits a model from many subjects.
const SCENARIOS: [&str; 3] = ["psma_it_p1", "p12_spect", "theophylline"];
/// Features without which glibc chooses other versions of `exp`, `log`, `pow`, `sin`.
#[cfg(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu"))]
const WITHOUT_FMA: &str = "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX2_Usable,-FMA_Usable";

fn rpt(folder: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> std::process::Output {
    let mut command = Command::cargo_bin("rpt").unwrap();
    command.current_dir(folder).env_clear().envs(environment.iter().copied()).args(arguments);
    command.output().unwrap()
}

/// Tables, figures and their data by name: all that a run computes. The manifest, and the report that quotes it, tell times of the clock.
fn results(environment: &[(&str, &str)], scenario: &str) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    copy_project(folder.path());
    let output = rpt(folder.path(), environment, &["run", &format!("scenarios/{scenario}")]);
    assert_eq!(output.status.code(), Some(0), "{environment:?}: {}", String::from_utf8_lossy(&output.stderr));
    let runs = folder.path().join("runs").join(scenario);
    let run = std::fs::read_dir(runs).unwrap().next().unwrap().unwrap().path();
    let mut found = BTreeMap::new();
    for part in ["tables", "figures"] {
        for entry in std::fs::read_dir(run.join(part)).into_iter().flatten() {
            let path = entry.unwrap().path();
            found.insert(format!("{part}/{}", path.file_name().unwrap().to_str().unwrap()), std::fs::read(path).unwrap());
        }
    }
    assert!(found.keys().filter(|name| name.ends_with(".csv")).count() >= 3, "{scenario}: {:?}", found.keys());
    found
}

#[track_caller]
fn same_results(what: &str, found: &BTreeMap<String, Vec<u8>>, expected: &BTreeMap<String, Vec<u8>>) {
    assert!(found.keys().eq(expected.keys()), "{what}: {:?} v {:?}", found.keys(), expected.keys());
    for (name, bytes) in found {
        assert!(bytes == &expected[name], "{what}: {name} has other bytes");
    }
}

#[test]
fn whole_runs_have_the_same_bytes_by_every_instruction_set_and_without_the_systems_fast_mathematics() {
    for scenario in SCENARIOS {
        let expected = results(&[], scenario);
        for set in InstructionSet::available() {
            let found = results(&[("RPT_INSTRUCTION_SET", set.name())], scenario);
            same_results(&format!("{scenario} by {}", set.name()), &found, &expected);
        }
        #[cfg(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu"))]
        for environment in [&[("GLIBC_TUNABLES", WITHOUT_FMA)][..], &[("GLIBC_TUNABLES", WITHOUT_FMA), ("RPT_INSTRUCTION_SET", "baseline")]]
        {
            same_results(&format!("{scenario} under {environment:?}"), &results(environment, scenario), &expected);
        }
        #[cfg(not(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu")))]
        eprintln!("{scenario}: no features to mask: this is no x86-64 Linux with glibc");
    }
}

/// Whether masking reaches the system's library at all on this machine: the proof above is worth as much. Told, not asserted: on a processor
/// without FMA, or with a library of one version, there is nothing to mask.
#[cfg(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu"))]
#[test]
fn masking_is_seen_by_the_systems_library() {
    const ASKED: &str = "RPT_TEST_PRINT_SYSTEM_MATHEMATICS";
    const NAME: &str = "processes::masking_is_seen_by_the_systems_library";
    if std::env::var_os(ASKED).is_some() {
        let digest = (1..200_000).fold(0u64, |digest, step| {
            let x = std::hint::black_box(f64::from(step) * 1.234e-4);
            let bits = [x.exp(), x.sin(), x.cos(), x.ln(), x.powf(1.7)].map(f64::to_bits);
            bits.into_iter().fold(digest, |digest, bits| digest.rotate_left(7) ^ bits)
        });
        println!("digest {digest:x}");
        return;
    }
    let digest = |environment: &[(&str, &str)]| {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        let output = command.args([NAME, "--exact", "--nocapture"]).env(ASKED, "1").envs(environment.iter().copied()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().find_map(|line| line.split_once("digest ").map(|(_, digest)| digest.to_owned())).expect("the digest is printed")
    };
    let (usual, masked) = (digest(&[]), digest(&[("GLIBC_TUNABLES", WITHOUT_FMA)]));
    assert_eq!(usual, digest(&[]), "the same twice");
    eprintln!("the system's exp, sin, cos, ln and pow have {} bits when masked", if usual == masked { "the same" } else { "other" });
}

#[test]
fn an_unknown_instruction_set_is_bad_input() {
    let folder = tempfile::tempdir().unwrap();
    copy_project(folder.path());
    // a stiff model, a linear one that never needs the set, a fit
    for arguments in [["run", "scenarios/psma_it_p1"], ["simulate", "scenarios/theophylline"], ["fit", "scenarios/p12_spect"]] {
        let output = rpt(folder.path(), &[("RPT_INSTRUCTION_SET", "avx9")], &arguments);
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {err}");
        assert!(err.contains("RPT_INSTRUCTION_SET asks for `avx9`") && err.contains("baseline"), "{err}");
        assert!(!folder.path().join("runs").exists(), "nothing was begun");
    }
}
