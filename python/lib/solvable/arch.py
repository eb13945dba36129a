"""Predictions: networks of any architecture.

Written by generate.py from the catalogue.
"""

from __future__ import annotations

from typing import Any

from ._call import Spec, call
from .answer import Record, field


class Kernels(Record):
    """Values of `kernels`."""

    names = ("gp", "tangent")
    gp = field("gp")
    tangent = field("tangent")


_KERNELS = Spec("arch/kernels", Kernels)


def kernels(
    *,
    architecture: Any,
    inputs: Any,
    parametrization: Any = 'standard',
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Gaussian-process and tangent kernel of any architecture for given inputs.

    .. math::

        K_{nm}(p,q)=\tfrac1c\sum_ih_i(n,p)h_i(m,q),\quad T_{nm}(p,q)=\sum_\theta\partial_\theta
        h_i(n,p)\,\partial_\theta h_i(m,q),\quad\Theta=T\otimes I_C

    Parameters
    ----------
    architecture:
        the network: input, layers, sigma_w2, sigma_b2, train_bias; a JSON object as in the table of layers.
    inputs:
        the inputs, a row each: positions first (row-major), channels fastest; a list of rows of positions x channels
        numbers.
    parametrization:
        of the weights; standard or ntk. Default: 'standard'.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {gp: N x N, tangent: N x N}, of one output

    Fields: gp, tangent.

    Notes
    -----
    Valid: many channels, heads and keys; exact recursions but for gains behind a sum, and logits that are trained.

    References
    ----------
    - R. Novak, L. Xiao, J. Lee, Y. Bahri, G. Yang, J. Hron, D. A. Abolafia, J. Pennington, J. Sohl-Dickstein, Bayesian
      deep convolutional networks with many channels are Gaussian processes, ICLR 2019, arXiv 1810.05148.
    - S. Arora, S. S. Du, W. Hu, Z. Li, R. Salakhutdinov, R. Wang, On exact computation with an infinitely wide neural
      net, NeurIPS 2019, arXiv 1904.11955.
    - G. Yang, Wide feedforward or recurrent neural networks of any architecture are Gaussian processes, NeurIPS 2019,
      arXiv 1910.12478.
    - J. Hron, Y. Bahri, J. Sohl-Dickstein, R. Novak, Infinite attention: NNGP and NTK for deep attention networks, ICML
      2020, arXiv 2006.10540.
    - S. Alemohammad, Z. Wang, R. Balestriero, R. G. Baraniuk, The recurrent neural tangent kernel, ICLR 2021, arXiv
      2006.10246.
    - I. Tolstikhin, N. Houlsby, A. Kolesnikov, L. Beyer, X. Zhai, T. Unterthiner, J. Yung, A. Steiner, D. Keysers, J.
      Uszkoreit, M. Lucic, A. Dosovitskiy, MLP-Mixer: an all-MLP architecture for vision, NeurIPS 2021, arXiv
      2105.01601.

    Examples
    --------
    >>> import solvable
    >>> solvable.arch.kernels(architecture={'input': {'grid': [1], 'channels': 4}, 'layers': [{'dense': 30}, 'relu', {'dense': 20}, 'relu', {'dense': 3}], 'sigma_w2': 2.0, 'sigma_b2': 0.1, 'train_bias': True}, inputs=[[-1.16, 0.29, 0.78, 0.54], [-0.96, 1.07, 0.7, 0.7]])
    Kernels(gp=[[1.46485 , 1.503188],
     [1.503188, 1.82325 ]], tangent=[[37.95095 , 35.001094],
     [35.001094, 47.62775 ]])
    """
    given = {
        "architecture": architecture,
        "inputs": inputs,
        "parametrization": parametrization,
        "cost_limit": cost_limit,
    }
    return call(_KERNELS, given, digits, on_error)


class FimStats(Record):
    """Values of `fim_stats`."""

    names = ("theta_t", "theta_st", "m_lambda", "s_lambda", "lambda_max", "eta_c")
    theta_t = field("theta_t")
    theta_st = field("theta_st")
    m_lambda = field("m_lambda")
    s_lambda = field("s_lambda")
    lambda_max = field("lambda_max")
    eta_c = field("eta_c")


_FIM_STATS = Spec("arch/fim-stats", FimStats)


def fim_stats(
    *,
    architecture: Any,
    N: Any,
    same: Any = None,
    cross: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Mean, second moment and maximum of the Fisher information eigenvalues of any architecture.

    .. math::

        m_\lambda=\frac{C\theta_t}P,\ s_\lambda=\frac CP\left[\frac{\theta_t^2}N+\frac{N-1}N\theta_{st}^2\right],\
        \lambda_{\max}=\frac{\theta_t+(N-1)\theta_{st}}N,\ \eta_c=\frac2{\lambda_{\max}}

    Parameters
    ----------
    architecture:
        the network: input, layers, sigma_w2, sigma_b2, train_bias; a JSON object as in the table of layers.
    N:
        the number of samples; an integer >= 1.
    same:
        overlaps of the positions of a sample with each other; a symmetric positions x positions matrix, or null for
        independent standard normal entries. Default: None.
    cross:
        overlaps of the positions of two samples; a positions x positions matrix, or null for none. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [theta_t, theta_st, m_lambda, s_lambda, lambda_max, eta_c]

    Fields: theta_t, theta_st, m_lambda, s_lambda, lambda_max, eta_c.

    Notes
    -----
    Valid: corrections of the order of one over the channels; lambda_max where N theta_st lies well above the bulk.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Universal statistics of Fisher information in deep neural networks: mean field
      approach, AISTATS 2019, arXiv 1806.01316.
    - R. Novak, L. Xiao, J. Lee, Y. Bahri, G. Yang, J. Hron, D. A. Abolafia, J. Pennington, J. Sohl-Dickstein, Bayesian
      deep convolutional networks with many channels are Gaussian processes, ICLR 2019, arXiv 1810.05148.

    Examples
    --------
    >>> import solvable
    >>> solvable.arch.fim_stats(architecture={'input': {'grid': [6], 'channels': 32}, 'layers': [{'rnn': {'channels': 100, 'activation': 'erf', 'sigma_w2': 2.0, 'sigma_u2': 1.0}}, 'last', {'dense': 2}], 'sigma_w2': 2.0, 'sigma_b2': 0.1, 'train_bias': False}, N=59)
    FimStats(theta_t=315.818, theta_st=7.49855, m_lambda=0.047137, s_lambda=0.260568, lambda_max=12.7243, eta_c=0.157179)
    """
    given = {
        "architecture": architecture,
        "N": N,
        "same": same,
        "cross": cross,
        "cost_limit": cost_limit,
    }
    return call(_FIM_STATS, given, digits, on_error)


class DataStats(Record):
    """Values of `data_stats`."""

    names = ("m_lambda", "s_lambda", "lambda_max", "eta_c", "lambda_ms", "eta_ms")
    m_lambda = field("m_lambda")
    s_lambda = field("s_lambda")
    lambda_max = field("lambda_max")
    eta_c = field("eta_c")
    lambda_ms = field("lambda_ms")
    eta_ms = field("eta_ms")


_DATA_STATS = Spec("arch/data-stats", DataStats)


def data_stats(
    *,
    architecture: Any,
    inputs: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Fisher information of given inputs by their analytic kernel.

    .. math::

        m_\lambda=\frac{C\,\mathrm{tr}T}{NP},\ s_\lambda=\frac{C\|T\|_F^2}{N^2P},\
        \lambda_{\max}=\frac{\lambda_{\max}(T)}N,\ \lambda_{ms}=\frac{\lambda_{\max}(HTH)}N

    Parameters
    ----------
    architecture:
        the network: input, layers, sigma_w2, sigma_b2, train_bias; a JSON object as in the table of layers.
    inputs:
        the inputs, a row each: positions first (row-major), channels fastest; a list of rows of positions x channels
        numbers.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [m_lambda, s_lambda, lambda_max, eta_c, lambda_ms, 2/lambda_ms], the last two with mean subtraction of the outputs

    Fields: m_lambda, s_lambda, lambda_max, eta_c, lambda_ms, eta_ms.

    Notes
    -----
    Valid: corrections of the order of one over the channels.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Universal statistics of Fisher information in deep neural networks: mean field
      approach, AISTATS 2019, arXiv 1806.01316.
    - R. Karakida, S. Akaho, S. Amari, The normalization method for alleviating pathological sharpness in wide neural
      networks, NeurIPS 2019, arXiv 1906.02926.
    - S. Arora, S. S. Du, W. Hu, Z. Li, R. Salakhutdinov, R. Wang, On exact computation with an infinitely wide neural
      net, NeurIPS 2019, arXiv 1904.11955.

    Examples
    --------
    >>> import solvable
    >>> solvable.arch.data_stats(architecture={'input': {'grid': [6], 'channels': 2}, 'layers': [{'conv': {'channels': 32, 'filter': [3]}}, 'relu', {'conv': {'channels': 24, 'filter': [3], 'stride': [2], 'padding': 'same'}}, 'relu', 'flatten', {'dense': 4}], 'sigma_w2': 2.0, 'sigma_b2': 0.1, 'train_bias': True}, inputs=[[-1.37, 0.4, -0.95, 0.18, -0.15, -2.29, 1.61, -0.16, 0.79, 0.37, 0.62, -0.14], [0.14, 0.1, 0.58, 1.04, 1.67, 1.59, -0.95, 1.23, -0.38, 1.52, 0.51, -0.67], [1.88, 0.39, -0.17, 0.97, 1.45, 0.04, 0.0, 1.08, -0.78, -1.5, -0.97, -1.39], [-0.38, -0.25, 0.0, -0.29, -0.96, 0.68, 1.13, 1.15, -0.49, -1.42, 1.56, -0.13]])
    DataStats(m_lambda=0.235867, s_lambda=13.4658, lambda_max=84.5423, eta_c=0.0236568, lambda_ms=37.1996, eta_ms=0.053764)
    """
    given = {
        "architecture": architecture,
        "inputs": inputs,
        "cost_limit": cost_limit,
    }
    return call(_DATA_STATS, given, digits, on_error)


class StepSize(Record):
    """Values of `step_size`."""

    names = ("lambda_max", "eta_c")
    lambda_max = field("lambda_max")
    eta_c = field("eta_c")


_STEP_SIZE = Spec("arch/step-size", StepSize)


def step_size(
    *,
    architecture: Any,
    N: Any = None,
    inputs: Any = None,
    output: Any = 'none',
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Critical learning rate of any architecture.

    .. math::

        \eta_c=2/\lambda_{\max}

    Parameters
    ----------
    architecture:
        the network: input, layers, sigma_w2, sigma_b2, train_bias; a JSON object as in the table of layers.
    N:
        the number of random inputs; an integer >= 1, or null with inputs. Default: None.
    inputs:
        the inputs, a row each: positions first (row-major), channels fastest; a list of rows, or null with N. Default:
        None.
    output:
        what is done to the outputs; none, or ms for mean subtraction. Default: 'none'.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [lambda_max, eta_c]

    Fields: lambda_max, eta_c.

    Notes
    -----
    Valid: as for arch/fim-stats, arch/data-stats or (N with ms) arch/ms-edge.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Universal statistics of Fisher information in deep neural networks: mean field
      approach, AISTATS 2019, arXiv 1806.01316.
    - R. Karakida, S. Akaho, S. Amari, The normalization method for alleviating pathological sharpness in wide neural
      networks, NeurIPS 2019, arXiv 1906.02926.

    Examples
    --------
    >>> import solvable
    >>> solvable.arch.step_size(architecture={'input': {'grid': [6], 'channels': 16}, 'layers': [{'conv': {'channels': 128, 'filter': [3]}}, 'relu', {'conv': {'channels': 128, 'filter': [3]}}, 'relu', 'global-avg-pool', {'dense': 2}], 'sigma_w2': 2.0, 'sigma_b2': 0.1, 'train_bias': False}, N=50)
    StepSize(lambda_max=161.433, eta_c=0.0123891)
    """
    given = {
        "architecture": architecture,
        "N": N,
        "inputs": inputs,
        "output": output,
        "cost_limit": cost_limit,
    }
    return call(_STEP_SIZE, given, digits, on_error)


class MsEdge(Record):
    """Values of `ms_edge`."""

    names = ("kappa", "bulk", "lambda_ms")
    kappa = field("kappa")
    bulk = field("bulk")
    lambda_ms = field("lambda_ms")


_MS_EDGE = Spec("arch/ms-edge", MsEdge)


def ms_edge(
    *,
    architecture: Any,
    N: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""What mean subtraction of the outputs leaves of the sharpness.

    .. math::

        \lambda_{ms}=\frac1N\left[\theta_t-\theta_{st}-\kappa'+\kappa'\left(1+\sqrt{N/D}\right)^2\right]

    Parameters
    ----------
    architecture:
        the network: input, layers, sigma_w2, sigma_b2, train_bias; a JSON object as in the table of layers.
    N:
        the number of samples; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [kappa, (theta_t - theta_st)/N, lambda_ms]

    Fields: kappa, bulk, lambda_ms.

    Notes
    -----
    Valid: independent inputs, first order in their overlaps, infinite width, N and D of some hundred: 2 to 8 % above
    networks.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, The normalization method for alleviating pathological sharpness in wide neural
      networks, NeurIPS 2019, arXiv 1906.02926.

    Examples
    --------
    >>> import solvable
    >>> solvable.arch.ms_edge(architecture={'input': {'grid': [6], 'channels': 16}, 'layers': [{'conv': {'channels': 64, 'filter': [3]}}, 'erf', {'conv': {'channels': 64, 'filter': [3]}}, 'erf', 'global-avg-pool', {'dense': 2}], 'sigma_w2': 2.0, 'sigma_b2': 0.0, 'train_bias': False}, N=60)
    MsEdge(kappa=117.293, bulk=0.543778, lambda_ms=3.02745)
    """
    return call(_MS_EDGE, {"architecture": architecture, "N": N, "cost_limit": cost_limit}, digits, on_error)


class DepthGrowth(Record):
    """Values of `depth_growth`."""

    names = ("theta_t", "theta_st", "lambda_max", "eta_c")
    theta_t = field("theta_t")
    theta_st = field("theta_st")
    lambda_max = field("lambda_max")
    eta_c = field("eta_c")


_DEPTH_GROWTH = Spec("arch/depth-growth", DepthGrowth)


def depth_growth(
    *,
    kind: Any,
    blocks: Any,
    fan_ins: Any,
    sigma_w2: Any,
    positions: Any,
    pooled: Any,
    N: Any,
    scale: Any = 1,
    slope: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Sharpness of plain, residual and normalized networks of many blocks.

    .. math::

        \theta_t=k\mathcal A\,[F_0+F_L+F\,\mathcal D]

    Parameters
    ----------
    kind:
        what a block does; plain, residual, pre-norm, pre-norm-open or post-norm.
    blocks:
        B, the number of blocks; an integer >= 1.
    scale:
        a, the scale of a branch; a number > 0, or "inverse-sqrt" for B^(-1/2). Default: 1.
    fan_ins:
        [F_0, F, F_L] of the first convolution, the blocks and the dense layer; three numbers >= 1.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    slope:
        the slope of the leaky ReLU below 0; a number. Default: 0.
    positions:
        S, the number of positions; an integer >= 1.
    pooled:
        whether positions are averaged, or flattened; true or false.
    N:
        the number of samples; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [theta_t, theta_st, lambda_max, eta_c]

    Fields: theta_t, theta_st, lambda_max, eta_c.

    Notes
    -----
    Valid: circular convolutions, independent inputs, (leaky) ReLU, no biases.

    References
    ----------
    - G. Yang, S. S. Schoenholz, Mean field residual networks: on the edge of chaos, NeurIPS 2017, arXiv 1712.08969.
    - R. Karakida, S. Akaho, S. Amari, Universal statistics of Fisher information in deep neural networks: mean field
      approach, AISTATS 2019, arXiv 1806.01316.

    Examples
    --------
    >>> import solvable
    >>> solvable.arch.depth_growth(kind='pre-norm', blocks=8, scale=1.0, fan_ins=[48, 96, 32], sigma_w2=2.0, slope=0.0,
    ... positions=4, pooled=True, N=20)
    DepthGrowth(theta_t=43.5143, theta_st=21.8223, lambda_max=22.9069, eta_c=0.08731)
    """
    given = {
        "kind": kind,
        "blocks": blocks,
        "scale": scale,
        "fan_ins": fan_ins,
        "sigma_w2": sigma_w2,
        "slope": slope,
        "positions": positions,
        "pooled": pooled,
        "N": N,
        "cost_limit": cost_limit,
    }
    return call(_DEPTH_GROWTH, given, digits, on_error)


_MAX_DEPTH = Spec("arch/max-depth", None)


def max_depth(
    *,
    kind: Any,
    eta: Any,
    fan_ins: Any,
    sigma_w2: Any,
    positions: Any,
    pooled: Any,
    N: Any,
    scale: Any = 1,
    slope: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""How many blocks bear a learning rate.

    .. math::

        \max\{B\le1000:\eta_c(b)\ge\eta,\ b=1..B\}

    Parameters
    ----------
    kind:
        what a block does; plain, residual, pre-norm, pre-norm-open or post-norm.
    eta:
        the learning rate; a number > 0.
    scale:
        a, the scale of a branch; a number > 0, or "inverse-sqrt" for B^(-1/2). Default: 1.
    fan_ins:
        [F_0, F, F_L] of the first convolution, the blocks and the dense layer; three numbers >= 1.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    slope:
        the slope of the leaky ReLU below 0; a number. Default: 0.
    positions:
        S, the number of positions; an integer >= 1.
    pooled:
        whether positions are averaged, or flattened; true or false.
    N:
        the number of samples; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    B, at most 1000

    Notes
    -----
    Valid: as for arch/depth-growth.

    References
    ----------
    - G. Yang, S. S. Schoenholz, Mean field residual networks: on the edge of chaos, NeurIPS 2017, arXiv 1712.08969.
    - R. Karakida, S. Akaho, S. Amari, Universal statistics of Fisher information in deep neural networks: mean field
      approach, AISTATS 2019, arXiv 1806.01316.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.arch.max_depth(eta=0.0005, kind='residual', scale=1.0, fan_ins=[48, 96, 128], sigma_w2=2.0, slope=0.0, positions=4, pooled=False, N=20):.6g}")
    4
    """
    given = {
        "kind": kind,
        "eta": eta,
        "scale": scale,
        "fan_ins": fan_ins,
        "sigma_w2": sigma_w2,
        "slope": slope,
        "positions": positions,
        "pooled": pooled,
        "N": N,
        "cost_limit": cost_limit,
    }
    return call(_MAX_DEPTH, given, digits, on_error)


_SPATIAL_MODES = Spec("arch/spatial-modes", None)


def spatial_modes(
    *,
    grid: Any,
    filter: Any,
    chi: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Decay of spatial modes in a circular convolutional layer.

    .. math::

        \chi\prod_i\left|\frac1{f_i}\sum_{a<f_i}e^{2\pi\mathrm i\kappa_ia/n_i}\right|

    Parameters
    ----------
    grid:
        the lengths of the axes; one or two integers >= 1.
    filter:
        the lengths of the filter; integers from 1 to the length of the axis.
    chi:
        chi, the factor of the mode 0 (chi_1 of mf/fixed-point); a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    the factors of the wave numbers 0..n/2, last axis fastest

    Notes
    -----
    Valid: circular padding, infinite width, small perturbations of the fixed point.

    References
    ----------
    - L. Xiao, Y. Bahri, J. Sohl-Dickstein, S. S. Schoenholz, J. Pennington, Dynamical isometry and a mean field theory
      of CNNs: how to train 10,000-layer vanilla convolutional neural networks, ICML 2018, arXiv 1806.05393.

    Examples
    --------
    >>> import solvable
    >>> solvable.arch.spatial_modes(grid=[8], filter=[3], chi=0.9)
    Numbers([0.9     , 0.724264, 0.3     , 0.124264, 0.3     ])
    """
    given = {
        "grid": grid,
        "filter": filter,
        "chi": chi,
        "cost_limit": cost_limit,
    }
    return call(_SPATIAL_MODES, given, digits, on_error)


class Contraction(Record):
    """Values of `contraction`."""

    names = ("per_sample", "pair", "choice")
    per_sample = field("per_sample")
    pair = field("pair")
    choice = field("choice")


_CONTRACTION = Spec("arch/contraction", Contraction)


def contraction(
    *,
    C: Any,
    N: Any,
    S: Any,
    S_in: Any,
    c_in: Any,
    c_out: Any,
    f: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Cost of the Gram matrix of a layer with shared weights.

    .. math::

        2GSfc_ic_o+G(G+1)fc_ic_o\quad\text{or}\quad GS(GS+1)c_o+NS_i(NS_i+1)c_i+fN^2S^2+2G^2S^2,\ G=CN

    Parameters
    ----------
    C:
        the number of outputs; an integer >= 1.
    N:
        the number of samples; an integer >= 1.
    S:
        positions of the result; an integer >= 1.
    S_in:
        positions of the input; an integer >= 1.
    c_in:
        channels of the input; an integer >= 1.
    c_out:
        channels of the result; an integer >= 1.
    f:
        taps of the filter; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {per_sample, pair: operations; choice: the cheaper one}

    Fields: per_sample, pair, choice.

    Notes
    -----
    Valid: exact counts.

    References
    ----------
    - S. Arora, S. S. Du, W. Hu, Z. Li, R. Salakhutdinov, R. Wang, On exact computation with an infinitely wide neural
      net, NeurIPS 2019, arXiv 1904.11955.

    Examples
    --------
    >>> import solvable
    >>> solvable.arch.contraction(C=2, N=20, S=8, S_in=8, c_in=64, c_out=64, f=3)
    Contraction(per_sample=2.80166e+07, pair=8.50432e+06, choice='pair')
    """
    given = {
        "C": C,
        "N": N,
        "S": S,
        "S_in": S_in,
        "c_in": c_in,
        "c_out": c_out,
        "f": f,
        "cost_limit": cost_limit,
    }
    return call(_CONTRACTION, given, digits, on_error)


class Shape(Record):
    """Values of `shape`."""

    names = ("shapes", "parameters")
    shapes = field("shapes")
    parameters = field("parameters")


_SHAPE = Spec("arch/shape", Shape)


def shape(*, architecture: Any, cost_limit: Any = 2000000000.0, digits: bool = True, on_error: str = "raise") -> Any:
    r"""Shapes and parameters of an architecture, layer by layer.

    .. math::

        \lfloor(n-f)/s\rfloor+1\ \text{(valid)},\quad\lceil n/s\rceil\ \text{(same, circular)}

    Parameters
    ----------
    architecture:
        the network: input, layers, sigma_w2, sigma_b2, train_bias; a JSON object as in the table of layers.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {shapes: grid and channels behind each layer, parameters: the number of trained ones}

    Fields: shapes, parameters.

    Notes
    -----
    Valid: exact.

    References
    ----------
    - G. Yang, Wide feedforward or recurrent neural networks of any architecture are Gaussian processes, NeurIPS 2019,
      arXiv 1910.12478.

    Examples
    --------
    >>> import solvable
    >>> solvable.arch.shape(architecture={'input': {'grid': [4, 4], 'channels': 1}, 'layers': [{'conv': {'channels': 16, 'filter': [3, 3], 'padding': 'same'}}, 'relu', {'avg-pool': {'window': [2, 2]}}, {'conv': {'channels': 16, 'filter': [2, 2]}}, 'gelu', 'global-avg-pool', {'dense': 2}], 'sigma_w2': 2.0, 'sigma_b2': 0.0, 'train_bias': False})
    Shape(shapes=[array([ 4.,  4., 16.]), array([ 4.,  4., 16.]), array([ 2.,  2., 16.]), array([ 2.,  2., 16.]), array([ 2.,  2., 16.]), array([ 1., 16.]), array([1., 2.])], parameters=1200)
    """
    return call(_SHAPE, {"architecture": architecture, "cost_limit": cost_limit}, digits, on_error)


__all__ = [
    "Contraction",
    "DataStats",
    "DepthGrowth",
    "FimStats",
    "Kernels",
    "MsEdge",
    "Shape",
    "StepSize",
    "contraction",
    "data_stats",
    "depth_growth",
    "fim_stats",
    "kernels",
    "max_depth",
    "ms_edge",
    "shape",
    "spatial_modes",
    "step_size",
]
