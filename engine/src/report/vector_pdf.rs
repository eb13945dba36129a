//! Drawings as PDF pages: vectors and selectable text in the embedded font. No dates and no random ids, so the same
//! drawing gives the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, LineJoinStyle, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::canvas::{Anchor, Drawing, Ink, Label, Outline, Paint, Shape, UNIT};
use super::{font, markup};

/// Points in one back-end unit: a pixel is 1/96 inch, a point 1/72.
const POINTS: f32 = 0.75 / UNIT as f32;

/// Distance of the control points of a quarter circle, in units of its radius.
const ARC: f32 = 0.552_284_8;

const FONT: Name<'static> = Name(b"F");
const FONT_NAME: Name<'static> = Name(b"NotoSans-Regular");
const IDENTITY: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const PAGE: Ref = Ref::new(3);
const CONTENT: Ref = Ref::new(4);
const INFO: Ref = Ref::new(5);
const TYPE0: Ref = Ref::new(6);
const CID: Ref = Ref::new(7);
const DESCRIPTOR: Ref = Ref::new(8);
const FILE: Ref = Ref::new(9);
const UNICODE: Ref = Ref::new(10);

/// `drawing` as a document of one page of its size.
pub(super) fn document(drawing: &Drawing, title: &str) -> std::io::Result<Vec<u8>> {
    let (width, height) = (drawing.size.0 as f32 * POINTS, drawing.size.1 as f32 * POINTS);
    let mut page = PageContent::new(height);
    for shape in &drawing.shapes {
        page.shape(shape);
    }
    let content = deflate(&page.content.finish())?;

    let mut pdf = Pdf::new();
    pdf.catalog(CATALOG).pages(PAGES);
    pdf.pages(PAGES).kids([PAGE]).count(1);
    pdf.document_info(INFO).title(TextStr(title)).creator(TextStr("solvable"));
    let mut writer = pdf.page(PAGE);
    writer.parent(PAGES).media_box(Rect::new(0.0, 0.0, width, height)).contents(CONTENT);
    let mut resources = writer.resources();
    resources.fonts().pair(FONT, TYPE0);
    let mut states = resources.ext_g_states();
    for &alpha in &page.alphas {
        let mut state = states
            .insert(Name(alpha_name(alpha).as_bytes()))
            .start::<pdf_writer::writers::ExtGraphicsState<'_>>();
        state.stroking_alpha(f32::from(alpha) / 255.0).non_stroking_alpha(f32::from(alpha) / 255.0);
    }
    states.finish();
    resources.finish();
    writer.finish();
    pdf.stream(CONTENT, &content).filter(Filter::FlateDecode);
    embed_font(&mut pdf, &page.glyphs)?;
    Ok(pdf.finish())
}

struct PageContent {
    content: Content,
    /// Glyphs used, with the characters they stand for.
    glyphs: BTreeMap<u16, char>,
    alphas: BTreeSet<u8>,
}

