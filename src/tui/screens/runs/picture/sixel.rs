//! A picture in sixels (DEC VT340): the commonest colours as a palette, then bands of six rows, one pass a colour, repeats counted.

use std::collections::BTreeMap;
use std::fmt::Write;

use image::RgbImage;

/// Colours that every terminal with sixels has.
const COLOURS: usize = 255;

/// The bytes of a picture.
pub fn encoded(image: &RgbImage) -> Vec<u8> {
    let (width, height) = image.dimensions();
    let (palette, indices) = palette(image);
    let mut out = format!("\x1bPq\"1;1;{width};{height}");
    for (index, colour) in palette.iter().enumerate() {
        let per_cent = colour.map(|value| (u32::from(value) * 100 + 127) / 255);
        let _ = write!(out, "#{index};2;{};{};{}", per_cent[0], per_cent[1], per_cent[2]);
    }
    let index_at = |x: u32, y: u32| indices[(y * width + x) as usize];
    for top in (0..height).step_by(6) {
        let mut dots: BTreeMap<u8, Vec<u8>> = BTreeMap::new();
        for y in top..(top + 6).min(height) {
            for x in 0..width {
                dots.entry(index_at(x, y)).or_insert_with(|| vec![0; width as usize])[x as usize] |= 1 << (y - top);
            }
        }
        for (pass, (index, dots)) in dots.iter().enumerate() {
            let _ = write!(out, "{}#{index}", if pass > 0 { "$" } else { "" });
            runs(dots, &mut out);
        }
        out.push('-');
    }
    out.push_str("\x1b\\");
    out.into_bytes()
}

/// One pass over a band: equal columns are counted.
fn runs(dots: &[u8], out: &mut String) {
    let last = dots.iter().rposition(|dots| *dots != 0).map_or(0, |at| at + 1);
    for run in dots[..last].chunk_by(|one, next| one == next) {
        let sign = (run[0] + b'?') as char;
        if run.len() > 3 {
            let _ = write!(out, "!{}{sign}", run.len());
        } else {
            out.extend(std::iter::repeat_n(sign, run.len()));
        }
    }
}

/// The commonest colours, and for every pixel the nearest of them.
fn palette(image: &RgbImage) -> (Vec<[u8; 3]>, Vec<u8>) {
    let mut counts: BTreeMap<[u8; 3], u32> = BTreeMap::new();
    for pixel in image.pixels() {
        *counts.entry(pixel.0.map(coarse)).or_default() += 1;
    }
    let mut by_count: Vec<([u8; 3], u32)> = counts.into_iter().collect();
    by_count.sort_by(|one, two| two.1.cmp(&one.1).then(one.0.cmp(&two.0)));
    let palette: Vec<[u8; 3]> = by_count.iter().take(COLOURS).map(|(colour, _)| *colour).collect();
    let nearest: BTreeMap<[u8; 3], u8> = by_count
        .iter()
        .map(|(colour, _)| {
            let distance = |other: &[u8; 3]| (0..3).map(|at| (i32::from(other[at]) - i32::from(colour[at])).pow(2)).sum::<i32>();
            let index = (0..palette.len()).min_by_key(|index| distance(&palette[*index])).unwrap_or(0);
            (*colour, index as u8)
        })
        .collect();
    let indices = image.pixels().map(|pixel| nearest.get(&pixel.0.map(coarse)).copied().unwrap_or(0)).collect();
    (palette, indices)
}

/// 32 steps a channel, white and black exact: edges of letters have thousands of colours that nobody tells apart.
fn coarse(value: u8) -> u8 {
    let step = u32::from(value >> 3);
    (step * 255 / 31) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads sixels back: the second method.
    fn decoded(bytes: &[u8], width: usize, height: usize) -> Vec<Option<[u32; 3]>> {
        let text = std::str::from_utf8(bytes).unwrap();
        let body = text.strip_prefix("\x1bPq").unwrap().strip_suffix("\x1b\\").unwrap();
        let mut pixels = vec![None; width * height];
        let mut palette = BTreeMap::new();
        let (mut colour, mut x, mut top) = ([0; 3], 0, 0);
        let mut rest = body.chars().peekable();
        let numbers = |rest: &mut std::iter::Peekable<std::str::Chars>| {
            let mut text = String::new();
            while let Some(next) = rest.next_if(|next| next.is_ascii_digit() || *next == ';') {
                text.push(next);
            }
            text.split(';').map(|number| number.parse::<u32>().unwrap()).collect::<Vec<_>>()
        };
        while let Some(sign) = rest.next() {
            match sign {
                '"' => assert_eq!(numbers(&mut rest), [1, 1, width as u32, height as u32]),
                '#' => match numbers(&mut rest)[..] {
                    [index, 2, red, green, blue] => _ = palette.insert(index, [red, green, blue]),
                    [index] => colour = palette[&index],
                    ref other => panic!("{other:?}"),
                },
                '$' => x = 0,
                '-' => (x, top) = (0, top + 6),
                _ => {
                    let (count, sign) = if sign == '!' { (numbers(&mut rest)[0] as usize, rest.next().unwrap()) } else { (1, sign) };
                    let dots = sign as u8 - b'?';
                    for x in x..x + count {
                        for row in (0..6).filter(|row| dots >> row & 1 == 1) {
                            pixels[(top + row) * width + x] = Some(colour);
                        }
                    }
                    x += count;
                }
            }
        }
        pixels
    }

    #[test]
    fn a_picture_comes_back_from_its_sixels() {
        // a white page with a frame and a coloured field, 17 rows: not a multiple of six
        let image = RgbImage::from_fn(23, 17, |x, y| {
            image::Rgb(if x == 0 || y == 0 || x == 22 || y == 16 {
                [0, 0, 0]
            } else if x > 15 && y < 9 {
                [0, 114, 178]
            } else {
                [255, 255, 255]
            })
        });
        let pixels = decoded(&encoded(&image), 23, 17);
        for (at, pixel) in image.pixels().enumerate() {
            let found = pixels[at].expect("every pixel is drawn");
            for channel in 0..3 {
                let expected = f64::from(pixel.0[channel]) / 2.55;
                assert!((f64::from(found[channel]) - expected).abs() <= 3.0, "pixel {at}: {found:?} for {:?}", pixel.0);
            }
        }
    }

    #[test]
    fn more_colours_than_the_palette_holds_are_brought_near() {
        let image = RgbImage::from_fn(64, 64, |x, y| image::Rgb([(4 * x) as u8, (4 * y) as u8, ((x + y) * 2) as u8]));
        let pixels = decoded(&encoded(&image), 64, 64);
        assert!(pixels.iter().all(Option::is_some));
        let colours: std::collections::BTreeSet<_> = pixels.into_iter().flatten().collect();
        assert!(colours.len() <= COLOURS && colours.len() > 100, "{}", colours.len());
    }
}
