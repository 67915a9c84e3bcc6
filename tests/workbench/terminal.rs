//! The built program on a pseudo-terminal: real keys, the screen as a user sees it, and every byte counted.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const PATIENCE: Duration = Duration::from_secs(60);

/// The program, its terminal, and a parser that keeps its screen.
pub struct Session {
    pub child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    pub master: Box<dyn MasterPty + Send>,
    pub screen: Arc<Mutex<vt100::Parser>>,
    bytes: Arc<AtomicUsize>,
    deaf: Arc<AtomicBool>,
    reader: std::thread::JoinHandle<()>,
}

impl Session {
    pub fn open(folder: &Path, rows: u16, cols: u16, variables: &[(&str, &str)]) -> Session {
        let pair = native_pty_system().openpty(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_rpt"));
        command.cwd(folder);
        command.env("TERM", "xterm-256color");
        command.env_remove("NO_COLOR");
        command.env("LC_ALL", "C.UTF-8");
        command.env("XDG_STATE_HOME", folder.join("state"));
        variables.iter().for_each(|(name, value)| command.env(name, value));
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let size = |value: u16| value.try_into().expect("not zero");
        let screen = Arc::new(Mutex::new(vt100::Parser::new(size(rows), size(cols), 0)));
        let shown = Arc::clone(&screen);
        let bytes = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&bytes);
        let deaf = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&deaf);
        let mut output = pair.master.try_clone_reader().expect("a reader");
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 8192];
            // the pipe ends with an error on some systems
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                counted.fetch_add(count, Ordering::Relaxed);
                shown.lock().expect("not poisoned").process(&bytes[..count]);
                if stop.load(Ordering::Relaxed) {
                    return;
                }
            }
        });
        let keys = pair.master.take_writer().expect("a writer");
        Session { child, keys, master: pair.master, screen, bytes, deaf, reader }
    }

    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush()).expect("keys are taken");
    }

    pub fn text(&self) -> String {
        self.screen.lock().expect("not poisoned").screen().contents()
    }

    /// Bytes that came from the program so far.
    pub fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Another size, of the terminal and of the parser.
    pub fn resize(&self, rows: u16, cols: u16) {
        let size = |value: u16| value.try_into().expect("not zero");
        self.screen.lock().expect("not poisoned").screen_mut().set_size(size(rows), size(cols));
        self.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).expect("resized");
    }

    /// Waits until nothing has come for a while; gives the bytes since `from`.
    pub fn settled(&self, from: usize) -> usize {
        let until = Instant::now() + PATIENCE;
        let mut last = (self.bytes(), Instant::now());
        while last.1.elapsed() < Duration::from_millis(700) || last.0 == from {
            assert!(Instant::now() < until, "nothing came:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
            if self.bytes() != last.0 {
                last = (self.bytes(), Instant::now());
            }
        }
        last.0 - from
    }

    /// The terminal goes away, as when a connection is lost; gives the exit code.
    pub fn hang_up(mut self) -> u32 {
        // the reader holds the terminal open until it has read once more
        self.deaf.store(true, Ordering::Relaxed);
        self.press("\x1b[B");
        self.reader.join().expect("the reader ends");
        drop(self.keys);
        drop(self.master);
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("the child can be asked") {
                return status.exit_code();
            }
            assert!(Instant::now() < until, "the program did not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let id = self.child.process_id().expect("it runs").to_string();
        assert!(std::process::Command::new("kill").args([&format!("-{name}"), &id]).status().expect("kill").success());
    }

    /// Waits for words on the screen; never sleeps longer than it must.
    pub fn wait_for(&mut self, words: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.text().contains(words) {
            assert!(Instant::now() < until, "`{words}` did not appear:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn wait_without(&mut self, words: &str) {
        let until = Instant::now() + PATIENCE;
        while self.text().contains(words) {
            assert!(Instant::now() < until, "`{words}` did not go away:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for the end; gives the exit code and the last screen, with all its bytes read.
    pub fn end(mut self) -> (u32, vt100::Parser) {
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

/// A project of a folder's own: these files of the repository.
pub fn project(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in files {
        let target = folder.path().join(file);
        std::fs::create_dir_all(target.parent().expect("a parent")).expect("a folder");
        std::fs::copy(root.join(file), target).expect("copied");
    }
    folder
}

/// A patient of the whole-body model, and a broken scenario.
pub fn small_project() -> tempfile::TempDir {
    let folder = project(&["models/psma_it_ulm.yaml", "scenarios/psma_it_p1/scenario.yaml"]);
    let broken = folder.path().join("scenarios/broken");
    std::fs::create_dir_all(&broken).expect("a folder");
    std::fs::write(broken.join("scenario.yaml"), "scenario: broken\nmodel: ../../models/psma_it_ulm.yaml\nsolve: {untill: 1 h}\n")
        .expect("written");
    folder
}

/// The terminal is as it was before the program.
pub fn restored(screen: &vt100::Parser) {
    assert!(!screen.screen().alternate_screen(), "the other screen was left");
    assert!(!screen.screen().hide_cursor(), "the cursor is shown");
    assert!(!screen.screen().bracketed_paste(), "pasting is plain again");
    assert_eq!(screen.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse is the terminal's");
}
