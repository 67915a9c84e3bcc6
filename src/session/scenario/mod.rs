//! A scenario: one patient (or data set) of one model, and what is to be done with it. `docs/scenarios.md` is its reference.
//!
//! [`Scenario::load`] reads the scenario and its model together, so that every problem of both files is reported at once.
mod agreement;
mod cohort_section;
mod data_section;
mod dosimetry_section;
mod files;
mod fit_section;
mod from_fit;
mod reading;
mod recovery_section;
mod regimen_section;
mod rivals_section;
mod sections;
mod single_time_point_section;
mod time_activity_section;
mod trial_section;
mod uncertainty_section;

use std::path::{Path, PathBuf};

pub use cohort_section::{CohortSection, Published};
pub use data_section::{
    ChannelPlan, CovariatePlan, DataPlan, Deviation, EventPlan, PiecewisePlan, TablePlan, TimeZero, UnitKind, ValueUnit,
};
pub use dosimetry_section::EffectPlan;
pub use fit_section::{
    BootstrapKind, BootstrapPlan, FactorPlan, FactorSharing, FitParameterPlan, FitPlan, Grouping, NoiseForm, NoisePlan, PriorPlan,
    SharedBy, StartsPlan, StatedMagnitude, UncertaintyPlan, unit_of,
};
pub use from_fit::PatientUncertainty;
pub use recovery_section::{RecoveryPlan, SimulatedSeries, TruthFrom, simulated_unit};
pub use sections::{Given, SolvePlan};
pub use single_time_point_section::{SingleTimePointMethod, SingleTimePointPlan, StatedPopulation};
pub use time_activity_section::TimeActivityPlan;
pub use trial_section::{Rewritten, TrialSection, under_hypothesis};
pub use uncertainty_section::TargetUncertainty;

use crate::dosimetry::course::DoseTarget;
use crate::model::Model;
use crate::model::decode;
use crate::model::diagnostic::Faults;
use crate::model::document::{Origin, ValueEntry};
use crate::model::yaml::{Node, YamlFile};
use crate::regimen::{PhysiologyPlan, RegimenPlan};
use crate::units::{ACTIVITY, DIMENSIONLESS, DOSE, Dimension, Quantity, TIME};

/// A scenario, ready to run.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name; run folders are called after it.
    pub name: String,
    /// Words for headings.
    pub title: String,
    /// The scenario file.
    pub file: PathBuf,
    /// The model file.
    pub model_file: PathBuf,
    /// The model with the patient's own values.
    pub model: Model,
    /// Who it is about.
    pub patient: String,
    /// What is known of the patient's parameters from an earlier fit.
    pub uncertainty: Option<PatientUncertainty>,
    /// Assumptions that every report must print.
    pub assumptions: Vec<String>,
    /// Horizon, tolerance, method.
    pub solve: SolvePlan,
    /// Doses that are given.
    pub administrations: Vec<Given>,
    /// Measured data.
    pub data: Option<DataPlan>,
    /// What is fitted.
    pub fit: Option<FitPlan>,
    /// Simulated data from which the fit is to find the truth again.
    pub recovery: Option<RecoveryPlan>,
    /// Piecewise integration of the data beside the fit.
    pub piecewise: Option<PiecewisePlan>,
    /// Families of time–activity functions side by side.
    pub time_activity: Option<TimeActivityPlan>,
    /// Single-time-point estimates.
    pub single_time_point: Option<SingleTimePointPlan>,
    /// Scenario files whose models are compared with this one's.
    pub rivals: Vec<PathBuf>,
    /// Organs and lesions whose dose is computed.
    pub targets: Vec<DoseTarget>,
    /// Tables of S-values that the user gave.
    pub s_value_tables: Vec<PathBuf>,
    /// What is known of the uncertainty of measuring, by target: the budget of the absorbed dose after a fit.
    pub budget: Vec<TargetUncertainty>,
    /// Dose–effect relations.
    pub effects: Vec<EffectPlan>,
    /// Regimens to compare.
    pub regimens: Option<RegimenPlan>,
    /// Virtual patients who go through every arm.
    pub cohort: Option<CohortSection>,
    /// The trial that the arms are compared in.
    pub trial: Option<TrialSection>,
}

