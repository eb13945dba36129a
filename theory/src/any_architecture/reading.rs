//! Descriptions of networks in JSON: shapes and flags are checked once, and every refusal names the layer by its path.

use std::fmt::Display;

use nalgebra::DMatrix;
use serde_json::{Map, Value as Json};
use solvable_words::{did_you_mean, shortened};

use super::layer::{
    Attention, AttentionKind, Branch, Convolution, Layer, Mix, Node, Over, Recurrence, Shape, Weights,
};
use super::windows::{Padding, Windows};
use crate::{Activation, TheoryError};

/// Layers within layers; nobody means more.
const DEEPEST: usize = 32;
/// Positions and channels of a signal, so that no product of both leaves the integers of this machine.
const MOST: usize = if usize::BITS < 64 { 1 << 17 } else { 1 << 40 };
/// Positions of a grid: kernels are matrices of so many rows.
const MOST_POSITIONS: usize = 1 << 14;
/// Layers of a network, branches included.
const MOST_LAYERS: usize = 100_000;

const LAYERS: [&str; 15] = [
    "dense",
    "conv",
    "residual",
    "sum",
    "avg-pool",
    "global-avg-pool",
    "last",
    "flatten",
    "layer-norm",
    "mix",
    "attention",
    "rnn",
    "relu",
    "erf",
    "tanh",
];

/// Layers that many networks have and that have no closed kernel here, with the nearest that has.
const UNSUPPORTED: [(&[&str], &str); 9] = [
    (&["max-pool", "maxpool", "global-max-pool"], "avg-pool or global-avg-pool"),
    (
        &["batch-norm", "batchnorm", "bn"],
        "layer-norm (batch statistics: the predictions `norm/*` of dense networks)",
    ),
    (&["group-norm", "instance-norm", "rms-norm", "weight-norm"], "layer-norm"),
    (&["dropout"], "no layer: at initialisation dropout is left out"),
    (&["lstm", "gru"], "rnn"),
    (&["conv-transpose", "deconv", "upsample"], "conv, whose strides are whole"),
    (&["embedding", "positional-encoding"], "given inputs that hold the encoding"),
    (&["softmax", "log-softmax"], "no layer: theory is of the values before a softmax"),
    (&["multi-head-attention", "transformer", "self-attention"], "attention within a residual"),
];

/// A signal on its way: its shape, and whether its channels are Gaussian with mean zero.
#[derive(Clone)]
struct Signal {
    shape: Shape,
    gaussian: bool,
}

/// What is the same for all layers of a network.
struct Reader {
    defaults: Weights,
    slots: usize,
    /// Taps of all windows so far.
    taps: usize,
}

/// The fields of an object, by its path.
struct Fields<'a> {
    path: String,
    map: &'a Map<String, Json>,
}

/// Reads a whole network.
pub(super) fn network(json: &Json) -> Result<(Shape, Weights, Vec<Node>), TheoryError> {
    let top = Fields::of(json, "", &["input", "sigma_w2", "sigma_b2", "train_bias", "layers"])?;
    let defaults = Weights {
        sigma_w2: top.variance("sigma_w2")?,
        sigma_b2: top.bias("sigma_b2")?,
        train_bias: top.boolean("train_bias", false)?,
    };
    let input = Fields::of(
        top.required("input", "an object with grid and channels")?,
        "input",
        &["grid", "channels"],
    )?;
    let grid = input.integers("grid", None)?;
    if grid.is_empty() || grid.len() > 2 {
        return Err(input.invalid("grid", "one or two axes"));
    }
    let positions = grid.iter().try_fold(1usize, |product, axis| product.checked_mul(*axis));
    if positions.is_none_or(|positions| positions > MOST_POSITIONS) {
        return Err(input.invalid("grid", format!("at most {MOST_POSITIONS} positions")));
    }
    let shape = Shape { grid, channels: input.integer("channels")? };
    let Some(layers) = top.required("layers", "a list of layers")?.as_array() else {
        return Err(top.invalid("layers", "a list of layers"));
    };
    let mut reader = Reader { defaults, slots: 0, taps: 0 };
    let start = Signal { shape: shape.clone(), gaussian: false };
    let (nodes, end) = reader.list(layers, "layers", start, 0)?;
    let told = || layers.last().map_or_else(|| "an empty list".to_owned(), Json::to_string);
    let place = || nodes.last().map_or_else(|| "layers".to_owned(), |node| node.path.clone());
    if !fresh(&nodes) {
        let valid = "a network that ends in dense, conv or attention, with nothing but pools, flatten, last, mix or layer-norm after it";
        return Err(TheoryError::invalid(place(), told(), valid));
    }
    if end.shape.positions() != 1 {
        let valid = format!(
            "one position at the end, there are {} (grid {:?}): put flatten, global-avg-pool or last before the last dense",
            end.shape.positions(),
            end.shape.grid
        );
        return Err(TheoryError::invalid(place(), told(), valid));
    }
    Ok((shape, defaults, nodes))
}

