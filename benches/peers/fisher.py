"""Seconds that others take for the trial of `cargo bench --bench mean_field`.

One trial draws a network with tanh (L = 3, one output, sigma_w^2 = 3, sigma_b^2 = 0.64) and 100 Gaussian inputs, and comes to the mean, the
second moment and the largest eigenvalue of the dual Fisher matrix, plain and with mean subtraction. In turn:

* neural-tangents: parameters drawn by jax, the tangent kernel of the finite network by structured derivatives, all of it one compiled
  function; compilation and a first run not counted;
* NumPy: the weights drawn by NumPy, the kernel from forward and backward signals.

Both in single precision and on all cores. `python fisher.py WIDTH...` prints a JSON object for each width.
"""

import json
import sys
import time

import jax
import jax.numpy as jnp
import neural_tangents
import numpy as np
from neural_tangents import stax

ROUNDS = 9
SAMPLES = 100
SIGMA_W2, SIGMA_B2 = 3.0, 0.64


def jax_trial(width):
    """The trial as one compiled function of a key."""
    scales = dict(W_std=SIGMA_W2**0.5, b_std=SIGMA_B2**0.5, parameterization="standard")
    # tanh as an elementwise function, without the kernel of its infinite network.
    tanh = stax.Elementwise(jnp.tanh)
    init, apply, _ = stax.serial(stax.Dense(width, **scales), tanh, stax.Dense(width, **scales), tanh, stax.Dense(1, **scales))
    kernel = neural_tangents.empirical_ntk_fn(
        apply, trace_axes=(), vmap_axes=0, implementation=neural_tangents.NtkImplementation.STRUCTURED_DERIVATIVES
    )

    def trial(key):
        of_inputs, of_parameters = jax.random.split(key)
        inputs = jax.random.normal(of_inputs, (SAMPLES, width))
        _, parameters = init(of_parameters, (SAMPLES, width))
        theta = kernel(inputs, None, parameters).reshape(SAMPLES, SAMPLES)
        return statistics(jnp, theta)

    return jax.jit(trial)


def numpy_trial(width):
    """The same with NumPy, as a function of a seed."""

    def trial(seed):
        rng = np.random.default_rng(seed)
        normal = lambda *shape: rng.standard_normal(shape, dtype=np.float32)
        inputs = normal(width, SAMPLES)
        scale = np.float32((SIGMA_W2 / width) ** 0.5)
        weights = [scale * normal(width, width), scale * normal(width, width), scale * normal(1, width)]
        biases = [np.float32(SIGMA_B2**0.5) * normal(len(w), 1) for w in weights]
        hidden, slopes = [inputs], []
        for w, b in zip(weights[:-1], biases):
            h = np.tanh(w @ hidden[-1] + b)
            slopes.append(1 - h * h)
            hidden.append(h)
        delta = np.ones((1, SAMPLES), np.float32)
        theta = (delta.T @ delta) * (hidden[2].T @ hidden[2] + 1)
        for layer in (1, 0):
            delta = (weights[layer + 1].T @ delta) * slopes[layer]
            theta += (delta.T @ delta) * (hidden[layer].T @ hidden[layer] + 1)
        return statistics(np, theta)

    return trial


def statistics(xp, theta):
    """Trace, squared norm and largest eigenvalue, plain and centred."""
    centred = theta - theta.mean(0)
    centred = centred - centred.mean(1, keepdims=True)
    return [(xp.trace(k), (k * k).sum(), xp.linalg.eigvalsh(k)[-1]) for k in (theta, centred)]


def median_seconds(run):
    """The median over some rounds, the first one not counted."""
    times = []
    for round_ in range(ROUNDS + 1):
        begin = time.perf_counter()
        jax.block_until_ready(run(round_))
        times.append(time.perf_counter() - begin)
    return sorted(times[1:])[ROUNDS // 2]


for width in map(int, sys.argv[1:] or ["1024", "2048", "4096"]):
    compiled, plain = jax_trial(width), numpy_trial(width)
    seconds = {
        "width": width,
        "neural_tangents_s": median_seconds(lambda seed: compiled(jax.random.PRNGKey(seed))),
        "numpy_s": median_seconds(plain),
    }
    print(json.dumps(seconds), flush=True)
