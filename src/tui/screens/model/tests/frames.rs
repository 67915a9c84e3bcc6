//! Every state of the screen at every size, and how long a frame of the largest model takes.

use super::*;
use ratatui::buffer::Buffer;

/// States of the screen that look different, with what leads to each.
fn states() -> Vec<(&'static str, Bench)> {
    let mut all = Vec::new();
    for keys in ["", "w", "x", "mx", "mw"] {
        let mut bench = Bench::new((120, 36));
        bench.write(keys);
        all.push((keys, bench));
    }
    for sides in 0..6 {
        let mut bench = Bench::new((140, 40));
        std::fs::write(bench.path("scenarios/one/new.csv"), "time_h,region,value\n4,kidneys,50\n").expect("written");
        bench.key(KeyCode::Enter);
        bench.press(KeyCode::End, KeyModifiers::CONTROL);
        bench.tell(Message::Paste("data:\n  file: new.csv\n  time: {column: x}\n".into()));
        bench.wait(editing::READ_AFTER);
        for _ in 0..sides {
            bench.key(KeyCode::F(6));
        }
        if let Some(desk) = &mut bench.app.model.desk {
            desk.covered = true;
        }
        all.push(("editor", bench));
    }
    all
}

#[test]
fn every_state_is_drawn_at_every_size() {
    for (_, mut bench) in states() {
        for full in [false, true] {
            bench.app.full_screen = full;
            for size in (1..=40).flat_map(|width| (1..=20).map(move |height| (width, height))).chain([(80, 24), (120, 36), (200, 60)]) {
                bench.app.size = size;
                let area = Rect::new(0, 0, size.0, size.1);
                draw(&bench.app, area, &mut Buffer::empty(area));
                draw(&bench.app, Rect::new(3, 2, size.0, size.1), &mut Buffer::empty(area));
                draw(&bench.app, Rect::default(), &mut Buffer::empty(area));
                if let Some((x, y)) = cursor(&bench.app, area) {
                    assert!(area.contains(ratatui::layout::Position::new(x, y)), "{size:?}");
                }
                clicked(&mut bench.app, area, size.0 - 1, size.1 - 1);
                moving::settle(&mut bench.app);
                panes::fit(&mut bench.app);
            }
        }
    }
}

#[test]
fn the_graph_of_the_largest_model_is_drawn_in_time() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/psma617_pbpk.yaml");
    let News::Looked(_, Ok(seen)) = carry_out(Work::Look(path)) else { panic!("the model is shipped") };
    let draw = || {
        let begun = std::time::Instant::now();
        let lines = lines::graph_lines(seen.diagnosis.model.as_deref(), &seen.aids, 100, false);
        let lists = lines::lists(seen.diagnosis.model.as_deref(), 100, false);
        assert!(lines.len() > 20 && lists.len() > 100);
        begun.elapsed()
    };
    // the fastest of several: other work on the machine does not count
    let took = (0..9).map(|_| draw()).min().expect("drawn");
    eprintln!("graph and lists: {took:?}");
    // a frame may take this at most before a key feels late
    assert!(took < Duration::from_millis(50), "{took:?}");
}

/// Counts what is sent to a terminal.
#[derive(Clone, Default)]
struct Wire(std::sync::Arc<std::sync::Mutex<usize>>);

impl std::io::Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        *self.0.lock().expect("not poisoned") += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Bytes that each step costs on the wire at 120 × 36.
fn bytes(bench: &mut Bench, steps: &[&dyn Fn(&mut Bench)]) -> Vec<usize> {
    crossterm::style::force_color_output(true);
    let wire = Wire::default();
    let viewport = ratatui::Viewport::Fixed(Rect::new(0, 0, 120, 36));
    let backend = ratatui::backend::CrosstermBackend::new(wire.clone());
    let mut terminal = Terminal::with_options(backend, ratatui::TerminalOptions { viewport }).expect("a terminal");
    let mut draw = |app: &App| {
        terminal
            .draw(|frame| {
                view(app, frame);
            })
            .expect("drawn");
        std::mem::take(&mut *wire.0.lock().expect("not poisoned"))
    };
    draw(&bench.app);
    let mut counts = Vec::new();
    for step in steps {
        step(bench);
        counts.push(draw(&bench.app));
    }
    counts
}

#[test]
fn a_key_in_the_editor_costs_less_than_half_a_kilobyte() {
    let mut bench = Bench::new((120, 36));
    bench.write("m");
    bench.key(KeyCode::Enter);
    for _ in 0..13 {
        bench.key(KeyCode::Down);
    }
    bench.key(KeyCode::End);
    let write: &dyn Fn(&mut Bench) = &|bench| bench.write("a");
    let rest: &dyn Fn(&mut Bench) = &|bench| bench.wait(editing::READ_AFTER);
    let left: &dyn Fn(&mut Bench) = &|bench| bench.key(KeyCode::Left);
    let counts = bytes(&mut bench, &[write, write, rest, left, left]);
    eprintln!("{counts:?}");
    // typing and moving; what the reading found may write a line of words
    assert!(counts[1] < 512 && counts[3] < 512 && counts[4] < 512, "{counts:?}");
    assert!(counts[2] < 1024, "{counts:?}");
}

#[test]
fn a_step_in_the_list_costs_no_more_than_the_words_of_the_other_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for model in ["psma_it_ulm.yaml", "organ_monoexponential.yaml", "psma617_organs.yaml"] {
        std::fs::create_dir_all(folder.path().join("models")).expect("made");
        std::fs::copy(root.join("models").join(model), folder.path().join("models").join(model)).expect("copied");
    }
    for scenario in ["p12_spect", "psma_it_p1", "psma_it_p2", "vision"] {
        let to = folder.path().join("scenarios").join(scenario);
        std::fs::create_dir_all(&to).expect("made");
        for file in std::fs::read_dir(root.join("scenarios").join(scenario)).expect("the scenario").flatten() {
            std::fs::copy(file.path(), to.join(file.file_name())).expect("copied");
        }
    }
    let mut bench = Bench::on(folder, (120, 36));
    let down: &dyn Fn(&mut Bench) = &|bench| bench.key(KeyCode::Down);
    let counts = bytes(&mut bench, &[down, down, down]);
    bench.write("w");
    bench.key(KeyCode::Home);
    let texts = bytes(&mut bench, &[down, down, down]);
    eprintln!("about {counts:?}, written {texts:?}");
    // the panel holds 82 × 29 characters, all of which may be others
    assert!(counts.iter().all(|count| *count <= 4096), "{counts:?}");
    assert!(texts.iter().all(|count| *count <= 8192), "{texts:?}");
}
