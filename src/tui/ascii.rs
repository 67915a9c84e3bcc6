//! A drawn frame in ASCII: for terminals and fonts without braille and box characters, and for locales that are not UTF-8.

use ratatui::buffer::Buffer;

/// Whether the locale asks for ASCII: the first of LC_ALL, LC_CTYPE and LANG that is set decides. Where none is set, as in many containers,
/// UTF-8 is taken for granted.
#[must_use]
pub fn asked_by_locale(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| variable(name).filter(|value| !value.is_empty()));
    set.is_some_and(|locale| !["utf-8", "utf8"].iter().any(|ending| locale.to_lowercase().contains(ending)))
}

/// Replaces every cell that is not ASCII by one that is, of the same width.
pub fn plain(buffer: &mut Buffer) {
    let width = buffer.area.width.max(1) as usize;
    for at in 0..buffer.content.len() {
        let symbol = buffer.content[at].symbol().to_owned();
        let Some(character) = symbol.chars().next() else { continue };
        if symbol.is_ascii() {
            continue;
        }
        let power = character.is_numeric() || character == '⁻';
        let before = |back: usize| (at % width >= back).then(|| buffer.content[at - back].symbol().to_owned());
        // "10⁹" would become another number: "1e9" is the same
        if power && before(1).as_deref() == Some("0") && before(2).as_deref() == Some("1") {
            buffer.content[at - 1].set_symbol("e");
        }
        let mut bytes = [0; 4];
        buffer.content[at].set_symbol(replaced(character).encode_utf8(&mut bytes));
    }
}

fn replaced(character: char) -> char {
    match character {
        '\u{2800}'..='\u{28ff}' => braille(character as u32 - 0x2800),
        '─' | '━' | '╴' | '╌' | '╶' | '–' | '—' | '−' | '⁻' | '‐' => '-',
        '│' | '┃' | '├' | '┤' | '▏' | '▎' => '|',
        '\u{2500}'..='\u{257f}' => '+',
        '█' | '▉' | '▊' | '▋' | '▌' | '▍' | '■' => '#',
        '░' | '·' => '.',
        '●' | '•' => '*',
        '▲' | '↑' => '^',
        '▼' | '↓' => 'v',
        '◆' | '○' => 'o',
        '×' | '✗' => 'x',
        '✓' => '+',
        '›' | '▶' | '→' | '▸' => '>',
        '←' | '◂' => '<',
        '…' | '±' | '≈' => '~',
        'µ' | 'μ' => 'u',
        'α' => 'a',
        'β' => 'b',
        'γ' => 'g',
        'σ' => 's',
        'λ' => 'l',
        'Δ' => 'D',
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        '⁰' | '⁴'..='⁹' => char::from_digit(character as u32 - '⁰' as u32, 10).unwrap_or('?'),
        '’' | '‘' => '\'',
        '“' | '”' => '"',
        'ä' | 'á' | 'à' | 'â' => 'a',
        'ö' | 'ó' | 'ô' => 'o',
        'ü' | 'ú' => 'u',
        'é' | 'è' | 'ê' => 'e',
        'ß' => 's',
        _ => '?',
    }
}

/// A dot pattern by where its dots are: high, middle, low or all over.
fn braille(dots: u32) -> char {
    let (high, low) = (dots & 0b0001_1011 != 0, dots & 0b1110_0100 != 0);
    match (high, low, dots.count_ones()) {
        (_, _, 0) => ' ',
        (true, false, _) => '\'',
        (false, true, _) => '.',
        (_, _, 6..) => '#',
        _ => ':',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_locale_that_is_set_decides() {
        let asked = |pairs: &[(&str, &str)]| {
            asked_by_locale(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        assert!(!asked(&[]));
        assert!(!asked(&[("LANG", "de_DE.UTF-8")]));
        assert!(!asked(&[("LC_ALL", ""), ("LANG", "C.utf8")]));
        assert!(asked(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]));
        assert!(asked(&[("LANG", "de_DE.ISO-8859-1")]));
    }

    #[test]
    fn powers_of_ten_stay_the_same_number() {
        let mut buffer = Buffer::with_lines(["10⁹/L 10⁻³ cm² 20² ┌⠉⡀⣿"]);
        plain(&mut buffer);
        assert_eq!(buffer, Buffer::with_lines(["1e9/L 1e-3 cm2 202 +'.#"]));
    }
}
