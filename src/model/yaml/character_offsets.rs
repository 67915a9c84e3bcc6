//! `saphyr-parser` counts characters, everything else here counts bytes.

/// The way from characters to bytes in one text.
pub(super) struct CharacterOffsets {
    length: usize,
    /// The byte of every character; none where every character is one byte.
    bytes: Option<Vec<u32>>,
}

impl CharacterOffsets {
    /// Of a text.
    pub(super) fn of(text: &str) -> Self {
        // Files are at most 4 MiB, so offsets fit.
        let bytes = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at as u32).collect());
        CharacterOffsets { length: text.len(), bytes }
    }

    /// The byte where a character begins; the end of the text beyond it.
    pub(super) fn byte(&self, character: usize) -> usize {
        match &self.bytes {
            None => character.min(self.length),
            Some(bytes) => bytes.get(character).map_or(self.length, |&at| at as usize),
        }
    }
}
