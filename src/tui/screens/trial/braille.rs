//! A histogram in braille dots: two bins a column, four steps a row.

/// Dots of the left and the right half of a cell, from below.
const DOTS: [[u32; 4]; 2] = [[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]];

/// The counts in `columns` × `rows` cells, from above; a bin of `full` fills the height. A bin that holds anything is seen.
pub fn histogram(counts: &[u64], full: f64, columns: usize, rows: usize) -> Vec<String> {
    let bins = spread_over(counts, 2 * columns);
    let steps = (4 * rows) as f64;
    let heights: Vec<usize> = bins
        .iter()
        .map(|count| {
            let height = if full > 0.0 { (count / full * steps).round() } else { 0.0 };
            if *count > 0.0 { height.clamp(1.0, steps) as usize } else { 0 }
        })
        .collect();
    (0..rows)
        .rev()
        .map(|row| {
            (0..columns)
                .map(|column| {
                    let mut dots = 0x2800;
                    for side in 0..2 {
                        let above = heights[2 * column + side].saturating_sub(4 * row).min(4);
                        DOTS[side][..above].iter().for_each(|dot| dots |= dot);
                    }
                    char::from_u32(dots).unwrap_or(' ')
                })
                .collect()
        })
        .collect()
}

/// The largest of the counts when they are spread over `2 · columns` bins.
pub fn fullest(counts: &[u64], columns: usize) -> f64 {
    spread_over(counts, 2 * columns).into_iter().fold(0.0, f64::max)
}

/// The counts in another number of equal bins; a bin that is cut gives each part its share.
fn spread_over(counts: &[u64], bins: usize) -> Vec<f64> {
    let mut out = vec![0.0; bins];
    let width = counts.len() as f64 / bins.max(1) as f64;
    for (bin, sum) in out.iter_mut().enumerate() {
        let (low, high) = (bin as f64 * width, (bin + 1) as f64 * width);
        for (at, count) in counts.iter().enumerate().skip(low as usize).take((width.ceil() as usize) + 1) {
            let within = (high.min(at as f64 + 1.0) - low.max(at as f64)).max(0.0);
            *sum += within * *count as f64;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_shared_out_and_none_is_lost() {
        let counts: Vec<u64> = (0..48).collect();
        for bins in [1, 7, 24, 48, 96, 100] {
            let sum: f64 = spread_over(&counts, bins).iter().sum();
            assert!((sum - (47 * 24) as f64).abs() < 1e-9, "{bins}: {sum}");
        }
        assert_eq!(spread_over(&[1, 2, 3, 4], 2), [3.0, 7.0]);
        assert_eq!(spread_over(&[], 2), [0.0, 0.0]);
    }

    #[test]
    fn a_full_bin_fills_the_height_and_a_rare_one_is_seen() {
        // two bins in one cell: the left full, the right one dot
        assert_eq!(histogram(&[100, 1], 100.0, 1, 2), ["\u{2847}", "\u{28c7}"]);
        assert_eq!(histogram(&[0, 0], 0.0, 1, 1), ["\u{2800}"]);
        assert!(histogram(&[1], 1.0, 0, 0).is_empty());
    }
}