impl Scenario {
    /// The scenario file that `path` means: itself, or `scenario.yaml` in a folder.
    pub fn file_of(path: &Path) -> PathBuf {
        if path.is_dir() { path.join("scenario.yaml") } else { path.to_path_buf() }
    }

    /// Reads a scenario and its model. `sets` are `name=value` from the command line, which replace the patient's values.
    pub fn load(path: &Path, sets: &[String]) -> Result<(Scenario, Faults), Faults> {
        let file = Self::file_of(path);
        let yaml = YamlFile::read(&file)?;
        Self::of_yaml(file, &yaml, sets)
    }

    /// Reads a scenario whose text is not that of its `file`: values were exchanged in it.
    pub fn load_text(file: &Path, text: String, sets: &[String]) -> Result<(Scenario, Faults), Faults> {
        let yaml = YamlFile::parse(&file.display().to_string(), text)?;
        Self::of_yaml(file.to_path_buf(), &yaml, sets)
    }

    fn of_yaml(file: PathBuf, yaml: &YamlFile, sets: &[String]) -> Result<(Scenario, Faults), Faults> {
        let set_file = set_file(sets)?;
        let mut faults = Faults::new();
        let Some(mut fields) = yaml.root().fields(&mut faults, "a scenario: a mapping that starts with `scenario: name`") else {
            return Err(faults);
        };
        if is_a_model(yaml) {
            faults
                .error(yaml.root().place(), "this file is a model, not a scenario")
                .help("a scenario says `scenario: name` and names a model file: `model: ../../models/….yaml`; `rpt check` reads both");
            return Err(faults);
        }
        let name = fields.require("scenario", &mut faults).and_then(|node| sections::scenario_name(&node, &mut faults));
        let title = fields.get("title").and_then(|node| node.text(&mut faults, "a title"));
        let model_node = fields.require("model", &mut faults);
        let nuclide = fields.get("nuclide").and_then(|node| {
            let name = node.text(&mut faults, "a nuclide such as `Ga-68`")?;
            Some((node, name))
        });
        let patient = fields.get("patient");
        let assumptions = fields.get("assumptions").map(|node| sections::texts(&node, &mut faults)).unwrap_or_default();
        let (patient_name, mut overrides, from_fit) = sections::patient(patient.as_ref(), &mut faults);
        // values set for a what-if need not be values that a fit could start from
        let mut what_if = Vec::new();
        if let Some(set_file) = &set_file {
            for (key, node) in set_file.root().entries(&mut faults, "name=value") {
                overrides.retain(|(path, _)| *path != key);
                what_if.push(key.clone());
                let origin = Origin { source: Some("set on the command line".into()), ..Origin::default() };
                overrides.extend(decode::value(node, &[], &origin, &mut faults).map(|value| (key, value)));
            }
        }
        let solve_node = fields.get("solve");
        let administrations_node = fields.get("administrations");
        let data_node = fields.get("data");
        let fit_node = fields.get("fit");
        let recovery_node = fields.get("recovery");
        let piecewise_node = fields.get("piecewise");
        let time_activity_node = fields.get("time_activity");
        let single_time_point_node = fields.get("single_time_point");
        let rivals_node = fields.get("rivals");
        let dosimetry_node = fields.get("dosimetry");
        let effects_node = fields.get("effects");
        let physiology_node = fields.get("physiology");
        let regimens_node = fields.get("regimens");
        let cohort_node = fields.get("cohort");
        let trial_node = fields.get("trial");
        fields.finish(&mut faults);

        let folder = file.parent().map(Path::to_path_buf).unwrap_or_default();
        let Some((model_file, model_yaml)) = model_node.as_ref().and_then(|node| open_model(node, &folder, &mut faults)) else {
            faults.sort();
            return Err(faults);
        };
        let mut model = match crate::model::read_with_nuclide(&model_yaml, &overrides, nuclide) {
            Ok((model, warnings)) => {
                extend(&mut faults, warnings);
                model
            }
            Err(errors) => {
                extend(&mut faults, errors);
                // where only the patient's values are wrong, the rest of the scenario can still be checked against the model as it is
                let Ok((model, _)) = crate::model::read(&model_yaml, &[]) else {
                    faults.sort();
                    return Err(faults);
                };
                model
            }
        };
        let own: Vec<String> = overrides.iter().map(|(path, _)| path.clone()).collect();
        let uncertainty = from_fit.as_ref().and_then(|from| from_fit::apply(from, &folder, &own, &mut model, &mut faults));
        let (mut solve, until_stated) = sections::solve(solve_node.as_ref(), &model, &mut faults);
        let administrations = administrations_node.map(|node| sections::administrations(&node, &model, &mut faults)).unwrap_or_default();
        agreement::horizon(&mut solve, &administrations, until_stated, solve_node.as_ref(), &mut faults);
        let around = data_section::Surroundings { folder: &folder, model: &model, administrations: &administrations };
        let data = data_node.as_ref().and_then(|node| data_section::data(node, &around, &mut faults));
        let recovery = recovery_node.as_ref().and_then(|node| recovery_section::recovery(node, &model, &mut faults));
        let fit = fit_node.as_ref().and_then(|node| match (&data, &data_node) {
            // broken data have been told of: without them the fit cannot be read
            (None, Some(_)) => None,
            (None, None) if recovery_node.is_none() => {
                faults.error(node.key_place(), "`fit` needs `data`, or a `recovery` that simulates them");
                None
            }
            _ => fit_section::fit(node, &folder, &model, data.as_ref(), &what_if, &mut faults),
        });
        agreement::recovery_and_fit(recovery_node.as_ref(), recovery.as_ref(), fit_node.is_some(), fit.as_ref(), &model, &mut faults);
        let piecewise = piecewise_node.as_ref().and_then(|node| data_section::piecewise(node, &mut faults));
        for node in [&time_activity_node, &single_time_point_node].into_iter().flatten() {
            time_activity_section::check_data(node, &model, data.as_ref(), &administrations, &mut faults);
        }
        let time_activity = time_activity_node.and_then(|node| time_activity_section::time_activity(&node, &mut faults));
        let single_time_point =
            single_time_point_node.and_then(|node| single_time_point_section::single_time_point(&node, data.as_ref(), &mut faults));
        let rivals = rivals_node.map(|node| rivals_section::rivals(&node, &file, &folder, fit.is_some(), &mut faults)).unwrap_or_default();
        let sections = agreement::Sections {
            data: data_node.as_ref(),
            fit: fit_node.as_ref(),
            piecewise: piecewise_node.as_ref(),
            dosimetry: dosimetry_node.as_ref(),
        };
        agreement::fit_and_doses(&sections, &model, data.as_ref(), fit.as_ref(), &administrations, &mut faults);
        let dosimetry_section::Dosimetry { targets, s_value_tables, uncertainty: budget_node } =
            dosimetry_node.as_ref().map(|node| dosimetry_section::dosimetry(node, &folder, &model, &mut faults)).unwrap_or_default();
        let against = uncertainty_section::Against { model: &model, targets: &targets, data: data.as_ref(), fit: fit.as_ref() };
        let budget = budget_node
            // a broken fit has been told of
            .filter(|_| fit.is_some() || fit_node.is_none())
            .map(|node| uncertainty_section::uncertainty(&node, &against, &mut faults))
            .unwrap_or_default();
        let effects = effects_node.map(|node| dosimetry_section::effects(&node, &targets, &mut faults)).unwrap_or_default();
        let physiology = match (&physiology_node, &regimens_node) {
            (Some(node), None) => {
                faults.error(node.key_place(), "`physiology` is what happens between the cycles of `regimens`, of which there are none");
                PhysiologyPlan::default()
            }
            (Some(node), Some(_)) => regimen_section::physiology::physiology(node, &model, &targets, &mut faults),
            (None, _) => PhysiologyPlan::default(),
        };
        let regimens = regimens_node.and_then(|node| {
            let progresses = trial_node.as_ref().is_some_and(trial_section::progresses);
            let against = regimen_section::Against { model: &model, targets: &targets, physiology, progresses };
            regimen_section::regimens(&node, against, &mut faults)
        });
        let cohort = cohort_node.as_ref().and_then(|node| match &regimens {
            Some(regimens) => {
                let against = cohort_section::Against { folder: &folder, model: &model, targets: &targets, regimens };
                cohort_section::cohort(node, against, &mut faults)
            }
            None if faults.has_errors() => None,
            None => {
                faults.error(node.key_place(), "`cohort` sends virtual patients through the arms of `regimens`, of which there are none");
                None
            }
        });
        let trial = trial_node.and_then(|node| match &regimens {
            Some(regimens) => {
                let drawn = cohort.iter().flat_map(|cohort: &CohortSection| cohort.plan.columns());
                let covariates: Vec<String> = drawn.map(|(name, ..)| name).collect();
                let against =
                    trial_section::Against { model: &model, targets: &targets, regimens, cohort: cohort.as_ref(), covariates: &covariates };
                if cohort_node.is_none() {
                    faults.error(node.key_place(), "`trial` needs patients: a section `cohort`");
                }
                trial_section::trial(&node, &yaml.root(), &against, &mut faults)
            }
            None if faults.has_errors() => None,
            None => {
                faults.error(node.key_place(), "`trial` compares the arms of `regimens`, of which there are none");
                None
            }
        });
        faults.sort();
        match (name, faults.has_errors()) {
            (Some(name), false) => Ok((
                Scenario {
                    title: title.unwrap_or_else(|| name.clone()),
                    patient: patient_name.unwrap_or_else(|| name.clone()),
                    uncertainty,
                    name,
                    file,
                    model_file,
                    model,
                    assumptions,
                    solve,
                    administrations,
                    data,
                    fit,
                    recovery,
                    piecewise,
                    time_activity,
                    single_time_point,
                    rivals,
                    targets,
                    s_value_tables,
                    budget,
                    effects,
                    regimens,
                    cohort,
                    trial,
                },
                faults,
            )),
            _ => Err(faults),
        }
    }

