//! The terminal: raw mode and the other screen, given back on every way out.
//!
//! A frame is one write: it is gathered in memory and sent when ratatui flushes. What was gathered but not sent is thrown away, so that a
//! panic in the middle of a frame leaves no debris on the restored screen.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
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

/// Buttons and the wheel (1000), with coordinates as numbers (1006); no motion, which would flood a slow link.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// The terminal while the workbench has it.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<FrameWriter<io::Stdout>>>,
    cursor: Option<(u16, u16)>,
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
            execute!(io::stdout(), EnterAlternateScreen, Hide, EnableBracketedPaste)?;
            Terminal::new(CrosstermBackend::new(FrameWriter { gathered: Vec::with_capacity(1 << 16), out: io::stdout() }))
        })();
        if taken.is_err() {
            give_back();
        }
        Ok(Screen { terminal: taken?, cursor: None })
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
        let cursor = view(app, &mut self.terminal.get_frame());
        self.terminal.flush()?;
        self.terminal.swap_buffers();
        match cursor {
            Some((column, row)) => {
                queue!(self.terminal.backend_mut(), MoveTo(column, row))?;
                if self.cursor.is_none() {
                    queue!(self.terminal.backend_mut(), Show)?;
                }
            }
            None if self.cursor.is_some() => queue!(self.terminal.backend_mut(), Hide)?,
            None => {}
        }
        self.cursor = cursor;
        queue!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        io::Write::flush(self.terminal.backend_mut())
    }

    /// Sends a text to the terminal's clipboard (OSC 52); whether it takes it is the terminal's to decide.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), CopyToClipboard::to_clipboard_from(text))?;
        io::Write::flush(self.terminal.backend_mut())
    }

    /// Writes a picture's bytes to the cleared screen; the next frame is drawn whole.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn picture(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.terminal.clear()?;
        queue!(self.terminal.backend_mut(), MoveTo(0, 0))?;
        io::Write::write_all(self.terminal.backend_mut(), bytes)?;
        io::Write::flush(self.terminal.backend_mut())
    }

    /// Forgets what is on the screen, a picture: the next frame is drawn whole.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn forget(&mut self) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), Clear(ClearType::All))?;
        self.terminal.clear()
    }

    /// Listens to the mouse, or no longer.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn mouse(&mut self, on: bool) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), Print(if on { MOUSE_ON } else { MOUSE_OFF }))?;
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
        let _ = execute!(io::stdout(), EndSynchronizedUpdate, Print(MOUSE_OFF), DisableBracketedPaste, LeaveAlternateScreen, Show);
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
