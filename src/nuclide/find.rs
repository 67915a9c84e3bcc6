//! From what a physicist types (`Lu-177`, `177Lu`, `lu177`, `99mTc`) to the nuclide.

use super::decay_data::Nuclide;
use super::icrp107::all;

/// No nuclide of that name is in the tables.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown nuclide {asked:?}: expected a name like Lu-177, 177Lu or lu177; the nearest known name is {nearest}")]
pub struct UnknownNuclide {
    /// What was asked for.
    pub asked: String,
    /// The known name that resembles it most.
    pub nearest: String,
}

/// Finds a nuclide by name: `Lu-177`, `177Lu`, `lu177`, `Lu177`, `LU 177`, `Tc-99m`, `99mTc`.
///
/// Case does not matter, except that nothing but a trailing `m` marks an isomer: `Lu-177m` and `177mLu` are the isomer.
pub fn find(text: &str) -> Result<&'static Nuclide, UnknownNuclide> {
    let key = canonical(text);
    let table = all();
    if let Some(found) = key.as_deref().and_then(|key| table.iter().find(|nuclide| nuclide.name.eq_ignore_ascii_case(key))) {
        return Ok(found);
    }
    let wanted = key.unwrap_or_else(|| text.trim().to_owned()).to_ascii_lowercase();
    let resemblance = |nuclide: &&Nuclide| (strsim::jaro_winkler(&wanted, &nuclide.name.to_ascii_lowercase()) * 1e6) as u64;
    let nearest = table.iter().max_by_key(resemblance).map(|nuclide| nuclide.name.clone()).unwrap_or_default();
    Err(UnknownNuclide { asked: text.to_owned(), nearest })
}

/// `177Lu`, `Lu177`, `lu-177` → `lu-177`; `99mTc` → `tc-99m`. `None` where the text has no such form.
fn canonical(text: &str) -> Option<String> {
    let bare: String = text.chars().filter(|c| !matches!(c, '-' | ' ' | '_')).collect::<String>().to_ascii_lowercase();
    let first_digit = bare.find(|c: char| c.is_ascii_digit())?;
    let after_digits = bare[first_digit..].find(|c: char| !c.is_ascii_digit()).map_or(bare.len(), |offset| first_digit + offset);
    let (mass, before, after) = (&bare[first_digit..after_digits], &bare[..first_digit], &bare[after_digits..]);
    let is_element = |symbol: &str| matches!(symbol.len(), 1 | 2) && symbol.chars().all(|c| c.is_ascii_lowercase());
    match (before, after) {
        (element, "" | "m") if is_element(element) => Some(format!("{element}-{mass}{after}")),
        // Mass number first. `99mtc` is an isomer, `259md` would be mendelevium: three letters after the digits decide.
        ("", label) if is_element(label) => Some(format!("{label}-{mass}")),
        ("", label) => label.strip_prefix('m').filter(|element| is_element(element)).map(|element| format!("{element}-{mass}m")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_spellings_find_the_same_nuclide() {
        for text in ["Lu-177", "177Lu", "lu177", "Lu177", "LU-177", " 177-Lu ", "177 lu"] {
            assert_eq!(find(text).unwrap().name, "Lu-177", "{text}");
        }
        for text in ["Lu-177m", "177mLu", "lu177m"] {
            assert_eq!(find(text).unwrap().name, "Lu-177m", "{text}");
        }
        for text in ["Tc-99m", "99mTc", "tc99m"] {
            assert_eq!(find(text).unwrap().name, "Tc-99m", "{text}");
        }
        assert_eq!(find("18F").unwrap().name, "F-18");
    }

    #[test]
    fn every_name_of_the_table_finds_itself_both_ways() {
        for nuclide in all() {
            let (element, mass) = nuclide.name.split_once('-').unwrap();
            assert_eq!(find(&nuclide.name).unwrap(), nuclide);
            assert_eq!(find(&format!("{mass}{element}")).unwrap(), nuclide);
        }
    }

    #[test]
    fn an_unknown_name_gets_the_nearest_known_one() {
        let error = find("Lu-176").unwrap_err();
        assert_eq!(error.nearest, "Lu-177");
        assert!(find("").is_err());
        assert!(find("177").is_err());
        assert!(find("lutetium").is_err());
        assert!(find("µ177Lu").is_err());
    }
}