    /// Unit in which an observable is shown, and its size in internal units: that of the data where they measure it.
    pub fn unit_of_observable(&self, position: usize) -> (String, f64) {
        let mut channels = self.data.iter().flat_map(|data| &data.tables).flat_map(|table| &table.channels);
        match channels.find(|channel| channel.observable == position) {
            Some(channel) => (channel.result_unit.clone(), channel.result_in_internal),
            None => (self.model.observables[position].dimension.internal_unit(), 1.0),
        }
    }

    /// Every file that the results depend on.
    pub fn inputs(&self) -> Vec<PathBuf> {
        let mut files = vec![self.file.clone(), self.model_file.clone()];
        for table in self.data.iter().flat_map(|data| &data.tables) {
            if !files.contains(&table.file) {
                files.push(table.file.clone());
            }
        }
        files.extend(self.uncertainty.as_ref().map(|known| known.file.clone()));
        files.extend(self.fit.as_ref().and_then(|fit| fit.population.clone()));
        files.extend(self.s_value_tables.iter().cloned());
        files.extend(self.cohort.iter().flat_map(|cohort| cohort.files.iter().cloned()));
        for rival in &self.rivals {
            // a rival's rivals take no part
            match Scenario::load(rival, &[]) {
                Ok((rival, _)) => files.extend(Scenario { rivals: Vec::new(), ..rival }.inputs()),
                Err(_) => files.push(rival.clone()),
            }
        }
        let mut known = std::collections::BTreeSet::new();
        files.retain(|path| known.insert(path.clone()));
        files
    }
}

