//! Tables as they come from clinics: real series, continental numbers, comments, and every mistake with its place.

use rptbench::data::{ChannelColumn, Channels, DecimalSign, Delimiter, Observation, Observations, TableMapping, parse_table, read_table};

fn long() -> TableMapping {
    TableMapping::new("time", Channels::long("region", "activity"))
}

fn read(text: &str, mapping: &TableMapping) -> Observations {
    parse_table("scan.csv", text.as_bytes(), mapping).expect("a good table")
}

fn faults(text: &str, mapping: &TableMapping) -> Vec<String> {
    let problems = parse_table("scan.csv", text.as_bytes(), mapping).expect_err("a bad table");
    problems.0.iter().map(ToString::to_string).collect()
}

#[test]
fn a_real_long_table() {
    let mapping = TableMapping::new("time_h", Channels::long("region", "activity_MBq"));
    let bytes = include_bytes!("data/spect_p12/tac_p12_cycle1.csv");
    let table = parse_table("tac.csv", bytes, &mapping).expect("a good table");
    assert_eq!(table.rows.len(), 9);
    let spleen: Vec<&Observation> = table.rows.iter().filter(|r| r.channel == "spleen").collect();
    assert_eq!(spleen[1].line, 6);
    assert_eq!(spleen[1].time, 24.737222222222222);
    assert_eq!(spleen[1].value, Some(6.74894709364374));
    let channels = table.channels();
    assert_eq!(channels.len(), 3);
    assert_eq!((channels[2].channel.as_str(), channels[2].points), ("left_kidney", 3));
}

#[test]
fn a_real_table_with_quotes_and_a_filter() {
    let mut mapping = TableMapping::new("Time", Channels::one("plasma", "conc")).keeping("Subject", "2");
    mapping.subject = Some("Subject".into());
    let bytes = include_bytes!("data/pk_classics/Theoph.csv");
    let table = parse_table("Theoph.csv", bytes, &mapping).expect("a good table");
    assert_eq!((table.rows.len(), table.rows_read), (11, 132));
    assert_eq!(table.subjects(), ["2"]);
    assert_eq!(table.dropped, [("`Subject` is not 2".to_string(), 121)]);
    assert_eq!(table.columns_unused, ["Wt", "Dose"]);
    // Subject 2 starts with a concentration of 0 on line 13 of the file.
    let zeros: Vec<u64> = table.not_positive().map(|row| row.line).collect();
    assert_eq!(zeros, [13]);
}

#[test]
fn continental_numbers_bom_crlf_comments_and_scales() {
    let text = "\u{feff}# exported\r\n\"Zeit; h\";Niere\r\n1,5;2,5\r\n\r\n# pause\r\n24;NA\r\n";
    let mut mapping =
        TableMapping::new("Zeit; h", Channels::Wide(vec![ChannelColumn { value_scale: 1000.0, ..ChannelColumn::new("kidney", "Niere") }]));
    mapping.decimal = DecimalSign::Comma;
    mapping.time_scale = 60.0;
    let table = read(text, &mapping);
    assert_eq!(table.delimiter, Delimiter::Semicolon);
    assert_eq!((table.rows[0].line, table.rows[1].line), (3, 6));
    assert_eq!((table.rows[0].time, table.rows[0].value), (90.0, Some(2500.0)));
    assert_eq!(table.rows[1].value, None);
    assert_eq!((table.channels()[0].points, table.channels()[0].missing), (1, 1));
}

#[test]
fn wide_tables_deviations_and_exclusions() {
    let text = "t\tkidney\tsd\ttumour\tnote\n1\t10\t0.5\t3\t\n4\t.\t\t2\tno\n9\t-1\t0\t?\tpatient moved\n";
    let mut kidney = ChannelColumn::new("kidney", "kidney");
    kidney.sd = Some("sd".into());
    let channels = Channels::Wide(vec![kidney, ChannelColumn::new("lesion", "tumour")]);
    let mut mapping = TableMapping::new("t", channels);
    mapping.excluded = Some("note".into());
    let table = read(text, &mapping);
    assert_eq!(table.rows.len(), 6);
    assert_eq!((table.rows[0].sd, table.rows[1].value), (Some(0.5), None));
    assert_eq!(table.rows[2].excluded.as_deref(), Some("patient moved"));
    assert_eq!(table.usable().count(), 3);
    assert!(table.summary().contains("line 4 (kidney) excluded: patient moved"));
}

