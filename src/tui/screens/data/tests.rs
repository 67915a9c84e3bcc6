//! Updates and drawing of the screen, on shipped scenarios.
use super::*;
use support::*;

/// A workbench on copies of shipped scenarios whose background work is done at once.
pub(crate) mod support {
    use std::path::{Path, PathBuf};

    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use crate::session::project::{Entry, Project};
    use crate::tui::action::message_of;
    use crate::tui::app::App;
    use crate::tui::message::{Effect, Message};
    use crate::tui::screen::Screen;
    use crate::tui::screens;
    use crate::tui::update::{open_screen, update};
    use crate::tui::view::view;

    /// A folder with the models and a scenario as they ship.
    pub fn folder(scenario: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for part in ["models".to_owned(), format!("scenarios/{scenario}")] {
            copy(&root.join(&part), &folder.path().join(&part));
        }
        folder
    }

    fn copy(from: &Path, to: &Path) {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let target = to.join(path.file_name().unwrap());
            if path.is_dir() { copy(&path, &target) } else { assert!(std::fs::copy(&path, &target).is_ok()) }
        }
    }

    /// The workbench on that folder, with the scenario as the current one and everything read.
    pub fn opened(folder: &Path, scenario: &str, screen: Screen) -> App {
        let mut app = App::new(folder, "project", (80, 24), true);
        let path = folder.join("scenarios").join(scenario);
        let entry = Entry { name: scenario.into(), path: path.clone(), title: String::new(), problems: String::new() };
        let (models, runs, problems) = (Vec::new(), Vec::new(), Vec::new());
        app.project = Some(Project { folder: folder.to_path_buf(), models, scenarios: vec![entry], runs, problems });
        app.scenario = Some(path);
        let effects = open_screen(&mut app, screen);
        settle(&mut app, effects);
        app
    }

    /// Does the background work; jobs and readings of the folder are given back.
    pub fn settle(app: &mut App, effects: Vec<Effect>) -> Vec<Effect> {
        let mut others = Vec::new();
        for effect in effects {
            match effect {
                Effect::Background(ticket, work) => {
                    let news = screens::carry_out(work);
                    let more = update(app, Message::News(ticket, Box::new(news)));
                    others.extend(settle(app, more));
                }
                other => others.push(other),
            }
        }
        others
    }

    pub fn key(app: &mut App, code: KeyCode) -> Vec<Effect> {
        let event = KeyEvent::new(code, KeyModifiers::NONE);
        let Some(message) = message_of(app, &event) else { panic!("{code:?} means nothing here") };
        let effects = update(app, message);
        settle(app, effects)
    }

    pub fn press(app: &mut App, character: char) -> Vec<Effect> {
        key(app, KeyCode::Char(character))
    }

    /// Types into the prompt, in place of what stands there, and takes it.
    pub fn answer(app: &mut App, words: &str) -> Vec<Effect> {
        assert!(app.prompt.is_some(), "nothing is asked");
        app.prompt.as_mut().unwrap().text.clear();
        words.chars().for_each(|character| drop(press(app, character)));
        key(app, KeyCode::Enter)
    }

    pub fn notice(app: &App) -> String {
        app.notice.as_ref().map_or_else(String::new, |notice| notice.text.clone())
    }

    /// The whole screen as text.
    pub fn screen(app: &mut App, width: u16, height: u16) -> String {
        app.size = (width, height);
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal
            .draw(|frame| {
                view(app, frame);
            })
            .unwrap();
        let buffer = terminal.backend().buffer().clone();
        let row = |y: u16| (0..width).map(|x| buffer[(x, y)].symbol().to_owned()).collect::<String>().trim_end().to_owned();
        (0..height).map(row).collect::<Vec<_>>().join("\n")
    }

    /// Draws at every small size and the usual ones.
    pub fn at_all_sizes(app: &mut App) {
        let small = (1..=40).flat_map(|width| (1..=20).map(move |height| (width, height)));
        let usual = [(60, 16), (80, 24), (120, 36), (200, 60)];
        for (width, height) in small.chain(usual) {
            let area = ratatui::layout::Rect::new(0, 0, width, height);
            let mut buffer = ratatui::buffer::Buffer::empty(area);
            screens::draw(app, area, &mut buffer);
            screens::draw(app, ratatui::layout::Rect::default(), &mut buffer);
        }
        for size in usual {
            screen(app, size.0, size.1);
        }
    }

    pub fn file(folder: &Path, scenario: &str) -> PathBuf {
        folder.join("scenarios").join(scenario).join("scenario.yaml")
    }
}