/// Whether a file without `scenario` is a model file.
fn is_a_model(yaml: &YamlFile) -> bool {
    let entries = yaml.root().entries(&mut Faults::new(), "");
    let has = |wanted: &str| entries.iter().any(|(key, _)| key == wanted);
    !has("scenario") && has("model") && ["compartments", "organs", "flows", "parameters"].into_iter().any(has)
}

fn extend(faults: &mut Faults, more: Faults) {
    for fault in more.iter() {
        faults.push(fault.clone());
    }
}

/// `name=value` arguments as a file of their own, so that their problems have places too.
fn set_file(sets: &[String]) -> Result<Option<YamlFile>, Faults> {
    if sets.is_empty() {
        return Ok(None);
    }
    let mut text = String::new();
    for set in sets {
        let Some((name, value)) = set.split_once('=') else {
            let mut faults = Faults::new();
            faults
                .error(None, format!("`--set {set}` is not of the form `name=value`"))
                .help("for example `--set kidneys.density=31 nmol/L`");
            return Err(faults);
        };
        let quoted = value.trim().replace('\\', "\\\\").replace('"', "\\\"");
        text.push_str(&format!("{}: \"{quoted}\"\n", name.trim()));
    }
    YamlFile::parse("--set", text).map(Some)
}

fn open_model(node: &Node<'_>, folder: &Path, faults: &mut Faults) -> Option<(PathBuf, YamlFile)> {
    let text = node.text(faults, "the path of a model file, relative to the scenario")?;
    let path = files::tidy(&folder.join(&text));
    match YamlFile::read(&path) {
        Ok(file) => Some((path, file)),
        Err(problems) => {
            if path.is_file() {
                extend(faults, problems);
            } else {
                let fault = faults.error(node.place(), format!("there is no model file `{}`", path.display()));
                if let Some(help) = files::near(&path) {
                    fault.help(help);
                }
            }
            None
        }
    }
}

