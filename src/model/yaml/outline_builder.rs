//! Builds the outline from the parser's events, refusing careless YAML on the way.

use super::character_offsets::CharacterOffsets;
use super::outline::{DEEPEST, Entry, Key, Range, Shape, too_deep};
use crate::model::diagnostic::{Fault, Faults, Place, SourceText};
use saphyr_parser::{Event, ScalarStyle, Span};
use std::collections::HashMap;
use std::sync::Arc;

/// Values in a file after its aliases are followed.
const MOST_VALUES: usize = 100_000;

/// Reading cannot go on; the faults say why.
pub(super) struct Stop;

/// What has been built so far.
pub(super) struct Builder<'t> {
    source: &'t Arc<SourceText>,
    pub(super) offsets: CharacterOffsets,
    pub(super) entries: Vec<Entry>,
    open: Vec<Open>,
    /// By `saphyr-parser`'s number: the finished entry, or none while it is open.
    anchors: HashMap<usize, Option<usize>>,
    pub(super) faults: Faults,
    documents: usize,
    values: usize,
}

/// A mapping or list whose end has not come.
struct Open {
    anchor: usize,
    range: Range,
    flow: bool,
    levels: usize,
    values: usize,
    children: Children,
}

enum Children {
    Items(Vec<usize>),
    Pairs { pairs: Vec<(Key, usize)>, seen: HashMap<String, Range>, key: Option<Key> },
}

impl<'t> Builder<'t> {
    pub(super) fn new(source: &'t Arc<SourceText>) -> Self {
        Builder {
            source,
            offsets: CharacterOffsets::of(&source.text),
            entries: Vec::new(),
            open: Vec::new(),
            anchors: HashMap::new(),
            faults: Faults::new(),
            documents: 0,
            values: 0,
        }
    }

