//! Every prediction by name: what it says, what it needs, and how to evaluate it.
//!
//! A theory module lists its predictions in a function `catalog()`; [`all`] joins the lists. The ids, the
//! parameter names and the order of array values are those of the reference files in `theory/tests/reference`.

mod digits;
mod entry;
mod kind;
pub(crate) mod outputs;
mod params;
mod reading;

pub use digits::{Answer, DIRECTIONS, FEWEST_DIGITS, MOST_DIGITS};
pub use kind::Kind;
pub use outputs::{Holds, Output, Outputs};
pub use params::{COST_LIMIT, Params};
pub use reading::Move;

use std::collections::HashMap;
use std::sync::LazyLock;

use nalgebra::DMatrix;
use serde_json::{Map, Value as Json};

use crate::TheoryError;
use crate::bibliography::Source;
use crate::quadrature::budget::within;
use solvable_words::{did_you_mean, shortened};

/// One prediction: a closed form, or a deterministic numerical procedure, that can be evaluated by name.
#[derive(Debug, Clone, Copy)]
pub struct Prediction {
    /// Unique id `<part>/<name>`, for example `mf/kappa`.
    pub id: &'static str,
    /// One line: what is predicted.
    pub title: &'static str,
    /// The formula, in LaTeX without delimiters.
    pub formula: &'static str,
    /// The parameters, in the order in which they are explained.
    pub parameters: &'static [Parameter],
    /// What the value is, in its order.
    pub value: &'static str,
    /// What is in the value, by name.
    pub outputs: Outputs,
    /// Where the formula holds.
    pub validity: &'static str,
    /// Where it comes from.
    pub sources: &'static [Source],
    /// The evaluation.
    pub evaluate: fn(&Params) -> Result<Value, TheoryError>,
}

/// A named parameter of a prediction.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Name, as in `solvable predict ID name=value`.
    pub name: &'static str,
    /// What its JSON looks like.
    pub kind: Kind,
    /// What it is, with its symbol.
    pub meaning: &'static str,
    /// The valid values, in words.
    pub domain: &'static str,
    /// The value taken when it is not given, as JSON text; `None` where it must be given.
    pub default: Option<&'static str>,
}

impl Parameter {
    /// Whether `null` is valid: what is not given then.
    pub fn is_nullable(&self) -> bool {
        self.default == Some("null")
    }

    /// Whether `value` has the form of this parameter's values; which of them are valid the prediction says.
    pub fn admits(&self, value: &Json) -> bool {
        self.kind.admits(value) || (value.is_null() && self.is_nullable())
    }
}

/// The value of a prediction.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number; infinite where the limit is.
    Number(f64),
    /// Several values in the documented order.
    List(Vec<Value>),
    /// A word that takes the place of a number: a flag such as `"marginal"`.
    Word(&'static str),
    /// Named values.
    Object(Vec<(&'static str, Value)>),
}

impl Value {
    fn has_nan(&self) -> bool {
        match self {
            Self::Number(x) => x.is_nan(),
            Self::List(values) => values.iter().any(Self::has_nan),
            Self::Word(_) => false,
            Self::Object(fields) => fields.iter().any(|(_, value)| value.has_nan()),
        }
    }

    /// JSON; infinities become the strings `"inf"` and `"-inf"`, which JSON numbers cannot express.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Number(x) => {
                serde_json::Number::from_f64(*x).map_or_else(|| Json::from(x.to_string()), Json::Number)
            }
            Self::List(values) => values.iter().map(Self::to_json).collect(),
            Self::Word(word) => Json::from(*word),
            Self::Object(fields) => fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.to_json()))
                .collect::<Map<_, _>>()
                .into(),
        }
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl From<&DMatrix<f64>> for Value {
    /// A list of rows.
    fn from(matrix: &DMatrix<f64>) -> Self {
        matrix.row_iter().map(|row| row.iter().copied().collect::<Vec<_>>()).collect::<Vec<_>>().into()
    }
}

