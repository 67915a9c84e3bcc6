//! The data checker: what is in a table and can hardly be true, each with file and line.
//!
//! A finding is an error only where no honest fit is possible (activities far above what was injected); otherwise it is a warning, for the data may be right
//! and only unusual, and the person who knows the patient decides. What the reading itself refuses (no number, a negative time, two values at one time, a
//! standard deviation that is not positive) never comes here. All thresholds are assumed; they stand beside the checks.

mod activity;
mod deviations;
mod jumps;
mod sampling;

use std::fmt;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measure {
    /// Activity in a region; holds the MBq in one unit of the value.
    Activity {
        /// MBq in one unit.
        mbq_in_unit: f64,
    },
    /// Activity per volume.
    Concentration,
    /// Anything else.
    Other,
}

/// One value of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Line in the file.
    pub line: u64,
    /// Time (h) on the clock of the administrations.
    pub time_h: f64,
    /// Value as measured, in the unit of the series; the limit, where it is below one.
    pub value: f64,
    /// Standard deviation in the same unit.
    pub sd: Option<f64>,
    /// Whether only an upper limit is known.
    pub below_limit: bool,
    /// Whether it is left out of the fit.
    pub excluded: bool,
}

/// A dose as the checker sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Injection {
    /// Start (h).
    pub start_h: f64,
    /// Activity (MBq), where the dose is one.
    pub activity_mbq: Option<f64>,
}

/// The values of one channel, subject and occasion, by time.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// File.
    pub file: String,
    /// Channel.
    pub channel: String,
    /// Subject.
    pub subject: Option<String>,
    /// Occasion.
    pub occasion: Option<String>,
    /// What the values are.
    pub measure: Measure,
    /// Unit of the values.
    pub unit: String,
    /// Whether the region is the whole body, which holds the others.
    pub whole_body: bool,
    /// Whether urine stands in the region early on: a kidney with its pelvis, the bladder.
    pub urine: bool,
    /// Whether the table has a column of standard deviations for it.
    pub has_sd: bool,
    /// Doses of this subject and occasion.
    pub injections: Vec<Injection>,
    /// The values.
    pub samples: Vec<Sample>,
}

impl Series {
    /// Values that the fit uses.
    fn used(&self) -> impl Iterator<Item = &Sample> {
        self.samples.iter().filter(|sample| !sample.excluded)
    }

    /// Values that the fit uses and that are more than an upper limit.
    fn measured(&self) -> impl Iterator<Item = &Sample> {
        self.used().filter(|sample| !sample.below_limit)
    }

    /// "`liver` of subject 3, occasion 2".
    fn words(&self) -> String {
        format!("`{}`{}", self.channel, person(&self.subject, &self.occasion))
    }

    fn finding(&self, severity: Severity, line: Option<u64>, message: String) -> Finding {
        Finding { severity, file: self.file.clone(), line, message }
    }
}

fn person(subject: &Option<String>, occasion: &Option<String>) -> String {
    let mut words = String::new();
    if let Some(subject) = subject {
        words.push_str(&format!(" of subject {subject}"));
    }
    if let Some(occasion) = occasion {
        words.push_str(&format!(", occasion {occasion}"));
    }
    words
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// No honest fit is possible.
    Error,
    /// Look at it.
    Warning,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// File.
    pub file: String,
    /// Line, where there is one.
    pub line: Option<u64>,
    /// What was found and what it may mean.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

/// All findings, series by series. `half_life_h` is that of the model's nuclide.
pub fn check(series: &[Series], half_life_h: Option<f64>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for one in series {
        activity::negative(one, &mut findings);
        activity::rising_whole_body(one, half_life_h, &mut findings);
        jumps::unit_jump(one, &mut findings);
        sampling::early_urine(one, &mut findings);
        sampling::too_few(one, &mut findings);
        deviations::deviations(one, &mut findings);
    }
    activity::above_injected(series, half_life_h, &mut findings);
    findings
}

/// A number for a sentence: four digits that count.
fn short(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let digits = 3 - crate::math::floor(crate::math::log10(value.abs())) as i32;
    if (0..=9).contains(&digits) {
        let text = format!("{value:.*}", digits as usize);
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
    } else if (-6..0).contains(&digits) {
        format!("{value:.0}")
    } else {
        format!("{value:.3e}")
    }
}

#[cfg(test)]
mod tests;
