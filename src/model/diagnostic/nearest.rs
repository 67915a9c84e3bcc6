//! The nearest right name to a wrong one.

use strsim::{damerau_levenshtein, jaro_winkler};

/// How many names a list shows before "and N more".
const NAMES_SHOWN: usize = 12;

/// The candidate that `wanted` was probably meant to be, if one is near enough.
///
/// Differences of case and of `-`, `_`, space alone always count as near; otherwise at most one edit (insertion, deletion,
/// change or swap of neighbours) per three characters, or a shared beginning; ties go to the earlier candidate.
pub fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted_plain = plain(wanted);
    let wanted_length = wanted_plain.chars().count();
    // Edit distance is quadratic; nobody mistypes a name of hundreds of characters by one letter.
    if wanted_length == 0 || wanted_length > 100 {
        return None;
    }
    let mut best: Option<(f64, &'a str)> = None;
    for candidate in candidates {
        let candidate_plain = plain(candidate);
        let length = candidate_plain.chars().count();
        if length == 0 || length.abs_diff(wanted_length) > wanted_length.max(length) / 2 {
            continue;
        }
        let edits = damerau_levenshtein(&wanted_plain, &candidate_plain);
        let longest = wanted_length.max(length);
        let likeness = jaro_winkler(&wanted_plain, &candidate_plain);
        let near = edits <= (longest / 3).min(3) || likeness >= 0.9;
        if near {
            // Fewer edits first, likeness (in 0..=1) breaks ties.
            let score = edits as f64 - likeness;
            if best.is_none_or(|(least, _)| score < least) {
                best = Some((score, candidate));
            }
        }
    }
    best.map(|(_, name)| name)
}

/// A help sentence for an unknown name: ``did you mean `kidneys`?``, else ``known: `a`, `b`, … and 3 more``; empty without candidates.
pub fn did_you_mean<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if let Some(name) = nearest(wanted, candidates.iter().copied()) {
        return format!("did you mean `{name}`?");
    }
    if candidates.is_empty() {
        return String::new();
    }
    let shown: Vec<String> = candidates.iter().take(NAMES_SHOWN).map(|name| format!("`{name}`")).collect();
    match candidates.len().saturating_sub(NAMES_SHOWN) {
        0 => format!("known: {}", shown.join(", ")),
        more => format!("known: {}, … and {more} more", shown.join(", ")),
    }
}

fn plain(name: &str) -> String {
    name.trim().chars().map(|character| if matches!(character, '-' | ' ') { '_' } else { character }).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_found() {
        let names = ["kidneys", "liver", "spleen", "k_on", "k_off"];
        for (wanted, right) in [
            ("kidny", "kidneys"),
            ("Kidneys", "kidneys"),
            ("kidenys", "kidneys"),
            ("lvier", "liver"),
            ("k-on", "k_on"),
            ("K_OFF", "k_off"),
            ("spleeen", "spleen"),
        ] {
            assert_eq!(nearest(wanted, names), Some(right), "{wanted}");
        }
    }

    #[test]
    fn a_different_word_is_not_bent_into_a_name() {
        for wanted in ["plasma", "x", "", "tumour", &"k".repeat(5000)] {
            assert_eq!(nearest(wanted, ["kidneys", "liver"]), None, "{wanted}");
        }
        assert_eq!(nearest("a", ["b", "c"]), None);
    }

    #[test]
    fn the_exact_case_insensitive_name_wins_over_near_ones() {
        assert_eq!(nearest("K_ON", ["k_one", "k_on", "k_in"]), Some("k_on"));
    }

    #[test]
    fn without_a_near_name_the_known_ones_are_listed() {
        assert_eq!(did_you_mean("kidny", ["kidneys", "liver"]), "did you mean `kidneys`?");
        assert_eq!(did_you_mean("plasma", ["kidneys", "liver"]), "known: `kidneys`, `liver`");
        assert_eq!(did_you_mean("plasma", []), "");
        let many: Vec<String> = (0..15).map(|number| format!("organ{number}")).collect();
        let list = did_you_mean("plasma", many.iter().map(String::as_str));
        assert!(list.ends_with("`organ11`, … and 3 more"), "{list}");
    }
}