impl<T: Into<Value>, const N: usize> From<[T; N]> for Value {
    fn from(values: [T; N]) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl Prediction {
    /// Evaluates the prediction for the given parameters.
    pub fn evaluate(&self, given: &Map<String, Json>) -> Result<Value, TheoryError> {
        self.within_limit(&self.read(given)?)
    }

    /// What a reader of the value should know: these parameters lie outside of what it is valid for.
    pub fn caveat(&self, given: &Map<String, Json>) -> Option<String> {
        match self.id {
            "spectra/outlier-vectors" => crate::pathological_spectra::outlier_caveat(&self.read(given).ok()?),
            _ => None,
        }
    }

    /// The parameters as given, defaults included.
    pub(crate) fn read(&self, given: &Map<String, Json>) -> Result<Params, TheoryError> {
        Params::new(self, given)
    }

    /// Evaluates the prediction at a cost within the limit.
    fn within_limit(&self, params: &Params) -> Result<Value, TheoryError> {
        let value = within(params.cost_limit(), || (self.evaluate)(params))?;
        if value.has_nan() {
            return Err(TheoryError::undefined(
                self.id,
                "a difference or ratio inside it leaves the range of 64-bit floating point numbers; choose less \
                 extreme parameters",
            ));
        }
        Ok(value)
    }
}

/// All predictions, part by part.
pub fn all() -> Vec<Prediction> {
    ALL.clone()
}

/// Where each id stands: batches ask for thousands of them.
static PLACES: LazyLock<HashMap<&'static str, usize>> =
    LazyLock::new(|| ALL.iter().enumerate().map(|(place, prediction)| (prediction.id, place)).collect());

static ALL: LazyLock<Vec<Prediction>> = LazyLock::new(|| {
    [
        crate::mean_field::catalog(),
        crate::normalization::catalog(),
        crate::natural_gradient::catalog(),
        crate::continual_learning::catalog(),
        crate::dynamical_isometry::catalog(),
        crate::pathological_spectra::catalog(),
        crate::gradient_regularization::catalog(),
        crate::attention_boltzmann::catalog(),
        crate::self_paced_augmentation::catalog(),
        crate::any_architecture::catalog(),
        crate::learning_in_time::catalog(),
        crate::memories_and_mixing::catalog(),
        crate::step_size::catalog(),
    ]
    .concat()
});

/// The prediction called `id`.
pub fn find(id: &str) -> Result<Prediction, TheoryError> {
    PLACES.get(id).map(|&place| ALL[place]).ok_or_else(|| TheoryError::UnknownPrediction {
        id: shortened(id),
        known: format!("{}`solvable list` shows all", did_you_mean(id, ALL.iter().map(|p| p.id))),
    })
}

/// Parameters that many predictions share, with one wording and one domain.
pub(crate) mod parameter {
    use super::Kind::{self, Flag, Integer, Integers, Number, Word};
    use super::Parameter;

    pub(crate) const fn required(
        name: &'static str,
        kind: Kind,
        meaning: &'static str,
        domain: &'static str,
    ) -> Parameter {
        Parameter { name, kind, meaning, domain, default: None }
    }

    pub(crate) const fn optional(
        name: &'static str,
        kind: Kind,
        meaning: &'static str,
        domain: &'static str,
        default: &'static str,
    ) -> Parameter {
        Parameter { name, kind, meaning, domain, default: Some(default) }
    }

    pub(crate) const ACTIVATION: Parameter =
        required("activation", Word, "the activation of the hidden layers", "the name of an activation");
    pub(crate) const SIGMA_W2: Parameter =
        required("sigma_w2", Number, "sigma_w^2, the variance of a weight times its fan-in", "a number > 0");
    pub(crate) const SIGMA_B2: Parameter =
        required("sigma_b2", Number, "sigma_b^2, the variance of a bias", "a number >= 0");
    pub(crate) const DEPTH: Parameter =
        required("depth", Integer, "L, the number of weight layers", "an integer >= 1");
    pub(crate) const WIDTHS: Parameter = required(
        "widths",
        Integers,
        "[M_0, ..., M_{L-1}, C], from the inputs to the outputs",
        "a list of at least two positive integers",
    );
    pub(crate) const SAMPLES: Parameter = required("N", Integer, "the number of samples", "an integer >= 1");
    pub(crate) const TRAIN_BIAS: Parameter =
        optional("train_bias", Flag, "whether biases are trained", "true or false", "false");
    pub(crate) const GAMMA: Parameter =
        optional("gamma", Number, "gamma, the scale of the normalized values", "a number other than 0", "1");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_not_a_number_is_refused_wherever_it_hides() {
        let given = Map::new();
        let with = |evaluate| Prediction {
            id: "a/b",
            title: "",
            formula: "",
            parameters: &[],
            value: "",
            outputs: Outputs::One(outputs::number("x")),
            validity: "",
            sources: &[],
            evaluate,
        };
        let hidden = with(|_| Ok(Value::Object(vec![("x", vec![1.0, f64::NAN].into())])));
        assert!(matches!(hidden.evaluate(&given), Err(TheoryError::Undefined { .. })));
        let limit = with(|_| Ok(vec![1.0, f64::INFINITY].into()));
        assert!(limit.evaluate(&given).is_ok());
    }
}
