//! Cutting lines and areas at the border of the plot, because the SVG backend does not; and leaving out points that change nothing.

use super::scene::Rect;

type Point = (f64, f64);

/// The part of a segment inside `rect` (Liang and Barsky, 1984).
pub(crate) fn segment(from: Point, to: Point, rect: &Rect) -> Option<(Point, Point)> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    let edges = [(-dx, from.0 - rect.left), (dx, rect.right - from.0), (-dy, from.1 - rect.top), (dy, rect.bottom - from.1)];
    for (towards, room) in edges {
        if towards == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else {
            let share = room / towards;
            if towards < 0.0 {
                enter = enter.max(share);
            } else {
                leave = leave.min(share);
            }
        }
    }
    let at = |share: f64| (from.0 + share * dx, from.1 + share * dy);
    (enter <= leave).then(|| (if enter > 0.0 { at(enter) } else { from }, if leave < 1.0 { at(leave) } else { to }))
}

/// The runs of a polyline inside `rect`.
pub(crate) fn path(points: &[Point], rect: &Rect) -> Vec<Vec<Point>> {
    let mut runs: Vec<Vec<Point>> = Vec::new();
    let mut open = false;
    for pair in points.windows(2) {
        let Some((from, to)) = segment(pair[0], pair[1], rect) else {
            open = false;
            continue;
        };
        match runs.last_mut() {
            Some(run) if open && run.last() == Some(&from) => run.push(to),
            _ => runs.push(vec![from, to]),
        }
        open = to == pair[1];
    }
    runs
}

/// The polyline without points nearer than `tolerance` to the line between their kept neighbours (Ramer 1972; Douglas and Peucker 1973).
/// Backends round to whole pixels: many short segments would make a smooth curve wobble.
pub(crate) fn simplified(points: &[Point], tolerance: f64) -> Vec<Point> {
    let mut kept = vec![false; points.len()];
    let mut open = vec![(0, points.len().saturating_sub(1))];
    while let Some((first, last)) = open.pop() {
        for end in [first, last] {
            if let Some(kept) = kept.get_mut(end) {
                *kept = true;
            }
        }
        let farthest = (first + 1..last).map(|i| (i, distance(points[i], points[first], points[last]))).max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((index, away)) = farthest
            && away > tolerance
        {
            open.extend([(first, index), (index, last)]);
        }
    }
    points.iter().zip(kept).filter(|(_, kept)| *kept).map(|(point, _)| *point).collect()
}

/// Distance of `point` from the segment `from … to`.
fn distance(point: Point, from: Point, to: Point) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let square = dx * dx + dy * dy;
    let share = if square > 0.0 { ((point.0 - from.0) * dx + (point.1 - from.1) * dy) / square } else { 0.0 };
    let share = share.clamp(0.0, 1.0);
    crate::math::hypot(point.0 - from.0 - share * dx, point.1 - from.1 - share * dy)
}

/// A polygon cut to `rect`, one edge after the other (Sutherland and Hodgman, 1974).
pub(crate) fn polygon(points: &[Point], rect: &Rect) -> Vec<Point> {
    let mut kept = points.to_vec();
    let inside: [&dyn Fn(Point) -> f64; 4] = [&|p| p.0 - rect.left, &|p| rect.right - p.0, &|p| p.1 - rect.top, &|p| rect.bottom - p.1];
    for room in inside {
        let Some(mut before) = kept.last().copied() else {
            return kept;
        };
        let mut next = Vec::with_capacity(kept.len() + 2);
        for point in kept {
            let (a, b) = (room(before), room(point));
            if (a >= 0.0) != (b >= 0.0) {
                let share = a / (a - b);
                next.push((before.0 + share * (point.0 - before.0), before.1 + share * (point.1 - before.1)));
            }
            if b >= 0.0 {
                next.push(point);
            }
            before = point;
        }
        kept = next;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: Rect = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    #[test]
    fn a_line_that_leaves_and_returns_becomes_two_runs() {
        let runs = path(&[(1.0, 5.0), (5.0, 15.0), (9.0, 5.0)], &BOX);
        assert_eq!(runs, vec![vec![(1.0, 5.0), (3.0, 10.0)], vec![(7.0, 10.0), (9.0, 5.0)]]);
        assert!(path(&[(-5.0, -1.0), (20.0, -1.0)], &BOX).is_empty());
    }

    #[test]
    fn a_straight_run_keeps_its_ends_and_a_bend_stays() {
        let run: Vec<Point> = (0..50).map(|i| (f64::from(i), 0.0)).chain((0..50).map(|i| (49.0, f64::from(i)))).collect();
        assert_eq!(simplified(&run, 0.1), [(0.0, 0.0), (49.0, 0.0), (49.0, 49.0)]);
        assert_eq!(simplified(&[], 0.1), []);
        assert_eq!(simplified(&[(1.0, 2.0)], 0.1), [(1.0, 2.0)]);
    }

    #[test]
    fn a_polygon_around_the_box_becomes_the_box() {
        let cut = polygon(&[(-5.0, -5.0), (15.0, -5.0), (15.0, 15.0), (-5.0, 15.0)], &BOX);
        assert!(cut.iter().all(|p| BOX.contains(*p)) && cut.len() >= 4, "{cut:?}");
    }
}
