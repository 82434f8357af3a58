//! Strikes that a seed brings.

use strata_local_wire::Seen;

use crate::climates::Climates;
use crate::draw::{number, pick};
use crate::fault::Kind;
use crate::strike::Strike;

/// So many of a thousand calls that change something are struck.
const CHANGES: u64 = 60;

/// So many of a thousand calls that read.
const READS: u64 = 20;

/// Never more calls of one operation in a row than this: AWS's bad days end, and so does a caller's patience.
const IN_A_ROW: u32 = 3;

/// How a call that changes something is struck: mostly by errors, and half of them come after the work.
const HOW_CHANGES: [Kind; 11] = [
    Kind::Fail,
    Kind::Fail,
    Kind::Fail,
    Kind::Lost,
    Kind::Lost,
    Kind::Lost,
    Kind::Cut,
    Kind::Cut,
    Kind::CutBefore,
    Kind::Throttle,
    Kind::Throttle,
];

/// How a call that reads is struck.
const HOW_READS: [Kind; 6] = [Kind::Fail, Kind::Fail, Kind::Lost, Kind::Cut, Kind::Throttle, Kind::Throttle];

/// Which call of its operation it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nth {
    pub seed: u64,
    /// From 1.
    pub nth: u64,
    pub mutating: bool,
    /// So many calls before it were struck.
    pub streak: u32,
}

/// What strikes a call, if anything does.
pub(crate) fn strike(call: &Seen, climates: &Climates, Nth { seed, nth, mutating, streak }: Nth) -> Option<Strike> {
    // Programs take an error of STS for a wrong set-up, and rightly so.
    if streak >= IN_A_ROW || call.service == "sts" {
        return None;
    }
    let draw = |what: &str| number(seed, &["strike", what, call.service, call.operation], nth);
    let often = if mutating { CHANGES } else { READS };
    if draw("whether") % 1000 >= often {
        return None;
    }
    if let Some(error) = (climates.of(call.service).conflict)(call).filter(|_| draw("conflict") % 4 == 0) {
        return Some(Strike::refusal("conflict", error));
    }
    let kind = pick(draw("how"), if mutating { &HOW_CHANGES } else { &HOW_READS });
    Some(Strike { name: kind.name(), kind, error: climates.error(kind, call, seed, nth) })
}

#[cfg(test)]
mod tests {
    use super::{Nth, Seen, strike};
    use crate::climates::Climates;

    /// What strikes the first thousand calls.
    fn strikes(seed: u64, operation: &str, mutating: bool) -> Vec<Option<&'static str>> {
        let call = Seen { service: "ec2", operation, path: "/", body: b"" };
        let mut streak = 0;
        let mut all = Vec::new();
        for nth in 1..=1000 {
            let struck =
                strike(&call, &Climates::new(&[]), Nth { seed, nth, mutating, streak }).map(|strike| strike.name);
            streak = if struck.is_some() { streak + 1 } else { 0 };
            all.push(struck);
        }
        all
    }

    #[test]
    fn the_same_seed_strikes_the_same_calls() {
        assert_eq!(strikes(7, "CreateVpc", true), strikes(7, "CreateVpc", true));
        assert_ne!(strikes(7, "CreateVpc", true), strikes(8, "CreateVpc", true));
        let count = |all: Vec<Option<&str>>| all.iter().flatten().count();
        assert!((35..90).contains(&count(strikes(7, "CreateVpc", true))));
        assert!((8..38).contains(&count(strikes(7, "DescribeVpcs", false))));
    }

    #[test]
    fn no_operation_is_struck_four_times_in_a_row() {
        for seed in 0..200 {
            let all = strikes(seed, "CreateVpc", true);
            assert!(all.windows(4).all(|four| four.iter().any(Option::is_none)), "seed {seed}");
        }
    }
}
