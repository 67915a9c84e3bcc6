//! The twelve families: one to three phases of washout, with or without an uptake phase, with or without a tail of physical decay alone.
//!
//! A(t) = Σⱼ Aⱼ (e^(−μⱼ t) − u e^(−κ t)),  λ_phys ≤ μ₁ < μ₂ < μ₃ < κ
//!
//! u = 1 with uptake (the activity then starts at zero), else 0; with a physical tail μ₁ = λ_phys is not fitted. Names say what is in it, symbols
//! how many parameters it has (f2a, f3b, …), in the manner of the function sets of NUKFIT (Kletting et al., Med Phys 2013; 40: 102504), whose
//! own numbering differs. Effective rates are never below physical decay, so biological rates are never negative.

/// A family of time–activity functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Family {
    /// Phases of washout: 1, 2 or 3.
    pub phases: usize,
    /// Whether the activity rises from zero.
    pub uptake: bool,
    /// Whether the slowest phase is physical decay alone.
    pub physical_tail: bool,
}

const fn family(phases: usize, uptake: bool, physical_tail: bool) -> Family {
    Family { phases, uptake, physical_tail }
}

impl Family {
    /// All families, those with fewer parameters first.
    pub const ALL: [Family; 12] = [
        family(1, false, true),
        family(1, false, false),
        family(1, true, true),
        family(1, true, false),
        family(2, false, true),
        family(2, false, false),
        family(2, true, true),
        family(2, true, false),
        family(3, false, true),
        family(3, false, false),
        family(3, true, true),
        family(3, true, false),
    ];

    /// Name in scenarios and tables.
    pub fn name(self) -> &'static str {
        match (self.phases, self.uptake, self.physical_tail) {
            (1, false, true) => "mono-tail",
            (1, false, false) => "mono",
            (1, true, true) => "mono-tail-uptake",
            (1, true, false) => "mono-uptake",
            (2, false, true) => "bi-tail",
            (2, false, false) => "bi",
            (2, true, true) => "bi-tail-uptake",
            (2, true, false) => "bi-uptake",
            (_, false, true) => "tri-tail",
            (_, false, false) => "tri",
            (_, true, true) => "tri-tail-uptake",
            (_, true, false) => "tri-uptake",
        }
    }

    /// Short name by the number of parameters.
    pub fn symbol(self) -> &'static str {
        match (self.phases, self.uptake, self.physical_tail) {
            (1, false, true) => "f1",
            (1, false, false) => "f2a",
            (1, true, true) => "f2b",
            (1, true, false) => "f3a",
            (2, false, true) => "f3b",
            (2, false, false) => "f4a",
            (2, true, true) => "f4b",
            (2, true, false) => "f5a",
            (_, false, true) => "f5b",
            (_, false, false) => "f6a",
            (_, true, true) => "f6b",
            (_, true, false) => "f7",
        }
    }

    /// What it is, for people.
    pub fn describe(self) -> String {
        let phases = match self.phases {
            1 => "one exponential",
            2 => "two exponentials",
            _ => "three exponentials",
        };
        let tail = match (self.physical_tail, self.phases) {
            (false, _) => "",
            (true, 1) => " of physical decay alone",
            (true, _) => ", the slowest of physical decay alone",
        };
        format!("{phases}{tail}{}", if self.uptake { ", rising from zero" } else { "" })
    }

    /// The family called `name`.
    pub fn named(name: &str) -> Option<Family> {
        Family::ALL.into_iter().find(|family| family.name() == name)
    }

    /// Number of fitted parameters.
    pub fn parameter_count(self) -> usize {
        self.phases + self.rate_count()
    }

    /// Number of fitted rates: those after the amplitudes in the list of parameters.
    pub fn rate_count(self) -> usize {
        self.phases - usize::from(self.physical_tail) + usize::from(self.uptake)
    }

    /// Names of the parameters in their order: amplitudes of the phases from the slowest, then the slowest effective rate, then by how much each faster
    /// phase (and the uptake) is faster than the one before it, which keeps the phases in order.
    pub fn parameter_names(self) -> Vec<(&'static str, &'static str)> {
        const AMPLITUDES: [(&str, &str); 3] = [
            ("A1", "amplitude of the slowest phase, MBq"),
            ("A2", "amplitude of the second phase, MBq"),
            ("A3", "amplitude of the third phase, MBq"),
        ];
        const GAPS: [(&str, &str); 2] =
            [("delta2", "second effective rate above the slowest, 1/h"), ("delta3", "third effective rate above the second, 1/h")];
        let mut names = AMPLITUDES[..self.phases].to_vec();
        if !self.physical_tail {
            names.push(("mu1", "slowest effective rate, 1/h"));
        }
        names.extend(&GAPS[..self.phases - 1]);
        if self.uptake {
            names.push(("delta_uptake", "uptake rate above the fastest washout, 1/h"));
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_count_the_parameters_and_names_are_unique() {
        for (position, family) in Family::ALL.into_iter().enumerate() {
            let digit = family.symbol().as_bytes()[1] - b'0';
            assert_eq!(usize::from(digit), family.parameter_count(), "{}", family.name());
            assert_eq!(family.parameter_names().len(), family.parameter_count());
            assert_eq!(Family::ALL.iter().position(|other| other.name() == family.name()), Some(position));
            assert_eq!(Family::ALL.iter().position(|other| other.symbol() == family.symbol()), Some(position));
            assert_eq!(Family::named(family.name()), Some(family));
        }
        assert_eq!(Family::named("quadri"), None);
    }
}
