//! Keys and items of a YAML text put in, exchanged and taken out where they stand; every other byte stays.
use crate::model::diagnostic::Faults;
use crate::model::yaml::{Node, YamlFile};
use crate::session::what_if::edit::{Step, child, find, refuse_alias};

fn parsed(text: &str) -> Result<YamlFile, String> {
    YamlFile::parse("the scenario", text.to_owned()).map_err(|faults| faults.to_string())
}

fn key_of(key: &str) -> Step {
    Step::Key(key.to_owned())
}

/// Whether a list or mapping stands in brackets: it then begins before what it holds.
fn is_flow(node: &Node<'_>) -> bool {
    let first = match node.is_sequence() {
        true => node.items(&mut Faults::new(), "").first().map(|item| item.place().start),
        false => node.entries(&mut Faults::new(), "").first().map(|(_, value)| value.key_place().start),
    };
    first.is_none_or(|first| first > node.place().start)
}

/// Whether nothing is written behind the key.
fn is_bare(node: &Node<'_>) -> bool {
    node.is_null() && node.place().start == node.key_place().start
}

/// The byte behind the colon of a node's key.
fn behind_colon(text: &str, node: &Node<'_>) -> usize {
    let end = node.key_place().end;
    text[end..].find(':').map_or(end, |at| end + at + 1)
}

/// Where a node ends: a bare key ends behind its colon.
fn end_of(text: &str, node: &Node<'_>) -> usize {
    if is_bare(node) { behind_colon(text, node) } else { node.place().end }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |found| found + 1)
}

/// The end of the line without its line break.
fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |found| at + found);
    if end > at && text[..end].ends_with('\r') { end - 1 } else { end }
}

/// As many blanks as there are columns before a byte of its line.
fn indent(text: &str, at: usize) -> String {
    " ".repeat(text[line_start(text, at)..at].chars().count())
}

fn replaced(text: &str, (start, end): (usize, usize), by: &str) -> String {
    format!("{}{by}{}", &text[..start], &text[end..])
}

/// The text with `key: value` in the mapping at `way`; a value that is there is exchanged.
///
/// # Errors
/// Text that cannot be read, or no mapping at the way.
pub fn put(text: &str, way: &[Step], key: &str, value: &str) -> Result<String, String> {
    let file = parsed(text)?;
    let root = file.root();
    refuse_alias(&root, way)?;
    let mapping = find(&root, way).ok_or_else(|| format!("there is no place for `{key}`"))?;
    if let Some(old) = child(&mapping, &key_of(key)) {
        if is_bare(&old) {
            let at = behind_colon(text, &old);
            return Ok(replaced(text, (at, at), &format!(" {value}")));
        }
        return Ok(replaced(text, (old.place().start, old.place().end), value));
    }
    if is_bare(&mapping) {
        let at = behind_colon(text, &mapping);
        return Ok(replaced(text, (at, at), &format!(" {{{key}: {value}}}")));
    }
    if mapping.is_null() {
        return Ok(replaced(text, (mapping.place().start, mapping.place().end), &format!("{{{key}: {value}}}")));
    }
    if !mapping.is_mapping() {
        return Err(format!("`{}` is no mapping", mapping.path()));
    }
    let start = mapping.place().start;
    let entries = mapping.entries(&mut Faults::new(), "");
    if is_flow(&mapping) {
        let comma = if entries.is_empty() { "" } else { ", " };
        return Ok(replaced(text, (start + 1, start + 1), &format!("{key}: {value}{comma}")));
    }
    let indent = indent(text, start);
    match entries.first() {
        // a line of its own below the first key, where that is one line
        Some((_, first)) if first.is_scalar() && line_start(text, first.place().end) == line_start(text, start) => {
            let at = line_end(text, first.place().end);
            Ok(replaced(text, (at, at), &format!("\n{indent}{key}: {value}")))
        }
        _ => Ok(replaced(text, (start, start), &format!("{key}: {value}\n{indent}"))),
    }
}

/// The text without `key` in the mapping at `way`.
///
/// # Errors
/// Text that cannot be read, or no such key.
pub fn take_out(text: &str, way: &[Step], key: &str) -> Result<String, String> {
    let file = parsed(text)?;
    let root = file.root();
    refuse_alias(&root, way)?;
    let mapping = find(&root, way).ok_or_else(|| format!("there is no `{key}`"))?;
    let old = child(&mapping, &key_of(key)).ok_or_else(|| format!("there is no `{key}`"))?;
    let (start, end) = (old.key_place().start, end_of(text, &old));
    if is_flow(&mapping) {
        return Ok(without(text, start, end));
    }
    let entries = mapping.entries(&mut Faults::new(), "");
    if entries.len() == 1 && way.is_empty() {
        return Err(format!("`{key}` is all that there is"));
    }
    if entries.len() == 1 {
        // an empty mapping is written out, so that nothing else is taken for it
        return Ok(replaced(text, (start, end), "{}"));
    }
    let own_line = text[line_start(text, start)..start].trim().is_empty();
    if own_line {
        return Ok(replaced(text, (line_start(text, start), next_line(text, end)), ""));
    }
    // the first key of an item of a list: the next one takes its place
    match entries.get(1) {
        Some((_, next)) => Ok(replaced(text, (start, next.key_place().start), "")),
        None => Err(format!("`{key}` cannot be taken out")),
    }
}

