//! Every prediction by name: what it says, what it needs, and how to evaluate it.
//!
//! A theory module lists its predictions in a function `catalog()`; [`all`] joins the lists. The ids, the
//! parameter names and the order of array values are those of the reference files in `theory/tests/reference`.

mod digits;
mod reading;

pub use digits::{Answer, DIRECTIONS, FEWEST_DIGITS, MOST_DIGITS};
pub use reading::Move;

use nalgebra::DMatrix;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use crate::bibliography::Source;
use reading::Reading;

use crate::{Activation, Architecture, InitialScales, TheoryError};

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
    /// What it is, with its symbol.
    pub meaning: &'static str,
    /// The valid values, in words.
    pub domain: &'static str,
    /// The value taken when it is not given, as JSON text; `None` where it must be given.
    pub default: Option<&'static str>,
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

/// Parameters by name, with their defaults filled in.
#[derive(Debug, Clone)]
pub struct Params {
    values: Map<String, Json>,
    parameters: &'static [Parameter],
    cost_limit: f64,
    moved: Option<Move>,
}

/// The parameter that every prediction takes besides its own: how many elementary operations it may cost.
pub const COST_LIMIT: Parameter = Parameter {
    name: "cost_limit",
    meaning: "the number of elementary operations (about a nanosecond each) that one evaluation may take",
    domain: "a number > 0",
    default: Some("2e9"),
};

/// Memory that one evaluation may take, in bytes.
const MEMORY_LIMIT: f64 = 1_073_741_824.0;

impl Params {
    fn new(
        prediction: &Prediction,
        given: &Map<String, Json>,
        moved: Option<Move>,
    ) -> Result<Self, TheoryError> {
        let mut values = Map::new();
        let limit = given.get(COST_LIMIT.name);
        let cost_limit = match limit.map_or(Some(2e9), Json::as_f64) {
            Some(operations) if operations > 0.0 => operations,
            _ => {
                let value = limit.unwrap_or(&Json::Null);
                return Err(TheoryError::invalid(COST_LIMIT.name, value, COST_LIMIT.domain));
            }
        };
        for name in given.keys().filter(|&name| name != COST_LIMIT.name) {
            if !prediction.parameters.iter().any(|p| p.name == name) {
                let known: Vec<_> = prediction.parameters.iter().map(|p| p.name).collect();
                return Err(TheoryError::UnknownParameter { name: name.clone(), known: known.join(", ") });
            }
        }
        for parameter in prediction.parameters {
            let value = match (given.get(parameter.name), parameter.default) {
                (Some(value), _) => value.clone(),
                (None, Some(default)) => serde_json::from_str(default)
                    .map_err(|_| TheoryError::invalid(parameter.name, default, parameter.domain))?,
                (None, None) => {
                    return Err(TheoryError::MissingParameter {
                        name: parameter.name.to_owned(),
                        meaning: parameter.meaning.to_owned(),
                    });
                }
            };
            values.insert(parameter.name.to_owned(), value);
        }
        Ok(Self { values, parameters: prediction.parameters, cost_limit, moved })
    }

    /// Refuses a computation of more than `cost_limit` elementary operations of about a nanosecond each.
    pub fn afford(&self, what: &str, operations: f64) -> Result<(), TheoryError> {
        if operations <= self.cost_limit {
            Ok(())
        } else {
            Err(TheoryError::TooCostly { what: what.to_owned(), operations, limit: self.cost_limit })
        }
    }

    /// Refuses a computation that needs more than a gigabyte, so that one entry never takes a batch with it.
    pub fn afford_memory(&self, what: &str, bytes: f64) -> Result<(), TheoryError> {
        if bytes <= MEMORY_LIMIT {
            Ok(())
        } else {
            Err(TheoryError::TooLarge { what: what.to_owned(), gib: bytes / MEMORY_LIMIT })
        }
    }

