//! Everything that is wrong with a table, each with file, line and column.

use std::fmt;

/// One problem of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableProblem {
    /// File as it was named by the caller.
    pub file: String,
    /// Line in the file, from 1; `None` where the whole file is meant.
    pub line: Option<u64>,
    /// Name of the column.
    pub column: Option<String>,
    /// What was found and what was expected.
    pub message: String,
    /// What may help.
    pub hint: Option<String>,
}

impl fmt::Display for TableProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": ")?;
        if let Some(column) = &self.column {
            write!(f, "column `{column}`: ")?;
        }
        write!(f, "{}", self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

/// All problems of a table, in the order of the file. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct TableProblems(pub Vec<TableProblem>);

/// Collects problems while a file is read.
pub(crate) struct Collector {
    file: String,
    pub(crate) problems: Vec<TableProblem>,
}

impl Collector {
    pub(crate) fn new(file: &str) -> Self {
        Collector { file: file.to_string(), problems: Vec::new() }
    }

    pub(crate) fn add(&mut self, line: Option<u64>, column: Option<&str>, message: impl Into<String>, hint: Option<String>) {
        self.problems.push(TableProblem {
            file: self.file.clone(),
            line,
            column: column.map(str::to_string),
            message: message.into(),
            hint,
        });
    }

    /// The problems by line, or `value` if there are none.
    pub(crate) fn finish<T>(mut self, value: T) -> Result<T, TableProblems> {
        if self.problems.is_empty() {
            Ok(value)
        } else {
            self.problems.sort_by_key(|problem| problem.line);
            Err(TableProblems(self.problems))
        }
    }
}

/// The known name most like `wanted`, if one is like it at all, case and surrounding blanks aside.
pub(crate) fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let fold = |text: &str| text.trim().to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&fold(wanted), &fold(name)), name))
        .filter(|(similarity, _)| *similarity > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_as_a_compiler_message() {
        let mut collector = Collector::new("scan.csv");
        collector.add(Some(7), Some("activity"), "`12,4` is not a number", Some("decimal comma?".into()));
        collector.add(None, None, "the file is empty", None);
        let problems = collector.finish(()).expect_err("two problems");
        assert_eq!(
            problems.to_string(),
            "scan.csv: the file is empty\nscan.csv:7: column `activity`: `12,4` is not a number (decimal comma?)"
        );
    }

    #[test]
    fn near_names_are_found_and_far_ones_not() {
        let columns = ["time_h", "region", "activity_MBq"];
        assert_eq!(nearest("Time_h", columns), Some("time_h"));
        assert_eq!(nearest("activity_mbq", columns), Some("activity_MBq"));
        assert_eq!(nearest("xyz", columns), None);
    }
}
