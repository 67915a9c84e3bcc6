//! What only this screen can be asked for, and its keys.

use super::pinning;
use crate::tui::action::{Action, Command as Asked, Key, Where, letter};
use crate::tui::app::App;
use crate::tui::screen::Screen;

/// What only this screen can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// A coarse step of the chosen knob, up or down.
    Coarse(bool),
    /// The chosen knob as the scenario says.
    Reset,
    /// All knobs as the scenario says.
    ResetAll,
    /// To the first knob of the next group.
    Group,
    /// Pin the present settings.
    Pin,
    /// Take a pinned variant away.
    Unpin,
    /// Compare with the next pinned variant.
    Compare,
    /// Show what every arm gives beyond the first, or no longer.
    BeyondFirst,
    /// The knobs as the compared variant has them.
    TakeUp,
    /// Write the desk as a scenario.
    Export,
    /// The next curve, or the one before.
    Curve(isize),
    /// Logarithmic axes, or linear ones.
    Log,
    /// Evidence and assumptions in place of the doses, or no longer.
    Words,
}

const HERE: Where = Where::On(Screen::WhatIf);

const fn action(command: Command, name: &'static str, help: &'static str, keys: &'static [Key]) -> Action {
    Action::new(Asked::WhatIf(command), name, help, keys, HERE)
}

/// The actions of the screen. A fine step is a step to the side, a typed value is Enter.
pub const ACTIONS: &[Action] = &[
    action(
        Command::Coarse(true),
        "more",
        "a coarse step up; ← → are fine steps, Enter types a value",
        &[letter('>'), letter('L'), letter('+')],
    )
    .footer(2)
    .when(has_desk),
    action(Command::Coarse(false), "less", "a coarse step down", &[letter('<'), letter('H'), letter('-')]).footer(1).when(has_desk),
    action(Command::Reset, "reset", "the chosen knob as the scenario says", &[letter('d')]).footer(3).when(has_desk),
    action(Command::ResetAll, "reset all", "all knobs as the scenario says", &[letter('D')]).when(has_desk),
    action(Command::Group, "group", "to the next group of knobs", &[letter('s')]).footer(4).when(has_desk),
    action(Command::Pin, "pin", "pin the present settings, to compare with", &[letter('p')]).footer(5).when(pinning::can_pin),
    action(Command::Unpin, "unpin", "take the compared variant away, else the newest", &[letter('P')]).when(pinning::has_pinned),
    action(Command::Compare, "compare", "compare with the next pinned variant, after the last with nothing", &[letter('v')])
        .when(pinning::has_pinned),
    action(Command::BeyondFirst, "beyond", "what every arm gives beyond the first, or the numbers themselves", &[letter('b')])
        .when(pinning::has_arms),
    action(Command::TakeUp, "take up", "the knobs as the compared variant has them", &[letter('w')]).when(pinning::has_pinned),
    action(Command::Export, "export", "write the desk as a scenario of its own; nothing is overwritten", &[letter('x')])
        .footer(7)
        .when(has_desk),
    action(Command::Curve(1), "curve", "the next curve", &[letter('t')]).footer(6).when(has_desk),
    action(Command::Curve(-1), "curve before", "the curve before", &[letter('T')]).when(has_desk),
    action(Command::Log, "log", "dose rates on a logarithmic axis, or a linear one", &[letter('y')]).when(has_desk),
    action(Command::Words, "evidence", "evidence of the relations and assumptions in place of the doses, and back", &[letter('e')])
        .footer(8)
        .when(has_desk),
];

/// Whether there is something to turn.
fn has_desk(app: &App) -> Result<(), String> {
    match &app.what_if.desk {
        Some(Ok(_)) => Ok(()),
        Some(Err(_)) => Err("there is no knob here: `o` chooses another scenario".to_owned()),
        None if app.what_if.path.is_some() => Err("the scenario is being read".to_owned()),
        None => Err("no scenario is chosen: `o` chooses one".to_owned()),
    }
}