#[test]
fn the_rows_of_p12_are_seen_with_units_and_state() {
    let folder = folder("p12_spect");
    let mut app = opened(folder.path(), "p12_spect", Screen::Data);
    let seen = screen(&mut app, 80, 24);
    // the second line of tac_p12_cycle1.csv: 4.528888888888889,liver,257.41958597653644
    for words in ["Data of p12_spect: 9 of 9 values used", "4.529 h", "liver", "257.4 MBq", "used", "Activity (MBq)", "1 of 3"] {
        assert!(seen.contains(words), "`{words}` is not in\n{seen}");
    }
    at_all_sizes(&mut app);
    let seen = screen(&mut app, 200, 60);
    for words in ["The data checker", "How it was understood", "as measured, not decay-corrected"] {
        assert!(seen.contains(words), "`{words}` is not in\n{seen}");
    }
}

#[test]
fn a_row_goes_with_a_reason_and_comes_back() {
    let folder = folder("p12_spect");
    let mut app = opened(folder.path(), "p12_spect", Screen::Data);
    press(&mut app, 'j');
    press(&mut app, 'x');
    assert!(app.prompt.as_ref().is_some_and(|prompt| prompt.title.contains("why is line 3 left out?")));
    answer(&mut app, " ");
    assert!(app.prompt.as_ref().is_some_and(|prompt| prompt.error.is_some()), "a reason is needed");
    answer(&mut app, "patient moved");
    assert!(app.prompt.is_none());
    assert_eq!(selected(&app).unwrap().state, RowState::Excluded("patient moved".into()));
    let seen = screen(&mut app, 120, 36);
    for words in ["8 of 9 values used · 1 changed, not written", "excluded: patient moved", "left out"] {
        assert!(seen.contains(words), "`{words}` is not in\n{seen}");
    }
    assert!(desk::unsaved(&app).is_some());
    press(&mut app, 'x');
    assert_eq!((&selected(&app).unwrap().state, desk::edits(&app).len()), (&RowState::Used, 0));
    press(&mut app, 'u');
    assert!(matches!(selected(&app).unwrap().state, RowState::Excluded(_)), "{}", notice(&app));
    press(&mut app, 'u');
    assert_eq!(selected(&app).unwrap().state, RowState::Used);
    press(&mut app, 'U');
    assert!(matches!(selected(&app).unwrap().state, RowState::Excluded(_)));
    press(&mut app, 'u');
    press(&mut app, 'u');
    assert_eq!(notice(&app), "no change to take back");
}

#[test]
fn changes_are_written_after_asking_and_never_over_those_of_others() {
    let folder = folder("p12_spect");
    let file = file(folder.path(), "p12_spect");
    let mut app = opened(folder.path(), "p12_spect", Screen::Data);
    press(&mut app, 'W');
    assert_eq!(notice(&app), "nothing is changed");
    press(&mut app, 'x');
    answer(&mut app, "blurred");
    let before = std::fs::read_to_string(&file).unwrap();
    // somebody else writes meanwhile
    std::fs::write(&file, format!("{before}# mine\n")).unwrap();
    press(&mut app, 'W');
    assert!(app.question.as_ref().is_some_and(|question| question.words.iter().any(|words| words.contains("line 2 left out: blurred"))));
    press(&mut app, 'y');
    assert!(notice(&app).contains("changed on disk"), "{}", notice(&app));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("{before}# mine\n"));
    // once more, now on the new text
    press(&mut app, 'W');
    press(&mut app, 'y');
    assert!(notice(&app).contains("written"), "{}", notice(&app));
    let written = std::fs::read_to_string(&file).unwrap();
    let line = "  exclude: [{line: 2, reason: \"blurred\"}]\n";
    assert!(written.contains(line) && written.replace(line, "") == format!("{before}# mine\n"), "{written}");
    assert_eq!((desk::edits(&app).len(), desk::unsaved(&app)), (0, None));
    // what the file says now can be taken in again
    press(&mut app, 'x');
    assert_eq!((&selected(&app).unwrap().state, desk::edits(&app)), (&RowState::Used, &[Edit::Include { table: 0, line: 2 }][..]));
    press(&mut app, 'x');
    assert_eq!((&selected(&app).unwrap().state, desk::edits(&app).len()), (&RowState::Excluded("blurred".into()), 0));
}

#[test]
fn regions_are_stepped_and_the_axis_changes() {
    let folder = folder("theophylline");
    let mut app = opened(folder.path(), "theophylline", Screen::Data);
    assert!(screen(&mut app, 80, 24).contains("1 of 12"), "{}", screen(&mut app, 80, 24));
    press(&mut app, 'l');
    assert_eq!(selected(&app).map(|row| row.person.clone()).as_deref(), Some("2"));
    press(&mut app, 'h');
    press(&mut app, 'h');
    assert_eq!(app.data.row, 0);
    let linear = screen(&mut app, 80, 24);
    press(&mut app, 'y');
    assert_ne!(screen(&mut app, 80, 24), linear);
    press(&mut app, 'G');
    assert_eq!(app.data.row, rows_of(&app).len() - 1);
    press(&mut app, 'g');
    press(&mut app, ' ');
    assert!(app.data.row > 0);
    assert_eq!(kept(&app), [("axis".to_owned(), "log".to_owned())]);
}

