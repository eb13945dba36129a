//! The one font of all figures, and how wide text is in it.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ttf_parser::Face;

/// Noto Sans with the mathematical symbols that labels use; see `assets/fonts/README.md`.
pub const DATA: &[u8] = include_bytes!("../assets/fonts/NotoSans-figures.ttf");

/// The font stack that SVG and HTML name.
pub const STACK: &str = "'Noto Sans','DejaVu Sans','Segoe UI','Helvetica Neue',Arial,sans-serif";

/// Share of the font size that an unknown character is taken to fill.
const UNKNOWN_ADVANCE: f64 = 0.6;

/// Vertical extent, in units of the font size, that typesetting assumes.
pub const CAP_HEIGHT: f64 = 0.714;

/// New Computer Modern Math, cut down to what formulas use.
const MATH_DATA: &[u8] = include_bytes!("../assets/fonts/SolvableMath.woff2");

/// The CSS rule that defines the font of the formulas.
pub static MATH_FACE_RULE: LazyLock<String> = LazyLock::new(|| {
    let data = STANDARD.encode(MATH_DATA);
    format!("@font-face{{font-family:'Solvable Math';src:url(data:font/woff2;base64,{data})}}")
});

/// The CSS rule that defines the font.
pub static FACE_RULE: LazyLock<String> = LazyLock::new(|| {
    let data = STANDARD.encode(DATA);
    format!("@font-face{{font-family:'Noto Sans';src:url(data:font/ttf;base64,{data})}}")
});

static FACE: LazyLock<Option<Face<'static>>> = LazyLock::new(|| Face::parse(DATA, 0).ok());

/// The parsed font; `None` only if the embedded file were damaged, which a test excludes.
pub fn face() -> Option<&'static Face<'static>> {
    FACE.as_ref()
}

/// Width of `text` set at `size`, without kerning (the file has none).
pub fn width(text: &str, size: f64) -> f64 {
    text.chars().map(advance).sum::<f64>() * size
}

fn advance(c: char) -> f64 {
    face()
        .and_then(|face| {
            let advance = face.glyph_hor_advance(face.glyph_index(c)?)?;
            Some(f64::from(advance) / f64::from(face.units_per_em()))
        })
        .unwrap_or(UNKNOWN_ADVANCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_font_has_what_labels_use() {
        let face = face().expect("the embedded font parses");
        for c in "AZaz09λκθσχμΘΣΔ√∞×−±≤≥≈≃∝∂∇⟨⟩‖·…ℓ⊤→–’ö₁₂²³".chars()
        {
            assert!(face.glyph_index(c).is_some(), "{c} is missing");
        }
    }

    #[test]
    fn widths_are_those_of_noto_sans() {
        // Advances in Noto Sans: `M` 907, `i` 258 of 1000 units.
        assert!((width("Mi", 10.0) - 11.65).abs() < 1e-9);
    }
}
