//! Colours and markers.

use crate::canvas::Paint;

/// Text and frames.
pub(super) const INK: Paint = Paint::opaque(0x22, 0x22, 0x22);
/// Grid lines.
pub(super) const GRID: Paint = Paint::opaque(0xe9, 0xe9, 0xe9);
/// Cells of a heat map that have no value, and their hatching.
pub(super) const MISSING: Paint = Paint::opaque(0xd6, 0xd6, 0xd6);
pub(super) const HATCH: Paint = Paint::opaque(0xa6, 0xa6, 0xa6);

/// The colours of Okabe and Ito (without yellow, which white paper swallows): told apart with any colour vision.
const GROUPS: [Paint; 8] = [
    Paint::opaque(0x00, 0x72, 0xb2),
    Paint::opaque(0xd5, 0x5e, 0x00),
    Paint::opaque(0x00, 0x9e, 0x73),
    Paint::opaque(0xcc, 0x79, 0xa7),
    Paint::opaque(0xe6, 0x9f, 0x00),
    Paint::opaque(0x56, 0xb4, 0xe9),
    Paint::opaque(0x00, 0x00, 0x00),
    Paint::opaque(0x7f, 0x7f, 0x7f),
];

/// The colour of a group.
pub(super) fn color(group: usize) -> Paint {
    GROUPS[group % GROUPS.len()]
}

/// Shades of a heat map.
pub(super) const SHADES: usize = 192;

/// The colour map "viridis" at equal distances, by way of plotters; linear between.
const VIRIDIS: [[u8; 3]; 8] = [
    [68, 1, 84],
    [70, 50, 127],
    [54, 92, 141],
    [39, 127, 143],
    [31, 162, 136],
    [74, 194, 110],
    [160, 219, 57],
    [254, 232, 37],
];

/// Shade number `level` of [`SHADES`].
pub(super) fn shade(level: usize) -> Paint {
    let at = (level.min(SHADES - 1) * (VIRIDIS.len() - 1)) as f64 / (SHADES - 1) as f64;
    let (below, share) = (at.floor() as usize, at.fract());
    let above = (below + 1).min(VIRIDIS.len() - 1);
    let mixed = |n: usize| {
        let [a, b] = [VIRIDIS[below][n], VIRIDIS[above][n]].map(f64::from);
        ((1.0 - share) * a + share * b).round() as u8
    };
    Paint::opaque(mixed(0), mixed(1), mixed(2))
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
