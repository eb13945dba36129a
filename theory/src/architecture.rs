//! One description of a network, read by theory and simulation alike.

use serde::{Deserialize, Serialize};

use crate::error::{at_least, finite, non_negative, positive};
use crate::{Activation, TheoryError};

/// What an infinitely wide network needs to know of its initialisation: $\phi$, $\sigma_w^2$, $\sigma_b^2$.
///
/// Standard parametrization: $W^l_{ij}\sim N(0,\sigma_w^2/M_{l-1})$, $b^l_i\sim N(0,\sigma_b^2)$.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Scales")]
pub struct InitialScales {
    /// The activation $\phi$ of the hidden layers.
    pub activation: Activation,
    /// $\sigma_w^2$: variance of a weight times its fan-in.
    pub sigma_w2: f64,
    /// $\sigma_b^2$: variance of a bias.
    pub sigma_b2: f64,
}

/// Scales as they are read, before they are checked.
#[derive(Deserialize)]
struct Scales {
    activation: Activation,
    sigma_w2: f64,
    sigma_b2: f64,
}

impl TryFrom<Scales> for InitialScales {
    type Error = TheoryError;

    fn try_from(Scales { activation, sigma_w2, sigma_b2 }: Scales) -> Result<Self, TheoryError> {
        Self::new(activation, sigma_w2, sigma_b2)
    }
}

impl InitialScales {
    /// Checks $\sigma_w^2>0$, $\sigma_b^2\ge0$.
    pub fn new(activation: Activation, sigma_w2: f64, sigma_b2: f64) -> Result<Self, TheoryError> {
        positive("sigma_w2", sigma_w2)?;
        non_negative("sigma_b2", sigma_b2)?;
        Ok(Self { activation, sigma_w2, sigma_b2 })
    }
}

/// What is done to the pre-activations $u^l$ of one layer before the nonlinearity (or to the output, at $l=L$).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Normalization {
    /// Nothing.
    #[default]
    #[serde(rename = "none")]
    None,
    /// Mean subtraction over the batch: $u_i(n)-\mu_i$.
    #[serde(rename = "ms")]
    MeanSubtraction,
    /// Batch normalization: $\gamma(u_i(n)-\mu_i)/\sigma_i+\beta$, moments over the batch.
    #[serde(rename = "bn")]
    BatchNorm,
    /// Layer normalization: $\gamma(u(n)-\mu(n))/\sigma(n)$, moments over the units of a sample.
    #[serde(rename = "ln")]
    LayerNorm,
}

/// A fully connected network: $h^0=x$, $u^l=W^lh^{l-1}+b^l$, $h^l=\phi(u^l)$ for $l<L$, $f=u^L$.
///
/// ```
/// use solvable_theory::{Activation, Architecture};
/// let network = Architecture::new(vec![200, 200, 200, 2], Activation::tanh(), 3.0, 0.64)?;
/// assert_eq!(network.depth(), 3);
/// assert_eq!(network.parameter_count(), 200 * 200 * 2 + 200 * 2);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "Fields", try_from = "Fields")]
pub struct Architecture {
    widths: Vec<usize>,
    scales: InitialScales,
    train_bias: bool,
    modes: Vec<Normalization>,
    gamma: f64,
    beta: f64,
}

/// The serialised form: flat, with the names of the reference files.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    widths: Vec<usize>,
    activation: Activation,
    sigma_w2: f64,
    sigma_b2: f64,
    #[serde(default)]
    train_bias: bool,
    #[serde(default)]
    modes: Vec<Normalization>,
    #[serde(default = "one")]
    gamma: f64,
    #[serde(default)]
    beta: f64,
}

fn one() -> f64 {
    1.0
}

impl From<Architecture> for Fields {
    fn from(a: Architecture) -> Self {
        let Architecture { widths, scales, train_bias, modes, gamma, beta } = a;
        let InitialScales { activation, sigma_w2, sigma_b2 } = scales;
        Self { widths, activation, sigma_w2, sigma_b2, train_bias, modes, gamma, beta }
    }
}

impl TryFrom<Fields> for Architecture {
    type Error = TheoryError;

    fn try_from(fields: Fields) -> Result<Self, TheoryError> {
        let Fields { widths, activation, sigma_w2, sigma_b2, train_bias, modes, gamma, beta } = fields;
        let plain = Self::new(widths, activation, sigma_w2, sigma_b2)?.with_trained_biases(train_bias);
        // No normalization is the same at every depth: whoever changes the widths need not count layers.
        let is_plain = modes.iter().all(|mode| *mode == Normalization::None) && (gamma, beta) == (1.0, 0.0);
        if is_plain { Ok(plain) } else { plain.with_modes(modes, gamma, beta) }
    }
}

