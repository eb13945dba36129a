//! Explorable figures: curves of predictions that follow knobs, over measurements that were recorded.
//!
//! An [`Explorable`] is data: which knobs there are, which predictions are drawn in which panel, which measurements belong to
//! which setting of the knobs. [`Explorable::picture`] evaluates it at a setting: by the program for the picture that a page
//! shows at first, and in the page, as WebAssembly, for every move of a knob. It is one function, so that both are the same.
//!
//! ```
//! use serde_json::json;
//! use solvable_explore::{Ask, Detail, Explorable, Knob, Panel, Trace, Values};
//! use solvable_figures::figure::{Axis, Scale, Stroke};
//!
//! let kappa = |weights: &str| Ask::new("mf/kappa", json!({
//!     "activation": "$activation", "alphas": [1, 1, 1], "sigma_w2": weights, "sigma_b2": "$sigma_b2"
//! }));
//! let figure = Explorable {
//!     id: "mf/kappa-explored".into(),
//!     title: "Moments of the Fisher information".into(),
//!     caption: "κ_1 against the variance of the weights.".into(),
//!     knobs: vec![
//!         Knob::words("activation", "activation", "Of all hidden layers.", ["tanh", "relu"]),
//!         Knob::real("sigma_b2", "σ_b²", "Variance of the biases.", 0.0, 2.0, 0.5),
//!     ],
//!     panels: vec![Panel {
//!         title: String::new(),
//!         x: Axis::linear("σ_w²"),
//!         y: Axis::linear("κ_1"),
//!         traces: vec![Trace::sweep(
//!             "theory",
//!             0,
//!             Stroke::Solid,
//!             kappa("$x"),
//!             Values::new(0.5, 3.0, 60, Scale::Linear),
//!             "kappa_1",
//!         )],
//!     }],
//!     readouts: vec![],
//!     checks: vec![],
//!     measured: vec![],
//! };
//! let picture = figure.picture(&figure.start(), Detail::Fine)?;
//! assert!(picture.problems.is_empty() && picture.figure.panels[0].series.len() == 1);
//! # Ok::<(), solvable_explore::Refusal>(())
//! ```

mod answer;
mod command;
mod drawing;
mod explorable;
mod picture;
mod place;
mod refusal;
mod spec;
mod template;

pub use command::command;
pub use picture::{Detail, Picture, Problem, Shown};
pub use place::Place;
pub use refusal::Refusal;
pub use spec::{
    Ask, Bars, Binned, Cells, Dot, Explorable, Knob, Listed, Measured, Panel, Range, Readout, Rule, Sweep,
    Trace, Values, Word,
};