    /// The parameter `name`, read as a `T`.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<T, TheoryError> {
        self.read(name, self.moved.filter(|moved| moved.concerns(name)))
    }

    fn read<T: DeserializeOwned>(&self, name: &str, moved: Option<Move>) -> Result<T, TheoryError> {
        let value = self.values.get(name).unwrap_or(&Json::Null);
        T::deserialize(Reading { value, moved }).map_err(|_| self.invalid(name, value))
    }

    /// A finite number.
    pub fn number(&self, name: &str) -> Result<f64, TheoryError> {
        self.get(name)
    }

    /// A non-negative integer; `100.0` counts as one.
    pub fn integer(&self, name: &str) -> Result<usize, TheoryError> {
        let value: f64 = self.read(name, None)?;
        if value >= 0.0 && value.fract() == 0.0 && value <= 2f64.powi(53) {
            Ok(value as usize)
        } else {
            Err(self.invalid(name, &Json::from(value)))
        }
    }

    /// A matrix given as a list of rows, all of one length.
    pub fn matrix(&self, name: &str) -> Result<DMatrix<f64>, TheoryError> {
        let rows: Vec<Vec<f64>> = self.get(name)?;
        let columns = rows.first().map_or(0, Vec::len);
        if columns == 0 || rows.iter().any(|row| row.len() != columns) {
            return Err(TheoryError::invalid(
                name,
                "a list of lists",
                "rows of one length, at least one number",
            ));
        }
        Ok(DMatrix::from_row_iterator(rows.len(), columns, rows.into_iter().flatten()))
    }

    /// An activation by its name; a wrong one is refused with the list of the known ones.
    pub fn activation(&self) -> Result<Activation, TheoryError> {
        self.get::<String>("activation")?.parse()
    }

    /// The parameters `activation`, `sigma_w2`, `sigma_b2`.
    pub fn scales(&self) -> Result<InitialScales, TheoryError> {
        InitialScales::new(self.activation()?, self.number("sigma_w2")?, self.number("sigma_b2")?)
    }

    /// The parameters `widths`, `activation`, `sigma_w2`, `sigma_b2`: a plain network.
    pub fn architecture(&self) -> Result<Architecture, TheoryError> {
        let InitialScales { activation, sigma_w2, sigma_b2 } = self.scales()?;
        Architecture::new(self.get("widths")?, activation, sigma_w2, sigma_b2)
    }

    fn invalid(&self, name: &str, value: &Json) -> TheoryError {
        let domain =
            self.parameters.iter().find(|p| p.name == name).map_or("a known parameter", |p| p.domain);
        TheoryError::invalid(name, value, domain)
    }
}

impl Prediction {
    /// Evaluates the prediction for the given parameters.
    pub fn evaluate(&self, given: &Map<String, Json>) -> Result<Value, TheoryError> {
        (self.evaluate)(&Params::new(self, given, None)?)
    }

    /// Evaluates the prediction with its real parameters moved in their last place.
    pub(crate) fn evaluate_moved(
        &self,
        given: &Map<String, Json>,
        moved: Move,
    ) -> Result<Value, TheoryError> {
        (self.evaluate)(&Params::new(self, given, Some(moved))?)
    }
}

/// All predictions, part by part.
pub fn all() -> Vec<Prediction> {
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
        crate::step_size::catalog(),
    ]
    .concat()
}

/// The prediction called `id`.
pub fn find(id: &str) -> Result<Prediction, TheoryError> {
    let all = all();
    all.iter().find(|p| p.id == id).copied().ok_or_else(|| TheoryError::UnknownPrediction {
        id: id.to_owned(),
        known: all.iter().map(|p| p.id).collect::<Vec<_>>().join(", "),
    })
}

/// Parameters that many predictions share, with one wording and one domain.
pub(crate) mod parameter {
    use super::Parameter;

    pub(crate) const fn required(
        name: &'static str,
        meaning: &'static str,
        domain: &'static str,
    ) -> Parameter {
        Parameter { name, meaning, domain, default: None }
    }

    pub(crate) const fn optional(
        name: &'static str,
        meaning: &'static str,
        domain: &'static str,
        default: &'static str,
    ) -> Parameter {
        Parameter { name, meaning, domain, default: Some(default) }
    }

    pub(crate) const ACTIVATION: Parameter =
        required("activation", "the activation of the hidden layers", "the name of an activation");
    pub(crate) const SIGMA_W2: Parameter =
        required("sigma_w2", "sigma_w^2, the variance of a weight times its fan-in", "a number > 0");
    pub(crate) const SIGMA_B2: Parameter =
        required("sigma_b2", "sigma_b^2, the variance of a bias", "a number >= 0");
    pub(crate) const DEPTH: Parameter =
        required("depth", "L, the number of weight layers", "an integer >= 1");
    pub(crate) const WIDTHS: Parameter = required(
        "widths",
        "[M_0, ..., M_{L-1}, C], from the inputs to the outputs",
        "a list of at least two positive integers",
    );
    pub(crate) const SAMPLES: Parameter = required("N", "the number of samples", "an integer >= 1");
    pub(crate) const TRAIN_BIAS: Parameter =
        optional("train_bias", "whether biases are trained", "true or false", "false");
    pub(crate) const GAMMA: Parameter =
        optional("gamma", "gamma, the scale of the normalized values", "a number other than 0", "1");
}
