//! Large tables as Parquet, written row group by row group so that memory does not grow with the number of rows.
//!
//! Numbers are optional doubles (nothing known: null, never NaN), counts 64-bit integers, words UTF-8 strings. The same rows give the same bytes: the file holds no
//! time and no name of a machine.
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, ConvertedType, Repetition, Type as PhysicalType};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::ReportError;

/// Rows of one row group.
pub const ROWS_PER_GROUP: usize = 8192;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Numbers, some of which may be missing.
    Number,
    /// Whole numbers.
    Integer,
    /// Words.
    Text,
}

/// Values of one column.
#[derive(Clone, Debug, PartialEq)]
enum Values {
    Numbers(Vec<f64>),
    Integers(Vec<i64>),
    Texts(Vec<ByteArray>),
}

/// One cell of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Field<'a> {
    /// A number; NaN where nothing is known.
    Number(f64),
    /// A whole number.
    Integer(i64),
    /// Words.
    Text(&'a str),
}

/// A Parquet file being written; [`ParquetFile::finish`] completes it, without which it is no Parquet file.
pub struct ParquetFile {
    path: PathBuf,
    writer: SerializedFileWriter<File>,
    held: Vec<Values>,
    rows: usize,
}

fn refused(path: &Path) -> impl Fn(ParquetError) -> ReportError + '_ {
    move |error| {
        // what the system said reads as itself, without the library's word before it
        let words = match &error {
            ParquetError::External(source) => source.to_string(),
            other => other.to_string(),
        };
        ReportError::Io { doing: "write", path: path.to_path_buf(), source: std::io::Error::other(words) }
    }
}

fn empty(kind: ColumnKind) -> Values {
    match kind {
        ColumnKind::Number => Values::Numbers(Vec::new()),
        ColumnKind::Integer => Values::Integers(Vec::new()),
        ColumnKind::Text => Values::Texts(Vec::new()),
    }
}

