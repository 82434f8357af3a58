//! One record: 16 columns, in the order of the course's file.

use chrono::{Days, NaiveDate};

use crate::birth::Births;
use crate::columns::Gather;
use crate::country::Country;
use crate::fields::{COLUMNS, Fields, MEASURES};
use crate::line::{Line, timestamp};
use crate::network::{ipv4, mac};
use crate::random::Random;

pub(crate) const DAY_SECONDS: u64 = 86_400;

/// A moment, as text and in microseconds since 1970-01-01 (UTC, which the text does not say).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    text: [u8; 19],
    micros: i64,
}

impl Moment {
    #[inline(always)]
    pub(crate) fn new(day: NaiveDate, second: u32) -> Self {
        let seconds = i64::from(day.to_epoch_days()) * DAY_SECONDS as i64 + i64::from(second);
        Self { text: timestamp(day, second), micros: seconds * 1_000_000 }
    }
}

/// When the service was used.
pub(crate) enum Accessed {
    /// The same moment for every record: a daily batch.
    At(Moment),
    /// Any moment of the days from this one on: a first load.
    Within { first: NaiveDate, days: u64 },
}

/// What the records of a file have in common in every country.
pub(crate) struct Common {
    pub(crate) births: Births,
    pub(crate) accessed: Accessed,
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
        // Ends a field; `after` is what separates it from the next one.
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
