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
    figures.extend(paired_differences(&about, arms, 0, &made_up::paired(count, patients)));
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
    figures.extend(paired_differences(&about, &arms, 9, &odd_spreads()));
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

#[test]
fn nothing_at_all_is_drawn_as_nothing() {
    let (about, arms) = (TrialAbout::default(), made_up::arms(2));
    let mut figures = vec![
        ntcp_tcp(&about, &arms, &EffectScatter { name: "s".into(), ..EffectScatter::default() }),
        waterfall(&about, &arms, &[vec![], vec![]]),
        waterfall(&about, &[], &[]),
        swimmer(&about, &arms, &[vec![], vec![SwimmerPatient { patient: "0".into(), ..SwimmerPatient::default() }]]),
        kaplan_meier(&about, &SurvivalCurves { name: "os".into(), groups: vec![SurvivalGroup::default()], ..SurvivalCurves::default() }),
        power_curves(&about, &PowerCurves { name: "p".into(), ..PowerCurves::default() }),
    ];
    figures.extend(dose_distributions(&about, &arms, &[SpreadPanel::default()]));
    figures.extend(exceedance(&about, &arms, &[SpreadPanel::default()]));
    figures.extend(estimated_v_true(&about, &arms, &[TargetEstimates::default()]));
    for figure in figures {
        assert_readable(&figure);
        figure.render().expect("it is drawn");
    }
    assert!(dose_distributions(&about, &arms, &[]).is_empty() && nadirs(&about, &arms, &[]).is_empty());
}

#[test]
fn the_caption_says_how_many_patients_lie_above_a_limit() {
    let arms = made_up::arms(2);
    // evenly 0 to 40: 23 leaves 17 of 40; all at 22: none above
    let even = ArmSpread { histogram: Histogram::of_bins((0..40).map(|i| (f64::from(i), f64::from(i + 1), 25))), points: vec![] };
    let organ = SpreadPanel {
        title: "Kidneys".into(),
        quantity: "Absorbed dose".into(),
        unit: "Gy".into(),
        limits: vec![LimitLine { value: 23.0, words: "23 Gy".into() }],
        arms: vec![even, equal(22.0, 10)],
    };
    let figure = &exceedance(&TrialAbout::default(), &arms, &[organ])[0];
    // 17/40 = 42.5 %, to two figures (half to even)
    assert!(figure.caption[0].starts_with("Kidneys above 23 Gy: fixed 42 %, adapted 0 %."), "{:?}", figure.caption);
    let Some(Mark::Line { x, y, .. }) = figure.panels[0].marks.iter().find(|mark| matches!(mark, Mark::Line { .. })) else {
        panic!("a line")
    };
    assert_eq!((y[0], y[y.len() - 1], y.len()), (100.0, 0.0, x.len()));
    assert!(y.windows(2).all(|pair| pair[1] <= pair[0]), "it falls");
}

#[test]
fn an_arm_keeps_its_colour_when_the_reference_has_no_slot() {
    let arms = made_up::arms(3);
    let figure = &paired_differences(&made_up::about(), &arms, 1, &made_up::paired(3, 100))[0];
    let Some(Mark::Violins { violins }) = figure.panels[0].marks.last() else { panic!("violins") };
    let found: Vec<(usize, Option<usize>)> = violins.iter().map(|one| (one.slot, one.style.colour)).collect();
    assert_eq!(found, [(0, Some(0)), (1, Some(2))]);
    assert_eq!(figure.panels[0].x.categories.as_ref().map(Vec::len), Some(2));
}

#[test]
fn doses_over_decades_are_logarithmic_and_arms_without_values_are_named() {
    let figure = &dose_distributions(&made_up::about(), &made_up::arms(2), &odd_spreads())[0];
    assert!(figure.panels.iter().all(|panel| panel.y.scale == Scale::Linear));
    assert!(figure.caption.contains(&"An empty arm: no values of adapted.".to_owned()), "{:?}", figure.caption);
    let wide = SpreadPanel { arms: vec![made_up::spread(70.0, 0.8, 1000, 0)], ..SpreadPanel::default() };
    assert_eq!(dose_distributions(&made_up::about(), &made_up::arms(1), &[wide])[0].panels[0].y.scale, Scale::Log10);
}

