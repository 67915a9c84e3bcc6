//! Many panels as pages: at most twelve a page, pages of about equal length, the name and title of each numbered.

use super::About;
use crate::report::{Figure, Panel};

/// Panels on one page.
const MOST_PANELS: usize = 12;

/// One figure with panels in a grid.
pub(super) fn page(name: &str, title: &str, about: &About, panels: Vec<Panel>) -> Figure {
    Figure {
        name: name.to_owned(),
        title: if about.subject.is_empty() { title.to_owned() } else { format!("{title}: {}", about.subject) },
        columns: match panels.len() {
            0 | 1 => 1,
            2..=4 => 2,
            _ => 3,
        },
        panels,
        caption: about.caption.clone(),
        ..Figure::default()
    }
}

/// As many figures as the panels need; none for no panels.
pub(super) fn pages(name: &str, title: &str, about: &About, panels: Vec<Panel>) -> Vec<Figure> {
    let count = panels.len().div_ceil(MOST_PANELS);
    if count <= 1 {
        return if panels.is_empty() { Vec::new() } else { vec![page(name, title, about, panels)] };
    }
    let each = panels.len().div_ceil(count);
    panels
        .chunks(each)
        .enumerate()
        .map(|(index, chunk)| {
            let name = if index == 0 { name.to_owned() } else { format!("{name}_{}", index + 1) };
            let subtitle = Some(format!(
                "page {} of {count}: panels {} to {} of {}",
                index + 1,
                index * each + 1,
                index * each + chunk.len(),
                panels.len()
            ));
            Figure { subtitle, ..page(&name, title, about, chunk.to_vec()) }
        })
        .collect()
}
