//! Finds the mapped columns in the header of a table.

use crate::data::mapping::{Channels, TableMapping};
use crate::data::number::parse_number;
use crate::data::problem::{Collector, nearest};
use crate::data::text::Record;

/// Where the values of one channel stand.
pub(crate) struct ValueColumn {
    /// Name of the channel, or `None` where each row names its own.
    pub(crate) channel: Option<String>,
    pub(crate) name: String,
    pub(crate) value: usize,
    pub(crate) sd: Option<(usize, String)>,
    pub(crate) scale: f64,
}

/// Positions of the mapped columns.
pub(crate) struct Columns {
    pub(crate) count: usize,
    pub(crate) time: usize,
    pub(crate) time_name: String,
    pub(crate) values: Vec<ValueColumn>,
    /// Column with channel names and its name, in a long table.
    pub(crate) channel: Option<(usize, String)>,
    pub(crate) subject: Option<(usize, String)>,
    pub(crate) occasion: Option<(usize, String)>,
    pub(crate) scan: Option<(usize, String)>,
    pub(crate) excluded: Option<usize>,
    /// One position per further column of numbers.
    pub(crate) numbers: Vec<usize>,
    /// One position per filter of the mapping.
    pub(crate) filters: Vec<usize>,
    pub(crate) used: Vec<(String, String)>,
    pub(crate) unused: Vec<String>,
}

impl Columns {
    /// Positions of all mapped columns, or `None` with a problem for each that is not there.
    pub(crate) fn find(header: &Record, mapping: &TableMapping, problems: &mut Collector) -> Option<Columns> {
        if !check_header(header, mapping, problems) {
            return None;
        }
        let mut lookup = Lookup { header, problems, used: Vec::new(), complete: true };
        let time = lookup.position(&mapping.time, || "time".into());
        let mut values = Vec::new();
        let mut channel_column = None;
        match &mapping.channels {
            Channels::Long { channel, value, sd, value_scale } => {
                channel_column = Some((lookup.position(channel, || "channel".into()), channel.clone()));
                values.push(ValueColumn {
                    channel: None,
                    name: value.clone(),
                    value: lookup.position(value, || "value".into()),
                    sd: sd.as_ref().map(|name| {
                        let position = lookup.position(name, || "standard deviation".into());
                        (position, name.clone())
                    }),
                    scale: *value_scale,
                });
            }
            Channels::Wide(channels) => {
                for channel in channels {
                    let name = &channel.channel;
                    values.push(ValueColumn {
                        channel: Some(name.clone()),
                        name: channel.value.clone(),
                        value: lookup.position(&channel.value, || format!("value of `{name}`")),
                        sd: channel.sd.as_ref().map(|sd| {
                            let role = || format!("standard deviation of `{name}`");
                            (lookup.position(sd, role), sd.clone())
                        }),
                        scale: channel.value_scale,
                    });
                }
            }
        }
        let subject = mapping.subject.as_ref().map(|name| (lookup.position(name, || "subject".into()), name.clone()));
        let occasion = mapping.occasion.as_ref().map(|name| (lookup.position(name, || "occasion".into()), name.clone()));
        let scan = mapping.scan.as_ref().map(|name| (lookup.position(name, || "scan".into()), name.clone()));
        let numbers = mapping.numbers.iter().map(|(name, role)| lookup.position(name, || role.clone())).collect();
        let excluded = mapping.excluded.as_ref().map(|name| lookup.position(name, || "reason for exclusion".into()));
        let filters = mapping.filters.iter().map(|f| lookup.position(&f.column, || format!("filter: only `{}`", f.value))).collect();
        let Lookup { used, complete, .. } = lookup;
        let unused = header.cells.iter().filter(|name| used.iter().all(|(column, _)| column != *name)).cloned().collect();
        complete.then(|| Columns {
            count: header.cells.len(),
            time,
            time_name: mapping.time.clone(),
            values,
            channel: channel_column,
            subject,
            occasion,
            scan,
            excluded,
            numbers,
            filters,
            used,
            unused,
        })
    }
}

struct Lookup<'a> {
    header: &'a Record,
    problems: &'a mut Collector,
    used: Vec<(String, String)>,
    complete: bool,
}

impl Lookup<'_> {
    /// Position of `column`; 0 with a problem where there is none.
    fn position(&mut self, column: &str, role: impl Fn() -> String) -> usize {
        if let Some(position) = self.header.cells.iter().position(|name| name == column) {
            self.used.push((column.to_string(), role()));
            return position;
        }
        self.complete = false;
        let names = || self.header.cells.iter().map(String::as_str);
        let hint = match nearest(column, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are: {}", names().collect::<Vec<_>>().join(", ")),
        };
        self.problems.add(Some(self.header.line), None, format!("there is no column `{column}`, mapped as {}", role()), Some(hint));
        0
    }
}

/// A header has names, each once.
fn check_header(header: &Record, mapping: &TableMapping, problems: &mut Collector) -> bool {
    let line = Some(header.line);
    let numbers = header.cells.iter().filter(|cell| parse_number(cell, mapping.decimal).is_ok()).count();
    if numbers > 0 && 2 * numbers >= header.cells.len() {
        problems.add(line, None, "the first line holds numbers, expected the names of the columns", Some("add a header line".into()));
        return false;
    }
    let mut good = true;
    for (i, name) in header.cells.iter().enumerate() {
        if !name.is_empty() && header.cells[..i].contains(name) {
            problems.add(line, Some(name), "the header has this name twice", None);
            good = false;
        }
    }
    good
}
