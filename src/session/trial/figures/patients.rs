//! One mark a patient: estimated against true dose, toxicity against effect, best change of lesions, cycles over time.
use super::Shown;
use crate::radiobiology::lesion::Response;
use crate::radiobiology::registry::Effect;
use crate::report::Figure;
use crate::session::figures::trial::{
    BestChange, EffectPatient, EffectScatter, MOST_JOINED, SwimmerCycle, SwimmerPatient, TargetEstimates, estimated_v_true, ntcp_tcp,
    swimmer, waterfall,
};

/// The figures of this page.
pub fn all(shown: &Shown) -> Vec<Figure> {
    let about = shown.about(&[]);
    let arms = shown.arms();
    let mut found = Vec::new();
    let estimates = estimates(shown);
    if !estimates.is_empty() {
        found.extend(estimated_v_true(&about, &arms, &estimates));
    }
    found.extend(scatter(shown).map(|scatter| ntcp_tcp(&about, &arms, &scatter)));
    let changes = changes(shown);
    if changes.iter().any(|of_arm| !of_arm.is_empty()) {
        found.push(waterfall(&about, &arms, &changes));
    }
    let swimmers = swimmers(shown);
    if swimmers.iter().any(|of_arm| !of_arm.is_empty()) {
        found.push(swimmer(&about, &arms, &swimmers));
    }
    found
}

fn estimates(shown: &Shown) -> Vec<TargetEstimates> {
    let imaged = shown.scenario.targets.iter().filter(|target| shown.column(&format!("{}_estimated_dose", target.name)).is_some());
    imaged
        .map(|target| TargetEstimates {
            title: target.title.clone(),
            quantity: "absorbed dose".into(),
            unit: "Gy".into(),
            arms: (0..shown.regimen.arms.len())
                .map(|arm| {
                    let estimated = shown.values(arm, &format!("{}_estimated_dose", target.name));
                    let truth = shown.values(arm, &format!("{}_dose", target.name));
                    truth.into_iter().zip(estimated).filter_map(|(truth, estimated)| truth.zip(estimated)).collect()
                })
                .collect(),
        })
        .filter(|target: &TargetEstimates| target.arms.iter().any(|arm| !arm.is_empty()))
        .collect()
}

/// Toxicity of the first relation for a healthy organ, against the first for a tumour or else the dose to the first lesion.
fn scatter(shown: &Shown) -> Option<EffectScatter> {
    let scenario = shown.scenario;
    let of = |wanted: Effect| scenario.effects.iter().find(move |effect| effect.relation.effect == wanted);
    let toxicity = of(Effect::Toxicity)?;
    let name = |effect: &crate::trial::Effect| format!("{}_{}", scenario.targets[effect.target].name, effect.relation.name);
    let x = name(toxicity);
    shown.column(&x)?;
    let words = |effect: &crate::trial::Effect| {
        let relation = &effect.relation;
        format!("{}: {} ({}; {}).", relation.name, relation.endpoint, relation.source, relation.evidence.sentence())
    };
    let mut evidence = vec![words(toxicity)];
    let lesion = shown.regimen.physiology.lesions.first().map(|lesion| lesion.target);
    let lesion = lesion
        .or_else(|| scenario.targets.iter().position(|target| target.name.starts_with("tumour") || target.name.starts_with("lesion")));
    let (y, y_quantity, y_unit) = match of(Effect::Response).filter(|control| shown.column(&name(control)).is_some()) {
        Some(control) => {
            evidence.push(words(control));
            (name(control), format!("TCP, {}", scenario.targets[control.target].title), "%")
        }
        None => {
            let target = &scenario.targets[lesion?];
            (format!("{}_dose", target.name), format!("Dose, {}", target.title), "Gy")
        }
    };
    let arms = shown.regimen.arms.len();
    let (xs, ys): (Vec<_>, Vec<_>) = (0..arms).map(|arm| (shown.values(arm, &x), shown.values(arm, &y))).unzip();
    let patients: Vec<EffectPatient> = shown
        .summary
        .shown
        .iter()
        .enumerate()
        .take(MOST_JOINED)
        .map(|(at, (number, _))| EffectPatient {
            patient: number.to_string(),
            arms: (0..arms).map(|arm| xs[arm].get(at).copied().flatten().zip(ys[arm].get(at).copied().flatten())).collect(),
        })
        .collect();
    patients.iter().any(|patient| patient.arms.iter().any(Option::is_some)).then(|| EffectScatter {
        name: "ntcp_tcp".into(),
        x_quantity: format!("NTCP, {}", scenario.targets[toxicity.target].title),
        x_unit: "%".into(),
        y_quantity,
        y_unit: y_unit.into(),
        patients,
        of_patients: shown.cohort.patients,
        evidence,
    })
}

fn changes(shown: &Shown) -> Vec<Vec<BestChange>> {
    (0..shown.regimen.arms.len())
        .map(|arm| {
            let changes = shown.values(arm, "lesions_best_change");
            let progressed = shown.values(arm, "progressed");
            let responded = shown.values(arm, "responded");
            changes
                .into_iter()
                .enumerate()
                .filter_map(|(at, change)| {
                    let is = |column: &Vec<Option<f64>>| column.get(at).copied().flatten().is_some_and(|share| share > 50.0);
                    let change_percent = change?;
                    let response = if is(&responded) {
                        Response::Partial
                    } else if is(&progressed) && change_percent >= 0.0 {
                        Response::Progressive
                    } else {
                        Response::Stable
                    };
                    Some(BestChange { change_percent, response })
                })
                .collect()
        })
        .collect()
}

fn swimmers(shown: &Shown) -> Vec<Vec<SwimmerPatient>> {
    (0..shown.regimen.arms.len())
        .map(|arm| {
            let of_arm = shown.summary.courses.iter().filter(|(_, own, _)| *own == arm);
            of_arm
                .map(|(number, _, course)| SwimmerPatient {
                    patient: number.to_string(),
                    cycles: course
                        .cycles
                        .iter()
                        .map(|cycle| SwimmerCycle { time_wk: cycle.week, activity_gbq: cycle.activity_gbq, delay_wk: cycle.delayed_wk })
                        .collect(),
                    end_wk: course.ended_wk,
                    reason: Some(reason(&course.ended_by).to_owned()),
                })
                .collect()
        })
        .collect()
}

fn reason(cause: &str) -> &str {
    match cause {
        "planned" => "as planned",
        "no_activity" => "no usable activity",
        other => other,
    }
}
