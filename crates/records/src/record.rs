//! One record: 16 columns, in the order of the course's file.

use chrono::{Days, Months, NaiveDate};

use crate::field::{date, end_text, number, timestamp, uuid};
use crate::locale::{Locale, load};
use crate::network::{ipv4, mac};
use crate::options::{Error, Options};
use crate::random::{Key, Random};

/// The columns, in order.
pub const COLUMNS: [&str; 16] = [
    "person_name",
    "user_name",
    "email",
    "personal_number",
    "birth_date",
    "address",
    "phone",
    "mac_address",
    "ip_address",
    "iban",
    "accessed_at",
    "session_duration",
    "download_speed",
    "upload_speed",
    "consumed_traffic",
    "unique_id",
];

/// Highest session in seconds, speeds down and up in Mbps, traffic in kB; the lowest is 0.
const MEASURES: [u64; 4] = [36_000, 1_000, 800, 2_000_000];
const OLDEST_YEARS: u32 = 115;
const DAY_SECONDS: u64 = 86_400;

/// When the service was used.
enum Accessed {
    /// The same moment for every record: a daily batch.
    At { day: NaiveDate, second: u64 },
    /// Any moment of the days from this one on: a first load.
    Within { first: NaiveDate, days: u64 },
}

/// All that the records of one file have in common.
pub(crate) struct Recipe {
    locale: Box<dyn Locale>,
    key: Key,
    first_birth: NaiveDate,
    birth_days: u64,
    accessed: Accessed,
}

impl Recipe {
    pub(crate) fn new(options: &Options) -> Result<Self, Error> {
        let locale = load(&options.locale)?;
        let out_of_range = || Error::DateOutOfRange(options.date);
        let back = |months| options.date.checked_sub_months(Months::new(months)).ok_or_else(out_of_range);
        let first_birth = back(OLDEST_YEARS * 12)?;
        let earliest = NaiveDate::from_ymd_opt(1800, 1, 1).ok_or_else(out_of_range)?;
        let latest = NaiveDate::from_ymd_opt(2099, 12, 31).ok_or_else(out_of_range)?;
        if first_birth < earliest || options.date > latest {
            return Err(out_of_range());
        }
        let days_since = |first: NaiveDate| options.date.signed_duration_since(first).num_days().unsigned_abs();
        let mode = if options.history { "history" } else { "daily" };
        let key = Key::new(
            options.seed,
            chrono::Datelike::num_days_from_ce(&options.date),
            &format!("{mode} {}", options.locale),
        );
        let accessed = if options.history {
            let first = back(12)?;
            Accessed::Within { first, days: days_since(first) }
        } else {
            // Not one of the blocks' streams: those count from 0.
            let second = Random::new(key, u64::MAX).below(DAY_SECONDS);
            Accessed::At { day: options.date.pred_opt().ok_or_else(out_of_range)?, second }
        };
        Ok(Self { locale, key, first_birth, birth_days: days_since(first_birth), accessed })
    }

    /// The random numbers of block number `index`.
    pub(crate) fn random(&self, index: u64) -> Random {
        Random::new(self.key, index)
    }

    /// Appends one line.
    pub(crate) fn write(&self, out: &mut Vec<u8>, random: &mut Random) {
        let person = self.locale.person(random);
        let birth = self.first_birth + Days::new(random.below(self.birth_days));

        // Names and domains never need quotes; the tests of the tables see to that.
        out.extend_from_slice(person.first.text.as_bytes());
        out.push(b' ');
        out.extend_from_slice(person.last.text.as_bytes());
        out.push(b',');
        let user_name = |out: &mut Vec<u8>| {
            out.extend_from_slice(person.first.user.as_bytes());
            out.extend_from_slice(person.last.user.as_bytes());
        };
        user_name(out);
        out.push(b',');
        user_name(out);
        out.push(b'@');
        out.extend_from_slice(self.locale.email_domain(random).as_bytes());
        out.push(b',');
        self.locale.personal_number(out, random, person.sex, birth);
        out.push(b',');
        date(out, birth);
        out.push(b',');
        let address = out.len();
        self.locale.address(out, random);
        end_text(out, address);
        self.locale.phone(out, random);
        out.push(b',');
        mac(out, random);
        out.push(b',');
        ipv4(out, random);
        out.push(b',');
        self.locale.iban(out, random);
        out.push(b',');
        self.accessed_at(out, random);
        out.push(b',');
        for highest in MEASURES {
            number(out, random.between(0, highest));
            out.push(b',');
        }
        uuid(out, random);
        out.push(b'\n');
    }

    fn accessed_at(&self, out: &mut Vec<u8>, random: &mut Random) {
        match self.accessed {
            Accessed::At { day, second } => timestamp(out, day, second),
            Accessed::Within { first, days } => {
                let second = random.below(days * DAY_SECONDS);
                timestamp(out, first + Days::new(second / DAY_SECONDS), second % DAY_SECONDS);
            }
        }
    }
}
