//! How one quantity is distributed between patients: `{cv: 35 %}`, `{median: 80 kg, cv: 18 %}`, `{mean: 85 mL/min, sd: 22 mL/min}`, `{uniform: [1 mL, 9 mL]}`,
//! `{values: {female: 45 %, male: 55 %}}`, `{table: people.csv, column: weight, unit: kg}`, `{by: sex, female: …, male: …}`.
//!
//! `cv` is always log-normal, `sd` always normal.
use super::categories;
use super::ends::{self, Centre};
use super::people;
use super::{Against, Draft, origin_words};
use crate::fit::error_model::logarithmic_standard_deviation;
use crate::model::diagnostic::{Faults, did_you_mean};
use crate::model::yaml::{Fields, Node};
use crate::session::scenario::quantity;
use crate::trial::{Distribution, NOTHING_LEFT, Possible};
use crate::units::{DIMENSIONLESS, Dimension, Quantity, Unit};

/// What is asked of a distribution.
pub(super) struct Wanted<'a> {
    /// The quantity.
    pub name: &'a str,
    /// Its dimension, where that is known before the first value is read.
    pub dimension: Option<Dimension>,
    /// Internal units per unit in which it is held.
    pub internal_per_held: f64,
    /// The patient's own value (as held), where the spread is about that.
    pub own: Option<f64>,
    /// Whether a spread about the patient's own value makes sense.
    pub relative: bool,
    /// What nobody can have; `None`: as the distribution's centre has it.
    pub possible: Option<Possible>,
}

/// A distribution as read.
pub(super) struct Read {
    pub distribution: Distribution,
    /// The dimension and the unit in which values were written.
    pub dimension: Dimension,
    pub unit: String,
    pub internal_per_unit: f64,
    /// Names of the categories; empty for numbers.
    pub labels: Vec<String>,
    pub possible: Possible,
    /// "log-normally about its median with a CV of 35 % (source)".
    pub words: String,
}

/// Values of one quantity, all of one dimension: that of the first where none was known.
pub(super) struct Amounts {
    pub dimension: Option<Dimension>,
    pub unit: Option<(String, f64)>,
    internal_per_held: f64,
}

impl Amounts {
    pub(super) fn new(wanted: &Wanted<'_>) -> Amounts {
        Amounts { dimension: wanted.dimension, unit: None, internal_per_held: wanted.internal_per_held }
    }

    /// A value as it is held.
    pub(super) fn read(&mut self, node: &Node<'_>, faults: &mut Faults, what: &str) -> Option<f64> {
        let text = node.text(faults, what)?;
        let wanted = match self.dimension {
            Some(dimension) => dimension,
            None => match Quantity::parse(&text) {
                Ok(found) => *self.dimension.insert(found.dimension),
                Err(_) => DIMENSIONLESS,
            },
        };
        let value = quantity(node, wanted, faults, what)?;
        self.unit = self.unit.take().or_else(|| unit_of_text(&text));
        Some(value / self.internal_per_held)
    }
}

/// The unit behind a number, with its size.
fn unit_of_text(text: &str) -> Option<(String, f64)> {
    let text = text.trim().trim_start_matches(['-', '+']);
    let digits = text.find(|c: char| !(c.is_ascii_digit() || ".eE+-".contains(c))).unwrap_or(text.len());
    let unit = text[digits..].trim();
    Unit::parse(unit).ok().map(|found| (unit.to_owned(), found.in_internal_units))
}

pub(super) fn distribution(
    entry: &Node<'_>,
    wanted: &Wanted<'_>,
    against: &Against<'_>,
    draft: &mut Draft,
    faults: &mut Faults,
) -> Option<Read> {
    if wanted.relative && !entry.is_mapping() {
        return relative_scalar(entry, wanted, faults);
    }
    let expected = if wanted.relative { "`{cv: 35 %, at_least: 0.5, source: …}`" } else { "`{median: 80 kg, cv: 18 %, source: …}`" };
    let mut fields = entry.fields(faults, expected)?;
    if let Some(by) = fields.get("by") {
        return by_category(entry, &by, wanted, against, draft, faults);
    }
    let read = one(entry, &mut fields, wanted, against, draft, faults);
    let source = fields.get("source").and_then(|node| node.text(faults, "a citation"));
    let provenance = fields.get("provenance").and_then(|node| node.text(faults, "how sure it is"));
    fields.finish(faults);
    let mut read = read?;
    check_possible(entry, wanted.name, &read, faults);
    read.words = format!("{} ({})", read.words, origin_words(source.as_deref(), provenance.as_deref()));
    Some(read)
}

