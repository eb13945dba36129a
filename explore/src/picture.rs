//! What a figure shows at a setting of its knobs.

use serde::Serialize;
use serde_json::Value as Json;
use solvable_figures::figure::Figure;

use crate::refusal::Refusal;

/// How finely curves are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Some values of each curve, and no readouts: while a knob moves.
    Coarse,
    /// All of them.
    Fine,
}

/// A figure at a setting of its knobs.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The figure.
    pub figure: Figure,
    /// Its numbers; none where it is coarse.
    pub readouts: Vec<Shown>,
    /// What could not be computed, and why.
    pub problems: Vec<Problem>,
    /// What a reader should know: the parameters lie outside of what a formula is valid for.
    pub caveats: Vec<String>,
    /// How many series of measurements belong to this setting.
    pub measured: usize,
    /// Claims that the program can judge here.
    pub checks: Vec<String>,
}

/// A number beside the figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    /// What it is.
    pub label: String,
    /// The value as the command prints it; `None` where there is none.
    pub value: Option<Json>,
    /// The command that prints it.
    pub command: String,
}

/// Something that could not be computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Of what: a label of the figure.
    pub of: String,
    /// Whether it is only so at some values of a curve.
    pub partly: bool,
    /// The knobs that the parameter to blame hangs on.
    pub knobs: Vec<String>,
    /// Why.
    #[serde(flatten)]
    pub why: Refusal,
}
