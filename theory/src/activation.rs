//! Nonlinearities $\phi$: their values, derivatives, kinks and names.
//!
//! The Gaussian integrals of an activation, on which every order parameter rests, are in
//! [`quadrature`](crate::quadrature).

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use libm::{erf, erfc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::TheoryError;
use crate::error::{finite, positive};
use solvable_words::did_you_mean;

/// An activation function $\phi$ with its derivative.
///
/// Activations are spelled as in the reference files: `linear`, `tanh`, `sine`, `gelu`, `relu`, `erf`, `erf(s)` for
/// $\mathrm{erf}(su)$, `leaky-relu(a)`, `hard-tanh(t)` (clip to $\pm t$), `shifted-relu(b)` ($\max(u,-b)$).
///
/// ```
/// use solvable_theory::Activation;
/// let phi: Activation = "leaky-relu(0.2)".parse()?;
/// assert_eq!(phi.value(-1.0), -0.2);
/// assert_eq!(phi.to_string(), "leaky-relu(0.2)");
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Activation(pub(crate) Kind);

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Linear,
    Erf { scale: f64 },
    Tanh,
    Sine,
    Relu,
    LeakyRelu { slope: f64 },
    Gelu,
    HardTanh { threshold: f64 },
    ShiftedRelu { bias: f64 },
    Custom(Custom),
}

/// A function brought by the user.
#[derive(Clone)]
pub(crate) struct Custom {
    name: String,
    function: Arc<dyn Fn(f64) -> (f64, f64) + Send + Sync>,
    kinks: Vec<f64>,
    odd: bool,
}

impl fmt::Debug for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Custom").field("name", &self.name).field("kinks", &self.kinks).finish_non_exhaustive()
    }
}

impl PartialEq for Custom {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.function, &other.function) && self.name == other.name
    }
}

impl Activation {
    /// $\phi(u)=u$.
    pub const fn linear() -> Self {
        Self(Kind::Linear)
    }

    /// $\phi(u)=\tanh u$.
    pub const fn tanh() -> Self {
        Self(Kind::Tanh)
    }

    /// $\phi(u)=\sin u$.
    pub const fn sine() -> Self {
        Self(Kind::Sine)
    }

    /// $\phi(u)=\max(u,0)$.
    pub const fn relu() -> Self {
        Self(Kind::Relu)
    }

    /// $\phi(u)=u\,\Phi(u)$ with the normal distribution function $\Phi$.
    pub const fn gelu() -> Self {
        Self(Kind::Gelu)
    }

    /// $\phi(u)=\mathrm{erf}(su)$, `scale` $=s>0$. The choice $s=1/\sqrt2$ is common in theory.
    pub fn erf(scale: f64) -> Result<Self, TheoryError> {
        Ok(Self(Kind::Erf { scale: positive("scale of erf", scale)? }))
    }

    /// $\phi(u)=u$ for $u\ge0$, $au$ below, `slope` $=a$.
    pub fn leaky_relu(slope: f64) -> Result<Self, TheoryError> {
        Ok(Self(Kind::LeakyRelu { slope: finite("slope of leaky-relu", slope)? }))
    }

    /// $\phi(u)=u$ clipped to $\pm t$, `threshold` $=t>0$.
    pub fn hard_tanh(threshold: f64) -> Result<Self, TheoryError> {
        Ok(Self(Kind::HardTanh { threshold: positive("threshold of hard-tanh", threshold)? }))
    }

    /// $\phi(u)=\max(u,-b)$, `bias` $=b$.
    pub fn shifted_relu(bias: f64) -> Result<Self, TheoryError> {
        Ok(Self(Kind::ShiftedRelu { bias: finite("bias of shifted-relu", bias)? }))
    }

    /// A user's own activation: `function` returns $(\phi(u),\phi'(u))$; `kinks` lists the points at which
    /// $\phi$ or $\phi'$ jumps; `odd` declares $\phi(-u)=-\phi(u)$.
    ///
    /// Without a declaration of its kinks a non-smooth function is refused by the quadrature
    /// ([`TheoryError::NonSmoothActivation`]) instead of being integrated inaccurately.
    ///
    /// ```
    /// use solvable_theory::Activation;
    /// let softplus = Activation::custom("softplus", vec![], false, |u: f64| {
    ///     (u.exp().ln_1p(), 1.0 / (1.0 + (-u).exp()))
    /// })?;
    /// assert!((softplus.value(0.0) - 2f64.ln()).abs() < 1e-15);
    /// # Ok::<(), solvable_theory::TheoryError>(())
    /// ```
    pub fn custom(
        name: impl Into<String>,
        mut kinks: Vec<f64>,
        odd: bool,
        function: impl Fn(f64) -> (f64, f64) + Send + Sync + 'static,
    ) -> Result<Self, TheoryError> {
        for &kink in &kinks {
            finite("kinks", kink)?;
        }
        kinks.sort_by(f64::total_cmp);
        kinks.dedup();
        Ok(Self(Kind::Custom(Custom { name: name.into(), function: Arc::new(function), kinks, odd })))
    }

