//! Names, and the slices that they are of.

use super::*;

fn layout<'a>(grain: Grain, input: Input, file: &'a str) -> Layout<'a> {
    Layout { grain, input, file: Some(file), partition: None }
}

/// The slices with their files, in words: `2025-03: a.csv b.csv`.
fn told(layout: &Layout<'_>, wanted: Option<&str>, names: &[&str]) -> Result<Vec<String>, String> {
    let wanted = wanted.map(|text| [Grain::Day, Grain::Month, Grain::Whole].iter().find_map(|g| g.read(text)).unwrap());
    let files = names.iter().map(|name| ((*name).to_owned(), *name));
    let found = assign(layout, wanted, files).map_err(|error| error.to_string())?;
    Ok(found.slices.iter().map(|(slice, files)| format!("{slice}: {}", files.join(" "))).chain(found.ignored).collect())
}

#[test]
fn a_dated_name_says_its_slice_and_any_other_is_refused() {
    let day = layout(Grain::Day, Input::Dated, "raw_{date}.csv");
    let names = ["raw_2025-03-14.csv", "raw_2025-04-01.csv", ".hidden", "_SUCCESS", "folder/"];
    assert_eq!(told(&day, None, &names).unwrap(), ["2025-03-14: raw_2025-03-14.csv", "2025-04-01: raw_2025-04-01.csv"]);
    assert_eq!(told(&day, Some("2025-03"), &names).unwrap(), ["2025-03-14: raw_2025-03-14.csv"]);
    for name in ["raw_2025-02-30.csv", "my.csv", "raw_2025-03-14.csv.gz", "x/raw_2025-03-14.csv"] {
        let said = told(&day, Some("2025-03-14"), &[name]).unwrap_err();
        assert_eq!(
            said,
            format!("{name} is not named like `raw_{{date}}.csv`, so its day is unknown; rename or remove it")
        );
    }
    let month = layout(Grain::Month, Input::Dated, "{month}.csv");
    assert_eq!(told(&month, None, &["2025-03.csv"]).unwrap(), ["2025-03: 2025-03.csv"]);
    assert!(told(&month, None, &["2025-03-14.csv"]).unwrap_err().contains("its month is unknown"));
}

#[test]
fn a_glob_takes_all_files_of_a_slice() {
    let day = layout(Grain::Day, Input::Glob, "*_{date}_*.csv");
    let names = ["a_2025-03-14_1.csv", "b_2025-03-14_2.csv", "a_2025-03-15_.csv"];
    let both = "2025-03-14: a_2025-03-14_1.csv b_2025-03-14_2.csv";
    assert_eq!(told(&day, None, &names).unwrap(), [both, "2025-03-15: a_2025-03-15_.csv"]);
    let whole = layout(Grain::Whole, Input::Glob, "*.csv");
    assert_eq!(told(&whole, Some("2025-03-14"), &["a.csv", "b.csv"]).unwrap(), ["whole: a.csv b.csv"]);
    // The dot is a dot, and the star ends at a folder.
    for name in ["a_csv", "x/a.csv"] {
        assert!(told(&whole, None, &[name]).unwrap_err().contains("it is no file of the table"), "{name}");
    }
    let one = layout(Grain::Whole, Input::Whole, "all.csv");
    assert_eq!(told(&one, None, &["all.csv"]).unwrap(), ["whole: all.csv"]);
    assert!(told(&one, None, &["all.csv", "more.csv"]).is_err());
}

#[test]
fn the_newest_file_is_that_of_the_latest_date_in_the_slice() {
    let names = ["20230703_m.csv", "20230801_m.csv", "20230815_m.csv", "20240101_m.csv"];
    let whole = layout(Grain::Whole, Input::Newest, "*_m.csv");
    assert_eq!(told(&whole, None, &names).unwrap(), ["whole: 20240101_m.csv"]);
    let month = layout(Grain::Month, Input::Newest, "*_m.csv");
    assert_eq!(
        told(&month, None, &names).unwrap(),
        ["2023-07: 20230703_m.csv", "2023-08: 20230815_m.csv", "2024-01: 20240101_m.csv"]
    );
    assert_eq!(told(&month, Some("2023-08-02"), &names).unwrap(), ["2023-08: 20230815_m.csv"]);
    assert_eq!(told(&whole, None, &[]).unwrap(), [""; 0]);
}

#[test]
fn what_is_no_candidate_for_the_newest_is_told_and_a_tie_is_refused() {
    let month = layout(Grain::Month, Input::Newest, "*.csv");
    let names = ["20250230_a.csv", "m.csv", "20250301_a.csv", "20250301.txt", "2025-03-09_a.csv"];
    assert_eq!(
        told(&month, None, &names).unwrap(),
        [
            "2025-03: 20250301_a.csv",
            "the name of 20250230_a.csv begins with a date that the calendar does not have",
            "the name of m.csv does not begin with a date, YYYYMMDD",
            "20250301.txt is not named like `*.csv`",
            "the name of 2025-03-09_a.csv does not begin with a date, YYYYMMDD",
        ]
    );
    let tie = ["20250301_a.csv", "20250301_b.csv", "20250301_c.csv", "20250228_a.csv"];
    let said = told(&month, Some("2025-03"), &tie).unwrap_err();
    assert!(said.starts_with("20250301_a.csv and 20250301_b.csv are both of 2025-03-01, the latest date,"), "{said}");
    // A tie that a later file settles, or of another slice, is none.
    assert_eq!(told(&month, Some("2025-02"), &tie).unwrap(), ["2025-02: 20250228_a.csv"]);
    let settled = ["20250301_a.csv", "20250301_b.csv", "20250302_a.csv"];
    assert_eq!(told(&month, None, &settled).unwrap(), ["2025-03: 20250302_a.csv"]);
}

#[test]
fn a_listing_is_no_longer_than_its_slice() {
    let by = |grain| Layout { grain, input: Input::Dated, file: None, partition: Some("p") };
    let slice =
        |text: &str| [Grain::Day, Grain::Month, Grain::Whole].iter().find_map(|grain| grain.read(text)).unwrap();
    assert_eq!(by(Grain::Day).prefix(slice("2025-03-14")), "p=2025-03-14/");
    assert_eq!(by(Grain::Day).prefix(slice("2025-03")), "p=2025-03-");
    assert_eq!(by(Grain::Month).prefix(slice("2025-03")), "p=2025-03/");
    assert_eq!(by(Grain::Month).prefix(slice("2025-03-14")), "p=2025-03/");
    assert_eq!(by(Grain::Day).prefix(slice("whole")), "");
    let found = told(&by(Grain::Month), None, &["p=2025-03/part-00000.parquet", "p=2025-03/more/x.parquet"]).unwrap();
    assert_eq!(found, ["2025-03: p=2025-03/part-00000.parquet p=2025-03/more/x.parquet"]);
    assert!(told(&by(Grain::Month), None, &["p=2025-03-14/x"]).is_err());
    let all = Layout { grain: Grain::Whole, input: Input::Whole, file: None, partition: None };
    assert_eq!(told(&all, None, &["part-00000.parquet"]).unwrap(), ["whole: part-00000.parquet"]);
    assert_eq!((all.name(slice("2025-03")), all.prefix(slice("whole"))), (String::new(), String::new()));
    assert!(told(&by(Grain::Day), None, &["part-00000.parquet"]).is_err());
}
