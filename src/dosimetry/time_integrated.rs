//! Time-integrated activity Ã = ∫ A dt of one region from its measured activities, in three shares.
//!
//! Before the first scan an assumption, between scans a trapezoid, after the last scan an extrapolation: each is chosen by name and
//! each share is reported, because the two outer ones are not measured. Activities are as measured, not decay corrected;
//! injection is at t = 0. (MIRD Pamphlet 16 lists these choices.)

use std::fmt;

/// How the area between injection and the first scan is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeforeFirst {
    /// The first measured activity holds from injection on.
    Constant,
    /// The activity rises in a straight line from zero.
    LinearFromZero,
    /// The first measured activity, back along physical decay: uptake at once, no clearance before the first scan.
    PhysicalDecay,
}

/// How two neighbouring scans are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Between {
    /// Straight lines.
    Linear,
    /// Exponential where the activity falls and both values are positive, straight otherwise.
    LogWhereFalling,
}

/// What follows the last scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// Physical decay alone, A_last/λ: no biological clearance, an upper bound where nothing arrives any more.
    PhysicalDecay,
    /// The log-linear slope through this many last scans (2 or more), from the last measured activity on.
    TerminalSlope {
        /// How many scans the slope is taken from.
        points: usize,
    },
}

/// The three choices together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntegrationChoices {
    /// Injection to first scan.
    pub before_first: BeforeFirst,
    /// First to last scan.
    pub between: Between,
    /// Last scan to infinity.
    pub tail: Tail,
}

/// A time-integrated activity in its three shares, MBq h.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeIntegratedActivity {
    /// Injection to first scan, MBq h.
    pub before_first_mbq_h: f64,
    /// First to last scan, MBq h.
    pub between_mbq_h: f64,
    /// Last scan to infinity, MBq h.
    pub after_last_mbq_h: f64,
    /// Decay constant used for the tail, 1/h.
    pub tail_decay_per_h: f64,
    /// Sentences a report prints beside the value.
    pub notes: Vec<String>,
}

/// Why no time-integrated activity could be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TimeIntegrationError {
    /// Nothing to integrate.
    #[error("a time-integrated activity needs at least one measurement, found none")]
    NoPoints,
    /// The two columns differ in length.
    #[error("{times} times but {activities} activities: they must pair up")]
    UnequalLengths {
        /// Number of times.
        times: usize,
        /// Number of activities.
        activities: usize,
    },
    /// A time is negative or not a number.
    #[error("measurement {number}: the time must be finite and zero (injection) or later, found {time_h} h")]
    BadTime {
        /// Which measurement, from 1.
        number: usize,
        /// The time found, h.
        time_h: f64,
    },
    /// A time is not after the one before.
    #[error("measurement {number} at {time_h} h does not come after the one at {earlier_h} h: sort the times and keep one value per time")]
    TimesNotRising {
        /// Which measurement, from 1.
        number: usize,
        /// Its time, h.
        time_h: f64,
        /// The time before it, h.
        earlier_h: f64,
    },
    /// An activity is negative or not a number.
    #[error("measurement {number} at {time_h} h: the activity must be finite and not negative, found {activity_mbq} MBq")]
    BadActivity {
        /// Which measurement, from 1.
        number: usize,
        /// Its time, h.
        time_h: f64,
        /// The activity found, MBq.
        activity_mbq: f64,
    },
    /// The decay constant is not one.
    #[error("the physical decay constant must be finite and above zero, found {decay_constant_per_h} /h")]
    BadDecayConstant {
        /// The value found, 1/h.
        decay_constant_per_h: f64,
    },
    /// The area overflows, as back-extrapolation over very many half-lives does.
    #[error(
        "the time-integrated activity is not a finite number ({choices}): the first scan is too many half-lives after injection, or values are too large"
    )]
    NotFinite {
        /// The choices made.
        choices: IntegrationChoices,
    },
    /// The terminal slope cannot be taken.
    #[error(
        "a terminal slope through {points} points needs 2 or more points and that many measurements with activity above zero; there are {usable} at the end"
    )]
    NoTerminalSlope {
        /// Points asked for.
        points: usize,
        /// Consecutive positive measurements at the end.
        usable: usize,
    },
}

