//! From what a table gives (counts, %IA, a concentration) to the activity or concentration that a model predicts.
//!
//! Every step but the background is a factor, so a standard deviation takes the same factors:
//! A = (value − background) · 1/calibration · injected · 1/RC · V · blood-to-plasma · e^(−λ (t − t_ref)).
//!
//! * Counts to activity: rate / calibration; the standard deviation of N counts in the time T is √N/T as a rate (Poisson).
//! * Recovery: the measured activity is RC times the true one (partial-volume effect; EANM guidance on uncertainty, Gear et al. 2018).
//! * Blood: a ligand that stays in plasma has C_plasma = C_blood / (1 − hematocrit).
//! * Decay: activities that were corrected to t_ref are taken back to the time of measurement ([`crate::data::DecayReference`]).

use crate::data::decay::DecayReference;

/// A number that the mapping states for all rows, or a column that gives it for each.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// The same for all rows.
    Constant(f64),
    /// Read from a column.
    Column {
        /// Name of the column.
        name: String,
        /// Factor from the unit of the column.
        scale: f64,
    },
}

impl Datum {
    /// The column it needs, if any.
    pub fn column(&self) -> Option<&str> {
        match self {
            Datum::Constant(_) => None,
            Datum::Column { name, .. } => Some(name),
        }
    }

    /// The value for a row whose cells `cell` gives; `None` where the cell is missing.
    pub fn of(&self, cell: &dyn Fn(&str) -> Option<f64>) -> Option<f64> {
        match self {
            Datum::Constant(value) => Some(*value),
            Datum::Column { name, scale } => cell(name).map(|value| value * scale),
        }
    }

    /// `0.85` or "column `rc`".
    pub fn words(&self) -> String {
        match self {
            Datum::Constant(value) => format!("{value}"),
            Datum::Column { name, .. } => format!("column `{name}`"),
        }
    }
}

/// One step of a conversion. Data are in internal units (min, MBq, L).
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Counts over the time they were counted in (min).
    CountingTime(Datum),
    /// A counting rate over the calibration factor.
    Calibration(Datum),
    /// A share of the injected activity (MBq).
    Injected(Datum),
    /// Over the recovery coefficient.
    Recovery(Datum),
    /// A concentration times the volume of the region (L).
    Volume(Datum),
    /// Whole blood to plasma, by the hematocrit.
    ToPlasma(Datum),
    /// Plasma to whole blood, by the hematocrit.
    ToWholeBlood(Datum),
    /// From the reference time back to the time of measurement.
    Decay(DecayReference),
}

impl Step {
    /// The number it needs.
    pub fn datum(&self) -> Option<&Datum> {
        match self {
            Step::CountingTime(d) | Step::Calibration(d) | Step::Injected(d) | Step::Recovery(d) | Step::Volume(d) => Some(d),
            Step::ToPlasma(d) | Step::ToWholeBlood(d) => Some(d),
            Step::Decay(_) => None,
        }
    }

