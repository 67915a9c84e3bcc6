//! The editor: a mistake made, told, mended and saved; nothing lost on any way out.

use super::*;
use crate::tui::editor::autosave::{aside_of, recover};
use editing::{ASIDE_AFTER, READ_AFTER};

/// The model of the project, open.
fn open() -> Bench {
    let mut bench = Bench::new((80, 24));
    bench.write("m");
    bench.key(KeyCode::Enter);
    assert!(super::super::editing(&bench.app));
    bench
}

#[test]
fn a_mistake_is_told_mended_and_saved() {
    let mut bench = open();
    bench.control('f');
    bench.write("to: cleared");
    bench.key(KeyCode::Enter);
    bench.key(KeyCode::Right);
    bench.key(KeyCode::Backspace);
    assert!(unsaved(&bench.app).is_some());
    bench.shows("two.yaml *");
    bench.wait(READ_AFTER);
    bench.key(KeyCode::F(8));
    bench.shows("error: no compartment is called `cleare`");
    bench.shows("did you mean `cleared`?");
    bench.key(KeyCode::End);
    bench.write("  # x");
    bench.control('z');
    bench.control('z');
    bench.control('z');
    bench.control('z');
    assert_eq!(unsaved(&bench.app), None, "undone to what the file says");
    bench.control('f');
    bench.write("75 h");
    bench.key(KeyCode::Enter);
    bench.write("80 h");
    bench.wait(READ_AFTER);
    bench.control('s');
    assert!(bench.read("models/two.yaml").contains("biological_half_life: 80 h"), "{}", bench.frame());
    assert!(bench.notice().starts_with("saved models/two.yaml"), "{}", bench.notice());
    assert_eq!(unsaved(&bench.app), None);
    bench.key(KeyCode::Esc);
    assert!(!super::super::editing(&bench.app));
    bench.write("x");
    bench.shows("kidneys.tissue");
    bench.key(KeyCode::Tab);
    bench.key(KeyCode::End);
    assert!(!bench.path(".two.yaml.rpt-autosave").exists() && !aside_of(&bench.path("models/two.yaml")).exists());
}

#[test]
fn a_reading_of_an_older_text_is_dropped_and_the_present_one_is_read() {
    let mut bench = open();
    bench.holds = true;
    bench.write("x");
    bench.wait(READ_AFTER);
    bench.release_pauses();
    assert_eq!(bench.held.len(), 1);
    bench.write("y");
    bench.wait(READ_AFTER);
    bench.release_pauses();
    assert_eq!(bench.held.len(), 1, "one reading at a time");
    bench.release();
    assert!(bench.editor().is_diagnosed(), "the answer for the older text set the next reading off");
    assert!(!bench.editor().problems().is_empty());
    assert!(bench.editor().model().is_some(), "the last good model stays");
    bench.key(KeyCode::F(6));
    bench.shows("blood");
}

#[test]
fn edits_are_kept_aside_and_offered_again() {
    let mut bench = open();
    bench.write("# mine ");
    assert_eq!(recover(&bench.path("models/two.yaml")), None);
    bench.wait(ASIDE_AFTER);
    assert!(recover(&bench.path("models/two.yaml")).is_some_and(|text| text.starts_with("# mine ")));
    // the program dies here; the next one
    let mut next = Bench::on(bench.folder, (80, 24));
    next.write("m");
    next.key(KeyCode::Enter);
    next.shows("take them up again");
    next.shows("1 line of them");
    assert!(!super::super::editing(&next.app));
    next.write("t");
    assert!(next.editor().text.line(0).starts_with("# mine "));
    next.shows("two.yaml *");
    next.control('s');
    assert!(next.read("models/two.yaml").starts_with("# mine "));
    assert_eq!(recover(&next.path("models/two.yaml")), None);
}

#[test]
fn found_edits_can_be_discarded_or_left_for_later() {
    let mut bench = open();
    bench.write("# mine ");
    bench.wait(ASIDE_AFTER);
    let mut next = Bench::on(bench.folder, (80, 24));
    next.write("m");
    next.key(KeyCode::Enter);
    next.key(KeyCode::Esc);
    assert!(recover(&next.path("models/two.yaml")).is_some(), "Esc decides nothing");
    next.key(KeyCode::Enter);
    next.write("D");
    assert!(!next.editor().text.line(0).starts_with("# mine"));
    assert!(!aside_of(&next.path("models/two.yaml")).exists());
}