/// Whether the last weights stand behind no activation, sum or recurrence.
fn fresh(nodes: &[Node]) -> bool {
    for node in nodes.iter().rev() {
        match node.layer {
            Layer::Dense { .. } | Layer::Conv(_) | Layer::Attention(_) => return true,
            Layer::AvgPool { .. }
            | Layer::GlobalAvgPool
            | Layer::Flatten
            | Layer::Last
            | Layer::Mix(_)
            | Layer::LayerNorm { .. } => {}
            Layer::Activation(_) | Layer::Rnn(_) | Layer::Sum(_) | Layer::Residual { .. } => return false,
        }
    }
    false
}

/// Taps of windows, at every position of the result, of a network.
const MOST_TAPS: usize = 1 << 22;

/// Taps that a layer's windows hold.
fn taps(layer: &Layer) -> usize {
    let of = |windows: &Windows| windows.taps.iter().map(Vec::len).sum();
    match layer {
        Layer::Conv(conv) => of(&conv.windows),
        Layer::AvgPool { windows, .. } => of(windows),
        _ => 0,
    }
}

/// Refuses windows before they are formed.
fn few_taps(path: &str, shape: &Shape, window: &[usize], stride: &[usize]) -> Result<(), TheoryError> {
    let results: f64 = shape.grid.iter().zip(stride).map(|(n, s)| (*n as f64 / *s as f64).ceil()).product();
    let size: f64 = window.iter().map(|f| *f as f64).product();
    if results * size > MOST_TAPS as f64 {
        let valid = format!("at most {MOST_TAPS} taps, counted at every position of the result ({results})");
        return Err(TheoryError::invalid(path, format!("{window:?}"), valid));
    }
    Ok(())
}

impl Reader {
    fn list(
        &mut self,
        layers: &[Json],
        path: &str,
        mut signal: Signal,
        depth: usize,
    ) -> Result<(Vec<Node>, Signal), TheoryError> {
        let mut nodes = Vec::new();
        for (number, layer) in layers.iter().enumerate() {
            let path = format!("{path}[{number}]");
            let from = signal.shape.clone();
            let (layer, next) = self.layer(layer, &path, signal, depth)?;
            if next.shape.channels > MOST {
                let valid = format!("at most {MOST} channels");
                return Err(TheoryError::invalid(path, next.shape.channels, valid));
            }
            self.taps = self.taps.saturating_add(taps(&layer));
            if self.taps > MOST_TAPS {
                let valid = format!(
                    "windows of at most {MOST_TAPS} taps in all, counted at every position of their results"
                );
                return Err(TheoryError::invalid(path, self.taps, valid));
            }
            let slot = self.slots;
            self.slots += 1;
            if self.slots > MOST_LAYERS {
                return Err(TheoryError::invalid(
                    path,
                    "one layer more",
                    format!("at most {MOST_LAYERS} layers"),
                ));
            }
            nodes.push(Node { layer, path, from, to: next.shape.clone(), slot });
            signal = next;
        }
        Ok((nodes, signal))
    }

