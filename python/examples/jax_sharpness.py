"""Your own model code against the theory: the sharpness of a network written with JAX.

The largest eigenvalue of the Fisher information of `forward` at initialisation, measured by Jacobian-vector products, is held against the
mean-field theory of the package. Put your own model in the place of `initialise` and `forward`.

    pip install jax
    python jax_sharpness.py [store]
"""

import sys

import jax
import jax.numpy as jnp

import solvable

SIGMA_W2, SIGMA_B2, DEPTH = 3.0, 0.64, 3


def initialise(key, width):
    """Weights and biases of a network of three layers with one output."""
    sizes = [width] * DEPTH + [1]
    layers = []
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        key, of_weights, of_biases = jax.random.split(key, 3)
        weights = jax.random.normal(of_weights, (fan_in, fan_out)) * jnp.sqrt(SIGMA_W2 / fan_in)
        layers.append((weights, jax.random.normal(of_biases, (fan_out,)) * jnp.sqrt(SIGMA_B2)))
    return layers


def forward(layers, inputs):
    """The outputs, one for each row of the inputs."""
    *hidden, (weights, biases) = layers
    for inner, shift in hidden:
        inputs = jnp.tanh(inputs @ inner + shift)
    return (inputs @ weights + biases)[:, 0]


@jax.jit
def largest_eigenvalue(layers, inputs):
    """The largest eigenvalue of J'J/N for the Jacobian J of the outputs, by power iteration: one product with J and one with its transpose a step."""

    def outputs(layers):
        return forward(layers, inputs)

    def step(_, state):
        direction, _ = state
        _, change = jax.jvp(outputs, (layers,), (direction,))
        _, back = jax.vjp(outputs, layers)
        (product,) = back(change / len(inputs))
        norm = jnp.sqrt(sum(jnp.vdot(leaf, leaf) for leaf in jax.tree.leaves(product)))
        return jax.tree.map(lambda leaf: leaf / norm, product), norm

    return jax.lax.fori_loop(0, 60, step, (layers, 0.0))[1]


@solvable.experiment(version=1)
def sharpness(setting, rng):
    of_layers, of_inputs = jax.random.split(jax.random.key(rng.integers(2**31)))
    layers = initialise(of_layers, setting["width"])
    inputs = jax.random.normal(of_inputs, (setting["samples"], setting["width"]))
    return {"lambda_max": largest_eigenvalue(layers, inputs)}


def theory(setting, **changes):
    """What the theory says, with the settings of `initialise`."""
    widths = [setting["width"]] * DEPTH + [1]
    told = {"activation": "tanh", "sigma_w2": SIGMA_W2, "sigma_b2": SIGMA_B2, "train_bias": True, **changes}
    return solvable.predict("mf/fim-stats", widths=widths, N=setting["samples"], **told)


claim = solvable.Claim(
    "own/sharpness",
    "The largest eigenvalue of the Fisher information grows like the width",
    sharpness,
    cases=[(f"M={width}", {"width": width, "samples": 40}, 40) for width in (200, 400)],
    measure=lambda s, o: o["lambda_max"],
    predict=lambda s: theory(s).lambda_max,
    margin=0.1,
    rivals={
        "samples that share nothing": lambda s: theory(s).theta_t / s["samples"],
        "ReLU in place of tanh": lambda s: theory(s, activation="relu").lambda_max,
    },
    formula=r"\lambda_{\max}=\frac{\theta_t+(N-1)\theta_{st}}N",
)

if __name__ == "__main__":
    results = solvable.Engine(*sys.argv[1:2], workers=2).verify([claim])
    print(results)
