//! Why a virtual patient could not be drawn. A trial counts these by cause and goes on.

/// A patient who could not be drawn.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PopulationError {
    /// A value that nobody can have.
    #[error("`{name}` came out as {}, which nobody can have", with_unit(*.value, .unit))]
    Impossible {
        /// The quantity.
        name: String,
        /// Its value in `unit`.
        value: f64,
        /// The unit in which it is shown.
        unit: String,
    },
    /// No candidate was eligible.
    #[error("none of {screened} candidates is eligible: {}", turned_away_words(.turned_away))]
    NoneEligible {
        /// Candidates drawn.
        screened: u32,
        /// The rules as written, with how many each turned away first.
        turned_away: Vec<(String, u32)>,
    },
}

fn with_unit(value: f64, unit: &str) -> String {
    // four digits tell what happened; a pure number has no unit, and no gap where one would stand
    let short = if (1e-3..1e6).contains(&value.abs()) || value == 0.0 { value.to_string() } else { format!("{value:.3e}") };
    format!("{short} {unit}").trim_end().to_owned()
}

fn turned_away_words(counts: &[(String, u32)]) -> String {
    let words: Vec<String> =
        counts.iter().filter(|(_, count)| *count > 0).map(|(rule, count)| format!("{rule} turned away {count}")).collect();
    words.join(", ")
}