    fn layer(
        &mut self,
        json: &Json,
        path: &str,
        signal: Signal,
        depth: usize,
    ) -> Result<(Layer, Signal), TheoryError> {
        if depth > DEEPEST {
            return Err(TheoryError::invalid(
                path,
                "a layer",
                format!("at most {DEEPEST} layers within layers"),
            ));
        }
        if let Some(word) = json.as_str() {
            return word_layer(word, path, signal);
        }
        let Some((name, inner)) =
            json.as_object().filter(|map| map.len() == 1).and_then(|map| map.iter().next())
        else {
            let valid =
                "the name of an activation or layer, or an object of one layer such as {\"dense\": 10}";
            return Err(TheoryError::invalid(path, json, valid));
        };
        let place = format!("{path}.{name}");
        match name.as_str() {
            "dense" => self.dense(inner, &place, signal),
            "conv" => self.conv(inner, &place, signal),
            "residual" => self.residual(inner, &place, signal, depth),
            "sum" => self.sum(inner, &place, signal, depth),
            "avg-pool" => pool(inner, &place, signal),
            "layer-norm" => layer_norm(inner, path, &place, signal),
            "mix" => self.mix(inner, &place, signal),
            "attention" => self.attention(inner, &place, signal),
            "rnn" => self.rnn(inner, &place, signal),
            _ => Err(unknown_layer(name, path, json)),
        }
    }

    /// Variances of a layer's own, or those at the top.
    fn weights(&self, fields: &Fields<'_>) -> Result<Weights, TheoryError> {
        let Weights { sigma_w2, sigma_b2, train_bias } = self.defaults;
        Ok(Weights {
            sigma_w2: fields.variance_or("sigma_w2", sigma_w2)?,
            sigma_b2: if fields.has("sigma_b2") { fields.bias("sigma_b2")? } else { sigma_b2 },
            train_bias: fields.boolean("train_bias", train_bias)?,
        })
    }

    fn dense(&self, json: &Json, path: &str, signal: Signal) -> Result<(Layer, Signal), TheoryError> {
        let (channels, weights) = if json.is_number() {
            (count(json, path)?, self.defaults)
        } else {
            let fields = Fields::of(json, path, &["channels", "sigma_w2", "sigma_b2", "train_bias"])?;
            (fields.integer("channels")?, self.weights(&fields)?)
        };
        let shape = Shape { channels, ..signal.shape };
        Ok((Layer::Dense { channels, weights }, Signal { shape, gaussian: true }))
    }

    fn conv(&self, json: &Json, path: &str, signal: Signal) -> Result<(Layer, Signal), TheoryError> {
        const KNOWN: [&str; 7] =
            ["channels", "filter", "stride", "padding", "sigma_w2", "sigma_b2", "train_bias"];
        let fields = Fields::of(json, path, &KNOWN)?;
        let (channels, weights) = (fields.integer("channels")?, self.weights(&fields)?);
        let filter = fields.axes("filter", None, &signal.shape)?;
        let stride = fields.axes("stride", Some(vec![1; filter.len()]), &signal.shape)?;
        let padding = match fields.word("padding", "circular")? {
            "valid" => Padding::Valid,
            "same" => Padding::Same,
            "circular" => Padding::Circular,
            other => {
                let valid =
                    format!("{}valid, same or circular", did_you_mean(other, ["valid", "same", "circular"]));
                return Err(fields.invalid("padding", valid));
            }
        };
        fields.fits("filter", &filter, &signal.shape)?;
        few_taps(&fields.at("filter"), &signal.shape, &filter, &stride)?;
        let (grid, windows) = Windows::new(&signal.shape.grid, &filter, &stride, padding);
        let conv = Convolution { channels, filter, stride, padding, weights, windows };
        Ok((Layer::Conv(conv), Signal { shape: Shape { grid, channels }, gaussian: true }))
    }

    fn residual(
        &mut self,
        json: &Json,
        path: &str,
        signal: Signal,
        depth: usize,
    ) -> Result<(Layer, Signal), TheoryError> {
        let fields = Fields::of(json, path, &["branch", "scale"])?;
        let scale = fields.finite("scale", Some(1.0))?;
        let place = fields.at("branch");
        let layers = fields.list("branch")?;
        let (branch, end) = self.list(layers, &place, signal.clone(), depth + 1)?;
        if !fresh(&branch) {
            let valid = "a branch that ends in fresh weights: dense, conv or attention, then at most pools, flatten, last, mix or \
                layer-norm (otherwise it is correlated with the skip connection)";
            return Err(TheoryError::invalid(last_of(&branch, place), told(layers), valid));
        }
        if end.shape != signal.shape {
            return Err(TheoryError::invalid(
                last_of(&branch, place),
                shape(&end.shape),
                format!("the shape of the incoming signal, {}", shape(&signal.shape)),
            ));
        }
        let gaussian = signal.gaussian && end.gaussian;
        Ok((Layer::Residual { scale, branch }, Signal { shape: end.shape, gaussian }))
    }

