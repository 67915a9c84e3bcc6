//! The look of a series as plain data: palette indices, and what the series is beside the others.

use serde::{Deserialize, Serialize};

/// What a series is beside the others of its panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Drawn in its own colour.
    #[default]
    Plain,
    /// Greyed: points hollow (excluded from a fit), lines thin (starts that did not win).
    Muted,
    /// Points of a crowd (patients of a cohort), drawn small; lines thin.
    Crowd,
    /// Points below the limit of quantification: an arrow that points down from the limit.
    BelowLimit,
}

impl Role {
    /// True for the role that need not be stored.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::Plain
    }
}

/// The look of a series. What is left open follows from the order in which series names first appear in the figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Style {
    /// Index into the palette; give an organ the same index in every figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<usize>,
    /// Index of the dash pattern, 0 is solid; follows the colour when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dash: Option<usize>,
    /// Index of the marker; follows the colour when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marker: Option<usize>,
    /// What the series is beside the others; changes how it is drawn.
    #[serde(default, skip_serializing_if = "Role::is_plain")]
    pub role: Role,
}

impl Style {
    /// The look of palette index `colour`, solid.
    #[must_use]
    pub fn solid(colour: usize) -> Self {
        Self { colour: Some(colour), dash: Some(0), ..Self::default() }
    }

    /// The look of palette index `colour`, with dash and marker of the same index.
    #[must_use]
    pub fn indexed(colour: usize) -> Self {
        Self { colour: Some(colour), ..Self::default() }
    }

    /// Greyed: excluded points, lines of less interest.
    #[must_use]
    pub fn muted() -> Self {
        Self::default().with_role(Role::Muted)
    }

    /// The same look in another role.
    #[must_use]
    pub fn with_role(self, role: Role) -> Self {
        Self { role, ..self }
    }
}