    /// $\phi(u)$.
    pub fn value(&self, u: f64) -> f64 {
        self.value_and_derivative(u).0
    }

    /// $\phi'(u)$; at a kink the one-sided derivative of the upper side, except at the upper corner of hard tanh.
    pub fn derivative(&self, u: f64) -> f64 {
        self.value_and_derivative(u).1
    }

    /// $(\phi(u),\phi'(u))$ at the cost of one evaluation.
    #[inline]
    pub fn value_and_derivative(&self, u: f64) -> (f64, f64) {
        match &self.0 {
            Kind::Linear => (u, 1.0),
            Kind::Erf { scale } => {
                let x = scale * u;
                (erf(x), scale * std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp())
            }
            Kind::Tanh => {
                let t = u.tanh();
                (t, (1.0 - t) * (1.0 + t))
            }
            Kind::Sine => (u.sin(), u.cos()),
            Kind::Relu => leaky(u, 0.0),
            Kind::LeakyRelu { slope } => leaky(u, *slope),
            Kind::Gelu => {
                let cdf = 0.5 * erfc(-u * std::f64::consts::FRAC_1_SQRT_2);
                let pdf = (-0.5 * u * u).exp()
                    * (0.5 * std::f64::consts::FRAC_2_SQRT_PI)
                    * std::f64::consts::FRAC_1_SQRT_2;
                (u * cdf, cdf + u * pdf)
            }
            Kind::HardTanh { threshold } => {
                if u.abs() < *threshold {
                    (u, 1.0)
                } else {
                    (threshold.copysign(u), 0.0)
                }
            }
            Kind::ShiftedRelu { bias } => {
                if u >= -bias {
                    (u, 1.0)
                } else {
                    (-bias, 0.0)
                }
            }
            Kind::Custom(custom) => (custom.function)(u),
        }
    }

    /// $\phi(u+\delta)-\phi(u)$ and $\phi'(u+\delta)-\phi'(u)$, with relative accuracy for small $\delta$ too where $\phi$ is smooth.
    pub(crate) fn difference(&self, u: f64, delta: f64) -> (f64, f64) {
        /// Step of the fourth-order difference for $\phi''$.
        const STEP: f64 = 3e-3;
        if let Kind::Tanh = self.0 {
            let (from, to) = (u.tanh(), (u + delta).tanh());
            let rise = delta.tanh() * (1.0 - from * to);
            return (rise, -rise * (from + to));
        }
        let ((from, slope_from), (to, slope_to)) =
            (self.value_and_derivative(u), self.value_and_derivative(u + delta));
        let plain = (to - from, slope_to - slope_from);
        let middle = 0.5f64.mul_add(delta, u);
        let reach = if delta.abs() < 1e-6 { 2.0 * STEP } else { 0.5 * delta.abs() };
        if delta.abs() > 1e-3 || self.kinks().iter().any(|kink| (kink - middle).abs() <= 1.001 * reach) {
            return plain;
        }
        // Gauss and Legendre for the integral of φ'.
        let offset = 0.6f64.sqrt() * 0.5 * delta;
        let rise = delta
            * ((8.0 / 18.0) * self.derivative(middle)
                + (5.0 / 18.0) * (self.derivative(middle - offset) + self.derivative(middle + offset)));
        if delta.abs() >= 1e-6 {
            return (rise, plain.1);
        }
        let central =
            |step: f64| (self.derivative(middle + step) - self.derivative(middle - step)) / (2.0 * step);
        (rise, delta * (4.0 * central(STEP) - central(2.0 * STEP)) / 3.0)
    }

    /// Points at which $\phi$ or $\phi'$ jumps, ascending.
    pub fn kinks(&self) -> Vec<f64> {
        match &self.0 {
            Kind::Relu => vec![0.0],
            Kind::LeakyRelu { slope } if *slope != 1.0 => vec![0.0],
            Kind::HardTanh { threshold } => vec![-threshold, *threshold],
            Kind::ShiftedRelu { bias } => vec![-bias],
            Kind::Custom(custom) => custom.kinks.clone(),
            _ => Vec::new(),
        }
    }

    /// Whether $\phi(-u)=-\phi(u)$.
    pub fn is_odd(&self) -> bool {
        match &self.0 {
            Kind::Linear | Kind::Erf { .. } | Kind::Tanh | Kind::Sine | Kind::HardTanh { .. } => true,
            Kind::LeakyRelu { slope } => *slope == 1.0,
            Kind::Relu | Kind::Gelu | Kind::ShiftedRelu { .. } => false,
            Kind::Custom(custom) => custom.odd,
        }
    }