/// `kidneys.uptake: 35 %`
fn relative_scalar(entry: &Node<'_>, wanted: &Wanted<'_>, faults: &mut Faults) -> Option<Read> {
    let log_sd = spread_of(entry, faults)?;
    let distribution = Distribution::LogNormal { typical: None, log_sd: log_sd.1, shift: 0.0, ends: Default::default() };
    let words = format!("log-normally about its median with a CV of {:.0} % ({})", 100.0 * log_sd.0, origin_words(None, None));
    Some(Read {
        distribution,
        dimension: wanted.dimension.unwrap_or(DIMENSIONLESS),
        unit: String::new(),
        internal_per_unit: 1.0,
        labels: Vec::new(),
        possible: wanted.possible.unwrap_or(Possible::Any),
        words,
    })
}

/// A CV and the standard deviation of the logarithm.
fn spread_of(node: &Node<'_>, faults: &mut Faults) -> Option<(f64, f64)> {
    let cv = quantity(node, DIMENSIONLESS, faults, "the CV between patients")?;
    if !(cv > 0.0 && cv <= 5.0) {
        faults.error(node.place(), "a CV between patients lies above 0 and up to 500 %");
        return None;
    }
    Some((cv, logarithmic_standard_deviation(cv)))
}

/// The forms of a distribution.
const FORMS: &str = "`median` with `cv`, `mean` with `sd` (normal) or with `cv` (log-normal), `uniform`, `values`, `table`, or `by`";

fn one(
    entry: &Node<'_>,
    fields: &mut Fields<'_>,
    wanted: &Wanted<'_>,
    against: &Against<'_>,
    draft: &mut Draft,
    faults: &mut Faults,
) -> Option<Read> {
    let (median, mean, sd, cv) = (fields.get("median"), fields.get("mean"), fields.get("sd"), fields.get("cv"));
    let (uniform, values, table) = (fields.get("uniform"), fields.get("values"), fields.get("table"));
    let about = fields.get("about");
    let mut amounts = Amounts::new(wanted);
    let scaled = median.is_some() || mean.is_some() || sd.is_some() || cv.is_some();
    let forms = [scaled, uniform.is_some(), values.is_some(), table.is_some()].into_iter().filter(|given| *given).count();
    if forms == 0 && wanted.relative {
        fields.require("cv", faults);
        ends::drop(fields);
        return None;
    }
    if forms != 1 {
        let what = if forms == 0 { "has no distribution" } else { "has more than one distribution" };
        faults.error(entry.place(), format!("`{}` {what}", wanted.name)).help(format!("give one of {FORMS}"));
        ends::drop(fields);
        people::keys(fields);
        return None;
    }
    if !scaled {
        ends::refuse(fields, faults);
        if let Some(node) = &about {
            faults.error(node.key_place(), "`about` belongs to a `cv`");
        }
    }
    if let Some(node) = uniform {
        return uniform_between(&node, amounts, wanted, faults);
    }
    if let Some(node) = values {
        return categories::values(&node, amounts, wanted, faults);
    }
    if let Some(node) = table {
        return people::column(&node, fields, amounts, wanted, against, draft, faults);
    }
    let about_mean = about.as_ref().and_then(|node| node.one_of(faults, &[("median", false), ("mean", true)]));
    if let (Some(node), true) = (&about, median.is_some() || mean.is_some()) {
        faults.error(node.key_place(), "`about` is for a spread about the patient's own value: here `median` or `mean` says it");
    }
    let mut stated = |node: &Option<Node<'_>>, what: &str, faults: &mut Faults| {
        let node = node.as_ref()?;
        Some((amounts.read(node, faults, what)?, node.scalar_text().unwrap_or_default()))
    };
    let (median_value, mean_value) = (stated(&median, "the median", faults), stated(&mean, "the mean", faults));
    let sd_value = stated(&sd, "the standard deviation", faults);
    let (centre, distribution, words) = match (&median, &mean, &sd, &cv) {
        (None, Some(_), Some(sd_node), None) => {
            let ((mean, mean_text), (sd, sd_text)) = (mean_value?, sd_value?);
            if sd <= 0.0 {
                faults.error(sd_node.place(), "a standard deviation must be positive");
                return None;
            }
            let centre = Centre { own: None, stated: Some(mean) };
            let ends = ends::ends(entry, fields, &mut amounts, &centre, wanted, faults)?;
            (mean, Distribution::Normal { mean, sd, ends }, format!("normally, {mean_text} ± {sd_text}"))
        }
        (None, None, None, Some(cv_node)) if wanted.relative => {
            let centre = Centre { own: wanted.own, stated: None };
            let ends = ends::ends(entry, fields, &mut amounts, &centre, wanted, faults);
            let (cv, log_sd) = spread_of(cv_node, faults)?;
            let about_mean = about_mean.unwrap_or(false);
            let shift = if about_mean { -0.5 * log_sd * log_sd } else { 0.0 };
            let about = if about_mean { "mean" } else { "median" };
            let words = format!("log-normally about its {about} with a CV of {:.0} %", 100.0 * cv);
            (1.0, Distribution::LogNormal { typical: None, log_sd, shift, ends: ends? }, words)
        }
        (Some(node), None, None, Some(cv_node)) | (None, Some(node), None, Some(cv_node)) => {
            let about_mean = mean.is_some();
            let (cv, log_sd) = spread_of(cv_node, faults)?;
            let (typical, text) = median_value.or(mean_value)?;
            if typical <= 0.0 {
                faults.error(node.place(), "the centre of a log-normal must be positive");
                return None;
            }
            let centre = Centre { own: None, stated: Some(typical) };
            let ends = ends::ends(entry, fields, &mut amounts, &centre, wanted, faults)?;
            let shift = if about_mean { -0.5 * log_sd * log_sd } else { 0.0 };
            let about = if about_mean { "mean" } else { "median" };
            let words = format!("log-normally about a {about} of {text} with a CV of {:.0} %", 100.0 * cv);
            (typical, Distribution::LogNormal { typical: Some(typical), log_sd, shift, ends }, words)
        }
        _ => {
            ends::drop(fields);
            let help = if wanted.relative {
                format!("give `cv` for a spread about the patient's own value, or one of {FORMS}")
            } else {
                format!("give one of {FORMS}")
            };
            faults.error(entry.place(), format!("`{}` is not described by what is given here", wanted.name)).help(help);
            return None;
        }
    };
    if let Some(share) = distribution.share_kept(wanted.own.unwrap_or(centre))
        && share <= NOTHING_LEFT
        && (wanted.own.is_some() || !distribution.is_relative())
    {
        let message = format!("the ends of `{}` hold nothing: a share of {share:.1e} of the distribution lies between them", wanted.name);
        faults.error(entry.place(), message).help("move `at_least` and `at_most` to where the patients are");
        return None;
    }
    let words = format!("{words}{}", ends_words(fields, &distribution));
    Some(finished(distribution, amounts, centre, Vec::new(), words, wanted))
}