#[test]
fn undoing_everything_forgets_what_was_kept_aside() {
    let mut bench = open();
    bench.write("q");
    bench.wait(ASIDE_AFTER);
    assert!(aside_of(&bench.path("models/two.yaml")).exists());
    bench.control('z');
    bench.wait(ASIDE_AFTER);
    assert!(!aside_of(&bench.path("models/two.yaml")).exists());
}

#[test]
fn leaving_asks_and_every_answer_is_kept_to() {
    for (answer, in_file, aside) in [("s", true, false), ("a", false, true), ("D", false, false)] {
        let mut bench = open();
        bench.write("# mine ");
        bench.wait(ASIDE_AFTER);
        bench.key(KeyCode::Esc);
        bench.shows("Not saved");
        bench.key(KeyCode::Esc);
        assert!(super::super::editing(&bench.app), "Esc at the question stays");
        bench.key(KeyCode::Esc);
        bench.write(answer);
        assert!(!super::super::editing(&bench.app));
        assert_eq!(bench.read("models/two.yaml").starts_with("# mine "), in_file, "{answer}");
        assert_eq!(aside_of(&bench.path("models/two.yaml")).exists(), aside, "{answer}");
        assert_eq!(unsaved(&bench.app), None);
        assert!(rescue(&bench.app).is_empty());
    }
}

#[test]
fn discarding_wins_over_edits_that_are_just_being_kept_aside() {
    let mut bench = open();
    bench.write("# mine ");
    bench.holds = true;
    bench.wait(ASIDE_AFTER);
    bench.release_pauses();
    bench.key(KeyCode::Esc);
    bench.write("D");
    bench.release();
    assert!(!aside_of(&bench.path("models/two.yaml")).exists());
}

#[test]
fn a_save_waits_for_the_writing_before_it_and_is_not_given_up() {
    let mut bench = open();
    bench.write("# one ");
    bench.holds = true;
    bench.wait(ASIDE_AFTER);
    bench.release_pauses();
    bench.control('s');
    bench.write("# two ");
    bench.release();
    assert!(bench.read("models/two.yaml").starts_with("# one # two "), "the newest text is written");
    assert_eq!(unsaved(&bench.app), None);
    assert!(!aside_of(&bench.path("models/two.yaml")).exists());
}

#[test]
fn what_somebody_else_wrote_is_asked_about() {
    for (answer, mine) in [("O", true), ("T", false), ("s", false)] {
        let mut bench = open();
        bench.write("# mine ");
        std::fs::write(bench.path("models/two.yaml"), "# theirs\nmodel: two\n").expect("written");
        bench.control('s');
        bench.shows("Changed on disk");
        bench.write(answer);
        assert_eq!(bench.read("models/two.yaml").starts_with("# mine "), mine, "{answer}");
        match answer {
            "O" => assert_eq!(unsaved(&bench.app), None),
            "T" => {
                assert_eq!(bench.editor().text.text(), "# theirs\nmodel: two\n");
                assert_eq!(unsaved(&bench.app), None);
                bench.control('z');
                assert!(bench.editor().text.line(0).starts_with("# mine "), "one step brings mine back");
                assert!(unsaved(&bench.app).is_some());
            }
            _ => {
                assert!(unsaved(&bench.app).is_some() && bench.editor().text.line(0).starts_with("# mine "));
                bench.control('s');
                bench.shows("Changed on disk");
            }
        }
    }
}

#[test]
fn a_deleted_file_can_be_written_again() {
    let mut bench = open();
    bench.write("# mine ");
    std::fs::remove_file(bench.path("models/two.yaml")).expect("removed");
    bench.control('s');
    bench.shows("Deleted on disk");
    bench.write("O");
    assert!(bench.read("models/two.yaml").starts_with("# mine "));
}

#[test]
fn a_disk_that_refuses_is_told_and_the_edits_stay() {
    let mut bench = open();
    bench.write("# mine ");
    // the folder is gone: neither the file nor what is aside can be written
    std::fs::remove_dir_all(bench.path("models")).expect("removed");
    bench.wait(ASIDE_AFTER);
    assert!(bench.notice().contains("could not be written aside"), "{}", bench.notice());
    bench.control('s');
    bench.write("O");
    assert!(bench.notice().contains("was not saved"), "{}", bench.notice());
    assert_eq!(rescue(&bench.app).len(), 1);
    assert!(rescue(&bench.app)[0].1.starts_with("# mine "));
}

#[test]
fn a_file_that_is_no_text_is_not_opened() {
    let mut bench = Bench::new((80, 24));
    std::fs::write(bench.path("models/two.yaml"), [0xff, 0xfe, 0x00]).expect("written");
    bench.write("m");
    bench.key(KeyCode::Enter);
    assert!(!super::super::editing(&bench.app));
    assert!(bench.notice().starts_with("cannot read"), "{}", bench.notice());
}

