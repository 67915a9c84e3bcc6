//! The actions of the shell: the same on every screen, and those in front of a screen. A new one is one entry here and one arm in
//! [`update`](crate::tui::update::update).

use crossterm::event::KeyCode;

use super::available::{has_job, has_scenarios, has_search};
use super::{Action, Command, Motion, Where, control, key, letter};
use crate::tui::screen::Screen;

const EVERYWHERE: Where = Where::Screen;

/// The actions of the shell, in the order of the help.
pub const SHELL: &[Action] = &[
    Action::new(Command::Screen(Screen::Model), "model", "models and scenarios, the editor", &[letter('1')], EVERYWHERE),
    Action::new(Command::Screen(Screen::Data), "data", "what was measured, and how it was understood", &[letter('2')], EVERYWHERE),
    Action::new(Command::Screen(Screen::Fit), "fit", "fit the model to the data", &[letter('3')], EVERYWHERE),
    Action::new(Command::Screen(Screen::WhatIf), "what-if", "turn knobs and see doses and counts follow", &[letter('4')], EVERYWHERE),
    Action::new(Command::Screen(Screen::Trial), "trial", "virtual patients through every arm", &[letter('5')], EVERYWHERE),
    Action::new(Command::Screen(Screen::Runs), "runs", "what was run: figures, tables, differences", &[letter('6')], EVERYWHERE),
    Action::new(Command::ChooseScenario, "scenario", "choose the current scenario: type a part of its name", &[letter('o')], EVERYWHERE)
        .footer(90)
        .when(has_scenarios),
    Action::new(Command::Cancel, "cancel", "stop the job of the current scenario, else the newest one", &[letter('c')], EVERYWHERE)
        .footer(0)
        .when(has_job),
    Action::new(Command::Back, "back", "one step back: out of the full screen, out of what is open", &[key(KeyCode::Esc)], EVERYWHERE),
    Action::new(Command::FullScreen, "full", "the focused panel over the full screen, and back", &[letter('f')], EVERYWHERE).footer(91),
    Action::new(Command::Undo(true), "undo", "take the last change back", &[letter('u')], EVERYWHERE),
    Action::new(Command::Undo(false), "redo", "make it again", &[letter('U'), control('y')], EVERYWHERE),
    Action::new(Command::Go(Motion::Enter), "enter", "into what is selected", &[key(KeyCode::Enter)], EVERYWHERE),
    Action::new(Command::Go(Motion::Rows(-1)), "up", "up", &[key(KeyCode::Up), letter('k')], EVERYWHERE),
    Action::new(Command::Go(Motion::Rows(1)), "down", "down", &[key(KeyCode::Down), letter('j')], EVERYWHERE),
    Action::new(
        Command::Go(Motion::Side(-1)),
        "left",
        "to the left: the figure, table or value before",
        &[key(KeyCode::Left), letter('h')],
        EVERYWHERE,
    ),
    Action::new(
        Command::Go(Motion::Side(1)),
        "right",
        "to the right: the next figure, table or value",
        &[key(KeyCode::Right), letter('l')],
        EVERYWHERE,
    ),
    Action::new(Command::Go(Motion::Page(-1)), "page up", "a page up", &[key(KeyCode::PageUp), control('b')], EVERYWHERE),
    Action::new(Command::Go(Motion::Page(1)), "page down", "a page down", &[key(KeyCode::PageDown), letter(' '), control('f')], EVERYWHERE),
    Action::new(Command::Go(Motion::First), "first", "to the first row or line", &[key(KeyCode::Home), letter('g')], EVERYWHERE),
    Action::new(Command::Go(Motion::Last), "last", "to the last row or line", &[key(KeyCode::End), letter('G')], EVERYWHERE),
    Action::new(Command::Go(Motion::Pane(1)), "pane", "arrow keys move in the next panel", &[key(KeyCode::Tab)], EVERYWHERE).footer(92),
    Action::new(Command::Go(Motion::Pane(-1)), "pane before", "arrow keys move in the panel before", &[key(KeyCode::BackTab)], EVERYWHERE),
    Action::new(Command::Search, "search", "search what is shown", &[letter('/')], EVERYWHERE),
    Action::new(Command::Match(1), "next match", "to the next match of the search", &[letter('n')], EVERYWHERE).when(has_search),
    Action::new(Command::Match(-1), "match before", "to the match before", &[letter('N')], EVERYWHERE).when(has_search),
    Action::new(
        Command::Palette,
        "actions",
        "all actions by name: type a part of it, Enter does it",
        &[letter(':'), control('p')],
        EVERYWHERE,
    )
    .footer(93),
    Action::new(Command::Reload, "reload", "read the project folder again", &[key(KeyCode::F(5)), letter('R')], EVERYWHERE),
    Action::new(Command::Mouse, "mouse", "listen to the mouse, or leave it to the terminal", &[letter('M')], EVERYWHERE),
    Action::new(Command::Help, "help", "this list", &[letter('?'), key(KeyCode::F(1))], EVERYWHERE).footer(98),
    Action::new(Command::Quit, "quit", "leave; asks only when something would be lost", &[letter('q'), control('c')], EVERYWHERE)
        .footer(99),
    // the help
    Action::new(Command::Go(Motion::Rows(-1)), "up", "scroll up", &[key(KeyCode::Up), letter('k')], Where::Help).footer(1),
    Action::new(Command::Go(Motion::Rows(1)), "down", "scroll down", &[key(KeyCode::Down), letter('j')], Where::Help).footer(2),
    Action::new(Command::Go(Motion::Page(-1)), "page up", "a page up", &[key(KeyCode::PageUp)], Where::Help),
    Action::new(Command::Go(Motion::Page(1)), "page down", "a page down", &[key(KeyCode::PageDown), letter(' ')], Where::Help),
    Action::new(
        Command::CloseOverlay,
        "close",
        "close the help",
        &[key(KeyCode::Esc), letter('?'), letter('q'), key(KeyCode::Enter), key(KeyCode::F(1)), control('c')],
        Where::Help,
    )
    .footer(3),
    // leaving
    Action::new(
        Command::QuitAnyway,
        "leave",
        "leave: jobs are stopped, edits are kept aside",
        &[letter('y'), key(KeyCode::Enter), control('c')],
        Where::Leaving,
    )
    .footer(1),
    Action::new(Command::CloseOverlay, "stay", "stay", &[letter('n'), key(KeyCode::Esc), letter('q')], Where::Leaving).footer(2),
    // another question
    Action::new(Command::CloseOverlay, "none of them", "leave all as it is", &[key(KeyCode::Esc), control('c')], Where::Question).footer(1),
    // the palette and the picker
    Action::new(Command::Choose, "do it", "do what is chosen", &[key(KeyCode::Enter)], Where::Palette).footer(1),
    Action::new(Command::Go(Motion::Rows(-1)), "up", "the one before", &[key(KeyCode::Up), control('p')], Where::Palette).footer(2),
    Action::new(Command::Go(Motion::Rows(1)), "down", "the next", &[key(KeyCode::Down), control('n'), key(KeyCode::Tab)], Where::Palette)
        .footer(3),
    Action::new(Command::Go(Motion::Page(-1)), "page up", "a page up", &[key(KeyCode::PageUp)], Where::Palette),
    Action::new(Command::Go(Motion::Page(1)), "page down", "a page down", &[key(KeyCode::PageDown)], Where::Palette),
    Action::new(Command::Erase, "erase", "take the last character back", &[key(KeyCode::Backspace), control('h')], Where::Palette),
    Action::new(Command::EraseAll, "erase all", "take all back", &[control('u')], Where::Palette),
    Action::new(Command::CloseOverlay, "close", "close the list", &[key(KeyCode::Esc), control('c')], Where::Palette).footer(4),
    // the search
    Action::new(Command::Accept, "search", "to the first match", &[key(KeyCode::Enter)], Where::Search).footer(1),
    Action::new(Command::Erase, "erase", "take the last character back", &[key(KeyCode::Backspace), control('h')], Where::Search),
    Action::new(Command::EraseAll, "erase all", "take all back", &[control('u')], Where::Search),
    Action::new(Command::CloseOverlay, "close", "no search", &[key(KeyCode::Esc), control('c')], Where::Search).footer(2),
    // a line that is typed
    Action::new(Command::Accept, "take it", "take what is typed", &[key(KeyCode::Enter)], Where::Prompt).footer(1),
    Action::new(Command::Erase, "erase", "take the last character back", &[key(KeyCode::Backspace), control('h')], Where::Prompt),
    Action::new(Command::EraseAll, "erase all", "take all back", &[control('u')], Where::Prompt).footer(3),
    Action::new(Command::CloseOverlay, "leave it", "leave it as it was", &[key(KeyCode::Esc), control('c')], Where::Prompt).footer(2),
    // the editor: its own keys are in the editor's table
    Action::new(Command::Palette, "actions", "all actions by name", &[control('p')], Where::Editor),
    Action::new(Command::Help, "help", "keys of the editor", &[key(KeyCode::F(1))], Where::Editor).footer(98),
    Action::new(
        Command::Quit,
        "quit",
        "leave the workbench; asks when the text is not saved",
        &[control('c'), control('q')],
        Where::Editor,
    )
    .footer(99),
];
