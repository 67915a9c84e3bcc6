//! Looking through a result: panels, figures, tables, words; ends are ends at every size.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rptbench::tui::action::Motion;
use rptbench::tui::app::App;
use rptbench::tui::browse::{Aspect, Browse, draw, go, scroll_room};
use rptbench::tui::record::Record;

use crate::fixture::outcome;

const AREA: Rect = Rect { x: 0, y: 0, width: 54, height: 18 };

#[test]
fn arrows_step_through_panels_and_figures_and_stop_at_the_ends() {
    let record = Record::from(outcome());
    let mut browse = Browse::default();
    let mut seen = vec![(0, 0)];
    for _ in 0..4 {
        go(&record, &mut browse, Motion::Side(1), false, AREA);
        seen.push((browse.place.figure, browse.place.panel));
    }
    assert_eq!(seen, [(0, 0), (0, 1), (1, 0), (1, 0), (1, 0)]);
    go(&record, &mut browse, Motion::Side(-1), false, AREA);
    assert_eq!((browse.place.figure, browse.place.panel), (0, 0));
}

#[test]
fn words_scroll_no_further_than_their_end() {
    let record = Record::from(outcome());
    let small = Rect { height: 5, ..AREA };
    let mut browse = Browse { wanted: Aspect::Findings, ..Browse::default() };
    let (down, _) = scroll_room(&record, &browse, false, small);
    assert!(down > 0);
    for _ in 0..100 {
        go(&record, &mut browse, Motion::Rows(1), false, small);
    }
    assert_eq!(browse.place.down, down);
    go(&record, &mut browse, Motion::Page(1), false, small);
    assert_eq!(browse.place.down, down);
    go(&record, &mut browse, Motion::First, false, small);
    assert_eq!(browse.place.down, 0);
}

#[test]
fn what_is_not_there_gives_way_to_what_is() {
    let mut record = Record::from(outcome());
    record.figures.clear();
    assert_eq!(Browse::default().shown(&record), Aspect::Tables);
    record.tables.clear();
    assert_eq!(Browse::default().shown(&record), Aspect::Findings);
}

#[test]
fn every_aspect_is_drawn_at_every_size() {
    let record = Record::from(outcome());
    let app = App::default();
    for wanted in Aspect::ALL {
        for (width, height) in (0..130).step_by(7).flat_map(|width| (0..45).map(move |height| (width, height))) {
            let area = Rect::new(0, 0, width, height);
            let mut buffer = Buffer::empty(area);
            draw(&record, &Browse { wanted, ..Browse::default() }, &app, area, &mut buffer);
        }
    }
}
