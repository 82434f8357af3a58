//! One record: 16 columns, in the order of the course's file.

use chrono::{Days, Months, NaiveDate};

use crate::birth::Birth;
use crate::line::{Line, timestamp, uuid};
use crate::locale::{Country, Locale, load};
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
const MEASURES: [u32; 4] = [36_000, 1_000, 800, 2_000_000];
const OLDEST_YEARS: u32 = 115;
const DAY_SECONDS: u64 = 86_400;

/// When the service was used.
enum Accessed {
    /// The same moment for every record: a daily batch.
    At([u8; 19]),
    /// Any moment of the days from this one on: a first load.
    Within { first: NaiveDate, days: u64 },
}

/// How the records of one file are made.
pub(crate) struct Recipe {
    locale: Box<dyn Locale>,
    key: Key,
    common: Common,
}

/// What they have in common in every country.
pub(crate) struct Common {
    births: Vec<Birth>,
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
            let day_before = options.date.pred_opt().ok_or_else(out_of_range)?;
            // Not one of the blocks' streams: those count from 0.
            let second = Random::new(key, u64::MAX).below(DAY_SECONDS);
            Accessed::At(timestamp(day_before, second as u32))
        };
        let births = Birth::table(first_birth, days_since(first_birth));
        Ok(Self { locale, key, common: Common { births, accessed } })
    }

    /// Makes the rows of block number `index`.
    pub(crate) fn rows(&self, index: u64, rows: u64, out: &mut Vec<u8>) {
        let mut random = Random::new(self.key, index);
        self.locale.rows(&self.common, &mut random, rows, out);
    }
}

impl Common {
    /// Makes `rows` lines.
    pub(crate) fn rows(&self, country: &impl Country, random: &mut Random, rows: u64, out: &mut Vec<u8>) {
        let mut line = Line::new();
        for _ in 0..rows {
            self.row(country, &mut line, random);
            if line.is_full() {
                out.extend_from_slice(line.as_bytes());
                line.clear();
            }
        }
        out.extend_from_slice(line.as_bytes());
    }

    #[inline(always)]
    fn row(&self, country: &impl Country, line: &mut Line, random: &mut Random) {
        random.ready();
        let person = country.person(random);
        let birth = &self.births[random.below(self.births.len() as u64) as usize];

        line.word(&person.first.text);
        line.put(b" ");
        line.word(&person.last.text);
        line.put(b",");
        line.word(&person.first.user);
        line.word(&person.last.user);
        line.put(b",");
        line.word(&person.first.user);
        line.word(&person.last.user);
        line.put(b"@");
        line.word(country.email_domain(random));
        line.put(b",");
        country.personal_number(line, random, person.sex, birth);
        line.put(b",");
        line.put(&birth.text);
        line.put(b",\"");
        country.address(line, random);
        line.put(b"\",");
        country.phone(line, random);
        line.put(b",");
        line.put(&mac(random));
        line.put(b",");
        ipv4(line, random);
        line.put(b",");
        country.iban(line, random);
        line.put(b",");
        line.put(&self.accessed_at(random));
        line.put(b",");
        for highest in MEASURES {
            line.number(random.between(0, highest));
            line.put(b",");
        }
        line.put(&uuid(random.bits(), random.bits()));
        line.put(b"\n");
    }

    #[inline(always)]
    fn accessed_at(&self, random: &mut Random) -> [u8; 19] {
        match self.accessed {
            Accessed::At(moment) => moment,
            Accessed::Within { first, days } => {
                let second = random.below(days * DAY_SECONDS);
                timestamp(first + Days::new(second / DAY_SECONDS), (second % DAY_SECONDS) as u32)
            }
        }
    }
}
