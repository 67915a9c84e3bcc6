//! Gates: a laboratory value or a symptom withholds, delays, reduces or stops the treatment.
//!
//! A gate has two conditions. It *fires* where the worst value since the last cycle (or the value of the day) meets `fires`; a cycle is withheld while the value
//! of the day has not `recovered`. What was withheld longer than `longest_delay` ends the treatment. After it fired the activity may be reduced, for
//! good or until a cycle at the reduced activity was tolerated (the gate did not fire again); a second firing may end the treatment.
use super::clinic::Analyte;
use super::record::{PatientRecord, Reduction};
use crate::units::MINUTES_PER_WEEK;

/// Longest delay (min) of a gate that states none: a year (assumed). What does not recover would be waited for without end.
pub const LONGEST_DELAY_MIN: f64 = 52.0 * MINUTES_PER_WEEK;

/// A condition on a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Condition {
    /// Below a value in the analyte's unit.
    Below(f64),
    /// CTCAE grade at or above.
    GradeAtLeast(u8),
    /// Fallen by at least this share of the baseline.
    FallenBy(f64),
    /// A symptom is there.
    Present,
}

impl Condition {
    /// Whether a value meets it.
    pub fn met(self, analyte: &Analyte, value: f64, baseline: Option<f64>) -> bool {
        match self {
            Condition::Below(limit) => value < limit,
            Condition::GradeAtLeast(grade) => analyte.grade(value).is_some_and(|found| found >= grade),
            Condition::FallenBy(share) => baseline.is_some_and(|baseline| value <= baseline * (1.0 - share)),
            Condition::Present => value > 0.5,
        }
    }

    /// Words for reports.
    pub fn words(self, analyte: &Analyte) -> String {
        match self {
            Condition::Below(limit) => format!("{} below {limit} {}", analyte.title(), analyte.unit()),
            Condition::GradeAtLeast(grade) => format!("{} of grade {grade} or worse", analyte.toxicity()),
            Condition::FallenBy(share) => format!("{} fallen by {:.0} % or more", analyte.title(), share * 100.0),
            Condition::Present => analyte.title(),
        }
    }
}

/// What a gate does to the activity after it fired.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reduce {
    /// Nothing.
    No,
    /// Gives this activity (MBq).
    To(f64),
    /// Gives this share less.
    By(f64),
}

/// One gate.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// Its name.
    pub name: String,
    /// What it reads.
    pub analyte: Analyte,
    /// When it fires.
    pub fires: Condition,
    /// A cycle is withheld while this is met on the day; `None`: never withheld.
    pub withhold: Option<Condition>,
    /// Whether it looks at the worst value since the last cycle (else at that of the day).
    pub since_last_cycle: bool,
    /// From one check to the next while a cycle is withheld (min).
    pub recheck_min: f64,
    /// Longest delay (min); what takes longer ends the treatment. `None`: a year.
    pub longest_delay_min: Option<f64>,
    /// What happens to the activity.
    pub reduce: Reduce,
    /// Whether the full activity returns after a cycle that was tolerated.
    pub re_escalate: bool,
    /// Whether firing ends the treatment at once.
    pub stop: bool,
    /// Whether firing a second time ends the treatment.
    pub stop_on_recurrence: bool,
    /// Where the rule comes from.
    pub source: Option<String>,
}

/// What a gate says on the day of a planned cycle.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Go on.
    Pass,
    /// Not today.
    Withhold {
        /// Check again after this time (min).
        recheck_min: f64,
    },
    /// No further cycle.
    Stop {
        /// Why.
        reason: String,
    },
}

impl Gate {
    /// Whether it fires on what the record holds.
    pub fn fires(&self, record: &PatientRecord) -> bool {
        let baseline = record.baseline(&self.analyte);
        let met = |value: f64| self.fires.met(&self.analyte, value, baseline);
        if self.since_last_cycle && record.cycles.last().is_some() {
            record.since_last_cycle(&self.analyte).any(met)
        } else {
            record.latest(&self.analyte).is_some_and(met)
        }
    }

    /// The verdict on the day. What it fires on enters the record: once for the time between two cycles.
    pub fn judge(&self, record: &mut PatientRecord, now_min: f64) -> Verdict {
        let known = record.fired_now.contains(&self.name);
        let fires = !known && self.fires(record);
        if fires {
            record.fired_now.push(self.name.clone());
            let words = self.fires.words(&self.analyte);
            if self.stop {
                return Verdict::Stop { reason: words };
            }
            if self.stop_on_recurrence && record.fired_before.contains(&self.name) {
                return Verdict::Stop { reason: format!("{words}, again") };
            }
            self.enter_reduction(record);
        }
        let baseline = record.baseline(&self.analyte);
        let withheld = (fires || known)
            && self
                .withhold
                .is_some_and(|condition| record.latest(&self.analyte).is_some_and(|value| condition.met(&self.analyte, value, baseline)));
        if !withheld {
            return Verdict::Pass;
        }
        let since = *record.withheld_since_min.get_or_insert(now_min);
        let longest_min = self.longest_delay_min.unwrap_or(LONGEST_DELAY_MIN);
        if now_min + self.recheck_min - since > longest_min {
            return Verdict::Stop {
                reason: format!("{} not recovered within {:.1} wk", self.analyte.title(), longest_min / MINUTES_PER_WEEK),
            };
        }
        Verdict::Withhold { recheck_min: self.recheck_min }
    }

    fn enter_reduction(&self, record: &mut PatientRecord) {
        let (to_mbq, factor) = match self.reduce {
            Reduce::No => return,
            Reduce::To(mbq) => (Some(mbq), 1.0),
            Reduce::By(share) => (None, 1.0 - share),
        };
        if !record.reductions.iter().any(|reduction| reduction.gate == self.name) {
            record.reductions.push(Reduction {
                gate: self.name.clone(),
                to_mbq,
                factor,
                until_tolerated: self.re_escalate,
                cycles_since: 0,
            });
        }
    }
}

/// Lifts reductions whose cycle at the reduced activity was tolerated: the gate did not fire since. Call before the gates judge the next cycle.
pub fn lift_tolerated(gates: &[Gate], record: &mut PatientRecord) -> Vec<String> {
    let mut lifted = Vec::new();
    let firing: Vec<String> = gates.iter().filter(|gate| gate.fires(record)).map(|gate| gate.name.clone()).collect();
    record.reductions.retain(|reduction| {
        let keep = !reduction.until_tolerated || reduction.cycles_since == 0 || firing.contains(&reduction.gate);
        if !keep {
            lifted.push(reduction.gate.clone());
        }
        keep
    });
    lifted
}

/// The activity after all reductions in force (MBq).
pub fn reduced_mbq(planned_mbq: f64, record: &PatientRecord) -> f64 {
    record.reductions.iter().fold(planned_mbq, |activity, reduction| match reduction.to_mbq {
        Some(to) => activity.min(to),
        None => activity.min(planned_mbq * reduction.factor),
    })
}
