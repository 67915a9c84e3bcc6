//! The two embedded ICRP 107 tables, read once: half-lives with progeny, and mean energies per decay.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::decay_data::{EnergyPerDecay, Nuclide, Progeny};

const HALF_LIVES_AND_PROGENY: &str = include_str!("icrp107/half_lives_progeny_icrp107.csv");
const ENERGIES_PER_DECAY: &str = include_str!("icrp107/energy_per_decay_icrp107.csv");

/// Every nuclide of the tables, in alphabetical order of the name.
pub fn all() -> &'static [Nuclide] {
    static TABLE: OnceLock<Vec<Nuclide>> = OnceLock::new();
    TABLE.get_or_init(|| {
        read_tables(HALF_LIVES_AND_PROGENY, ENERGIES_PER_DECAY)
            .expect("the embedded tables are part of the program and read whole by its tests")
    })
}

/// Joins the two tables by name. A name repeated in the half-life table must repeat the same data.
fn read_tables(half_lives: &str, energies: &str) -> Result<Vec<Nuclide>, String> {
    let mut nuclides: BTreeMap<String, Nuclide> = BTreeMap::new();
    for row in rows(half_lives)? {
        let half_life_h = row.number("half_life_s")? / 3600.0;
        let names = row.text("progeny")?.split(';');
        let branchings =
            row.text("branching")?.split(';').map(|text| text.parse::<f64>().map_err(|error| format!("branching {text}: {error}")));
        let progeny = names.zip(branchings).map(|(name, branching)| Ok(Progeny { name: name.to_owned(), branching: branching? }));
        let nuclide = Nuclide {
            name: row.text("nuclide")?.to_owned(),
            half_life_h,
            energy_per_decay: None,
            progeny: progeny.collect::<Result<_, String>>()?,
        };
        if let Some(earlier) = nuclides.insert(nuclide.name.clone(), nuclide.clone())
            && earlier != nuclide
        {
            return Err(format!("{} appears twice with different data", nuclide.name));
        }
    }
    for row in rows(energies)? {
        let energy = EnergyPerDecay {
            electron_mev: row.number("E_electron_total_MeV")?,
            photon_mev: row.number("E_photon_total_MeV")?,
            alpha_mev: row.number("E_alpha_MeV")?,
            recoil_mev: row.number("E_recoil_MeV")?,
        };
        let name = row.text("nuclide")?;
        let nuclide = nuclides.get_mut(name).ok_or_else(|| format!("{name} has energies but no half-life"))?;
        nuclide.energy_per_decay = Some(energy);
    }
    Ok(nuclides.into_values().collect())
}

/// One line of a table, read by column name.
struct Row {
    fields: BTreeMap<String, String>,
}

impl Row {
    fn text(&self, column: &str) -> Result<&str, String> {
        self.fields.get(column).map(String::as_str).ok_or_else(|| format!("no column {column}"))
    }

    fn number(&self, column: &str) -> Result<f64, String> {
        let text = self.text(column)?;
        text.parse().map_err(|error| format!("{column} {text}: {error}"))
    }
}

fn rows(table: &str) -> Result<Vec<Row>, String> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let records = reader.deserialize::<BTreeMap<String, String>>();
    records.map(|record| record.map(|fields| Row { fields }).map_err(|error| error.to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_tables_read_whole() {
        let table = read_tables(HALF_LIVES_AND_PROGENY, ENERGIES_PER_DECAY).unwrap();
        assert_eq!(table.iter().filter(|nuclide| nuclide.energy_per_decay.is_some()).count(), 30);
        for nuclide in &table {
            let branching: f64 = nuclide.progeny.iter().map(|progeny| progeny.branching).sum();
            assert!(nuclide.half_life_h > 0.0 && branching > 0.999 && branching < 1.000_01, "{nuclide:?}");
        }
    }

    /// The energy table repeats half-life and decay constant, and carries the self-dose constant its author computed.
    #[test]
    fn the_two_tables_agree_with_each_other() {
        for row in rows(ENERGIES_PER_DECAY).unwrap() {
            let nuclide = all().iter().find(|nuclide| nuclide.name == row.text("nuclide").unwrap()).unwrap();
            let relative = |found: f64, column: &str| (found / row.number(column).unwrap() - 1.0).abs();
            assert!(relative(nuclide.half_life_h, "half_life_h") < 1e-6, "{}", nuclide.name);
            assert!(relative(nuclide.decay_constant_per_min(), "lambda_per_min") < 1e-6, "{}", nuclide.name);
            let charged = nuclide.energy_constant_gy_g_per_mbq_h(crate::nuclide::EmittedEnergy::ChargedParticles).unwrap();
            assert!(relative(charged, "self_dose_constant_Gy_g_per_MBq_h_if_all_charged_particles_absorbed") < 1e-6, "{}", nuclide.name);
        }
    }

    #[test]
    fn a_contradiction_in_the_table_is_refused() {
        let header = "nuclide,half_life_s,progeny,branching\n";
        let twice = format!("{header}Po-211,0.516,Pb-207,1.0\nPo-211,0.617,Pb-207,1.0\n");
        assert!(read_tables(&twice, "nuclide\n").unwrap_err().contains("twice"));
    }
}
