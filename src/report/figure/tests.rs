//! Figures that must be drawn without panic, overlap or clipping, and the properties their files must have.

use super::readable::assert_readable;
use super::*;

mod distributions;
mod gallery;
mod matrices;

fn everything() -> impl Iterator<Item = Figure> {
    let all = gallery::all().into_iter().chain(matrices::all()).chain(distributions::all());
    all.chain(gallery::awkward()).chain(matrices::awkward()).chain(distributions::awkward())
}

#[test]
fn the_gallery_is_readable() {
    for figure in gallery::all().into_iter().chain(matrices::all()).chain(distributions::all()) {
        assert_readable(&figure);
    }
}

#[test]
fn awkward_figures_are_drawn_and_readable() {
    for figure in gallery::awkward().into_iter().chain(matrices::awkward()).chain(distributions::awkward()) {
        assert_readable(&figure);
        figure.render().expect("it is drawn");
    }
}

#[test]
fn legends_inside_a_plot_hide_no_data() {
    for figure in everything() {
        let looks = palette::Looks::of(&figure);
        for plan in layout::page_of(&figure, &looks).panels {
            if let layout::LegendPlace::Inside(legend, x, y) = &plan.legend {
                let area = scene::Rect::new(*x, *y, legend.width, legend.height);
                let plot = plan.plot(&looks);
                assert!(plot.covered(false).iter().all(|thing| !thing.overlaps(&area)), "{}", figure.name);
            }
        }
    }
}

#[test]
fn one_panel_is_800_by_500_and_the_svg_keeps_its_fine_grid() {
    let drawn = gallery::time_activity().render().expect("it is drawn");
    assert!(drawn.svg.starts_with("<svg width=\"800\" height=\"500\" viewBox=\"0 0 6400 4000\""), "{}", &drawn.svg[..120]);
    assert!(drawn.svg.contains("research use only, not a medical device"));
    let picture = image::load_from_memory(&drawn.png).expect("a PNG");
    assert_eq!((picture.width(), picture.height()), (800, 500));
}

#[test]
fn every_text_of_the_page_is_text_in_the_svg_at_its_size() {
    let figure = gallery::ntcp();
    let svg = figure.render().expect("it is drawn").svg;
    let scene = compose::scene_of(&figure);
    assert_eq!(svg.matches("<text ").count(), scene.texts().count());
    assert_eq!(svg.matches("font-family=\"DejaVu Sans, Verdana, sans-serif\"").count(), scene.texts().count());
    // the title is 16 logical pixels, the grid eight times finer
    assert!(svg.contains("font-size=\"128\""), "title at 8 × 16");
}

#[test]
fn the_same_figure_gives_the_same_bytes_also_after_storage() {
    let figure = gallery::cycles();
    let first = figure.render().expect("it is drawn");
    assert_eq!(first, figure.render().expect("it is drawn again"));
    let stored = serde_yaml::to_string(&figure).expect("it is stored");
    let read: Figure = serde_yaml::from_str(&stored).expect("it is read back");
    assert_eq!(first, read.render().expect("it is drawn from storage"));
}

#[test]
fn a_figure_with_nan_survives_storage() {
    let figure = gallery::awkward().into_iter().find(|f| f.name == "not-a-number").expect("it is in the gallery");
    let stored = serde_yaml::to_string(&figure).expect("it is stored");
    let read: Figure = serde_yaml::from_str(&stored).expect("it is read back");
    assert_eq!(figure.render().expect("drawn"), read.render().expect("drawn"));
}

#[test]
fn dropped_points_are_told_in_the_caption() {
    let figure = gallery::awkward().into_iter().find(|f| f.name == "zeros-on-log").expect("it is in the gallery");
    let texts: String = compose::scene_of(&figure).texts().map(|t| t.text.clone()).collect();
    assert!(texts.contains("2 points at or below zero on a logarithmic axis"), "{texts}");
}

#[test]
fn the_table_of_a_figure_has_units_and_all_digits() {
    let csv = gallery::time_activity().render().expect("drawn").csv;
    let mut lines = csv.lines();
    assert_eq!(
        lines.next(),
        Some("panel,series,mark,x [Time after injection (h)],y [Activity (MBq)],low [Activity (MBq)],high [Activity (MBq)]")
    );
    assert!(csv.contains("1,kidneys,points,24,"), "{csv}");
}

#[test]
fn an_organ_keeps_its_colour_across_panels() {
    let figure = gallery::fixed_against_adapted();
    let looks = palette::Looks::of(&figure);
    let style = Style::default();
    assert_ne!(looks.look("kidneys", &style), looks.look("red marrow", &style));
    assert_eq!(looks.look("kidneys", &style), looks.look("kidneys", &style));
}

