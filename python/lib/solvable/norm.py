"""Predictions: normalization.

Written by generate.py from the catalogue.
"""

from __future__ import annotations

from typing import Any

from ._call import Spec, call
from .answer import Record, field


class LastMeanSubtraction(Record):
    """Values of `last_mean_subtraction`."""

    names = ("Theta_D", "m_lambda", "s_lambda", "lambda_max", "lambda_max_upper")
    Theta_D = field("Theta_D")
    m_lambda = field("m_lambda")
    s_lambda = field("s_lambda")
    lambda_max = field("lambda_max")
    lambda_max_upper = field("lambda_max_upper")


_LAST_MEAN_SUBTRACTION = Spec("norm/last-mean-subtraction", LastMeanSubtraction)


def last_mean_subtraction(
    *,
    activation: Any,
    widths: Any,
    N: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    train_bias: Any = False,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Spectrum after mean subtraction of the output over the batch.

    .. math::

        m_\lambda=\frac{C\Theta_D(N-1)}{NP},\ s_\lambda=\frac{C\Theta_D^2(N-1)}{N^2P},\
        \frac{\Theta_D}N\le\lambda_{\max}\le\sqrt{C(N-1)}\frac{\Theta_D}N

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    widths:
        [M_0, ..., M_{L-1}, C], from the inputs to the outputs; a list of at least two positive integers.
    N:
        the number of samples of the batch; an integer >= 2.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    train_bias:
        whether biases are trained; true or false. Default: False.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [Theta_D, m_lambda, s_lambda, lambda_max at fixed N, upper bound]

    Fields: Theta_D, m_lambda, s_lambda, lambda_max, lambda_max_upper.

    Notes
    -----
    Valid: m_lambda for every N; s_lambda and lambda_max for N much smaller than the width.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, The normalization method for alleviating pathological sharpness in wide neural
      networks, NeurIPS 2019, arXiv 1906.02926.

    Examples
    --------
    >>> import solvable
    >>> solvable.norm.last_mean_subtraction(activation='relu', widths=[100, 150, 50, 10], N=40, sigma_w2=2.0,
    ... sigma_b2=0.1)
    LastMeanSubtraction(Theta_D=250.003, m_lambda=0.105979, s_lambda=0.662379, lambda_max=6.25007, lambda_max_upper=123.429)
    """
    given = {
        "activation": activation,
        "widths": widths,
        "N": N,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "train_bias": train_bias,
        "cost_limit": cost_limit,
    }
    return call(_LAST_MEAN_SUBTRACTION, given, digits, on_error)


class LastBatchNorm(Record):
    """Values of `last_batch_norm`."""

    names = ("v", "lambda_max", "m_lambda")
    v = field("v")
    lambda_max = field("lambda_max")
    m_lambda = field("m_lambda")


_LAST_BATCH_NORM = Spec("norm/last-batch-norm", LastBatchNorm)


def last_batch_norm(
    *,
    activation: Any,
    widths: Any,
    N: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    train_bias: Any = False,
    gamma: Any = 1,
    sigma2: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Spectrum of the batch-normalized output.

    .. math::

        \lambda_{\max}=\frac{\gamma^2\Theta_D}{Nv},\ Em_\lambda=\frac{C\gamma^2\Theta_D(N-2)}{P(N-3)v},\
        v=q^L_t-q^L_{st}

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    widths:
        [M_0, ..., M_{L-1}, C], from the inputs to the outputs; a list of at least two positive integers.
    N:
        the number of samples of the batch; an integer >= 4.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    train_bias:
        whether biases are trained; true or false. Default: False.
    gamma:
        gamma, the scale of the normalized values; a number other than 0. Default: 1.
    sigma2:
        the measured variance over the batch of every output, to condition on; a list of C numbers > 0, or null.
        Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [v, lambda_max, mean of m_lambda over batches]; given sigma2: [v, lambda_max, m_lambda] for it

    Fields: v, lambda_max, m_lambda.

    Notes
    -----
    Valid: N much smaller than the width; linear networks only conditional on sigma2.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, The normalization method for alleviating pathological sharpness in wide neural
      networks, NeurIPS 2019, arXiv 1906.02926.

    Examples
    --------
    >>> import solvable
    >>> solvable.norm.last_batch_norm(activation='relu', widths=[100, 150, 50, 10], N=40, sigma_w2=2.0, sigma_b2=0.1,
    ... gamma=1.5)
    LastBatchNorm(v=1.04098, lambda_max=13.5091, m_lambda=0.24129)
    """
    given = {
        "activation": activation,
        "widths": widths,
        "N": N,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "train_bias": train_bias,
        "gamma": gamma,
        "sigma2": sigma2,
        "cost_limit": cost_limit,
    }
    return call(_LAST_BATCH_NORM, given, digits, on_error)


class LastBnAffine(Record):
    """Values of `last_bn_affine`."""

    names = ("eigenvalue", "multiplicity")
    eigenvalue = field("eigenvalue")
    multiplicity = field("multiplicity")


_LAST_BN_AFFINE = Spec("norm/last-bn-affine", LastBnAffine)


def last_bn_affine(*, C: Any, cost_limit: Any = 2000000000.0, digits: bool = True, on_error: str = "raise") -> Any:
    r"""Eigenvalues added by training the scale and offset of the last batch normalization.

    .. math::

        F^*_{kk}\leftarrow F^*_{kk}+\tfrac1N(11^\top+\hat u_k\hat u_k^\top)

    Parameters
    ----------
    C:
        the number of outputs; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [the eigenvalue 1, its multiplicity 2C]

    Fields: eigenvalue, multiplicity.

    Notes
    -----
    Valid: exact at every width and N >= 2; nothing else in the spectrum changes.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, The normalization method for alleviating pathological sharpness in wide neural
      networks, NeurIPS 2019, arXiv 1906.02926.
    """
    return call(_LAST_BN_AFFINE, {"C": C, "cost_limit": cost_limit}, digits, on_error)


class LastLayerNorm(Record):
    """Values of `last_layer_norm`."""

    names = ("lambda_max_lower", "eigenvalues")
    lambda_max_lower = field("lambda_max_lower")
    eigenvalues = field("eigenvalues")


_LAST_LAYER_NORM = Spec("norm/last-layer-norm", LastLayerNorm)


def last_layer_norm(
    *,
    activation: Any,
    widths: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    train_bias: Any = False,
    gamma: Any = 1,
    outputs: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Outliers of the layer-normalized output.

    .. math::

        F^*=\frac1N[\Theta_D\,\mathrm{blockdiag}(J(n)^2)+\theta_{st}SS^\top],\quad\lambda_{\max}\ge\theta_{st}\gamma^2\tfrac{C-2}C\,\overline{\sigma^{-2}}

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    widths:
        [M_0, ..., M_{L-1}, C], from the inputs to the outputs; a list of at least two positive integers.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    train_bias:
        whether biases are trained; true or false. Default: False.
    gamma:
        gamma, the scale of the normalized values; a number other than 0. Default: 1.
    outputs:
        measured outputs before normalization; a list of samples, each a list of C numbers, or null. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    the lower bound on lambda_max for Gaussian outputs; given outputs: the top C-1 eigenvalues

    Fields: lambda_max_lower, eigenvalues.

    Notes
    -----
    Valid: wide networks; compare the sum of the outliers, the bound is a trace over theta_st alone: 1.4 to 3.7 times
    too low with biases or ReLU, 11 to 22 times and more for odd activations without biases, where theta_st all but
    vanishes; for a step see step-size.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, The normalization method for alleviating pathological sharpness in wide neural
      networks, NeurIPS 2019, arXiv 1906.02926.
    """
    given = {
        "activation": activation,
        "widths": widths,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "train_bias": train_bias,
        "gamma": gamma,
        "outputs": outputs,
        "cost_limit": cost_limit,
    }
    return call(_LAST_LAYER_NORM, given, digits, on_error)


class LastLnPopulation(Record):
    """Values of `last_ln_population`."""

    names = ("e_parallel", "e_perp")
    e_parallel = field("e_parallel")
    e_perp = field("e_perp")


_LAST_LN_POPULATION = Spec("norm/last-ln-population", LastLnPopulation)


def last_ln_population(
    *,
    C: Any,
    lam: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Outliers of the layer-normalized output for many samples.

    .. math::

        e_\parallel=C(d-1)B,\ e_\perp=C(A-B),\ A=E\|X\|^{-2},\ B=E[X_2^2\|X\|^{-4}],\ X\sim N(\sqrt\lambda e_1,I_d),\
        d=C-1

    Parameters
    ----------
    C:
        the number of outputs; an integer >= 4.
    lam:
        q_st ||P y||^2 / (q_t - q_st); a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [e_parallel, e_perp] in units gamma^2/(q_t - q_st)

    Fields: e_parallel, e_perp.

    Notes
    -----
    Valid: N to infinity, given the common part y of the outputs; slow convergence for C < 6.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, The normalization method for alleviating pathological sharpness in wide neural
      networks, NeurIPS 2019, arXiv 1906.02926.

    Examples
    --------
    >>> import solvable
    >>> solvable.norm.last_ln_population(C=6, lam=2.0)
    LastLnPopulation(e_parallel=0.928807, e_perp=1.15356)
    """
    return call(_LAST_LN_POPULATION, {"C": C, "lam": lam, "cost_limit": cost_limit}, digits, on_error)


class HiddenModes(Record):
    """Values of `hidden_modes`."""

    names = ("Theta_D", "Theta_S")
    Theta_D = field("Theta_D")
    Theta_S = field("Theta_S")


_HIDDEN_MODES = Spec("norm/hidden-modes", HiddenModes)


def hidden_modes(
    *,
    activation: Any,
    widths: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    modes: Any,
    train_bias: Any = False,
    gamma: Any = 1,
    beta: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Bulk and outlier of a network with any pattern of normalized layers.

    .. math::

        \Theta_D=\sum_lM_{l-1}(t_l\hat q^{l-1}_t-w_l\hat q^{l-1}_{st}),\quad\Theta_S=\sum_lM_{l-1}s_l\hat q^{l-1}_{st}

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    widths:
        [M_0, ..., M_{L-1}, C], from the inputs to the outputs; a list of at least two positive integers.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    train_bias:
        whether biases are trained; true or false. Default: False.
    modes:
        the normalization of each of the layers 1..L; a list of null, "none", "ms", "bn" or "ln", one for each layer.
    gamma:
        gamma, the scale of the normalized values; a number other than 0. Default: 1.
    beta:
        beta, the offset of batch-normalized layers; a number; 0 unless a layer is bn. Default: 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [Theta_D, Theta_S]

    Fields: Theta_D, Theta_S.

    Notes
    -----
    Valid: width first, then N to infinity; relative corrections O(1/N), outside validity for N < 10.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, The normalization method for alleviating pathological sharpness in wide neural
      networks, NeurIPS 2019, arXiv 1906.02926.

    Examples
    --------
    >>> import solvable
    >>> solvable.norm.hidden_modes(activation='relu', widths=[400, 400, 400, 1], sigma_w2=2.0, sigma_b2=0.1,
    ... modes=['bn', 'bn', None], gamma=1.0, beta=0.0)
    HiddenModes(Theta_D=629.726, Theta_S=63.662)
    """
    given = {
        "activation": activation,
        "widths": widths,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "train_bias": train_bias,
        "modes": modes,
        "gamma": gamma,
        "beta": beta,
        "cost_limit": cost_limit,
    }
    return call(_HIDDEN_MODES, given, digits, on_error)


class HiddenTopRefined(Record):
    """Values of `hidden_top_refined`."""

    names = ("Theta_S", "zeta", "outlier")
    Theta_S = field("Theta_S")
    zeta = field("zeta")
    outlier = field("outlier")


_HIDDEN_TOP_REFINED = Spec("norm/hidden-top-refined", HiddenTopRefined)


def hidden_top_refined(
    *,
    activation: Any,
    widths: Any,
    N: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    modes: Any,
    train_bias: Any = False,
    gamma: Any = 1,
    beta: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Outlier behind a normalized last hidden layer, with its 1/N terms.

    .. math::

        \lambda_{\max}\simeq\Theta_S+\zeta/N,\ \zeta=M_{L-1}(\hat q_t-\hat q_{st}-e_1^2v)+R\sum_{l<L}M_{l-1}(t_l\hat
        q^{l-1}_t-w_l\hat q^{l-1}_{st})

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    widths:
        [M_0, ..., M_{L-1}, C], from the inputs to the outputs; a list of at least two positive integers.
    N:
        the number of samples of the batch; an integer >= 2.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    train_bias:
        whether biases are trained; true or false. Default: False.
    modes:
        the normalization of each of the layers 1..L; a list of null, "none", "ms", "bn" or "ln", one for each layer.
    gamma:
        gamma, the scale of the normalized values; a number other than 0. Default: 1.
    beta:
        beta, the offset of batch-normalized layers; a number; 0 unless a layer is bn. Default: 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [Theta_S, zeta, Theta_S + zeta/N]

    Fields: Theta_S, zeta, outlier.

    Notes
    -----
    Valid: layer L-1 ms or bn, layer L plain; as lambda_max only well above the bulk edge.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, The normalization method for alleviating pathological sharpness in wide neural
      networks, NeurIPS 2019, arXiv 1906.02926.
    """
    given = {
        "activation": activation,
        "widths": widths,
        "N": N,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "train_bias": train_bias,
        "modes": modes,
        "gamma": gamma,
        "beta": beta,
        "cost_limit": cost_limit,
    }
    return call(_HIDDEN_TOP_REFINED, given, digits, on_error)


_EDGE_PROPORTIONAL = Spec("norm/edge-proportional", None)


def edge_proportional(
    *,
    activation: Any,
    widths: Any,
    N: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    train_bias: Any = False,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Largest eigenvalue after mean subtraction when samples and width grow together.

    .. math::

        \lambda_+=\frac1N\min_{0<g<g_{\max}}z(g),\quad z(g)=\frac1g+r+\frac{M_0\hat a_0}{1-\hat
        a_0Ng}+\sum_{l\ge1}M_l\left\langle\frac{\hat a_ls_l^2}{1-\hat a_lT_l}\right\rangle

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    widths:
        [M_0, ..., M_{L-1}, C], from the inputs to the outputs; a list of at least two positive integers.
    N:
        the number of samples of the batch; an integer >= 2.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    train_bias:
        whether biases are trained; true or false. Default: False.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    lambda_+

    Notes
    -----
    Valid: exact for odd activations without biases, linear ones, and depth <= 2; approximate otherwise: within 20 % for
    tanh; means of simulated ReLU and GELU networks lie up to 1.1, 1.4, 2.8 and 4.2 times higher at 3, 5, 8 and 12
    layers.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, The normalization method for alleviating pathological sharpness in wide neural
      networks, NeurIPS 2019, arXiv 1906.02926.
    - Z. Fan, Z. Wang, Spectra of the conjugate kernel and neural tangent kernel for linear-width neural networks,
      NeurIPS 2020, arXiv 2005.11879.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.norm.edge_proportional(activation='tanh', widths=[400, 400, 1], N=100, sigma_w2=3.0, sigma_b2=0.0):.6g}")
    12.2393
    """
    given = {
        "activation": activation,
        "widths": widths,
        "N": N,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "train_bias": train_bias,
        "cost_limit": cost_limit,
    }
    return call(_EDGE_PROPORTIONAL, given, digits, on_error)


_EDGE_STATUS = Spec("norm/edge-status", None)


def edge_status(
    *,
    activation: Any,
    widths: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Whether the spectral edge of a network is the exact limit.

    .. math::

        \text{exact iff }(\phi\text{ odd},\ \sigma_b=0)\text{ or }\phi\text{ linear or }L\le2

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    widths:
        [M_0, ..., M_{L-1}, C], from the inputs to the outputs; a list of at least two positive integers.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    "exact" or "approximate"

    Notes
    -----
    Valid: says where norm/edge-proportional is proved or verified.

    References
    ----------
    - Z. Fan, Z. Wang, Spectra of the conjugate kernel and neural tangent kernel for linear-width neural networks,
      NeurIPS 2020, arXiv 2005.11879.
    """
    given = {
        "activation": activation,
        "widths": widths,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cost_limit": cost_limit,
    }
    return call(_EDGE_STATUS, given, digits, on_error)


class Trainability(Record):
    """Values of `trainability`."""

    names = ("eta_c", "eta_T")
    eta_c = field("eta_c")
    eta_T = field("eta_T")


_TRAINABILITY = Spec("norm/trainability", Trainability)


def trainability(
    *,
    lambda_max: Any,
    steps: Any = 100,
    a: Any = None,
    N: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Critical step of gradient descent, and the step at which divergence becomes visible.

    .. math::

        \eta_c=\frac2{\lambda_{\max}},\quad\eta_T=\eta_c\left(1+\frac{\ln(1/a)}{4T}\right)

    Parameters
    ----------
    lambda_max:
        the largest eigenvalue; a number >= 0.
    steps:
        T, the number of steps; an integer >= 1. Default: 100.
    a:
        the share of the residual in the top eigenspace; a number in (0, 1], or null. Default: None.
    N:
        the number of samples, for the mean of ln(1/a) of random residuals; an integer >= 1, or null. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [eta_c, eta_T]; eta_T = eta_c where neither a nor N is given

    Fields: eta_c, eta_T.

    Notes
    -----
    Valid: infinitesimal residuals; larger ones let networks move to flatter regions.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, The normalization method for alleviating pathological sharpness in wide neural
      networks, NeurIPS 2019, arXiv 1906.02926.
    - A. Lewkowycz, Y. Bahri, E. Dyer, J. Sohl-Dickstein, G. Gur-Ari, The large learning rate phase of deep learning:
      the catapult mechanism, preprint 2020, arXiv 2003.02218.
    """
    given = {
        "lambda_max": lambda_max,
        "steps": steps,
        "a": a,
        "N": N,
        "cost_limit": cost_limit,
    }
    return call(_TRAINABILITY, given, digits, on_error)


class MiniBatch(Record):
    """Values of `mini_batch`."""

    names = ("eta_c", "eta_full", "eta_batch")
    eta_c = field("eta_c")
    eta_full = field("eta_full")
    eta_batch = field("eta_batch")


_MINI_BATCH = Spec("norm/mini-batch", MiniBatch)


def mini_batch(
    *,
    theta_d: Any,
    theta_s: Any,
    N: Any,
    B: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Critical step of descent on random batches.

    .. math::

        \eta_c=\frac{4B}{s+\sqrt{s^2-4\beta T\theta_D}},\quad T=\theta_D+N\theta_S,\ \beta=\frac{B-1}{N-1},\ s=\beta
        T+\theta_D+(1-\beta)\theta_S

    Parameters
    ----------
    theta_d:
        theta_D, the diagonal of the kernel beyond the rest; a number > 0.
    theta_s:
        theta_S, the kernel of two samples; a number >= 0.
    N:
        the number of samples; an integer >= 2.
    B:
        the number of samples of a batch; an integer from 1 to N.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [eta_c, 2/lambda_max of all samples, 2/lambda_max of one batch]

    Fields: eta_c, eta_full, eta_batch.

    Notes
    -----
    Valid: exact in mean square for fresh uniform batches, near a point of zero residual; networks whose kernel varies
    from sample to sample lie below by O(1/width).

    References
    ----------
    - S. Ma, R. Bassily, M. Belkin, The power of interpolation: understanding the effectiveness of SGD in modern
      over-parametrized learning, ICML 2018, arXiv 1712.06559.

    Examples
    --------
    >>> import solvable
    >>> solvable.norm.mini_batch(theta_d=3.0, theta_s=1.0, N=6, B=2)
    MiniBatch(eta_c=0.917, eta_full=1.33333, eta_batch=0.8)
    """
    given = {
        "theta_d": theta_d,
        "theta_s": theta_s,
        "N": N,
        "B": B,
        "cost_limit": cost_limit,
    }
    return call(_MINI_BATCH, given, digits, on_error)


_MINI_BATCH_GRAM = Spec("norm/mini-batch-gram", None)


def mini_batch_gram(
    *,
    gram: Any,
    B: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Critical step of descent on random batches, for any kernel.

    .. math::

        \eta_c=\frac1{\rho(\mathcal A^{-1}\mathcal Q)},\ \mathcal A\mathcal M=\tfrac1N(\Theta\mathcal M+\mathcal
        M\Theta),\ \mathcal Q\mathcal M=\tfrac1{B^2}\Theta[p_2\mathcal M+(p-p_2)\mathrm{diag}\mathcal M]\Theta

    Parameters
    ----------
    gram:
        Theta, the tangent kernel of the samples; a symmetric positive semi-definite matrix other than zero, as a list
        of two rows or more.
    B:
        the number of samples of a batch; an integer from 1 to N.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    eta_c

    Notes
    -----
    Valid: exact in mean square for fresh uniform batches, near a point of zero residual; null directions of Theta are
    left out.

    References
    ----------
    - S. Ma, R. Bassily, M. Belkin, The power of interpolation: understanding the effectiveness of SGD in modern
      over-parametrized learning, ICML 2018, arXiv 1712.06559.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.norm.mini_batch_gram(gram=[[11.352672, -0.939287, 6.862421, 3.185081], [-0.939287, 11.371969, 3.377227, -3.626384], [6.862421, 3.377227, 6.971037, 0.810823], [3.185081, -3.626384, 0.810823, 4.691758]], B=2):.6g}")
    0.338229
    """
    return call(_MINI_BATCH_GRAM, {"gram": gram, "B": B, "cost_limit": cost_limit}, digits, on_error)


__all__ = [
    "HiddenModes",
    "HiddenTopRefined",
    "LastBatchNorm",
    "LastBnAffine",
    "LastLayerNorm",
    "LastLnPopulation",
    "LastMeanSubtraction",
    "MiniBatch",
    "Trainability",
    "edge_proportional",
    "edge_status",
    "hidden_modes",
    "hidden_top_refined",
    "last_batch_norm",
    "last_bn_affine",
    "last_layer_norm",
    "last_ln_population",
    "last_mean_subtraction",
    "mini_batch",
    "mini_batch_gram",
    "trainability",
]
