//! Tables of numbers as people's tools write them: pandas, numpy, R, spreadsheets.
//!
//! What the file does not say is guessed by rules that can be told: separator, decimal comma, header, index column,
//! encoding. Every guess becomes a note; what could be read in two ways is refused with the place.

use std::borrow::Cow;

use super::linalg::Matrix;

/// Numbers, and what was guessed about them.
#[derive(Debug)]
pub(super) struct Table {
    /// One sample a column.
    pub values: Matrix,
    /// What was guessed, in words.
    pub notes: Vec<String>,
}

/// Lines looked at to find the separator.
const SAMPLE: usize = 50;

/// Reads text, one sample a line.
pub(super) fn parse(bytes: &[u8]) -> Result<Table, String> {
    let mut notes = Vec::new();
    let mut text = decode(bytes, &mut notes)?;
    if text.contains('\r') {
        text = text.replace("\r\n", "\n").replace('\r', "\n").into();
    }
    let mut records = Records::new(&text);
    if let Some(separator) = declared_separator(&text) {
        records.skip_line();
        records.separator = separator;
    } else {
        records.separator = separator(&records)?;
    }
    let separator = records.separator;
    let mut reader = Reader { separator, ..Reader::default() };
    let mut fields = Vec::new();
    while let Some(line) = records.next(&mut fields)? {
        reader.admit(line, &fields)?;
    }
    if records.comments > 0 {
        notes.push(format!("{} lines that begin with # are skipped", records.comments));
    }
    reader.finish(notes)
}

/// UTF-8 or UTF-16 by their marks, else UTF-8, else Latin-1.
fn decode<'a>(bytes: &'a [u8], notes: &mut Vec<String>) -> Result<Cow<'a, str>, String> {
    let wide = |bytes: &[u8], of: fn([u8; 2]) -> u16| -> Result<String, String> {
        let units = bytes.chunks_exact(2).map(|pair| of([pair[0], pair[1]]));
        char::decode_utf16(units)
            .collect::<Result<String, _>>()
            .map_err(|_| "the file begins like UTF-16 and is not; save it as UTF-8".to_owned())
    };
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => std::str::from_utf8(rest).ok().map(Cow::from),
        [0xff, 0xfe, rest @ ..] => Some(wide(rest, u16::from_le_bytes)?.into()),
        [0xfe, 0xff, rest @ ..] => Some(wide(rest, u16::from_be_bytes)?.into()),
        _ => std::str::from_utf8(bytes).ok().map(Cow::from),
    };
    let text = text.unwrap_or_else(|| {
        notes.push("the encoding is not UTF-8; read as Latin-1".to_owned());
        bytes.iter().map(|&byte| char::from(byte)).collect::<String>().into()
    });
    if text.contains('\0') {
        return Err("not a text file: it holds zero bytes".into());
    }
    Ok(text)
}

/// The separator of a first line `sep=;`, as spreadsheets write it.
fn declared_separator(text: &str) -> Option<char> {
    let first = text.lines().next()?.trim().strip_prefix("sep=")?;
    let mut rest = first.chars();
    rest.next().filter(|_| rest.next().is_none())
}

/// The separator that makes most of the first lines' fields numbers.
fn separator(records: &Records) -> Result<char, String> {
    let mut best = (',', 0.0);
    for candidate in [',', ';', '\t', ' '] {
        let mut trial = Records { separator: candidate, ..*records };
        let (mut fields, mut rows) = (Vec::new(), Vec::new());
        while rows.len() < SAMPLE
            && let Ok(Some(_)) = trial.next(&mut fields)
        {
            let numbers = fields.iter().filter(|f| number(f, candidate).is_some()).count();
            rows.push((fields.len(), numbers));
        }
        // The first line may be a header.
        let rows = if rows.len() > 1 { &rows[1..] } else { &rows[..] };
        let all: usize = rows.iter().map(|(fields, _)| fields).sum();
        let numbers: usize = rows.iter().map(|(_, numbers)| numbers).sum();
        let one_column = rows.iter().all(|&(fields, _)| fields == 1);
        let share = if one_column { 0.0 } else { numbers as f64 / all as f64 };
        if share > best.1 {
            best = (candidate, share);
        }
    }
    Ok(best.0)
}

