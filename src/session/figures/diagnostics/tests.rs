//! Every figure of a fit with made-up but realistic data: drawn, readable (no text clipped or overlapping), the same from storage, and saying
//! what it must say. Expected values are closed forms of the made-up data.

use super::*;
use crate::report::figure::readable::assert_readable;
use crate::report::{Figure, Mark, Role, Scale};

mod made_up;

fn every_figure() -> Vec<Figure> {
    let about = made_up::about();
    let mut figures = Vec::new();
    figures.extend(individual_fits(&about, &made_up::organs()));
    figures.extend(individual_fits(&about, &made_up::subjects(12)).into_iter().map(|f| Figure { name: "individual_fits_12".into(), ..f }));
    figures.extend(individual_fits(&about, &made_up::organs()[..1]).into_iter().map(|f| Figure { name: "individual_fits_1".into(), ..f }));
    figures.push(observed_and_predicted(&about, &made_up::organs()));
    figures.push(Figure { name: "observed_predicted_12".into(), ..observed_and_predicted(&about, &made_up::subjects(12)) });
    figures.push(weighted_residuals(&about, &made_up::organs()));
    figures.push(Figure { name: "weighted_residuals_12".into(), ..weighted_residuals(&about, &made_up::subjects(12)) });
    figures.push(correlation_matrix(&about, &made_up::correlations(8)));
    figures.push(Figure { name: "correlation_matrix_24".into(), ..correlation_matrix(&about, &made_up::correlations(24)) });
    figures.extend(profiles(&about, &made_up::profiles()));
    figures.push(convergence(&about, &made_up::starts(25)));
    figures.push(Figure { name: "convergence_1".into(), ..convergence(&about, &made_up::starts(1)) });
    figures.push(prior_and_posterior(&about, &made_up::updates()));
    figures.push(uncertainty_budget(&about, &made_up::budgets()));
    figures.extend(model_weights(&about, &made_up::weights()));
    figures.extend(distribution(&about, &made_up::draws()));
    figures.extend(distribution(&about, &made_up::draws()[..1]).into_iter().map(|f| Figure { name: "distribution_1".into(), ..f }));
    figures
}