    /// Whether $\phi(u)=u$.
    pub fn is_linear(&self) -> bool {
        matches!(self.0, Kind::Linear) || matches!(self.0, Kind::LeakyRelu { slope } if slope == 1.0)
    }

    /// The factor $k$ of $E\phi(\sqrt qz)^2=kq$ for positively homogeneous $\phi$: 1 for linear, $\frac{1+a^2}2$
    /// for (leaky) ReLU, `None` for all others.
    pub fn homogeneity(&self) -> Option<f64> {
        match self.0 {
            Kind::Linear => Some(1.0),
            Kind::Relu => Some(0.5),
            Kind::LeakyRelu { slope } => Some(0.5 * (1.0 + slope * slope)),
            _ => None,
        }
    }
}

#[inline]
fn leaky(u: f64, slope: f64) -> (f64, f64) {
    if u >= 0.0 { (u, 1.0) } else { (slope * u, slope) }
}

const SPELLINGS: &str =
    "linear, tanh, sine, gelu, relu, erf, erf(s), leaky-relu(a), hard-tanh(t), shifted-relu(b)";

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Linear => f.write_str("linear"),
            Kind::Erf { scale: 1.0 } => f.write_str("erf"),
            Kind::Erf { scale } => write!(f, "erf({scale})"),
            Kind::Tanh => f.write_str("tanh"),
            Kind::Sine => f.write_str("sine"),
            Kind::Relu => f.write_str("relu"),
            Kind::LeakyRelu { slope } => write!(f, "leaky-relu({slope})"),
            Kind::Gelu => f.write_str("gelu"),
            Kind::HardTanh { threshold } => write!(f, "hard-tanh({threshold})"),
            Kind::ShiftedRelu { bias } => write!(f, "shifted-relu({bias})"),
            Kind::Custom(custom) => f.write_str(&custom.name),
        }
    }
}

impl FromStr for Activation {
    type Err = TheoryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || {
            let known = SPELLINGS.split(", ").map(|name| name.split('(').next().unwrap_or(name));
            let near = did_you_mean(text.split('(').next().unwrap_or(text), known);
            TheoryError::invalid(
                "activation",
                format!("\"{text}\""),
                format!("{SPELLINGS}; {near}").trim_end_matches([';', ' ']),
            )
        };
        let (name, argument) = match text.trim().split_once('(') {
            None => (text.trim(), None),
            Some((name, rest)) => {
                let inner = rest.strip_suffix(')').ok_or_else(unknown)?;
                (name.trim(), Some(inner.trim().parse::<f64>().map_err(|_| unknown())?))
            }
        };
        match (name, argument) {
            ("linear", None) => Ok(Self::linear()),
            ("tanh", None) => Ok(Self::tanh()),
            ("sine", None) => Ok(Self::sine()),
            ("gelu", None) => Ok(Self::gelu()),
            ("relu", None) => Ok(Self::relu()),
            ("erf", scale) => Self::erf(scale.unwrap_or(1.0)),
            ("leaky-relu", Some(slope)) => Self::leaky_relu(slope),
            ("hard-tanh", Some(threshold)) => Self::hard_tanh(threshold),
            ("shifted-relu", Some(bias)) => Self::shifted_relu(bias),
            _ => Err(unknown()),
        }
    }
}

impl Serialize for Activation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Activation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    const ALL: [&str; 10] = [
        "linear",
        "tanh",
        "sine",
        "gelu",
        "relu",
        "erf",
        "erf(0.7)",
        "leaky-relu(0.2)",
        "hard-tanh(1.5)",
        "shifted-relu(0.5)",
    ];

    #[test]
    fn names_survive_a_round_trip() {
        for name in ALL {
            assert_eq!(name.parse::<Activation>().unwrap().to_string(), name);
        }
    }

    #[test]
    fn derivatives_match_central_differences() {
        for name in ALL {
            let phi: Activation = name.parse().unwrap();
            for u in [-2.3, -0.7, 0.31, 1.2, 3.1] {
                let step = 1e-6;
                let difference = (phi.value(u + step) - phi.value(u - step)) / (2.0 * step);
                assert_relative_eq!(phi.derivative(u), difference, epsilon = 1e-8);
            }
        }
    }

    #[test]
    fn oddness_is_declared_truly() {
        for name in ALL {
            let phi: Activation = name.parse().unwrap();
            let odd = [0.3, 0.9, 2.0].iter().all(|&u| (phi.value(u) + phi.value(-u)).abs() < 1e-15);
            assert_eq!(phi.is_odd(), odd, "{name}");
        }
    }

    #[test]
    fn bad_names_and_parameters_are_refused() {
        for name in ["", "softsign", "erf(", "erf(0)", "erf(nan)", "relu(1)", "leaky-relu", "hard-tanh(-1)"] {
            assert!(name.parse::<Activation>().is_err(), "{name}");
        }
    }
}
