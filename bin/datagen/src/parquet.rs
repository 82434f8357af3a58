//! Records as a Parquet file: one row group for each piece, values as they are (PLAIN, not compressed, no nulls). Readers
//! find dates and timestamps in their own types.
//!
//! Written with the bare types of the format: the writer of `polars-parquet` keeps 4 KB for each column of each row group
//! until the end, which is 2 bytes for each row. Here it is four bytes a column, and 50 of the footer.

use polars_parquet_format::thrift::protocol::{
    TCompactOutputProtocol, TFieldIdentifier, TListIdentifier, TOutputProtocol, TStructIdentifier, TType,
};
use polars_parquet_format::thrift::{Error, Result};
use polars_parquet_format::{
    ColumnChunk, ColumnMetaData, CompressionCodec, ConvertedType, DataPageHeader, Encoding, FieldRepetitionType,
    LogicalType, PageHeader, PageType, RowGroup, SchemaElement, TimeUnit, TimestampType, Type,
};
use std::io::{self, Write};
use strata_records::{COLUMNS, Columns, KINDS, Kind};

const MAGIC: &[u8; 4] = b"PAR1";

/// A file that is being written.
pub(crate) struct File<W: Write> {
    out: W,
    /// Bytes so far.
    length: u64,
    groups: Vec<Group>,
}

/// What the end of the file says of a row group.
struct Group {
    rows: i32,
    start: u64,
    /// Bytes of each column, its header included.
    columns: [i32; COLUMNS.len()],
}

impl<W: Write> File<W> {
    pub(crate) fn new(mut out: W) -> io::Result<Self> {
        out.write_all(MAGIC)?;
        Ok(Self { out, length: MAGIC.len() as u64, groups: Vec::new() })
    }

    /// Append a row group.
    pub(crate) fn write(&mut self, piece: &Columns) -> io::Result<()> {
        let rows = i32::try_from(piece.rows).map_err(io::Error::other)?;
        let mut group = Group { rows, start: self.length, columns: [0; COLUMNS.len()] };
        for (values, column) in piece.values.iter().zip(&mut group.columns) {
            let header = page_header(rows, values).map_err(io::Error::other)?;
            self.out.write_all(&header)?;
            self.out.write_all(values)?;
            *column = i32::try_from(header.len() + values.len()).map_err(io::Error::other)?;
            self.length += u64::from(column.unsigned_abs());
        }
        self.groups.push(group);
        Ok(())
    }

    /// The file is whole after this.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let footer = footer(&self.groups).map_err(io::Error::other)?;
        let length = u32::try_from(footer.len()).map_err(io::Error::other)?;
        self.out.write_all(&footer)?;
        self.out.write_all(&length.to_le_bytes())?;
        self.out.write_all(MAGIC)
    }
}

fn page_header(rows: i32, values: &[u8]) -> Result<Vec<u8>> {
    let bytes = i32::try_from(values.len()).map_err(Error::from)?;
    let data = DataPageHeader {
        num_values: rows,
        encoding: Encoding::PLAIN,
        definition_level_encoding: Encoding::RLE,
        repetition_level_encoding: Encoding::RLE,
        statistics: None,
    };
    let header = PageHeader {
        type_: PageType::DATA_PAGE,
        uncompressed_page_size: bytes,
        compressed_page_size: bytes,
        crc: None,
        data_page_header: Some(data),
        index_page_header: None,
        dictionary_page_header: None,
        data_page_header_v2: None,
    };
    let mut text = Vec::new();
    header.write_to_out_protocol(&mut TCompactOutputProtocol::new(&mut text))?;
    Ok(text)
}

