//! Colours and markers.

use plotters::style::RGBColor;
use plotters::style::colors::colormaps::ViridisRGB;

/// Text and frames.
pub(super) const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
/// Grid lines.
pub(super) const GRID: RGBColor = RGBColor(0xe9, 0xe9, 0xe9);
/// Cells of a heat map that have no value, and their hatching.
pub(super) const MISSING: RGBColor = RGBColor(0xd6, 0xd6, 0xd6);
pub(super) const HATCH: RGBColor = RGBColor(0xa6, 0xa6, 0xa6);

/// The colours of Okabe and Ito (without yellow, which white paper swallows): told apart with any colour vision.
const GROUPS: [RGBColor; 8] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x56, 0xb4, 0xe9),
    RGBColor(0x00, 0x00, 0x00),
    RGBColor(0x7f, 0x7f, 0x7f),
];

/// The colour of a group.
pub(super) fn color(group: usize) -> RGBColor {
    GROUPS[group % GROUPS.len()]
}

/// Shades of a heat map.
pub(super) const SHADES: usize = 192;

/// Shade number `level` of [`SHADES`].
pub(super) fn shade(level: usize) -> RGBColor {
    ViridisRGB::get_color(level.min(SHADES - 1) as f64 / (SHADES - 1) as f64)
}

/// The corners of a group's marker, around the origin, for a marker of radius one; `None` for a disc.
pub(super) fn marker(group: usize) -> Option<&'static [(f64, f64)]> {
    const SQUARE: &[(f64, f64)] = &[(-0.87, -0.87), (0.87, -0.87), (0.87, 0.87), (-0.87, 0.87)];
    const UP: &[(f64, f64)] = &[(0.0, -1.2), (1.1, 0.75), (-1.1, 0.75)];
    const DIAMOND: &[(f64, f64)] = &[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)];
    const DOWN: &[(f64, f64)] = &[(0.0, 1.2), (1.1, -0.75), (-1.1, -0.75)];
    const PLUS: &[(f64, f64)] = &[
        (-0.4, -1.15),
        (0.4, -1.15),
        (0.4, -0.4),
        (1.15, -0.4),
        (1.15, 0.4),
        (0.4, 0.4),
        (0.4, 1.15),
        (-0.4, 1.15),
        (-0.4, 0.4),
        (-1.15, 0.4),
        (-1.15, -0.4),
        (-0.4, -0.4),
    ];
    [None, Some(SQUARE), Some(UP), Some(DIAMOND), Some(DOWN), Some(PLUS)][group % 6]
}
