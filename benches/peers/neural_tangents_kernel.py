"""Seconds that neural-tangents takes for the kernels that `cargo bench --bench any_architecture` prints.

GP and tangent kernel of the first 100 digits (pixels centred and scaled to variance 1 over the file) through three
3x3 `same` convolutions with ReLU, global average pooling and a dense read-out; standard parametrization, trained
weights and biases. All pairs at once, and in batches of samples, whose signals stay in the cache. In 64-bit floating
point numbers, compiled, the first run not counted; XLA uses all cores. `python neural_tangents_kernel.py [SAMPLES]`.
"""

import gzip
import os
import pathlib
import sys
import time

import jax

jax.config.update("jax_enable_x64", True)

import neural_tangents
import numpy as np
from neural_tangents import stax

ROUNDS = 5
# Of samples; of 10, 20 and 50 the fastest on our machine.
BATCH = 10
CHANNELS = 64
SIGMA_W2, SIGMA_B2 = 2.0, 0.1
DIGITS = pathlib.Path(__file__).resolve().parents[2] / "data" / "digits.csv.gz"


def digits(samples):
    """The first images, N x 8 x 8 x 1."""
    with gzip.open(DIGITS, "rt") as file:
        pixels = np.loadtxt(file, delimiter=",")[:, :64] / 16
    pixels = (pixels - pixels.mean()) / pixels.std()
    return pixels[:samples].reshape(-1, 8, 8, 1)


def network():
    """The kernel function of the network."""
    scales = dict(W_std=SIGMA_W2**0.5, b_std=SIGMA_B2**0.5, parameterization="standard")
    conv = lambda: stax.Conv(CHANNELS, (3, 3), padding="SAME", **scales)
    layers = [conv(), stax.Relu(), conv(), stax.Relu(), conv(), stax.Relu(), stax.GlobalAvgPool(), stax.Dense(1, **scales)]
    return stax.serial(*layers)[2]


def seconds(evaluate):
    """The median of some runs, and the last result."""
    times = []
    for _ in range(ROUNDS + 1):
        begin = time.perf_counter()
        kernels = jax.block_until_ready(evaluate())
        times.append(time.perf_counter() - begin)
    # The first run compiles.
    return sorted(times[1:])[ROUNDS // 2], kernels


def main():
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    inputs = jax.numpy.asarray(digits(samples))
    kernel = network()
    whole = jax.jit(lambda x: kernel(x, None, get=("nngp", "ntk")))
    batched = neural_tangents.batch(kernel, batch_size=BATCH)
    print(f"kernels of {samples} digits, {jax.devices()[0].platform}, {os.cpu_count()} cores")
    time_of_all, (gp, tangent) = seconds(lambda: whole(inputs))
    print(f"  seconds, at once             {time_of_all:9.3f}")
    time_of_batches, _ = seconds(lambda: batched(inputs, None, ("nngp", "ntk")))
    print(f"  seconds, batches of {BATCH:3}      {time_of_batches:9.3f}")
    print(f"  traces, GP and tangent       {np.trace(gp):.12e} {np.trace(tangent):.12e}")
    print(f"  sums, GP and tangent         {gp.sum():.12e} {tangent.sum():.12e}")


if __name__ == "__main__":
    main()
