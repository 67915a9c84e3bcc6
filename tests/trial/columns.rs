//! The Parquet of all patients, read back with the library's reader: the numbers of the CSV beside it.
use std::fs::File;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use crate::{Place, only};

#[test]
fn parquet_holds_the_numbers_of_the_csv() {
    let place = Place::new();
    // 130 linear patients; and some of whom cannot be drawn: words and missing numbers
    place.variant(
        "trial_null",
        "gaps",
        &[(
            "  vary:\n    kidneys.uptake: {cv: 45 %, about: mean, source: \"label, 19.4 ± 8.7 Gy; SPECT centres 30 to 50 %\", provenance: recalled}\n",
            "  covariates:\n    score: {mean: 0, sd: 1}\n  parameters:\n    kidneys.uptake: \"0.03 * (1 + score)\"\n  vary:\n",
        )],
    );
    for (scenario, patients, arms) in [("trial_null", 130, 2), ("gaps", 130, 2), ("receptor_counts", 66, 2)] {
        place.good(&["trial", &format!("scenarios/{scenario}"), "--patients", &patients.to_string()]);
        let tables = only(&place, "runs", scenario).join("tables");
        let parquet = SerializedFileReader::new(File::open(tables.join("virtual_patients.parquet")).unwrap()).unwrap();
        let mut text = csv::Reader::from_path(tables.join("virtual_patients.csv")).unwrap();
        let names: Vec<String> = text.headers().unwrap().iter().map(str::to_owned).collect();
        let mut rows = parquet.get_row_iter(None).unwrap();
        let (mut count, mut numbers, mut missing) = (0, 0, 0);
        for record in text.records() {
            let (record, row) = (record.unwrap(), rows.next().expect("as many rows").unwrap());
            let fields: Vec<_> = row.get_column_iter().collect();
            assert_eq!(fields.len(), names.len(), "{scenario}");
            for ((cell, name), (column, field)) in record.iter().zip(&names).zip(fields) {
                assert_eq!(name, column, "{scenario}");
                match field {
                    Field::Null => {
                        missing += 1;
                        assert_eq!(cell, "", "{scenario}: row {count}, {name}");
                    }
                    Field::Double(value) => {
                        numbers += 1;
                        let own: f64 = cell.parse().unwrap_or_else(|_| panic!("{scenario}: row {count}, {name}: `{cell}` v {value}"));
                        // a CSV knows no sign of zero
                        assert!(
                            own.to_bits() == value.to_bits() || (own == 0.0 && *value == 0.0),
                            "{scenario}: row {count}, {name}: {own} v {value}"
                        );
                    }
                    Field::Long(value) => assert_eq!(cell, value.to_string()),
                    Field::Str(value) => assert_eq!(cell, value),
                    other => panic!("{name} is {other:?}"),
                }
            }
            count += 1;
        }
        assert!(rows.next().is_none());
        assert_eq!((count, parquet.metadata().file_metadata().num_rows()), (patients * arms, (patients * arms) as i64));
        assert!(numbers > 20 * count, "{scenario}: {numbers}");
        assert_eq!(missing > 100, scenario == "gaps", "{scenario}: {missing} missing");
    }
}

/// Beyond 5000 rows the Parquet stands alone, in several groups of rows.
#[test]
fn a_long_table_is_parquet_alone() {
    let place = Place::new();
    place.good(&["trial", "scenarios/trial_null", "--patients", "4200"]);
    let tables = only(&place, "runs", "trial_null").join("tables");
    assert!(!tables.join("virtual_patients.csv").exists());
    let parquet = SerializedFileReader::new(File::open(tables.join("virtual_patients.parquet")).unwrap()).unwrap();
    assert_eq!((parquet.metadata().file_metadata().num_rows(), parquet.num_row_groups()), (8400, 2));
    // the mean of the table of the cohort is that of the rows
    let (mut sum, mut count) = (0.0, 0);
    for row in parquet.get_row_iter(None).unwrap() {
        let row = row.unwrap();
        let field = |name: &str| row.get_column_iter().find(|(column, _)| *column == name).map(|(_, field)| field.clone());
        if let (Some(Field::Str(arm)), Some(Field::Double(dose))) = (field("arm"), field("kidneys_dose_gy"))
            && arm == "adapted"
        {
            sum += dose;
            count += 1;
        }
    }
    let rows = crate::csv(tables.parent().unwrap(), "cohort");
    let row = rows.iter().find(|row| row["arm"] == "adapted" && row["quantity"] == "kidneys_dose").unwrap();
    let mean = crate::number(row, "mean");
    assert_eq!(count, 4200);
    // another order of adding: 4200 roundings
    assert!((sum / f64::from(count) - mean).abs() < 4200.0 * f64::EPSILON * mean, "{} v {mean}", sum / f64::from(count));
}
