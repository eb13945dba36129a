"""Predictions: pathological spectra of the Fisher information.

Written by generate.py from the catalogue.
"""

from __future__ import annotations

from typing import Any

from ._call import Spec, call
from .answer import Record, field


class OrderParameters(Record):
    """Values of `order_parameters`."""

    names = ("q_t", "q_st", "qhat_t", "qhat_st", "qtilde_t", "qtilde_st")
    q_t = field("q_t")
    q_st = field("q_st")
    qhat_t = field("qhat_t")
    qhat_st = field("qhat_st")
    qtilde_t = field("qtilde_t")
    qtilde_st = field("qtilde_st")


_ORDER_PARAMETERS = Spec("spectra/order-parameters", OrderParameters)


def order_parameters(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Overlaps of signals and gradients in every layer.

    .. math::

        q^l=\sigma_w^2\hat q^{l-1}+\sigma_b^2,\ \hat q^l=E[\phi\phi],\ \tilde q^l=\sigma_w^2\tilde q^{l+1}E[\phi'\phi']

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    depth:
        L, the number of weight layers; an integer >= 1.
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
    [q_t^1..L], [q_st^1..L], [qhat_t^0..L-1], [qhat_st^0..L-1], [qtilde_t^1..L], [qtilde_st^1..L]

    Fields: q_t, q_st, qhat_t, qhat_st, qtilde_t, qtilde_st.

    Notes
    -----
    Valid: infinite width, standard normal inputs.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Pathological spectra of the Fisher information metric and its variants in deep
      neural networks, Neural Computation 2021, arXiv 1910.05992.

    Examples
    --------
    >>> import solvable
    >>> solvable.spectra.order_parameters(activation='relu', depth=3, sigma_w2=2.0, sigma_b2=0.1)
    OrderParameters(q_t=[2.1, 2.2, 2.3], q_st=[0.1     , 0.819209, 1.259022], qhat_t=[1.  , 1.05, 1.1 ], qhat_st=[0.      , 0.359604, 0.579511], qtilde_t=[1., 1., 1.], qtilde_st=[0.32015 , 0.621454, 1.      ])
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cost_limit": cost_limit,
    }
    return call(_ORDER_PARAMETERS, given, digits, on_error)


class Kappa(Record):
    """Values of `kappa`."""

    names = ("alpha", "kappa_1", "kappa_2")
    alpha = field("alpha")
    kappa_1 = field("kappa_1")
    kappa_2 = field("kappa_2")


_KAPPA = Spec("spectra/kappa", Kappa)


def kappa(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    alphas: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The scales of the Fisher information to leading order.

    .. math::

        \kappa_1=\sum_l\frac{\alpha_{l-1}}\alpha\tilde q^l_t\hat
        q^{l-1}_t,\quad\kappa_2=\sum_l\frac{\alpha_{l-1}}\alpha\tilde q^l_{st}\hat
        q^{l-1}_{st},\quad\alpha=\sum_{l<L}\alpha_l\alpha_{l-1}

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    depth:
        L, the number of weight layers; an integer >= 1.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    alphas:
        [alpha_0, ..., alpha_(L-1)], M_l = alpha_l M; L numbers > 0, at least two.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [alpha, kappa_1, kappa_2]

    Fields: alpha, kappa_1, kappa_2.

    Notes
    -----
    Valid: infinite width; biases contribute at relative order 1/M.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Universal statistics of Fisher information in deep neural networks: mean field
      approach, AISTATS 2019, arXiv 1806.01316.

    Examples
    --------
    >>> import solvable
    >>> solvable.spectra.kappa(activation='tanh', depth=3, sigma_w2=3.0, sigma_b2=0.64, alphas=[1, 1, 1])
    Kappa(alpha=2, kappa_1=0.955522, kappa_2=0.118615)
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "alphas": alphas,
        "cost_limit": cost_limit,
    }
    return call(_KAPPA, given, digits, on_error)


class FimMse(Record):
    """Values of `fim_mse`."""

    names = ("m_lambda", "s_lambda", "lambda_max")
    m_lambda = field("m_lambda")
    s_lambda = field("s_lambda")
    lambda_max = field("lambda_max")


_FIM_MSE = Spec("spectra/fim-mse", FimMse)


