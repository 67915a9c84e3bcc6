//! Every mistake in a population, with its message.
use super::*;

const TABLE: &str = "weight,sex,gap\n60,female,1\n-3,male,\n";

/// Three correlations of ±0.9 with one sign that does not fit: 1 − 2 · 0.9.
const CONTRADICTION: &str = "population: invented\nmodel: sood_dotatate_adolescent\nparameters:
  clearance: {median: 6 L/h, cv: 10 %}\n  exchange: {median: 2.6 L/h, cv: 10 %}\n  central_volume: {median: 18 L, cv: 10 %}
correlations:\n  - {between: [clearance, exchange], value: 0.9}\n  - {between: [exchange, central_volume], value: 0.9}
  - {between: [clearance, central_volume], value: -0.9}\n";

/// What a cohort (covariates, then the rest) says.
fn says(cohort: &str) -> String {
    load_with(&format!("  patients: 1\n  seed: 1\n{cohort}"), &[("people.csv", TABLE), ("empty.csv", "weight\n")])
        .map_or_else(|faults| faults.to_string(), |_| "nothing".to_owned())
}

fn covariate(spread: &str) -> String {
    says(&format!("  covariates:\n    sex: {{values: {{female: 50 %, male: 50 %}}}}\n    x: {spread}\n"))
}

fn vary(spread: &str) -> String {
    says(&format!("  vary:\n    clearance: {spread}\n"))
}

/// Φ(−2) = 2.275 % (2.704 % of the part below Φ(1) = 84.134 %), Φ(−5) = 2.9e-7; beyond 6 SD a normal is let through.
#[test]
fn volumes_masses_and_rates_that_nobody_can_have() {
    let cases = [
        (covariate("{mean: 80 kg, sd: 40 kg}"), "`x` would be zero or negative in 2.28 % of patients, which nobody can have"),
        (covariate("{mean: 80 kg, sd: 16 kg}"), "in 2.9e-5 % of patients"),
        (covariate("{mean: 80 kg, sd: 40 kg}"), "truncate it (`at_least: …, truncate: true`), or take a log-normal: `median` with `cv`"),
        (covariate("{mean: 80 kg, sd: 40 kg, at_least: 0 kg}"), "zero or negative in 2.28 %"),
        (vary("{mean: 6 L/h, sd: 3 L/h}"), "`clearance` would be zero or negative in 2.28 %"),
        (vary("{mean: 6 L/h, sd: 3 L/h, at_most: 9 L/h, truncate: true}"), "`clearance` would be zero or negative in 2.70 %"),
        (vary("{uniform: [-1 L/h, 3 L/h]}"), "in 25.00 % of patients"),
        (vary("{values: {0 L/h: 10 %, 5 L/h: 90 %}}"), "in 10.00 % of patients"),
        (covariate("{by: sex, female: {mean: 60 kg, sd: 30 kg}, male: {median: 80 kg, cv: 20 %}}"), "in 2.28 % of patients"),
        (covariate("{table: people.csv, column: weight, unit: kg}"), "person 2 of column `weight` has -3, which nobody can have"),
    ];
    for (found, expected) in cases {
        assert!(found.contains(expected), "{expected}:\n{found}");
    }
    for sound in [
        "{mean: 80 kg, sd: 13 kg}",
        "{mean: 80 kg, sd: 40 kg, at_least: 30 kg}",
        "{mean: 80 kg, sd: 40 kg, at_least: 0 kg, truncate: true}",
    ] {
        assert_eq!(covariate(sound), "nothing", "{sound}");
    }
    assert!(covariate("{mean: 0.2, sd: 1}").contains("`x` would be negative in 42.07 %"), "a positive pure number");
    assert_eq!(covariate("{mean: -0.2, sd: 1}"), "nothing", "a score may be of either sign");
}