#[test]
fn single_patients_are_limited_and_the_caption_counts_all() {
    let (about, arms) = (made_up::about(), made_up::arms(2));
    let figure = ntcp_tcp(&about, &arms, &made_up::scatter(2, 400));
    let drawn: Vec<usize> =
        figure.panels[0].marks.iter().filter_map(|mark| if let Mark::Points { x, .. } = mark { Some(x.len()) } else { None }).collect();
    // every 17th patient has no second arm: 8 of the first 150
    assert_eq!(drawn, [MOST_JOINED, MOST_JOINED - 8]);
    assert!(figure.caption[0].contains("the first 150 of 2000 patients"));
    let figure = swimmer(&about, &arms, &made_up::swimmers(2, 60));
    assert!(figure.panels.iter().all(|panel| panel.y.categories.as_ref().is_some_and(|rows| rows.len() == MOST_SWIMMERS)));
    assert!(figure.caption[0].contains("the first 40 of 60 patients"));
    let figure = waterfall(&about, &arms, &made_up::changes(2, 1000));
    let Mark::Bars { series, .. } = &figure.panels[0].marks[0] else { panic!("bars") };
    assert!(series.iter().all(|one| one.values.len() == MOST_BARS));
    assert!(!words(&figure).contains("without a finite value"), "a bar belongs to one category");
}

#[test]
fn a_cycle_ends_where_the_delay_of_the_next_begins() {
    let cycle = |time_wk, delay_wk| SwimmerCycle { time_wk, activity_gbq: 7.4, delay_wk };
    let patient = SwimmerPatient {
        patient: "12".into(),
        cycles: vec![cycle(0.0, 0.0), cycle(10.0, 2.0)],
        end_wk: 18.0,
        reason: Some("toxicity".into()),
    };
    let csv = swimmer(&TrialAbout::default(), &made_up::arms(1), &[vec![patient]]).render().expect("drawn").csv;
    let rows: Vec<&str> = csv.lines().skip(1).map(|line| line.split_once("GBq,").map_or(line, |(_, rest)| rest)).collect();
    let expected = [
        "Cycle (activity in GBq): 7.4,span,,12,0,8",
        "Cycle (activity in GBq): 7.4,span,,12,10,18",
        "Delay,span,,12,8,10",
        "Administration,points,0,12,,",
        "Administration,points,10,12,,",
        "Ended: toxicity,points,18,12,,",
    ];
    assert_eq!(rows, expected);
}

#[test]
fn grade_lines_come_from_the_table_of_grades() {
    let figure = &nadirs(&made_up::about(), &made_up::arms(2), &made_up::lineages(2, 50))[0];
    let lines = |panel: usize| -> Vec<(f64, String)> {
        let marks = figure.panels[panel].marks.iter();
        marks.filter_map(|mark| if let Mark::HorizontalLine { y, label } = mark { Some((*y, label.clone())) } else { None }).collect()
    };
    // CTCAE 5.0: platelets below 75, 50, 25 · 10⁹/L; haemoglobin below 100, 80 g/L
    assert_eq!(lines(0), [(75.0, "G2".to_owned()), (50.0, "G3".to_owned()), (25.0, "G4".to_owned())]);
    assert_eq!(lines(2), [(100.0, "G2".to_owned()), (80.0, "G3".to_owned())]);
    assert!(lines(1).is_empty() && lines(3).is_empty());
}

#[test]
fn power_is_shown_with_its_monte_carlo_interval() {
    let point = PowerPoint { patients: 200.0, power: 0.8, standard_error: 0.01 };
    let curves = PowerCurves {
        name: "power".into(),
        test: "t test".into(),
        alpha: 0.05,
        curves: vec![PowerCurve { title: "a".into(), points: vec![point] }],
    };
    let figure = power_curves(&TrialAbout::default(), &curves);
    let ends = figure.panels[0].marks.iter().find_map(|mark| match mark {
        Mark::Points { low: Some(low), high: Some(high), .. } => Some((low[0], high[0])),
        _ => None,
    });
    // 80 ± 1.96 %
    let (low, high) = ends.expect("error bars");
    assert!((low - 78.04).abs() < 1e-3 && (high - 81.96).abs() < 1e-3, "{low} {high}");
    assert!(words(&figure).lines().any(|line| line == "level 5 %"));
}
