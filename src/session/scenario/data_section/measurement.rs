//! What the numbers of a channel are, and every step from them to what the model predicts. A table sets these keys for all its channels; a channel may set
//! them for itself.
use super::Surroundings;
use super::datum::{datum, datum_like_values};
use super::value_unit::{UnitKind, ValueUnit, calibration};
use crate::data::{Conversion, Datum, DecayReference, Step};
use crate::model::checked::{Observable, ObservableKind};
use crate::model::diagnostic::{Faults, Place};
use crate::model::yaml::{Fields, Node};
use crate::session::scenario::quantity;
use crate::units::{ACTIVITY, DIMENSIONLESS, Dimension, MINUTES_PER_HOUR, RATE, TIME, VOLUME};

/// Where the standard deviation of a value comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Deviation {
    /// A column, times a factor to the unit of the values.
    Column {
        /// Its name.
        name: String,
        /// Units of the values in one unit of the column.
        scale: f64,
    },
    /// A column that gives it relative to the value; the factor is 0.01 for percent.
    Relative {
        /// Its name.
        name: String,
        /// Share in one unit of the column.
        scale: f64,
    },
}

impl Deviation {
    /// The column.
    pub fn column(&self) -> &str {
        match self {
            Deviation::Column { name, .. } | Deviation::Relative { name, .. } => name,
        }
    }
}

/// A channel of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelPlan {
    /// Name in the file; the observable's name where all rows are one channel.
    pub name: String,
    /// Position of the observable.
    pub observable: usize,
    /// Column of the values.
    pub value_column: String,
    /// Unit of the values in the table.
    pub unit: ValueUnit,
    /// Standard deviations.
    pub sd: Option<Deviation>,
    /// Lower limit of quantification, in the unit of the values.
    pub limit: Option<Datum>,
    /// Column that is 1 where a value lies below the limit.
    pub below_flag: Option<String>,
    /// Counting time (min), where the deviation of counts is Poisson's.
    pub counting_time: Option<Datum>,
    /// The calibration factor as written.
    pub calibration: Option<String>,
    /// From the table to what the model predicts.
    pub conversion: Conversion,
    /// Unit of the converted values.
    pub result_unit: String,
    /// Internal units in one of it.
    pub result_in_internal: f64,
    /// What the converted values measure.
    pub result_dimension: Dimension,
    /// Whether the converted values are activities or activity concentrations.
    pub is_activity: bool,
    /// Time (min, clock of the table) to which activities were decay-corrected; `None`: as measured.
    pub decay_corrected_to_min: Option<f64>,
    /// Whether urine stands in the region early on.
    pub urine: bool,
    /// Whether the region is the whole body.
    pub whole_body: bool,
}

/// The keys as nodes, of a table or a channel.
#[derive(Clone, Default)]
pub(super) struct Measurement<'f> {
    pub unit: Option<Node<'f>>,
    sd: Option<Node<'f>>,
    limit: Option<Node<'f>>,
    below_limit: Option<Node<'f>>,
    background: Option<Node<'f>>,
    recovery_coefficient: Option<Node<'f>>,
    volume: Option<Node<'f>>,
    counts: Option<Node<'f>>,
    injected_activity: Option<Node<'f>>,
    blood: Option<Node<'f>>,
    decay_corrected: Option<Node<'f>>,
    urine: Option<Node<'f>>,
    whole_body: Option<Node<'f>>,
    /// Whether the channel itself says so, and not its table for all.
    own_volume: bool,
    own_blood: bool,
}