/// The beginning of the line after that of a byte.
fn next_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |found| at + found + 1)
}

/// Takes a part out of a flow collection, with one comma.
fn without(text: &str, start: usize, end: usize) -> String {
    let behind = text[end..].trim_start();
    if let Some(rest) = behind.strip_prefix(',') {
        return format!("{}{}", &text[..start], rest.trim_start_matches(' '));
    }
    let before = text[..start].trim_end();
    let before = before.strip_suffix(',').unwrap_or(&text[..start]);
    format!("{before}{}", &text[end..])
}

/// The text with one more item in the list at `key` of the mapping at `way`; a list that is not there is made.
///
/// # Errors
/// Text that cannot be read, or something else than a list.
pub fn append(text: &str, way: &[Step], key: &str, item: &str) -> Result<String, String> {
    let file = parsed(text)?;
    let root = file.root();
    refuse_alias(&root, way)?;
    let mapping = find(&root, way).ok_or_else(|| format!("there is no place for `{key}`"))?;
    let Some(list) = child(&mapping, &key_of(key)).filter(|node| !node.is_null()) else {
        return put(text, way, key, &format!("[{item}]"));
    };
    if !list.is_sequence() {
        return Err(format!("`{}` is no list", list.path()));
    }
    let items = list.items(&mut Faults::new(), "");
    if is_flow(&list) {
        let close = list.place().end - 1;
        let inside = text[..close].trim_end();
        let comma = if items.is_empty() || inside.ends_with(',') { "" } else { ", " };
        return Ok(replaced(text, (inside.len(), close), &format!("{comma}{item}")));
    }
    let (Some(first), Some(last)) = (items.first(), items.last()) else { return Err(format!("`{}` is no list", list.path())) };
    let before = &text[line_start(text, first.place().start)..first.place().start];
    if before.trim() != "-" {
        return Err(format!("the list `{}` is written in a way that is not changed here: use the editor", list.path()));
    }
    let at = line_end(text, last.place().end);
    Ok(replaced(text, (at, at), &format!("\n{before}{item}")))
}

/// The text without one item of the list at `key` of the mapping at `way`.
///
/// # Errors
/// Text that cannot be read, or no such item.
pub fn take_item(text: &str, way: &[Step], key: &str, position: usize) -> Result<String, String> {
    let file = parsed(text)?;
    let root = file.root();
    refuse_alias(&root, way)?;
    let list = find(&root, way).and_then(|mapping| child(&mapping, &key_of(key))).ok_or_else(|| format!("there is no `{key}`"))?;
    let items = list.items(&mut Faults::new(), "");
    let item = items.get(position).ok_or_else(|| format!("`{key}` has no such item"))?;
    let place = item.place();
    if is_flow(&list) {
        return Ok(without(text, place.start, place.end));
    }
    if items.len() == 1 {
        return Ok(replaced(text, (behind_colon(text, &list), place.end), " []"));
    }
    Ok(replaced(text, (line_start(text, place.start), next_line(text, place.end)), ""))
}

/// Typed words as one plain or quoted scalar.
pub fn scalar(words: &str) -> String {
    let words = words.trim();
    let safe = |c: char| c.is_alphanumeric() || " ./^+-_%µ²³°*".contains(c);
    let plain = words.chars().all(safe) && words.chars().next().is_some_and(|c| c.is_alphanumeric() || c == '.');
    let plain = plain || words.parse::<f64>().is_ok();
    if plain { words.to_owned() } else { quoted(words) }
}