/// ", truncated at least at 18 y"; ends that hold those outside are named where the distribution has a centre of its own.
fn ends_words(fields: &mut Fields<'_>, distribution: &Distribution) -> String {
    let truncates = distribution.share_kept(1.0).is_some();
    let ends: Vec<String> = [("at least", fields.get("at_least")), ("at most", fields.get("at_most"))]
        .into_iter()
        .filter_map(|(words, node)| Some(format!("{words} {}", node?.scalar_text()?)))
        .collect();
    if ends.is_empty() || (distribution.is_relative() && !truncates) {
        return String::new();
    }
    format!(", {} {}", if truncates { "truncated to" } else { "held to" }, ends.join(" and "))
}

/// What all forms come to.
pub(super) fn finished(
    distribution: Distribution,
    amounts: Amounts,
    centre: f64,
    labels: Vec<String>,
    words: String,
    wanted: &Wanted<'_>,
) -> Read {
    let dimension = amounts.dimension.unwrap_or(DIMENSIONLESS);
    let (unit, internal_per_unit) = amounts.unit.unwrap_or((String::new(), 1.0));
    let possible = wanted.possible.unwrap_or_else(|| Possible::like(centre, dimension.is_dimensionless()));
    Read { distribution, dimension, unit, internal_per_unit, labels, possible, words }
}