impl PageContent {
    fn new(height: f32) -> Self {
        let mut content = Content::new();
        // Back-end units, downwards from the upper left corner.
        content.transform([POINTS, 0.0, 0.0, -POINTS, 0.0, height]).set_line_join(LineJoinStyle::RoundJoin);
        Self { content, glyphs: BTreeMap::new(), alphas: BTreeSet::from([255]) }
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Path { outlines, ink, paint } => {
                self.paint(*ink, *paint);
                outlines.iter().for_each(|outline| self.outline(outline));
                self.finish(*ink);
            }
            Shape::Circle { center, radius, ink, paint } => {
                self.paint(*ink, *paint);
                self.circle(center.0 as f32, center.1 as f32, *radius as f32);
                self.finish(*ink);
            }
            Shape::Text(label) => self.label(label),
        }
    }

    fn paint(&mut self, ink: Ink, paint: Paint) {
        let (r, g, b) = paint.rgb;
        let [r, g, b] = [r, g, b].map(|c| f32::from(c) / 255.0);
        let alpha = (paint.alpha * 255.0).round() as u8;
        self.alphas.insert(alpha);
        self.content.set_parameters(Name(alpha_name(alpha).as_bytes()));
        match ink {
            Ink::Fill => self.content.set_fill_rgb(r, g, b),
            Ink::Stroke(width) => self.content.set_stroke_rgb(r, g, b).set_line_width(width as f32),
        };
    }

    fn finish(&mut self, ink: Ink) {
        match ink {
            Ink::Fill => self.content.fill_nonzero(),
            Ink::Stroke(_) => self.content.stroke(),
        };
    }

    fn outline(&mut self, outline: &Outline) {
        for (i, &(x, y)) in outline.points.iter().enumerate() {
            let (x, y) = (x as f32, y as f32);
            if i == 0 {
                self.content.move_to(x, y)
            } else {
                self.content.line_to(x, y)
            };
        }
        if outline.closed {
            self.content.close_path();
        }
    }

    fn circle(&mut self, x: f32, y: f32, r: f32) {
        let k = ARC * r;
        self.content
            .move_to(x + r, y)
            .cubic_to(x + r, y + k, x + k, y + r, x, y + r)
            .cubic_to(x - k, y + r, x - r, y + k, x - r, y)
            .cubic_to(x - r, y - k, x - k, y - r, x, y - r)
            .cubic_to(x + k, y - r, x + r, y - k, x + r, y)
            .close_path();
    }

    fn label(&mut self, label: &Label) {
        let Some(face) = font::face() else { return };
        self.paint(Ink::Fill, label.paint);
        let start = match label.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -0.5 * markup::width(&label.text, label.size),
            Anchor::End => -markup::width(&label.text, label.size),
        };
        self.content.begin_text();
        for run in markup::runs(&label.text) {
            // Along and below the baseline.
            let (along, below) = (start + run.x * label.size, run.level.shift() * label.size);
            let (x, y) = (f64::from(label.at.0), f64::from(label.at.1));
            let matrix = if label.upwards {
                [0.0, -1.0, -1.0, 0.0, (x + below) as f32, (y - along) as f32]
            } else {
                [1.0, 0.0, 0.0, -1.0, (x + along) as f32, (y + below) as f32]
            };
            let mut codes = Vec::new();
            for c in run.text.chars() {
                let glyph = face.glyph_index(c).map_or(0, |glyph| glyph.0);
                self.glyphs.entry(glyph).or_insert(c);
                codes.extend(glyph.to_be_bytes());
            }
            self.content.set_font(FONT, (run.level.scale() * label.size) as f32);
            self.content.set_text_matrix(matrix).show(Str(&codes));
        }
        self.content.end_text();
    }
}

fn alpha_name(alpha: u8) -> String {
    format!("A{alpha}")
}

fn deflate(data: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data)?;
    encoder.finish()
}

/// Glyph ids are the character codes (Identity-H); the file is the bundled subset as it is.
fn embed_font(pdf: &mut Pdf, glyphs: &BTreeMap<u16, char>) -> std::io::Result<()> {
    let Some(face) = font::face() else { return Ok(()) };
    let thousandths = |v: f32| v * 1000.0 / f32::from(face.units_per_em());

    let mut type0 = pdf.type0_font(TYPE0);
    type0
        .base_font(FONT_NAME)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(CID)
        .to_unicode(UNICODE);
    type0.finish();

    let mut cid = pdf.cid_font(CID);
    cid.subtype(CidFontType::Type2).base_font(FONT_NAME).system_info(IDENTITY).font_descriptor(DESCRIPTOR);
    cid.default_width(0.0).cid_to_gid_map_predefined(Name(b"Identity"));
    let mut widths = cid.widths();
    for &glyph in glyphs.keys() {
        let advance = face.glyph_hor_advance(ttf_parser::GlyphId(glyph)).unwrap_or(0);
        widths.consecutive(glyph, [thousandths(f32::from(advance))]);
    }
    widths.finish();
    cid.finish();

    let bounds = face.global_bounding_box();
    let [x0, y0, x1, y1] =
        [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(|v| thousandths(f32::from(v)));
    pdf.font_descriptor(DESCRIPTOR)
        .name(FONT_NAME)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(x0, y0, x1, y1))
        .italic_angle(0.0)
        .ascent(thousandths(f32::from(face.ascender())))
        .descent(thousandths(f32::from(face.descender())))
        .cap_height(1000.0 * font::CAP_HEIGHT as f32)
        .stem_v(88.0)
        .font_file2(FILE);

    let data = deflate(font::DATA)?;
    let mut file = pdf.stream(FILE, &data);
    file.filter(Filter::FlateDecode);
    file.pair(Name(b"Length1"), i32::try_from(font::DATA.len()).unwrap_or(i32::MAX));
    file.finish();

    let mut unicode = UnicodeCmap::new(Name(b"Custom"), IDENTITY);
    for (&glyph, &c) in glyphs {
        unicode.pair(glyph, c);
    }
    let unicode = deflate(&unicode.finish())?;
    pdf.stream(UNICODE, &unicode).filter(Filter::FlateDecode);
    Ok(())
}
