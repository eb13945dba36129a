use std::fmt::Display;

use thiserror::Error;

/// Why a prediction cannot be given.
///
/// Every message says what was wrong, the offending value and what would be right.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum TheoryError {
    /// A parameter lies outside the domain of the formula.
    #[error("parameter `{name}` is {value}; valid: {valid}")]
    InvalidParameter {
        /// The parameter as the user spells it.
        name: String,
        /// The offending value.
        value: String,
        /// The valid domain, in words.
        valid: String,
    },
    /// A parameter that the prediction needs was not given.
    #[error("parameter `{name}` is missing; it is {meaning}")]
    MissingParameter {
        /// The missing parameter.
        name: String,
        /// What the parameter means.
        meaning: String,
    },
    /// A parameter was given that the prediction does not know.
    #[error("parameter `{name}` is not known here; {known}")]
    UnknownParameter {
        /// The unknown parameter.
        name: String,
        /// The nearest known parameters, and where to find the others.
        known: String,
    },
    /// No prediction has this id.
    #[error("no prediction is called `{id}`; {known}")]
    UnknownPrediction {
        /// The id asked for.
        id: String,
        /// The nearest known ids, and where to find the others.
        known: String,
    },
    /// The variance map has no (finite) fixed point.
    #[error("no fixed point: {reason}")]
    NoFixedPoint {
        /// Why there is none.
        reason: String,
    },
    /// The quantity does not exist for these parameters (a diverging moment, an empty spectrum).
    #[error("{quantity} is undefined: {reason}")]
    Undefined {
        /// The quantity asked for.
        quantity: String,
        /// Why it does not exist, and what to use instead where there is something.
        reason: String,
    },
    /// An iteration or a quadrature stopped at its cap.
    #[error("{procedure} did not converge: {detail}")]
    NotConverged {
        /// The algorithm.
        procedure: String,
        /// How far it came.
        detail: String,
    },
    /// Too few significant digits survive the rounding of the inputs.
    #[error("{prediction} keeps fewer than 3 significant digits here ({detail}); {advice}")]
    LossOfPrecision {
        /// Id of the prediction.
        prediction: String,
        /// What moved, and by how much.
        detail: String,
        /// What to change.
        advice: String,
    },
    /// The evaluation would take longer than the limit allows.
    #[error(
        "{what} takes about {operations:.0e} operations, more than the limit of {limit:.0e}; the parameter `cost_limit` raises it"
    )]
    TooCostly {
        /// The computation.
        what: String,
        /// Estimated elementary operations.
        operations: f64,
        /// The limit in force.
        limit: f64,
    },
    /// The evaluation would need more memory than a single one may take.
    #[error("{what} takes about {gib:.1} GiB of memory; a single evaluation may take 1 GiB")]
    TooLarge {
        /// The computation.
        what: String,
        /// Estimated memory in GiB.
        gib: f64,
    },
    /// The quadrature of a user's function does not converge as it does for smooth functions.
    #[error("activation `{activation}` is not smooth: declare the positions of its kinks ({detail})")]
    NonSmoothActivation {
        /// Name of the activation.
        activation: String,
        /// The observed error of the quadrature.
        detail: String,
    },
}

/// What an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Subject<'a> {
    /// The parameter as the user spells it.
    pub parameter: Option<&'a str>,
    /// The value that is refused.
    pub value: Option<&'a str>,
    /// What is valid, or what the parameter means.
    pub valid: Option<&'a str>,
}

impl TheoryError {
    /// An [`TheoryError::InvalidParameter`] from displayable parts.
    pub fn invalid(name: impl Into<String>, value: impl Display, valid: impl Into<String>) -> Self {
        let value = solvable_words::shortened(&value.to_string());
        Self::InvalidParameter { name: name.into(), value, valid: valid.into() }
    }

    /// What is said of the parameter `from`, said of `to`.
    pub(crate) fn renamed(self, from: &str, to: &str) -> Self {
        match self {
            Self::InvalidParameter { name, value, valid } if name == from => {
                Self::InvalidParameter { name: to.to_owned(), value, valid }
            }
            other => other,
        }
    }

