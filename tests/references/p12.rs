//! The real 177Lu series p12 against textbook formulas written out here: log-linear regression, its covariance, the integral of an exponential,
//! MIRD sums with the OpenDose numbers as the JSON files print them, Lea–Catcheside, LKB.
use rptbench::radiobiology::registry;
use rptbench::session::work::Task;

use crate::support::{close, number, outcome, project, scenario, scenario_with, table};

const REGIONS: [&str; 3] = ["left_kidney", "liver", "spleen"];
/// 177Lu, ICRP 107: 6.647 d.
const PHYSICAL_PER_H: f64 = std::f64::consts::LN_2 / (6.647 * 24.0);
/// The scenario's assumed injected activity.
const INJECTED_MBQ: f64 = 7400.0;

/// Times (h) and activities (MBq) of a region, from the published table.
fn scans(region: &str) -> Vec<(f64, f64)> {
    let text = std::fs::read_to_string(project().join("tests/data/spect_p12/tac_p12_cycle1.csv")).unwrap();
    let rows = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    rows.filter(|row| row[1] == region).map(|row| (row[0].parse().unwrap(), row[2].parse().unwrap())).collect()
}

/// ln A = a − λ t by least squares, all weights 1/σ²; the log-normal CV of 10 % is σ² = ln(1 + 0.1²).
pub struct LogLinear {
    a0_mbq: f64,
    decay_per_h: f64,
    variance_ln_a0: f64,
    variance_decay: f64,
    covariance: f64,
    /// χ² = Σ r²/σ².
    chi_squared: f64,
}

pub fn log_linear(region: &str) -> LogLinear {
    let points = scans(region);
    let sigma_squared = (1.0_f64 + 0.1 * 0.1).ln();
    let n = points.len() as f64;
    let (sum_t, sum_y) = points.iter().fold((0.0, 0.0), |(t, y), (time, activity)| (t + time, y + activity.ln()));
    let (sum_tt, sum_ty) = points.iter().fold((0.0, 0.0), |(tt, ty), (time, activity)| (tt + time * time, ty + time * activity.ln()));
    let determinant = n * sum_tt - sum_t * sum_t;
    let slope = (n * sum_ty - sum_t * sum_y) / determinant;
    let intercept = (sum_y - slope * sum_t) / n;
    let squares: f64 = points.iter().map(|(time, activity)| (activity.ln() - intercept - slope * time).powi(2)).sum();
    LogLinear {
        a0_mbq: intercept.exp(),
        decay_per_h: -slope,
        variance_ln_a0: sigma_squared * sum_tt / determinant,
        variance_decay: sigma_squared * n / determinant,
        // cov(intercept, slope) = −σ² Σt/det, and λ is minus the slope
        covariance: sigma_squared * sum_t / determinant,
        chi_squared: squares / sigma_squared,
    }
}

impl LogLinear {
    pub fn integral_mbq_h(&self) -> f64 {
        self.a0_mbq / self.decay_per_h
    }

    /// Variance of ln(A0/λ).
    pub fn variance_ln_integral(&self) -> f64 {
        self.variance_ln_a0 + self.variance_decay / self.decay_per_h.powi(2) - 2.0 * self.covariance / self.decay_per_h
    }
}

/// S (Gy/(MBq h)) from the OpenDose file of the source: mGy/(MBq s) × 3.6.
fn s_value(target: &str, source: &str) -> (f64, f64) {
    let file = |region: &str| if region == "left_kidney" { "left_kidney_cmp".to_string() } else { region.to_string() };
    let path = project().join(format!("src/dosimetry/opendose/ICRP_110_AM_lu-177_{}.json", file(source)));
    let rows: Vec<[String; 4]> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let name = if target == "left_kidney" { "Left kidney C+M+P" } else { target };
    let row = rows.iter().find(|row| row[0].eq_ignore_ascii_case(name)).unwrap_or_else(|| panic!("{name}"));
    (row[1].parse::<f64>().unwrap() * 3.6, row[3].parse().unwrap())
}