impl<'f> Measurement<'f> {
    /// The keys of a table or a channel, not yet understood.
    pub fn of(fields: &mut Fields<'f>) -> Measurement<'f> {
        let (volume, blood) = (fields.get("volume"), fields.get("blood"));
        Measurement {
            unit: None,
            sd: fields.get("sd"),
            limit: fields.get("limit"),
            below_limit: fields.get("below_limit"),
            background: fields.get("background"),
            recovery_coefficient: fields.get("recovery_coefficient"),
            counts: fields.get("counts"),
            injected_activity: fields.get("injected_activity"),
            decay_corrected: fields.get("decay_corrected"),
            urine: fields.get("urine"),
            whole_body: fields.get("whole_body"),
            own_volume: volume.is_some(),
            own_blood: blood.is_some(),
            volume,
            blood,
        }
    }

    /// The keys of a channel, those of its table where it has none.
    pub fn or(self, table: &Measurement<'f>) -> Measurement<'f> {
        let pick = |own: Option<Node<'f>>, of_table: &Option<Node<'f>>| own.or_else(|| of_table.clone());
        Measurement {
            unit: pick(self.unit, &table.unit),
            sd: pick(self.sd, &table.sd),
            limit: pick(self.limit, &table.limit),
            below_limit: pick(self.below_limit, &table.below_limit),
            background: pick(self.background, &table.background),
            recovery_coefficient: pick(self.recovery_coefficient, &table.recovery_coefficient),
            volume: pick(self.volume, &table.volume),
            counts: pick(self.counts, &table.counts),
            injected_activity: pick(self.injected_activity, &table.injected_activity),
            blood: pick(self.blood, &table.blood),
            decay_corrected: pick(self.decay_corrected, &table.decay_corrected),
            urine: pick(self.urine, &table.urine),
            whole_body: pick(self.whole_body, &table.whole_body),
            own_volume: self.own_volume,
            own_blood: self.own_blood,
        }
    }

    /// The channel `names` of `observable`; `value_place` is where its column or unit stands.
    pub fn understood(
        &self,
        names: Names<'_>,
        observable: usize,
        value_place: &Place,
        around: &Surroundings<'_>,
        faults: &mut Faults,
    ) -> Option<ChannelPlan> {
        let model = around.model;
        let target = &model.observables[observable];
        let unit = ValueUnit::read(self.unit.as_ref()?, faults)?;
        let mut chain = Chain { dimension: unit.unit.dimension, steps: Vec::new(), changes: false, broken: false };
        let counting_time = self.counts(&unit, value_place, &mut chain, faults);
        self.injected(&unit, target, value_place, around, &mut chain, faults);
        if let Some(node) = &self.recovery_coefficient {
            chain.push(datum(node, DIMENSIONLESS, faults, "the recovery coefficient").map(Step::Recovery), node, faults);
        }
        self.volume(target, &mut chain, faults);
        self.blood(target, around, &mut chain, faults);
        let decay_corrected_to_min = self.decay(target, &unit, value_place, around, &mut chain, faults);
        fits(target, names, &chain, &unit, value_place, around, faults)?;
        let like_values = &unit;
        let background = self.background.as_ref().and_then(|node| datum_like_values(node, like_values, faults, "the background"));
        let limit = self.limit.as_ref().and_then(|node| {
            let limit = datum_like_values(node, like_values, faults, "the limit of quantification")?;
            if let Datum::Constant(value) = limit
                && value <= 0.0
            {
                faults.error(node.place(), "the limit of quantification must be positive");
                return None;
            }
            Some(limit)
        });
        let below_flag = self.below_limit.as_ref().and_then(|node| node.text(faults, "the name of a column that is 1 below the limit"));
        let sd = self.sd.as_ref().and_then(|node| deviation(node, &unit, faults));
        let is_activity = chain.dimension == ACTIVITY || chain.dimension == ACTIVITY.over(VOLUME);
        let (result_unit, result_in_internal) = match chain.changes {
            false => (unit.text.clone(), unit.unit.in_internal_units),
            // 1 kBq/mL is 1 MBq/L
            true if chain.dimension == ACTIVITY => ("MBq".to_string(), 1.0),
            true => ("kBq/mL".to_string(), 1.0),
        };
        let flag = |node: &Option<Node<'_>>, faults: &mut Faults| node.as_ref().and_then(|node| node.boolean(faults, "`true` or `false`"));
        let says = |words: &[&str]| {
            let name = |text: &str| text.to_lowercase().replace([' ', '-', '_'], "");
            words.iter().any(|word| name(names.channel).contains(word) || name(&target.name).contains(word))
        };
        Some(ChannelPlan {
            name: names.channel.to_string(),
            observable,
            value_column: names.column.to_string(),
            sd,
            limit,
            below_flag,
            counting_time,
            calibration: self.calibration_text(),
            conversion: Conversion {
                background,
                input_scale: if chain.changes { unit.unit.in_internal_units } else { 1.0 },
                output_scale: 1.0,
                steps: chain.steps,
            },
            result_unit,
            result_in_internal,
            result_dimension: chain.dimension,
            is_activity,
            decay_corrected_to_min,
            urine: flag(&self.urine, faults).unwrap_or_else(|| is_activity && says(&["kidney", "bladder"])),
            whole_body: flag(&self.whole_body, faults).unwrap_or_else(|| says(&["wholebody", "totalbody"])),
            unit,
        })
    }

    /// The calibration factor as written.
    fn calibration_text(&self) -> Option<String> {
        self.counts.as_ref()?.fields(&mut Faults::new(), "")?.get("calibration")?.scalar_text()
    }

    fn counts(&self, unit: &ValueUnit, value_place: &Place, chain: &mut Chain, faults: &mut Faults) -> Option<Datum> {
        let counted = matches!(unit.kind, UnitKind::Counts | UnitKind::CountRate);
        let Some(node) = &self.counts else {
            if counted {
                let message = format!("values in `{}` need a calibration factor", unit.text);
                faults.error(value_place.clone(), message).help("write `counts: {calibration: 25 cps/(kBq/mL)}`");
                chain.is_broken();
            }
            return None;
        };
        if !counted {
            let message = format!("`counts` gives a calibration factor, but the values are in `{}`", unit.text);
            faults.error(node.key_place(), message).help("the units of counts are `counts`, `cps` and `cpm`, also per volume: `cps/mL`");
            return None;
        }
        let mut fields = node.fields(faults, "a mapping such as `{calibration: 25 cps/(kBq/mL), counting_time: 60 s}`")?;
        let factor = fields.require("calibration", faults).and_then(|node| Some((calibration(&node, faults)?, node)));
        let time_node = fields.get("counting_time");
        let time = time_node.as_ref().and_then(|node| datum(node, TIME, faults, "the counting time"));
        fields.finish(faults);
        if unit.kind == UnitKind::Counts {
            if time_node.is_none() {
                let message = "values in `counts` need `counting_time`, or a counting rate (`cps`, `cpm`) in the table";
                faults.error(node.key_place(), message);
            }
            chain.dimension = chain.dimension.times(RATE);
            let node = time_node.as_ref().unwrap_or(node);
            chain.push(time.clone().map(Step::CountingTime), node, faults);
        }
        let Some(((size, dimension), factor_node)) = factor else {
            chain.is_broken();
            return None;
        };
        let result = chain.dimension.over(dimension);
        if result != ACTIVITY && result != ACTIVITY.over(VOLUME) {
            let message =
                format!("values in `{}` over this calibration factor are {result}, expected activity, or activity per volume", unit.text);
            faults.error(factor_node.place(), message);
            chain.is_broken();
        } else {
            chain.dimension = result;
        }
        chain.changes = true;
        chain.push(Some(Step::Calibration(Datum::Constant(size))), &factor_node, faults);
        time
    }

    fn injected(
        &self,
        unit: &ValueUnit,
        target: &Observable,
        value_place: &Place,
        around: &Surroundings<'_>,
        chain: &mut Chain,
        faults: &mut Faults,
    ) {
        if unit.kind != UnitKind::PercentInjected {
            // a table may say it for those of its channels that need it
            return;
        }
        if self.decay_corrected.is_none() {
            let message = format!("values in `{}` need `decay_corrected`", unit.text);
            faults
                .error(value_place.clone(), message)
                .help("write the time to which they were corrected, such as `0 h`, or `false` if they were not");
        }
        if target.kind == ObservableKind::PercentInjected && unit.unit.dimension == DIMENSIONLESS {
            return;
        }
        chain.dimension = chain.dimension.times(ACTIVITY);
        chain.changes = true;
        if let Some(node) = &self.injected_activity {
            chain.push(datum(node, ACTIVITY, faults, "the injected activity").map(Step::Injected), node, faults);
            return;
        }
        match around.administrations {
            [only] if only.activity_mbq.is_some() => chain.steps.push(Step::Injected(Datum::Constant(only.activity_mbq.unwrap_or(0.0)))),
            others => {
                let found = match others.len() {
                    0 => "the scenario gives no dose".to_string(),
                    1 => "the dose of the scenario is an amount".to_string(),
                    count => format!("the scenario gives {count} doses"),
                };
                let message = format!("values in `{}` need one injected activity, but {found}", unit.text);
                faults
                    .error(value_place.clone(), message)
                    .help("write `injected_activity: 7.4 GBq`, or a column: `{column: injected, unit: MBq}`");
            }
        }
    }

    fn volume(&self, target: &Observable, chain: &mut Chain, faults: &mut Faults) {
        let Some(node) = &self.volume else { return };
        let is_concentration = chain.dimension == ACTIVITY.over(VOLUME);
        // that of a table is for its regions; blood beside them stays a concentration
        if !self.own_volume && (target.kind != ObservableKind::Region || !is_concentration) {
            return;
        }
        if !is_concentration && !chain.broken {
            let message = format!("`volume` turns an activity concentration into an activity, but the values are {}", chain.dimension);
            faults.error(node.key_place(), message);
            return;
        }
        chain.dimension = ACTIVITY;
        chain.changes = true;
        chain.push(datum(node, VOLUME, faults, "the volume").map(Step::Volume), node, faults);
    }

    fn blood(&self, target: &Observable, around: &Surroundings<'_>, chain: &mut Chain, faults: &mut Faults) {
        const FLUIDS: &[(&str, Fluid)] = &[("whole-blood", Fluid::WholeBlood), ("plasma", Fluid::Plasma)];
        let Some(node) = &self.blood else { return };
        if !self.own_blood && target.kind != ObservableKind::Concentration {
            return;
        }
        let Some(mut fields) = node.fields(faults, "a mapping such as `{from: whole-blood, to: plasma, hematocrit: 0.42}`") else { return };
        let from = fields.require("from", faults).and_then(|node| node.one_of(faults, FLUIDS));
        let to = fields.require("to", faults).and_then(|node| node.one_of(faults, FLUIDS));
        let ratio_node = fields.require("hematocrit", faults);
        fields.finish(faults);
        let ratio = ratio_node.as_ref().and_then(|node| hematocrit(node, around, faults));
        let (Some(from), Some(to), Some(ratio), Some(ratio_node)) = (from, to, ratio, ratio_node) else { return };
        let step = match (from, to) {
            (Fluid::WholeBlood, Fluid::Plasma) => Step::ToPlasma(ratio),
            (Fluid::Plasma, Fluid::WholeBlood) => Step::ToWholeBlood(ratio),
            _ => {
                faults.error(node.place(), "`from` and `to` are the same fluid: there is nothing to convert").help("leave `blood` out");
                return;
            }
        };
        if target.kind != ObservableKind::Concentration {
            let message = format!("`blood` converts concentrations, but observable `{}` is none", target.name);
            faults.error(node.key_place(), message);
        }
        chain.push(Some(step), &ratio_node, faults);
    }

    fn decay(
        &self,
        target: &Observable,
        unit: &ValueUnit,
        value_place: &Place,
        around: &Surroundings<'_>,
        chain: &mut Chain,
        faults: &mut Faults,
    ) -> Option<f64> {
        let node = self.decay_corrected.as_ref()?;
        if node.scalar_text().is_some_and(|text| text == "false" || text == "no") {
            return None;
        }
        let reference =
            quantity(node, TIME, faults, "`decay_corrected`: `false`, or the time to which activities were corrected, such as `0 h`,")?;
        let Some(nuclide) = around.model.nuclide.filter(|_| target.kind != ObservableKind::Value) else {
            faults.error(
                node.key_place(),
                "`decay_corrected` needs a model with a nuclide and regions, concentrations or percentages of what was injected",
            );
            return None;
        };
        match DecayReference::new(nuclide.half_life_h, reference / MINUTES_PER_HOUR) {
            Ok(decay) => chain.steps.push(Step::Decay(decay)),
            Err(error) => {
                faults.error(value_place.clone(), format!("values in `{}` cannot be corrected for decay: {error}", unit.text));
            }
        }
        Some(reference)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Fluid {
    WholeBlood,
    Plasma,
}

/// Steps so far, and what they give.
struct Chain {
    dimension: Dimension,
    steps: Vec<Step>,
    /// Whether the result has another dimension than the table.
    changes: bool,
    /// Whether a fault was told that makes the dimension meaningless.
    broken: bool,
}

impl Chain {
    fn is_broken(&mut self) {
        self.broken = true;
    }

    /// Adds a step; a constant that it refuses is a fault at once.
    fn push(&mut self, step: Option<Step>, node: &Node<'_>, faults: &mut Faults) {
        let Some(step) = step else { return };
        if let Some(Datum::Constant(value)) = step.datum()
            && let Some(message) = step.refuses(*value)
        {
            faults.error(node.place(), message);
        }
        self.steps.push(step);
    }
}

/// What a channel is called.
#[derive(Clone, Copy)]
pub(super) struct Names<'n> {
    /// In the file, or the observable's name.
    pub channel: &'n str,
    /// Whether the file tells channels apart, so that messages should.
    pub is_one_of_several: bool,
    /// Column of its values.
    pub column: &'n str,
}

/// Whether the values, converted, are what the observable is.
fn fits(
    target: &Observable,
    names: Names<'_>,
    chain: &Chain,
    unit: &ValueUnit,
    value_place: &Place,
    around: &Surroundings<'_>,
    faults: &mut Faults,
) -> Option<()> {
    if chain.broken {
        return None;
    }
    let expected = match target.kind {
        ObservableKind::Value => vec![target.dimension],
        ObservableKind::PercentInjected => vec![DIMENSIONLESS],
        ObservableKind::Region => vec![ACTIVITY, around.model.amount],
        ObservableKind::Concentration => vec![ACTIVITY.over(VOLUME), target.dimension],
    };
    if expected.contains(&chain.dimension) {
        return Some(());
    }
    let what = if names.is_one_of_several { format!(" (channel `{}`)", names.channel) } else { String::new() };
    let mut wanted: Vec<String> = expected.iter().map(ToString::to_string).collect();
    wanted.dedup();
    let found = if unit.kind == UnitKind::Plain || chain.changes { chain.dimension.to_string() } else { unit.words() };
    let fault =
        faults.error(value_place.clone(), format!("observable `{}`{what} is {}, the values are {found}", target.name, wanted.join(" or ")));
    if target.kind == ObservableKind::Region && chain.dimension == ACTIVITY.over(VOLUME) {
        fault.help(
            "a concentration becomes the activity of the region with its `volume`: `volume: 150 mL`, or `{column: volume, unit: mL}`",
        );
    }
    None
}

/// `sd_column`, or `{column: sd, unit: kBq}`, or `{column: sd, unit: "%"}` relative to the value.
fn deviation(node: &Node<'_>, values: &ValueUnit, faults: &mut Faults) -> Option<Deviation> {
    if !node.is_mapping() {
        return node.text(faults, "the name of a column").map(|name| Deviation::Column { name, scale: 1.0 });
    }
    let mut fields = node.fields(faults, "the name of a column, or a mapping such as `{column: sd, unit: \"%\"}`")?;
    let name = fields.require("column", faults).and_then(|node| node.text(faults, "the name of a column"));
    let unit_node = fields.require("unit", faults);
    fields.finish(faults);
    let (name, unit_node) = (name?, unit_node?);
    let unit = ValueUnit::read(&unit_node, faults)?;
    let same_kind = unit.kind == values.kind && unit.unit.dimension == values.unit.dimension;
    if same_kind && (unit.text == values.text || unit.text != "%") {
        let scale = unit.unit.in_internal_units / values.unit.in_internal_units;
        return Some(Deviation::Column { name, scale });
    }
    if unit.kind == UnitKind::Plain && unit.unit.dimension == DIMENSIONLESS {
        return Some(Deviation::Relative { name, scale: unit.unit.in_internal_units });
    }
    let message = format!(
        "a standard deviation is in a unit like that of the values (`{}`) or relative (`%`), this unit is {}",
        values.text,
        unit.words()
    );
    faults.error(unit_node.place(), message);
    None
}

/// A number, a column, or the name of a value of the model.
fn hematocrit(node: &Node<'_>, around: &Surroundings<'_>, faults: &mut Faults) -> Option<Datum> {
    let named = node.scalar_text().filter(|text| text.starts_with(|c: char| c.is_alphabetic()));
    let Some(name) = named else { return datum(node, DIMENSIONLESS, faults, "the hematocrit") };
    let model = around.model;
    let values = model.values(&model.parameter_values());
    let Some(value) = values.get(&name) else {
        let help = crate::model::diagnostic::did_you_mean(&name, values.keys().map(String::as_str));
        faults.error(node.place(), format!("model `{}` has no value `{name}`", model.name)).help(help);
        return None;
    };
    Some(Datum::Constant(*value))
}