impl TimeIntegratedActivity {
    /// The whole, MBq h.
    pub fn total_mbq_h(&self) -> f64 {
        self.before_first_mbq_h + self.between_mbq_h + self.after_last_mbq_h
    }

    /// Share of the whole that lies before the first scan, 0 to 1; 0 where the whole is zero.
    pub fn share_before_first(&self) -> f64 {
        self.share(self.before_first_mbq_h)
    }

    /// Share of the whole between scans, 0 to 1.
    pub fn share_between(&self) -> f64 {
        self.share(self.between_mbq_h)
    }

    /// Share of the whole after the last scan, 0 to 1.
    pub fn share_after_last(&self) -> f64 {
        self.share(self.after_last_mbq_h)
    }

    fn share(&self, part_mbq_h: f64) -> f64 {
        let total_mbq_h = self.total_mbq_h();
        if total_mbq_h == 0.0 { 0.0 } else { part_mbq_h / total_mbq_h }
    }

    /// Time-integrated activity coefficient, h: Ã per administered activity.
    pub fn coefficient_h(&self, administered_mbq: f64) -> f64 {
        self.total_mbq_h() / administered_mbq
    }
}

impl fmt::Display for IntegrationChoices {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before = match self.before_first {
            BeforeFirst::Constant => "constant before the first scan",
            BeforeFirst::LinearFromZero => "linear from zero to the first scan",
            BeforeFirst::PhysicalDecay => "physical decay before the first scan",
        };
        let between = match self.between {
            Between::Linear => "linear trapezoid",
            Between::LogWhereFalling => "log trapezoid where falling",
        };
        write!(out, "{before}; {between}; ")?;
        match self.tail {
            Tail::PhysicalDecay => write!(out, "physical decay after the last scan"),
            Tail::TerminalSlope { points } => {
                write!(out, "slope of the last {points} scans after the last")
            }
        }
    }
}

/// Ã of a region from activities measured at `times_h` after injection (h, rising) in MBq, not decay corrected.
pub fn integrate(
    times_h: &[f64],
    activities_mbq: &[f64],
    decay_constant_per_h: f64,
    choices: IntegrationChoices,
) -> Result<TimeIntegratedActivity, TimeIntegrationError> {
    check(times_h, activities_mbq, decay_constant_per_h)?;
    let (Some(&first_h), Some(&first_mbq), Some(&last_mbq)) = (times_h.first(), activities_mbq.first(), activities_mbq.last()) else {
        return Err(TimeIntegrationError::NoPoints);
    };
    let mut notes = Vec::new();
    let before_first_mbq_h = match choices.before_first {
        BeforeFirst::Constant => first_mbq * first_h,
        BeforeFirst::LinearFromZero => 0.5 * first_mbq * first_h,
        BeforeFirst::PhysicalDecay => first_mbq * crate::math::expm1(decay_constant_per_h * first_h) / decay_constant_per_h,
    };
    let intervals = times_h.windows(2).zip(activities_mbq.windows(2));
    let between_mbq_h =
        intervals.map(|(times, activities)| trapezoid(times[1] - times[0], activities[0], activities[1], choices.between)).sum();
    let tail_decay_per_h = match choices.tail {
        Tail::PhysicalDecay => decay_constant_per_h,
        Tail::TerminalSlope { points } => {
            let slope_per_h = terminal_decay_per_h(times_h, activities_mbq, points)?;
            if slope_per_h < decay_constant_per_h {
                notes.push(format!(
                    "the last {points} scans fall with {slope_per_h:.3e} /h, slower than physical decay ({decay_constant_per_h:.3e} /h): physical decay was used after the last scan"
                ));
            }
            slope_per_h.max(decay_constant_per_h)
        }
    };
    let result = TimeIntegratedActivity {
        before_first_mbq_h,
        between_mbq_h,
        after_last_mbq_h: last_mbq / tail_decay_per_h,
        tail_decay_per_h,
        notes,
    };
    if !result.total_mbq_h().is_finite() {
        return Err(TimeIntegrationError::NotFinite { choices });
    }
    Ok(with_share_notes(result))
}

