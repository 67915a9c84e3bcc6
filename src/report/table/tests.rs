//! Tests of the four renderings.

use super::*;
use unicode_width::UnicodeWidthStr;

fn doses() -> Table {
    let mut table = Table::new(
        "organ_doses",
        "Absorbed dose per organ",
        vec![
            Column::text("organ"),
            Column::number("absorbed_dose", "Gy").decimals(1),
            Column::number("clearance", "mL/min"),
            Column::number("cycles", ""),
            Column::text("evidence"),
        ],
    );
    table.push(vec![
        "kidneys".into(),
        19.349.into(),
        0.1.into(),
        4_usize.into(),
        "observational: a long explanation, with \"quotes\"".into(),
    ]);
    table.push(vec!["Leber | 肝臓".into(), f64::NAN.into(), (1.0 / 3.0).into(), Cell::Missing, Cell::Missing]);
    table.notes.push("Dose by the MIRD scheme.".to_owned());
    table
}

#[test]
fn csv_keeps_every_bit_and_names_the_units() {
    let csv = doses().to_csv();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().expect("a header").iter().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(header, ["organ", "absorbed_dose_gy", "clearance_ml_per_min", "cycles", "evidence"]);
    let rows: Vec<csv::StringRecord> = reader.records().map(|r| r.expect("a row")).collect();
    assert_eq!(rows[1][2].parse::<f64>().map(f64::to_bits), Ok((1.0_f64 / 3.0).to_bits()));
    assert_eq!(&rows[1][1], "");
    assert_eq!(&rows[0][4], "observational: a long explanation, with \"quotes\"");
}

#[test]
fn keys_of_units() {
    for (name, unit, key) in [
        ("rate", "1/h", "rate_per_h"),
        ("share", "%", "share_percent"),
        ("dose_gy", "Gy", "dose_gy"),
        ("body surface", "m²", "body_surface_m2"),
        ("concentration", "µmol/L", "concentration_umol_per_l"),
        ("dose", "Gy/GBq/cycle", "dose_gy_per_gbq_per_cycle"),
    ] {
        assert_eq!(Column::number(name, unit).key(), key);
    }
}

#[test]
fn terminal_text_fits_and_never_cuts_a_number() {
    let table = doses();
    for width in [200, 100, 80, 60, 50, 40, 30, 20] {
        let text = table.to_terminal(width);
        assert!(text.lines().all(|line| line.width() <= width), "width {width}:\n{text}");
        assert!(text.contains("19.3") && text.contains("0.333"), "width {width}:\n{text}");
    }
    // nothing below may panic, whatever it looks like
    (0..20).for_each(|width| drop(table.to_terminal(width)));
    let lines: Vec<String> = table.to_terminal(100).lines().map(str::to_owned).collect();
    let right_edge = |line: &str, word: &str| line.find(word).map(|at| line[..at].width() + word.width());
    assert_eq!(right_edge(&lines[3], "0.100"), right_edge(&lines[4], "0.333"), "aligned by display width\n{lines:#?}");
}

#[test]
fn markdown_escapes_pipes() {
    let text = doses().to_markdown();
    assert!(text.starts_with("| organ | absorbed dose (Gy) |"), "{text}");
    assert!(text.contains("| :--- | ---: |"));
    assert!(text.contains("Leber \\| 肝臓"));
}

#[test]
fn json_has_nulls_for_missing_numbers() {
    let json = doses().to_json();
    assert_eq!(json["rows"][0]["absorbed_dose_gy"], serde_json::json!(19.349));
    assert!(json["rows"][1]["absorbed_dose_gy"].is_null());
    assert_eq!(json["columns"][1]["unit"], "Gy");
}

#[test]
fn a_short_row_is_refused_with_its_number() {
    let mut table = doses();
    table.push(vec!["spleen".into()]);
    let message = table.check().expect_err("a short row").to_string();
    assert_eq!(message, "table `organ_doses`, row 3: 1 cells for 5 columns");
}