    /// An [`TheoryError::Undefined`] from its parts.
    pub fn undefined(quantity: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Undefined { quantity: quantity.into(), reason: reason.into() }
    }

    /// The parameter it is about, its value and what is valid, where the error says so.
    ///
    /// # Example
    /// ```
    /// use solvable_theory::TheoryError;
    /// let error = TheoryError::invalid("depth", 0, "an integer >= 1");
    /// assert_eq!(error.subject().parameter, Some("depth"));
    /// assert_eq!(error.subject().valid, Some("an integer >= 1"));
    /// ```
    pub fn subject(&self) -> Subject<'_> {
        let subject = |parameter, value, valid| Subject { parameter, value, valid };
        match self {
            Self::InvalidParameter { name, value, valid } => subject(Some(name), Some(value), Some(valid)),
            Self::MissingParameter { name, meaning } => subject(Some(name), None, Some(meaning)),
            Self::UnknownParameter { name, known } => subject(Some(name), None, Some(known)),
            Self::UnknownPrediction { id, known } => subject(None, Some(id), Some(known)),
            Self::NonSmoothActivation { activation, .. } => {
                subject(Some("activation"), Some(activation), None)
            }
            Self::TooCostly { .. } => subject(Some("cost_limit"), None, None),
            _ => Subject::default(),
        }
    }

    /// A stable, machine-readable name of the kind of error.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::InvalidParameter { .. } => "invalid-parameter",
            Self::MissingParameter { .. } => "missing-parameter",
            Self::UnknownParameter { .. } => "unknown-parameter",
            Self::UnknownPrediction { .. } => "unknown-prediction",
            Self::NoFixedPoint { .. } => "no-fixed-point",
            Self::Undefined { .. } => "undefined",
            Self::NotConverged { .. } => "not-converged",
            Self::NonSmoothActivation { .. } => "non-smooth-activation",
            Self::LossOfPrecision { .. } => "loss-of-precision",
            Self::TooCostly { .. } => "too-costly",
            Self::TooLarge { .. } => "too-large",
        }
    }
}

/// `value` if it is finite and at least zero.
pub(crate) fn non_negative(name: &str, value: f64) -> Result<f64, TheoryError> {
    if value.is_finite() && value >= 0.0 {
        Ok(value)
    } else {
        Err(TheoryError::invalid(name, value, "a finite number >= 0"))
    }
}

/// `value` if it is finite and above zero.
pub(crate) fn positive(name: &str, value: f64) -> Result<f64, TheoryError> {
    if value.is_finite() && value > 0.0 {
        Ok(value)
    } else {
        Err(TheoryError::invalid(name, value, "a finite number > 0"))
    }
}

/// `value` if it is finite.
pub(crate) fn finite(name: &str, value: f64) -> Result<f64, TheoryError> {
    if value.is_finite() { Ok(value) } else { Err(TheoryError::invalid(name, value, "a finite number")) }
}

/// `value` if it is at least `least`.
pub(crate) fn at_least(name: &str, value: usize, least: usize) -> Result<usize, TheoryError> {
    if value >= least {
        Ok(value)
    } else {
        Err(TheoryError::invalid(name, value, format!("an integer >= {least}")))
    }
}

/// Refuses what takes more than a gigabyte, so that one entry never takes a batch with it.
pub(crate) fn affordable_memory(what: &str, bytes: f64) -> Result<(), TheoryError> {
    const GIB: f64 = 1_073_741_824.0;
    if bytes <= GIB { Ok(()) } else { Err(TheoryError::TooLarge { what: what.to_owned(), gib: bytes / GIB }) }
}

/// `value` if it is a number that a `f64` can hold; overflow is reported instead of travelling on as ∞ or NaN.
pub(crate) fn representable(quantity: &str, value: f64) -> Result<f64, TheoryError> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(TheoryError::undefined(quantity, "it exceeds the range of 64-bit floating point numbers"))
    }
}
