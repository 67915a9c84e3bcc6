//! Every figure of a trial with made-up but realistic data: drawn, readable (no text clipped or overlapping), the same from storage, and saying
//! what it must say. Expected values are closed forms of the made-up data or counts of the input.

use super::*;
use crate::report::figure::readable::assert_readable;
use crate::report::{Figure, Mark, Scale};

mod made_up;

/// All figures of so many arms and patients, named after the case.
fn figures_of(case: &str, arms: &[ArmWords], patients: usize) -> Vec<Figure> {
    let about = made_up::about();
    let count = arms.len();
    let mut figures = Vec::new();
    figures.extend(dose_distributions(&about, arms, &made_up::organs(count, patients)));
    figures.extend(exceedance(&about, arms, &made_up::organs(count, patients)));
    if let Some((reference, others)) = arms.split_first() {
        figures.extend(paired_differences(&about, reference, others, &made_up::paired(count - 1, patients)));
    }
    figures.extend(nadirs(&about, arms, &made_up::lineages(count, patients)));
    figures.push(ntcp_tcp(&about, arms, &made_up::scatter(count, patients.min(400))));
    figures.push(waterfall(&about, arms, &made_up::changes(count, patients.min(1000))));
    figures.push(swimmer(&about, arms, &made_up::swimmers(count, patients.min(60))));
    figures.push(kaplan_meier(&about, &made_up::survival(arms, patients.min(300))));
    figures.push(power_curves(&about, &made_up::power(count.min(4))));
    figures.extend(estimated_v_true(&about, arms, &made_up::estimates(count, patients)));
    figures.into_iter().map(|figure| Figure { name: format!("{}_{case}", figure.name), ..figure }).collect()
}

fn equal(value: f64, patients: usize) -> ArmSpread {
    ArmSpread { histogram: Histogram::of_values(&vec![value; patients]), points: vec![value; patients.min(MOST_POINTS)] }
}

/// Equal values in one arm, in all arms, an arm without patients.
fn odd_spreads() -> Vec<SpreadPanel> {
    let panel = |title: &str, arms: Vec<ArmSpread>| SpreadPanel {
        title: title.into(),
        quantity: "Activity".into(),
        unit: "GBq".into(),
        limits: vec![LimitLine { value: 44.4, words: "44.4 GBq".into() }],
        arms,
    };
    vec![
        panel("One arm all equal", vec![equal(29.6, 500), made_up::spread(33.0, 0.1, 500, 1)]),
        panel("All equal", vec![equal(29.6, 500), equal(29.6, 500)]),
        panel("An empty arm", vec![made_up::spread(30.0, 0.1, 500, 1), ArmSpread::default()]),
        panel("Nobody", vec![ArmSpread::default(), ArmSpread::default()]),
        panel("All zero", vec![equal(0.0, 30), equal(0.0, 30)]),
        panel("Few", vec![made_up::spread(30.0, 0.2, 6, 0), made_up::spread(30.0, 0.2, 1, 1)]),
    ]
}

fn odd_figures() -> Vec<Figure> {
    let (about, arms) = (made_up::about(), made_up::arms(2));
    let mut figures = dose_distributions(&about, &arms, &odd_spreads());
    figures.extend(exceedance(&about, &arms, &odd_spreads()));
    figures.extend(paired_differences(&about, &arms[0], &arms, &odd_spreads()));
    figures.into_iter().map(|figure| Figure { name: format!("{}_odd", figure.name), ..figure }).collect()
}

fn every_figure() -> Vec<Figure> {
    let mut figures = Vec::new();
    for (case, arms, patients) in [
        ("1arm", made_up::arms(1), 80),
        ("2arms", made_up::arms(2), 1000),
        ("3arms", made_up::arms(3), 10_000),
        ("5arms", made_up::arms(5), 300),
        ("6arms", made_up::arms(6), 200),
        ("long", made_up::long_arms(2), 300),
        ("long5", made_up::long_arms(5), 300),
        ("one_patient", made_up::arms(2), 1),
    ] {
        figures.extend(figures_of(case, &arms, patients));
    }
    figures.extend(odd_figures());
    figures
}

/// All texts of a figure, one a line.
fn words(figure: &Figure) -> String {
    assert_readable(figure).texts().map(|text| text.text.as_str()).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_figure_is_readable_and_the_same_from_storage() {
    let folder = std::env::var_os("RPT_GALLERY");
    for figure in every_figure() {
        assert_readable(&figure);
        let drawn = figure.render().expect("it is drawn");
        let read: Figure = serde_yaml::from_str(&figure.to_yaml()).expect("it is read back");
        assert!(drawn == read.render().expect("it is drawn from storage"), "{} differs from storage", figure.name);
        assert!(drawn.csv.lines().count() > 1, "{} has a table", figure.name);
        if let Some(folder) = &folder {
            figure.draw(std::path::Path::new(folder)).expect("the folder is writable");
        }
    }
}
