//! What a name means: value, unit, source and provenance of what stands under the cursor, from the last model that could be read.

use super::buffer::Position;
use crate::model::Model;
use crate::model::document::Origin;
use crate::report::number_text::significant;
use crate::units::{Dimension, Quantity, Unit};

/// How many organs a name of a template is shown for.
const SHOWN: usize = 3;

/// How many lines up the entry of an organ is looked for.
const ENTRY_LINES: usize = 16;

/// What is said of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The name as the model knows it.
    pub name: String,
    /// What is said of it, one line each; the first is the value.
    pub lines: Vec<String>,
}

impl Hover {
    /// Everything in one line.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} {}", self.name, self.lines.join(" · "))
    }
}

/// The dotted name around a byte of a line, with its first byte.
#[must_use]
pub fn name_at(line: &str, byte: usize) -> Option<(usize, &str)> {
    let belongs = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let head = line.get(..byte)?;
    let start = head.trim_end_matches(belongs).len();
    let tail = &line[start..];
    let name = tail[..tail.find(|c| !belongs(c)).unwrap_or(tail.len())].trim_matches('.');
    (!name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit())).then_some((start, name))
}

/// What the model says of the name at a place of the text; a unit behind a number is explained without a model.
#[must_use]
pub fn hover(model: Option<&Model>, lines: &[String], at: Position) -> Option<Hover> {
    let (_, name) = name_at(lines.get(at.line)?, at.byte)?;
    if let Some(model) = model {
        let known = known(model);
        if let Some(exact) = known.iter().find(|known| known.path == name) {
            return Some(Hover { name: name.to_owned(), lines: exact.lines.clone() });
        }
        // an argument of an organ is written without the organ: the one whose entry the cursor is in, else all organs
        let ending = format!(".{name}");
        let mut below: Vec<&Known> = known.iter().filter(|known| known.path.ends_with(&ending)).collect();
        let entries = lines[..=at.line].iter().rev().take(ENTRY_LINES).take_while(|line| line.starts_with(' '));
        let paths = entries.filter_map(|line| line.split_once(':')).map(|(organ, _)| format!("{}{ending}", organ.trim()));
        if let Some(path) = paths.into_iter().find(|path| below.iter().any(|known| known.path == *path)) {
            below.retain(|known| known.path == path);
        }
        match below.as_slice() {
            [] => {}
            [one] => return Some(Hover { name: one.path.clone(), lines: one.lines.clone() }),
            several => {
                let first = |known: &&Known| format!("{} {}", known.path, known.lines.first().map_or("", String::as_str));
                let mut lines: Vec<String> = several.iter().take(SHOWN).map(first).collect();
                if several.len() > SHOWN {
                    lines.push(format!("and {} more", several.len() - SHOWN));
                }
                return Some(Hover { name: format!("{name} of {} organs:", several.len()), lines });
            }
        }
    }
    unit_of(name)
}

/// The keys that a place lies within, from the outermost: by indentation, so that it is known of a broken text too.
#[must_use]
pub fn path_at(lines: &[String], at: Position) -> Vec<String> {
    let mut path = Vec::new();
    let mut below = usize::MAX;
    for line in lines.iter().take(at.line + 1).rev() {
        let text = line.trim_start().trim_start_matches("- ").trim_start();
        let indentation = line.len() - text.len();
        if text.is_empty() || text.starts_with('#') || indentation >= below {
            continue;
        }
        let key = text.split_once(':').filter(|(_, rest)| rest.is_empty() || rest.starts_with(' ')).map(|(key, _)| key.trim_matches('"'));
        if let Some(key) = key.filter(|key| !key.contains(['{', '['])) {
            path.push(key.to_owned());
        }
        below = indentation;
        if indentation == 0 {
            break;
        }
    }
    path.reverse();
    path
}

struct Known {
    path: String,
    lines: Vec<String>,
}

/// A value in internal units with the unit, for people.
#[must_use]
pub fn value_words(value: f64, dimension: Dimension) -> String {
    format!("{} {}", plain(value, 4), dimension.internal_unit()).trim_end().to_owned()
}

