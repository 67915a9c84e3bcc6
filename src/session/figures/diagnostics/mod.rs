//! The figures of a fit: how well it describes the data, how sure its estimates are, and what that means for the absorbed dose.
//!
//! Pure functions from the plain data below to [`Figure`]s, one file a figure. Every figure takes [`About`]: whose fit it is and what to say
//! under it. Figures of many panels come as several pages of at most twelve.

mod budget;
mod convergence;
mod correlation;
mod distribution;
mod individual;
mod marks;
mod model_weights;
mod observed;
mod pages;
mod prior_posterior;
mod profiles;
mod residuals;
#[cfg(test)]
mod tests;

pub use budget::uncertainty_budget;
pub use convergence::convergence;
pub use correlation::correlation_matrix;
pub use distribution::distribution;
pub use individual::individual_fits;
pub use model_weights::model_weights;
pub use observed::observed_and_predicted;
pub use prior_posterior::prior_and_posterior;
pub use profiles::profiles;
pub use residuals::weighted_residuals;

#[cfg(doc)]
use crate::report::Figure;

/// Whose fit it is, and what to say under every figure of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct About {
    /// Patient, data set and model in a few words, for the titles: "P2, kidneys and tumour".
    pub subject: String,
    /// Caption lines: error model, sources, assumptions.
    pub caption: Vec<String>,
}

/// What the fit made of a data point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PointStatus {
    /// Fitted.
    #[default]
    Used,
    /// Kept in the table but not fitted; drawn hollow and grey.
    Excluded,
    /// Known only to lie below the limit of quantification, which [`FittedPoint::measured`] then holds; drawn as an arrow down from it.
    BelowLimit,
}

/// One data point and what the fit says there.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FittedPoint {
    /// Time after administration, h.
    pub time_h: f64,
    /// Measured value (or the limit of quantification), in the unit of its panel.
    pub measured: f64,
    /// Standard deviation of the measured value, in the same unit; drawn as error bar.
    pub standard_deviation: Option<f64>,
    /// Predicted value, in the same unit.
    pub predicted: f64,
    /// (measured − predicted) / standard deviation of the error model, a pure number; not drawn for points below the limit.
    pub weighted_residual: f64,
    /// What the fit made of it.
    pub status: PointStatus,
}

/// The fitted curve of a panel at many times.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FittedCurve {
    /// Times after administration, h, ascending.
    pub times_h: Vec<f64>,
    /// Predicted values, as many, in the unit of the panel.
    pub values: Vec<f64>,
    /// Lower and upper ends of the 95 % confidence band, as many each, in the unit of the panel.
    pub band: Option<(Vec<f64>, Vec<f64>)>,
}

/// The data and the fit of one channel of one subject: one panel of [`individual_fits`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FittedPanel {
    /// Heading of the panel: "Subject 3", "Kidneys".
    pub title: String,
    /// Channel the points belong to; one colour a channel where channels share a plot.
    pub channel: String,
    /// The quantity measured: "Activity", "Concentration in plasma".
    pub quantity: String,
    /// Its unit as printed: "MBq".
    pub unit: String,
    /// Data points, any order.
    pub points: Vec<FittedPoint>,
    /// The curve through them.
    pub curve: FittedCurve,
}

/// Estimates by name and the matrix of their correlations, row by row; NaN where a parameter was not estimable.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Correlations {
    /// Names of the parameters.
    pub parameters: Vec<String>,
    /// Correlation coefficients from −1 to 1, a square matrix in the order of the names.
    pub matrix: Vec<Vec<f64>>,
}

/// Where a profile-likelihood interval ends on one side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ProfileEnd {
    /// The profile crosses the threshold at this value, in the unit of the parameter.
    Crosses(f64),
    /// The parameter reaches this bound before the profile crosses, in the unit of the parameter.
    ReachesBound(f64),
    /// The profile stays below the threshold as far as it was followed.
    NeverCrosses,
}

/// The profile likelihood of one parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterProfile {
    /// Name of the parameter.
    pub parameter: String,
    /// Its unit as printed.
    pub unit: String,
    /// Maximum-likelihood estimate, in its unit.
    pub estimate: f64,
    /// Standard error, of the natural logarithm if `logarithmic`, else in the unit of the parameter; NaN for none.
    pub standard_error: f64,
    /// Estimated as its logarithm: the axis is logarithmic and the Wald approximation quadratic in the logarithm.
    pub logarithmic: bool,
    /// Profiled values, ascending, in the unit of the parameter.
    pub values: Vec<f64>,
    /// −2 log-likelihood above its minimum at each value, a pure number.
    pub differences: Vec<f64>,
    /// Lower end of the 95 % interval.
    pub lower: ProfileEnd,
    /// Upper end of the 95 % interval.
    pub upper: ProfileEnd,
}

/// The trace of one start of the search.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SearchTrace {
    /// Name of the start in the table: "start 7".
    pub name: String,
    /// Objective (−2 log-likelihood, a pure number) after each iteration, from iteration 0 on.
    pub objective: Vec<f64>,
}

/// Median and 95 % interval, in the unit of the quantity.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Interval95 {
    /// Median.
    pub median: f64,
    /// 2.5 % quantile.
    pub low: f64,
    /// 97.5 % quantile.
    pub high: f64,
}

/// What the data added to the prior of one parameter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ParameterUpdate {
    /// Name of the parameter.
    pub parameter: String,
    /// Prior, in the unit of the parameter.
    pub prior: Interval95,
    /// Posterior, in the same unit.
    pub posterior: Interval95,
    /// 1 − SD(posterior)/SD(prior) on the scale of the estimation: 0 where the data said nothing, near 1 where they said everything.
    pub shrinkage: f64,
}

/// Shares of the variance of an absorbed dose by source, after Gear et al. (EJNMMI 2018); they sum to 1. A share is negative where a source
/// is anticorrelated with another and so lessens the variance.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct VarianceShares {
    /// Volume of the region.
    pub volume: f64,
    /// Recovery coefficient.
    pub recovery: f64,
    /// Calibration factor of the camera.
    pub calibration: f64,
    /// Counting statistics.
    pub counts: f64,
    /// Fit of the time–activity curve.
    pub fit: f64,
    /// S value and mass scaling.
    pub s_value: f64,
}

/// The uncertainty budget of one target.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TargetBudget {
    /// Name of the target: "Kidneys".
    pub target: String,
    /// Standard uncertainty of its absorbed dose relative to the dose, in per cent.
    pub relative_uncertainty_percent: f64,
    /// Where it comes from.
    pub shares: VarianceShares,
}

/// One rival model of a channel.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ModelWeight {
    /// Name of the model: "bi-exponential".
    pub model: String,
    /// Akaike weight, 0 to 1.
    pub weight: f64,
}

/// The rival models of one channel.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChannelWeights {
    /// Name of the channel: "Kidneys".
    pub channel: String,
    /// Models in the order in which they are to be shown.
    pub models: Vec<ModelWeight>,
}

/// Bootstrap draws of a dose or another result.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draws {
    /// Target: "Kidneys".
    pub target: String,
    /// The quantity: "Absorbed dose", "BED".
    pub quantity: String,
    /// Its unit: "Gy".
    pub unit: String,
    /// Draws, in its unit; what is not finite is counted in the caption.
    pub values: Vec<f64>,
    /// Value at the best fit, in its unit.
    pub estimate: Option<f64>,
    /// Median and 95 % interval of the draws, in its unit.
    pub interval: Interval95,
}