#[test]
fn all_problems_come_at_once_with_their_places() {
    let text = "time,region,activity\n-1,liver,3\nx,liver,2\n1,liver,\"1,5\"\n2,,4\n3,liver\n,liver,5\n4,liver,inf\n";
    assert_eq!(
        faults(text, &long()),
        [
            "scan.csv:2: column `time`: the time -1 is negative, expected the time since administration (filter out or exclude samples from before)",
            "scan.csv:3: column `time`: `x` is not a number",
            "scan.csv:4: column `activity`: `1,5` is not a number (if decimals are written with a comma, the mapping must say so)",
            "scan.csv:5: column `region`: the row names no channel",
            "scan.csv:6: the row has 2 cells, the header 3 (a delimiter or decimal sign inside a cell?)",
            "scan.csv:7: column `time`: there is no time",
            "scan.csv:8: column `activity`: `inf` is not a finite number (a missing value must be one of the marks for missing values)",
        ]
    );
}

#[test]
fn unknown_columns_name_the_nearest() {
    let found = faults("Time,region,MBq\n1,liver,2\n", &long());
    assert!(found[0].ends_with("no column `time`, mapped as time (did you mean `Time`?)"));
    assert!(found[1].ends_with("(there are: Time, region, MBq)"), "{found:?}");
}

#[test]
fn headers_that_are_none() {
    assert!(faults("1,liver,2\n", &long())[0].contains("the first line holds numbers"));
    assert!(faults("1,2\n3,4\n", &long())[0].contains("the first line holds numbers"));
    assert!(faults("time,time,region\n", &long())[0].contains("twice"));
    assert!(faults("# nothing\n", &long())[0].contains("only comments"));
    assert_eq!(faults("", &long()), ["scan.csv: the file is empty"]);
    assert!(faults("time,region,activity\n", &long())[0].contains("no rows"));
}

#[test]
fn repeated_times_are_refused_unless_replicates_are_allowed() {
    let text = "time,region,activity\n1,liver,3\n1,spleen,2\n1.0,liver,4\n";
    let found = faults(text, &long());
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("scan.csv:4: column `time`: `liver` has a value at the same time already on line 2"));
    let mut mapping = long();
    mapping.replicates = true;
    assert_eq!(read(text, &mapping).rows.len(), 3);
}

#[test]
fn times_out_of_order_are_sorted_and_said() {
    let text = "time,region,activity\n24,liver,3\n24,spleen,2\n4,liver,4\n";
    let table = read(text, &long());
    let lines: Vec<u64> = table.rows.iter().map(|row| row.line).collect();
    assert_eq!(lines, [4, 2, 3]);
    assert_eq!(table.notices, ["times of `liver` are not in order (line 4): sorted"]);
}

#[test]
fn a_filter_that_matches_nothing_says_what_there_is() {
    let text = "time,region,activity\n1,liver,3\n2,spleen,2\n";
    let found = faults(text, &long().keeping("region", "kidney"));
    assert_eq!(found, ["scan.csv: no row is left of 2 (2: `region` is not kidney) (`region` holds liver, spleen)"]);
    // 1 and 1.0 are the same number.
    assert_eq!(read(text, &long().keeping("time", "1.0")).rows.len(), 1);
}

#[test]
fn deviations_and_scales_must_be_positive() {
    let mut mapping = long();
    mapping.time_scale = 0.0;
    mapping.channels = Channels::Long { channel: "region".into(), value: "activity".into(), sd: Some("sd".into()), value_scale: f64::NAN };
    let found = faults("time,region,activity,sd\n1,liver,3,0\n", &mapping);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[2].contains("the standard deviation is 0"));
}

#[test]
fn a_missing_file_names_its_neighbour() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("kidney.csv"), "t,v\n").expect("written");
    let problems = read_table(&folder.path().join("kidny.csv"), &long()).expect_err("no file");
    assert!(problems.to_string().contains("did you mean `kidney.csv`?"));
}

#[test]
fn the_summary_tells_what_was_understood() {
    let text = "time,region,activity,who\n1,liver,3,A\n4,liver,0,A\n";
    assert_eq!(
        read(text, &long()).summary(),
        "scan.csv: 2 rows, delimiter comma, decimal point\n  \
         `time` read as time\n  `region` read as channel\n  `activity` read as value\n  not read: who\n  \
         liver: 2 values, time 1 to 4\n  \
         zero or negative values on line 3: no log-normal or proportional error model there\n"
    );
}
