//! Values with shares: `{values: {female: 45 %, male: 55 %}}`, or numbers: `{values: {1: 60 %, 3: 40 %}}`.
use super::distribution::{Amounts, Read, Wanted, finished};
use crate::model::diagnostic::Faults;
use crate::model::yaml::Node;
use crate::session::scenario::dosimetry_section::share;
use crate::trial::Distribution;
use crate::units::{DIMENSIONLESS, Quantity};

/// By how much shares may miss 100 %: rounding of what is written.
const ROUNDING: f64 = 1e-9;

pub(super) fn values(node: &Node<'_>, mut amounts: Amounts, wanted: &Wanted<'_>, faults: &mut Faults) -> Option<Read> {
    let entries = node.entries(faults, "values with their shares, such as `{female: 45 %, male: 55 %}`");
    if entries.is_empty() {
        if node.is_mapping() {
            faults.error(node.place(), "there is no value");
        }
        return None;
    }
    let numbers: Vec<Option<Quantity>> = entries.iter().map(|(key, _)| Quantity::parse(key).ok()).collect();
    let are_names = !wanted.relative && numbers.iter().all(Option::is_none);
    let mut total = 0.0;
    let mut cumulative = Vec::new();
    let mut whole = true;
    for (code, ((key, entry), number)) in entries.iter().zip(numbers).enumerate() {
        let part = share(entry, faults, "the share of patients");
        let value = match number {
            _ if are_names => {
                let is_name = key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
                if !is_name || !key.starts_with(|c: char| c.is_ascii_lowercase()) {
                    faults.error(entry.key_place(), format!("`{key}` cannot be a category: a name has small letters, digits and `_`"));
                }
                Some(code as f64)
            }
            Some(number) => {
                let dimension = *amounts.dimension.get_or_insert(number.dimension);
                if number.dimension == dimension {
                    Some(number.value / wanted.internal_per_held)
                } else {
                    faults.error(entry.key_place(), format!("`{}` must be {dimension}, `{key}` is {}", wanted.name, number.dimension));
                    None
                }
            }
            None => {
                faults.error(entry.key_place(), format!("`{key}` is no number with a unit, as `{}` needs", wanted.name));
                None
            }
        };
        let (Some(part), Some(value)) = (part, value) else {
            whole = false;
            continue;
        };
        total += part;
        cumulative.push((total, value));
    }
    if !whole {
        return None;
    }
    if (total - 1.0_f64).abs() > ROUNDING {
        faults.error(node.place(), format!("the shares add up to {} %, not to 100 %", (1e6 * total).round() / 1e4));
        return None;
    }
    let words: Vec<String> = entries.iter().map(|(key, entry)| format!("{key} {}", entry.scalar_text().unwrap_or_default())).collect();
    let labels = if are_names { entries.iter().map(|(key, _)| key.clone()).collect() } else { Vec::new() };
    if are_names {
        amounts.dimension = Some(DIMENSIONLESS);
    }
    let largest = cumulative.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
    Some(finished(Distribution::Categories(cumulative), amounts, largest, labels, format!("in shares: {}", words.join(", ")), wanted))
}