/// The format's `FileMetaData`, field by field: as one value it would hold all row groups at once.
fn footer(groups: &[Group]) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    let mut out = TCompactOutputProtocol::new(&mut text);
    out.write_struct_begin(&TStructIdentifier::new("FileMetaData"))?;
    out.write_field_begin(&TFieldIdentifier::new("version", TType::I32, 1))?;
    out.write_i32(1)?;
    out.write_field_begin(&TFieldIdentifier::new("schema", TType::List, 2))?;
    out.write_list_begin(&TListIdentifier::new(TType::Struct, COLUMNS.len() as u32 + 1))?;
    root().write_to_out_protocol(&mut out)?;
    for (name, kind) in COLUMNS.into_iter().zip(KINDS) {
        column(name, kind).write_to_out_protocol(&mut out)?;
    }
    out.write_field_begin(&TFieldIdentifier::new("num_rows", TType::I64, 3))?;
    out.write_i64(groups.iter().map(|group| i64::from(group.rows)).sum())?;
    out.write_field_begin(&TFieldIdentifier::new("row_groups", TType::List, 4))?;
    out.write_list_begin(&TListIdentifier::new(TType::Struct, u32::try_from(groups.len())?))?;
    for (index, group) in groups.iter().enumerate() {
        row_group(index, group).write_to_out_protocol(&mut out)?;
    }
    out.write_field_begin(&TFieldIdentifier::new("created_by", TType::String, 6))?;
    out.write_string("strata datagen")?;
    out.write_field_stop()?;
    out.write_struct_end()?;
    Ok(text)
}

fn row_group(index: usize, group: &Group) -> RowGroup {
    let mut start = group.start.cast_signed();
    let columns = COLUMNS.into_iter().zip(KINDS).zip(group.columns).map(|((name, kind), bytes)| {
        let chunk = chunk(name, kind, group.rows, start, i64::from(bytes));
        start += i64::from(bytes);
        chunk
    });
    RowGroup {
        columns: columns.collect(),
        total_byte_size: group.columns.into_iter().map(i64::from).sum(),
        num_rows: i64::from(group.rows),
        sorting_columns: None,
        file_offset: Some(group.start.cast_signed()),
        total_compressed_size: Some(group.columns.into_iter().map(i64::from).sum()),
        ordinal: i16::try_from(index).ok(),
    }
}

fn chunk(name: &str, kind: Kind, rows: i32, start: i64, bytes: i64) -> ColumnChunk {
    let data = ColumnMetaData {
        type_: physical(kind),
        encodings: vec![Encoding::PLAIN, Encoding::RLE],
        path_in_schema: vec![name.to_owned()],
        codec: CompressionCodec::UNCOMPRESSED,
        num_values: i64::from(rows),
        total_uncompressed_size: bytes,
        total_compressed_size: bytes,
        key_value_metadata: None,
        data_page_offset: start,
        index_page_offset: None,
        dictionary_page_offset: None,
        statistics: None,
        encoding_stats: None,
        bloom_filter_offset: None,
        bloom_filter_length: None,
        size_statistics: None,
    };
    ColumnChunk {
        file_path: None,
        // Offset of a second copy: there is none, and the format asks for a zero then.
        file_offset: 0,
        meta_data: Some(data),
        offset_index_offset: None,
        offset_index_length: None,
        column_index_offset: None,
        column_index_length: None,
        crypto_metadata: None,
        encrypted_column_metadata: None,
    }
}

/// What the columns are in.
fn root() -> SchemaElement {
    SchemaElement {
        type_: None,
        repetition_type: None,
        num_children: Some(COLUMNS.len() as i32),
        converted_type: None,
        logical_type: None,
        ..column("records", Kind::Int)
    }
}

/// Some readers know only the older way to say what a number means, and some only the newer one: both are there.
fn column(name: &str, kind: Kind) -> SchemaElement {
    let micros = TimestampType { is_adjusted_to_u_t_c: false, unit: TimeUnit::MICROS(Default::default()) };
    let (old, new) = match kind {
        Kind::Text => (Some(ConvertedType::UTF8), Some(LogicalType::STRING(Default::default()))),
        Kind::Date => (Some(ConvertedType::DATE), Some(LogicalType::DATE(Default::default()))),
        // The older way would say that it is UTC.
        Kind::Timestamp => (None, Some(LogicalType::TIMESTAMP(micros))),
        Kind::Int => (None, None),
    };
    SchemaElement {
        type_: Some(physical(kind)),
        type_length: None,
        repetition_type: Some(FieldRepetitionType::REQUIRED),
        name: name.to_owned(),
        num_children: None,
        converted_type: old,
        scale: None,
        precision: None,
        field_id: None,
        logical_type: new,
    }
}

fn physical(kind: Kind) -> Type {
    match kind {
        Kind::Text => Type::BYTE_ARRAY,
        Kind::Date | Kind::Int => Type::INT32,
        Kind::Timestamp => Type::INT64,
    }
}
