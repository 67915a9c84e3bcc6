//! What the screen can be asked for.

use super::{asked, history, opened};
use crate::tui::action::{Action, Command as Asked, Where, letter};
use crate::tui::browse::Aspect;
use crate::tui::screen::Screen;

/// What only this screen can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// All runs, or those of the current scenario.
    OfScenario,
    /// Mark the selected run.
    Mark,
    /// Compare it with the marked one.
    Compare,
    /// Check its files against their digests.
    Verify,
    /// Do it again; an unfinished one goes on.
    Again,
    /// Its manifest.
    Manifest,
    /// Its figures, tables or words.
    Show(Aspect),
    /// Its figure as a picture.
    Picture,
    /// How pictures are sent.
    Protocol,
    /// Copy the path of its folder.
    CopyPath,
    /// Copy the command that checks its digests.
    CopyCheck,
}

const HERE: Where = Where::On(Screen::Runs);

const fn of(command: Command) -> Asked {
    Asked::Runs(command)
}

/// The actions of the screen.
pub const ACTIONS: &[Action] = &[
    Action::new(of(Command::Manifest), "manifest", "what the run was made from and how it ended", &[letter('a')], HERE)
        .when(history::has_run),
    Action::new(of(Command::Show(Aspect::Figures)), "plots", "the figures of the run", &[letter('p')], HERE)
        .footer(1)
        .when(opened::can_open),
    Action::new(of(Command::Show(Aspect::Tables)), "tables", "the tables of the run", &[letter('t')], HERE)
        .footer(2)
        .when(opened::can_open),
    Action::new(of(Command::Show(Aspect::Findings)), "evidence", "failures, assumptions, evidence of the run", &[letter('e')], HERE)
        .when(opened::can_open),
    Action::new(of(Command::Mark), "mark", "mark the run, to compare another with it", &[letter('m')], HERE)
        .footer(3)
        .when(asked::can_mark),
    Action::new(of(Command::Compare), "diff", "what differs from the marked run: inputs and results", &[letter('d')], HERE)
        .footer(4)
        .when(asked::can_compare),
    Action::new(of(Command::Verify), "verify", "check every file against its digest", &[letter('v')], HERE)
        .footer(5)
        .when(asked::can_verify),
    Action::new(of(Command::Again), "run again", "do the run again with its options; an unfinished one goes on", &[letter('r')], HERE)
        .footer(6)
        .when(asked::can_do_again),
    Action::new(of(Command::Picture), "picture", "the figure as a picture, where the terminal shows pictures", &[letter('i')], HERE)
        .footer(7)
        .when(opened::has_figures),
    Action::new(of(Command::Protocol), "protocol", "how pictures are sent: auto, kitty, iterm2, sixel", &[letter('P')], HERE),
    Action::new(of(Command::CopyPath), "copy path", "copy the path of the run's folder", &[letter('y')], HERE)
        .footer(8)
        .when(history::has_run),
    Action::new(of(Command::CopyCheck), "copy check", "copy the `sha256sum -c` command of the run", &[letter('Y')], HERE)
        .when(asked::can_verify),
    Action::new(of(Command::OfScenario), "all/own", "list all runs, or those of the current scenario", &[letter('s')], HERE)
        .when(history::has_runs),
];
