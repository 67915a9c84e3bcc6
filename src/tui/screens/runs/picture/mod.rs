//! A picture for terminals that can show one: the bytes of the kitty, iTerm2 and sixel protocols, and which of them the surroundings promise.
//!
//! The terminal is never asked: what it sets in the environment decides, or what the user types. Protocols: kitty graphics protocol (transmit and display a PNG in chunks of
//! 4096 characters, replies off), iTerm2 inline images (OSC 1337), DEC sixel.
mod sixel;

use std::io::Cursor;

use image::{ImageFormat, ImageReader};

/// A way to send a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// The graphics protocol of kitty, ghostty and others.
    Kitty,
    /// Inline images of iTerm2, WezTerm and others.
    ITerm2,
    /// DEC sixel: foot, mlterm, Windows Terminal and others.
    Sixel,
}

/// What the user may type, and what it means; `None` follows the surroundings.
pub const CHOICES: [(&str, Option<Protocol>); 4] =
    [("auto", None), ("kitty", Some(Protocol::Kitty)), ("iterm2", Some(Protocol::ITerm2)), ("sixel", Some(Protocol::Sixel))];

/// Characters of a chunk in the protocol of kitty.
const CHUNK: usize = 4096;
/// Pixels of a cell that every terminal has at least, across and down; pictures in sixel are made to fit them.
const CELL: (u32, u32) = (8, 16);
/// A picture of more pixels is none of ours.
const MOST_PIXELS: u32 = 20_000;

/// The choice that a word means.
///
/// # Errors
/// A sentence that names the words.
pub fn choice(word: &str) -> Result<Option<Protocol>, String> {
    let found = CHOICES.iter().find(|(name, _)| *name == word.trim().to_lowercase());
    found.map(|(_, protocol)| *protocol).ok_or_else(|| "one of: auto, kitty, iterm2, sixel".to_owned())
}

/// The protocol that the surroundings promise.
///
/// # Errors
/// Why none can be told, and what to do.
pub fn promised(variable: impl Fn(&str) -> Option<String>) -> Result<Protocol, String> {
    let of = |name: &str| variable(name).unwrap_or_default();
    let (term, program) = (of("TERM"), of("TERM_PROGRAM"));
    if variable("TMUX").is_some_and(|value| !value.is_empty()) || term.starts_with("tmux") || term.starts_with("screen") {
        return Err("inside tmux or screen pictures do not pass; `P` names a protocol all the same".to_owned());
    }
    let set = |name: &str| !of(name).is_empty();
    if term.contains("kitty") || term.contains("ghostty") || program == "ghostty" || set("KITTY_WINDOW_ID") {
        return Ok(Protocol::Kitty);
    }
    if program == "iTerm.app" || of("LC_TERMINAL") == "iTerm2" || program == "WezTerm" || term == "wezterm" {
        return Ok(Protocol::ITerm2);
    }
    if term.starts_with("foot") || term.starts_with("mlterm") || term.contains("sixel") || set("WT_SESSION") {
        return Ok(Protocol::Sixel);
    }
    Err(format!("this terminal (TERM={term}) does not say that it shows pictures; `P` names a protocol if it does"))
}

/// The bytes that show a PNG in at most so many columns and rows.
///
/// # Errors
/// What is wrong with the file.
pub fn bytes(protocol: Protocol, png: &[u8], cells: (u16, u16)) -> Result<Vec<u8>, String> {
    let unreadable = |error: &dyn std::fmt::Display| format!("the picture cannot be read: {error}");
    let size = ImageReader::with_format(Cursor::new(png), ImageFormat::Png).into_dimensions().map_err(|error| unreadable(&error))?;
    if size.0 == 0 || size.1 == 0 || size.0 > MOST_PIXELS || size.1 > MOST_PIXELS {
        return Err(unreadable(&format!("{} × {} pixels", size.0, size.1)));
    }
    let (columns, rows) = fitted(size, cells);
    match protocol {
        Protocol::Kitty => Ok(kitty(png, columns, rows)),
        Protocol::ITerm2 => Ok(format!(
            "\x1b]1337;File=inline=1;size={};width={columns};height={rows};preserveAspectRatio=1:{}\x07",
            png.len(),
            base64(png)
        )
        .into_bytes()),
        Protocol::Sixel => {
            let image = image::load_from_memory_with_format(png, ImageFormat::Png).map_err(|error| unreadable(&error))?.to_rgb8();
            let (width, height) = (u32::from(columns) * CELL.0, u32::from(rows) * CELL.1);
            let image = if width < image.width() || height < image.height() {
                image::imageops::resize(&image, width.min(image.width()), height.min(image.height()), image::imageops::FilterType::Triangle)
            } else {
                image
            };
            Ok(sixel::encoded(&image))
        }
    }
}

