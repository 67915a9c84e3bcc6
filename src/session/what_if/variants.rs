//! Pinned variants beside the present one.
use super::answer::WhatIf;
use super::apply::Settings;
use std::sync::Arc;

/// A pinned variant.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// Its settings.
    pub settings: Settings,
    /// What it came to.
    pub answer: Arc<WhatIf>,
}

/// One number of both.
#[derive(Clone, Debug, PartialEq)]
pub struct VariantRow {
    /// The arm.
    pub arm: String,
    /// What.
    pub quantity: String,
    /// Its unit.
    pub unit: &'static str,
    /// In the pinned variant.
    pub pinned: Option<f64>,
    /// Now.
    pub present: Option<f64>,
}

/// All that are pinned.
#[derive(Clone, Debug, Default)]
pub struct Variants {
    /// In the order of pinning.
    pub pinned: Vec<Variant>,
}

impl Variants {
    /// Pins a variant; one of the same name is replaced.
    pub fn pin(&mut self, name: &str, settings: Settings, answer: Arc<WhatIf>) {
        self.unpin(name);
        self.pinned.push(Variant { name: name.to_owned(), settings, answer });
    }

    /// Takes a variant away; `false` where there is none of that name.
    pub fn unpin(&mut self, name: &str) -> bool {
        let before = self.pinned.len();
        self.pinned.retain(|variant| variant.name != name);
        self.pinned.len() < before
    }

    /// A pinned variant beside the present answer, arm by arm; `None` where nothing of that name is pinned.
    pub fn compare(&self, name: &str, present: &WhatIf) -> Option<Vec<VariantRow>> {
        let pinned = &self.pinned.iter().find(|variant| variant.name == name)?.answer;
        let (old, new) = (numbers(pinned), numbers(present));
        let mut rows: Vec<VariantRow> = Vec::new();
        for (arm, quantity, unit, value) in old {
            let now = new.iter().find(|other| other.0 == arm && other.1 == quantity).and_then(|other| other.3);
            rows.push(VariantRow { arm, quantity, unit, pinned: value, present: now });
        }
        Some(rows)
    }
}

fn numbers(answer: &WhatIf) -> Vec<(String, String, &'static str, Option<f64>)> {
    let mut found = Vec::new();
    for arm in &answer.arms {
        let mut put = |quantity: String, unit, value| found.push((arm.name.clone(), quantity, unit, value));
        put("cycles".into(), "", Some(arm.cycles.len() as f64));
        put("activity".into(), "GBq", Some(arm.activity_mbq / 1e3));
        for target in &arm.targets {
            put(format!("{} absorbed dose", target.name), "Gy", Some(target.absorbed_gy));
            if target.bed_gy.is_some() {
                put(format!("{} BED", target.name), "Gy", target.bed_gy);
            }
        }
        for effect in &arm.effects {
            put(format!("{} {}", effect.target, effect.relation), "%", effect.probability.map(|probability| 100.0 * probability));
        }
        for counts in &arm.counts {
            put(format!("{} nadir", counts.title), counts.unit, counts.nadir.map(|(nadir, _)| nadir));
        }
    }
    found
}