    /// What the number is called.
    pub fn name(&self) -> &'static str {
        match self {
            Step::CountingTime(_) => "counting time",
            Step::Calibration(_) => "calibration factor",
            Step::Injected(_) => "injected activity",
            Step::Recovery(_) => "recovery coefficient",
            Step::Volume(_) => "volume",
            Step::ToPlasma(_) | Step::ToWholeBlood(_) => "hematocrit",
            Step::Decay(_) => "reference time",
        }
    }

    /// Why `value` cannot be the step's number, if it cannot.
    pub fn refuses(&self, value: f64) -> Option<String> {
        let name = self.name();
        match self {
            // above 1 by a little: edges that overshoot (Gibbs); far above: a percentage
            Step::Recovery(_) if !(value > 0.0 && value <= 1.5) => {
                Some(format!("the {name} is {value}, expected a number above 0 and not far above 1"))
            }
            Step::ToPlasma(_) | Step::ToWholeBlood(_) if !(value > 0.0 && value < 1.0) => {
                Some(format!("the {name} is {value}, expected a number between 0 and 1"))
            }
            _ if value > 0.0 && value.is_finite() => None,
            _ => Some(format!("the {name} is {value}, expected a positive number")),
        }
    }

    fn factor(&self, number: f64, time_h: f64) -> f64 {
        match self {
            Step::CountingTime(_) | Step::Calibration(_) | Step::Recovery(_) => 1.0 / number,
            Step::Injected(_) | Step::Volume(_) => number,
            Step::ToPlasma(_) => 1.0 / (1.0 - number),
            Step::ToWholeBlood(_) => 1.0 - number,
            Step::Decay(reference) => reference.present(1.0, time_h),
        }
    }

    /// What is done, for people.
    pub fn words(&self) -> String {
        match self {
            Step::CountingTime(d) => format!("counts over the counting time ({})", in_unit(d, 1.0 / 60.0, "s")),
            Step::Calibration(_) => "counting rate over the calibration factor".to_string(),
            Step::Injected(d) => format!("times the injected activity ({})", in_unit(d, 1.0, "MBq")),
            Step::Recovery(d) => format!("divided by the recovery coefficient ({})", d.words()),
            Step::Volume(d) => format!("times the volume ({})", in_unit(d, 1e-3, "mL")),
            Step::ToPlasma(d) => format!("whole blood to plasma, over 1 − hematocrit ({})", d.words()),
            Step::ToWholeBlood(d) => format!("plasma to whole blood, times 1 − hematocrit ({})", d.words()),
            Step::Decay(_) => "taken back from the reference time to the time of measurement".to_string(),
        }
    }
}

fn in_unit(datum: &Datum, size: f64, unit: &str) -> String {
    match datum {
        Datum::Constant(value) => format!("{} {unit}", value / size),
        Datum::Column { .. } => datum.words(),
    }
}

/// A number of the row that a conversion cannot use: column and message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversionFault {
    /// The column, where the number is from one.
    pub column: Option<String>,
    /// What is wrong.
    pub message: String,
}

/// All steps of one channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversion {
    /// Subtracted first, in the unit of the values.
    pub background: Option<Datum>,
    /// Internal units in the unit of the values, where the steps change what is measured; else 1, and numbers stay as written.
    pub input_scale: f64,
    /// Internal units in the unit of the result, or 1 likewise.
    pub output_scale: f64,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

impl Default for Conversion {
    fn default() -> Self {
        Conversion { background: None, input_scale: 1.0, output_scale: 1.0, steps: Vec::new() }
    }
}

/// A conversion with the numbers of one row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowConversion {
    background: f64,
    factor: f64,
}

impl RowConversion {
    /// The converted value.
    pub fn value(self, raw: f64) -> f64 {
        (raw - self.background) * self.factor
    }

    /// A converted standard deviation or limit: the background shifts neither.
    pub fn width(self, raw: f64) -> f64 {
        raw * self.factor
    }
}

impl Conversion {
    /// Columns that it reads, each with what it is for.
    pub fn columns(&self) -> Vec<(String, String)> {
        let background = self.background.iter().filter_map(|datum| Some((datum.column()?.to_string(), "background".to_string())));
        let steps = self.steps.iter().filter_map(|step| Some((step.datum()?.column()?.to_string(), step.name().to_string())));
        background.chain(steps).collect()
    }

    /// The numbers of a row put in.
    ///
    /// # Errors
    /// Every number that is missing or cannot be.
    pub fn of_row(&self, cell: &dyn Fn(&str) -> Option<f64>, time_h: f64) -> Result<RowConversion, Vec<ConversionFault>> {
        let mut faults = Vec::new();
        let mut fault =
            |datum: &Datum, message: String| faults.push(ConversionFault { column: datum.column().map(str::to_string), message });
        let mut background = 0.0;
        if let Some(datum) = &self.background {
            match datum.of(cell) {
                Some(value) => background = value,
                None => fault(datum, "the background is missing".into()),
            }
        }
        let mut factor = self.input_scale;
        for step in &self.steps {
            let Some(datum) = step.datum() else {
                factor *= step.factor(0.0, time_h);
                continue;
            };
            match datum.of(cell).map(|value| (value, step.refuses(value))) {
                Some((value, None)) => factor *= step.factor(value, time_h),
                Some((_, Some(message))) => fault(datum, message),
                None => fault(datum, format!("the {} is missing", step.name())),
            }
        }
        if faults.is_empty() { Ok(RowConversion { background, factor: factor / self.output_scale }) } else { Err(faults) }
    }
}