    fn sum(
        &mut self,
        json: &Json,
        path: &str,
        signal: Signal,
        depth: usize,
    ) -> Result<(Layer, Signal), TheoryError> {
        let terms = json.as_array().filter(|terms| !terms.is_empty());
        let terms = terms.ok_or_else(|| TheoryError::invalid(path, json, "a list of at least one branch"))?;
        let mut branches = Vec::new();
        let (mut shared, mut gaussian, mut stale) = (None, true, None::<String>);
        for (number, term) in terms.iter().enumerate() {
            let fields = Fields::of(term, &format!("{path}[{number}]"), &["scale", "layers"])?;
            let scale = fields.finite("scale", Some(1.0))?;
            let place = fields.at("layers");
            let layers = fields.list("layers")?;
            let (nodes, end) = self.list(layers, &place, signal.clone(), depth + 1)?;
            if !fresh(&nodes) {
                if let Some(other) = &stale {
                    let valid = format!(
                        "a branch that ends in fresh weights, as {other} does not either: at most one branch may be without, or the \
                         branches are correlated"
                    );
                    return Err(TheoryError::invalid(last_of(&nodes, place), told(layers), valid));
                }
                stale = Some(place.clone());
            }
            let first = shared.get_or_insert_with(|| end.shape.clone());
            if *first != end.shape {
                let valid = format!("the shape of the first branch, {}", shape(first));
                return Err(TheoryError::invalid(last_of(&nodes, place), shape(&end.shape), valid));
            }
            gaussian &= end.gaussian;
            branches.push(Branch { scale, layers: nodes });
        }
        let shape = shared.unwrap_or(signal.shape);
        Ok((Layer::Sum(branches), Signal { shape, gaussian }))
    }

    fn mix(&self, json: &Json, path: &str, signal: Signal) -> Result<(Layer, Signal), TheoryError> {
        let (tokens, sigma_w2, matrix) = if json.is_number() {
            (count(json, path)?, self.defaults.sigma_w2, None)
        } else {
            let fields = Fields::of(json, path, &["tokens", "sigma_w2", "matrix"])?;
            let tokens = fields.integer("tokens")?;
            let sigma_w2 = fields.variance_or("sigma_w2", self.defaults.sigma_w2)?;
            (tokens, sigma_w2, fields.matrix("matrix", tokens, signal.shape.positions())?)
        };
        if tokens > MOST_POSITIONS {
            return Err(TheoryError::invalid(path, tokens, format!("at most {MOST_POSITIONS} tokens")));
        }
        let shape = Shape { grid: vec![tokens], channels: signal.shape.channels };
        Ok((Layer::Mix(Mix { tokens, sigma_w2, matrix }), Signal { shape, ..signal }))
    }

    fn attention(&self, json: &Json, path: &str, signal: Signal) -> Result<(Layer, Signal), TheoryError> {
        const KNOWN: [&str; 11] = [
            "kind",
            "heads",
            "key",
            "value",
            "channels",
            "sigma_qk2",
            "sigma_v2",
            "sigma_o2",
            "scale",
            "sigma_b2",
            "train_bias",
        ];
        let fields = Fields::of(json, path, &KNOWN)?;
        let kind = match fields.word_required("kind")? {
            "softmax" if fields.has("scale") => {
                return Err(fields.invalid(
                    "scale",
                    "no scale in a softmax attention: its logits are divided by the size of a key",
                ));
            }
            "softmax" => AttentionKind::Softmax,
            "linear" => {
                let scale = fields.finite("scale", Some(1.0 / signal.shape.positions() as f64))?;
                AttentionKind::Linear { scale }
            }
            other => {
                let near = did_you_mean(other, ["softmax", "linear"]);
                return Err(fields.invalid(
                    "kind",
                    format!("{near}softmax (keys and queries share one matrix) or linear"),
                ));
            }
        };
        let channels = fields.integer("channels")?;
        let attention = Attention {
            kind,
            heads: fields.integer("heads")?,
            key: fields.integer("key")?,
            value: fields.integer("value")?,
            channels,
            sigma_qk2: fields.variance_or("sigma_qk2", 1.0)?,
            sigma_v2: fields.variance_or("sigma_v2", 1.0)?,
            sigma_o2: fields.variance_or("sigma_o2", 1.0)?,
            sigma_b2: if fields.has("sigma_b2") { fields.bias("sigma_b2")? } else { self.defaults.sigma_b2 },
            train_bias: fields.boolean("train_bias", self.defaults.train_bias)?,
        };
        let shape = Shape { channels, ..signal.shape };
        Ok((Layer::Attention(attention), Signal { shape, gaussian: true }))
    }