def fim_mse(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    alphas: Any,
    M: Any,
    N: Any,
    C: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Fisher information for the squared error, to leading order.

    .. math::

        m_\lambda=\frac{\kappa_1C}M,\ s_\lambda=\alpha C\left(\frac{N-1}N\kappa_2^2+\frac{\kappa_1^2}N\right),\
        \lambda_{\max}=\alpha M\left(\frac{N-1}N\kappa_2+\frac{\kappa_1}N\right)

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    depth:
        L, the number of weight layers; an integer >= 1.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    alphas:
        [alpha_0, ..., alpha_(L-1)], M_l = alpha_l M; L numbers > 0, at least two.
    M:
        M, the unit of widths; a number > 0.
    N:
        the number of samples; an integer >= 1.
    C:
        the number of outputs; an integer >= 1, at least 2 for the softmax.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [m_lambda, s_lambda, lambda_max]

    Fields: m_lambda, s_lambda, lambda_max.

    Notes
    -----
    Valid: M -> infinity; use mf/fim-stats for exact widths.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Universal statistics of Fisher information in deep neural networks: mean field
      approach, AISTATS 2019, arXiv 1806.01316.

    Examples
    --------
    >>> import solvable
    >>> solvable.spectra.fim_mse(activation='tanh', depth=3, sigma_w2=3.0, sigma_b2=0.64, alphas=[1, 1, 1], M=1000,
    ... N=100, C=10)
    FimMse(m_lambda=0.00955522, s_lambda=0.461183, lambda_max=253.969)
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "alphas": alphas,
        "M": M,
        "N": N,
        "C": C,
        "cost_limit": cost_limit,
    }
    return call(_FIM_MSE, given, digits, on_error)


class Ntk(Record):
    """Values of `ntk`."""

    names = ("Theta_t", "Theta_st", "mean", "second_moment", "lambda_max", "bulk", "lambda_ms")
    Theta_t = field("Theta_t")
    Theta_st = field("Theta_st")
    mean = field("mean")
    second_moment = field("second_moment")
    lambda_max = field("lambda_max")
    bulk = field("bulk")
    lambda_ms = field("lambda_ms")


_NTK = Spec("spectra/ntk", Ntk)


def ntk(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    widths: Any,
    N: Any,
    C: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Eigenvalues of the tangent kernel of a classifier.

    .. math::

        \Theta=[(\Theta_t-\Theta_{st})I+\Theta_{st}\mathbf 1\mathbf 1^\top]\otimes
        I_C,\quad\lambda_{\max}=(N-1)\Theta_{st}+\Theta_t

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    depth:
        L, the number of weight layers; an integer >= 1.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    widths:
        [M_0, ..., M_(L-1)], from the inputs to the last hidden layer; a list of L positive integers.
    N:
        the number of samples; an integer >= 1.
    C:
        the number of outputs; an integer >= 1, at least 2 for the softmax.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [Theta_t, Theta_st, mean, second moment, lambda_max, bulk, lambda_max after mean subtraction]

    Fields: Theta_t, Theta_st, mean, second_moment, lambda_max, bulk, lambda_ms.

    Notes
    -----
    Valid: N << M; exact widths, trained biases; the C largest split by O(sqrt(C/M)).

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Pathological spectra of the Fisher information metric and its variants in deep
      neural networks, Neural Computation 2021, arXiv 1910.05992.
    - A. Jacot, F. Gabriel, C. Hongler, Neural tangent kernel: convergence and generalization in neural networks,
      NeurIPS 2018, arXiv 1806.07572.

    Examples
    --------
    >>> import solvable
    >>> solvable.spectra.ntk(activation='tanh', depth=3, sigma_w2=3.0, sigma_b2=0.64, widths=[500, 500, 500], N=80, C=5)
    Ntk(Theta_t=958.235, Theta_st=120.49, mean=958.235, second_moment=2.06512e+06, lambda_max=10476.9, bulk=837.745, lambda_ms=837.745)
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "widths": widths,
        "N": N,
        "C": C,
        "cost_limit": cost_limit,
    }
    return call(_NTK, given, digits, on_error)


class OutlierVectors(Record):
    """Values of `outlier_vectors`."""

    names = ("same_class", "other_class", "remainder")
    same_class = field("same_class")
    other_class = field("other_class")
    remainder = field("remainder")


_OUTLIER_VECTORS = Spec("spectra/outlier-vectors", OutlierVectors)