/// Lines cut into fields.
#[derive(Clone, Copy)]
struct Records<'a> {
    rest: &'a str,
    line: usize,
    separator: char,
    comments: usize,
}

impl<'a> Records<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text, line: 1, separator: ',', comments: 0 }
    }

    fn skip_line(&mut self) {
        self.rest = self.rest.split_once('\n').map_or("", |(_, rest)| rest);
        self.line += 1;
    }

    /// The fields of the next line that holds any, and the number of that line in the file.
    fn next(&mut self, fields: &mut Vec<Cow<'a, str>>) -> Result<Option<usize>, String> {
        while !self.rest.is_empty() {
            let line = self.rest.split('\n').next().unwrap_or_default().trim();
            if line.is_empty() || line.starts_with('#') {
                self.comments += usize::from(!line.is_empty());
                self.skip_line();
                continue;
            }
            let start = self.line;
            fields.clear();
            self.cut(fields)?;
            return Ok(Some(start));
        }
        Ok(None)
    }

    fn cut(&mut self, fields: &mut Vec<Cow<'a, str>>) -> Result<(), String> {
        let separator = self.separator;
        let is_blank = move |c: char| matches!(c, ' ' | '\t') && (c != separator || c == ' ');
        loop {
            self.rest = self.rest.trim_start_matches(is_blank);
            if self.separator == ' ' && (self.rest.is_empty() || self.rest.starts_with('\n')) {
                self.rest = self.rest.strip_prefix('\n').unwrap_or(self.rest);
                self.line += 1;
                return Ok(());
            }
            if self.rest.starts_with('"') {
                let field = self.quoted()?;
                fields.push(field);
                self.rest = self.rest.trim_start_matches(is_blank);
            } else {
                let ends = |c: char| c == '\n' || c == self.separator || (self.separator == ' ' && c == '\t');
                let end = self.rest.find(ends).unwrap_or(self.rest.len());
                fields.push(self.rest[..end].trim().into());
                self.rest = &self.rest[end..];
            }
            let mut next = self.rest.chars();
            match next.next() {
                None => return Ok(()),
                Some('\n') => {
                    self.rest = next.as_str();
                    self.line += 1;
                    return Ok(());
                }
                Some(c) if c == self.separator => self.rest = next.as_str(),
                // After blanks, where those are the separator, the next field begins.
                Some(_) if self.separator == ' ' => {}
                Some(_) => {
                    return Err(format!(
                        "line {}: text follows the closing quote of field {}; a separator is wanted",
                        self.line,
                        fields.len()
                    ));
                }
            }
        }
    }

    fn quoted(&mut self) -> Result<Cow<'a, str>, String> {
        let start = self.line;
        let mut field = String::new();
        let mut rest = &self.rest[1..];
        loop {
            let Some((piece, after)) = rest.split_once('"') else {
                return Err(format!("line {start}: a quoted field is not closed"));
            };
            field.push_str(piece);
            if let Some(more) = after.strip_prefix('"') {
                field.push('"');
                rest = more;
                continue;
            }
            self.line += field.matches('\n').count();
            self.rest = after;
            return Ok(field.trim().to_owned().into());
        }
    }
}

/// How a number is spelt.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Spelling {
    Integer,
    Point,
    /// A decimal comma.
    Comma,
    /// `1,234`: a decimal comma, or a separator of thousands.
    Thousands,
}

