//! Files that cannot be read, and the byte-level refusals.

use crate::model::yaml::YamlFile;
use std::fs;
use std::path::Path;

/// The faults of reading `path`, with the test's folder left out.
fn refusal(path: &Path) -> String {
    let faults = YamlFile::read(path).expect_err("must be refused");
    let folder = path.parent().unwrap_or(path).display().to_string() + "/";
    faults.to_string().replace(&folder, "")
}

#[test]
fn a_missing_file_names_its_neighbour() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("psma.yaml"), "a: 1\n").expect("written");
    let missing = folder.path().join("pmsa.yaml");
    assert_eq!(refusal(&missing), "error: there is no file `pmsa.yaml`\n |\n = help: did you mean `psma.yaml`?");
    assert_eq!(refusal(&folder.path().join("x/y.yaml")), "error: there is no file `y.yaml`");
}

#[test]
fn a_folder_is_not_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let inner = folder.path().join("models");
    fs::create_dir(&inner).expect("made");
    assert_eq!(refusal(&inner), "error: `models` is a folder, not a YAML file");
}

#[test]
#[cfg(unix)]
fn a_file_without_permission_is_named_or_read_as_root() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secret.yaml");
    fs::write(&path, "a: 1\n").expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("set");
    // The superuser reads everything.
    if fs::read(&path).is_err() {
        assert_eq!(refusal(&path), "error: `secret.yaml` may not be read: permission denied");
    } else {
        assert!(YamlFile::read(&path).is_ok());
    }
}

#[test]
fn bytes_that_are_not_utf8_are_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("latin.yaml");
    fs::write(&path, b"a: 1\ntitle: Universit\xe4t\n").expect("written");
    insta::assert_snapshot!(refusal(&path), @r"
    error: the file is not UTF-8 text: byte 0xE4 cannot stand here
     --> latin.yaml:2:17
      |
    2 | title: Universit�t
      |                 ^
      |
      = help: save the file as UTF-8
    ");
    fs::write(&path, b"\xff\xfea\0:\0").expect("written");
    assert_eq!(refusal(&path), "error: `latin.yaml` is UTF-16 text\n |\n = help: save it as UTF-8");
}

#[test]
fn a_file_over_four_mebibytes_is_refused_and_one_below_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("big.yaml");
    let comment = |length: usize| format!("a: 1\n#{}", "x".repeat(length - 6));
    fs::write(&path, comment((4 << 20) + 1)).expect("written");
    assert!(refusal(&path).starts_with("error: `big.yaml` is larger than 4 MiB\n"));
    fs::write(&path, comment(4 << 20)).expect("written");
    assert!(YamlFile::read(&path).is_ok());
    assert!(YamlFile::parse("big.yaml", comment((4 << 20) + 1)).is_err());
}

#[test]
fn a_sound_file_is_read_with_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("m.yaml");
    fs::write(&path, b"\xef\xbb\xbfa: 1\r\nb: 2\r\n").expect("written");
    let file = YamlFile::read(&path).expect("sound");
    assert_eq!(file.source().name, path.display().to_string());
    assert_eq!(file.source().text, "a: 1\r\nb: 2\r\n");
}
