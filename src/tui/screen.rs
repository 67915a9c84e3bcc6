//! The six screens, one per question.

/// A screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Screen {
    /// Models and scenarios, and the editor.
    #[default]
    Model,
    /// What was measured, and how it was understood.
    Data,
    /// Fitting the model to them.
    Fit,
    /// Knobs, doses and counts.
    WhatIf,
    /// Virtual patients.
    Trial,
    /// What was run.
    Runs,
}

impl Screen {
    /// All, in the order of their number keys.
    pub const ALL: [Screen; 6] = [Screen::Model, Screen::Data, Screen::Fit, Screen::WhatIf, Screen::Trial, Screen::Runs];

    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Screen::Model => "Model",
            Screen::Data => "Data",
            Screen::Fit => "Fit",
            Screen::WhatIf => "What-if",
            Screen::Trial => "Trial",
            Screen::Runs => "Runs",
        }
    }
}
