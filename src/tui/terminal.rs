//! The terminal: raw mode and the other screen, given back on every way out.
//!
//! A frame is one write: it is gathered in memory and sent when ratatui flushes. What was gathered but not sent is thrown away, so that a
//! panic in the middle of a frame leaves no debris on the restored screen.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::{Hide, Show};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use super::app::App;
use super::view::view;

/// Whether the terminal is ours now; restoring it twice does nothing.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Gathers bytes until it is flushed, then writes them at once.
#[derive(Debug)]
struct FrameWriter<W: Write> {
    gathered: Vec<u8>,
    out: W,
}

impl<W: Write> Write for FrameWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let sent = self.out.write_all(&self.gathered).and_then(|()| self.out.flush());
        self.gathered.clear();
        sent
    }
}

/// The terminal while the workbench has it.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<FrameWriter<io::Stdout>>>,
}

impl Screen {
    /// Takes the terminal: raw mode, the other screen, no cursor.
    ///
    /// # Errors
    /// What the terminal refuses; it is given back then.
    pub fn take() -> io::Result<Screen> {
        // with NO_COLOR crossterm would send a full reset instead of a colour, and bold and reverse with it; the view leaves colours out itself
        crossterm::style::force_color_output(true);
        TAKEN.store(true, Ordering::SeqCst);
        let taken = (|| {
            enable_raw_mode()?;
            execute!(io::stdout(), EnterAlternateScreen, Hide)?;
            Terminal::new(CrosstermBackend::new(FrameWriter { gathered: Vec::with_capacity(1 << 16), out: io::stdout() }))
        })();
        if taken.is_err() {
            give_back();
        }
        Ok(Screen { terminal: taken? })
    }

    /// Columns and rows.
    ///
    /// # Errors
    /// When the terminal does not tell.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        self.terminal.size().map(|size| (size.width, size.height))
    }

    /// Draws a frame in one write; only what changed since the last frame is sent.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn draw(&mut self, app: &App) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        // the flush of the frame itself must carry the end mark, so the frame is drawn by hand
        self.terminal.autoresize()?;
        view(app, &mut self.terminal.get_frame());
        self.terminal.flush()?;
        self.terminal.swap_buffers();
        queue!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        io::Write::flush(self.terminal.backend_mut())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Gives the terminal back: the main screen, the cursor, line mode. Errors have nobody to go to any more.
pub fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = execute!(io::stdout(), EndSynchronizedUpdate, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts the writes it gets.
    #[derive(Default)]
    struct Counted(Vec<Vec<u8>>);

    impl Write for Counted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_frame_is_one_write_and_an_unfinished_one_is_none() {
        let mut writer = FrameWriter { gathered: Vec::new(), out: Counted::default() };
        for _ in 0..1000 {
            writer.write_all(b"\x1b[1mx").expect("gathered");
        }
        assert!(writer.out.0.is_empty());
        writer.flush().expect("sent");
        writer.flush().expect("nothing to send");
        assert_eq!(writer.out.0.iter().map(Vec::len).collect::<Vec<_>>(), [5000]);
    }
}
