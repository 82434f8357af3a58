//! The fields of a record: their names, and where they are in a line.

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
