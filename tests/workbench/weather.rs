//! What can happen to a terminal: storms of sizes, signals, hang-ups, workers that panic, no colours, no terminal.

use crate::terminal::{Session, restored, small_project};

#[test]
fn a_storm_of_sizes_ends_in_a_whole_frame() {
    let folder = small_project();
    let mut session = Session::open(folder.path(), 24, 80, &[]);
    session.wait_for("psma_it_p1");
    for step in 0..60_u16 {
        session.resize(1 + (step * 7) % 50, 1 + (step * 37) % 180);
        if step % 9 == 0 {
            session.press(["1", "2", "3", "4", "5", "6"][step as usize % 6]);
        }
    }
    session.resize(10, 40);
    session.wait_for("rpt needs 60 × 16");
    session.resize(30, 100);
    session.press("1");
    session.wait_for("1 Model");
    session.wait_for("quit");
    session.press("\x03");
    let (code, screen) = session.end();
    assert_eq!(code, 0);
    restored(&screen);
}

#[test]
fn without_colour_the_bar_stays() {
    let folder = small_project();
    let mut session = Session::open(folder.path(), 30, 100, &[("NO_COLOR", "1")]);
    session.wait_for("psma_it_p1");
    session.press("4");
    session.wait_for("exact");
    {
        let parser = session.screen.lock().expect("not poisoned");
        let places = (0..30).flat_map(|row| (0..100).map(move |column| (row, column)));
        let cells: Vec<_> = places.filter_map(|(row, column)| parser.screen().cell(row, column)).collect();
        assert!(cells.iter().any(|cell| cell.inverse()), "the open screen is reversed");
        assert!(cells.iter().any(|cell| cell.bold()));
        assert!(cells.iter().all(|cell| cell.fgcolor() == vt100::Color::Default && cell.bgcolor() == vt100::Color::Default), "no colour");
    }
    session.press("\x03");
    let (code, screen) = session.end();
    assert_eq!(code, 0);
    restored(&screen);
}

#[test]
fn in_ascii_every_character_is_ascii() {
    let folder = small_project();
    let mut session = Session::open(folder.path(), 24, 80, &[("LC_ALL", "C")]);
    session.wait_for("psma_it_p1");
    for screen in ["1", "2", "3", "4", "5", "6"] {
        session.press(screen);
        session.wait_for("quit");
        session.settled(0);
        assert!(session.text().is_ascii(), "{}", session.text());
    }
    session.press("q");
    assert_eq!(session.end().0, 0);
}

/// Opens the editor on the sound scenario and writes a line into it.
#[cfg(unix)]
fn edited(folder: &std::path::Path) -> Session {
    let mut session = Session::open(folder, 24, 80, &[]);
    session.wait_for("psma_it_p1");
    session.press("G");
    session.wait_for("patient P1");
    session.press("i");
    session.wait_for("no problems");
    session.press("# kept\r");
    session.wait_for("# kept");
    session
}

#[cfg(unix)]
fn is_kept_aside(folder: &std::path::Path) -> bool {
    let aside = folder.join("scenarios/psma_it_p1/.scenario.yaml.rpt-autosave");
    std::fs::read_to_string(aside).is_ok_and(|text| text.starts_with("# kept"))
}

#[cfg(unix)]
#[test]
fn a_signal_restores_the_terminal_and_keeps_the_edits() {
    for signal in ["TERM", "HUP", "INT"] {
        let folder = small_project();
        let session = edited(folder.path());
        session.signal(signal);
        let (code, screen) = session.end();
        assert_eq!(code, 130, "{signal}");
        restored(&screen);
        assert!(is_kept_aside(folder.path()), "{signal}");
        let state = std::fs::read_dir(folder.path().join("state/rptbench")).expect("the session is kept").count();
        assert_eq!(state, 1);
        // and they are offered again
        let mut session = Session::open(folder.path(), 24, 80, &[]);
        session.wait_for("psma_it_p1");
        session.press("G");
        session.wait_for("patient P1");
        session.press("i");
        session.wait_for("take them up");
        session.press("t");
        session.wait_for("# kept");
        session.press("\x03");
        session.wait_for("kept aside");
        session.press("y");
        assert_eq!(session.end().0, 0);
    }
}

#[cfg(unix)]
#[test]
fn a_hang_up_ends_the_program_and_keeps_the_edits() {
    let folder = small_project();
    let session = edited(folder.path());
    assert_ne!(session.hang_up(), 0);
    assert!(is_kept_aside(folder.path()));
}

#[test]
fn a_worker_that_panics_is_told_of_and_the_workbench_goes_on() {
    let folder = small_project();
    let mut session = Session::open(folder.path(), 24, 80, &[("RPT_TEST_WORKER_PANIC", "1")]);
    session.wait_for("psma_it_p1");
    session.press("G");
    session.wait_for("patient P1");
    session.press("s");
    session.wait_for("The last attempt failed");
    session.press("2");
    session.wait_for("has no data");
    session.press("q");
    let (code, screen) = session.end();
    assert_eq!(code, 0);
    restored(&screen);
    assert!(screen.screen().contents().contains("a worker was asked to panic"), "its words stay after the workbench is left");
}

#[test]
fn without_a_terminal_the_verbs_are_named() {
    let folder = small_project();
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_rpt")).current_dir(folder.path()).assert().code(2).get_output().clone();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(words.contains("rpt run") && words.contains("rpt list"), "{words}");
}
