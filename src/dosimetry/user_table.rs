//! A user's own S-values from a CSV file, all faults found at once and each with its line.
//!
//! Columns `source`, `target`, `s_value`, and where wanted `unit` (else one unit for the file), `mass_g` (mass of the target the
//! value holds for), `reference` (citation). Lines that begin with `#` are remarks. Tables of commercial packages are read
//! this way, from the user's own copy.

use super::organ_name::{nearest, normalised};
use super::s_value::{SValue, SValueMethod, SValueUnit, checked_mass_g};

const COLUMNS: [&str; 6] = ["source", "target", "s_value", "unit", "mass_g", "reference"];

/// S-values read from a file.
#[derive(Debug, Clone, PartialEq)]
pub struct UserTable {
    /// Name of the file, for citations and errors.
    pub file_name: String,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    source: String,
    target: String,
    s_value: SValue,
    line: u64,
}

/// One fault of a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file_name}:{line}: {what}")]
pub struct TableFault {
    /// Name of the file.
    pub file_name: String,
    /// Line in it, from 1.
    pub line: u64,
    /// What was found and what was expected.
    pub what: String,
}

/// All faults of a table that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .faults.iter().map(TableFault::to_string).collect::<Vec<_>>().join("\n"))]
pub struct UserTableError {
    /// Every fault, by line.
    pub faults: Vec<TableFault>,
}

/// A pair of regions that the table does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file_name} has no S-value {target} ← {source_region}{hint}")]
pub struct NoSuchSValue {
    /// Name of the file.
    pub file_name: String,
    /// Source asked for.
    pub source_region: String,
    /// Target asked for.
    pub target: String,
    /// The nearest name that it has.
    pub hint: String,
}

impl UserTable {
    /// Reads the text of a CSV file. `default_unit` serves rows without a unit of their own.
    pub fn read(text: &str, file_name: &str, default_unit: Option<SValueUnit>) -> Result<Self, UserTableError> {
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
        let mut faults = Vec::new();
        let mut fault = |line: u64, what: String| faults.push(TableFault { file_name: file_name.to_owned(), line, what });
        let headers: Vec<String> = match reader.headers() {
            Ok(headers) => headers.iter().map(normalised).collect(),
            Err(error) => {
                fault(1, format!("the first line cannot be read: {error}"));
                Vec::new()
            }
        };
        let header_line = reader.headers().ok().and_then(csv::StringRecord::position).map_or(1, |at| line_of(text, at));
        for problem in header_problems(&headers) {
            fault(header_line, problem);
        }
        let mut entries: Vec<Entry> = Vec::new();
        if headers_are_usable(&headers) {
            for record in reader.records() {
                let line = match &record {
                    Ok(record) => record.position().map_or(header_line, |at| line_of(text, at)),
                    Err(error) => error.position().map_or(header_line, |at| line_of(text, at)),
                };
                let record = match record {
                    Ok(record) => record,
                    Err(error) => {
                        fault(line, error.to_string());
                        continue;
                    }
                };
                match read_row(&headers, &record, file_name, line, default_unit) {
                    Ok(entry) => match entries.iter().find(|earlier| earlier.source == entry.source && earlier.target == entry.target) {
                        Some(earlier) => {
                            fault(line, format!("{} ← {} was given on line {} already", entry.target, entry.source, earlier.line))
                        }
                        None => entries.push(entry),
                    },
                    Err(problems) => problems.into_iter().for_each(|problem| fault(line, problem)),
                }
            }
        }
        if faults.is_empty() && entries.is_empty() {
            faults.push(TableFault { file_name: file_name.to_owned(), line: header_line, what: "the table has no S-values".to_owned() });
        }
        if faults.is_empty() { Ok(Self { file_name: file_name.to_owned(), entries }) } else { Err(UserTableError { faults }) }
    }