impl Architecture {
    /// A plain network. `widths` $=[M_0,\dots,M_{L-1},C]$; biases are present but not trained.
    pub fn new(
        widths: Vec<usize>,
        activation: Activation,
        sigma_w2: f64,
        sigma_b2: f64,
    ) -> Result<Self, TheoryError> {
        if widths.len() < 2 {
            return Err(TheoryError::invalid(
                "widths",
                format!("{widths:?}"),
                "at least two widths [M_0, ..., C]: the depth must be at least one",
            ));
        }
        for &width in &widths {
            at_least("widths", width, 1)?;
        }
        let scales = InitialScales::new(activation, sigma_w2, sigma_b2)?;
        let modes = vec![Normalization::None; widths.len() - 1];
        Ok(Self { widths, scales, train_bias: false, modes, gamma: 1.0, beta: 0.0 })
    }

    /// The same network with its biases trained (or not).
    pub fn with_trained_biases(mut self, train_bias: bool) -> Self {
        self.train_bias = train_bias;
        self
    }

    /// The same network with normalization `modes` for the layers $1..L$, and the constants $\gamma\ne0$ (batch and
    /// layer normalization) and $\beta$ (batch normalization only).
    pub fn with_modes(
        mut self,
        modes: Vec<Normalization>,
        gamma: f64,
        beta: f64,
    ) -> Result<Self, TheoryError> {
        if modes.len() != self.depth() {
            return Err(TheoryError::invalid(
                "modes",
                format!("a list of {}", modes.len()),
                format!("one mode for each of the {} layers", self.depth()),
            ));
        }
        if finite("gamma", gamma)? == 0.0 {
            return Err(TheoryError::invalid("gamma", gamma, "a finite number other than 0"));
        }
        if finite("beta", beta)? != 0.0 && !modes.contains(&Normalization::BatchNorm) {
            return Err(TheoryError::invalid("beta", beta, "0 where no layer is batch-normalized"));
        }
        (self.modes, self.gamma, self.beta) = (modes, gamma, beta);
        Ok(self)
    }

    /// $[M_0,\dots,M_{L-1},C]$.
    pub fn widths(&self) -> &[usize] {
        &self.widths
    }

    /// $L$: the number of weight layers.
    pub fn depth(&self) -> usize {
        self.widths.len() - 1
    }

    /// $C$: the number of outputs.
    pub fn classes(&self) -> usize {
        self.widths[self.widths.len() - 1]
    }

    /// $\phi$, $\sigma_w^2$, $\sigma_b^2$.
    pub fn scales(&self) -> &InitialScales {
        &self.scales
    }

    /// $\phi$.
    pub fn activation(&self) -> &Activation {
        &self.scales.activation
    }

    /// Whether gradients with respect to the biases count.
    pub fn train_bias(&self) -> bool {
        self.train_bias
    }

    /// Normalization of the layers $1..L$.
    pub fn modes(&self) -> &[Normalization] {
        &self.modes
    }

    /// $\gamma$ of batch and layer normalization.
    pub fn gamma(&self) -> f64 {
        self.gamma
    }

    /// $\beta$ of batch normalization.
    pub fn beta(&self) -> f64 {
        self.beta
    }

    /// The same network with the normalization of its last layer removed.
    ///
    /// What the last layer does to the Gram matrix is an exact projection, so that one network serves every method of
    /// normalizing its output.
    pub fn without_output_normalization(&self) -> Self {
        let mut bare = self.clone();
        if let Some(last) = bare.modes.last_mut() {
            *last = Normalization::None;
        }
        if !bare.modes.contains(&Normalization::BatchNorm) {
            bare.beta = 0.0;
        }
        bare
    }

    /// $P=\sum_lM_l(M_{l-1}+[\text{biases trained}])$ exactly; `usize::MAX` where it is larger.
    pub fn parameter_count(&self) -> usize {
        let bias = usize::from(self.train_bias);
        let layers = self.widths.windows(2).map(|w| w[1].saturating_mul(w[0].saturating_add(bias)));
        layers.fold(0, usize::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serialised_networks_read_back_as_themselves() {
        let network = Architecture::new(vec![5, 4, 2], Activation::relu(), 2.0, 0.1)
            .unwrap()
            .with_modes(vec![Normalization::BatchNorm, Normalization::None], 1.5, 0.4)
            .unwrap();
        let text = serde_json::to_string(&network).unwrap();
        assert_eq!(serde_json::from_str::<Architecture>(&text).unwrap(), network);
    }

    #[test]
    fn impossible_networks_are_refused() {
        let relu = Activation::relu;
        assert!(Architecture::new(vec![5], relu(), 2.0, 0.1).is_err());
        assert!(Architecture::new(vec![5, 0, 1], relu(), 2.0, 0.1).is_err());
        assert!(Architecture::new(vec![5, 1], relu(), 0.0, 0.1).is_err());
        assert!(Architecture::new(vec![5, 1], relu(), 2.0, f64::NAN).is_err());
        let plain = Architecture::new(vec![5, 4, 1], relu(), 2.0, 0.1).unwrap();
        assert!(plain.clone().with_modes(vec![Normalization::None], 1.0, 0.0).is_err());
        assert!(plain.clone().with_modes(vec![Normalization::BatchNorm; 2], 0.0, 0.0).is_err());
        assert!(plain.with_modes(vec![Normalization::LayerNorm; 2], 1.0, 0.5).is_err());
    }
}
