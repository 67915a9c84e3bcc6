//! Where everything stands, from the size of the terminal alone; drawing, scrolling and the mouse share it.

use ratatui::layout::Rect;

/// The smallest terminal, columns and rows, on which the workbench can be used.
pub const SMALLEST: (u16, u16) = (60, 16);

/// The parts of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    /// Name, screens, jobs.
    pub header: Rect,
    /// The open screen.
    pub body: Rect,
    /// The notice, or what is typed.
    pub notice: Rect,
    /// Keys.
    pub footer: Rect,
}

/// Whether the terminal is too small.
#[must_use]
pub fn too_small(area: Rect) -> bool {
    area.width < SMALLEST.0 || area.height < SMALLEST.1
}

/// The parts of a terminal.
#[must_use]
pub fn areas(area: Rect) -> Areas {
    let row = |y: u16| Rect { y: area.y + y.min(area.height), height: 1.min(area.height), ..area }.intersection(area);
    let last = area.height.saturating_sub(1);
    let body = Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(3), ..area };
    Areas { header: row(0), body, notice: row(last.saturating_sub(1)), footer: row(last) }
}

/// The inside of a frame.
#[must_use]
pub fn inside(area: Rect) -> Rect {
    Rect {
        x: area.x + 1.min(area.width),
        y: area.y + 1.min(area.height),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}