    fn rnn(&self, json: &Json, path: &str, signal: Signal) -> Result<(Layer, Signal), TheoryError> {
        const KNOWN: [&str; 6] = ["channels", "activation", "sigma_w2", "sigma_u2", "sigma_b2", "train_bias"];
        let fields = Fields::of(json, path, &KNOWN)?;
        if signal.shape.grid.len() != 1 {
            let valid = "a grid of one axis, which is time";
            return Err(TheoryError::invalid(path, format!("on the grid {:?}", signal.shape.grid), valid));
        }
        let name = fields.word_required("activation")?;
        let activation = name.parse().map_err(|error| match error {
            TheoryError::InvalidParameter { value, valid, .. } => {
                TheoryError::InvalidParameter { name: fields.at("activation"), value, valid }
            }
            other => other,
        })?;
        let channels = fields.integer("channels")?;
        let sigma_u2 = fields.variance_or("sigma_u2", 1.0)?;
        let rnn = Recurrence { channels, activation, sigma_u2, weights: self.weights(&fields)? };
        let shape = Shape { channels, ..signal.shape };
        Ok((Layer::Rnn(rnn), Signal { shape, gaussian: false }))
    }
}

fn word_layer(word: &str, path: &str, signal: Signal) -> Result<(Layer, Signal), TheoryError> {
    let one =
        |signal: &Signal, factor: usize| Shape { grid: vec![1], channels: signal.shape.channels * factor };
    match word {
        "global-avg-pool" => Ok((Layer::GlobalAvgPool, Signal { shape: one(&signal, 1), ..signal })),
        "last" => Ok((Layer::Last, Signal { shape: one(&signal, 1), ..signal })),
        "flatten" => {
            let positions = signal.shape.positions();
            let gaussian = signal.gaussian && positions == 1;
            Ok((Layer::Flatten, Signal { shape: one(&signal, positions), gaussian }))
        }
        "dense" | "conv" | "residual" | "sum" | "avg-pool" | "layer-norm" | "mix" | "attention" | "rnn" => {
            let valid = format!("an object such as {{\"{word}\": ...}} that says what it needs");
            Err(TheoryError::invalid(path, format!("\"{word}\""), valid))
        }
        _ => {
            let name = word.split('(').next().unwrap_or(word).trim();
            let known =
                ["linear", "tanh", "sine", "gelu", "relu", "erf", "leaky-relu", "hard-tanh", "shifted-relu"];
            if !known.contains(&name) {
                return Err(unknown_layer(word, path, &Json::from(word)));
            }
            let activation: Activation = word.parse().map_err(|error| match error {
                TheoryError::InvalidParameter { value, valid, .. } => {
                    TheoryError::InvalidParameter { name: path.to_owned(), value, valid }
                }
                other => other,
            })?;
            if !signal.gaussian {
                return Err(not_gaussian(path, word));
            }
            Ok((Layer::Activation(activation), Signal { gaussian: false, ..signal }))
        }
    }
}

fn not_gaussian(path: &str, what: &str) -> TheoryError {
    let valid = "behind dense, conv or attention: the channels that come in are no Gaussians of mean zero (the raw input, or signals behind an \
        activation, a recurrence or flatten); put a dense or conv layer in between";
    TheoryError::invalid(path, what, valid)
}

