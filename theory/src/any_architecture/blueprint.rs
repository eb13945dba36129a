//! One description of a network for theory and simulation.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value as Json, json};

use super::layer::{Layer, Node, Shape, Weights};
use super::{reading, writing};
use crate::{Architecture, Normalization, TheoryError};

/// A network of any layers, checked: shapes fit, and its infinite-width kernels are closed.
///
/// Read from JSON and written as the same:
///
/// ```
/// use serde_json::json;
/// use solvable_theory::any_architecture::Blueprint;
/// let network = Blueprint::read(&json!({
///     "input": {"grid": [8, 8], "channels": 1}, "sigma_w2": 2, "sigma_b2": 0.1,
///     "layers": [{"conv": {"channels": 64, "filter": [3, 3]}}, "relu", "global-avg-pool", {"dense": 10}]
/// }))?;
/// assert_eq!(network.parameter_count(), 9.0 * 64.0 + 64.0 * 10.0);
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Blueprint {
    input: Shape,
    defaults: Weights,
    nodes: Vec<Node>,
}

impl Blueprint {
    /// Reads and checks a description.
    ///
    /// # Errors
    /// [`InvalidParameter`](TheoryError::InvalidParameter) with the path of the layer or the key that is wrong, its value and what would be
    /// right; [`MissingParameter`](TheoryError::MissingParameter) and [`UnknownParameter`](TheoryError::UnknownParameter) for keys.
    pub fn read(json: &Json) -> Result<Self, TheoryError> {
        let (input, defaults, nodes) = reading::network(json)?;
        Ok(Self { input, defaults, nodes })
    }

    /// The shape of a sample.
    pub fn input(&self) -> &Shape {
        &self.input
    }

    /// The variances at the top, which layers take unless they say otherwise.
    pub fn defaults(&self) -> Weights {
        self.defaults
    }

    /// The layers in order.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// $C$.
    pub fn classes(&self) -> usize {
        self.nodes.last().map_or(0, |node| node.to.channels)
    }

    /// Layers and layers within branches.
    pub(crate) fn slots(&self) -> usize {
        self.nodes.last().map_or(0, |node| node.slot + 1)
    }

    /// Whether kernels are means over a mixing matrix that is not given.
    pub fn averages_mixing(&self) -> bool {
        fn averages(nodes: &[Node]) -> bool {
            nodes.iter().any(|node| match &node.layer {
                Layer::Mix(mix) => mix.matrix.is_none(),
                Layer::Residual { branch, .. } => averages(branch),
                Layer::Sum(branches) => branches.iter().any(|branch| averages(&branch.layers)),
                _ => false,
            })
        }
        averages(&self.nodes)
    }

    /// $P$: trained parameters, a real number, as products of absurd sizes must not wrap around.
    pub fn parameter_count(&self) -> f64 {
        self.nodes.iter().map(Node::parameters).sum()
    }
}

/// A fully connected network as a chain of dense layers of one position.
///
/// # Errors
/// Normalized layers, which act over a batch or after other rules than here; an activation without a name.
impl TryFrom<&Architecture> for Blueprint {
    type Error = TheoryError;

    fn try_from(network: &Architecture) -> Result<Self, TheoryError> {
        if let Some(mode) = network.modes().iter().find(|mode| **mode != Normalization::None) {
            let valid = "none, in a network that becomes one of any layers";
            return Err(TheoryError::invalid("normalization", format!("{mode:?}"), valid));
        }
        let (widths, scales) = (network.widths(), network.scales());
        let mut layers = Vec::new();
        for width in &widths[1..] {
            layers.extend([json!({"dense": width}), json!(network.activation().to_string())]);
        }
        layers.pop();
        Self::read(&json!({
            "input": {"grid": [1], "channels": widths[0]}, "sigma_w2": scales.sigma_w2, "sigma_b2": scales.sigma_b2,
            "train_bias": network.train_bias(), "layers": layers,
        }))
    }
}

impl Serialize for Blueprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        writing::network(&self.input, &self.defaults, &self.nodes).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Blueprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&Json::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
