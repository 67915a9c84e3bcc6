//! No GPL or AGPL in the dependency tree, and no crate that links a system library: read from `cargo metadata`.
#![allow(clippy::unwrap_used)]

use std::process::Command;

/// The platform of this machine, from the compiler; packages of others are not downloaded.
fn platform() -> String {
    let output = Command::new("rustc").arg("-vV").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_string()
}

fn packages() -> Vec<serde_json::Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", &platform()])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().clone();
    assert!(packages.len() > 50, "the tree has {} packages: that cannot be all", packages.len());
    packages
}

/// Whether a licence expression can be satisfied without any GPL.
fn permissive(expression: &str) -> bool {
    expression.replace('/', " OR ").split(" OR ").any(|choice| !choice.to_uppercase().contains("GPL"))
}

#[test]
fn every_dependency_can_be_had_without_gpl() {
    for package in packages() {
        let (name, licence) = (package["name"].as_str().unwrap(), package["license"].as_str());
        match licence {
            Some(licence) => assert!(permissive(licence), "{name} is {licence}"),
            None => assert!(package["license_file"].is_string(), "{name} names no licence"),
        }
    }
}

#[test]
fn the_licence_reader_tells_a_choice_from_a_demand() {
    assert!(permissive("MIT OR Apache-2.0"));
    assert!(permissive("LGPL-3.0 OR MIT"));
    assert!(permissive("MIT/Apache-2.0"));
    assert!(!permissive("GPL-3.0-or-later"));
    assert!(!permissive("AGPL-3.0"));
    assert!(!permissive("MIT AND GPL-2.0"));
}

#[test]
fn no_dependency_links_a_system_library() {
    // `links` is how a crate declares a native library; these two only mark one version of a pure Rust crate
    let harmless = ["rayon-core", "prettyplease"];
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        if let Some(links) = package["links"].as_str() {
            assert!(harmless.contains(&links), "{name} links `{links}`");
        }
    }
}