#[test]
fn columns_of_different_length_are_refused_by_name() {
    let mut figure = gallery::time_activity();
    figure.panels[0].marks.push(Mark::Line { name: "spleen".into(), x: vec![1.0], y: vec![], style: Style::default() });
    let message = figure.render().expect_err("lengths differ").to_string();
    assert_eq!(message, "figure `time-activity`, series `spleen`: 1 x values but 0 y values");
}

#[test]
fn every_kind_of_mark_gives_the_same_bytes_after_storage() {
    for figure in matrices::all().into_iter().chain(matrices::awkward()).chain(distributions::all()).chain(distributions::awkward()) {
        let read: Figure = serde_yaml::from_str(&figure.to_yaml()).expect("it is read back");
        assert_eq!(figure.render().expect("drawn"), read.render().expect("drawn from storage"), "{}", figure.name);
    }
}

#[test]
fn a_figure_stored_before_roles_existed_is_still_read() {
    let stored = gallery::time_activity().to_yaml();
    assert!(!stored.contains("role"), "a plain role is not stored");
    assert_eq!(serde_yaml::from_str::<Figure>(&stored).expect("read"), gallery::time_activity());
}

#[test]
fn cells_print_their_value_and_their_table_names_both_parameters() {
    let figure = matrices::cells("c", vec!["a".into(), "b".into()]);
    // exp(−0.3) = 0.7408, negative between neighbours
    let texts: Vec<String> = assert_readable(&figure).texts().map(|t| t.text.clone()).collect();
    assert_eq!(texts.iter().filter(|t| *t == "−0.74").count(), 2, "{texts:?}");
    let csv = figure.render().expect("drawn").csv;
    assert!(csv.contains("1,Correlation: a with b,cell,b,-0.74081822068"), "{csv}");
}

#[test]
fn the_table_of_intervals_has_the_unit_of_their_axis() {
    let csv = matrices::intervals("i", vec!["k_on".into()], true).render().expect("drawn").csv;
    assert_eq!(
        csv.lines().next(),
        Some("panel,series,mark,x [Relative to the prior median],y,low [Relative to the prior median],high [Relative to the prior median]")
    );
    assert!(csv.contains("1,posterior,interval,1,k_on,0.66666666"), "{csv}");
}

#[test]
fn a_family_has_one_legend_entry_and_a_table_row_set_for_each_curve() {
    let figure = matrices::family();
    let texts: Vec<String> = compose::scene_of(&figure).texts().map(|t| t.text.clone()).collect();
    assert_eq!(texts.iter().filter(|t| t.contains("start") && !t.contains("starts of") && !t.contains("forty")).count(), 2, "{texts:?}");
    let csv = figure.render().expect("drawn").csv;
    assert!((2..=40).all(|start| csv.contains(&format!("other starts (39): start {start},line,0,"))));
}

#[test]
fn muted_series_take_no_colour_and_keep_their_marker() {
    let figure = matrices::roles("r", 1, 1, Axis::log10("Activity", "MBq"));
    let looks = palette::Looks::of(&figure);
    let excluded = looks.look("excluded", &Style::muted());
    assert_eq!((excluded.colour, excluded.muted), (palette::MUTED, true));
    let below = looks.look("b", &Style::indexed(0).with_role(Role::BelowLimit));
    assert_eq!(below.marker, palette::Marker::ArrowDown);
    assert_eq!(below.colour, looks.look("measured", &Style::indexed(0)).colour);
}

#[test]
fn cells_and_intervals_of_the_wrong_length_are_refused_by_name() {
    let mut figure = matrices::cells("c", vec!["a".into(), "b".into()]);
    if let Mark::Cells { values, .. } = &mut figure.panels[0].marks[0] {
        values[1].pop();
    }
    assert_eq!(figure.render().expect_err("lengths differ").to_string(), "figure `c`, series `Correlation`: 2 x values but 1 cell values");
    let mut figure = matrices::intervals("i", vec!["a".into(), "b".into()], true);
    if let Mark::Intervals { series } = &mut figure.panels[0].marks[0] {
        series[1].high.pop();
    }
    assert_eq!(figure.render().expect_err("lengths differ").to_string(), "figure `i`, series `posterior`: 2 x values but 1 high values");
}

/// Writes the gallery for looking at, when `RPT_GALLERY` names a folder.
#[test]
fn gallery_for_looking_at() {
    let Some(folder) = std::env::var_os("RPT_GALLERY").map(PathBuf::from) else {
        return;
    };
    for figure in everything() {
        figure.draw(&folder).expect("the folder is writable");
    }
}