#[test]
fn ends_that_hold_nothing_or_stand_wrong() {
    let cases = [
        (covariate("{mean: 80 kg, sd: 5 kg, at_least: 120 kg, truncate: true}"), "the ends of `x` hold nothing: a share of 6.2e-16"),
        (covariate("{median: 80 kg, cv: 10 %, at_most: 8 kg, truncate: true}"), "the ends of `x` hold nothing"),
        (covariate("{mean: 80 kg, sd: 5 kg, at_least: 90 kg, at_most: 70 kg}"), "`at_least` must lie below `at_most`"),
        (covariate("{mean: 80 kg, sd: 5 kg, at_least: 90 kg}"), "the centre of the distribution must lie between"),
        (vary("{cv: 30 %, at_least: 7 L/h}"), "the patient's own value must lie between `at_least` and `at_most`, unless they `truncate`"),
        (vary("{cv: 30 %, at_least: 1.5}"), "the patient's own value (factor 1) must lie between"),
        (vary("{cv: 30 %, at_least: 3 kg}"), "must be volume per time"),
        (vary("{cv: 30 %, truncate: true}"), "`truncate` needs `at_least` or `at_most`"),
        (vary("{cv: 30 %, at_most: 2, truncate: perhaps}"), "must be true or false"),
        (vary("{uniform: [1 L/h, 3 L/h], at_least: 2 L/h}"), "`at_least` belongs to a log-normal or a normal distribution"),
    ];
    for (found, expected) in cases {
        assert!(found.contains(expected), "{expected}:\n{found}");
    }
    assert_eq!(vary("{cv: 30 %, at_least: 7 L/h, truncate: true}"), "nothing");
}

#[test]
fn correlations_that_nobody_can_have() {
    let of = |pairs: &str| {
        says(&format!(
            "  covariates:\n    sex: {{values: {{female: 50 %, male: 50 %}}}}\n    a: {{mean: 80 kg, sd: 5 kg}}\n    b: {{mean: 80 kg, sd: 5 kg}}\n    c: {{mean: 80 kg, sd: 5 kg}}\n  \
             vary: {{exchange: 20 %}}\n  parameters: {{clearance: \"6 L/h * (a / b)\"}}\n  correlations:\n{pairs}"
        ))
    };
    let pair = |a: &str, b: &str, value: f64| format!("    - {{between: [{a}, {b}], value: {value}}}\n");
    // by hand: 1 + 2 r of three equal correlations −0.6
    let three = [pair("a", "b", -0.6), pair("a", "c", -0.6), pair("b", "c", -0.6), pair("a", "exchange", 0.05)].concat();
    let found = of(&three);
    assert!(found.contains("their matrix is not positive definite (smallest eigenvalue -0.20"), "{found}");
    for named in ["`a` and `b`", "`a` and `c`", "`b` and `c`"] {
        assert!(found.contains(named), "{found}");
    }
    assert!(!found.contains("`exchange`"), "the one that fits is not blamed: {found}");
    let cases = [
        (pair("a", "b", 1.0), "a correlation lies between -1 and 1, both excluded"),
        (pair("a", "a", 0.5), "not correlated with itself"),
        (pair("a", "bb", 0.5), "`bb` is not drawn"),
        (pair("a", "sex", 0.5), "`sex` has no normal score"),
        (pair("a", "clearance", 0.5), "`clearance` has no normal score"),
        ([pair("a", "b", 0.1), pair("b", "a", 0.2)].concat(), "the correlation of `b` and `a` is given twice"),
        ("    - {between: [a], value: 0.1}\n".to_owned(), "a correlation is between two quantities"),
    ];
    for (pairs, expected) in cases {
        let found = of(&pairs);
        assert!(found.contains(expected), "{expected}:\n{found}");
    }
}

#[test]
fn distributions_that_are_none_or_two() {
    let cases = [
        (covariate("{source: somewhere}"), "`x` has no distribution"),
        (covariate("{mean: 80 kg, sd: 5 kg, uniform: [1 kg, 2 kg]}"), "`x` has more than one distribution"),
        (covariate("{median: 80 kg, sd: 5 kg}"), "`x` is not described by what is given here"),
        (covariate("{cv: 20 %}"), "`x` is not described by what is given here"),
        (covariate("{mean: 80 kg, sd: 5 y}"), "the standard deviation must be mass"),
        (covariate("{mean: 80 kg, sd: 0 kg}"), "a standard deviation must be positive"),
        (covariate("{median: 0 kg, cv: 20 %}"), "the centre of a log-normal must be positive"),
        (covariate("{median: 8 kg, cv: 20 %, about: mean}"), "`about` is for a spread about the patient's own value"),
        (covariate("{uniform: [2 kg]}"), "a range has two ends"),
        (covariate("{uniform: [2 kg, 1 kg]}"), "the first end of a range must lie below the second"),
        (covariate("{values: {yes: 20 %, no: 70 %}}"), "the shares add up to 90 %"),
        (covariate("{values: {Yes: 20 %, no: 80 %}}"), "`Yes` cannot be a category"),
        (vary("{values: {yes: 20 %, no: 80 %}}"), "`yes` is no number with a unit, as `clearance` needs"),
        (covariate("{by: colour, red: {cv: 1 %}}"), "`colour` is no earlier covariate with categories"),
        (covariate("{by: sex, femal: {mean: 8 kg, sd: 1 kg}}"), "`sex` is never `femal`"),
        (covariate("{by: sex, female: {mean: 8 kg, sd: 1 kg}}"), "`x` says nothing for `sex` = `male`"),
        (covariate("{table: peple.csv, column: weight}"), "did you mean `people.csv`?"),
        (covariate("{table: people.csv, column: wieght}"), "has no column `wieght`"),
        (covariate("{table: people.csv, column: gap}"), "person 2 of column `gap` has ``, which is no number"),
        (covariate("{table: empty.csv, column: weight}"), "has no people"),
        (vary("{table: people.csv, column: sex}"), "has `female`, which is no number"),
        (vary("{table: people.csv, column: gap, unit: kg}"), "which is no number"),
    ];
    for (found, expected) in cases {
        assert!(found.contains(expected), "{expected}:\n{found}");
    }
}

