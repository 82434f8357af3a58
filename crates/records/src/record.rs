//! One record: 16 columns, in the order of the course's file.

use chrono::{Days, Months, NaiveDate};

use crate::birth::Births;
use crate::columns::Gather;
use crate::line::{Line, timestamp};
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
pub(crate) const MEASURES: [u32; 4] = [36_000, 1_000, 800, 2_000_000];
const OLDEST_YEARS: u32 = 115;
const DAY_SECONDS: u64 = 86_400;

/// A moment, as text and in microseconds since 1970-01-01 (UTC, which the text does not say).
#[derive(Debug, Clone, Copy)]
struct Moment {
    text: [u8; 19],
    micros: i64,
}

impl Moment {
    #[inline(always)]
    fn new(day: NaiveDate, second: u32) -> Self {
        let seconds = i64::from(day.to_epoch_days()) * DAY_SECONDS as i64 + i64::from(second);
        Self { text: timestamp(day, second), micros: seconds * 1_000_000 }
    }
}

/// When the service was used.
enum Accessed {
    /// The same moment for every record: a daily batch.
    At(Moment),
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
    births: Births,
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
            Accessed::At(Moment::new(day_before, second as u32))
        };
        let births = Births::new(first_birth, days_since(first_birth) as u32);
        Ok(Self { locale, key, common: Common { births, accessed } })
    }

    /// Makes the rows of block number `index`.
    pub(crate) fn lines(&self, index: u64, rows: u64, out: &mut Vec<u8>) {
        let mut random = Random::new(self.key, index);
        self.locale.lines(&self.common, &mut random, rows, out);
    }

    /// The same rows, as columns.
    pub(crate) fn columns(&self, index: u64, rows: u64, out: &mut Gather) {
        let mut random = Random::new(self.key, index);
        self.locale.columns(&self.common, &mut random, rows, out);
    }
}

/// Where the fields of a line are, and what those mean that are not texts.
pub(crate) struct Fields {
    /// Start and end of each field, without the quotes around it.
    pub(crate) spans: [(usize, usize); COLUMNS.len()],
    /// Days since 1970-01-01.
    pub(crate) birth: i32,
    /// Microseconds since 1970-01-01.
    pub(crate) accessed: i64,
    pub(crate) measures: [u32; MEASURES.len()],
}

impl Common {
    /// Makes `rows` lines.
    pub(crate) fn lines(&self, country: &impl Country, random: &mut Random, rows: u64, out: &mut Vec<u8>) {
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

    /// Makes the same rows, and takes the lines apart again: no field is made in two ways.
    pub(crate) fn columns(&self, country: &impl Country, random: &mut Random, rows: u64, out: &mut Gather) {
        let mut line = Line::new();
        let mut fields = Vec::new();
        for _ in 0..rows {
            fields.push(self.row(country, &mut line, random));
            if line.is_full() {
                out.take(&line, &fields);
                line.clear();
                fields.clear();
            }
        }
        out.take(&line, &fields);
    }

    #[inline(always)]
    fn row(&self, country: &impl Country, line: &mut Line, random: &mut Random) -> Fields {
        random.ready();
        let person = country.person(random);
        let birth = &self.births.get(random.below(u64::from(self.births.count)) as u32);
        let mut fields =
            Fields { spans: [(0, 0); COLUMNS.len()], birth: birth.epoch, accessed: 0, measures: [0; MEASURES.len()] };
        let mut column = 0;
        let mut start = line.length();
        // Ends a field; `after` is what stands between it and the next one.
        macro_rules! next {
            ($after:literal) => {
                fields.spans[column] = (start, line.length());
                line.put($after);
                start = line.length();
                column += 1;
            };
        }

        line.word(&person.first.text);
        line.put(b" ");
        line.word(&person.last.text);
        next!(b",");
        line.word(&person.first.user);
        line.word(&person.last.user);
        next!(b",");
        line.word(&person.first.user);
        line.word(&person.last.user);
        line.put(b"@");
        line.word(country.email_domain(random));
        next!(b",");
        country.personal_number(line, random, person.sex, birth);
        next!(b",");
        line.put(birth.year);
        line.put(birth.day);
        next!(b",\"");
        country.address(line, random);
        next!(b"\",");
        country.phone(line, random);
        next!(b",");
        mac(line, random);
        next!(b",");
        ipv4(line, random);
        next!(b",");
        country.iban(line, random);
        next!(b",");
        fields.accessed = self.accessed_at(line, random);
        next!(b",");
        for (highest, measure) in MEASURES.into_iter().zip(&mut fields.measures) {
            *measure = random.between(0, highest);
            if highest < 2048 {
                line.short(*measure)
            } else {
                line.number(*measure)
            }
            next!(b",");
        }
        line.uuid(random.bits(), random.bits());
        fields.spans[column] = (start, line.length());
        line.put(b"\n");
        fields
    }

    /// Appends a moment, and gives its microseconds.
    #[inline(always)]
    fn accessed_at(&self, line: &mut Line, random: &mut Random) -> i64 {
        let moment = match &self.accessed {
            Accessed::At(moment) => moment,
            Accessed::Within { first, days } => {
                let second = random.below(days * DAY_SECONDS);
                &Moment::new(*first + Days::new(second / DAY_SECONDS), (second % DAY_SECONDS) as u32)
            }
        };
        line.put(&moment.text);
        moment.micros
    }
}
