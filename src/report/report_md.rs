//! The text of `report.md`: headings, paragraphs, tables, figures, lists, and the research-use line at both ends.

use super::run_folder::{FIGURES, TABLES};
use super::{Figure, Manifest, RESEARCH_USE, Status, Table};
use std::fmt::Write as _;

/// A report being written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReportText {
    text: String,
}

impl ReportText {
    /// Begins with the title and the research-use line.
    #[must_use]
    pub fn new(title: &str) -> Self {
        Self { text: format!("# {}\n\n> {RESEARCH_USE}\n", one_line(title)) }
    }

    /// A heading of level 2.
    pub fn heading(&mut self, text: &str) -> &mut Self {
        let _ = write!(self.text, "\n## {}\n", one_line(text));
        self
    }

    /// A heading of level 3.
    pub fn subheading(&mut self, text: &str) -> &mut Self {
        let _ = write!(self.text, "\n### {}\n", one_line(text));
        self
    }

    /// A paragraph.
    pub fn paragraph(&mut self, text: &str) -> &mut Self {
        let _ = write!(self.text, "\n{}\n", text.trim());
        self
    }

    /// A bulleted list; nothing when empty.
    pub fn list(&mut self, items: &[String]) -> &mut Self {
        if !items.is_empty() {
            self.text.push('\n');
            items.iter().for_each(|item| self.text.push_str(&format!("- {}\n", one_line(item))));
        }
        self
    }

    /// A headed list; says "none stated" when empty, so that silence is not taken for absence.
    pub fn headed_list(&mut self, heading: &str, items: &[String]) -> &mut Self {
        self.heading(heading);
        if items.is_empty() { self.paragraph("None stated.") } else { self.list(items) }
    }

    /// A table with its title and a link to its CSV under `tables/`.
    pub fn table(&mut self, table: &Table) -> &mut Self {
        let name = &table.name;
        let _ = write!(self.text, "\n**{}** ([{name}.csv]({TABLES}/{name}.csv))\n\n{}", one_line(&table.title), table.to_markdown());
        self
    }

    /// A figure with links to its SVG and its data, and its caption below.
    pub fn figure(&mut self, figure: &Figure) -> &mut Self {
        let (name, title) = (&figure.name, one_line(&figure.title).replace(['[', ']'], ""));
        let _ = write!(self.text, "\n![{title}]({FIGURES}/{name}.png)\n\n");
        let _ = writeln!(self.text, "*{title}* ([SVG]({FIGURES}/{name}.svg), [data]({FIGURES}/{name}.csv))");
        for paragraph in &figure.caption {
            self.paragraph(paragraph);
        }
        self
    }

    /// What the run was made from: the manifest's inputs, settings, methods, failures, assumptions and evidence.
    pub fn provenance(&mut self, manifest: &Manifest) -> &mut Self {
        let failures: Vec<String> = manifest
            .failures
            .iter()
            .map(|failure| format!("{}: {} ({})", failure.what, failure.count, failure.messages.join("; ")))
            .collect();
        self.headed_list("Evidence", &manifest.evidence);
        self.headed_list("Assumptions", &manifest.assumptions);
        self.heading("Failures");
        if failures.is_empty() {
            self.paragraph("None.")
        } else {
            self.list(&failures)
        };
        let mut lines = vec![format!("status: {}", status_word(manifest.status)), format!("program: rptbench {}", manifest.version)];
        lines.extend(manifest.seed.map(|seed| format!("seed: {seed}")));
        lines.extend(manifest.settings.iter().map(|(name, value)| format!("set on the command line: {name} = {value}")));
        lines.extend(manifest.tolerances.iter().map(|(name, value)| format!("tolerance, {name}: {value:e}")));
        lines.extend(manifest.solver_methods.iter().map(|(name, method)| format!("solver, {name}: {method}")));
        lines.extend(manifest.inputs.iter().map(|input| format!("input `{}`, SHA-256 `{}`", input.path, input.sha256)));
        self.heading("How it was made");
        self.list(&lines)
    }

    /// The whole text.
    #[must_use]
    pub fn finish(&self) -> String {
        format!("{}\n---\n\n{RESEARCH_USE}\n", self.text)
    }
}

fn status_word(status: Status) -> &'static str {
    match status {
        Status::Done => "done",
        Status::Cancelled => "cancelled",
        Status::Failed => "failed",
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_what_it_is_and_what_it_rests_on() {
        let mut report = ReportText::new("Doses of\npatient 2");
        let figure = Figure { name: "dose".into(), title: "Dose [Gy]".into(), caption: vec!["MIRD.".into()], ..Figure::default() };
        let manifest = Manifest { assumptions: vec!["No excretion by sweat.".into()], seed: Some(42), ..Manifest::default() };
        report.heading("Result").figure(&figure).provenance(&manifest);
        let text = report.finish();
        assert!(text.starts_with("# Doses of patient 2\n\n> rptbench · research use only"), "{text}");
        assert!(text.contains("![Dose Gy](figures/dose.png)"));
        assert!(text.contains("- No excretion by sweat.") && text.contains("- seed: 42"));
        assert!(text.contains("## Evidence\n\nNone stated."));
    }
}