    /// Takes one event; gives the root's entry when it is complete.
    pub(super) fn take(&mut self, event: Event<'_>, span: Span) -> Result<Option<usize>, Stop> {
        let range = (self.offsets.byte(span.start.index()), self.offsets.byte(span.end.index()));
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.error(range, "a second document begins here, but a file holds one document")
                        .help("delete the line `---`, or make it two files");
                    return Err(Stop);
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), range);
                let range = self.without_anchor(range, anchor);
                let range = self.trimmed(range);
                if self.expects_key() {
                    self.begin_pair(text.into_owned(), style, range);
                    if anchor > 0 {
                        self.error(range, "an anchor (`&…`) cannot stand at a key").help("put it behind the `:`");
                        return Err(Stop);
                    }
                } else {
                    let shape = Shape::Scalar { text: text.into_owned(), style };
                    return self.finish(Entry { shape, range, values: 1, levels: 0 }, anchor);
                }
            }
            Event::SequenceStart(anchor, tag) => self.begin(range, anchor, tag.is_some(), Children::Items(Vec::new()))?,
            Event::MappingStart(anchor, tag) => {
                let pairs = Children::Pairs { pairs: Vec::new(), seen: HashMap::new(), key: None };
                self.begin(range, anchor, tag.is_some(), pairs)?;
            }
            Event::SequenceEnd | Event::MappingEnd => return self.end(range),
            Event::Alias(anchor) => return self.alias(anchor, range),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(None)
    }

    fn begin(&mut self, range: Range, anchor: usize, tagged: bool, children: Children) -> Result<(), Stop> {
        self.refuse_tag(tagged, range);
        if self.expects_key() {
            self.error(range, "a list or mapping cannot be a key").help("keys are plain words");
            return Err(Stop);
        }
        if self.open.len() == DEEPEST {
            self.refuse_depth(range);
            return Err(Stop);
        }
        if anchor > 0 {
            self.anchors.insert(anchor, None);
        }
        let flow = range.1 > range.0 && self.source.text[..range.1].ends_with(['[', '{']);
        let range = if flow { (range.1 - 1, range.1) } else { range };
        self.open.push(Open { anchor, range, flow, levels: 1, values: 1, children });
        Ok(())
    }

    fn end(&mut self, end: Range) -> Result<Option<usize>, Stop> {
        let Some(open) = self.open.pop() else {
            return Ok(None);
        };
        let (first, last, shape) = match open.children {
            Children::Items(items) => {
                let ends = items.first().zip(items.last()).map(|(&first, &last)| (self.entries[first].range.0, self.entries[last].range.1));
                (ends.map(|ends| ends.0), ends.map(|ends| ends.1), Shape::Sequence(items))
            }
            Children::Pairs { pairs, .. } => {
                let first = pairs.first().map(|(key, _)| key.range.0);
                let last = pairs.last().map(|(key, value)| self.entries[*value].range.1.max(key.range.1));
                (first, last, Shape::Mapping(pairs))
            }
        };
        let range = match open.flow {
            true => (open.range.0, self.trimmed((open.range.0, end.1)).1),
            false => (first.unwrap_or(open.range.0), last.unwrap_or(open.range.1)),
        };
        let range = (range.0, range.1.max(range.0));
        self.finish(Entry { shape, range, values: open.values, levels: open.levels }, open.anchor)
    }

    fn alias(&mut self, anchor: usize, range: Range) -> Result<Option<usize>, Stop> {
        let range = self.trimmed(range);
        let Some(Some(target)) = self.anchors.get(&anchor).copied() else {
            self.error(range, "this alias refers to a value that contains it");
            return Err(Stop);
        };
        if self.expects_key() {
            self.error(range, "an alias cannot be a key").help("write the key out");
            return Err(Stop);
        }
        let (values, levels) = (self.entries[target].values, self.entries[target].levels);
        if self.open.len() + levels > DEEPEST {
            self.refuse_depth(range);
            return Err(Stop);
        }
        self.finish(Entry { shape: Shape::Alias(target), range, values, levels }, 0)
    }

    /// Hangs a complete entry into its parent; gives it back where it is the root.
    fn finish(&mut self, mut entry: Entry, anchor: usize) -> Result<Option<usize>, Stop> {
        let at = self.entries.len();
        let (values, levels, range) = (entry.values, entry.levels, entry.range);
        // Counted where they are written, so that a bomb is refused while it is still small.
        self.values = self.values.saturating_add(if matches!(entry.shape, Shape::Alias(_)) { values } else { 1 });
        if self.values > MOST_VALUES {
            self.error(range, format!("the file holds more than {MOST_VALUES} values")).label("counted up to here, aliases followed");
            return Err(Stop);
        }
        let empty = matches!(&entry.shape, Shape::Scalar { text, style: ScalarStyle::Plain } if text.is_empty());
        let mut without_value = None;
        if let Some(parent) = self.open.last_mut() {
            parent.values = parent.values.saturating_add(values);
            parent.levels = parent.levels.max(levels + 1);
            match &mut parent.children {
                Children::Items(items) => items.push(at),
                Children::Pairs { pairs, key, .. } => {
                    if let Some(key) = key.take() {
                        if empty {
                            // An empty value has no place of its own: show the key.
                            entry.range = key.range;
                            let colon = self.source.text[key.range.1..].trim_start().starts_with(':');
                            without_value = (parent.flow && !colon).then(|| (key.range, key.text.clone()));
                        }
                        pairs.push((key, at));
                    }
                }
            }
        }
        if let Some((range, text)) = without_value {
            self.error(range, format!("`{text}` stands among keys, but has no `:` and no value"))
                .help("inside `{…}` a value that contains a comma must stand in quotes");
        }
        if anchor > 0 {
            self.anchors.insert(anchor, Some(at));
        }
        self.entries.push(entry);
        Ok(self.open.is_empty().then_some(at))
    }

    fn expects_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { children: Children::Pairs { key: None, .. }, .. }))
    }

    fn begin_pair(&mut self, text: String, style: ScalarStyle, range: Range) {
        if style == ScalarStyle::Plain && text == "<<" {
            self.error(range, "merge keys (`<<`) are not read: what a merged model means is too easily overlooked")
                .help("write the keys out, or use a template");
        } else if text.is_empty() {
            self.error(range, "a key is missing before this `:`");
        }
        let Some(Open { children: Children::Pairs { seen, key, .. }, .. }) = self.open.last_mut() else {
            return;
        };
        let first = seen.get(&text).copied();
        if first.is_none() {
            seen.insert(text.clone(), range);
        }
        *key = Some(Key { text: text.clone(), range });
        if let Some(first) = first {
            let first = self.place(first);
            self.error(range, format!("duplicate key `{text}`"))
                .label("given again here")
                .related(first, "first given here")
                .help("keep one of the two: YAML readers would silently take the last");
        }
    }

    fn refuse_tag(&mut self, tagged: bool, range: Range) {
        if tagged {
            let end = self.source.text[range.0..range.1].find(char::is_whitespace).map_or(range.1, |length| range.0 + length);
            self.error((range.0, end), "YAML tags (`!…`) are not read")
                .help("delete the tag; text that begins with `!` must stand in quotes");
        }
    }

    fn refuse_depth(&mut self, range: Range) {
        self.error(range, too_deep());
    }

    /// The range of a value whose event includes its anchor (`&name value`): behind the anchor, blanks and comments.
    fn without_anchor(&self, range: Range, anchor: usize) -> Range {
        if anchor == 0 {
            return range;
        }
        let text = &self.source.text[range.0..range.1];
        if !text.starts_with('&') {
            return range;
        }
        let mut rest = text.trim_start_matches(|character: char| !character.is_whitespace()).trim_start();
        while rest.starts_with('#') {
            rest = rest.split_once('\n').map_or("", |(_, next)| next).trim_start();
        }
        (range.1 - rest.len(), range.1)
    }

    /// Without the blanks and line breaks that the events of block scalars take along.
    fn trimmed(&self, range: Range) -> Range {
        (range.0, range.0 + self.source.text[range.0..range.1].trim_end().len())
    }

    fn place(&self, range: Range) -> Place {
        Place::new(Arc::clone(self.source), range.0, range.1)
    }

    fn error(&mut self, range: Range, message: impl Into<String>) -> &mut Fault {
        let place = self.place(range);
        self.faults.error(place, message)
    }
}
