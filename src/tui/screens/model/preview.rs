//! The data of a scenario while its mapping is written: which column is what, with its first values, and what a fit would see.
//!
//! The columns are read straight from the file that `data` names, so that they are seen before the mapping is whole; the second part is what the
//! session layer reads, and stands only where the scenario can be read.

use std::path::Path;

use crate::data::observations::short;
use crate::model::diagnostic::Faults;
use crate::model::yaml::{Node, YamlFile};
use crate::session::fitting::{Measured, Point};
use crate::session::scenario::Scenario;
use crate::units::MINUTES_PER_HOUR;

/// Values shown of a column.
const VALUES: usize = 3;
/// Rows shown of what was understood.
const ROWS: usize = 12;
/// A file beyond this is not looked into: the reading of the session layer tells of it.
const LARGEST_BYTES: u64 = 20_000_000;

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnPreview {
    /// Its name in the header.
    pub name: String,
    /// The key of the mapping that names it, with its unit; empty where nothing does.
    pub role: String,
    /// Its first values.
    pub values: Vec<String>,
}

/// A file that the section `data` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TablePreview {
    /// The file as written.
    pub file: String,
    /// Its columns, or why they cannot be read.
    pub columns: Result<Vec<ColumnPreview>, String>,
    /// Rows below the header.
    pub rows: usize,
}

/// A value as a fit would see it, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowPreview {
    /// Line of the file.
    pub line: String,
    /// Subject and occasion, where they are named.
    pub subject: String,
    /// Time (h) on the clock of the administrations.
    pub time_h: String,
    /// Channel.
    pub channel: String,
    /// Value with unit; a limit with `<`.
    pub value: String,
    /// Standard deviation; empty without one.
    pub sd: String,
    /// Why it is left out; empty where it is not.
    pub excluded: String,
}

/// What was read and how it was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnderstoodPreview {
    /// In words, several lines.
    pub words: String,
    /// The first values.
    pub rows: Vec<RowPreview>,
    /// How many there are, and how many of them are left out.
    pub count: (usize, usize),
    /// What looks wrong.
    pub warnings: Vec<String>,
}

/// The data of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataPreview {
    /// The files.
    pub tables: Vec<TablePreview>,
    /// What a fit would see, or why nothing; `None` while the scenario itself cannot be read.
    pub understood: Option<Result<UnderstoodPreview, String>>,
    /// Whether that is of an older text.
    pub older: bool,
}

/// Looks into the data of a scenario text; `None` where it names none. Reads files.
#[must_use]
pub fn preview(path: &Path, text: &str, scenario: Option<&Scenario>) -> Option<DataPreview> {
    let yaml = YamlFile::parse(&path.display().to_string(), text.to_owned()).ok()?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let data = entry(&yaml.root(), "data")?;
    let nodes = if data.is_sequence() { data.items(&mut Faults::new(), "") } else { vec![data] };
    let tables = nodes.iter().filter_map(|node| table(node, folder)).collect();
    let understood = scenario.and_then(|scenario| {
        let plan = scenario.data.as_ref()?;
        Some(Measured::read(scenario, plan).map(|measured| understood(&measured)).map_err(|failed| failed.sentence))
    });
    Some(DataPreview { tables, understood, older: false })
}

fn entry<'f>(node: &Node<'f>, key: &str) -> Option<Node<'f>> {
    node.is_mapping().then(|| node.entries(&mut Faults::new(), ""))?.into_iter().find(|(name, _)| name == key).map(|(_, node)| node)
}

fn table(node: &Node<'_>, folder: &Path) -> Option<TablePreview> {
    let file = entry(node, "file")?.scalar_text()?;
    let path = folder.join(&file);
    let failed = |words: String| TablePreview { file: file.clone(), columns: Err(words), rows: 0 };
    match std::fs::metadata(&path) {
        Err(error) => return Some(failed(format!("cannot be read: {error}"))),
        Ok(known) if known.len() > LARGEST_BYTES => return Some(failed("too large to look into here".to_owned())),
        Ok(_) => {}
    }
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) => return Some(failed(format!("cannot be read: {error}"))),
    };
    let records = records(&String::from_utf8_lossy(&bytes));
    let Some((header, body)) = records.split_first() else { return Some(failed("is empty".to_owned())) };
    let mut columns: Vec<ColumnPreview> = header
        .iter()
        .enumerate()
        .map(|(position, name)| ColumnPreview {
            name: name.clone(),
            role: String::new(),
            values: body.iter().take(VALUES).map(|row| row.get(position).cloned().unwrap_or_default()).collect(),
        })
        .collect();
    roles(node, "", &mut columns);
    Some(TablePreview { file, columns: Ok(columns), rows: body.len() })
}

