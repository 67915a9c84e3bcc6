//! From a figure to a list of shapes: title, panels, legends, caption and the research-use line.

use super::axes;
use super::labels::{self, TopLabels};
use super::layout::{self, *};
use super::palette::{INK, Looks, SOFT_INK};
use super::scene::{Anchor, Scene, Shape, Text};
use super::{Figure, extent};

/// The whole page of a figure, ready for any backend.
pub(crate) fn scene_of(figure: &Figure) -> Scene {
    let looks = Looks::of(figure);
    let page = layout::page_of(figure, &looks);
    let mut scene = Scene { width: page.width, height: page.height, shapes: Vec::new() };
    let line = |x: f64, y: f64, em: f64, bold: bool| Text {
        text: String::new(),
        x,
        y,
        em,
        bold,
        colour: if bold { INK } else { SOFT_INK },
        anchor: Anchor::Start,
        upright: false,
    };

    let mut y = MARGIN - 4.0 + TITLE_EM;
    y = scene.lines(&page.title, &line(MARGIN, y, TITLE_EM, true), TITLE_LINE);
    scene.lines(&page.subtitle, &line(MARGIN, y - 3.0, SUBTITLE_EM, false), SUBTITLE_LINE);

    let label_heights: Vec<(f64, f64)> = page.panels.iter().map(|p| (p.frame.top, TopLabels::of(&p.plot(&looks)).height())).collect();
    for plan in &page.panels {
        let plot = plan.plot(&looks);
        let top_labels = TopLabels::of(&plot);
        let title_lines = plan.title.len() as f64;
        // titles of one row stand on one line, whichever panel has labels above its plot
        let in_row = label_heights.iter().filter(|(top, _)| *top == plan.frame.top);
        let labels_height = in_row.map(|(_, height)| *height).fold(0.0, f64::max);
        let title_y = plan.frame.top - labels_height - 8.0 - PANEL_TITLE_LINE * (title_lines - 1.0);
        scene.lines(&plan.title, &line(plan.frame.left, title_y, PANEL_TITLE_EM, true), PANEL_TITLE_LINE);
        axes::draw_grid(&plot, &plan.axis_labels, &mut scene);
        plot.draw_marks(&mut scene);
        axes::draw_axes(&plot, &plan.axis_labels, &mut scene);
        top_labels.draw(plan.frame.top, &mut scene);
        labels::draw_side(&plot, &mut scene);
        if is_empty(plan.panel) {
            let middle = ((plan.frame.left + plan.frame.right) / 2.0, (plan.frame.top + plan.frame.bottom) / 2.0);
            let text = Text { anchor: Anchor::Middle, ..line(middle.0, middle.1, AXIS_EM, false) };
            scene.lines(&["no data to show".to_owned()], &text, AXIS_EM);
        }
        match &plan.legend {
            LegendPlace::None => {}
            LegendPlace::Inside(legend, x, y) => legend.draw(*x, *y, true, &mut scene),
            LegendPlace::Right(legend) | LegendPlace::Below(legend) => {
                let (x, y) = plan.outside_corner(legend);
                legend.draw(x, y, false, &mut scene);
            }
        }
    }
    if let Some((legend, x, y)) = page.shared_legend.filter(|(legend, ..)| !legend.is_empty()) {
        legend.draw(x, y, false, &mut scene);
    }
    scene.lines(&page.caption, &line(MARGIN, page.caption_top + CAPTION_EM, CAPTION_EM, false), CAPTION_LINE);
    scene.shapes.push(Shape::Text(Text {
        text: page.footer.to_owned(),
        anchor: Anchor::End,
        ..line(page.width - MARGIN, page.height - 9.0, FOOTER_EM, false)
    }));
    scene
}

/// True when nothing of a panel can be drawn.
fn is_empty(panel: &super::Panel) -> bool {
    use super::Mark;
    let shown = |x: &[f64], y: &[f64]| {
        let (xs, ys) = (extent::x_span(panel), extent::y_span(panel));
        x.iter().zip(y).any(|(x, y)| xs.share(*x).is_some() && ys.share(*y).is_some())
    };
    !panel.marks.iter().any(|mark| match mark {
        Mark::Line { x, y, .. } | Mark::Steps { x, y, .. } | Mark::Points { x, y, .. } => shown(x, y),
        Mark::Band { x, high, .. } => shown(x, high),
        Mark::VerticalLine { .. } | Mark::HorizontalLine { .. } => true,
        Mark::Family { curves, .. } => curves.iter().any(|c| shown(&c.x, &c.y)),
        Mark::Cells { values, .. } => values.iter().any(|row| !row.is_empty()),
        Mark::Intervals { series } => series.iter().flat_map(|s| s.middle.iter().chain(&s.high)).any(|v| v.is_finite()),
        Mark::Bars { series, .. } => series.iter().flat_map(|s| &s.values).any(|v| v.is_finite()),
        Mark::Violins { violins } => violins.iter().flat_map(super::violins::extremes).any(|v| v.is_finite()),
        Mark::Spans { series } => series.iter().flat_map(|s| &s.to).any(|v| v.is_finite()),
        Mark::AtTicks { .. } => false,
    })
}