#[test]
fn the_fits_are_the_log_linear_solution_in_closed_form() {
    let outcome = outcome(&scenario("p12_spect"), Task::Fit);
    let fit = table(&outcome, "fit");
    for region in REGIONS {
        let closed = log_linear(region);
        let uptake = format!("{region}.uptake");
        let half_life = format!("{region}.effective_half_life");
        close(region, number(fit, &[region, &uptake], "estimate") * INJECTED_MBQ, closed.a0_mbq, 1e-6);
        let decay = std::f64::consts::LN_2 / number(fit, &[region, &half_life], "estimate");
        close(region, decay, closed.decay_per_h, 1e-6);
        close(region, number(fit, &[region, &uptake], "ln_standard_error"), closed.variance_ln_a0.sqrt(), 1e-5);
        let relative_error = closed.variance_decay.sqrt() / closed.decay_per_h;
        close(region, number(fit, &[region, &half_life], "ln_standard_error"), relative_error, 1e-5);
        let summary = table(&outcome, "fit_summary");
        close(region, number(summary, &[region], "weighted_sum_of_squares"), closed.chi_squared, 1e-6);
        assert_eq!(number(summary, &[region], "degrees_of_freedom"), 1.0);
    }
}

#[test]
fn the_integrals_and_their_shares_are_those_of_an_exponential_and_of_a_hand_written_trapezoid() {
    let outcome = outcome(&scenario("p12_spect"), Task::Fit);
    let integrals = table(&outcome, "time_integrated_activity");
    for region in REGIONS {
        let closed = log_linear(region);
        let points = scans(region);
        let key = [region, "fitted curve"];
        close(region, number(integrals, &key, "time_integrated_activity"), closed.integral_mbq_h(), 1e-6);
        let before = 100.0 * (1.0 - (-closed.decay_per_h * points[0].0).exp());
        let after = 100.0 * (-closed.decay_per_h * points[2].0).exp();
        close(region, number(integrals, &key, "before_first_scan"), before, 1e-6);
        close(region, number(integrals, &key, "after_last_scan"), after, 1e-5);
        close(region, number(integrals, &key, "between_scans"), 100.0 - before - after, 1e-6);
        // first value held back to injection; log-trapezoids (every interval falls); physical decay after the last scan
        let key = [region, "piecewise"];
        let before = points[0].0 * points[0].1;
        let between: f64 = points.windows(2).map(|p| (p[1].0 - p[0].0) * (p[0].1 - p[1].1) / (p[0].1 / p[1].1).ln()).sum();
        let after = points[2].1 / PHYSICAL_PER_H;
        let total = before + between + after;
        close(region, number(integrals, &key, "time_integrated_activity"), total, 1e-9);
        close(region, number(integrals, &key, "before_first_scan"), 100.0 * before / total, 1e-9);
        close(region, number(integrals, &key, "between_scans"), 100.0 * between / total, 1e-9);
        close(region, number(integrals, &key, "after_last_scan"), 100.0 * after / total, 1e-9);
    }
}

#[test]
fn doses_are_the_mird_sum_and_their_errors_the_delta_method() {
    let outcome = outcome(&scenario("p12_spect"), Task::Fit);
    let doses = table(&outcome, "doses");
    for target in REGIONS {
        let (mut dose, mut given, mut residual) = (0.0, 0.0, 0.0);
        for source in REGIONS {
            let closed = log_linear(source);
            let part = s_value(target, source).0 * closed.integral_mbq_h();
            dose += part;
            given += part.powi(2) * closed.variance_ln_integral();
            // one degree of freedom: the residual variance is χ² itself
            residual += part.powi(2) * closed.variance_ln_integral() * closed.chi_squared;
        }
        close(target, number(doses, &[target], "absorbed_dose"), dose, 1e-6);
        close(target, number(doses, &[target], "standard_error_given_cv"), f64::sqrt(given), 1e-5);
        close(target, number(doses, &[target], "standard_error_residual"), f64::sqrt(residual), 1e-5);
    }
}

