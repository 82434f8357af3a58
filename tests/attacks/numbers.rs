//! Numbers of the wish, at their limits and far beyond.

use crate::kit::holds;
use proptest::prelude::*;
use serde_json::{Value, json};
use strata_state::read;
use strata_tests::pipeline;

/// Where a number is, and the least and the most that AWS takes.
const RANGES: [(&str, i64, i64); 12] = [
    ("/net/ingress/0/port", 1, 65_535),
    ("/storage/old_versions_days", 1, 2_147_483_647),
    ("/storage/query_results_days", 1, 2_147_483_647),
    ("/storage/unfinished_uploads_days", 1, 2_147_483_647),
    ("/catalog/scan_limit_bytes", 10_000_000, i64::MAX),
    ("/jobs/workers", 2, 299),
    ("/jobs/timeout_minutes", 1, 10_080),
    ("/jobs/retries", 0, 10),
    ("/airflow/min_workers", 1, 5),
    ("/airflow/max_workers", 1, 25),
    ("/airflow/schedulers", 2, 5),
    ("/generate/rows", 0, i64::MAX),
];

fn with(pointer: &str, value: Value) -> Result<strata_state::Document, strata_state::Error> {
    let mut document = pipeline();
    *document.pointer_mut(&format!("/pipeline{pointer}")).unwrap() = value;
    read(&document.to_string())
}

#[test]
fn whole_numbers_are_taken_within_their_limits_and_nowhere_else() {
    let extreme =
        prop::sample::select(vec![i64::MIN, -1, 0, 1, i64::MAX, i64::from(i32::MIN), i64::from(i32::MAX), 65_536]);
    let near = (any::<bool>(), -3..=3_i64);
    let input = (prop::sample::select(RANGES.to_vec()), near, extreme, any::<i64>(), 0..3_u8);
    holds("whole numbers of the wish", 4_000, input, |((place, least, most), (high, step), extreme, any, which)| {
        let limit = if high { most } else { least };
        let value = [limit.saturating_add(step), extreme, any][usize::from(which)];
        match with(place, json!(value)) {
            Ok(_) => prop_assert!((least..=most).contains(&value), "{} takes {}", place, value),
            Err(why) => {
                prop_assert!(!(least..=most).contains(&value), "{} does not take {}: {}", place, value, why);
                let field = place.split('/').rev().find(|part| part.parse::<u8>().is_err()).unwrap();
                prop_assert!(why.to_string().contains(field), "{} is not named: {}", place, why);
            }
        }
        Ok(())
    });
}

#[test]
fn other_numbers_are_refused_and_named() {
    let texts = ["1.5", "1e400", "-0.0", "1e30", "18446744073709551616", "\"2\"", "null", "true", "[]"];
    for (place, ..) in RANGES {
        for text in texts {
            let mut document = pipeline();
            *document.pointer_mut(&format!("/pipeline{place}")).unwrap() = json!("@@");
            let said = read(&document.to_string().replacen("\"@@\"", text, 1)).unwrap_err().to_string();
            let field = place.split('/').rev().find(|part| part.parse::<u8>().is_err()).unwrap();
            assert!(said.contains(field) || said.contains("not JSON"), "{place} {text}: {said}");
        }
    }
    for (value, fits) in [(0.0, true), (-1.0, false), (-1e-9, false), (0.03, true), (1e308, true)] {
        assert_eq!(with("/jobs/day_gb", json!(value)).is_ok(), fits, "{value}");
    }
}

#[test]
fn a_range_is_taken_as_aws_will_show_it_again() {
    // In another form AWS would take it, show it in its own, and every plan would find a difference.
    let number = || prop_oneof![6 => (0..300_u32).prop_map(|n| n.to_string()), 1 => "[0-9+ -]{0,4}"];
    let random =
        (prop::collection::vec(number(), 4), number()).prop_map(|(parts, bits)| format!("{}/{bits}", parts.join(".")));
    let known = vec![
        "10.0.0.0/016",
        "010.0.0.0/16",
        "10.0.0.0/+16",
        "10.0.0.0/16 ",
        "10.0.0.0",
        "::/0",
        "10.0/16",
        "10.0.0.0/33",
    ];
    let input = prop_oneof![random, prop::sample::select(known).prop_map(str::to_owned)];
    holds("ranges of addresses", 3_000, input, |text| {
        if let Ok(document) = with("/net/ingress/0/cidr", json!(text)) {
            let (address, bits) = text.split_once('/').unwrap();
            let (address, bits) = (address.parse::<std::net::Ipv4Addr>().unwrap(), bits.parse::<u8>().unwrap());
            prop_assert_eq!(Some(format!("{address}/{bits}")), document.pipeline.net().ingress[0].cidr.clone());
        }
        Ok(())
    });
}

#[test]
fn days_clocks_and_versions_are_digits() {
    for (place, taken, refused) in [
        (
            "/airflow/start_date",
            "2024-09-28",
            vec!["+024-09-28", "2024-+9-28", "2024-09-+1", "2024-9-28", "0000-01-01"],
        ),
        ("/airflow/ready_by", "08:00", vec!["+8:00", "08:+1", "8:00", "24:00", "08:60", "08:00:00"]),
        ("/airflow/maintenance", "SAT:09:00", vec!["SAT:+9:00", "sat:09:00", "SAT:09:15", "SAT:24:00"]),
        ("/airflow/version", "2.10.3", vec!["..", "2..3", "2.10.", ".1.2", "2.10", "2.10.3.1", "v2.10.3"]),
        (
            "/airflow/schedule",
            "0 7 * * 1-5",
            vec!["0 7 * *", "* 7 * * *", "0 7 * * $(x)", "0 7 * * *;", "\u{660} 7 * * *"],
        ),
    ] {
        assert!(with(place, json!(taken)).is_ok(), "{place} {taken}");
        for text in refused {
            let said = with(place, json!(text)).expect_err(&format!("{place} takes {text}")).to_string();
            assert!(said.contains(place.rsplit('/').next().unwrap()), "{said}");
        }
    }
}