/// Columns and rows of a picture of so many pixels in so many cells, its shape kept; a cell is twice as high as wide.
fn fitted((width, height): (u32, u32), (columns, rows): (u16, u16)) -> (u16, u16) {
    let (columns, rows) = (u32::from(columns.max(1)), u32::from(rows.max(1)));
    // width : height as columns : 2 rows
    if u64::from(width) * u64::from(2 * rows) > u64::from(height) * u64::from(columns) {
        (columns as u16, (columns * height / (2 * width)).max(1) as u16)
    } else {
        ((2 * rows * width / height).max(1).min(columns) as u16, rows as u16)
    }
}

fn kitty(png: &[u8], columns: u16, rows: u16) -> Vec<u8> {
    let text = base64(png);
    let mut out = Vec::with_capacity(text.len() + text.len() / CHUNK * 16 + 64);
    let chunks: Vec<&[u8]> = text.as_bytes().chunks(CHUNK).collect();
    for (at, chunk) in chunks.iter().enumerate() {
        // q=2: no replies, which would arrive as keys
        let head = if at == 0 { format!("a=T,f=100,q=2,c={columns},r={rows},") } else { String::new() };
        let more = u8::from(at + 1 < chunks.len());
        out.extend_from_slice(format!("\x1b_G{head}m={more};").as_bytes());
        out.extend_from_slice(chunk);
        out.extend_from_slice(b"\x1b\\");
    }
    out
}

/// Base 64 (RFC 4648) with padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let word = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..4 {
            let there = digit <= three.len();
            let value = (word >> (18 - 6 * digit) & 63) as usize;
            out.push(if there { DIGITS[value] as char } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let image = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([(x * 7) as u8, (y * 5) as u8, 200]));
        let mut out = Cursor::new(Vec::new());
        image.write_to(&mut out, ImageFormat::Png).unwrap();
        out.into_inner()
    }

    #[test]
    fn base64_is_that_of_the_standard() {
        // test vectors of RFC 4648, section 10
        for (text, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(text.as_bytes()), coded);
        }
    }

    #[test]
    fn the_surroundings_decide_and_nothing_is_asked() {
        let told =
            |pairs: &[(&str, &str)]| promised(|name| pairs.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned()));
        assert_eq!(told(&[("TERM", "xterm-kitty")]), Ok(Protocol::Kitty));
        assert_eq!(told(&[("TERM", "xterm-256color"), ("KITTY_WINDOW_ID", "1")]), Ok(Protocol::Kitty));
        assert_eq!(told(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")]), Ok(Protocol::ITerm2));
        assert_eq!(told(&[("TERM", "foot")]), Ok(Protocol::Sixel));
        assert!(told(&[("TERM", "xterm-256color")]).unwrap_err().contains("TERM=xterm-256color"));
        assert!(told(&[("TERM", "tmux-256color"), ("KITTY_WINDOW_ID", "1")]).unwrap_err().contains("tmux"));
        assert!(told(&[]).is_err());
        assert_eq!((choice(" Sixel "), choice("auto")), (Ok(Some(Protocol::Sixel)), Ok(None)));
        assert!(choice("jpeg").unwrap_err().contains("kitty"));
    }

    #[test]
    fn a_picture_keeps_its_shape_within_the_cells() {
        // 800 × 500 pixels in 80 × 24 cells of 1 : 2: 76 × 24; in 80 × 40 the width decides
        assert_eq!(fitted((800, 500), (80, 24)), (76, 24));
        assert_eq!(fitted((800, 500), (80, 40)), (80, 25));
        assert_eq!(fitted((10_000, 1), (80, 24)), (80, 1));
        assert_eq!(fitted((1, 10_000), (0, 0)), (1, 1));
    }

    #[test]
    fn kitty_gets_the_whole_file_in_chunks() {
        let png = png(90, 70);
        let text = String::from_utf8(bytes(Protocol::Kitty, &png, (80, 24)).unwrap()).unwrap();
        assert!(text.starts_with("\x1b_Ga=T,f=100,q=2,c=61,r=24,m="), "{}", &text[..40]);
        let chunks: Vec<&str> = text.split("\x1b\\").filter(|chunk| !chunk.is_empty()).collect();
        let held: String = chunks.iter().map(|chunk| chunk.split_once(';').unwrap().1).collect();
        assert_eq!(held, base64(&png));
        assert!(chunks[..chunks.len() - 1].iter().all(|chunk| chunk.contains("m=1;")) && chunks.last().unwrap().contains("m=0;"));
        assert!(chunks.iter().all(|chunk| chunk.split_once(';').unwrap().1.len() <= CHUNK));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        for protocol in [Protocol::Kitty, Protocol::ITerm2, Protocol::Sixel] {
            assert!(bytes(protocol, b"no picture", (80, 24)).unwrap_err().contains("cannot be read"));
        }
        let text = String::from_utf8(bytes(Protocol::ITerm2, &png(4, 4), (80, 24)).unwrap()).unwrap();
        assert!(text.starts_with("\x1b]1337;File=inline=1;size=") && text.ends_with('\x07'));
    }
}
