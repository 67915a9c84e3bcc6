//! Numbers and lists of names as they stand in a sentence.

/// A number with four significant digits, in powers of ten where it is very large or very small.
pub fn brief(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let exponent = crate::math::floor(crate::math::log10(value.abs()));
    if (-4.0..6.0).contains(&exponent) {
        let decimals = (3.0 - exponent).max(0.0) as usize;
        format!("{value:.decimals$}")
    } else {
        format!("{value:.3e}")
    }
}

/// A small relative change in per cent with two significant digits: `2 %`, `0.13 %`; below a millionth it is called so.
pub fn per_cent(fraction: f64) -> String {
    let percent = 100.0 * fraction.abs();
    if percent < 1e-4 {
        return "less than 0.0001 %".into();
    }
    let decimals = (1.0 - crate::math::floor(crate::math::log10(percent))).max(0.0) as usize;
    format!("{percent:.decimals$} %")
}

/// Names in code quotes: `a`, `b` and `c`.
pub fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_four_digits() {
        for (value, words) in [
            (212.683_7, "212.7"),
            (0.064_121, "0.06412"),
            (1.0, "1.000"),
            (-31_416.2, "-31416"),
            (6.022e23, "6.022e23"),
            (1.5e-9, "1.500e-9"),
            (0.0, "0"),
        ] {
            assert_eq!(brief(value), words);
        }
        assert_eq!(brief(f64::INFINITY), "inf");
    }

    #[test]
    fn shares_and_lists_read_as_prose() {
        assert_eq!(per_cent(0.021), "2.1 %");
        assert_eq!(per_cent(-0.37), "37 %");
        assert_eq!(per_cent(0.001_34), "0.13 %");
        assert_eq!(per_cent(1e-12), "less than 0.0001 %");
        assert_eq!(listed([]), "");
        assert_eq!(listed(["a"]), "`a`");
        assert_eq!(listed(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