/// All texts of a figure, one a line.
fn words(figure: &Figure) -> String {
    assert_readable(figure).texts().map(|text| text.text.as_str()).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_figure_is_readable_and_the_same_from_storage() {
    for figure in every_figure() {
        assert_readable(&figure);
        let drawn = figure.render().expect("it is drawn");
        let read: Figure = serde_yaml::from_str(&figure.to_yaml()).expect("it is read back");
        assert!(drawn == read.render().expect("it is drawn from storage"), "{} differs from storage", figure.name);
        assert!(drawn.csv.lines().count() > 1, "{} has a table", figure.name);
        if let Some(folder) = std::env::var_os("RPT_GALLERY") {
            figure.draw(std::path::Path::new(&folder)).expect("the folder is writable");
        }
    }
}

#[test]
fn every_figure_is_drawn_of_nothing() {
    let about = About::default();
    let mut figures = vec![
        observed_and_predicted(&about, &[]),
        weighted_residuals(&about, &[]),
        correlation_matrix(&about, &Correlations::default()),
        convergence(&about, &[]),
        convergence(&about, &[SearchTrace { name: "start 1".into(), objective: vec![f64::NAN, f64::INFINITY] }]),
        prior_and_posterior(&about, &[]),
        uncertainty_budget(&about, &[]),
    ];
    figures.extend(individual_fits(&about, &[FittedPanel::default()]));
    figures.extend(distribution(&about, &[Draws::default()]));
    figures.extend(model_weights(&about, &[ChannelWeights::default()]));
    for figure in figures {
        figure.render().expect("it is drawn");
        assert_readable(&figure);
    }
    assert!(individual_fits(&about, &[]).is_empty() && profiles(&about, &[]).is_empty());
}

#[test]
fn excluded_and_censored_points_are_their_own_series_and_no_point_is_lost() {
    let panels = made_up::organs();
    let figure = &individual_fits(&made_up::about(), &panels)[0];
    let count = |role: Role| -> usize {
        let points = figure.panels.iter().flat_map(|panel| &panel.marks).filter_map(|mark| match mark {
            Mark::Points { x, style, .. } if style.role == role => Some(x.len()),
            _ => None,
        });
        points.sum()
    };
    let given = |status: PointStatus| panels.iter().flat_map(|panel| &panel.points).filter(|point| point.status == status).count();
    assert_eq!(count(Role::Plain), given(PointStatus::Used));
    assert_eq!(count(Role::Muted), given(PointStatus::Excluded));
    assert_eq!(count(Role::BelowLimit), given(PointStatus::BelowLimit));
    assert!(given(PointStatus::Excluded) > 0 && given(PointStatus::BelowLimit) > 0);
}

#[test]
fn thirty_panels_are_three_figures_with_names_of_their_own_and_none_is_lost() {
    let figures = individual_fits(&made_up::about(), &made_up::subjects(30));
    let names: Vec<&str> = figures.iter().map(|figure| figure.name.as_str()).collect();
    assert_eq!(names, ["individual_fits", "individual_fits_2", "individual_fits_3"]);
    assert_eq!(figures.iter().map(|figure| figure.panels.len()).collect::<Vec<_>>(), [10, 10, 10]);
    assert!(words(&figures[1]).contains("page 2 of 3: panels 11 to 20 of 30"));
}

#[test]
fn activities_over_decades_are_logarithmic_and_doses_from_zero_are_not() {
    let about = made_up::about();
    assert!(individual_fits(&about, &made_up::organs())[0].panels.iter().all(|panel| panel.y.scale == Scale::Log10));
    assert!(individual_fits(&about, &made_up::subjects(3))[0].panels.iter().all(|panel| panel.y.scale == Scale::Linear));
}

#[test]
fn observed_and_predicted_have_one_range_and_one_panel_a_unit() {
    let figure = observed_and_predicted(&made_up::about(), &made_up::organs());
    // activities in MBq and a blood concentration in nmol/L
    assert_eq!(figure.panels.iter().map(|panel| panel.x.unit.as_str()).collect::<Vec<_>>(), ["MBq", "nmol/L"]);
    for panel in &figure.panels {
        assert_eq!((panel.x.range, panel.x.scale), (panel.y.range, panel.y.scale));
    }
}

#[test]
fn residuals_below_the_limit_are_not_drawn_but_said() {
    let figure = weighted_residuals(&made_up::about(), &made_up::organs());
    let text = words(&figure);
    // the excluded kidney point lies 9.2 standard deviations off, the others within two
    assert!(text.contains("Excluded points beyond the axis, in SD: 9.2."), "{text}");
    assert_eq!(figure.panels[0].y.range, Some((-3.0, 3.0)));
    assert!(text.contains("Not shown: 1 point below the limit of quantification, which has no residual."), "{text}");
    assert!(["+2", "−2"].iter().all(|line| text.lines().any(|l| l == *line)), "{text}");
}

#[test]
fn strongly_correlated_pairs_are_named() {
    let correlations = Correlations {
        parameters: ["a", "b", "c"].map(String::from).to_vec(),
        matrix: vec![vec![1.0, -0.987, 0.1], vec![-0.987, 1.0, 0.2], vec![0.1, 0.2, 1.0]],
    };
    let figure = correlation_matrix(&About::default(), &correlations);
    assert_eq!(figure.caption, ["Correlation beyond ±0.95, hardly told apart by these data: a and b (−0.987)."]);
}

#[test]
fn open_ends_of_a_profile_are_said_in_its_title() {
    let figures = profiles(&made_up::about(), &made_up::profiles());
    let titles: Vec<&str> = figures[0].panels.iter().filter_map(|panel| panel.title.as_deref()).collect();
    assert!(titles.iter().any(|title| title.contains("upper end open, reaches its bound 1.50")), "{titles:?}");
    assert!(titles.iter().any(|title| title.contains("lower end open, never crosses")), "{titles:?}");
}

#[test]
fn the_wald_curve_crosses_the_threshold_at_196_standard_errors() {
    let profile = ParameterProfile {
        parameter: "k".into(),
        unit: "1/h".into(),
        estimate: 0.2,
        standard_error: 0.25,
        logarithmic: true,
        values: vec![0.2 * (-0.5_f64).exp(), 0.2, 0.2 * (0.49_f64).exp()],
        differences: vec![4.0, 0.0, 3.9],
        lower: ProfileEnd::Crosses(0.122),
        upper: ProfileEnd::Crosses(0.326),
    };
    let figure = profiles(&About::default(), &[profile]).remove(0);
    let wald = figure.panels[0].marks.iter().find_map(|mark| match mark {
        Mark::Line { name, x, y, .. } if name.contains("Wald") => Some((x, y)),
        _ => None,
    });
    let (x, y) = wald.expect("it is drawn");
    // the upper end is profiled to 0.49 = 1.96 standard errors of the logarithm: 1.96² = 3.8416; the lower to exactly 2
    assert!((y[y.len() - 1] - 3.8416).abs() < 1e-9 && (y[0] - 4.0).abs() < 1e-9, "{} {}", y[0], y[y.len() - 1]);
    assert!((x[0] / 0.2 - (-0.5_f64).exp()).abs() < 1e-12);
}

#[test]
fn many_starts_need_three_legend_entries_and_keep_their_names_in_the_table() {
    let figure = convergence(&made_up::about(), &made_up::starts(25));
    assert_eq!(figure.panels[0].marks.len(), 3);
    let csv = figure.render().expect("drawn").csv;
    assert!((1..=25).all(|start| csv.contains(&format!(": start {start},line,"))));
    // no value lies below the floor, which a logarithmic axis could not show
    assert!(!words(&figure).contains("Not shown"));
}

#[test]
fn shrinkage_is_said_beside_each_parameter() {
    let text = words(&prior_and_posterior(&made_up::about(), &made_up::updates()));
    let joined = text.replace('\n', " ");
    assert!(joined.contains("SD shrunk by 78 %") && joined.contains("SD shrunk by 3 %"), "{joined}");
}

#[test]
fn an_interval_that_reaches_zero_makes_the_axis_linear() {
    let mut updates = made_up::updates();
    assert_eq!(prior_and_posterior(&About::default(), &updates).panels[0].x.scale, Scale::Log10);
    updates[0].posterior.low = -0.1;
    updates[1].prior.median = 0.0;
    let figure = prior_and_posterior(&About::default(), &updates);
    assert_eq!(figure.panels[0].x.scale, Scale::Linear);
    assert!(figure.caption.iter().any(|line| line.starts_with("Not shown, prior median zero")));
}

#[test]
fn shares_are_per_cent_and_a_negative_one_is_explained() {
    let mut budgets = made_up::budgets();
    let figure = uncertainty_budget(&About::default(), &budgets);
    let Mark::Bars { series, .. } = &figure.panels[0].marks[0] else { panic!("bars") };
    for target in 0..budgets.len() {
        let sum: f64 = series.iter().map(|one| one.values[target]).sum();
        assert!((sum - 100.0).abs() < 1e-9, "{sum}");
    }
    assert!(!figure.caption.iter().any(|line| line.contains("below zero")));
    budgets[0].shares.recovery = -0.2;
    let figure = uncertainty_budget(&About::default(), &budgets);
    assert!(figure.caption.iter().any(|line| line.contains("below zero")) && figure.panels[0].y.range.is_none());
}

#[test]
fn draws_that_are_not_finite_are_counted() {
    let mut draws = made_up::draws();
    draws[0].values.extend([f64::NAN, f64::INFINITY]);
    assert!(words(&distribution(&made_up::about(), &draws)[0]).contains("Not shown: 2 draws without a finite value."));
}
