//! What all parts of a figure share.

use plotters::drawing::DrawingAreaErrorKind;

/// Width of curves and radius of markers, in pixels.
pub(super) const LINE_WIDTH: f64 = 1.7;
pub(super) const MARKER_RADIUS: f64 = 3.4;
/// Opacity of histogram bars.
pub(super) const BAR_OPACITY: f64 = 0.3;

/// Plotters could not draw. With this back end, which cannot fail, it does not occur.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("plotters: {0}")]
pub(in crate::report) struct DrawError(String);

impl<E: std::error::Error + Send + Sync> From<DrawingAreaErrorKind<E>> for DrawError {
    fn from(error: DrawingAreaErrorKind<E>) -> Self {
        Self(error.to_string())
    }
}
