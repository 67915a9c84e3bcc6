//! A physical dimension as integer exponents of the five internal base units.
use std::fmt;

/// Exponents of time (min), length (dm), mass (g), amount of substance (nmol) and activity (MBq).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Dimension {
    /// Exponent of time.
    pub time: i8,
    /// Exponent of length.
    pub length: i8,
    /// Exponent of mass.
    pub mass: i8,
    /// Exponent of amount of substance.
    pub amount: i8,
    /// Exponent of activity.
    pub activity: i8,
}

const fn dimension(time: i8, length: i8, mass: i8, amount: i8, activity: i8) -> Dimension {
    Dimension { time, length, mass, amount, activity }
}

/// A pure number.
pub const DIMENSIONLESS: Dimension = dimension(0, 0, 0, 0, 0);
/// Time.
pub const TIME: Dimension = dimension(1, 0, 0, 0, 0);
/// Length.
pub const LENGTH: Dimension = dimension(0, 1, 0, 0, 0);
/// Mass.
pub const MASS: Dimension = dimension(0, 0, 1, 0, 0);
/// Amount of substance.
pub const AMOUNT: Dimension = dimension(0, 0, 0, 1, 0);
/// Activity.
pub const ACTIVITY: Dimension = dimension(0, 0, 0, 0, 1);
/// Volume.
pub const VOLUME: Dimension = dimension(0, 3, 0, 0, 0);
/// Volume per time.
pub const VOLUME_FLOW: Dimension = dimension(-1, 3, 0, 0, 0);
/// A rate constant.
pub const RATE: Dimension = dimension(-1, 0, 0, 0, 0);
/// Amount of substance per volume.
pub const CONCENTRATION: Dimension = dimension(0, -3, 0, 1, 0);
/// Absorbed dose (energy per mass).
pub const DOSE: Dimension = dimension(-2, 2, 0, 0, 0);

impl Dimension {
    fn zip(self, other: Self, combine: impl Fn(i8, i8) -> i8) -> Self {
        dimension(
            combine(self.time, other.time),
            combine(self.length, other.length),
            combine(self.mass, other.mass),
            combine(self.amount, other.amount),
            combine(self.activity, other.activity),
        )
    }

    /// Dimension of a product.
    pub fn times(self, other: Self) -> Self {
        self.zip(other, i8::saturating_add)
    }

    /// Dimension of a quotient.
    pub fn over(self, other: Self) -> Self {
        self.zip(other, i8::saturating_sub)
    }

    /// Dimension of an integer power (saturates at the limits of `i8`, far beyond anything physical).
    pub fn power(self, exponent: i32) -> Self {
        let raise = |e: i8| (i32::from(e).saturating_mul(exponent)).clamp(-127, 127) as i8;
        dimension(raise(self.time), raise(self.length), raise(self.mass), raise(self.amount), raise(self.activity))
    }

    /// Dimension of the square root, if every exponent is even.
    pub fn square_root(self) -> Option<Self> {
        let exponents = [self.time, self.length, self.mass, self.amount, self.activity];
        exponents
            .iter()
            .all(|e| e % 2 == 0)
            .then(|| dimension(self.time / 2, self.length / 2, self.mass / 2, self.amount / 2, self.activity / 2))
    }

    /// Whether this is a pure number.
    pub fn is_dimensionless(self) -> bool {
        self == DIMENSIONLESS
    }

    /// The everyday name, where there is one: "volume", "amount per time".
    pub fn name(self) -> Option<&'static str> {
        const NAMES: &[(Dimension, &str)] = &[
            (DIMENSIONLESS, "a pure number"),
            (TIME, "time"),
            (LENGTH, "length"),
            (dimension(0, 2, 0, 0, 0), "area"),
            (VOLUME, "volume"),
            (MASS, "mass"),
            (AMOUNT, "amount of substance"),
            (ACTIVITY, "activity"),
            (RATE, "per time"),
            (VOLUME_FLOW, "volume per time"),
            (CONCENTRATION, "concentration"),
            (DOSE, "absorbed dose"),
            (dimension(-3, 2, 0, 0, 0), "absorbed dose per time"),
            (dimension(-1, 0, 0, 1, 0), "amount per time"),
            (dimension(-1, 0, 1, 0, 0), "mass per time"),
            (dimension(-1, 0, 0, 0, 1), "activity per time"),
            (dimension(0, -3, 1, 0, 0), "mass per volume"),
            (dimension(0, -3, 0, 0, 1), "activity per volume"),
            (dimension(-1, 3, 0, -1, 0), "volume per amount and time (an association rate)"),
            (dimension(-1, 3, -1, 0, 0), "volume flow per mass"),
            (dimension(0, 0, 0, -1, 1), "activity per amount"),
            (dimension(1, 0, 0, 0, 1), "time-integrated activity"),
        ];
        NAMES.iter().find(|(d, _)| *d == self).map(|(_, name)| *name)
    }

    /// The internal unit of this dimension as text, e.g. `L/nmol/min`; empty for a pure number.
    pub fn internal_unit(self) -> String {
        let mut above = Vec::new();
        let mut below = Vec::new();
        let mut put = |symbol: &str, exponent: i8| {
            let shown = |e: i8| if e == 1 { symbol.to_string() } else { format!("{symbol}^{e}") };
            match exponent {
                0 => {}
                e if e > 0 => above.push(shown(e)),
                e => below.push(shown(e.saturating_neg())),
            }
        };
        put("nmol", self.amount);
        put("MBq", self.activity);
        put("g", self.mass);
        // litres where the power of length is a multiple of three, decimetres otherwise
        if self.length % 3 == 0 {
            put("L", self.length / 3);
        } else {
            put("dm", self.length);
        }
        put("min", self.time);
        let head = if above.is_empty() { "1".to_string() } else { above.join("·") };
        match (above.is_empty(), below.is_empty()) {
            (true, true) => String::new(),
            (_, true) => head,
            _ => format!("{head}/{}", below.join("/")),
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = self.internal_unit();
        match (self.name(), unit.is_empty()) {
            (Some(name), true) => write!(f, "{name}"),
            (Some(name), false) => write!(f, "{name} ({unit})"),
            (None, _) => write!(f, "{unit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_times_a_concentration_is_an_amount_per_time() {
        let rate = VOLUME_FLOW.times(CONCENTRATION);
        assert_eq!(rate, AMOUNT.over(TIME));
        assert_eq!(rate.to_string(), "amount per time (nmol/min)");
    }

    #[test]
    fn roots_and_powers() {
        assert_eq!(LENGTH.power(3), VOLUME);
        assert_eq!(LENGTH.power(2).square_root(), Some(LENGTH));
        assert_eq!(VOLUME.square_root(), None);
        assert_eq!(CONCENTRATION.internal_unit(), "nmol/L");
        assert_eq!(LENGTH.power(2).internal_unit(), "dm^2");
    }
}
