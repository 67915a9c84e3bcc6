//! Figures (plotters), tables, the run folder and its manifest. Plain data in, files out: nothing here knows a model.
//!
//! * [`figure`]: a declarative figure, drawn to SVG and PNG beside the table it was drawn from;
//! * [`table`]: one table, four renderings (CSV, terminal, Markdown, JSON);
//! * [`run_folder`]: a run written aside and moved into place when whole; [`manifest`], [`verify`], [`redraw`], [`diff`] and [`runs`] read it back;
//! * [`parquet`]: tables that are too large for CSV;
//! * [`report_md`]: the text of `report.md`.

pub mod diff;
pub mod digest;
pub mod error;
pub mod figure;
pub mod manifest;
pub mod number_text;
pub mod parquet;
pub mod redraw;
pub mod report_md;
pub mod run_folder;
pub mod runs;
pub mod table;
pub mod verify;

pub use error::ReportError;
pub use figure::{
    Axis, BarSeries, Curve, Figure, FiveNumbers, IntervalSeries, Legend, Mark, Panel, Role, Scale, SpanSeries, Style, TickRow, Violin,
};
pub use manifest::{Failure, InputFile, MANIFEST_FILE, Manifest, Status};
pub use report_md::ReportText;
pub use run_folder::RunFolder;
pub use table::{Align, Cell, Column, NumberFormat, Table};

/// The sentence every figure and report carries.
pub const RESEARCH_USE: &str = "rptbench · research use only, not a medical device";
