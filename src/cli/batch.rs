//! A batch of entries, answered while it is read: a JSON array or lines of JSON, of any length, in bounded memory.
//!
//! The reader cuts the text into entries without holding it; blocks of entries are answered in parallel, ahead of the
//! oldest one by [`IN_FLIGHT`] bytes at most; the answers are written in the order of the entries, each block as soon as
//! those before it are. What comes slowly, line by line through a pipe, is answered line by line.

use std::collections::BTreeMap;
use std::io::{BufRead, BufWriter, Write};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};

use anyhow::{Result, bail};
use rayon::prelude::*;

/// Longer entries are refused unread.
pub const LONGEST_ENTRY: usize = 1 << 26;
/// Bytes of entries that may be read before the oldest of them is answered.
const IN_FLIGHT: usize = 1 << 25;

/// How the entries are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `[{...}, {...}]`, over any number of lines.
    Array,
    /// `{...}`, one a line.
    Lines,
}

/// The text of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// As it stands, without the space around it.
    Text(Vec<u8>),
    /// More than [`LONGEST_ENTRY`] bytes.
    TooLong,
}

/// How answers follow each other.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    pub begin: &'static str,
    pub between: &'static str,
    pub end: &'static str,
    /// In place of all, where there are no answers.
    pub empty: &'static str,
}

/// Writes what `answer` says to every entry (its number, counted from 0, and its text), in their order.
///
/// # Errors
/// The text is cut off, or cannot be read; the answers cannot be written. Entries before that are answered.
pub fn run(
    mut cutter: Cutter<impl BufRead>,
    out: impl Write + Send,
    frame: Frame,
    answer: impl Fn(usize, &Entry) -> String + Sync,
) -> Result<()> {
    let (gate, answer) = (Gate::default(), &answer);
    let (send, receive) = mpsc::channel::<(usize, Answers)>();
    let (read, written) = std::thread::scope(|threads| {
        let writer = threads.spawn(|| write(out, frame, receive, &gate));
        let read = rayon::in_place_scope_fifo(|scope| -> Result<()> {
            let (mut blocks, mut entries) = (0, 0);
            while let Some(block) = cutter.block()? {
                let bytes = block.iter().map(Entry::len).sum();
                if !gate.enter(bytes) {
                    break;
                }
                let (number, first, send) = (blocks, entries, send.clone());
                blocks += 1;
                entries += block.len();
                scope.spawn_fifo(move |_| {
                    let texts =
                        block.par_iter().enumerate().map(|(n, entry)| answer(first + n, entry)).collect();
                    // Fails where the writer has given up.
                    let _ = send.send((number, Answers { texts, bytes }));
                });
            }
            Ok(())
        });
        drop(send);
        (read, writer.join())
    });
    let mut out = written.map_err(|_| anyhow::anyhow!("the writer of answers panicked"))??;
    read?;
    out.finish()
}

/// The answers of a block.
struct Answers {
    texts: Vec<String>,
    /// Of the block's entries.
    bytes: usize,
}

/// Answers on their way out.
struct Output<W: Write> {
    out: BufWriter<W>,
    frame: Frame,
    begun: bool,
}

impl<W: Write> Output<W> {
    fn write(&mut self, text: &str) -> std::io::Result<()> {
        let before = if self.begun { self.frame.between } else { self.frame.begin };
        self.begun = true;
        self.out.write_all(before.as_bytes())?;
        self.out.write_all(text.as_bytes())
    }

    fn finish(&mut self) -> Result<()> {
        let end = if self.begun { self.frame.end } else { self.frame.empty };
        self.out.write_all(end.as_bytes())?;
        Ok(self.out.flush()?)
    }
}

/// Writes blocks in their order until none can come.
fn write<W: Write>(
    out: W,
    frame: Frame,
    answers: mpsc::Receiver<(usize, Answers)>,
    gate: &Gate,
) -> std::io::Result<Output<W>> {
    let mut output = Output { out: BufWriter::new(out), frame, begun: false };
    let (mut waiting, mut next) = (BTreeMap::new(), 0);
    for (number, block) in answers {
        waiting.insert(number, block);
        while let Some(Answers { texts, bytes }) = waiting.remove(&next) {
            let written =
                texts.iter().try_for_each(|text| output.write(text)).and_then(|()| output.out.flush());
            if let Err(error) = written {
                gate.close();
                return Err(error);
            }
            gate.leave(bytes);
            next += 1;
        }
    }
    Ok(output)
}

/// Lets entries in while those in flight are few.
#[derive(Default)]
struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    bytes: usize,
    closed: bool,
}

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `bytes` fit, or nothing else is inside; whether the gate is open.
    fn enter(&self, bytes: usize) -> bool {
        let full = |state: &mut State| !state.closed && state.bytes > 0 && state.bytes + bytes > IN_FLIGHT;
        let mut state = self.changed.wait_while(self.state(), full).unwrap_or_else(PoisonError::into_inner);
        state.bytes += bytes;
        !state.closed
    }

    fn leave(&self, bytes: usize) {
        self.state().bytes -= bytes;
        self.changed.notify_one();
    }

    fn close(&self) {
        self.state().closed = true;
        self.changed.notify_one();
    }
}

