//! Doses, and the segments between them.
//!
//! Time is cut wherever the right-hand side jumps: at every bolus and at the start and end of every infusion. Within a segment
//! `dx/dt = f(t, x) + u` with a constant input `u`.
//!
//! **The rule at an exact dose time.** A span gives the boluses of `[start, stop)`. A bolus at `start` is given before the first sample;
//! a sample at the time of a later bolus is the state before it; a bolus at `stop` is left to the span that continues from there. Hence cutting
//! a span in two gives every bolus exactly once, and a zero-length span gives none.

use super::error::SolveError;
use super::options::Span;

/// Amounts added at one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Bolus {
    /// When, min.
    pub time: f64,
    /// (state, amount added in the state's unit); amounts are not negative.
    pub amounts: Vec<(usize, f64)>,
}

/// A constant input over a stretch of time. Several may overlap; they add up.
#[derive(Debug, Clone, PartialEq)]
pub struct Infusion {
    /// First instant, min.
    pub start: f64,
    /// Last instant, min; later than `start`.
    pub stop: f64,
    /// (state, input in the state's unit per min); rates are not negative.
    pub rates: Vec<(usize, f64)>,
}

/// All doses, in any order. Doses outside the span are not given; an infusion running at its start goes on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Schedule {
    /// Doses given at one instant.
    pub boluses: Vec<Bolus>,
    /// Doses given over time.
    pub infusions: Vec<Infusion>,
}

/// A stretch of time without jumps inside.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Segment {
    /// First instant, min.
    pub start: f64,
    /// Last instant, min.
    pub stop: f64,
    /// Amounts added at `start`, before anything else.
    pub boluses: Vec<(usize, f64)>,
    /// Constant inputs, per min: one entry per state that has any, ascending.
    pub inputs: Vec<(usize, f64)>,
}

impl Schedule {
    /// Checks the schedule against a system of `state_count` states.
    pub(crate) fn check(&self, state_count: usize) -> Result<(), SolveError> {
        let problem = |problem: String| Err(SolveError::Schedule { problem });
        let check_entries = |entries: &[(usize, f64)], what: &str, time: f64| {
            for &(state, value) in entries {
                if state >= state_count {
                    return problem(format!("the {what} at {time} min goes to state {state}, but there are {state_count} states"));
                }
                if !value.is_finite() || value < 0.0 {
                    return problem(format!(
                        "the {what} at {time} min gives {value} to state {state}, expected a finite number not below 0"
                    ));
                }
            }
            Ok(())
        };
        for bolus in &self.boluses {
            if !bolus.time.is_finite() {
                return problem(format!("a bolus is given at {} min, expected a finite time", bolus.time));
            }
            check_entries(&bolus.amounts, "bolus", bolus.time)?;
        }
        for infusion in &self.infusions {
            if !infusion.start.is_finite() || !infusion.stop.is_finite() {
                return problem(format!("an infusion runs from {} to {} min, expected finite times", infusion.start, infusion.stop));
            }
            if infusion.stop <= infusion.start {
                return problem(format!(
                    "an infusion starts at {} min and stops at {} min, expected a later stop (a dose at one instant is a bolus)",
                    infusion.start, infusion.stop
                ));
            }
            check_entries(&infusion.rates, "infusion", infusion.start)?;
        }
        Ok(())
    }

    /// The segments of a span, in order of time; none for a span of zero length.
    pub(crate) fn segments(&self, span: &Span) -> Vec<Segment> {
        if span.stop <= span.start {
            return Vec::new();
        }
        let inside = |&time: &f64| time > span.start && time < span.stop;
        let mut cuts = vec![span.start];
        cuts.extend(self.boluses.iter().map(|bolus| bolus.time).filter(inside));
        cuts.extend(self.infusions.iter().flat_map(|infusion| [infusion.start, infusion.stop]).filter(inside));
        cuts.push(span.stop);
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        cuts.windows(2)
            .map(|ends| Segment {
                start: ends[0],
                stop: ends[1],
                boluses: self
                    .boluses
                    .iter()
                    .filter(|bolus| bolus.time == ends[0])
                    .flat_map(|bolus| bolus.amounts.iter().copied())
                    .collect(),
                inputs: self.inputs_between(ends[0], ends[1]),
            })
            .collect()
    }

