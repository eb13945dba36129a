//! A plotters back end that keeps what is drawn as a short list of shapes, which the SVG and PDF writers share.
//!
//! Plotters' own SVG back end rounds to whole pixels, guesses text widths from the number of bytes and has no
//! sub- and superscripts; here a unit is a hundredth of a pixel, and text is measured in the font it is set in.

use std::convert::Infallible;

use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontTransform,
};

use super::{font, markup};

/// Back-end units in one pixel (1/96 inch).
pub const UNIT: f64 = 100.0;

/// Pixels to back-end units. Saturates, so any input is safe.
pub fn units(pixels: f64) -> i32 {
    (pixels * UNIT).round() as i32
}

/// Colour and opacity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paint {
    /// Red, green and blue.
    pub rgb: (u8, u8, u8),
    /// From 0 to 1.
    pub alpha: f64,
}

impl Paint {
    /// White.
    pub const WHITE: Self = Self::opaque(255, 255, 255);

    /// An opaque colour.
    pub const fn opaque(r: u8, g: u8, b: u8) -> Self {
        Self { rgb: (r, g, b), alpha: 1.0 }
    }

    /// The same colour with this opacity.
    #[must_use]
    pub const fn faint(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }
}

impl From<Paint> for BackendColor {
    fn from(Paint { rgb, alpha }: Paint) -> Self {
        Self { alpha, rgb }
    }
}

impl From<BackendColor> for Paint {
    fn from(color: BackendColor) -> Self {
        Self { rgb: color.rgb, alpha: color.alpha }
    }
}

/// How an outline is painted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ink {
    /// An area.
    Fill,
    /// A line of this width, in back-end units.
    Stroke(u32),
}

/// Points joined by straight lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// The points, in order.
    pub points: Vec<BackendCoord>,
    /// Whether the last is joined to the first.
    pub closed: bool,
}

/// Where text is anchored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Left.
    Start,
    /// In the middle.
    Middle,
    /// Right.
    End,
}

/// A label, with its anchor on the baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// What it says, in the markup of [`markup`].
    pub text: String,
    /// Its anchor.
    pub at: BackendCoord,
    /// Font size.
    pub size: f64,
    /// Where along the text the anchor is.
    pub anchor: Anchor,
    /// Reads upwards.
    pub upwards: bool,
    /// Its colour.
    pub paint: Paint,
}

/// One thing drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Outlines of one style; consecutive lines are gathered, so a dashed line is one shape.
    Path {
        /// The outlines.
        outlines: Vec<Outline>,
        /// Whether they are filled.
        ink: Ink,
        /// Their colour.
        paint: Paint,
    },
    /// A disc or circle.
    Circle {
        /// Its centre.
        center: BackendCoord,
        /// Its radius.
        radius: u32,
        /// Whether it is filled.
        ink: Ink,
        /// Its colour.
        paint: Paint,
    },
    /// Text.
    Text(Label),
}

/// A finished drawing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Drawing {
    /// Size in back-end units.
    pub size: (u32, u32),
    /// In drawing order.
    pub shapes: Vec<Shape>,
}

/// Draws onto a [`Drawing`].
pub struct Canvas<'a> {
    drawing: &'a mut Drawing,
}

impl<'a> Canvas<'a> {
    /// A canvas of `drawing`.
    pub fn new(drawing: &'a mut Drawing) -> Self {
        Self { drawing }
    }

    fn outline(&mut self, outline: Outline, ink: Ink, paint: Paint) {
        if outline.points.len() < 2 || paint.alpha <= 0.0 {
            return;
        }
        if let Some(Shape::Path { outlines, ink: last_ink, paint: last_paint }) = self.drawing.shapes.last_mut()
            && (*last_ink, *last_paint) == (ink, paint)
            // Areas stay apart: renderers blend the common edge of two areas of one path badly.
            && ink != Ink::Fill
        {
            outlines.push(outline);
            return;
        }
        self.drawing.shapes.push(Shape::Path { outlines: vec![outline], ink, paint });
    }
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for Canvas<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.drawing.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect((x, y), (x + 1, y + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        a: BackendCoord,
        b: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let points = vec![a, (b.0, a.1), b, (a.0, b.1)];
        let ink = if fill { Ink::Fill } else { Ink::Stroke(style.stroke_width()) };
        self.outline(Outline { points, closed: true }, ink, style.color().into());
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let mut points: Vec<_> = path.into_iter().collect();
        points.dedup();
        self.outline(
            Outline { points, closed: false },
            Ink::Stroke(style.stroke_width()),
            style.color().into(),
        );
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let ink = if fill { Ink::Fill } else { Ink::Stroke(style.stroke_width()) };
        self.drawing.shapes.push(Shape::Circle { center, radius, ink, paint: style.color().into() });
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Drawn {
        let points = points.into_iter().collect();
        self.outline(Outline { points, closed: true }, Ink::Fill, style.color().into());
        Ok(())
    }

    /// The vertical position of the style is not used: `at` lies on the baseline.
    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let anchor = match style.anchor().h_pos {
            HPos::Left => Anchor::Start,
            HPos::Center => Anchor::Middle,
            HPos::Right => Anchor::End,
        };
        let upwards = matches!(style.transform(), FontTransform::Rotate270);
        let label = Label {
            text: text.to_owned(),
            at,
            size: style.size(),
            anchor,
            upwards,
            paint: style.color().into(),
        };
        self.drawing.shapes.push(Shape::Text(label));
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        Ok((markup::width(text, style.size()).ceil() as u32, (font::CAP_HEIGHT * style.size()).ceil() as u32))
    }
}
