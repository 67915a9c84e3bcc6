//! The table of unit symbols that the model language and the data files know.
use super::dimension::*;

/// One unit symbol with its dimension and its size in internal units.
#[derive(Clone, Copy, Debug)]
pub struct UnitSymbol {
    /// As it is written, e.g. `mL`.
    pub symbol: &'static str,
    /// What it measures.
    pub dimension: Dimension,
    /// How many internal units one of it is.
    pub in_internal_units: f64,
}

const fn unit(symbol: &'static str, dimension: Dimension, in_internal_units: f64) -> UnitSymbol {
    UnitSymbol { symbol, dimension, in_internal_units }
}

const AREA: Dimension = Dimension { time: 0, length: 2, mass: 0, amount: 0, activity: 0 };
const ENERGY: Dimension = Dimension { time: -2, length: 2, mass: 1, amount: 0, activity: 0 };
/// One gray is 1 m²/s² = 100 dm² · 3600/min².
const GRAY: f64 = 360_000.0;
/// One joule is 1 kg·m²/s².
const JOULE: f64 = 1000.0 * GRAY;
/// The elementary charge, exact in the SI of 2019 (J per eV).
const ELECTRON_VOLT: f64 = 1.602_176_634e-19 * JOULE;

static SYMBOLS: &[UnitSymbol] = &[
    unit("s", TIME, 1.0 / 60.0),
    unit("min", TIME, 1.0),
    unit("h", TIME, 60.0),
    unit("d", TIME, 1440.0),
    unit("wk", TIME, 10_080.0),
    unit("mo", TIME, 43_830.0), // a twelfth of the year below, 30.4375 d
    unit("y", TIME, 525_960.0), // Julian year, 365.25 d
    unit("m", LENGTH, 10.0),
    unit("dm", LENGTH, 1.0),
    unit("cm", LENGTH, 0.1),
    unit("mm", LENGTH, 0.01),
    unit("m2", AREA, 100.0),
    unit("L", VOLUME, 1.0),
    unit("dL", VOLUME, 0.1),
    unit("mL", VOLUME, 1e-3),
    unit("uL", VOLUME, 1e-6),
    unit("µL", VOLUME, 1e-6),
    unit("kg", MASS, 1000.0),
    unit("g", MASS, 1.0),
    unit("mg", MASS, 1e-3),
    unit("ug", MASS, 1e-6),
    unit("µg", MASS, 1e-6),
    unit("ng", MASS, 1e-9),
    unit("mol", AMOUNT, 1e9),
    unit("mmol", AMOUNT, 1e6),
    unit("umol", AMOUNT, 1e3),
    unit("µmol", AMOUNT, 1e3),
    unit("nmol", AMOUNT, 1.0),
    unit("pmol", AMOUNT, 1e-3),
    unit("fmol", AMOUNT, 1e-6),
    unit("uM", CONCENTRATION, 1e3),
    unit("nM", CONCENTRATION, 1.0),
    unit("pM", CONCENTRATION, 1e-3),
    unit("Bq", ACTIVITY, 1e-6),
    unit("kBq", ACTIVITY, 1e-3),
    unit("MBq", ACTIVITY, 1.0),
    unit("GBq", ACTIVITY, 1e3),
    unit("TBq", ACTIVITY, 1e6),
    unit("mCi", ACTIVITY, 37.0),
    unit("Ci", ACTIVITY, 37_000.0),
    unit("Gy", DOSE, GRAY),
    unit("cGy", DOSE, 0.01 * GRAY),
    unit("mGy", DOSE, 1e-3 * GRAY),
    unit("uGy", DOSE, 1e-6 * GRAY),
    unit("µGy", DOSE, 1e-6 * GRAY),
    unit("J", ENERGY, JOULE),
    unit("MeV", ENERGY, 1e6 * ELECTRON_VOLT),
    unit("keV", ENERGY, 1e3 * ELECTRON_VOLT),
    unit("%", DIMENSIONLESS, 0.01),
];

/// All unit symbols.
pub fn symbols() -> &'static [UnitSymbol] {
    SYMBOLS
}

/// The unit written `symbol`, if there is one (case matters: `m` is metre, `M` is none).
pub fn find(symbol: &str) -> Option<&'static UnitSymbol> {
    SYMBOLS.iter().find(|unit| unit.symbol == symbol)
}

/// Whether `name` is a unit symbol, so that nothing in a model may be called so.
pub fn is_unit_symbol(name: &str) -> bool {
    find(name).is_some()
}
