//! How large and how stiff a model is.
//!
//! The rate constant of a state is how fast it empties: minus its own entry on the diagonal of the Jacobian, `k = −∂(dx/dt)/∂x`, at the values of the file
//! and all amounts zero (receptors free), decay included. Fastest over slowest is the usual first figure of stiffness.

use ratatui::text::Line;

use crate::model::Model;
use crate::model::system::SystemBuilder;
use crate::report::number_text::significant;
use crate::units::{MINUTES_PER_DAY, MINUTES_PER_HOUR};

/// The fastest and the slowest state that empties at all.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeScales {
    /// Name of the fastest state and its rate constant (1/min).
    pub fastest: (String, f64),
    /// Name of the slowest state and its rate constant (1/min).
    pub slowest: (String, f64),
}

impl TimeScales {
    /// Fastest over slowest.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.fastest.1 / self.slowest.1
    }
}

/// The time scales of a model; none where nothing empties. Compiles the model: for a job, not for a frame.
#[must_use]
pub fn time_scales(model: &Model) -> Option<TimeScales> {
    let system = SystemBuilder::new(model).compile();
    let mut bound = system.bind(&model.parameter_values());
    let mut entries = vec![0.0; system.pattern().len()];
    bound.evaluate_jacobian(0.0, &vec![0.0; system.state_count()], &mut entries);
    let own = system.pattern().iter().zip(&entries).filter(|((row, column), _)| row == column);
    let rates: Vec<(usize, f64)> =
        own.map(|((row, _), entry)| (*row, -entry)).filter(|(_, rate)| *rate > 0.0 && rate.is_finite()).collect();
    let by_rate = |a: &&(usize, f64), b: &&(usize, f64)| a.1.total_cmp(&b.1);
    let (slowest, fastest) = (rates.iter().min_by(by_rate)?, rates.iter().max_by(by_rate)?);
    let named = |(state, rate): &(usize, f64)| (model.state_name(*state), *rate);
    Some(TimeScales { fastest: named(fastest), slowest: named(slowest) })
}

/// `0.05 1/min, half-life 13.9 min`.
fn rate_words((name, rate): &(String, f64)) -> String {
    let half_life = std::f64::consts::LN_2 / rate;
    let (value, unit) = match half_life {
        short if short < 1.0 => (60.0 * short, "s"),
        minutes if minutes < 2.0 * MINUTES_PER_HOUR => (minutes, "min"),
        hours if hours < 2.0 * MINUTES_PER_DAY => (hours / MINUTES_PER_HOUR, "h"),
        long => (long / MINUTES_PER_DAY, "d"),
    };
    format!("{name}, {} 1/min (half-life {} {unit})", significant(*rate, 3), significant(value, 3))
}

/// Totals as lines: what there is of everything, and how stiff it is.
#[must_use]
pub fn totals(model: &Model) -> Vec<Line<'static>> {
    let ligands = if model.ligands.len() > 1 { format!(" x {} ligands", model.ligands.len()) } else { String::new() };
    let mut lines = vec![
        format!("states       {} ({} compartments{ligands})", model.state_count(), model.compartments.len()),
        format!("flows        {}", model.flows.len()),
        format!("parameters   {}, and {} values that follow", model.parameters.len(), model.derived.len()),
    ];
    if let Some(scales) = time_scales(model) {
        lines.push(format!("fastest      {}", rate_words(&scales.fastest)));
        lines.push(format!("slowest      {}", rate_words(&scales.slowest)));
        lines.push(format!("stiffness    {} (fastest / slowest)", significant(scales.ratio(), 2)));
    }
    lines.into_iter().map(Line::raw).collect()
}
