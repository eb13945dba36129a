//! What all parts of a figure share.

use plotters_backend::DrawingErrorKind;

/// Width of curves and radius of markers, in pixels.
pub(super) const LINE_WIDTH: f64 = 1.7;
pub(super) const MARKER_RADIUS: f64 = 3.4;
/// Opacity of histogram bars.
pub(super) const BAR_OPACITY: f64 = 0.3;

/// The back end could not draw. This one, which cannot fail, always could.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DrawError(String);

impl<E: std::error::Error + Send + Sync> From<DrawingErrorKind<E>> for DrawError {
    fn from(error: DrawingErrorKind<E>) -> Self {
        Self(error.to_string())
    }
}