/// Standard deviation of a counting rate `rate_per_min` counted for `time_min`: √(rate · time) / time.
pub fn poisson_deviation(rate_per_min: f64, time_min: f64) -> f64 {
    crate::math::sqrt(rate_per_min.max(0.0) / time_min)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing(_: &str) -> Option<f64> {
        None
    }

    #[test]
    fn a_concentration_becomes_the_activity_of_the_region() {
        // by hand: (50 − 2) kBq/mL / 0.8 · 150 mL = 9000 kBq = 9 MBq; the deviation 4 kBq/mL gives 0.75 MBq. 1 kBq/mL = 1 MBq/L.
        let conversion = Conversion {
            background: Some(Datum::Constant(2.0)),
            steps: vec![Step::Recovery(Datum::Constant(0.8)), Step::Volume(Datum::Column { name: "v".into(), scale: 1e-3 })],
            ..Conversion::default()
        };
        let row = conversion.of_row(&|name| (name == "v").then_some(150.0), 0.0).expect("all numbers are there");
        assert!((row.value(50.0) - 9.0).abs() < 1e-12);
        assert!((row.width(4.0) - 0.75).abs() < 1e-12);
        assert_eq!(conversion.columns(), [("v".to_string(), "volume".to_string())]);
    }

    #[test]
    fn decay_goes_back_to_the_time_of_measurement() {
        // two half-lives: a quarter
        let decay = DecayReference::new(10.0, 4.0).expect("a half-life");
        let conversion = Conversion { steps: vec![Step::Decay(decay)], ..Conversion::default() };
        assert!((conversion.of_row(&nothing, 24.0).expect("no number is needed").value(8.0) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn blood_and_plasma_are_one_over_the_other() {
        // hematocrit 0.4: plasma holds all of the activity in 60 % of the volume
        let of = |step| Conversion { steps: vec![step], ..Conversion::default() }.of_row(&nothing, 0.0).expect("a hematocrit").value(6.0);
        assert!((of(Step::ToPlasma(Datum::Constant(0.4))) - 10.0).abs() < 1e-12);
        assert!((of(Step::ToWholeBlood(Datum::Constant(0.4))) - 3.6).abs() < 1e-12);
    }

    #[test]
    fn counts_have_the_deviation_of_poisson() {
        // 10 000 counts in 100 s: √10000 = 100 counts, 1 count/s = 60/min
        assert!((poisson_deviation(6000.0, 100.0 / 60.0) - 60.0).abs() < 1e-10);
    }

    #[test]
    fn impossible_numbers_are_all_named() {
        let conversion = Conversion {
            background: Some(Datum::Column { name: "bg".into(), scale: 1.0 }),
            steps: vec![
                Step::Recovery(Datum::Constant(85.0)),
                Step::Volume(Datum::Column { name: "v".into(), scale: 1.0 }),
                Step::ToPlasma(Datum::Constant(42.0)),
                Step::Injected(Datum::Constant(0.0)),
            ],
            ..Conversion::default()
        };
        let faults = conversion.of_row(&nothing, 0.0).expect_err("nothing fits");
        let messages: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "the background is missing",
                "the recovery coefficient is 85, expected a number above 0 and not far above 1",
                "the volume is missing",
                "the hematocrit is 42, expected a number between 0 and 1",
                "the injected activity is 0, expected a positive number",
            ]
        );
        assert_eq!(faults[2].column.as_deref(), Some("v"));
    }
}