/// Adds the warnings that a reader of the number needs: how much of it was not measured.
fn with_share_notes(mut result: TimeIntegratedActivity) -> TimeIntegratedActivity {
    for (share, place) in [(result.share_before_first(), "before the first scan"), (result.share_after_last(), "after the last scan")] {
        if share > 0.25 {
            result.notes.push(format!("{:.0} % of the time-integrated activity lies {place} and was not measured", share * 100.0));
        }
    }
    result
}

fn trapezoid(width_h: f64, left_mbq: f64, right_mbq: f64, rule: Between) -> f64 {
    let falls = right_mbq > 0.0 && right_mbq < left_mbq;
    if rule == Between::LogWhereFalling && falls {
        // (left − right)/ln(left/right), with log1p so that nearly equal values keep their digits.
        let relative_drop = (left_mbq - right_mbq) / right_mbq;
        width_h * right_mbq * relative_drop / crate::math::log1p(relative_drop)
    } else {
        0.5 * width_h * (left_mbq + right_mbq)
    }
}

/// Minus the slope of ln A over t through the last `points` measurements, 1/h; negative where the activity rises.
fn terminal_decay_per_h(times_h: &[f64], activities_mbq: &[f64], points: usize) -> Result<f64, TimeIntegrationError> {
    let usable = activities_mbq.iter().rev().take_while(|&&activity_mbq| activity_mbq > 0.0).count();
    if points < 2 || usable < points {
        return Err(TimeIntegrationError::NoTerminalSlope { points, usable });
    }
    let from = times_h.len() - points;
    let logarithms: Vec<f64> = activities_mbq[from..].iter().map(|&activity_mbq| crate::math::log(activity_mbq)).collect();
    let count = points as f64;
    let mean_h = times_h[from..].iter().sum::<f64>() / count;
    let mean_log = logarithms.iter().sum::<f64>() / count;
    let (mut products, mut squares) = (0.0, 0.0);
    for (time_h, logarithm) in times_h[from..].iter().zip(&logarithms) {
        products += (time_h - mean_h) * (logarithm - mean_log);
        squares += (time_h - mean_h) * (time_h - mean_h);
    }
    Ok(-products / squares)
}

fn check(times_h: &[f64], activities_mbq: &[f64], decay_constant_per_h: f64) -> Result<(), TimeIntegrationError> {
    if times_h.len() != activities_mbq.len() {
        return Err(TimeIntegrationError::UnequalLengths { times: times_h.len(), activities: activities_mbq.len() });
    }
    if !(decay_constant_per_h.is_finite() && decay_constant_per_h > 0.0) {
        return Err(TimeIntegrationError::BadDecayConstant { decay_constant_per_h });
    }
    let mut earlier_h = None;
    for (index, (&time_h, &activity_mbq)) in times_h.iter().zip(activities_mbq).enumerate() {
        let number = index + 1;
        if !time_h.is_finite() || time_h < 0.0 {
            return Err(TimeIntegrationError::BadTime { number, time_h });
        }
        if let Some(earlier_h) = earlier_h.filter(|&earlier_h| time_h <= earlier_h) {
            return Err(TimeIntegrationError::TimesNotRising { number, time_h, earlier_h });
        }
        if !activity_mbq.is_finite() || activity_mbq < 0.0 {
            return Err(TimeIntegrationError::BadActivity { number, time_h, activity_mbq });
        }
        earlier_h = Some(time_h);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