    /// The S-value of a target for a source, names in any spelling.
    pub fn lookup(&self, source: &str, target: &str) -> Result<&SValue, NoSuchSValue> {
        let (source_name, target_name) = (normalised(source), normalised(target));
        if let Some(entry) = self.entries.iter().find(|entry| entry.source == source_name && entry.target == target_name) {
            return Ok(&entry.s_value);
        }
        let hint = if !self.entries.iter().any(|entry| entry.source == source_name) {
            format!(": no such source, the nearest is {}", nearest(source, self.sources()))
        } else {
            let targets = self.entries.iter().filter(|entry| entry.source == source_name).map(|entry| entry.target.as_str());
            format!(": the nearest target of that source is {}", nearest(target, targets))
        };
        Err(NoSuchSValue { file_name: self.file_name.clone(), source_region: source_name, target: target_name, hint })
    }

    /// Source regions in normal form, in the order of the file.
    pub fn sources(&self) -> Vec<&str> {
        let mut sources: Vec<&str> = Vec::new();
        for entry in &self.entries {
            if !sources.contains(&entry.source.as_str()) {
                sources.push(&entry.source);
            }
        }
        sources
    }

    /// Number of S-values.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True where the table holds nothing; a table that was read never is.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// The line of a record. The reader's position is where it began to look for the record, before remarks and empty lines.
fn line_of(text: &str, at: &csv::Position) -> u64 {
    let rest = usize::try_from(at.byte()).ok().and_then(|byte| text.get(byte..)).unwrap_or_default();
    let skipped = rest.lines().take_while(|line| line.starts_with('#') || line.is_empty()).count();
    at.line() + skipped as u64
}

fn header_problems(headers: &[String]) -> Vec<String> {
    let missing = COLUMNS[..3].iter().filter(|column| !headers.iter().any(|header| header == *column));
    let missing = missing.map(|column| format!("no column `{column}`; needed are source, target, s_value"));
    let unknown = headers.iter().filter(|header| !COLUMNS.contains(&header.as_str()));
    let unknown = unknown.map(|header| format!("unknown column `{header}`, the nearest known is `{}`", nearest(header, COLUMNS)));
    let twice = headers.iter().enumerate().filter(|(index, header)| headers[..*index].contains(header));
    let twice = twice.map(|(_, header)| format!("column `{header}` appears twice"));
    missing.chain(unknown).chain(twice).collect()
}

fn headers_are_usable(headers: &[String]) -> bool {
    COLUMNS[..3].iter().all(|column| headers.iter().any(|header| header == column))
}

fn read_row(
    headers: &[String],
    record: &csv::StringRecord,
    file_name: &str,
    line: u64,
    default_unit: Option<SValueUnit>,
) -> Result<Entry, Vec<String>> {
    let mut problems = Vec::new();
    let cell = |column: &str| {
        headers.iter().position(|header| header == column).and_then(|index| record.get(index)).filter(|text| !text.is_empty())
    };
    if record.len() != headers.len() {
        problems.push(format!("{} cells where the first line has {} columns", record.len(), headers.len()));
    }
    let mut number = |column: &str| match cell(column).map(str::parse::<f64>) {
        Some(Ok(value)) => Some(value),
        Some(Err(_)) => {
            problems.push(format!("`{column}` is not a number: {:?}", cell(column).unwrap_or_default()));
            None
        }
        None => None,
    };
    let value = number("s_value");
    let mass_g = number("mass_g");
    if cell("s_value").is_none() {
        problems.push("`s_value` is empty".to_owned());
    }
    let mut name = |column: &str| {
        let name = cell(column).map(normalised).filter(|name| !name.is_empty());
        if name.is_none() {
            problems.push(format!("`{column}` is empty"));
        }
        name.unwrap_or_default()
    };
    let (source, target) = (name("source"), name("target"));
    let unit = match cell("unit").map(SValueUnit::find) {
        Some(Ok(unit)) => Some(unit),
        Some(Err(unknown)) => {
            problems.push(unknown.to_string());
            None
        }
        None => {
            if default_unit.is_none() {
                problems.push("no unit: give a `unit` column or one unit for the whole table".to_owned());
            }
            default_unit
        }
    };
    if let Some(Err(wrong)) = mass_g.map(|mass_g| checked_mass_g(&target, mass_g)) {
        problems.push(wrong.to_string());
    }
    let citation = cell("reference").map_or_else(|| format!("{file_name}:{line}"), |reference| format!("{reference} ({file_name}:{line})"));
    let s_value = match value.zip(unit).map(|(value, unit)| SValue::new(value, unit, SValueMethod::UserTable, citation)) {
        Some(Ok(s_value)) => Some(s_value),
        Some(Err(wrong)) => {
            problems.push(wrong.to_string());
            None
        }
        None => None,
    };
    match s_value {
        Some(s_value) if problems.is_empty() => Ok(Entry { source, target, s_value: SValue { target_mass_g: mass_g, ..s_value }, line }),
        _ => Err(problems),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_with_units_masses_and_remarks_is_read() {
        let text = "\u{feff}# my scanner's phantom\nSource,Target,S value,unit,mass_g,reference\n\
                    Kidneys, kidneys ,7.76e-5,mGy/MBq/s,310,my copy\nliver,kidneys,1.2e-7,mGy/(MBq s),,\n";
        let table = UserTable::read(text, "s.csv", None).unwrap();
        assert_eq!((table.len(), table.sources()), (2, vec!["kidneys", "liver"]));
        let found = table.lookup("KIDNEYS", "kidneys").unwrap();
        assert!((found.gy_per_mbq_h / (7.76e-5 * 3.6) - 1.0).abs() < 1e-14);
        assert_eq!(found.target_mass_g, Some(310.0));
        assert!(found.source.contains("my copy") && found.source.contains("s.csv:3"), "{}", found.source);
        assert_eq!(table.lookup("liver", "kidneys").unwrap().target_mass_g, None);
        assert!(table.lookup("livr", "kidneys").unwrap_err().to_string().contains("liver"));
        assert!(table.lookup("liver", "spleen").unwrap_err().to_string().contains("kidneys"));
    }

    #[test]
    fn one_unit_can_serve_the_whole_table() {
        let text = "source,target,s_value\nliver,liver,4.8e-6\n";
        let table = UserTable::read(text, "s.csv", Some(SValueUnit::GyPerMbqMin)).unwrap();
        assert!((table.lookup("liver", "liver").unwrap().gy_per_mbq_h / 2.88e-4 - 1.0).abs() < 1e-14);
        assert!(UserTable::read(text, "s.csv", None).unwrap_err().to_string().contains("s.csv:2: no unit"));
    }

    #[test]
    fn all_faults_are_found_at_once_each_with_its_line() {
        let text = "source,target,s_value,unit,mass_g\n\
                    liver,liver,abc,mGy/MBq/s,1800\n\
                    liver,spleen,1e-8,mGy/MBq/d,150\n\
                    # remark\n\
                    ,spleen,-1,mGy/MBq/s,0\n\
                    spleen,spleen,1e-4,mGy/MBq/s\n\
                    spleen,liver,1e-4,mGy/MBq/s,1800\n\
                    Spleen,Liver,2e-4,mGy/MBq/s,1800\n";
        let error = UserTable::read(text, "s.csv", None).unwrap_err();
        let lines: Vec<u64> = error.faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [2, 3, 5, 5, 5, 6, 8], "{error}");
        assert!(error.to_string().contains("s.csv:8: liver ← spleen was given on line 7 already"), "{error}");
    }

    #[test]
    fn lines_are_counted_with_windows_line_ends_too() {
        let text = "# remark\r\nsource,target,s_value\r\nliver,liver,1\r\n\r\n# remark\r\nspleen,spleen,x\r\n";
        let error = UserTable::read(text, "s.csv", Some(SValueUnit::GyPerMbqH)).unwrap_err();
        assert_eq!(error.faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [6], "{error}");
    }

    #[test]
    fn wrong_columns_are_named_with_the_nearest_right_one() {
        let error = UserTable::read("source,target,svalue\nliver,liver,1\n", "s.csv", None).unwrap_err().to_string();
        assert!(error.contains("no column `s_value`") && error.contains("nearest known is `s_value`"), "{error}");
        assert!(UserTable::read("", "s.csv", None).is_err());
        assert!(UserTable::read("source,target,s_value,unit\n", "s.csv", None).unwrap_err().to_string().contains("no S-values"));
    }
}
