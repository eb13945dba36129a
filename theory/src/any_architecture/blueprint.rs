//! One description of a network for theory and simulation.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value as Json, json};

use super::layer::{AttentionKind, Layer, Node, Shape, Weights};
use super::{reading, writing};
use crate::{Activation, Architecture, Normalization, TheoryError};

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

    /// All layers, those within branches before the sums that they belong to: by their slots.
    pub fn all_nodes(&self) -> Vec<&Node> {
        fn within<'a>(nodes: &'a [Node], all: &mut Vec<&'a Node>) {
            for node in nodes {
                match &node.layer {
                    Layer::Residual { branch, .. } => within(branch, all),
                    Layer::Sum(branches) => branches.iter().for_each(|branch| within(&branch.layers, all)),
                    _ => {}
                }
                all.push(node);
            }
        }
        let mut all = Vec::new();
        within(&self.nodes, &mut all);
        all
    }

    /// Whether some layer, within branches too, is such.
    pub fn has(&self, such: impl Fn(&Layer) -> bool) -> bool {
        self.all_nodes().iter().any(|node| such(&node.layer))
    }

    /// Whether kernels are means over a mixing matrix that is not given.
    pub fn averages_mixing(&self) -> bool {
        self.has(|layer| matches!(layer, Layer::Mix(mix) if mix.matrix.is_none()))
    }

    /// Whether the outputs have weights of their own, so that $\Theta=T\otimes I_C$ and $C$ outputs are $C$ times one.
    ///
    /// # Errors
    /// A flatten of several positions, or a normalization, behind the last weights.
    pub fn independent_outputs(&self) -> Result<(), TheoryError> {
        for node in self.nodes.iter().rev() {
            let shared = match &node.layer {
                Layer::Dense { .. } | Layer::Conv(_) | Layer::Attention(_) => return Ok(()),
                Layer::Flatten => (node.from.positions() > 1).then_some("flatten"),
                Layer::LayerNorm { .. } => Some("layer-norm"),
                _ => None,
            };
            if let Some(name) = shared {
                let valid = "a dense layer behind it: its outputs share weights or a normalization, so that they are not independent of each \
                    other (the kernels of given inputs are those of one of them)";
                return Err(TheoryError::invalid(node.path.clone(), name, valid));
            }
        }
        Ok(())
    }

    /// The most positions that a signal has.
    pub(crate) fn most_positions(&self) -> usize {
        let behind = self.all_nodes().into_iter().map(|node| node.to.positions());
        behind.fold(self.input.positions(), usize::max)
    }

    /// Whether some attention has no softmax.
    pub(crate) fn attends_linearly(&self) -> bool {
        self.has(
            |layer| matches!(layer, Layer::Attention(a) if matches!(a.kind, AttentionKind::Linear { .. })),
        )
    }

    /// The same as a fully connected network, if it is one: dense layers of one position with one activation between them.
    pub(crate) fn as_dense(&self) -> Option<Architecture> {
        let mut widths = vec![self.input.channels];
        let mut activation: Option<&Activation> = None;
        let mut scales: Option<Weights> = None;
        if self.input.positions() != 1 || self.nodes.len().is_multiple_of(2) {
            return None;
        }
        for (number, node) in self.nodes.iter().enumerate() {
            match &node.layer {
                Layer::Dense { channels, weights } if number.is_multiple_of(2) => {
                    if scales.is_some_and(|known| known != *weights) {
                        return None;
                    }
                    scales = Some(*weights);
                    widths.push(*channels);
                }
                Layer::Activation(phi) if number % 2 == 1 => {
                    if activation.is_some_and(|known| known != phi) {
                        return None;
                    }
                    activation = Some(phi);
                }
                _ => return None,
            }
        }
        let (phi, scales) = (activation.cloned().unwrap_or_else(Activation::linear), scales?);
        let network = Architecture::new(widths, phi, scales.sigma_w2, scales.sigma_b2).ok()?;
        Some(network.with_trained_biases(scales.train_bias))
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