impl ParquetFile {
    /// Begins a file with these columns; an existing one is replaced.
    ///
    /// # Errors
    /// Whatever the system says, or a name that stands twice.
    pub fn create(path: &Path, columns: &[(String, ColumnKind)]) -> Result<ParquetFile, ReportError> {
        let fields: Result<Vec<Arc<Type>>, ParquetError> = columns
            .iter()
            .map(|(name, kind)| {
                let (physical, converted, repetition) = match kind {
                    ColumnKind::Number => (PhysicalType::DOUBLE, ConvertedType::NONE, Repetition::OPTIONAL),
                    ColumnKind::Integer => (PhysicalType::INT64, ConvertedType::NONE, Repetition::REQUIRED),
                    ColumnKind::Text => (PhysicalType::BYTE_ARRAY, ConvertedType::UTF8, Repetition::REQUIRED),
                };
                let builder = Type::primitive_type_builder(name, physical).with_converted_type(converted).with_repetition(repetition);
                builder.build().map(Arc::new)
            })
            .collect();
        let schema = fields.and_then(|fields| Type::group_type_builder("rows").with_fields(fields).build()).map_err(refused(path))?;
        let properties = WriterProperties::builder()
            .set_created_by(format!("rptbench {}", env!("CARGO_PKG_VERSION")))
            .set_compression(Compression::SNAPPY)
            .build();
        let file = File::create(path).map_err(ReportError::io("write", path))?;
        let writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties)).map_err(refused(path))?;
        Ok(ParquetFile { path: path.to_path_buf(), writer, held: columns.iter().map(|(_, kind)| empty(*kind)).collect(), rows: 0 })
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.held.len()
    }

    /// Adds a row with one cell a column, each of the column's kind.
    ///
    /// # Errors
    /// A row that does not fit the columns, or whatever the system says.
    pub fn push<'a>(&mut self, row: impl IntoIterator<Item = Field<'a>>) -> Result<(), ReportError> {
        let mut found = 0;
        for (position, field) in row.into_iter().enumerate() {
            let fits = match (self.held.get_mut(position), field) {
                (Some(Values::Numbers(values)), Field::Number(value)) => {
                    values.push(value);
                    true
                }
                (Some(Values::Integers(values)), Field::Integer(value)) => {
                    values.push(value);
                    true
                }
                (Some(Values::Texts(values)), Field::Text(value)) => {
                    values.push(ByteArray::from(value));
                    true
                }
                _ => false,
            };
            if !fits {
                return Err(self.misfit(position + 1));
            }
            found += 1;
        }
        if found != self.held.len() {
            return Err(self.misfit(found));
        }
        self.rows += 1;
        if self.rows.is_multiple_of(ROWS_PER_GROUP) { self.write_group() } else { Ok(()) }
    }

    fn misfit(&self, found: usize) -> ReportError {
        let table = self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        ReportError::RowLength { table, row: self.rows + 1, expected: self.held.len(), found }
    }

    fn write_group(&mut self) -> Result<(), ReportError> {
        let path = self.path.clone();
        let refused = refused(&path);
        let mut group = self.writer.next_row_group().map_err(&refused)?;
        for values in &mut self.held {
            let Some(mut column) = group.next_column().map_err(&refused)? else { break };
            let written = match values {
                Values::Numbers(numbers) => {
                    let levels: Vec<i16> = numbers.iter().map(|value| i16::from(!value.is_nan())).collect();
                    numbers.retain(|value| !value.is_nan());
                    column.typed::<DoubleType>().write_batch(numbers, Some(&levels), None)
                }
                Values::Integers(integers) => column.typed::<Int64Type>().write_batch(integers, None, None),
                Values::Texts(texts) => column.typed::<ByteArrayType>().write_batch(texts, None, None),
            };
            written.map_err(&refused)?;
            column.close().map_err(&refused)?;
            match values {
                Values::Numbers(values) => values.clear(),
                Values::Integers(values) => values.clear(),
                Values::Texts(values) => values.clear(),
            }
        }
        group.close().map_err(&refused)?;
        Ok(())
    }

    /// Completes the file and gives the number of its rows.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn finish(mut self) -> Result<usize, ReportError> {
        if !self.rows.is_multiple_of(ROWS_PER_GROUP) {
            self.write_group()?;
        }
        let file = self.writer.into_inner().map_err(refused(&self.path))?;
        file.sync_all().map_err(ReportError::io("flush to disk", &self.path))?;
        Ok(self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    fn written(path: &Path, rows: i64) {
        let columns = [("arm".into(), ColumnKind::Text), ("patient".into(), ColumnKind::Integer), ("dose_gy".into(), ColumnKind::Number)];
        let mut file = ParquetFile::create(path, &columns).unwrap();
        for row in 0..rows {
            let dose = if row % 3 == 0 { f64::NAN } else { row as f64 / 7.0 };
            file.push([Field::Text(if row % 2 == 0 { "fixed" } else { "adapted" }), Field::Integer(row), Field::Number(dose)]).unwrap();
        }
        assert_eq!(file.finish().unwrap(), rows as usize);
    }

    #[test]
    fn rows_come_back_and_the_same_rows_give_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one.parquet"), folder.path().join("two.parquet"));
        written(&one, 20_000);
        written(&two, 20_000);
        assert_eq!(std::fs::read(&one).unwrap(), std::fs::read(&two).unwrap());
        let reader = SerializedFileReader::new(File::open(&one).unwrap()).unwrap();
        assert_eq!(reader.num_row_groups(), 3);
        let mut count = 0;
        for (number, row) in reader.get_row_iter(None).unwrap().enumerate() {
            let row = row.unwrap();
            assert_eq!(row.get_string(0).unwrap(), if number % 2 == 0 { "fixed" } else { "adapted" });
            assert_eq!(row.get_long(1).unwrap(), number as i64);
            assert_eq!(row.get_double(2).ok(), (number % 3 != 0).then_some(number as f64 / 7.0));
            count += 1;
        }
        assert_eq!(count, 20_000);
    }

    #[test]
    fn a_row_that_does_not_fit_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.parquet");
        let mut file = ParquetFile::create(&path, &[("a".into(), ColumnKind::Integer)]).unwrap();
        assert!(file.push([Field::Text("x")]).unwrap_err().to_string().contains("table `rows`, row 1"));
        assert!(file.push([Field::Integer(1), Field::Integer(2)]).is_err());
        assert!(ParquetFile::create(&folder.path().join("no/where.parquet"), &[]).is_err());
    }
}
