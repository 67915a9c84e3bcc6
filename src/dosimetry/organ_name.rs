//! One spelling for an organ: `Left Kidney`, `left-kidney` and `left_kidney` are the same; the nearest name for a wrong one.

/// The normal form of a name: lower case, every run of other characters one underscore, none at the ends.
pub fn normalised(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            normal.push(c);
        } else if !normal.is_empty() && !normal.ends_with('_') {
            normal.push('_');
        }
    }
    normal.trim_end_matches('_').to_owned()
}

/// The known name most like `asked`, compared in normal form; empty where nothing is known.
pub fn nearest<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let wanted = normalised(asked);
    let mut best = (f64::NEG_INFINITY, String::new());
    for name in known {
        let resemblance = strsim::jaro_winkler(&wanted, &normalised(name));
        if resemblance > best.0 {
            best = (resemblance, name.to_owned());
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_matter() {
        for name in ["Left Kidney", "left-kidney", " left_kidney ", "LEFT  KIDNEY."] {
            assert_eq!(normalised(name), "left_kidney");
        }
        assert_eq!(normalised("RKidney + LKidney"), "rkidney_lkidney");
    }

    #[test]
    fn a_slip_finds_its_neighbour() {
        assert_eq!(nearest("kindeys", ["liver", "kidneys", "spleen"]), "kidneys");
        assert_eq!(nearest("x", []), "");
    }
}
