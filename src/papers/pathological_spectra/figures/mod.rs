//! Figures of pathological spectra.

mod spectra;
mod training;

use super::super::figure_plan::FigurePlan;
use crate::figure::{Position, Series, Stroke};

pub(super) fn all() -> Vec<FigurePlan> {
    [spectra::all(), training::all()].into_iter().flatten().collect()
}

fn line(label: impl Into<String>, group: usize, stroke: Stroke, points: Vec<(f64, f64)>) -> Series {
    Series::Line { label: label.into(), group, stroke, points }
}

fn rule(label: impl Into<String>, group: usize, stroke: Stroke, at: Position) -> Series {
    Series::Rule { label: label.into(), group, stroke, at }
}
