//! What a fit shows while it works, and what becomes of a scenario that was changed and not written.
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rptbench::session::job::{Done, Request, carry_out};
use rptbench::session::live::{Live, SearchLive};
use rptbench::session::reproduce::reproduce;
use rptbench::session::work::{Progress, Task};

use super::Workplace;
use crate::support::{number, table};

fn request(place: &Workplace, scenario: &str, text: Option<String>) -> Request {
    Request {
        scenario: place.scenario_file(scenario),
        text,
        sets: Vec::new(),
        task: Task::Fit,
        runs_root: Some(place.folder.path().join("runs")),
        command: "test".into(),
        threads: Some(2),
        resume: false,
    }
}

fn done(request: &Request) -> (Done, Vec<Progress>) {
    let cancel = Arc::new(AtomicBool::new(false));
    let mut told = Vec::new();
    let done = carry_out(request, &cancel, &mut |progress| told.push(progress)).unwrap_or_else(|failed| panic!("{failed}"));
    (done, told)
}

fn searches(told: &[Progress]) -> Vec<&SearchLive> {
    told.iter()
        .filter_map(|progress| match &progress.live {
            Some(Live::Search(live)) => Some(live.as_ref()),
            _ => None,
        })
        .collect()
}

/// Plain least squares: the last step that is shown is the sum of squares of the table, whichever start came to it.
#[test]
fn a_search_from_many_starts_shows_the_one_that_is_furthest_down() {
    let place = Workplace::new();
    let starts = "variance: estimated\n  subjects: [\"1\", \"2\"]\n  starts: {count: 8, seed: 3, factor: 10}";
    place.change("theophylline", "variance: estimated", starts);
    let (done, told) = done(&request(&place, "theophylline", None));
    let shown = searches(&told);
    for subject in ["1", "2"] {
        let of_subject: Vec<&&SearchLive> = shown.iter().filter(|live| live.group == subject).collect();
        let last = of_subject.last().expect("it was shown");
        assert!(last.start < 8 && last.parameters.len() == 3 && last.parameters.iter().all(|(.., unit)| !unit.is_empty()), "{last:?}");
        assert!(last.objectives.windows(2).all(|pair| pair[1] <= pair[0]), "an accepted step never rises: {last:?}");
        let found = number(table(&done.outcome, "fit_summary"), &[subject], "weighted_sum_of_squares");
        assert!((last.objectives.last().unwrap() / found - 1.0).abs() < 1e-9, "{last:?} {found}");
    }
    // what was found goes on to be shown while figures are drawn
    assert!(told.last().is_some_and(|progress| progress.live.is_some()));
}

#[test]
fn a_changed_text_is_what_is_run_and_kept_and_reproduced() {
    let place = Workplace::new();
    let file = place.scenario_file("indometacin");
    let text = std::fs::read_to_string(&file).unwrap();
    let changed = text.replace("parameters: {A1: , lrc1: , A2: , lrc2: }", "parameters: {A1: , lrc1: , A2: }");
    assert_ne!(changed, text);
    let (unwritten, _) = done(&request(&place, "indometacin", Some(changed.clone())));
    let run = unwritten.published.clone().unwrap().folder;
    assert_eq!(std::fs::read_to_string(run.join("inputs/scenario.yaml")).unwrap(), changed);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text, "the file is untouched");
    assert!(unwritten.outcome.findings[0].contains("changed in the workbench"), "{:?}", unwritten.outcome.findings);
    let cancel = Arc::new(AtomicBool::new(false));
    let again = reproduce(&run, None, None, &cancel, &mut |_| {}).unwrap();
    assert!(again.different.is_empty() && again.same > 3, "{again:?}");
    // the same text written into the file gives the same tables
    std::fs::write(&file, &changed).unwrap();
    let (written, _) = done(&request(&place, "indometacin", None));
    assert_eq!(written.outcome.tables, unwritten.outcome.tables);
    // a run whose text somebody touched is not done again
    std::fs::write(run.join("inputs/scenario.yaml"), &text).unwrap();
    let refused = reproduce(&run, None, None, &cancel, &mut |_| {}).unwrap_err();
    assert!(refused.sentence.contains("has changed since the run"), "{}", refused.sentence);
}