/// Self-dose from OpenDose against all electron energy of ICRP 107 in the mass of the organ: 3 % are the photons.
#[test]
fn kidney_self_dose_is_near_the_electron_energy_per_mass() {
    let table = std::fs::read_to_string(project().join("src/nuclide/icrp107/energy_per_decay_icrp107.csv")).unwrap();
    let column = table.lines().next().unwrap().split(',').position(|name| name == "E_electron_total_MeV").unwrap();
    let row = table.lines().find(|line| line.starts_with("Lu-177,")).unwrap();
    let electron_mev: f64 = row.split(',').nth(column).unwrap().parse().unwrap();
    // MeV per decay → Gy·g/(MBq·h): 1.602176634e-13 J/MeV, 1e6 decays/s, 3600 s/h, 1000 g/kg
    let delta = electron_mev * 1.602_176_634e-13 * 1e6 * 3600.0 * 1000.0;
    let (s_gy_per_mbq_h, mass_g) = s_value("left_kidney", "left_kidney");
    close("S against Δ/m", s_gy_per_mbq_h, delta / mass_g, 0.03);
    let used = &scenario("p12_spect").targets[0].terms[0].1;
    close("S that the scenario uses", used.gy_per_mbq_h, s_gy_per_mbq_h, 1e-12);
    close("mass that the scenario uses", used.target_mass_g.unwrap(), mass_g, 1e-12);
}

/// α/β 2.6 Gy and 2.8 h for kidneys (Barone 2005).
const ALPHA_BETA_GY: f64 = 2.6;
const REPAIR_H: f64 = 2.8;

/// BED of one exponential: D + G D²/(α/β) with G = T_rep/(T_rep + T_eff) (Dale 1985).
#[test]
fn bed_of_a_single_exponential_has_the_closed_form() {
    let sets = ["liver.uptake=0", "spleen.uptake=0", "left_kidney.uptake=0.02", "left_kidney.effective_half_life=51 h"];
    let outcome = outcome(&scenario_with("p12_spect", &sets), Task::Simulate);
    let dose = s_value("left_kidney", "left_kidney").0 * 0.02 * INJECTED_MBQ * 51.0 / std::f64::consts::LN_2;
    let doses = table(&outcome, "doses");
    close("dose", number(doses, &["left_kidney"], "absorbed_dose"), dose, 1e-6);
    let bed = dose * (1.0 + REPAIR_H / (REPAIR_H + 51.0) * dose / ALPHA_BETA_GY);
    close("BED", number(doses, &["left_kidney"], "bed"), bed, 1e-6);
}

/// The fitted kidney with its cross-dose: three exponentials, G D² = 2 Σᵢ Σⱼ rᵢ rⱼ / ((λᵢ + λⱼ)(λᵢ + μ)).
#[test]
fn bed_of_the_fitted_kidney_has_the_closed_form_of_three_exponentials() {
    let outcome = outcome(&scenario("p12_spect"), Task::Run);
    let repair_per_h = std::f64::consts::LN_2 / REPAIR_H;
    let terms: Vec<(f64, f64)> = REGIONS
        .iter()
        .map(|source| {
            let closed = log_linear(source);
            (s_value("left_kidney", source).0 * closed.a0_mbq, closed.decay_per_h)
        })
        .collect();
    let dose: f64 = terms.iter().map(|(rate, decay)| rate / decay).sum();
    let mut double = 0.0;
    for (outer, decay_outer) in &terms {
        for (inner, decay_inner) in &terms {
            double += outer * inner / ((decay_outer + decay_inner) * (decay_outer + repair_per_h));
        }
    }
    let bed = dose + 2.0 * double / ALPHA_BETA_GY;
    close("BED", number(table(&outcome, "doses"), &["left_kidney"], "bed"), bed, 1e-6);
    // LKB: Φ((BED − 49.5)/σ) with 5 % at 40.7 Gy, so σ = 8.8 Gy / 1.6448536
    let ntcp = 50.0 * libm::erfc((49.5 - bed) / ((49.5 - 40.7) / 1.644_853_626_951_472_2) / std::f64::consts::SQRT_2);
    close("NTCP %", number(table(&outcome, "effects"), &["left_kidney"], "probability"), ntcp, 1e-4);
}

/// External-beam kidney tolerance as BED: 5 % at 40.7 Gy, 50 % at 49.5 Gy.
#[test]
fn kidney_ntcp_passes_through_its_two_published_points() {
    let relation = registry::find("kidney_bed_external_beam").unwrap();
    close("TD5", relation.curve.probability(40.7).unwrap(), 0.05, 1e-9);
    close("TD50", relation.curve.probability(49.5).unwrap(), 0.5, 1e-12);
    assert_eq!(relation.evidence.word(), "transferred");
}
