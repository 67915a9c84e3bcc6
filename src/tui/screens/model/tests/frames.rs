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
    let begun = std::time::Instant::now();
    let lines = lines::graph_lines(seen.diagnosis.model.as_deref(), &seen.aids, 100, false);
    let lists = lines::lists(seen.diagnosis.model.as_deref(), 100, false);
    let took = begun.elapsed();
    eprintln!("graph {} lines, lists {} lines: {took:?}", lines.len(), lists.len());
    assert!(lines.len() > 20 && lists.len() > 100);
    // a frame may take this at most before a key feels late
    assert!(took < Duration::from_millis(50), "{took:?}");
}
