"""Kernels of neural-tangents, as test data: `python neural_tangents_values.py`.

Networks are written as in this repository and translated:

* `sigma_w2`, `sigma_b2` are `W_std**2`, `b_std**2`; without trained biases `b_std=None` and `sigma_b2` has to be 0, since neural-tangents trains
  all biases that it has.
* Parametrization "standard" is `parameterization="standard"` with `s=(1, 1)`: weights of variance `W_std**2 / fan_in`, derivatives with respect to
  them, so that the tangent kernel of a layer brings its fan-in (widths given here) times the kernel before it, and biases bring 1. Parametrization
  "ntk" is `parameterization="ntk"`: `W_std**2` in place of the fan-in, `b_std**2` in place of 1. Both are kernels of one output; nothing is divided
  by a width afterwards.
* Grids are the spatial axes of `NHWC` (`NHC`); a grid of one position has none. Convolutions: `circular`, `same`, `valid` are `CIRCULAR`, `SAME`,
  `VALID`; both divide by the whole filter, padding included.
* `erf(s)` is `Erf(b=s)`; a residual is `FanOut`, `parallel` with the identity, `FanInSum` (scale 1).
* Layer normalization over "channels" is `LayerNorm(axis=-1)`, over "all" that of all axes but the samples; with `eps=0`, as here there is none.
* Softmax attention is `GlobalSelfAttention(linear_scaling=True)`, keys and queries shared and logits divided by their size, with
  `W_key_std * W_query_std` = `sigma_qk2`. Only in the "ntk" parametrization: in the other one its tangent kernel is still that of "ntk".

64-bit floating point numbers on the CPU.
"""

import json
import math
import re

import jax

jax.config.update("jax_enable_x64", True)

import neural_tangents
import numpy as np
from neural_tangents import stax


def activation(name):
    """An activation by its spelling here."""
    word, argument = re.fullmatch(r"([a-z-]+)(?:\((.*)\))?", name).groups()
    return {
        "relu": lambda: stax.Relu(),
        "leaky-relu": lambda: stax.LeakyRelu(float(argument)),
        "erf": lambda: stax.Erf(b=float(argument or 1)),
        "sine": lambda: stax.Sin(),
        "gelu": lambda: stax.Gelu(approximate=False),
    }[word]()


class Translation:
    """Layers of one network."""

    def __init__(self, architecture, parametrization):
        biased = architecture["train_bias"]
        assert biased or architecture["sigma_b2"] == 0
        self.b_std = math.sqrt(architecture["sigma_b2"]) if biased else None
        self.weights = dict(
            W_std=math.sqrt(architecture["sigma_w2"]), b_std=self.b_std, parameterization=parametrization
        )
        self.axes = len(architecture["input"]["grid"])
        if architecture["input"]["grid"] == [1]:
            self.axes = 0

    def serial(self, layers):
        return stax.serial(*map(self.layer, layers))

    def layer(self, layer):
        if layer == "global-avg-pool":
            return stax.GlobalAvgPool()
        if layer == "flatten":
            return stax.Flatten()
        if isinstance(layer, str):
            return activation(layer)
        (name, fields), = layer.items()
        return getattr(self, name.replace("-", "_"))(fields)

    def dense(self, channels):
        return stax.Dense(channels, **self.weights)

    def conv(self, fields):
        return stax.Conv(
            fields["channels"],
            tuple(fields["filter"]),
            tuple(fields.get("stride", [1] * self.axes)),
            fields.get("padding", "circular").upper(),
            **self.weights,
        )

    def avg_pool(self, fields):
        return stax.AvgPool(tuple(fields["window"]), tuple(fields.get("stride", fields["window"])))

    def residual(self, fields):
        branches = stax.parallel(stax.Identity(), self.serial(fields["branch"]))
        return stax.serial(stax.FanOut(2), branches, stax.FanInSum())

    def layer_norm(self, fields):
        axis = -1 if fields["over"] == "channels" else tuple(range(1, self.axes + 2))
        return stax.LayerNorm(axis=axis, eps=0.0)

    def attention(self, fields):
        assert fields["kind"] == "softmax" and self.weights["parameterization"] == "ntk"
        root = lambda name: math.sqrt(fields.get(name, 1))
        return stax.GlobalSelfAttention(
            n_chan_out=fields["channels"],
            n_chan_key=fields["key"] * fields["heads"],
            n_chan_val=fields["value"] * fields["heads"],
            n_heads=fields["heads"],
            linear_scaling=True,
            W_key_std=root("sigma_qk2"),
            W_query_std=root("sigma_qk2"),
            W_value_std=root("sigma_v2"),
            W_out_std=root("sigma_o2"),
            b_std=self.b_std,
        )


def conv(channels, window, padding="circular", **rest):
    return {"conv": {"channels": channels, "filter": window, "padding": padding, **rest}}


def norm(over):
    return {"layer-norm": {"over": over}}


def attention(channels, **rest):
    return {"attention": {"kind": "softmax", "heads": 2, "key": 3, "value": 4, "channels": channels, **rest}}