#[test]
fn a_pasted_text_is_one_step_and_copies_reach_the_terminal() {
    let mut bench = open();
    bench.tell(Message::Paste("# a\n# b\n".into()));
    assert_eq!(bench.editor().text.line(1), "# b");
    bench.control('z');
    assert_eq!(unsaved(&bench.app), None);
    bench.press(KeyCode::Char('c'), KeyModifiers::ALT);
    bench.control('x');
    assert_eq!(bench.copied.len(), 2);
    assert_eq!(bench.copied[0], bench.copied[1], "the first line, twice");
}

#[test]
fn names_of_the_model_are_completed() {
    let mut bench = open();
    bench.write("blood_h");
    bench.control('n');
    bench.shows("blood_half_life# A model");
    bench.shows("1 of 1: [blood_half_life]");
    bench.control('z');
    bench.shows("blood_h# A model");
    bench.write("!zz");
    bench.control('n');
    assert_eq!(bench.notice(), "no name begins so");
}

#[test]
fn panels_take_the_place_of_the_text_where_there_is_no_room_beside_it() {
    let mut bench = open();
    bench.shows("# A model to start from");
    bench.key(KeyCode::F(6));
    bench.shows("Graph");
    bench.key(KeyCode::Down);
    assert_eq!(bench.app.model.desk.as_ref().map(|desk| desk.side_down), Some(1));
    bench.key(KeyCode::F(6));
    bench.shows("blood_half_life");
    bench.key(KeyCode::F(6));
    bench.shows("No problems.");
    bench.key(KeyCode::F(6));
    bench.shows("# A model to start from");
    bench.key(KeyCode::F(6));
    bench.write("z");
    bench.shows("z# A model to start from");
    bench.key(KeyCode::F(6));
    bench.key(KeyCode::Esc);
    bench.shows("z# A model to start from");
    assert!(super::super::editing(&bench.app), "Esc brought the text back");
}

#[test]
fn beside_the_text_of_a_scenario_stands_what_it_declares_and_its_data() {
    let mut bench = Bench::new((140, 40));
    let text = bench.read("scenarios/one/scenario.yaml");
    std::fs::write(bench.path("scenarios/one/new.csv"), "time_h,region,value\n4,kidneys,50\n24,kidneys,41\n").expect("written");
    bench.key(KeyCode::Enter);
    bench.shows("Declared");
    bench.shows("7.40 GBq");
    assert!(text.contains("# data:"));
    bench.press(KeyCode::End, KeyModifiers::CONTROL);
    bench.tell(Message::Paste("data:\n  file: new.csv\n".into()));
    bench.wait(READ_AFTER);
    bench.key(KeyCode::F(6));
    bench.shows("new.csv: 3 columns, 2 rows");
    bench.shows("not used");
    bench.tell(Message::Paste(
        "  time: {column: time_h, unit: h}\n  value: {column: value, unit: MBq}\n  channel: {column: region, map: {kidneys: kidneys}}\n  decay_corrected: false\n".into(),
    ));
    bench.wait(READ_AFTER);
    bench.shows("As a fit sees them: 2 values, 0 left out");
    bench.shows("time, h");
    bench.press(KeyCode::Down, KeyModifiers::ALT);
    bench.press(KeyCode::Up, KeyModifiers::ALT);
    for _ in 0..5 {
        bench.key(KeyCode::F(6));
    }
    bench.press(KeyCode::F(6), KeyModifiers::SHIFT);
    bench.frame();
}

#[test]
fn quitting_with_edits_asks_and_rescues() {
    let mut bench = open();
    bench.write("# mine ");
    bench.control('q');
    bench.shows("not saved");
    assert!(!bench.quit);
    let texts = rescue(&bench.app);
    assert_eq!(texts.len(), 1);
    assert_eq!(texts[0].0, bench.path("models/two.yaml"));
    assert_ne!(file(&texts[0].0), texts[0].1);
}

#[test]
fn the_cursor_of_the_terminal_is_where_the_text_goes_on() {
    let mut bench = open();
    let body = update::body(&bench.app);
    let at = cursor(&bench.app, body).expect("a cursor");
    bench.write("ab");
    assert_eq!(cursor(&bench.app, body), Some((at.0 + 2, at.1)));
    bench.key(KeyCode::F(6));
    assert_eq!(cursor(&bench.app, body), None, "the text is covered");
}