/// Words in double quotes.
pub fn quoted(words: &str) -> String {
    format!("\"{}\"", words.trim().replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r', '\t'], " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::what_if::edit::keys;

    #[test]
    fn a_key_is_put_where_the_mapping_stands() {
        let way = keys(&["a"]);
        assert_eq!(put("a: {b: 1}  # c\n", &way, "d", "2").unwrap(), "a: {d: 2, b: 1}  # c\n");
        assert_eq!(put("a: {}\n", &way, "d", "2").unwrap(), "a: {d: 2}\n");
        assert_eq!(put("a:\n  b: 1  # c\n  e: 3\n", &way, "d", "2").unwrap(), "a:\n  b: 1  # c\n  d: 2\n  e: 3\n");
        assert_eq!(put("a:\n  b:\n    c: 1\n", &way, "d", "2").unwrap(), "a:\n  d: 2\n  b:\n    c: 1\n");
        assert_eq!(put("a:\n", &way, "d", "2").unwrap(), "a: {d: 2}\n");
        assert_eq!(put("a:\nb: 1\n", &[], "a", "2").unwrap(), "a: 2\nb: 1\n");
        assert_eq!(put("x: {a: , b: }\n", &keys(&["x", "a"]), "d", "2").unwrap(), "x: {a: {d: 2} , b: }\n");
        let list = [keys(&["a"]), vec![Step::Item(1)]].concat();
        assert_eq!(put("a:\n  - b: 1\n  - b: 2\n", &list, "d", "3").unwrap(), "a:\n  - b: 1\n  - b: 2\n    d: 3\n");
    }

    #[test]
    fn a_value_is_exchanged_whatever_its_form() {
        let way = keys(&["a"]);
        assert_eq!(put("a: {b: [1, 2], c: 3}\n", &way, "b", "[4, 5]").unwrap(), "a: {b: [4, 5], c: 3}\n");
        assert_eq!(put("a:\n  b:\n    c: 1\n    d: 2\n  e: 3\n", &way, "b", "{c: 9}").unwrap(), "a:\n  b:\n    {c: 9}\n  e: 3\n");
        assert_eq!(put("a: {\"{channel}.u\": 1}\n", &way, "{channel}.u", "2").unwrap(), "a: {\"{channel}.u\": 2}\n");
    }

    #[test]
    fn a_key_goes_with_its_line_or_its_comma() {
        let way = keys(&["a"]);
        assert_eq!(take_out("a: {b: , c: 1}\n", &way, "b").unwrap(), "a: {c: 1}\n");
        assert_eq!(take_out("a: {b: , c: 1}\n", &way, "c").unwrap(), "a: {b: }\n");
        assert_eq!(take_out("a: {b: 2}\n", &way, "b").unwrap(), "a: {}\n");
        assert_eq!(take_out("a:\n  b: 1  # gone\n  c: {d: 1,\n      e: 2}\nf: 1\n", &way, "c").unwrap(), "a:\n  b: 1  # gone\nf: 1\n");
        assert_eq!(take_out("a:\n  b:\n  c: 2\n", &way, "b").unwrap(), "a:\n  c: 2\n");
        assert_eq!(take_out("a:\n  b: 1\n", &way, "b").unwrap(), "a:\n  {}\n");
    }

    #[test]
    fn items_are_appended_and_taken_out() {
        let item = "{line: 4, reason: \"r\"}";
        assert_eq!(append("a: 1\n", &[], "x", item).unwrap(), format!("a: 1\nx: [{item}]\n"));
        assert_eq!(append("x: [1]\n", &[], "x", item).unwrap(), format!("x: [1, {item}]\n"));
        assert_eq!(append("x: [1,\n  ]\n", &[], "x", item).unwrap(), format!("x: [1,{item}]\n"));
        assert_eq!(append("x: []\n", &[], "x", item).unwrap(), format!("x: [{item}]\n"));
        let block = "x:\n  - {line: 1, reason: r}  # why\n  - line: 2\n    reason: s\ny: 1\n";
        let longer = append(block, &[], "x", item).unwrap();
        assert_eq!(longer, format!("x:\n  - {{line: 1, reason: r}}  # why\n  - line: 2\n    reason: s\n  - {item}\ny: 1\n"));
        assert_eq!(take_item(&longer, &[], "x", 2).unwrap(), block);
        let one = take_item(block, &[], "x", 0).unwrap();
        assert_eq!(one, "x:\n  - line: 2\n    reason: s\ny: 1\n");
        assert_eq!(take_item(&one, &[], "x", 0).unwrap(), "x: []\ny: 1\n");
        assert_eq!(take_item("x: [1, 2, 3]\n", &[], "x", 2).unwrap(), "x: [1, 2]\n");
    }

    #[test]
    fn typed_words_are_one_scalar() {
        assert_eq!(scalar(" 0.3 1/h "), "0.3 1/h");
        assert_eq!(scalar("5 h, scale: log"), "\"5 h, scale: log\"");
        assert_eq!(scalar("say \"no\""), "\"say \\\"no\\\"\"");
        assert_eq!(scalar("-2"), "-2");
        assert_eq!(scalar("- 2"), "\"- 2\"");
    }
}