/// The number that `field` spells, in a file whose fields are not separated by commas maybe with a decimal comma.
fn number(field: &str, separator: char) -> Option<(f64, Spelling)> {
    if !field.ends_with(|c: char| c.is_ascii_digit() || c == '.') {
        // `nan`, `inf` and words.
        return None;
    }
    if let Ok(x) = field.parse::<f64>() {
        let digits = field.trim_start_matches(['+', '-']);
        let integer = digits.bytes().all(|b| b.is_ascii_digit());
        return Some((x, if integer { Spelling::Integer } else { Spelling::Point }));
    }
    if separator == ',' || field.matches(',').count() == 0 {
        return None;
    }
    let digits = field.trim_start_matches(['+', '-']);
    let mut groups = digits.split(',');
    let first = groups.next().unwrap_or_default();
    let grouped = (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && first.bytes().all(|b| b.is_ascii_digit())
        && groups.all(|g| g.len() == 3 && g.bytes().all(|b| b.is_ascii_digit()));
    if grouped {
        return Some((digits.replace(',', ".").parse().unwrap_or(f64::NAN), Spelling::Thousands));
    }
    let decimal = field.matches(',').count() == 1 && !field.contains('.');
    decimal.then(|| field.replace(',', ".").parse().ok().map(|x| (x, Spelling::Comma))).flatten()
}

/// Words that stand for a missing value.
fn is_missing(field: &str) -> bool {
    const WORDS: [&str; 13] =
        ["", "na", "n/a", "nan", "null", "none", "#n/a", "<na>", "nil", "?", "-", ".", "missing"];
    WORDS.iter().any(|word| field.eq_ignore_ascii_case(word))
}

/// Names under which tools write the numbers of the rows.
fn is_index_name(name: &str) -> bool {
    is_unnamed(name)
        || ["index", "idx", "row", "rows", "rownames", "row_id", "id", "level_0", "nr", "no", "n"]
            .iter()
            .any(|word| name.eq_ignore_ascii_case(word))
}

/// No name, or the one that pandas gives to a column without a name.
fn is_unnamed(name: &str) -> bool {
    name.is_empty() || name.get(..8).is_some_and(|head| head.eq_ignore_ascii_case("unnamed:"))
}

/// `start`, `start + 1`, ... spelt as integers.
fn counts(fields: &[Cow<str>], start: usize) -> bool {
    fields.iter().enumerate().all(|(i, field)| *field == (start + i).to_string())
}

/// `text` cut to a length that a message can hold.
fn short(text: &str) -> String {
    const MOST: usize = 40;
    if text.chars().count() <= MOST {
        text.to_owned()
    } else {
        text.chars().take(MOST).chain(['…']).collect()
    }
}

/// Rows of numbers, as they come.
#[derive(Default)]
struct Reader {
    separator: char,
    /// The first line, as long as it is not known whether it holds numbers.
    first: Option<(usize, Vec<String>)>,
    header: Option<(usize, Vec<String>)>,
    width: Option<usize>,
    values: Vec<f64>,
    /// Values spelt as integers, column by column.
    integers: Vec<usize>,
    rows: usize,
    commas: usize,
    points: usize,
    /// Where a number may have separators of thousands.
    thousands: Option<(usize, String)>,
    /// Rows whose unnamed first field is a word.
    words: usize,
}

impl Reader {
    fn admit(&mut self, line: usize, fields: &[Cow<str>]) -> Result<(), String> {
        if self.rows == 0 && self.header.is_none() && self.first.is_none() {
            let numeric = |field: &Cow<str>| number(field, self.separator).is_some();
            let owned = || fields.iter().map(|f| f.clone().into_owned()).collect();
            let names = fields.iter().any(|f| !numeric(f) && !is_missing(f));
            let lead = fields.len() > 1 && is_index_name(&fields[0]);
            if (names && !fields.iter().any(numeric)) || (lead && is_header(&fields[1..])) {
                self.header = Some((line, owned()));
                return Ok(());
            }
            if fields.iter().all(numeric) && (counts(fields, 0) || counts(fields, 1)) {
                self.first = Some((line, owned()));
                return Ok(());
            }
        }
        self.row(line, fields)
    }

    fn row(&mut self, line: usize, fields: &[Cow<str>]) -> Result<(), String> {
        if let Some((header, names)) = self.header.as_ref().or(self.first.as_ref())
            && self.rows == 0
            && names.len() != fields.len()
        {
            let hint = if fields.len() == 2 * names.len() && self.separator == ',' {
                "; numbers with decimal commas must be separated by semicolons or tabs"
            } else {
                ""
            };
            let what = if self.header.is_some() { "the header in " } else { "" };
            return Err(format!(
                "{what}line {header} has {}, but line {line} has {}{hint}",
                count(names.len(), "field"),
                count(fields.len(), "field")
            ));
        }
        let width = *self.width.get_or_insert(fields.len());
        if fields.len() != width {
            return Err(format!(
                "line {line} has {}, the lines before have {width}",
                count(fields.len(), "field")
            ));
        }
        self.integers.resize(width, 0);
        for (column, field) in fields.iter().enumerate() {
            let value = match number(field, self.separator) {
                Some((x, spelling)) => {
                    match spelling {
                        Spelling::Integer => self.integers[column] += 1,
                        Spelling::Point => self.points += 1,
                        Spelling::Comma => self.commas += 1,
                        Spelling::Thousands => {
                            self.thousands.get_or_insert_with(|| (line, field.clone().into_owned()));
                        }
                    }
                    if !x.is_finite() {
                        return Err(self.wrong(line, column, field, "is beyond the range of numbers"));
                    }
                    x
                }
                None if column == 0
                    && !is_missing(field)
                    && self.header.as_ref().is_some_and(|(_, names)| is_unnamed(&names[0])) =>
                {
                    self.words += 1;
                    f64::NAN
                }
                None if is_missing(field) => {
                    let what = "is missing; rows without a value must be completed or removed";
                    return Err(self.wrong(line, column, field, what));
                }
                None if field.trim_start_matches(['+', '-']).to_ascii_lowercase().starts_with("inf") => {
                    return Err(self.wrong(line, column, field, "is not finite"));
                }
                None => return Err(self.wrong(line, column, field, "is not a number")),
            };
            self.values.push(value);
        }
        self.rows += 1;
        Ok(())
    }

    fn wrong(&self, line: usize, column: usize, field: &str, what: &str) -> String {
        let name = self.header.as_ref().and_then(|(_, names)| names.get(column)).filter(|n| !n.is_empty());
        let name = name.map(|name| format!(" (`{}`)", short(name))).unwrap_or_default();
        let field = if field.is_empty() { "the value".into() } else { format!("\"{}\"", short(field)) };
        format!("line {line}, column {}{name}: {field} {what}", column + 1)
    }

    fn finish(mut self, mut notes: Vec<String>) -> Result<Table, String> {
        if let Some((line, names)) = self.first.take() {
            self.resolve_first(line, names, &mut notes)?;
        } else if let Some((line, names)) = &self.header {
            notes.push(format!("line {line} ({}) is taken as a header", listed(names)));
        }
        let width = self.width.ok_or("the file holds no samples")?;
        self.check_commas(&mut notes)?;
        let mut columns: Vec<usize> = (0..width).collect();
        while columns.len() > 1 && self.is_index(columns[0], &mut notes)? {
            columns.remove(0);
        }
        let all = Matrix::from_vec(width, self.rows, self.values);
        let values = if columns.len() < width { all.select_rows(&columns) } else { all };
        let separated = match self.separator {
            _ if width == 1 => "one value a line".to_owned(),
            ',' => "separated by commas".to_owned(),
            ';' => "separated by semicolons".to_owned(),
            '\t' => "separated by tabs".to_owned(),
            ' ' => "separated by spaces".to_owned(),
            other => format!("separated by {other:?}"),
        };
        let header = if self.header.is_some() { "" } else { ", no header" };
        let size = format!(
            "{} of {}, {separated}{header}",
            count(values.ncols(), "sample"),
            count(values.nrows(), "feature")
        );
        notes.insert(0, size);
        Ok(Table { values, notes })
    }

    /// A first line 0, 1, 2, ...: the numbered columns of pandas, or a sample.
    fn resolve_first(
        &mut self,
        line: usize,
        names: Vec<String>,
        notes: &mut Vec<String>,
    ) -> Result<(), String> {
        let columns = names.len();
        let integers: usize = self.integers.iter().sum();
        let start: usize = names[0].parse().unwrap_or(0);
        let goes_on =
            (0..columns.min(self.values.len())).all(|i| self.values[i] == (start + columns + i) as f64);
        // A column of row numbers counts as no sign of integers.
        let rest = integers - if counts_rows(&self.column(0)).is_some() { self.rows } else { 0 };
        let header = if self.rows == 0 || goes_on && integers > 0 {
            false
        } else if rest == 0 && (columns > 1 || self.rows > 3) {
            true
        } else if start == 0 && columns > 2 {
            // Of integers or partly so: pixels or counts with numbered columns.
            true
        } else if start == 1 && integers > 0 {
            false
        } else {
            return Err(format!(
                "line {line} ({}) may be a numbered header or a sample; begin the file with a line of names",
                listed(&names)
            ));
        };
        if header {
            notes.push(format!(
                "line {line} ({}) numbers the columns and is taken as a header",
                listed(&names)
            ));
            self.header = Some((line, names));
            return Ok(());
        }
        notes.push(format!("line {line} ({}) is taken as a sample, not as a header", listed(&names)));
        let rows = std::mem::take(&mut self.values);
        let (rows_before, fields) = (self.rows, names.iter().map(|n| n.as_str().into()).collect::<Vec<_>>());
        self.rows = 0;
        self.row(line, &fields)?;
        self.rows += rows_before;
        self.values.extend(rows);
        Ok(())
    }

    fn check_commas(&self, notes: &mut Vec<String>) -> Result<(), String> {
        if let Some((line, field)) = &self.thousands
            && (self.commas == 0 || self.points > 0)
        {
            return Err(format!(
                "line {line}: \"{}\" may have a decimal comma or a separator of thousands; write numbers with a point",
                short(field)
            ));
        }
        if self.commas > 0 && self.points > 0 {
            return Err(
                "some numbers have a decimal comma and some a decimal point; write all with a point".into()
            );
        }
        if self.commas > 0 {
            notes.push("commas are read as decimal commas".to_owned());
        }
        Ok(())
    }

    fn column(&self, column: usize) -> Vec<f64> {
        self.values.iter().skip(column).step_by(self.width.unwrap_or(1)).copied().collect()
    }

    /// Whether `column`, the first that is left, numbers the rows.
    fn is_index(&self, column: usize, notes: &mut Vec<String>) -> Result<bool, String> {
        let values = self.column(column);
        let start = counts_rows(&values).filter(|_| self.rows > 1);
        let whole = values.iter().all(|x| x.fract() == 0.0);
        let others: usize = self.integers.iter().skip(column + 1).sum();
        let place = column + 1;
        let Some((_, names)) = &self.header else {
            if let Some(start) = start.filter(|_| self.rows > 2 && self.integers[column] == self.rows) {
                // Beside real numbers a count is an index; beside integers it may be anything.
                let index = others == 0;
                let what = if index { "taken as an index and dropped" } else { "kept as a feature" };
                notes.push(format!("column {place} counts the rows from {start}; it is {what}"));
                return Ok(index);
            }
            return Ok(false);
        };
        let name = &names[column];
        let shown = if name.is_empty() { "without a name".to_owned() } else { format!("`{}`", short(name)) };
        let numbered = names.first().is_some_and(|n| n == "0") && column == 0;
        match start {
            Some(start) if is_index_name(name) => {
                notes.push(format!(
                    "column {place} ({shown}) counts the rows from {start}: an index, dropped"
                ));
                return Ok(true);
            }
            Some(start) => {
                let what = if numbered && others == 0 { "dropped" } else { "kept as a feature" };
                notes.push(format!("column {place} ({shown}) counts the rows from {start}; it is {what}"));
                return Ok(numbered && others == 0);
            }
            None => {}
        }
        if !is_index_name(name) {
            return Ok(false);
        }
        let mut sorted = values;
        sorted.sort_by(f64::total_cmp);
        let distinct = sorted.windows(2).all(|pair| pair[0] != pair[1]);
        if is_unnamed(name) && (self.words == self.rows || (whole && distinct)) {
            notes.push(format!("column {place} ({shown}) names the rows: an index, dropped"));
            return Ok(true);
        }
        if is_unnamed(name) {
            return Err(format!(
                "column {place} has no name in the header and is neither an index of distinct integers nor of words; \
                 name it if it is a feature, remove it if not"
            ));
        }
        if whole && distinct && self.rows > 2 {
            notes.push(format!("column {place} ({shown}) holds distinct integers: an index, dropped"));
            return Ok(true);
        }
        notes.push(format!("column {place} ({shown}) does not number the rows; it is kept as a feature"));
        Ok(false)
    }
}

/// Whether what follows an index column's name names columns: words, or 0, 1, 2, ...
fn is_header(fields: &[Cow<str>]) -> bool {
    counts(fields, 0)
        || counts(fields, 1)
        || (fields.iter().all(|f| number(f, ' ').is_none()) && fields.iter().any(|f| !is_missing(f)))
}

/// Where `values` begin if each is one more than the one before, from 0 or 1.
fn counts_rows(values: &[f64]) -> Option<usize> {
    [0, 1].into_iter().find(|&start| values.iter().enumerate().all(|(n, &x)| x == (start + n) as f64))
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// The first few names.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 6;
    let mut list: Vec<String> =
        names.iter().take(SHOWN).map(|n| if n.is_empty() { "\"\"".into() } else { short(n) }).collect();
    if names.len() > SHOWN {
        list.push("…".into());
    }
    list.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Table {
        parse(text.as_bytes()).unwrap()
    }

    fn refused(text: &str, words: &str) {
        let message = parse(text.as_bytes()).unwrap_err();
        assert!(message.contains(words), "{text:?}: {message}");
    }

    fn told(table: &Table, words: &str) {
        assert!(table.notes.iter().any(|note| note.contains(words)), "{words}: {:?}", table.notes);
    }

    const PLAIN: [[f64; 3]; 2] = [[0.5, -1.5, 2.25], [1.0, 2.5, -3.75]];

    #[test]
    fn the_same_numbers_are_read_from_every_spelling() {
        for (text, words) in [
            ("0.5,1\n-1.5,2.5\n2.25,-3.75\n", "no header"),
            ("a,b\r\n0.5,1\r\n-1.5,2.5\r\n\r\n2.25,-3.75", "(a, b) is taken as a header"),
            ("a;b\n0.5;1\n-1.5;2.5\n2.25;-3.75\n", "semicolons"),
            ("a;b\n0,5;1\n-1,5;2,5\n2,25;-3,75\n", "decimal commas"),
            ("0.5\t1\n-1.5\t2.5\n2.25\t-3.75\n", "tabs"),
            ("0,5\t1\n-1,5\t2,5\n2,25\t-3,75\n", "decimal commas"),
            (" 0.5   1 \n-1.5 2.5\n 2.25  -3.75\n", "spaces"),
            ("# a b\n5.0e-1 1.0e0\n-1.5 2.5\n2.25 -3.75\n", "1 lines that begin with # are skipped"),
            ("sep=;\na;b\n0.5;1\n-1.5;2.5\n2.25;-3.75\n", "header"),
            ("\"0.5\", \"1\"\n\"-1.5\", \"2.5\"\n\"2.25\" , \"-3.75\"\n", "commas"),
            ("\"a, of one\",\"b\n\"\"c\"\"\"\n.5,+1\n-1.5,2.5\n2.25,-3.75\n", "header"),
            ("\u{feff}0.5,1.\n-1.5,2.5\n2.25,-3.75\n", "no header"),
            (",a,b\n0,0.5,1\n1,-1.5,2.5\n2,2.25,-3.75\n", "an index, dropped"),
            ("Unnamed: 0,a,b\n7,0.5,1\n3,-1.5,2.5\n5,2.25,-3.75\n", "an index, dropped"),
            ("Unnamed: 0.1,Unnamed: 0,a,b\n0,0,0.5,1\n1,1,-1.5,2.5\n2,2,2.25,-3.75\n", "column 2"),
            (",a,b\nx,0.5,1\ny,-1.5,2.5\nz,2.25,-3.75\n", "names the rows"),
            (",0,1\n0,0.5,1\n1,-1.5,2.5\n2,2.25,-3.75\n", "an index, dropped"),
            ("index,a,b\n1,0.5,1\n2,-1.5,2.5\n3,2.25,-3.75\n", "from 1"),
            ("0,0.5,1.0\n1,-1.5,2.5\n2,2.25,-3.75\n", "index and dropped"),
            ("0,1\n0.5,1.0\n-1.5,2.5\n2.25,-3.75\n", "numbers the columns"),
        ] {
            let table = read(text);
            let rows: Vec<Vec<f64>> = table.values.row_iter().map(|r| r.iter().copied().collect()).collect();
            assert_eq!(rows, PLAIN, "{text:?} {:?}", table.notes);
            told(&table, words);
        }
    }

    #[test]
    fn other_encodings_are_read_and_told() {
        let table = parse(b"caf\xe9,na\xefve\n1.5,2\n3,4\n").unwrap();
        told(&table, "Latin-1");
        told(&table, "(café, naïve)");
        let wide: Vec<u8> = "\u{feff}a\tb\n1,5\t2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(parse(&wide).unwrap().values.as_slice(), [1.5, 2.0]);
        assert!(parse(b"\x00\x01,2\n").is_err());
    }

    #[test]
    fn a_numbered_first_line_is_a_header_a_sample_or_refused() {
        // Pixels with pandas' columns.
        let table = read("0,1,2\n16,3,0\n0,7,8\n");
        assert_eq!(table.values.ncols(), 2);
        told(&table, "numbers the columns");
        // np.arange(9).reshape(3, 3)
        let table = read("0,1,2\n3,4,5\n6,7,8\n");
        assert_eq!((table.values.ncols(), table.values[(2, 0)]), (3, 2.0));
        told(&table, "taken as a sample");
        assert_eq!(read("1,2\n3,4\n9,6\n").values.ncols(), 3);
        refused("0,1\n1,1\n0,1\n", "numbered header or a sample");
        // A counting feature under a name is kept, and told.
        let table = read("time,a\n0,0.5\n1,0.25\n2,0.75\n");
        assert_eq!(table.values.nrows(), 2);
        told(&table, "kept as a feature");
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_place() {
        for (text, words) in [
            ("", "no samples"),
            ("1,2\n3\n", "line 2 has 1 field"),
            ("1,2\n3,x\n", "line 2, column 2: \"x\" is not a number"),
            ("1,2\n\n\n3,x\n", "line 4"),
            ("a,b\n\n1,2\n\n3,\n", "line 5, column 2 (`b`): the value is missing"),
            ("a\n1,2\n3,4\n", "header in line 1 has 1 field, but line 2 has 2"),
            ("a,b,c\n1,2\n3,4\n", "header in line 1 has 3 fields"),
            ("a,b\n0,5,0,25\n0,1,0,2\n", "decimal commas"),
            ("NA,NA\n1,2\n3,4\n", "line 1, column 1: \"NA\" is missing"),
            (",,\n1,2,3\n3,4,5\n", "line 1, column 1"),
            ("1,2\n3,nan\n", "line 2, column 2: \"nan\" is missing"),
            ("1,2\n3,-inf\n", "is not finite"),
            ("1,2\n3,1e999\n", "beyond the range"),
            ("a,2\n3,4\n", "line 1, column 1"),
            ("1,\"2\n3,4\n", "not closed"),
            ("\"1\"2,3\n3,4\n", "follows the closing quote"),
            ("1,234;2,345\n3,456;4,567\n", "separator of thousands"),
            ("0,5;1.5\n3,4;4,5\n", "some a decimal point"),
            (",a\n0.5,1\n1.5,2\n", "has no name in the header"),
        ] {
            refused(text, words);
        }
        refused(&format!("1,2\n3,{}\n", "x".repeat(900)), "…");
    }
}