def outlier_vectors(
    *,
    activation: Any,
    widths: Any,
    N: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    train_bias: Any = True,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""How far the eigenvectors of the outliers are from the class-constant vectors.

    .. math::

        1-s=\frac{N-1}N\frac{V_{\rm same}+(C-1)V_{\rm cross}}{\Theta_{st}^2},\quad V\ \text{the variances over samples
        of the row means}\ \frac1N\sum_{n'}\Theta_{(k,n),(k',n')}

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    widths:
        [M_0, ..., M_{L-1}, C], from the inputs to the outputs; a list of at least two positive integers.
    N:
        the number of samples; an integer >= 3.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    train_bias:
        whether biases are trained; true or false. Default: True.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [the part of the same class, the part of each other class, 1 - s: the first and C-1 times the second]

    Fields: same_class, other_class, remainder.

    Notes
    -----
    Valid: N << M, second order: 1 - s below about 0.05 and N Theta_st >= Theta_t - Theta_st; outside validity where the
    outlier sinks into the bulk, as 1 - s is larger there.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Universal statistics of Fisher information in deep neural networks: mean field
      approach, AISTATS 2019, arXiv 1806.01316.

    Examples
    --------
    >>> import solvable
    >>> solvable.spectra.outlier_vectors(activation='erf', widths=[400, 400, 1], N=60, sigma_w2=2.0, sigma_b2=0.3,
    ... train_bias=True)
    OutlierVectors(same_class=0.0232695, other_class=4.6734e-07, remainder=0.0232695)
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
    return call(_OUTLIER_VECTORS, given, digits, on_error)


class FimBlocks(Record):
    """Values of `fim_blocks`."""

    names = ("mean", "second_moment", "lambda_max")
    mean = field("mean")
    second_moment = field("second_moment")
    lambda_max = field("lambda_max")


_FIM_BLOCKS = Spec("spectra/fim-blocks", FimBlocks)


def fim_blocks(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    widths: Any,
    N: Any,
    C: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Blocks of the Fisher information, layer by layer.

    .. math::

        m^l=\frac{Ct_l}{P_l},\ s^l=\frac C{P_l}\left(\frac{N-1}Ns_l^2+\frac{t_l^2}N\right),\
        \lambda^l_{\max}=\frac{N-1}Ns_l+\frac{t_l}N

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    depth:
        L, the number of weight layers; an integer >= 1.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    widths:
        [M_0, ..., M_(L-1)], from the inputs to the last hidden layer; a list of L positive integers.
    N:
        the number of samples; an integer >= 1.
    C:
        the number of outputs; an integer >= 1, at least 2 for the softmax.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    for each layer 1 to L: [mean, second moment, lambda_max]

    Fields: mean, second_moment, lambda_max.

    Notes
    -----
    Valid: N << M; in the first layer only the mean, where there is no outlier.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Pathological spectra of the Fisher information metric and its variants in deep
      neural networks, Neural Computation 2021, arXiv 1910.05992.

    Examples
    --------
    >>> import solvable
    >>> solvable.spectra.fim_blocks(activation='tanh', depth=3, sigma_w2=3.0, sigma_b2=0.64, widths=[500, 500, 500],
    ... N=80, C=5)
    FimBlocks(mean=[0.007623, 0.005906, 0.559825], second_moment=[ 0.03639 ,  0.038131, 18.455988], lambda_max=[ 5.036096, 32.087735, 93.837801])
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "widths": widths,
        "N": N,
        "C": C,
        "cost_limit": cost_limit,
    }
    return call(_FIM_BLOCKS, given, digits, on_error)


class InputMetric(Record):
    """Values of `input_metric`."""

    names = ("mean", "second_moment", "lambda_max", "outlier_share", "max_over_mean")
    mean = field("mean")
    second_moment = field("second_moment")
    lambda_max = field("lambda_max")
    outlier_share = field("outlier_share")
    max_over_mean = field("max_over_mean")


_INPUT_METRIC = Spec("spectra/input-metric", InputMetric)


def input_metric(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    widths: Any,
    N: Any,
    C: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Metric of the spaces of inputs and features: sensitivity to common perturbations.

    .. math::

        A^l=\frac1N\sum_{n,k}\nabla_{h^l}f_k\nabla_{h^l}f_k^\top,\quad\lambda_{\max}=\frac{N-1}Na_{st}+\frac{a_t}N,\
        a=\sigma_w^2\tilde q^{l+1}

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    depth:
        L, the number of weight layers; an integer >= 1.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    widths:
        [M_0, ..., M_(L-1)], from the inputs to the last hidden layer; a list of L positive integers.
    N:
        the number of samples; an integer >= 1.
    C:
        the number of outputs; an integer >= 1, at least 2 for the softmax.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    for each layer 0 to L-1: [mean, second moment, lambda_max, share of the trace in the C outliers, lambda_max over
    mean]

    Fields: mean, second_moment, lambda_max, outlier_share, max_over_mean.

    Notes
    -----
    Valid: infinite width; outliers are biased by O(C/M).

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Pathological spectra of the Fisher information metric and its variants in deep
      neural networks, Neural Computation 2021, arXiv 1910.05992.

    Examples
    --------
    >>> import solvable
    >>> solvable.spectra.input_metric(activation='tanh', depth=3, sigma_w2=3.0, sigma_b2=0.64, widths=[500, 500, 500],
    ... N=80, C=5)
    InputMetric(mean=[0.022868, 0.028513, 0.03    ], second_moment=[0.006929, 0.03395 , 0.09    ], lambda_max=[0.815763, 1.839023, 3.      ], outlier_share=[0.356726, 0.644986, 1.      ], max_over_mean=[ 35.672644,  64.498645, 100.      ])
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "widths": widths,
        "N": N,
        "C": C,
        "cost_limit": cost_limit,
    }
    return call(_INPUT_METRIC, given, digits, on_error)


_INPUT_METRIC_CORRECTED = Spec("spectra/input-metric-corrected", None)


def input_metric_corrected(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    widths: Any,
    N: Any,
    C: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Second moments of the metrics with the products of different classes.

    .. math::

        \mathrm{Tr}(A^l)^2\mathrel{+}=C(C-1)\left(\frac{N-1}Ny_{st}+\frac{y_t}N\right)

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    depth:
        L, the number of weight layers; an integer >= 1.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    widths:
        [M_0, ..., M_(L-1)], from the inputs to the last hidden layer; a list of L positive integers.
    N:
        the number of samples; an integer >= 1.
    C:
        the number of outputs; an integer >= 1, at least 2 for the softmax.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    for each layer 0 to L-1: the mean squared eigenvalue

    Notes
    -----
    Valid: relative corrections O(1/M) remain.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Pathological spectra of the Fisher information metric and its variants in deep
      neural networks, Neural Computation 2021, arXiv 1910.05992.

    Examples
    --------
    >>> import solvable
    >>> solvable.spectra.input_metric_corrected(activation='tanh', depth=3, sigma_w2=3.0, sigma_b2=0.64, widths=[500,
    ... 500, 500], N=80, C=5)
    Numbers([0.00792 , 0.035298, 0.09072 ])
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "widths": widths,
        "N": N,
        "C": C,
        "cost_limit": cost_limit,
    }
    return call(_INPUT_METRIC_CORRECTED, given, digits, on_error)


class SoftmaxMoments(Record):
    """Values of `softmax_moments`."""

    names = ("beta_1", "beta_2", "beta_3", "beta_0", "lower", "upper")
    beta_1 = field("beta_1")
    beta_2 = field("beta_2")
    beta_3 = field("beta_3")
    beta_0 = field("beta_0")
    lower = field("lower")
    upper = field("upper")


_SOFTMAX_MOMENTS = Spec("spectra/softmax-moments", SoftmaxMoments)


def softmax_moments(
    *,
    C: Any,
    q_t: Any,
    q_st: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Moments of the softmax of Gaussian outputs.

    .. math::

        \beta_1=E\,\mathrm{Tr}Q,\ \beta_2=E\,\mathrm{Tr}QQ',\
        \beta_3=E\,\mathrm{Tr}Q^2,\quad\frac{\beta_1}{C-1}\le\frac{E\lambda_{\max}}{\Theta_{st}}\le\frac{\beta_1}{C-1}+\sqrt{\frac{C-2}{C-1}}\sqrt{\beta_2-\frac{\beta_1^2}{C-1}}

    Parameters
    ----------
    C:
        the number of outputs; an integer >= 1, at least 2 for the softmax.
    q_t:
        q_t^L, the variance of the outputs; a number from 0 to 100.
    q_st:
        q_st^L, the covariance of the outputs of two samples; a number from 0 to q_t.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [beta_1, beta_2, beta_3, beta_0, lower, upper]

    Fields: beta_1, beta_2, beta_3, beta_0, lower, upper.

    Notes
    -----
    Valid: exact for Gaussian outputs; the upper bound at many samples.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Pathological spectra of the Fisher information metric and its variants in deep
      neural networks, Neural Computation 2021, arXiv 1910.05992.

    Examples
    --------
    >>> import solvable
    >>> solvable.spectra.softmax_moments(C=2, q_t=2.0, q_st=0.7)
    SoftmaxMoments(beta_1=0.302853, beta_2=0.0938209, beta_3=0.116101, beta_0=0.341173, lower=0.302853, upper=0.302853)
    """
    return call(_SOFTMAX_MOMENTS, {"C": C, "q_t": q_t, "q_st": q_st, "cost_limit": cost_limit}, digits, on_error)


class CeMoments(Record):
    """Values of `ce_moments`."""

    names = ("m_lambda", "s_lambda", "beta_1", "beta_2", "beta_3")
    m_lambda = field("m_lambda")
    s_lambda = field("s_lambda")
    beta_1 = field("beta_1")
    beta_2 = field("beta_2")
    beta_3 = field("beta_3")


_CE_MOMENTS = Spec("spectra/ce-moments", CeMoments)


def ce_moments(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    alphas: Any,
    M: Any,
    N: Any,
    C: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Fisher information for the cross entropy, to leading order.

    .. math::

        m_\lambda=\frac{\kappa_1\beta_1}M,\quad
        s_\lambda=\alpha\left(\frac{N-1}N\beta_2\kappa_2^2+\frac{\beta_3\kappa_1^2}N\right)

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    depth:
        L, the number of weight layers; an integer >= 1.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    alphas:
        [alpha_0, ..., alpha_(L-1)], M_l = alpha_l M; L numbers > 0, at least two.
    M:
        M, the unit of widths; a number > 0.
    N:
        the number of samples; an integer >= 1.
    C:
        the number of outputs; an integer >= 1, at least 2 for the softmax.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [m_lambda, s_lambda, beta_1, beta_2, beta_3]

    Fields: m_lambda, s_lambda, beta_1, beta_2, beta_3.

    Notes
    -----
    Valid: M -> infinity.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Pathological spectra of the Fisher information metric and its variants in deep
      neural networks, Neural Computation 2021, arXiv 1910.05992.

    Examples
    --------
    >>> import solvable
    >>> solvable.spectra.ce_moments(activation='tanh', depth=3, sigma_w2=3.0, sigma_b2=0.64, alphas=[1, 1, 1], M=1000,
    ... N=100, C=10)
    CeMoments(m_lambda=0.00067102, s_lambda=0.00465971, beta_1=0.702255, beta_2=0.0832942, beta_3=0.128109)
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "alphas": alphas,
        "M": M,
        "N": N,
        "C": C,
        "cost_limit": cost_limit,
    }
    return call(_CE_MOMENTS, given, digits, on_error)


_QBAR_CONDITIONAL = Spec("spectra/qbar-conditional", None)


def qbar_conditional(
    *,
    y: Any,
    q_t: Any,
    q_st: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Outliers of the cross-entropy spectrum of one network, at many samples.

    .. math::

        \lambda_i=\Theta_{st}\mu_i(\bar Q(y)),\quad\bar Q(y)=E_z[\mathrm{diag}(g)-gg^\top]

    Parameters
    ----------
    y:
        the outputs shared by all samples, over sqrt(q_st); a list of 2 to 200 numbers.
    q_t:
        q_t^L, the variance of the outputs; a number from 0 to 100.
    q_st:
        q_st^L, the covariance of the outputs of two samples; a number from 0 to q_t.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [mu_1, ..., mu_C], the last one 0

    Notes
    -----
    Valid: N -> infinity.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Pathological spectra of the Fisher information metric and its variants in deep
      neural networks, Neural Computation 2021, arXiv 1910.05992.

    Examples
    --------
    >>> import solvable
    >>> solvable.spectra.qbar_conditional(y=[0.5, -1.0, 0.3], q_t=2.3, q_st=1.2)
    Numbers([0.317132, 0.139558, 0.      ])
    """
    return call(_QBAR_CONDITIONAL, {"y": y, "q_t": q_t, "q_st": q_st, "cost_limit": cost_limit}, digits, on_error)


_CE_OUTLIER_QUANTILE_C2 = Spec("spectra/ce-outlier-quantile-c2", None)


def ce_outlier_quantile_c2(
    *,
    p: Any,
    q_t: Any,
    q_st: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Law of the outlier over networks with two classes.

    .. math::

        m(\Phi^{-1}(1-p/2)),\quad m(\bar y)=E_zw(\sqrt{2(q_t-q_{st})}z+\sqrt{2q_{st}}\bar y),\
        w(d)=\tfrac12\mathrm{sech}^2\tfrac d2

    Parameters
    ----------
    p:
        the level; a number with 0 < p < 1.
    q_t:
        q_t^L, the variance of the outputs; a number from 0 to 100.
    q_st:
        q_st^L, the covariance of the outputs of two samples; a number from 0 to q_t.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    the quantile of lambda_1/Theta_st

    Notes
    -----
    Valid: C = 2, N -> infinity.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Pathological spectra of the Fisher information metric and its variants in deep
      neural networks, Neural Computation 2021, arXiv 1910.05992.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.spectra.ce_outlier_quantile_c2(p=0.9, q_t=2.3, q_st=1.2):.6g}")
    0.3539
    """
    return call(_CE_OUTLIER_QUANTILE_C2, {"p": p, "q_t": q_t, "q_st": q_st, "cost_limit": cost_limit}, digits, on_error)


_CE_BULK_DENSITY_C2 = Spec("spectra/ce-bulk-density-c2", None)


def ce_bulk_density_c2(
    *,
    lambda_: Any,
    q_t: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Density of the bulk with two classes.

    .. math::

        p(w)=\frac{2N(d;0,2q_t)}{w\sqrt{1-2w}},\quad d=2\,\mathrm{arcosh}\frac1{\sqrt{2w}}

    Parameters
    ----------
    lambda_:
        w = lambda/a; a number with 0 < w < 1/2.
    q_t:
        q_t^L, the variance of the outputs; a number from 0 to 100.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    p(w)

    Notes
    -----
    Valid: C = 2; a = (Theta_t - Theta_st)/N.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Pathological spectra of the Fisher information metric and its variants in deep
      neural networks, Neural Computation 2021, arXiv 1910.05992.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.spectra.ce_bulk_density_c2(lambda_=0.1, q_t=2.3):.6g}")
    1.68071
    """
    return call(_CE_BULK_DENSITY_C2, {"lambda": lambda_, "q_t": q_t, "cost_limit": cost_limit}, digits, on_error)


_CE_DUAL = Spec("spectra/ce-dual", None)


def ce_dual(
    *,
    logits: Any,
    Theta_t: Any,
    Theta_st: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The cross-entropy spectrum given the outputs.

    .. math::

        G=a\,\mathrm{blockdiag}(Q_n)+\frac{\Theta_{st}}NRR^\top,\quad a=\frac{\Theta_t-\Theta_{st}}N,\ R=(Q_n^{1/2})_n

    Parameters
    ----------
    logits:
        the outputs, one row a sample; rows of one length >= 2.
    Theta_t:
        the tangent kernel at equal samples; a number > 0.
    Theta_st:
        the tangent kernel at different samples; a number from 0 to Theta_t.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    all NC eigenvalues, descending; the last N are 0

    Notes
    -----
    Valid: N << M; at most 600 outputs.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Pathological spectra of the Fisher information metric and its variants in deep
      neural networks, Neural Computation 2021, arXiv 1910.05992.

    Examples
    --------
    >>> import solvable
    >>> solvable.spectra.ce_dual(logits=[[0.3, -0.2, 1.1], [0.0, 0.5, -0.4], [-1.0, 0.2, 0.1], [0.7, 0.7, -0.9]],
    ... Theta_t=10.0, Theta_st=6.0)
    Numbers([2.363071, 1.902414, 0.425404, 0.404885, 0.285416, 0.231795, 0.189859,
     0.142053, 0.      , 0.      , 0.      , 0.      ])
    """
    given = {
        "logits": logits,
        "Theta_t": Theta_t,
        "Theta_st": Theta_st,
        "cost_limit": cost_limit,
    }
    return call(_CE_DUAL, given, digits, on_error)


_CE_OUTLIERS = Spec("spectra/ce-outliers", None)


def ce_outliers(
    *,
    logits: Any,
    Theta_t: Any,
    Theta_st: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The outliers of the cross-entropy spectrum given the outputs.

    .. math::

        \mu_i(\Phi(\lambda))=1,\quad\Phi(\lambda)=\frac{\Theta_{st}}N\sum_nQ_n(\lambda I-aQ_n)^{-1}

    Parameters
    ----------
    logits:
        the outputs, one row a sample; rows of one length >= 2.
    Theta_t:
        the tangent kernel at equal samples; a number > 0.
    Theta_st:
        the tangent kernel at different samples; a number from 0 to Theta_t.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    C-1 eigenvalues, descending; "none" for one that the bulk has absorbed

    Notes
    -----
    Valid: N << M.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Pathological spectra of the Fisher information metric and its variants in deep
      neural networks, Neural Computation 2021, arXiv 1910.05992.
    """
    given = {
        "logits": logits,
        "Theta_t": Theta_t,
        "Theta_st": Theta_st,
        "cost_limit": cost_limit,
    }
    return call(_CE_OUTLIERS, given, digits, on_error)


_CE_KERNEL_MAP = Spec("spectra/ce-kernel-map", None)


def ce_kernel_map(
    *,
    logits: Any,
    labels: Any,
    Theta_t: Any,
    Theta_st: Any,
    eta: Any,
    steps: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Outputs under gradient descent on the cross entropy.

    .. math::

        f(n)\leftarrow f(n)-\frac\eta N\left[\Theta_{st}\sum_mr_m+(\Theta_t-\Theta_{st})r_n\right],\
        r_n=g(n)-e_{\mathrm{label}(n)}

    Parameters
    ----------
    logits:
        the outputs, one row a sample; rows of one length >= 2.
    labels:
        the classes, counted from 0; one integer from 0 to C-1 for each sample.
    Theta_t:
        the tangent kernel at equal samples; a number > 0.
    Theta_st:
        the tangent kernel at different samples; a number from 0 to Theta_t.
    eta:
        the learning rate; a number > 0.
    steps:
        steps; an integer from 0 to 10000.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    the outputs, sample by sample

    Notes
    -----
    Valid: wide networks, whose kernel does not move.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Pathological spectra of the Fisher information metric and its variants in deep
      neural networks, Neural Computation 2021, arXiv 1910.05992.
    - A. Jacot, F. Gabriel, C. Hongler, Neural tangent kernel: convergence and generalization in neural networks,
      NeurIPS 2018, arXiv 1806.07572.

    Examples
    --------
    >>> import solvable
    >>> solvable.spectra.ce_kernel_map(logits=[[0.3, -0.2, 1.1], [0.0, 0.5, -0.4], [-1.0, 0.2, 0.1], [0.7, 0.7, -0.9]],
    ... labels=[0, 1, 2, 0], Theta_t=10.0, Theta_st=6.0, eta=0.3, steps=3)
    Numbers([[ 1.346823, -0.652145,  0.505322],
     [ 0.213325,  0.635837, -0.749162],
     [-0.629951, -0.459123,  0.389074],
     [ 1.577763,  0.082708, -1.160471]])
    """
    given = {
        "logits": logits,
        "labels": labels,
        "Theta_t": Theta_t,
        "Theta_st": Theta_st,
        "eta": eta,
        "steps": steps,
        "cost_limit": cost_limit,
    }
    return call(_CE_KERNEL_MAP, given, digits, on_error)


class CriticalStep(Record):
    """Values of `critical_step`."""

    names = ("eta_c", "eta_c_CE", "beta_0")
    eta_c = field("eta_c")
    eta_c_CE = field("eta_c_CE")
    beta_0 = field("beta_0")


_CRITICAL_STEP = Spec("spectra/critical-step", CriticalStep)


def critical_step(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    alphas: Any,
    M: Any,
    N: Any,
    C: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Critical learning rate of a classifier, for the squared error and for the cross entropy.

    .. math::

        \eta_c=\frac2{\lambda_{\max}},\qquad\eta_c^{CE}=\frac2{\Theta_{st}\beta_0},\quad\beta_0=\frac{\beta_1(q_t-q_{st})}{C-1}

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    depth:
        L, the number of weight layers; an integer >= 1.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    alphas:
        [alpha_0, ..., alpha_(L-1)], M_l = alpha_l M; L numbers > 0, at least two.
    M:
        M, the unit of widths; a number > 0.
    N:
        the number of samples; an integer >= 1.
    C:
        the number of outputs; an integer >= 1, at least 2 for the softmax.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [eta_c, eta_c^CE, beta_0]; eta_c^CE is -1 where there is none (kappa_2 = 0)

    Fields: eta_c, eta_c_CE, beta_0.

    Notes
    -----
    Valid: M -> infinity, N large, balanced classes.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Pathological spectra of the Fisher information metric and its variants in deep
      neural networks, Neural Computation 2021, arXiv 1910.05992.

    Examples
    --------
    >>> import solvable
    >>> solvable.spectra.critical_step(activation='tanh', depth=3, sigma_w2=3.0, sigma_b2=0.64, alphas=[1, 1, 1],
    ... M=1000, N=100, C=10)
    CriticalStep(eta_c=0.00787498, eta_c_CE=0.0956416, beta_0=0.088148)
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "alphas": alphas,
        "M": M,
        "N": N,
        "C": C,
        "cost_limit": cost_limit,
    }
    return call(_CRITICAL_STEP, given, digits, on_error)


class ClassifierStep(Record):
    """Values of `classifier_step`."""

    names = ("squared_error", "cross_entropy", "beta_0", "sensitive_share", "sensitivity")
    squared_error = field("squared_error")
    cross_entropy = field("cross_entropy")
    beta_0 = field("beta_0")
    sensitive_share = field("sensitive_share")
    sensitivity = field("sensitivity")


_CLASSIFIER_STEP = Spec("spectra/classifier-step", ClassifierStep)


def classifier_step(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    widths: Any,
    N: Any,
    C: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Critical learning rate of a classifier of given widths.

    .. math::

        \eta_c=\frac2{\lambda_{\max}},\qquad\eta_c^{CE}=\frac2{\Theta_{st}\beta_0}

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    depth:
        L, the number of weight layers; an integer >= 1.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    widths:
        [M_0, ..., M_(L-1)], from the inputs to the last hidden layer; a list of L positive integers.
    N:
        the number of samples; an integer >= 1.
    C:
        the number of outputs; an integer >= 1, at least 2 for the softmax.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {squared_error, cross_entropy, beta_0, sensitive_share: C of M_0 input directions, sensitivity: of these over random
    ones}

    Fields: squared_error, cross_entropy, beta_0, sensitive_share, sensitivity.

    Notes
    -----
    Valid: exact widths, trained biases; N large, balanced classes; where no outlier is clear of the bulk both steps are
    lower bounds, that of the cross entropy twice that of the squared error.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Pathological spectra of the Fisher information metric and its variants in deep
      neural networks, Neural Computation 2021, arXiv 1910.05992.
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "widths": widths,
        "N": N,
        "C": C,
        "cost_limit": cost_limit,
    }
    return call(_CLASSIFIER_STEP, given, digits, on_error)


_CE_TWO_CYCLE_C2 = Spec("spectra/ce-two-cycle-c2", None)


def ce_two_cycle_c2(
    *,
    r: Any,
    q_t_minus_q_st: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Amplitude of the oscillation above the critical learning rate.

    .. math::

        A=\frac r{E\sigma'(\xi)}\left(E\sigma(A+\xi)-\tfrac12\right),\quad\xi\sim N(0,2(q_t-q_{st}))

    Parameters
    ----------
    r:
        the learning rate over its critical value; a number > 0.
    q_t_minus_q_st:
        q_t - q_st; a number from 0 to 100.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    A; 0 for r <= 1

    Notes
    -----
    Valid: C = 2, N -> infinity, until the bulk is learnt.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Pathological spectra of the Fisher information metric and its variants in deep
      neural networks, Neural Computation 2021, arXiv 1910.05992.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.spectra.ce_two_cycle_c2(r=1.2, q_t_minus_q_st=1.1):.6g}")
    2.37455
    """
    given = {
        "r": r,
        "q_t_minus_q_st": q_t_minus_q_st,
        "cost_limit": cost_limit,
    }
    return call(_CE_TWO_CYCLE_C2, given, digits, on_error)


__all__ = [
    "CeMoments",
    "ClassifierStep",
    "CriticalStep",
    "FimBlocks",
    "FimMse",
    "InputMetric",
    "Kappa",
    "Ntk",
    "OrderParameters",
    "OutlierVectors",
    "SoftmaxMoments",
    "ce_bulk_density_c2",
    "ce_dual",
    "ce_kernel_map",
    "ce_moments",
    "ce_outlier_quantile_c2",
    "ce_outliers",
    "ce_two_cycle_c2",
    "classifier_step",
    "critical_step",
    "fim_blocks",
    "fim_mse",
    "input_metric",
    "input_metric_corrected",
    "kappa",
    "ntk",
    "order_parameters",
    "outlier_vectors",
    "qbar_conditional",
    "softmax_moments",
]
