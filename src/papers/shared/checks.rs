//! What settings have to be, as far as several experiments ask for the same.

use solvable_engine::verify::SettingError;
use solvable_engine::verify::setting::require;
use solvable_theory::{Architecture, Normalization};

pub use solvable_simulate::checks::{MOST, MOST_STEPS, count, steps};

/// Columns of the signals that carry every output back through a batch whose samples mix.
const MOST_COLUMNS: usize = 10_000_000;

/// A condition on the widths of the layers.
///
/// # Errors
/// [`SettingError::Invalid`], like all functions here.
pub fn widths(network: &Architecture, holds: bool, valid: impl Into<String>) -> Result<(), SettingError> {
    require(holds, "network.widths", format!("{:?}", network.widths()), valid)
}

/// A condition on the normalization of the layers.
pub fn modes(network: &Architecture, holds: bool, valid: impl Into<String>) -> Result<(), SettingError> {
    require(holds, "network.modes", format!("{:?}", network.modes()), valid)
}

/// A network that can be drawn, of layers in which layer normalization leaves something.
pub fn network(network: &Architecture) -> Result<(), SettingError> {
    let widths = network.widths();
    let fits =
        widths.iter().all(|width| *width <= MOST) && network.parameter_count() <= MOST.saturating_mul(MOST);
    self::widths(
        network,
        fits,
        format!("numbers from 1 to {MOST}, {} parameters in all", MOST.saturating_mul(MOST)),
    )?;
    let mut layers = network.modes().iter().zip(&widths[1..]);
    let varied = layers.all(|(mode, width)| *mode != Normalization::LayerNorm || *width >= 3);
    self::widths(network, varied, "at least 3 units in every layer with layer normalization")
}

/// A number of samples that the normalization of the layers leaves something of.
pub fn samples(network: &Architecture, field: &str, samples: usize) -> Result<(), SettingError> {
    let has = |mode| network.modes().contains(&mode);
    let (least, reason) = if has(Normalization::BatchNorm) {
        (3, " with batch normalization")
    } else if has(Normalization::MeanSubtraction) {
        (2, " with mean subtraction")
    } else {
        (1, "")
    };
    let holds = (least..=MOST).contains(&samples);
    require(holds, field, samples, format!("from {least} to {MOST}{reason}"))
}

/// A number of samples at which the tangent kernel of the network is a matrix that memory holds.
pub fn kernel(network: &Architecture, field: &str, samples: usize) -> Result<(), SettingError> {
    self::samples(network, field, samples)?;
    let outputs = samples * network.classes();
    require(outputs <= MOST, field, samples, format!("at most {}", MOST / network.classes()))?;
    let columns = if mixes(network) { outputs * samples } else { outputs };
    let valid = format!("at most {MOST_COLUMNS} samples × samples × outputs where layers mix samples");
    require(columns <= MOST_COLUMNS, field, samples, valid)
}

/// Whether some layer makes the output for a sample depend on the other samples.
pub fn mixes(network: &Architecture) -> bool {
    let mixing = [Normalization::MeanSubtraction, Normalization::BatchNorm];
    network.modes().iter().any(|mode| mixing.contains(mode))
}

/// A network without normalization.
pub fn plain(network: &Architecture) -> Result<(), SettingError> {
    let bare = network.modes().iter().all(|mode| *mode == Normalization::None);
    modes(network, bare, "no normalization in any layer")
}

/// A network of one output.
pub fn one_output(network: &Architecture) -> Result<(), SettingError> {
    self::widths(network, network.classes() == 1, "a list that ends with 1, the only output")
}

/// A network of at least `least` classes.
pub fn classes(network: &Architecture, least: usize) -> Result<(), SettingError> {
    let valid = format!("a list that ends with at least {least}, the number of classes");
    self::widths(network, network.classes() >= least, valid)
}

/// A network of two classes.
pub fn two_classes(network: &Architecture) -> Result<(), SettingError> {
    self::widths(network, network.classes() == 2, "a list that ends with 2, the number of classes")
}

/// A network of at least `least` layers.
pub fn layers(network: &Architecture, least: usize) -> Result<(), SettingError> {
    let valid = format!("at least {} widths, of {least} layers", least + 1);
    self::widths(network, network.depth() >= least, valid)
}

/// A network of `inputs` inputs.
pub fn inputs(network: &Architecture, inputs: usize) -> Result<(), SettingError> {
    let valid = format!("a list that begins with {inputs}, the dimension of the inputs");
    self::widths(network, network.widths()[0] == inputs, valid)
}

/// A network whose hidden layers are all of one width.
pub fn equal_hidden_widths(network: &Architecture) -> Result<(), SettingError> {
    let hidden = &network.widths()[1..network.depth()];
    let equal = hidden.windows(2).all(|pair| pair[0] == pair[1]);
    self::widths(network, equal, "the same width in all hidden layers")
}

/// Numbers that all pass `check`.
pub fn each(
    field: &str,
    values: &[f64],
    check: fn(&str, f64) -> Result<(), SettingError>,
) -> Result<(), SettingError> {
    values.iter().try_for_each(|value| check(field, *value))
}

/// A network of one of these activations.
pub fn activations(network: &Architecture, valid: &[&str]) -> Result<(), SettingError> {
    let name = network.activation().to_string();
    let known = valid.iter().any(|valid| name.split('(').next() == Some(valid));
    require(known, "network.activation", name, valid.join(", "))
}

/// A network whose biases are trained.
pub fn trained_biases(network: &Architecture) -> Result<(), SettingError> {
    require(network.train_bias(), "network.train_bias", false, "true, as the theory assumes")
}
