//! Findings of the lints: a fault with the names it is about, so that `silence:` can drop it and equal findings of many organs become one.
use super::Lint;
use crate::model::diagnostic::{Fault, Place, Severity};

/// How many organs the help line of a merged finding names.
const ORGANS_NAMED: usize = 6;

/// What a lint found.
pub struct Finding {
    /// The fault.
    pub fault: Fault,
    /// Paths of what it is about.
    pub about: Vec<String>,
    /// The organ whose template holds the place, for findings that many organs share.
    organ: Option<String>,
}

impl Finding {
    /// Whether the finding is about `name` or something below it.
    pub fn is_about(&self, name: &str) -> bool {
        self.about.iter().any(|path| path == name || path.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
    }

    /// Marks the finding as one of a template: findings at the same place differ only in the organ.
    pub fn shared_by(&mut self, organ: &str) -> &mut Self {
        self.organ = Some(organ.to_string());
        self
    }

    /// The fault, to be completed.
    pub fn fault(&mut self) -> &mut Fault {
        &mut self.fault
    }
}

/// Findings collected over all lints.
#[derive(Default)]
pub struct Findings {
    list: Vec<Finding>,
    lint: Option<(&'static str, Severity)>,
}

impl Findings {
    /// Findings from here on belong to `lint`.
    pub fn begin(&mut self, lint: &Lint) {
        self.lint = Some((lint.name, lint.severity));
    }

    /// Adds a finding of the lint's own severity.
    pub fn add(&mut self, place: Place, message: String, about: &[&str]) -> &mut Finding {
        let severity = self.lint.map_or(Severity::Warning, |(_, severity)| severity);
        self.add_as(severity, place, message, about)
    }

    /// Adds a finding of another severity.
    pub fn add_as(&mut self, severity: Severity, place: Place, message: String, about: &[&str]) -> &mut Finding {
        let mut fault = Fault::new(severity, place, message);
        fault.lint = self.lint.map(|(name, _)| name);
        let at = self.list.len();
        self.list.push(Finding { fault, about: about.iter().map(ToString::to_string).collect(), organ: None });
        &mut self.list[at]
    }

    /// Removes the findings for which `drop` holds, and returns how many they were.
    pub fn remove(&mut self, drop: impl Fn(&Finding) -> bool) -> usize {
        let before = self.list.len();
        self.list.retain(|finding| !drop(finding));
        before - self.list.len()
    }

    /// The faults; findings of one lint at one place of a template become one that names the organs.
    pub fn merged(self) -> Vec<Fault> {
        let mut groups: Vec<(Finding, Vec<String>)> = Vec::new();
        for finding in self.list {
            let same = finding.organ.clone().and_then(|organ| {
                let (_, organs) = groups.iter_mut().find(|(first, _)| {
                    first.organ.is_some() && first.fault.lint == finding.fault.lint && first.fault.place == finding.fault.place
                })?;
                organs.push(organ);
                Some(())
            });
            if same.is_none() {
                groups.push((finding, Vec::new()));
            }
        }
        let finish = |(mut finding, mut organs): (Finding, Vec<String>)| {
            organs.sort();
            organs.dedup();
            organs.retain(|organ| finding.organ.as_ref() != Some(organ));
            if !organs.is_empty() {
                finding.fault.help(format!("the same in {}", list_names(&organs, ORGANS_NAMED)));
            }
            finding.fault
        };
        groups.into_iter().map(finish).collect()
    }
}

/// `` `a`, `b` and `c` ``, or `` `a`, `b` and 7 more ``.
pub fn list_names(names: &[String], shown: usize) -> String {
    let quoted: Vec<String> = names.iter().take(shown).map(|name| format!("`{name}`")).collect();
    match (quoted.as_slice(), names.len().saturating_sub(shown)) {
        ([], _) => String::new(),
        ([only], 0) => only.clone(),
        ([all @ .., last], 0) => format!("{} and {last}", all.join(", ")),
        (all, more) => format!("{} and {more} more", all.join(", ")),
    }
}