def residual(*branch):
    return {"residual": {"branch": list(branch)}}


# Parametrization, grid, channels, sigma_w2, sigma_b2 (0: no biases), layers.
NETWORKS = [
    ("standard", [1], 4, 2.0, 0.1, [{"dense": 9}, "relu", {"dense": 7}, "relu", {"dense": 2}]),
    ("ntk", [1], 4, 1.7, 0.0, [{"dense": 9}, "erf", {"dense": 7}, "erf(0.5)", {"dense": 2}]),
    ("standard", [3, 4], 2, 2.0, 0.2, [conv(6, [3, 3]), "relu", conv(5, [2, 3]), "relu", "flatten", {"dense": 3}]),
    (
        "standard", [4, 5], 1, 1.5, 0.0,
        [conv(6, [3, 3], "same", stride=[2, 1]), "erf", conv(5, [2, 2], "same"), "erf", "global-avg-pool", {"dense": 1}],
    ),
    (
        "ntk", [4, 4], 2, 2.0, 0.3,
        [conv(6, [2, 2], "valid"), "relu", conv(4, [3, 3], "same"), "relu", {"avg-pool": {"window": [2, 2], "stride": [1, 1]}}, "flatten", {"dense": 1}],
    ),
    ("ntk", [7], 2, 1.3, 0.1, [conv(6, [4], stride=[2]), "erf", conv(4, [3]), "erf", "global-avg-pool", {"dense": 1}]),
    ("standard", [7], 2, 1.8, 0.1, [conv(6, [2], "same", stride=[2]), "leaky-relu(0.2)", conv(5, [3], "valid"), "leaky-relu(0.2)", "flatten", {"dense": 2}]),
    (
        "standard", [3, 3], 2, 2.0, 0.1,
        [conv(6, [3, 3]), residual("relu", conv(6, [3, 3], "same")), residual("relu", conv(6, [2, 2])), "relu", "global-avg-pool", {"dense": 2}],
    ),
    (
        "standard", [6], 3, 2.0, 0.1,
        [conv(8, [3]), residual(norm("channels"), "relu", conv(8, [3])), residual(norm("all"), "erf", conv(8, [2], "same")), norm("channels"), "relu", "global-avg-pool", {"dense": 2}],
    ),
    ("ntk", [3, 4], 2, 2.0, 0.0, [conv(6, [3, 3], "same"), norm("all"), "erf", conv(5, [2, 2]), norm("channels"), "erf", "flatten", {"dense": 2}]),
    ("ntk", [5], 3, 1.6, 0.1, [{"dense": 8}, "erf", attention(7, sigma_qk2=3.0, sigma_v2=0.8, sigma_o2=1.4), "erf", "flatten", {"dense": 2}]),
    (
        "ntk", [4], 3, 2.0, 0.0,
        [{"dense": 6}, residual(norm("channels"), attention(6, sigma_qk2=2.0)), residual(norm("channels"), {"dense": 9}, "relu", {"dense": 6}), "global-avg-pool", {"dense": 2}],
    ),
    ("standard", [3, 3], 2, 1.4, 0.2, [conv(6, [2, 2]), "gelu", conv(5, [3, 2], "valid"), "sine", "flatten", {"dense": 2}]),
    (
        "standard", [4, 4], 2, 2.0, 0.0,
        [conv(6, [3, 3], "same"), "relu", {"dense": 5}, "relu", {"avg-pool": {"window": [2, 2]}}, conv(7, [2, 2]), "relu", "global-avg-pool", {"dense": 2}],
    ),
]


def inputs(size, samples=4):
    """Fixed numbers of two digits."""
    return [[round(1.6 * math.sin(0.7 + 2.3 * i + 1.1 * n * (i + 2)), 2) for i in range(size)] for n in range(samples)]


def entry(parametrization, grid, channels, sigma_w2, sigma_b2, layers):
    architecture = {
        "input": {"grid": grid, "channels": channels},
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "train_bias": sigma_b2 > 0,
        "layers": layers,
    }
    rows = inputs(math.prod(grid) * channels)
    shape = [len(rows), channels] if grid == [1] else [len(rows), *grid, channels]
    kernel = Translation(architecture, parametrization).serial(layers)[2]
    gp, tangent = kernel(jax.numpy.asarray(np.reshape(rows, shape)), None, get=("nngp", "ntk"))
    value = {"gp": np.asarray(gp).tolist(), "tangent": np.asarray(tangent).tolist()}
    return {"architecture": architecture, "parametrization": parametrization, "inputs": rows, "value": value}


def main():
    source = f"neural-tangents {neural_tangents.__version__}, jax {jax.__version__}, 64-bit floating point numbers"
    entries = [json.dumps(entry(*network)) for network in NETWORKS]
    print(f'{{"source": "{source}", "script": "benches/peers/neural_tangents_values.py", "entries": [')
    print(",\n".join(f"  {entry}" for entry in entries))
    print("]}")


if __name__ == "__main__":
    main()
