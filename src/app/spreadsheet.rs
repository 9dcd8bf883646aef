//! Writes CSV that spreadsheets open directly and in which no cell is interpreted as a formula.

/// The byte order mark. Excel needs it to recognize UTF-8; without it, accented letters are garbled.
pub const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";

/// Escapes a cell so that no spreadsheet interprets it as a formula (OWASP, "CSV Injection"). Excel treats the
/// full-width signs of East Asian keyboards like the ASCII ones.
pub fn escape_formula(cell: &str) -> String {
    const FORMULA_PREFIXES: [char; 11] =
        ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
    if cell.trim_start_matches(' ').starts_with(FORMULA_PREFIXES) { format!("'{cell}") } else { cell.to_string() }
}

/// Returns `prefix`, followed by the records as CSV (RFC 4180: lines end in CR LF).
pub fn to_csv<Record, Cell>(prefix: &[u8], records: impl Iterator<Item = Record>) -> Vec<u8>
where
    Record: IntoIterator<Item = Cell>,
    Cell: AsRef<[u8]>,
{
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(prefix.to_vec());
    for record in records {
        table.write_record(record).expect("memory can be written, and all records are equally long");
    }
    table.into_inner().expect("memory can be written")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", " =1+1", "+1", "-1", "@a", "\t=1", "\n=1", "\u{ff1d}1"] {
            assert!(escape_formula(cell).starts_with('\''), "{cell}");
        }
        assert_eq!(escape_formula("plain - text"), "plain - text");
    }

    #[test]
    fn a_table_is_quoted_where_it_must_be() {
        let text = to_csv(UTF8_BOM, [["a", "b"], ["1,5", "say \"x\""]].into_iter());
        assert_eq!(String::from_utf8(text).unwrap(), "\u{feff}a,b\r\n\"1,5\",\"say \"\"x\"\"\"\r\n");
    }
}