/// The cells of a text with the sign that cuts its header into most cells; comments and empty lines are left out.
fn records(text: &str) -> Vec<Vec<String>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let read = |sign: u8, most: usize| -> Vec<Vec<String>> {
        let mut builder = csv::ReaderBuilder::new();
        let reader = builder.delimiter(sign).has_headers(false).flexible(true).comment(Some(b'#')).trim(csv::Trim::All);
        let records = reader.from_reader(text.as_bytes()).into_records();
        records.map_while(Result::ok).take(most).map(|record| record.iter().map(str::to_owned).collect()).collect()
    };
    let cells = |sign: u8| read(sign, 1).first().map_or(0, Vec::len);
    // as the reader of the session layer: tab before semicolon before comma where they cut alike
    let sign = [b',', b';', b'\t'].into_iter().max_by_key(|sign| cells(*sign)).unwrap_or(b',');
    read(sign, usize::MAX)
}

/// Which key names which column: a value that is the name of a column, at any depth.
fn roles(node: &Node<'_>, path: &str, columns: &mut [ColumnPreview]) {
    if node.is_sequence() {
        node.items(&mut Faults::new(), "").iter().for_each(|item| roles(item, path, columns));
        return;
    }
    if !node.is_mapping() {
        return;
    }
    let unit = entry(node, "unit").and_then(|unit| unit.scalar_text()).map(|unit| format!(", {unit}")).unwrap_or_default();
    for (key, value) in node.entries(&mut Faults::new(), "") {
        let own = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let Some(text) = value.scalar_text().filter(|_| value.is_scalar()) else {
            roles(&value, &own, columns);
            continue;
        };
        if let Some(column) = columns.iter_mut().find(|column| column.name == text) {
            let role = if key == "column" { format!("{path}{unit}") } else { own };
            column.role = if column.role.is_empty() { role } else { format!("{}; {role}", column.role) };
        }
    }
}

fn understood(measured: &Measured) -> UnderstoodPreview {
    let row = |point: &Point| {
        let person = [point.subject.clone(), point.occasion.clone()].into_iter().flatten().collect::<Vec<_>>().join(" / ");
        RowPreview {
            line: point.line.to_string(),
            subject: person,
            time_h: short(point.time_min / MINUTES_PER_HOUR),
            channel: point.channel.clone(),
            value: format!("{}{} {}", if point.below_limit { "<" } else { "" }, short(point.measured), point.unit),
            sd: point.sd.map(short).unwrap_or_default(),
            excluded: point.excluded.clone().unwrap_or_default(),
        }
    };
    UnderstoodPreview {
        words: measured.understood.clone(),
        rows: measured.points.iter().take(ROWS).map(row).collect(),
        count: (measured.points.len(), measured.points.iter().filter(|point| point.excluded.is_some()).count()),
        warnings: measured.warnings.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p12() -> (std::path::PathBuf, String) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/p12_spect/scenario.yaml");
        let text = std::fs::read_to_string(&path).expect("the scenario");
        (path, text)
    }

    #[test]
    fn columns_are_named_by_the_keys_that_use_them_and_values_are_those_of_the_file() {
        let (path, text) = p12();
        let (scenario, _) = Scenario::load(&path, &[]).expect("sound");
        let found = preview(&path, &text, Some(&scenario)).expect("it has data");
        let columns = found.tables[0].columns.as_ref().expect("read");
        let role = |name: &str| columns.iter().find(|column| column.name == name).map(|column| column.role.clone());
        // the scenario: time {column: time_h, unit: h}, value {column: activity_MBq, unit: MBq}, channel {column: region}
        assert_eq!(role("time_h").as_deref(), Some("time, h"));
        assert_eq!(role("activity_MBq").as_deref(), Some("value, MBq"));
        assert_eq!(role("region").as_deref(), Some("channel"));
        let understood = found.understood.expect("readable").expect("sound");
        assert!(understood.rows.len() <= ROWS && understood.count.0 >= understood.rows.len());
        // the table's own first row below its header
        let csv = std::fs::read_to_string(path.with_file_name("tac_p12_cycle1.csv")).expect("the table");
        let rows = csv.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).count() - 1;
        assert_eq!(found.tables[0].rows, rows);
    }

    #[test]
    fn columns_are_seen_before_the_mapping_is_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("new.csv"), "# by hand\nt;organ;kBq\n1,5;kidney;20\n2;kidney;18\n").expect("written");
        let path = folder.path().join("scenario.yaml");
        let text = "scenario: s\nmodel: m.yaml\ndata:\n  file: new.csv\n  time: {column: t}\n";
        let found = preview(&path, text, None).expect("it names data");
        assert_eq!(found.understood, None);
        let columns = found.tables[0].columns.as_ref().expect("read");
        assert_eq!(columns.iter().map(|column| column.role.as_str()).collect::<Vec<_>>(), ["time", "", ""]);
        assert_eq!(columns[0].values, ["1,5", "2"]);
        let missing = preview(&path, "data: {file: nowhere.csv}\n", None).expect("it names data");
        assert!(missing.tables[0].columns.is_err());
        assert_eq!(preview(&path, "scenario: s\n", None), None);
        assert_eq!(preview(&path, "a: [", None), None);
    }
}