fn unknown_layer(name: &str, path: &str, json: &Json) -> TheoryError {
    // However other libraries spell it: BatchNorm2d, batch_norm, batch-norm.
    let squeezed = |name: &str| name.to_lowercase().replace(['_', '-', ' '], "");
    let plain = squeezed(name);
    let plain =
        ["1d", "2d", "3d"].iter().find_map(|end| plain.strip_suffix(end)).unwrap_or(&plain).to_owned();
    let nearest = UNSUPPORTED.iter().find(|(names, _)| names.iter().any(|known| squeezed(known) == plain));
    let valid = match nearest {
        Some((_, instead)) => {
            format!("a layer whose kernel is known; nearest to {}: {instead}", shortened(name))
        }
        None => {
            format!("{}a layer: {}, or another activation", did_you_mean(name, LAYERS), LAYERS.join(", "))
        }
    };
    TheoryError::invalid(path, json, valid)
}

fn layer_norm(json: &Json, path: &str, place: &str, signal: Signal) -> Result<(Layer, Signal), TheoryError> {
    let fields = Fields::of(json, place, &["over", "affine"])?;
    let over = match fields.word_required("over")? {
        "channels" => Over::Channels,
        "all" => Over::All,
        _ => return Err(fields.invalid("over", "channels or all")),
    };
    let affine = fields.boolean("affine", false)?;
    if !signal.gaussian {
        return Err(not_gaussian(path, "layer-norm"));
    }
    Ok((Layer::LayerNorm { over, affine }, signal))
}

fn pool(json: &Json, path: &str, signal: Signal) -> Result<(Layer, Signal), TheoryError> {
    let fields = Fields::of(json, path, &["window", "stride"])?;
    let window = fields.axes("window", None, &signal.shape)?;
    let stride = fields.axes("stride", Some(window.clone()), &signal.shape)?;
    fields.fits("window", &window, &signal.shape)?;
    few_taps(&fields.at("window"), &signal.shape, &window, &stride)?;
    let (grid, windows) = Windows::new(&signal.shape.grid, &window, &stride, Padding::Valid);
    let shape = Shape { grid, channels: signal.shape.channels };
    Ok((Layer::AvgPool { window, stride, windows }, Signal { shape, ..signal }))
}

fn shape(shape: &Shape) -> String {
    format!("grid {:?} with {} channels", shape.grid, shape.channels)
}

fn last_of(nodes: &[Node], otherwise: String) -> String {
    nodes.last().map_or(otherwise, |node| node.path.clone())
}

fn told(layers: &[Json]) -> String {
    layers.last().map_or_else(|| "an empty list".to_owned(), Json::to_string)
}

/// An integer of at least 1; `64.0` counts as one, also where its last digits were moved.
fn count(json: &Json, path: &str) -> Result<usize, TheoryError> {
    let real = json.as_f64().filter(|x| (x - x.round()).abs() <= 1e-12 * x.abs());
    let whole = real.map(f64::round).filter(|x| (1.0..=MOST as f64).contains(x));
    whole
        .map(|x| x as usize)
        .ok_or_else(|| TheoryError::invalid(path, json, format!("an integer from 1 to {MOST}")))
}

impl<'a> Fields<'a> {
    fn of(json: &'a Json, path: &str, known: &[&str]) -> Result<Self, TheoryError> {
        let name = if path.is_empty() { "architecture" } else { path };
        let Some(map) = json.as_object() else {
            return Err(TheoryError::invalid(name, json, format!("an object with {}", known.join(", "))));
        };
        let fields = Self { path: path.to_owned(), map };
        if let Some(key) = map.keys().find(|key| !known.contains(&key.as_str())) {
            let near = did_you_mean(key, known.iter().copied());
            let known = format!("{near}known: {}", known.join(", "));
            return Err(TheoryError::UnknownParameter { name: fields.at(&shortened(key)), known });
        }
        Ok(fields)
    }

