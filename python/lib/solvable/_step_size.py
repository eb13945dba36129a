"""Predictions: learning rates.

Written by generate.py from the catalogue.
"""

from __future__ import annotations

from typing import Any

from ._call import Spec, call
from .answer import Record, field


class StepSize(Record):
    """Values of `step_size`."""

    names = ("eta_c", "lambda_max", "formula", "remark", "sigma_w2", "finite_width", "eta_cautious", "alpha", "eta_one_step", "anisotropy", "eta_unit", "factor", "steps_to_one_per_cent", "saturates", "deviation", "caveat")
    eta_c = field("eta_c")
    lambda_max = field("lambda_max")
    formula = field("formula")
    remark = field("remark")
    sigma_w2 = field("sigma_w2")
    finite_width = field("finite_width")
    eta_cautious = field("eta_cautious")
    alpha = field("alpha")
    eta_one_step = field("eta_one_step")
    anisotropy = field("anisotropy")
    eta_unit = field("eta_unit")
    factor = field("factor")
    steps_to_one_per_cent = field("steps_to_one_per_cent")
    saturates = field("saturates")
    deviation = field("deviation")


_STEP_SIZE = Spec("step-size", StepSize)


def step_size(
    *,
    activation: Any = None,
    depth: Any = 3,
    width: Any = 1000,
    classes: Any = 1,
    widths: Any = None,
    N: Any = 100,
    method: Any = 'gd',
    loss: Any = 'squared',
    sigma_w2: Any = None,
    sigma_b2: Any = 0,
    train_bias: Any = True,
    normalization: Any = 'none',
    gamma: Any = 1,
    beta: Any = 0,
    architecture: Any = None,
    inputs: Any = None,
    output: Any = 'none',
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Critical learning rate of a network at initialisation.

    .. math::

        \eta_c=2/\lambda_{\max}

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation; needed without an architecture. Default: None.
    depth:
        L, the number of weight layers; an integer >= 1. Default: 3.
    width:
        M, the width of the inputs and of every hidden layer; an integer >= 1. Default: 1000.
    classes:
        C, the number of outputs; an integer >= 1. Default: 1.
    widths:
        [M_0, ..., M_{L-1}, C] in place of depth, width and classes; a list of at least two positive integers, or null.
        Default: None.
    N:
        the number of samples; an integer >= 1. Default: 100.
    method:
        the rule: gradient descent, or an approximate natural gradient without damping; gd, exact, bd, btd, btd_pinv,
        kfac, kfac_scaled, kfac_joint, unit, one_sided, one_sided_scaled, output_sided or last; one_sided_softmax with
        loss = cross-entropy. Default: 'gd'.
    loss:
        what is minimised; the cross entropy with an output for each class, by exact, bd, kfac, one_sided or
        one_sided_softmax; squared or cross-entropy. Default: 'squared'.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; null: 1/E phi'(z)^2, as He's 2 for ReLU; a number > 0, or
        null. Default: None.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0. Default: 0.
    train_bias:
        whether biases are trained; true or false. Default: True.
    normalization:
        what is normalized: all hidden layers, the output, or a mode for each layer; none, last-ms, last-bn, last-ln,
        hidden-ms, hidden-bn, hidden-ln, or a list of L modes null, "ms", "bn", "ln". Default: 'none'.
    gamma:
        gamma, the scale of the normalized values; a number other than 0. Default: 1.
    beta:
        beta, the offset of batch-normalized layers; a number; 0 unless a layer is bn. Default: 0.
    architecture:
        a network of any layers in place of activation, depth, widths and variances; a JSON object as for
        arch/step-size, or null. Default: None.
    inputs:
        the inputs of an architecture in place of N random ones; a list of rows of positions x channels numbers, or
        null. Default: None.
    output:
        what is done to the outputs of an architecture; none, or ms for mean subtraction. Default: 'none'.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {eta_c, lambda_max, formula: id of the prediction used, remark: its validity, sigma_w2}; gradient descent: also
    finite_width, the factor that most networks of these widths are at most sharper, and eta_cautious =
    eta_c/finite_width; natural gradient: also alpha, eta_one_step = 1/alpha and, of one-sided methods, anisotropy at
    these widths; cross entropy: {eta_c: inf, as every rate contracts, alpha, eta_unit = 1/alpha, factor: of the error 1
    - p of a sample that is nearly right, a step at eta_unit, steps_to_one_per_cent: such steps from equal logits to 1 -
    p = 0.01, saturates: no, or like 1/t, deviation from isotropy at every width, formula, remark, sigma_w2}

    Fields: eta_c, lambda_max, formula, remark, sigma_w2, finite_width, eta_cautious, alpha, eta_one_step, anisotropy,
    eta_unit, factor, steps_to_one_per_cent, saturates, deviation, caveat.

    Notes
    -----
    Valid: inputs with independent standard normal entries, full-batch training, one rate, residuals so small that
    training does not leave the initial curvature; on the cross entropy, wide networks, for damping see ngd/ce-margin.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Universal statistics of Fisher information in deep neural networks: mean field
      approach, AISTATS 2019, arXiv 1806.01316.
    - R. Karakida, S. Akaho, S. Amari, The normalization method for alleviating pathological sharpness in wide neural
      networks, NeurIPS 2019, arXiv 1906.02926.
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.
    """
    given = {
        "activation": activation,
        "depth": depth,
        "width": width,
        "classes": classes,
        "widths": widths,
        "N": N,
        "method": method,
        "loss": loss,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "train_bias": train_bias,
        "normalization": normalization,
        "gamma": gamma,
        "beta": beta,
        "architecture": architecture,
        "inputs": inputs,
        "output": output,
        "cost_limit": cost_limit,
    }
    return call(_STEP_SIZE, given, digits, on_error)


__all__ = [
    "StepSize",
    "step_size",
]
