//! The built program on a pseudo-terminal: real keys, a real project, the screen as a user sees it.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const PATIENCE: Duration = Duration::from_secs(60);

/// The program, its terminal, and a parser that keeps its screen.
struct Session {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    screen: Arc<Mutex<vt100::Parser>>,
    reader: std::thread::JoinHandle<()>,
}

impl Session {
    fn open(folder: &Path, rows: u16, cols: u16, variables: &[(&str, &str)]) -> Session {
        let pair = native_pty_system().openpty(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_rpt"));
        command.cwd(folder);
        command.env("TERM", "xterm-256color");
        command.env_remove("NO_COLOR");
        command.env("LC_ALL", "C.UTF-8");
        variables.iter().for_each(|(name, value)| command.env(name, value));
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let size = |value: u16| value.try_into().expect("not zero");
        let screen = Arc::new(Mutex::new(vt100::Parser::new(size(rows), size(cols), 0)));
        let shown = Arc::clone(&screen);
        let mut output = pair.master.try_clone_reader().expect("a reader");
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 8192];
            // the pipe ends with an error on some systems
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                shown.lock().expect("not poisoned").process(&bytes[..count]);
            }
        });
        let keys = pair.master.take_writer().expect("a writer");
        Session { child, keys, master: pair.master, screen, reader }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush()).expect("keys are taken");
    }

    fn text(&self) -> String {
        self.screen.lock().expect("not poisoned").screen().contents()
    }

    /// Waits for words on the screen; never sleeps longer than it must.
    fn wait_for(&mut self, words: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.text().contains(words) {
            assert!(Instant::now() < until, "`{words}` did not appear:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn wait_without(&mut self, words: &str) {
        let until = Instant::now() + PATIENCE;
        while self.text().contains(words) {
            assert!(Instant::now() < until, "`{words}` did not go away:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for the end; gives the exit code and the last screen, with all its bytes read.
    fn end(mut self) -> (u32, vt100::Parser) {
        let until = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("the child can be asked") {
                break status;
            }
            assert!(Instant::now() < until, "the program did not end:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        };
        drop(self.keys);
        drop(self.master);
        self.reader.join().expect("the reader ends");
        let screen = Arc::into_inner(self.screen).expect("nobody else holds the screen").into_inner().expect("not poisoned");
        (status.exit_code(), screen)
    }
}

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let copy = |from: &str| {
        let target = folder.path().join(from);
        std::fs::create_dir_all(target.parent().expect("a parent")).expect("a folder");
        std::fs::copy(root.join(from), target).expect("copied");
    };
    copy("models/psma_it_ulm.yaml");
    copy("scenarios/psma_it_p1/scenario.yaml");
    let broken = folder.path().join("scenarios/broken");
    std::fs::create_dir_all(&broken).expect("a folder");
    std::fs::write(broken.join("scenario.yaml"), "scenario: broken\nmodel: ../../models/psma_it_ulm.yaml\nsolve: {untill: 1 h}\n")
        .expect("written");
    folder
}

fn restored(screen: &vt100::Parser) {
    assert!(!screen.screen().alternate_screen(), "the other screen was left");
    assert!(!screen.screen().hide_cursor(), "the cursor is shown");
}

#[test]
fn a_scenario_is_run_and_its_doses_are_seen() {
    let folder = project();
    let mut session = Session::open(folder.path(), 24, 80, &[]);
    session.wait_for("psma_it_p1");
    // the broken one is first; its problem is shown as `rpt check` shows it
    session.wait_for("untill");
    session.press("j");
    session.wait_for("patient P1");
    session.press("\r");
    session.wait_for("is done: runs/psma_it_p1/");
    session.press("t");
    session.wait_for("Kidneys");
    session.wait_for("dose");
    session.press("?");
    session.wait_for("Keys");
    session.press("\x1b");
    // a key right after Escape would be taken for Alt and that key
    session.wait_without("Keys");
    session.press("q");
    let (code, screen) = session.end();
    assert_eq!(code, 0);
    restored(&screen);
    let runs = std::fs::read_dir(folder.path().join("runs/psma_it_p1")).expect("runs were written").count();
    assert_eq!(runs, 1);
}

#[test]
fn another_size_is_taken_up_and_without_colour_the_bar_stays() {
    let folder = project();
    let mut session = Session::open(folder.path(), 24, 80, &[("NO_COLOR", "1")]);
    session.wait_for("psma_it_p1");
    session.master.resize(PtySize { rows: 10, cols: 40, pixel_width: 0, pixel_height: 0 }).expect("resized");
    session.wait_for("rpt needs 60 × 16");
    {
        let mut parser = session.screen.lock().expect("not poisoned");
        parser.screen_mut().set_size(30.try_into().expect("not zero"), 100.try_into().expect("not zero"));
    }
    session.master.resize(PtySize { rows: 30, cols: 100, pixel_width: 0, pixel_height: 0 }).expect("resized");
    session.wait_for("psma_it_p1");
    session.wait_for("quit");
    {
        let parser = session.screen.lock().expect("not poisoned");
        let places = (0..30).flat_map(|row| (0..100).map(move |column| (row, column)));
        let cells: Vec<_> = places.filter_map(|(row, column)| parser.screen().cell(row, column)).collect();
        assert!(cells.iter().any(|cell| cell.inverse()), "the selection is reversed");
        assert!(cells.iter().all(|cell| cell.fgcolor() == vt100::Color::Default), "no colour");
    }
    session.press("\x03");
    let (code, screen) = session.end();
    assert_eq!(code, 0);
    restored(&screen);
}

#[cfg(unix)]
#[test]
fn a_signal_restores_the_terminal() {
    let folder = project();
    let mut session = Session::open(folder.path(), 24, 80, &[]);
    session.wait_for("psma_it_p1");
    let id = session.child.process_id().expect("it runs").to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill").success());
    let (code, screen) = session.end();
    assert_ne!(code, 0);
    restored(&screen);
}

#[test]
fn without_a_terminal_the_verbs_are_named() {
    let folder = project();
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_rpt")).current_dir(folder.path()).assert().code(2).get_output().clone();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(words.contains("rpt run") && words.contains("rpt list"), "{words}");
}
