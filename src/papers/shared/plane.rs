use solvable_engine::figure::{Axis, Panel, Point, Series, Stroke};

/// Training losses over width and learning rate, with the rates that theory and measurement call the largest stable ones.
#[derive(Debug, Clone, Default)]
pub struct Plane {
    /// The widths, in geometric progression.
    pub widths: Vec<f64>,
    /// The learning rates, in geometric progression.
    pub rates: Vec<f64>,
    /// For each width, the common logarithm of the training loss at each rate.
    pub losses: Vec<Vec<f64>>,
    /// The largest stable rate over the width, by theory.
    pub theory: Vec<(f64, f64)>,
    /// The same, measured.
    pub boundary: Vec<Point>,
}

impl Plane {
    /// Its panel; `law` names the theory.
    pub fn panel(self, title: impl Into<String>, x: &str, law: &str) -> Panel {
        let values = (0..self.rates.len()).flat_map(|i| self.losses.iter().map(move |column| column[i]));
        Panel {
            title: title.into(),
            x: Axis::log(x),
            y: Axis::log("learning rate η"),
            series: vec![
                Series::HeatMap {
                    label: "log₁₀ training loss after 100 steps".into(),
                    x_edges: edges(&self.widths),
                    y_edges: edges(&self.rates),
                    values: values.collect(),
                    range: Some((-2.0, 1.0)),
                },
                Series::line(format!("theory {law}"), 1, Stroke::Solid, self.theory),
                Series::Points { label: "local boundary, measured".into(), group: 2, points: self.boundary },
            ],
        }
    }
}

/// Edges of cells half-way (in logarithm) between neighbouring centres.
fn edges(centres: &[f64]) -> Vec<f64> {
    let Some(ratio) = centres.windows(2).next().map(|w| (w[1] / w[0]).sqrt()) else { return Vec::new() };
    let mut edges = vec![centres[0] / ratio];
    edges.extend(centres.windows(2).map(|w| (w[0] * w[1]).sqrt()));
    edges.extend(centres.last().map(|c| c * ratio));
    edges
}