#[test]
fn panels_are_focused_by_tab_and_mouse_and_fill_the_screen() {
    let folder = folder("p12_spect");
    let mut app = opened(folder.path(), "p12_spect", Screen::Data);
    let area = crate::tui::update::body(&app);
    clicked(&mut app, area, 5, area.y + 4);
    assert_eq!(app.data.row, 2, "frame, heading, then the rows");
    clicked(&mut app, area, 5, area.bottom() - 3);
    assert_eq!(app.data.panel, Panel::Plot);
    key(&mut app, crossterm::event::KeyCode::Tab);
    assert_eq!(app.data.panel, Panel::Notes);
    press(&mut app, 'f');
    let seen = screen(&mut app, 80, 24);
    assert!(seen.contains("How it was understood") && !seen.contains("257.4"), "{seen}");
    press(&mut app, 'G');
    assert!(searchable(&app).is_some());
    at_all_sizes(&mut app);
    press(&mut app, 'f');
    assert!(back(&mut app) && !back(&mut app));
}

#[test]
fn rows_are_searched() {
    let folder = folder("p12_spect");
    let mut app = opened(folder.path(), "p12_spect", Screen::Data);
    press(&mut app, '/');
    "spleen".chars().for_each(|character| drop(press(&mut app, character)));
    key(&mut app, crossterm::event::KeyCode::Enter);
    assert_eq!(selected(&app).map(|row| row.channel.as_str()), Some("spleen"));
}

#[test]
fn without_data_it_says_what_to_do() {
    let folder = folder("psma_it_p1");
    let mut app = opened(folder.path(), "psma_it_p1", Screen::Data);
    let seen = screen(&mut app, 80, 24);
    assert!(seen.contains("`psma_it_p1` has no data") && seen.contains("file: scans.csv"), "{seen}");
    press(&mut app, 'x');
    assert_eq!(notice(&app), "there are no measured values");
    at_all_sizes(&mut app);
    app.scenario = None;
    assert!(screen(&mut app, 80, 24).contains("No scenario is chosen"));
}

#[test]
fn a_broken_scenario_and_a_missing_file_are_told() {
    let folder = folder("p12_spect");
    let file = file(folder.path(), "p12_spect");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("value: {column: activity_MBq, unit: MBq}", "value: {column: activity_MBq, unit: mL}")).unwrap();
    let mut app = opened(folder.path(), "p12_spect", Screen::Data);
    let seen = screen(&mut app, 100, 30);
    assert!(seen.contains("The scenario cannot be read") && seen.contains("error"), "{seen}");
    std::fs::remove_file(&file).unwrap();
    let effects = entered(&mut app);
    settle(&mut app, effects);
    assert!(screen(&mut app, 80, 24).contains("cannot read"));
}

#[test]
fn a_table_that_cannot_be_read_shows_what_is_wrong() {
    let folder = folder("p12_spect");
    let table = folder.path().join("scenarios/p12_spect/tac_p12_cycle1.csv");
    let text = std::fs::read_to_string(&table).unwrap();
    std::fs::write(&table, text.replace("257.41958597653644", "many")).unwrap();
    let mut app = opened(folder.path(), "p12_spect", Screen::Data);
    let seen = screen(&mut app, 120, 36);
    assert!(seen.contains("refused") && seen.contains("A fit refuses these data"), "{seen}");
    press(&mut app, 'x');
    assert!(notice(&app).contains("cannot be read"), "{}", notice(&app));
}

#[test]
fn changes_survive_the_session() {
    let folder = folder("p12_spect");
    let mut app = opened(folder.path(), "p12_spect", Screen::Data);
    press(&mut app, 'x');
    answer(&mut app, "blurred");
    let words = kept(&app);
    let mut later = opened(folder.path(), "p12_spect", Screen::Data);
    restored(&mut later, &words);
    assert_eq!(desk::edits(&later), desk::edits(&app));
    restored(&mut later, &[("changes nowhere".into(), "[]".into()), ("changes scenarios/p12_spect".into(), "nonsense".into())]);
    assert_eq!(desk::edits(&later), desk::edits(&app));
}

#[test]
fn a_storm_of_sizes_reads_once() {
    let folder = folder("p12_spect");
    let mut app = opened(folder.path(), "p12_spect", Screen::Data);
    let first = crate::tui::update::update(&mut app, crate::tui::message::Message::Resized(90, 30));
    let second = crate::tui::update::update(&mut app, crate::tui::message::Message::Resized(91, 30));
    assert_eq!((first.len(), second.len()), (1, 0));
    settle(&mut app, first);
    assert!(!app.data.desk.is_reading());
}

#[test]
fn a_stale_answer_is_dropped() {
    let folder = folder("p12_spect");
    let mut app = opened(folder.path(), "p12_spect", Screen::Data);
    let first = desk::read(&mut app);
    app.scenario = None;
    desk::read(&mut app);
    settle(&mut app, first);
    assert!(!app.data.desk.is_reading());
}