    /// Constant inputs of a stretch without jumps inside.
    pub(crate) fn inputs_between(&self, start: f64, stop: f64) -> Vec<(usize, f64)> {
        let mut inputs: Vec<(usize, f64)> = Vec::new();
        for infusion in self.infusions.iter().filter(|infusion| infusion.start <= start && infusion.stop >= stop) {
            for &(state, rate) in &infusion.rates {
                match inputs.iter_mut().find(|entry| entry.0 == state) {
                    Some(entry) => entry.1 += rate,
                    None => inputs.push((state, rate)),
                }
            }
        }
        inputs.retain(|entry| entry.1 != 0.0);
        inputs.sort_by_key(|entry| entry.0);
        inputs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bolus(time: f64, amount: f64) -> Bolus {
        Bolus { time, amounts: vec![(0, amount)] }
    }

    fn infusion(start: f64, stop: f64, rate: f64) -> Infusion {
        Infusion { start, stop, rates: vec![(1, rate)] }
    }

    fn span(start: f64, stop: f64) -> Span {
        Span { start, stop, samples: Vec::new() }
    }

    #[test]
    fn segments_are_cut_at_every_jump() {
        let schedule = Schedule {
            boluses: vec![bolus(50.0, 2.0), bolus(0.0, 1.0)],
            infusions: vec![infusion(20.0, 60.0, 3.0), infusion(10.0, 30.0, 4.0)],
        };
        let segments = schedule.segments(&span(0.0, 100.0));
        let ends: Vec<f64> = segments.iter().map(|segment| segment.stop).collect();
        assert_eq!(ends, [10.0, 20.0, 30.0, 50.0, 60.0, 100.0]);
        let inputs: Vec<f64> = segments.iter().map(|segment| segment.inputs.iter().map(|entry| entry.1).sum()).collect();
        assert_eq!(inputs, [0.0, 4.0, 7.0, 3.0, 3.0, 0.0]);
        assert_eq!(segments[0].boluses, [(0, 1.0)]);
        assert_eq!(segments[4].boluses, [(0, 2.0)]);
    }

    #[test]
    fn a_span_cut_in_two_gives_every_dose_once() {
        let schedule = Schedule { boluses: vec![bolus(10.0, 1.0), bolus(10.0, 2.0)], infusions: vec![infusion(-5.0, 25.0, 1.0)] };
        let given = |from: f64, to: f64| -> (f64, f64) {
            let segments = schedule.segments(&span(from, to));
            (
                segments.iter().flat_map(|segment| &segment.boluses).map(|dose| dose.1).sum(),
                segments
                    .iter()
                    .map(|segment| segment.inputs.iter().map(|input| input.1).sum::<f64>() * (segment.stop - segment.start))
                    .sum(),
            )
        };
        assert_eq!(given(0.0, 30.0), (3.0, 25.0));
        assert_eq!(given(0.0, 10.0), (0.0, 10.0));
        assert_eq!(given(10.0, 30.0), (3.0, 15.0));
        assert_eq!(given(10.0, 10.0), (0.0, 0.0));
    }

    #[test]
    fn impossible_doses_are_refused() {
        let refused = |schedule: Schedule| schedule.check(2).is_err();
        assert!(refused(Schedule { boluses: vec![bolus(f64::NAN, 1.0)], ..Schedule::default() }));
        assert!(refused(Schedule { boluses: vec![bolus(0.0, -1.0)], ..Schedule::default() }));
        assert!(refused(Schedule { boluses: vec![Bolus { time: 0.0, amounts: vec![(2, 1.0)] }], ..Schedule::default() }));
        assert!(refused(Schedule { infusions: vec![infusion(3.0, 3.0, 1.0)], ..Schedule::default() }));
        assert!(refused(Schedule { infusions: vec![infusion(3.0, 4.0, f64::INFINITY)], ..Schedule::default() }));
        assert!(!refused(Schedule { boluses: vec![bolus(-1.0, 0.0)], infusions: vec![infusion(3.0, 4.0, 1.0)] }));
    }
}
