//! Figures of gradient regularization.

use super::super::figure_plan::FigurePlan;

pub(super) fn all() -> Vec<FigurePlan> {
    Vec::new()
}
