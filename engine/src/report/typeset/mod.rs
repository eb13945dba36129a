//! `report.pdf`: the report as a typeset document, by Typst. Only with the cargo feature `pdf`, since Typst takes
//! minutes to compile.
//!
//! The document is a fixed template and a generated source that calls it; all text reaches Typst as string literals,
//! so nothing in a title or an error message is markup.

mod math;
mod source;

use std::collections::BTreeMap;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_pdf::PdfOptions;

use super::{Report, font};

/// The typeset report. `figures` are the figures' SVG documents by id.
pub(super) fn pdf(report: &Report, figures: &BTreeMap<&str, String>) -> Result<Vec<u8>, String> {
    let images = figures.iter().map(|(id, svg)| (image_name(id), svg.clone().into_bytes()));
    let desk = Desk::new(source::document(report), images)?;
    let document = typst::compile(&desk).output.map_err(|errors| describe(&errors))?;
    let options = PdfOptions {
        ident: Smart::Custom("solvable-report".to_owned()),
        creator: Smart::Custom(Some("solvable".to_owned())),
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(|errors| describe(&errors))
}

fn describe(errors: &[SourceDiagnostic]) -> String {
    errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ")
}

/// Where the source finds a figure.
fn image_name(id: &str) -> String {
    format!("{}.svg", super::figure_name(id))
}

/// `text` as a Typst string literal.
fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => {}
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// All that Typst may see: two sources, the figures and the fonts that come with the program.
struct Desk {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    main: FileId,
    sources: BTreeMap<String, Source>,
    images: BTreeMap<String, Bytes>,
}

impl Desk {
    fn new(main: String, images: impl Iterator<Item = (String, Vec<u8>)>) -> Result<Self, String> {
        let fonts: Vec<Font> =
            typst_assets::fonts().chain([font::DATA]).flat_map(|data| Font::iter(Bytes::new(data))).collect();
        let mut sources = BTreeMap::new();
        for (name, text) in [("main.typ", main), ("template.typ", include_str!("template.typ").to_owned())] {
            sources.insert(name.to_owned(), Source::new(file(name)?, text));
        }
        Ok(Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            main: file("main.typ")?,
            sources,
            images: images.map(|(name, svg)| (name, Bytes::new(svg))).collect(),
        })
    }
}

fn file(name: &str) -> Result<FileId, String> {
    let path = VirtualPath::new(name).map_err(|error| format!("{name}: {error}"))?;
    Ok(FileId::new(RootedPath::new(VirtualRoot::Project, path)))
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let path = id.get().vpath().get_without_slash();
        self.sources.get(path).cloned().ok_or_else(|| FileError::NotFound(path.into()))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let path = id.get().vpath().get_without_slash();
        self.images.get(path).cloned().ok_or_else(|| FileError::NotFound(path.into()))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    /// The same document every day.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::math::tests::FORMULAS;

    fn compile(body: String) -> Result<usize, String> {
        let desk = Desk::new(body, std::iter::empty())?;
        let document = typst::compile(&desk).output.map_err(|errors| describe(&errors))?;
        typst_pdf::pdf(&document, &PdfOptions::default())
            .map(|pdf| pdf.len())
            .map_err(|errors| describe(&errors))
    }

    #[test]
    fn formulas_of_a_whole_theory_and_awkward_ones_are_typeset() {
        let awkward = [
            "(",
            "x_{)}",
            "a // b /* c",
            r#"\text{a "b" \# $}"#,
            r"\#\%\&\_",
            r"a \; b",
            "f(x, y); g",
            "x''",
            "{}^a_b",
            "#x @y <z>",
            r"\left. x \right|_{y=0}",
            r"\binom{n}{k} \not\in \vec{v} \underbrace{a+b}_{c} \overline{ab}",
            r"[0, 1) \cup \{1\}",
            "~ ^a",
            r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
            r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
            r"\mathbf{x}^\top\mathcal{N}",
        ];
        let predictions = solvable_theory::catalog::all();
        let known = predictions.iter().map(|p| p.formula);
        for latex in known.chain(FORMULAS).chain(awkward) {
            for block in [true, false] {
                let equation = math::equation(latex, block);
                assert!(
                    compile(format!("#{{{equation}}}")).is_ok_and(|size| size > 0),
                    "{latex}: {equation}"
                );
            }
        }
    }

    #[test]
    fn text_is_never_markup() {
        let hostile = "#panic() $x$ *b* _i_ \\ \" <l> @r = // [ ] \u{7}\n end";
        assert!(compile(format!("#{}", quote(hostile))).is_ok());
        assert_eq!(quote("a\"b\\"), "\"a\\\"b\\\\\"");
    }
}
