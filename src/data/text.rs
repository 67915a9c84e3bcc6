//! From the bytes of a file to records with the line on which each stands.
//!
//! A byte order mark is dropped, CRLF is a line end, comment and empty lines are skipped. The `csv` crate reports a record's place before any skipped
//! lines, so the line is counted here.

use crate::data::mapping::{DecimalSign, Delimiter, TableMapping};
use crate::data::problem::Collector;

/// One record of the file.
pub(crate) struct Record {
    pub(crate) line: u64,
    pub(crate) cells: Vec<String>,
}

/// The text of a file, or `None` with a problem added.
pub(crate) fn decode<'a>(bytes: &'a [u8], problems: &mut Collector) -> Option<&'a str> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        problems.add(None, None, "the file is written in UTF-16, expected UTF-8", Some("save it as CSV UTF-8".into()));
        return None;
    }
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) if text.trim().is_empty() => {
            problems.add(None, None, "the file is empty", None);
            None
        }
        Ok(text) => Some(text),
        Err(error) => {
            let line = 1 + bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count() as u64;
            problems.add(
                Some(line),
                None,
                "the file is not written in UTF-8 from here on",
                Some("save it as CSV UTF-8; often a µ or an umlaut in Latin-1".into()),
            );
            None
        }
    }
}

/// The delimiter in use: as the mapping says, or the most frequent candidate outside quotes in the first line with content.
pub(crate) fn delimiter(text: &str, mapping: &TableMapping) -> Delimiter {
    if mapping.delimiter != Delimiter::Detect {
        return mapping.delimiter;
    }
    let header = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with(mapping.comment)).unwrap_or_default();
    let (mut quoted, mut counts) = (false, [0_usize; 3]);
    for character in header.chars() {
        match character {
            '"' => quoted = !quoted,
            '\t' if !quoted => counts[0] += 1,
            ';' if !quoted => counts[1] += 1,
            ',' if !quoted && mapping.decimal == DecimalSign::Point => counts[2] += 1,
            _ => {}
        }
    }
    let candidates = [Delimiter::Tab, Delimiter::Semicolon, Delimiter::Comma];
    let most = counts.iter().copied().max().unwrap_or(0);
    match counts.iter().position(|&count| count == most) {
        Some(i) if most > 0 => candidates[i],
        _ if mapping.decimal == DecimalSign::Comma => Delimiter::Semicolon,
        _ => Delimiter::Comma,
    }
}

/// All records, header first. Adds a problem for a comment sign outside ASCII and for cells that run over several lines.
pub(crate) fn records(text: &str, delimiter: Delimiter, comment: char, problems: &mut Collector) -> Vec<Record> {
    let sign = match delimiter {
        Delimiter::Semicolon => b';',
        Delimiter::Tab => b'\t',
        Delimiter::Comma | Delimiter::Detect => b',',
    };
    let comment_byte = u8::try_from(comment).ok().filter(u8::is_ascii);
    if comment_byte.is_none() {
        let message = format!("the comment sign `{comment}` is not a plain ASCII character");
        problems.add(None, None, message, None);
    }
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(sign)
        .has_headers(false)
        .flexible(true)
        .comment(comment_byte)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut found = Vec::new();
    for result in reader.records() {
        let record = match result {
            Ok(record) => record,
            Err(error) => {
                problems.add(None, None, format!("cannot be read as a table: {error}"), None);
                break;
            }
        };
        let place = record.position().map_or(0, csv::Position::byte) as usize;
        let line = line_of_record(text, place.min(text.len()), comment);
        let cells: Vec<String> = record.iter().map(|cell| cell.trim().to_string()).collect();
        if cells.iter().any(|cell| cell.contains('\n')) {
            problems.add(Some(line), None, "a cell runs over several lines", Some("is a quotation mark not closed?".into()));
        }
        found.push(Record { line, cells });
    }
    found
}

/// Line number, from 1, of the record that begins at `byte` or after skipped lines following it.
fn line_of_record(text: &str, byte: usize, comment: char) -> u64 {
    let before = text.as_bytes()[..byte].iter().filter(|&&b| b == b'\n').count();
    let skipped = text
        .get(byte..)
        .unwrap_or_default()
        .split('\n')
        .take_while(|line| line.trim_end_matches('\r').is_empty() || line.starts_with(comment))
        .count();
    (before + skipped + 1) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::mapping::Channels;

    fn mapping(decimal: DecimalSign) -> TableMapping {
        TableMapping { decimal, ..TableMapping::new("t", Channels::one("c", "v")) }
    }

    #[test]
    fn the_delimiter_is_the_most_frequent_outside_quotes() {
        let detect = |text| delimiter(text, &mapping(DecimalSign::Point));
        assert_eq!(detect("# a;b;c\nt,v\n"), Delimiter::Comma);
        assert_eq!(detect("\"a,b,c\";t;v\n"), Delimiter::Semicolon);
        assert_eq!(detect("t\tv, MBq\tr\n"), Delimiter::Tab);
        assert_eq!(detect("t\n"), Delimiter::Comma);
        let decimal_comma = mapping(DecimalSign::Comma);
        assert_eq!(delimiter("a, b, c; v\n", &decimal_comma), Delimiter::Semicolon);
    }

    #[test]
    fn lines_are_counted_through_comments_blanks_and_crlf() {
        let text = "# head\r\n\r\nt,v\r\n1,2\r\n# aside\r\n\r\n3,\"4\"\r\n";
        let mut problems = Collector::new("f");
        let lines: Vec<(u64, usize)> =
            records(text, Delimiter::Comma, '#', &mut problems).iter().map(|record| (record.line, record.cells.len())).collect();
        assert_eq!(lines, [(3, 2), (4, 2), (7, 2)]);
        assert!(problems.problems.is_empty());
    }

    #[test]
    fn an_open_quotation_mark_is_noticed() {
        let mut problems = Collector::new("f");
        records("t,v\n1,\"2\n3,4\n", Delimiter::Comma, '#', &mut problems);
        assert_eq!(problems.problems[0].line, Some(2));
    }

    #[test]
    fn encodings_that_are_not_ours_are_named() {
        let mut problems = Collector::new("f");
        assert_eq!(decode(b"\xEF\xBB\xBFt,v\n", &mut problems), Some("t,v\n"));
        assert_eq!(decode(b"t,v\n1,5 \xB5Ci\n", &mut problems), None);
        assert_eq!(problems.problems[0].line, Some(2));
        assert_eq!(decode(b"\xFF\xFEt\0", &mut problems), None);
        assert_eq!(decode(b" \n", &mut problems), None);
        assert_eq!(problems.problems.len(), 3);
    }
}