    fn at(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn has(&self, key: &str) -> bool {
        self.map.get(key).is_some_and(|value| !value.is_null())
    }

    fn get(&self, key: &str) -> Option<&'a Json> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    fn required(&self, key: &str, meaning: &str) -> Result<&'a Json, TheoryError> {
        let missing = || TheoryError::MissingParameter { name: self.at(key), meaning: meaning.to_owned() };
        self.get(key).ok_or_else(missing)
    }

    fn invalid(&self, key: &str, valid: impl Display) -> TheoryError {
        TheoryError::invalid(self.at(key), self.map.get(key).unwrap_or(&Json::Null), valid.to_string())
    }

    fn integer(&self, key: &str) -> Result<usize, TheoryError> {
        count(self.required(key, "an integer of at least 1")?, &self.at(key))
    }

    /// A list of integers; a number is a list of one.
    fn integers(&self, key: &str, default: Option<Vec<usize>>) -> Result<Vec<usize>, TheoryError> {
        let value = match (self.get(key), default) {
            (None, Some(default)) => return Ok(default),
            _ => self.required(key, "an integer of at least 1 for each axis")?,
        };
        match value.as_array() {
            Some(items) => items.iter().map(|item| count(item, &self.at(key))).collect(),
            None => Ok(vec![count(value, &self.at(key))?]),
        }
    }

    /// One integer for each axis of the grid.
    fn axes(&self, key: &str, default: Option<Vec<usize>>, shape: &Shape) -> Result<Vec<usize>, TheoryError> {
        let values = self.integers(key, default)?;
        if values.len() == shape.grid.len() {
            Ok(values)
        } else {
            Err(self.invalid(key, format!("one integer for each axis of the grid {:?}", shape.grid)))
        }
    }

    fn fits(&self, key: &str, lengths: &[usize], shape: &Shape) -> Result<(), TheoryError> {
        if lengths.iter().zip(&shape.grid).all(|(length, axis)| length <= axis) {
            Ok(())
        } else {
            Err(self.invalid(key, format!("no longer than the grid {:?}", shape.grid)))
        }
    }

    fn finite(&self, key: &str, default: Option<f64>) -> Result<f64, TheoryError> {
        match (self.get(key), default) {
            (None, Some(default)) => Ok(default),
            _ => {
                let value = self.required(key, "a finite number")?.as_f64().filter(|x| x.is_finite());
                value.ok_or_else(|| self.invalid(key, "a finite number"))
            }
        }
    }

    fn variance(&self, key: &str) -> Result<f64, TheoryError> {
        self.required(key, "the variance of a weight times its fan-in")?;
        let value = self.finite(key, None).ok().filter(|x| *x > 0.0);
        value.ok_or_else(|| self.invalid(key, "a finite number > 0"))
    }

    fn variance_or(&self, key: &str, default: f64) -> Result<f64, TheoryError> {
        if self.has(key) { self.variance(key) } else { Ok(default) }
    }

    fn bias(&self, key: &str) -> Result<f64, TheoryError> {
        self.required(key, "the variance of a bias")?;
        let value = self.finite(key, None).ok().filter(|x| *x >= 0.0);
        value.ok_or_else(|| self.invalid(key, "a finite number >= 0"))
    }

    fn boolean(&self, key: &str, default: bool) -> Result<bool, TheoryError> {
        match self.get(key) {
            None => Ok(default),
            Some(value) => value.as_bool().ok_or_else(|| self.invalid(key, "true or false")),
        }
    }

    fn word(&self, key: &str, default: &'a str) -> Result<&'a str, TheoryError> {
        match self.get(key) {
            None => Ok(default),
            Some(value) => value.as_str().ok_or_else(|| self.invalid(key, "a word")),
        }
    }

    fn word_required(&self, key: &str) -> Result<&'a str, TheoryError> {
        self.required(key, "a word")?.as_str().ok_or_else(|| self.invalid(key, "a word"))
    }

    fn list(&self, key: &str) -> Result<&'a [Json], TheoryError> {
        let value = self.required(key, "a list of layers")?;
        value.as_array().map(Vec::as_slice).ok_or_else(|| self.invalid(key, "a list of layers"))
    }

    fn matrix(&self, key: &str, rows: usize, columns: usize) -> Result<Option<DMatrix<f64>>, TheoryError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let valid = format!("tokens x positions = {rows} x {columns} finite numbers, row by row");
        let row = |row: &Json| -> Option<Vec<f64>> { row.as_array()?.iter().map(Json::as_f64).collect() };
        let given: Option<Vec<Vec<f64>>> = value.as_array().and_then(|all| all.iter().map(row).collect());
        let fits =
            |given: &Vec<Vec<f64>>| given.len() == rows && given.iter().all(|row| row.len() == columns);
        let given = given.filter(fits).ok_or_else(|| self.invalid(key, valid))?;
        Ok(Some(DMatrix::from_row_iterator(rows, columns, given.into_iter().flatten())))
    }
}
