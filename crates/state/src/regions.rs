//! Names of regions: which are taken. AWS opens regions faster than programs are built, so an unknown name of the right
//! form is accepted, and AWS decides. An error about a typo says which name was probably meant.

use crate::near;

/// The regions that AWS offers, as of 2026-11.
const KNOWN: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// What is between the area and the number in the names of all regions.
const DIRECTIONS: [&str; 9] =
    ["central", "east", "north", "northeast", "northwest", "south", "southeast", "southwest", "west"];

/// What is wrong with the name of a region, with the nearest known one; None where it can be one.
///
/// A name can be one when AWS offers it, or when it has the form of one: an area, a direction and a number, as `eu-central-1`
/// and `us-gov-west-1` have them. An area that is not known must differ in more than one letter from where AWS is, since
/// `ue-central-1` has the form, too.
#[must_use]
pub fn region_problem(region: &str) -> Option<String> {
    if KNOWN.contains(&region) {
        return None;
    }
    if let Some((area, direction)) = parts(region) {
        let known: Vec<_> = KNOWN.iter().filter_map(|name| parts(name)).collect();
        let is_known = known.iter().any(|(other, _)| *other == area);
        let is_slip = |(other, its): &(&str, &str)| *its == direction && strsim::osa_distance(area, other) < 2;
        if is_known || !known.iter().any(is_slip) {
            return None;
        }
    }
    let meant = near::nearest(region, KNOWN.iter().copied()).map(|name| format!("; did you mean `{name}`?"));
    Some(format!("AWS has no region `{region}`{}", meant.unwrap_or_default()))
}

/// The area and the direction in a name of the right form.
fn parts(region: &str) -> Option<(&str, &str)> {
    let (place, number) = region.rsplit_once('-')?;
    let (area, direction) = place.rsplit_once('-')?;
    let is_number = matches!(number.as_bytes(), [b'1'..=b'9'] | [b'1'..=b'9', b'0'..=b'9']);
    let is_word = |word: &str| (2..=4).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_area = area.split('-').count() < 3 && area.split('-').all(is_word);
    (is_number && is_area && DIRECTIONS.contains(&direction)).then_some((area, direction))
}

#[cfg(test)]
mod tests {
    use super::{KNOWN, parts, region_problem};

    #[test]
    fn all_known_regions_have_the_form() {
        for region in KNOWN {
            assert!(parts(region).is_some(), "{region}");
            assert_eq!(region_problem(region), None);
        }
    }

    #[test]
    fn newer_regions_are_taken() {
        for region in
            ["eu-central-3", "sa-west-1", "us-gov-central-1", "eusc-de-east-1", "nz-north-1", "ap-southeast-10"]
        {
            assert_eq!(region_problem(region), None);
        }
    }

    #[test]
    fn slips_of_the_pen_are_told() {
        for (region, meant) in [
            ("eu-centrl-1", "eu-central-1"),
            ("eu-central1", "eu-central-1"),
            ("EU-central-1", "eu-central-1"),
            ("ue-central-1", "eu-central-1"),
            ("eu-central-1a", "eu-central-1"),
            ("us-esat-2", "us-east-2"),
            ("us-east-0", "us-east-1"),
            ("us-gvo-west-1", "us-gov-west-1"),
            ("ap-south-east-1", "ap-southeast-1"),
        ] {
            let told = region_problem(region);
            assert!(told.as_deref().is_some_and(|told| told.contains(&format!("`{meant}`"))), "{region}: {told:?}");
        }
        for region in
            ["", "-", "mars-1", "eu-central-1\n", "eu-central-100", "../eu-central-1", "e-central-1", "a-b-c-east-1"]
        {
            assert!(region_problem(region).is_some(), "{region:?}");
        }
    }
}