impl Entry {
    /// Bytes held, and what goes with them.
    fn len(&self) -> usize {
        const ASIDE: usize = 64;
        match self {
            Self::Text(text) => text.len() + ASIDE,
            Self::TooLong => ASIDE,
        }
    }
}

/// Cuts a text into entries, so that one that is no JSON takes no other with it.
pub struct Cutter<R> {
    reader: R,
    form: Form,
    entry: Vec<u8>,
    too_long: bool,
    /// Open brackets and braces, within the array.
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// Whether an entry of the array has been cut.
    begun: bool,
    /// Whether the array is closed.
    closed: bool,
}

impl<R: BufRead> Cutter<R> {
    /// Of the text that `reader` reads: an array where it begins with `[`, else lines.
    pub fn new(mut reader: R) -> std::io::Result<Self> {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        if reader.fill_buf()?.starts_with(MARK) {
            reader.consume(MARK.len());
        }
        let form = loop {
            let buffer = reader.fill_buf()?;
            let (space, all) =
                (buffer.iter().take_while(|byte| byte.is_ascii_whitespace()).count(), buffer.len());
            let first = buffer.get(space).copied();
            let array = first == Some(b'[');
            reader.consume(space + usize::from(array));
            match first {
                Some(_) => break if array { Form::Array } else { Form::Lines },
                None if all == 0 => break Form::Lines,
                None => {}
            }
        };
        Ok(Self {
            reader,
            form,
            entry: Vec::new(),
            too_long: false,
            depth: 0,
            in_string: false,
            escaped: false,
            begun: false,
            closed: false,
        })
    }

    /// How the entries are spelled.
    pub fn form(&self) -> Form {
        self.form
    }

    /// The entries that end in the next piece of text; `None` at the end of all.
    ///
    /// # Errors
    /// The text cannot be read; an array does not end, or is not the end of the text.
    pub fn block(&mut self) -> Result<Option<Vec<Entry>>> {
        loop {
            // The buffer is taken out, so that the cuts may change the rest.
            let buffer = self.reader.fill_buf()?.to_vec();
            self.reader.consume(buffer.len());
            let mut block = Vec::new();
            if buffer.is_empty() {
                return match self.form {
                    Form::Array if !self.closed => {
                        bail!("the array is cut off: a bracket, a brace or a string is not closed")
                    }
                    Form::Array => Ok(None),
                    Form::Lines => {
                        self.line(&mut block);
                        Ok((!block.is_empty()).then_some(block))
                    }
                };
            }
            match self.form {
                Form::Array => self.cut_array(&buffer, &mut block)?,
                Form::Lines => {
                    let mut lines = buffer.split(|byte| *byte == b'\n');
                    self.keep(lines.next().unwrap_or_default());
                    for line in lines {
                        self.line(&mut block);
                        self.keep(line);
                    }
                }
            }
            if !block.is_empty() {
                return Ok(Some(block));
            }
        }
    }

    fn keep(&mut self, text: &[u8]) {
        if self.too_long || self.entry.len() + text.len() > LONGEST_ENTRY {
            (self.too_long, self.entry) = (true, Vec::new());
        } else {
            self.entry.extend_from_slice(text);
        }
    }

    /// Ends a line; one of spaces is none.
    fn line(&mut self, block: &mut Vec<Entry>) {
        if self.too_long || !self.entry.trim_ascii().is_empty() {
            self.end(block);
        } else {
            self.entry.clear();
        }
    }

    fn end(&mut self, block: &mut Vec<Entry>) {
        let text = self.entry.trim_ascii().to_vec();
        block.push(if self.too_long { Entry::TooLong } else { Entry::Text(text) });
        self.entry.clear();
        self.too_long = false;
    }