/// Rounded, without zeros that say nothing.
fn plain(value: f64, digits: usize) -> String {
    let text = significant(value, digits);
    if text.contains('.') && !text.contains('e') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A value as written, with the internal value where it is written otherwise.
fn as_written(text: &str, value: f64, dimension: Dimension) -> String {
    let internal = value_words(value, dimension);
    let unit = text.trim().split_once(' ').map_or("", |(_, unit)| unit.trim());
    let same = Quantity::parse(text).is_ok() && unit == dimension.internal_unit();
    if same { text.trim().to_owned() } else { format!("{} = {internal}", text.trim()) }
}

fn origin_lines(origin: &Origin, lines: &mut Vec<String>) {
    lines.extend(origin.meaning.clone());
    lines.extend(origin.source.as_ref().map(|source| format!("source: {source}")));
    lines.extend(origin.provenance.map(|provenance| provenance.word().to_owned()));
}

fn known(model: &Model) -> Vec<Known> {
    let values = model.graph.evaluate(&model.parameter_values(), &vec![0.0; model.state_count()], 0.0);
    let mut all = Vec::new();
    for parameter in &model.parameters {
        let mut lines = vec![as_written(&parameter.text, parameter.value, parameter.dimension)];
        origin_lines(&parameter.origin, &mut lines);
        all.push(Known { path: parameter.path.clone(), lines });
    }
    for derived in &model.derived {
        let value = values.get(derived.node.0 as usize).copied().unwrap_or(f64::NAN);
        let mut lines = vec![format!("= {}, derived", value_words(value, derived.dimension))];
        origin_lines(&derived.origin, &mut lines);
        all.push(Known { path: derived.path.clone(), lines });
    }
    for (index, compartment) in model.compartments.iter().enumerate() {
        let volume = compartment.volume.and_then(|node| values.get(node.0 as usize)).map(|volume| format!(", {} L", plain(*volume, 4)));
        let leaving = model.flows.iter().filter(|flow| flow.from == index).count();
        let entering = model.flows.iter().filter(|flow| flow.to == index).count();
        let line = format!("compartment{}; {entering} flows in, {leaving} out", volume.unwrap_or_default());
        all.push(Known { path: compartment.path.clone(), lines: vec![line] });
    }
    for observable in &model.observables {
        let unit = observable.dimension.name().map_or_else(|| observable.dimension.internal_unit(), str::to_owned);
        all.push(Known { path: observable.name.clone(), lines: vec![format!("observable: {}, {unit}", observable.title)] });
    }
    all
}

fn unit_of(name: &str) -> Option<Hover> {
    let unit = Unit::parse(name).ok().filter(|_| name.chars().all(char::is_alphabetic))?;
    let internal = unit.dimension.internal_unit();
    let words = unit.dimension.name().map_or_else(|| internal.clone(), str::to_owned);
    let size = if internal == name { String::new() } else { format!(", {} {internal}", plain(unit.in_internal_units, 6)) };
    Some(Hover { name: name.to_owned(), lines: vec![format!("unit: {words}{size}")] })
}

#[cfg(test)]
mod tests {
    use super::super::diagnostics::{DocumentKind, examine};
    use super::*;

    fn model(text: &str) -> Model {
        *examine(DocumentKind::Model, std::path::Path::new("m.yaml"), text).model.expect("a model")
    }

    fn over(model: &Model, text: &str, line: &str, word: &str) -> Hover {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let number = lines.iter().position(|one| one.contains(line)).expect("the line");
        let byte = lines[number].find(word).expect("the word") + 1;
        hover(Some(model), &lines, Position::new(number, byte)).expect("a hover")
    }

    #[test]
    fn a_name_has_value_unit_source_and_provenance() {
        let text = include_str!("../../../models/psma_it_ulm.yaml");
        let model = model(text);
        let rate = over(&model, text, "k_internalisation: {", "k_internalisation");
        // the file: 0.001 1/min, source G with the citation of `sources`
        assert_eq!(rate.lines[0], "0.001 1/min");
        assert!(rate.line().contains("Golzaryan et al., Sci Rep 2025"), "{rate:?}");
        let fitted = over(&model, text, "k_release: k_release_kidneys}", "k_release_kidneys");
        assert!(fitted.line().contains("fitted"), "{fitted:?}");
        // k_on * k_d = 0.046 · 1
        assert_eq!(over(&model, text, "from: bound, to: interstitial", "k_off").lines[0], "= 0.046 1/min, derived");
    }

    #[test]
    fn an_argument_is_that_of_its_organ_and_in_a_template_that_of_all() {
        let text = include_str!("../../../models/psma_it_ulm.yaml");
        let model = model(text);
        let density = over(&model, text, "density: 2412", "density: 2412");
        assert_eq!(density.name, "tumour2.density");
        let volume = over(&model, text, "perfusion: f_salivary * 1 g/mL", "volume, k_ps");
        assert_eq!((volume.name.as_str(), volume.lines[0].as_str()), ("salivary.volume", "54 mL = 0.054 L"));
        assert!(over(&model, text, "density * volume - total(bound)", "volume").name.contains("organs:"));
        let veins = over(&model, text, "from: veins, to: protein", "veins");
        assert!(veins.lines[0].starts_with("compartment, "), "{veins:?}");
    }

    #[test]
    fn the_keys_around_a_place_are_told_by_indentation() {
        let lines: Vec<String> =
            "data:\n  file: a.csv\n  # why\n  channel:\n    map: {k: k}\nfit:\n  - {a: 1}\n".lines().map(str::to_owned).collect();
        let path = |line| path_at(&lines, Position::new(line, 3));
        assert_eq!(path(4), ["data", "channel", "map"]);
        assert_eq!(path(1), ["data", "file"]);
        assert_eq!(path(6), ["fit"]);
        assert!(path_at(&[], Position::default()).is_empty());
    }

    #[test]
    fn units_are_explained_and_words_are_not() {
        let unit = hover(None, &["a: 5 GBq".to_owned()], Position::new(0, 6)).expect("a unit");
        assert_eq!(unit.lines, ["unit: activity, 1000 MBq"]);
        assert_eq!(hover(None, &["title: nothing".to_owned()], Position::new(0, 9)), None);
        assert_eq!(hover(None, &[], Position::default()), None);
    }
}