#[test]
fn names_formulas_and_rules() {
    let two = |rest: &str| says(&format!("  covariates:\n    weight: {{median: 80 kg, cv: 20 %}}\n{rest}"));
    let cases = [
        (says("  covariates:\n    exchange: {median: 80 kg, cv: 20 %}\n"), "model `sood_dotatate_adolescent` has `exchange` itself"),
        (says("  covariates:\n    Weight: {median: 80 kg, cv: 20 %}\n"), "`Weight` cannot be a covariate"),
        (says("  covariates:\n    weight: {median: 80 mL, cv: 20 %}\n"), "the clinic knows `weight` as mass (g), here it is volume (L)"),
        (two("    lean: \"0.9 * wieght\"\n"), "did you mean `weight`?"),
        (two("    later: \"2 * last\"\n    last: {mean: 5, sd: 0.1}\n"), "there is no `last` that patients are drawn with"),
        (two("    odd: \"clearance * 2\"\n  vary: {clearance: 20 %}\n"), "`clearance` is drawn or follows itself"),
        (two("  parameters: {clearance: weight}\n"), "`clearance` is volume per time (L/min), the formula gives mass (g)"),
        (two("  parameters: {clearence: weight}\n"), "did you mean `clearance`?"),
        (
            two("  parameters: {clearance: \"1 L/h * weight / (1 kg)\"}\n  vary: {clearance: {median: 6 L/h, cv: 10 %}}\n"),
            "leaves nothing to the formula",
        ),
        (two("  include: [\"weight > 40\"]\n"), "cannot compare mass (g) with"),
        (two("  include: [\"wieght > 40 kg\"]\n"), "there is no `wieght` that patients are drawn with"),
        (two("  include: \"weight\"\n"), "this is no comparison"),
        (two("  risk_factor: \"weight > 90 kg\"\n  risk_factor_share: 20 %\n"), "give one of them"),
        (
            load_with("  patients: 1\n  seed: 1\n  population: fitted.yaml\n", &[("fitted.yaml", CONTRADICTION)]).unwrap_err().to_string(),
            "smallest eigenvalue -0.800",
        ),
        (says("  population: nowhere.yaml\n"), "there is no population file"),
        (
            says(&format!(
                "  population: {}\n  vary: {{clearance: 20 %}}\n",
                project().join("examples/populations/sood_dotatate_adolescent.yaml").display()
            )),
            "`clearance` is under `vary` and in the population file `sood_dotatate_adolescent`",
        ),
        (says(""), "lacks the key `vary`"),
    ];
    for (found, expected) in cases {
        assert!(found.contains(expected), "{expected}:\n{found}");
    }
}

/// What reads a covariate that is broken is not blamed beside it.
#[test]
fn one_mistake_is_told_once() {
    let found = says(
        "  covariates:\n    sex: {values: {female: 40 %, male: 50 %}}\n    weight: {by: sex, female: {median: 68 kg, cv: 18 %}, male: {median: 82 kg, cv: 16 %}}\n  parameters: \
         {clearance: \"6 L/h * (weight / (70 kg))\"}\n  vary: {exchange: 20 %}\n  correlations: [{between: [weight, exchange], value: 0.2}]\n  include: [\"sex = female or \
         weight > 60 kg\"]\n",
    );
    assert_eq!(found.matches("error:").count(), 1, "{found}");
}