    /// Cuts at the commas that no bracket, brace or string holds.
    fn cut_array(&mut self, buffer: &[u8], block: &mut Vec<Entry>) -> Result<()> {
        let mut start = 0;
        for (at, &byte) in buffer.iter().enumerate() {
            if self.closed {
                if !byte.is_ascii_whitespace() {
                    bail!("the array does not end with its ]");
                }
                continue;
            }
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.in_string => self.escaped = true,
                b'"' => self.in_string = !self.in_string,
                _ if self.in_string => {}
                b'[' | b'{' => self.depth += 1,
                b']' | b'}' if self.depth > 0 => self.depth -= 1,
                b'}' => bail!("a brace is closed that was not opened"),
                b',' if self.depth == 0 => {
                    self.keep(&buffer[start..at]);
                    start = at + 1;
                    self.begun = true;
                    self.end(block);
                }
                b']' => {
                    self.keep(&buffer[start..at]);
                    self.closed = true;
                    if self.begun || self.too_long || !self.entry.trim_ascii().is_empty() {
                        self.end(block);
                    }
                }
                _ => {}
            }
        }
        if !self.closed {
            self.keep(&buffer[start..]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// The entries of a text, read by pieces of some bytes.
    fn cut(text: &[u8], piece: usize) -> Result<(Form, Vec<String>)> {
        let mut cutter = Cutter::new(BufReader::with_capacity(piece.max(3), text))?;
        let mut all = Vec::new();
        while let Some(block) = cutter.block()? {
            all.extend(block.into_iter().map(|entry| match entry {
                Entry::Text(text) => String::from_utf8_lossy(&text).into_owned(),
                Entry::TooLong => "too long".to_owned(),
            }));
        }
        Ok((cutter.form(), all))
    }

    #[test]
    fn arrays_and_lines_are_cut_into_entries_wherever_the_pieces_end() {
        let array = "\u{feff} [{\"id\":\"a,]\\\"[\",\"b\":[1,{}]},\n 5,NaN , \"é\\\\\"]\n ";
        let entries = ["{\"id\":\"a,]\\\"[\",\"b\":[1,{}]}", "5", "NaN", "\"é\\\\\""].map(str::to_owned);
        let lines = "\n{\"id\": \"a\"}\r\n\n  {broken\n[1,\n{\"id\": \"b\"}";
        let single = ["{\"id\": \"a\"}", "{broken", "[1,", "{\"id\": \"b\"}"].map(str::to_owned);
        for piece in [3, 4, 5, 7, 16, 1000] {
            assert_eq!(cut(array.as_bytes(), piece).unwrap(), (Form::Array, entries.to_vec()));
            assert_eq!(cut(lines.as_bytes(), piece).unwrap(), (Form::Lines, single.to_vec()));
            assert_eq!(cut(b"[ ]", piece).unwrap(), (Form::Array, vec![]));
            assert_eq!(cut(b"[1,]", piece).unwrap().1, ["1", ""]);
            assert_eq!(cut(b" \n", piece).unwrap(), (Form::Lines, vec![]));
            for bad in ["[1", "[1]]", "[{]", "[\"a]", "[1}]", "[1] 2"] {
                assert!(cut(bad.as_bytes(), piece).is_err(), "{bad}");
            }
        }
    }

    #[test]
    fn an_entry_without_end_is_dropped_unread() {
        let long = "x".repeat(LONGEST_ENTRY + 1);
        for text in [format!("[1,{long},2]"), format!("1\n{long}\n2\n")] {
            assert_eq!(cut(text.as_bytes(), 1 << 16).unwrap().1, ["1", "too long", "2"]);
        }
    }

    #[test]
    fn answers_come_in_the_order_of_the_entries_and_all_of_them() {
        let lines: String = (0..5000).map(|n| format!("{n}\n")).collect();
        let mut out = Vec::new();
        let frame = Frame { begin: "<", between: ",", end: ">", empty: "none" };
        let cutter = |text| Cutter::new(BufReader::with_capacity(100, text)).unwrap();
        let answer = |n: usize, entry: &Entry| {
            if n.is_multiple_of(500) {
                std::thread::sleep(std::time::Duration::from_millis(2));
            }
            assert_eq!(*entry, Entry::Text(n.to_string().into_bytes()));
            (2 * n).to_string()
        };
        run(cutter(lines.as_bytes()), &mut out, frame, answer).unwrap();
        let doubled: Vec<String> = (0..5000).map(|n| (2 * n).to_string()).collect();
        assert_eq!(String::from_utf8(out).unwrap(), format!("<{}>", doubled.join(",")));

        let mut out = Vec::new();
        run(cutter(b"[]"), &mut out, frame, answer).unwrap();
        assert_eq!(out, b"none");
        let mut out = Vec::new();
        assert!(run(cutter(b"[0,1"), &mut out, frame, answer).is_err());
        assert!(!out.ends_with(b">"), "what is cut off does not look whole");
    }

    #[test]
    fn a_closed_pipe_ends_an_endless_batch() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        struct Endless;
        impl std::io::Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                let line = b"{}\n";
                let count = buffer.len() / line.len();
                buffer[..count * line.len()]
                    .chunks_exact_mut(line.len())
                    .for_each(|c| c.copy_from_slice(line));
                Ok(count * line.len())
            }
        }
        let cutter = Cutter::new(BufReader::new(Endless)).unwrap();
        let frame = Frame { begin: "", between: "", end: "", empty: "" };
        let error = run(cutter, Closed, frame, |_, _| "an answer\n".to_owned()).unwrap_err();
        assert_eq!(
            error.downcast_ref::<std::io::Error>().map(std::io::Error::kind),
            Some(std::io::ErrorKind::BrokenPipe)
        );
    }
}