fn uniform_between(node: &Node<'_>, mut amounts: Amounts, wanted: &Wanted<'_>, faults: &mut Faults) -> Option<Read> {
    let items = node.items(faults, "the lowest and the highest value, such as `[1 mL, 9 mL]`");
    let read: Vec<Option<f64>> = items.iter().map(|item| amounts.read(item, faults, "an end of the range")).collect();
    let [Some(low), Some(high)] = read.as_slice() else {
        if read.len() != 2 && node.is_sequence() {
            faults.error(node.place(), "a range has two ends: `[1 mL, 9 mL]`");
        }
        return None;
    };
    if low >= high {
        faults.error(node.place(), "the first end of a range must lie below the second");
        return None;
    }
    let texts: Vec<String> = items.iter().filter_map(Node::scalar_text).collect();
    let words = format!("evenly from {}", texts.join(" to "));
    Some(finished(Distribution::Uniform { low: *low, high: *high }, amounts, 0.5 * (low + high), Vec::new(), words, wanted))
}

fn by_category(
    entry: &Node<'_>,
    by: &Node<'_>,
    wanted: &Wanted<'_>,
    against: &Against<'_>,
    draft: &mut Draft,
    faults: &mut Faults,
) -> Option<Read> {
    let name = by.text(faults, "an earlier covariate with categories")?;
    let found = draft.covariates.iter().position(|covariate| covariate.name == name && !covariate.categories.is_empty());
    if draft.broken.contains(&name) {
        return None;
    }
    let Some(covariate) = found else {
        let known = draft.covariates.iter().filter(|covariate| !covariate.categories.is_empty()).map(|covariate| covariate.name.as_str());
        let help = did_you_mean(&name, known);
        faults.error(by.place(), format!("`{name}` is no earlier covariate with categories")).help(if help.is_empty() {
            "for example `sex: {values: {female: 45 %, male: 55 %}}`".to_owned()
        } else {
            help
        });
        return None;
    };
    let labels = draft.covariates[covariate].categories.clone();
    let entries = entry.entries(faults, "one distribution for each category");
    for (key, node) in &entries {
        if !labels.contains(key) && !["by", "source", "provenance"].contains(&key.as_str()) {
            let help = did_you_mean(key, labels.iter().map(String::as_str));
            faults.error(node.key_place(), format!("`{name}` is never `{key}`")).help(help);
        }
    }
    let mut read: Vec<Read> = Vec::new();
    for label in &labels {
        match entries.iter().find(|(key, _)| key == label) {
            Some((_, node)) => {
                let dimension = wanted.dimension.or(read.first().map(|first| first.dimension));
                let wanted = Wanted { dimension, ..*wanted };
                read.extend(distribution(node, &wanted, against, draft, faults));
            }
            None => {
                faults.error(entry.key_place(), format!("`{}` says nothing for `{name}` = `{label}`", wanted.name));
            }
        }
    }
    if read.len() != labels.len() {
        return None;
    }
    if read.iter().any(|one| one.labels != read[0].labels) {
        faults.error(entry.key_place(), format!("the categories of `{}` must be the same for every `{name}`", wanted.name));
        return None;
    }
    let words: Vec<String> = labels.iter().zip(&read).map(|(label, one)| format!("{label} {}", one.words)).collect();
    let words = format!("by {name}: {}", words.join("; "));
    let weakest = read.iter().all(|one| one.possible == read[0].possible);
    let first = &read[0];
    Some(Read {
        dimension: first.dimension,
        unit: first.unit.clone(),
        internal_per_unit: first.internal_per_unit,
        labels: first.labels.clone(),
        possible: if weakest { first.possible } else { Possible::Any },
        words,
        distribution: Distribution::By { covariate, cases: read.into_iter().map(|one| one.distribution).collect() },
    })
}

/// A distribution under which some patients would have what nobody can have.
fn check_possible(entry: &Node<'_>, name: &str, read: &Read, faults: &mut Faults) {
    tell_impossible(entry, name, &read.distribution, read.possible, faults);
}

/// As above, of a distribution from anywhere.
pub(super) fn tell_impossible(entry: &Node<'_>, name: &str, distribution: &Distribution, possible: Possible, faults: &mut Faults) {
    if possible == Possible::Any {
        return;
    }
    let zero_too = possible == Possible::Positive;
    let share = distribution.share_below_zero(zero_too);
    if share <= NOTHING_LEFT {
        return;
    }
    let percent = if share >= 1e-4 { format!("{:.2} %", 100.0 * share) } else { format!("{:.1e} %", 100.0 * share) };
    let what = if zero_too { "zero or negative" } else { "negative" };
    let told = faults.error(entry.place(), format!("`{name}` would be {what} in {percent} of patients, which nobody can have"));
    if matches!(distribution, Distribution::Normal { .. }) {
        told.help("truncate it (`at_least: …, truncate: true`), or take a log-normal: `median` with `cv`");
    }
}