/// A quantity of a dimension, in internal units.
pub(super) fn quantity(node: &Node<'_>, wanted: Dimension, faults: &mut Faults, what: &str) -> Option<f64> {
    let text = node.text(faults, what)?;
    match Quantity::parse(&text) {
        Ok(found) if found.dimension == wanted => Some(found.value),
        Ok(found) => {
            let fault = faults.error(node.place(), format!("{what} must be {}, this is {}", words(wanted), words(found.dimension)));
            if found.dimension.is_dimensionless() {
                let unit = unit_of_dose(wanted).map_or_else(|| wanted.internal_unit(), |(_, unit)| unit.to_string());
                fault.help(format!("write the unit behind the number, such as `{} {unit}`", text.trim()));
            }
            None
        }
        Err(error) => {
            let fault = faults.error(node.place_of_offset(error.start, error.end), error.message);
            if let Some(help) = error.help {
                fault.help(help);
            }
            None
        }
    }
}

/// Dimensions with gray in them, whose internal units nobody would recognise.
fn unit_of_dose(dimension: Dimension) -> Option<(&'static str, &'static str)> {
    let known = [
        (DOSE, ("absorbed dose", "Gy")),
        (DIMENSIONLESS.over(DOSE), ("per absorbed dose", "1/Gy")),
        (DIMENSIONLESS.over(DOSE).over(TIME), ("per absorbed dose and time", "1/Gy/y")),
        (DOSE.over(TIME), ("absorbed dose per time", "Gy/min")),
        (DOSE.over(ACTIVITY), ("absorbed dose per activity", "Gy/MBq")),
        (DOSE.over(ACTIVITY).over(TIME), ("absorbed dose per activity and time", "Gy/MBq/min")),
    ];
    known.into_iter().find(|(known, _)| *known == dimension).map(|(_, words)| words)
}

/// A dimension for people.
fn words(dimension: Dimension) -> String {
    unit_of_dose(dimension).map_or_else(|| dimension.to_string(), |(name, unit)| format!("{name} ({unit})"))
}

/// The patient's own values, from the scenario file.
type Overrides<'f> = Vec<(String, ValueEntry<'f>)>;
