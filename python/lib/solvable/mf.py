"""Predictions: mean-field theory of random networks.

Written by generate.py from the catalogue.
"""

from __future__ import annotations

from typing import Any

from ._call import Spec, call
from .answer import Record, field


class KernelPair(Record):
    """Values of `kernel_pair`."""

    names = ("K", "K_dot")
    K = field("K")
    K_dot = field("K_dot")


_KERNEL_PAIR = Spec("mf/kernel-pair", KernelPair)


def kernel_pair(
    *,
    activation: Any,
    q1: Any,
    q2: Any,
    q12: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Gaussian average of a pair of activations, and of their derivatives.

    .. math::

        K=E[\phi(u)\phi(v)],\quad \dot K=E[\phi'(u)\phi'(v)],\quad (u,v)\sim
        N\left(0,\begin{pmatrix}p&c\\c&q\end{pmatrix}\right)

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    q1:
        p, the variance of u; a number >= 0.
    q2:
        q, the variance of v; a number >= 0.
    q12:
        c, the covariance; a number with |c| <= sqrt(p q).
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [K, K']

    Fields: K, K_dot.

    Notes
    -----
    Valid: exact; quadrature better than 1e-10; undefined where a variance of 0 meets a kink at 0.

    References
    ----------
    - Y. Cho, L. K. Saul, Kernel methods for deep learning, NeurIPS 2009.
    - C. K. I. Williams, Computing with infinite networks, NeurIPS 1997.

    Examples
    --------
    >>> import solvable
    >>> solvable.mf.kernel_pair(activation='relu', q1=1.3, q2=0.7, q12=0.4)
    KernelPair(K=0.265378, K_dot=0.318865)
    """
    given = {
        "activation": activation,
        "q1": q1,
        "q2": q2,
        "q12": q12,
        "cost_limit": cost_limit,
    }
    return call(_KERNEL_PAIR, given, digits, on_error)


class OrderParameters(Record):
    """Values of `order_parameters`."""

    names = ("qhat_t", "qhat_st", "qtilde_t", "qtilde_st", "q_t", "q_st")
    qhat_t = field("qhat_t")
    qhat_st = field("qhat_st")
    qtilde_t = field("qtilde_t")
    qtilde_st = field("qtilde_st")
    q_t = field("q_t")
    q_st = field("q_st")


_ORDER_PARAMETERS = Spec("mf/order-parameters", OrderParameters)


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

        q^l=\sigma_w^2\hat q^{l-1}+\sigma_b^2,\ \hat q^l=K(q^l_t,q^l_t,q^l),\ \tilde q^l=\sigma_w^2\tilde q^{l+1}\dot
        K(q^l_t,q^l_t,q^l)

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
    [qhat_t^0..L-1], [qhat_st^0..L-1], [qtilde_t^1..L], [qtilde_st^1..L], [q_t^1..L], [q_st^1..L]

    Fields: qhat_t, qhat_st, qtilde_t, qtilde_st, q_t, q_st.

    Notes
    -----
    Valid: infinite width, standard normal inputs.

    References
    ----------
    - B. Poole, S. Lahiri, M. Raghu, J. Sohl-Dickstein, S. Ganguli, Exponential expressivity in deep neural networks
      through transient chaos, NeurIPS 2016, arXiv 1606.05340.
    - S. S. Schoenholz, J. Gilmer, S. Ganguli, J. Sohl-Dickstein, Deep information propagation, ICLR 2017, arXiv
      1611.01232.
    - S. Amari, R. Karakida, M. Oizumi, Statistical neurodynamics of deep networks: geometry of signal spaces, preprint
      2018, arXiv 1808.07169.

    Examples
    --------
    >>> import solvable
    >>> solvable.mf.order_parameters(activation='relu', depth=3, sigma_w2=2.0, sigma_b2=0.1)
    OrderParameters(qhat_t=[1.  , 1.05, 1.1 ], qhat_st=[0.      , 0.359604, 0.579511], qtilde_t=[1., 1., 1.], qtilde_st=[0.32015 , 0.621454, 1.      ], q_t=[2.1, 2.2, 2.3], q_st=[0.1     , 0.819209, 1.259022])
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cost_limit": cost_limit,
    }
    return call(_ORDER_PARAMETERS, given, digits, on_error)


class Theta(Record):
    """Values of `theta`."""

    names = ("theta_t", "theta_st")
    theta_t = field("theta_t")
    theta_st = field("theta_st")


_THETA = Spec("mf/theta", Theta)


def theta(
    *,
    activation: Any,
    widths: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    train_bias: Any = False,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Mean entries of the dual kernel, same and different samples.

    .. math::

        \theta=\sum_{l=1}^L\tilde q^l(M_{l-1}\hat q^{l-1}+\beta)

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
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [theta_t, theta_st]

    Fields: theta_t, theta_st.

    Notes
    -----
    Valid: relative corrections O(1/M).

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Universal statistics of Fisher information in deep neural networks: mean field
      approach, AISTATS 2019, arXiv 1806.01316.
    - S. Amari, R. Karakida, M. Oizumi, Fisher information and natural gradient learning in random deep networks,
      AISTATS 2019, arXiv 1808.07172.
    """
    given = {
        "activation": activation,
        "widths": widths,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "train_bias": train_bias,
        "cost_limit": cost_limit,
    }
    return call(_THETA, given, digits, on_error)


class Kappa(Record):
    """Values of `kappa`."""

    names = ("kappa_1", "kappa_2", "alpha")
    kappa_1 = field("kappa_1")
    kappa_2 = field("kappa_2")
    alpha = field("alpha")


_KAPPA = Spec("mf/kappa", Kappa)


def kappa(
    *,
    activation: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    alphas: Any,
    depth: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Scale-free constants of the Fisher information statistics.

    .. math::

        \kappa_{1,2}=\sum_l\frac{\alpha_{l-1}}\alpha\tilde q^l_{t,st}\hat q^{l-1}_{t,st},\
        \alpha=\sum_{l=1}^{L-1}\alpha_l\alpha_{l-1}

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    depth:
        L, the number of weight layers; the length of alphas. Default: None.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    alphas:
        [alpha_0, ..., alpha_{L-1}], widths over M; a list of at least two numbers > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [kappa_1, kappa_2, alpha]

    Fields: kappa_1, kappa_2, alpha.

    Notes
    -----
    Valid: leading order in the width, depth >= 2.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Universal statistics of Fisher information in deep neural networks: mean field
      approach, AISTATS 2019, arXiv 1806.01316.

    Examples
    --------
    >>> import solvable
    >>> solvable.mf.kappa(activation='relu', depth=3, sigma_w2=2.0, sigma_b2=0.1, alphas=[1, 1, 1])
    Kappa(kappa_1=1.575, kappa_2=0.401494, alpha=2)
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


class FimStats(Record):
    """Values of `fim_stats`."""

    names = ("theta_t", "theta_st", "m_lambda", "s_lambda", "lambda_max", "eta_c")
    theta_t = field("theta_t")
    theta_st = field("theta_st")
    m_lambda = field("m_lambda")
    s_lambda = field("s_lambda")
    lambda_max = field("lambda_max")
    eta_c = field("eta_c")


_FIM_STATS = Spec("mf/fim-stats", FimStats)


def fim_stats(
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
    r"""Mean, second moment and maximum of the Fisher information eigenvalues.

    .. math::

        m_\lambda=\frac{C\theta_t}P,\ s_\lambda=\frac CP\left[\frac{\theta_t^2}N+\frac{N-1}N\theta_{st}^2\right],\
        \lambda_{\max}=\frac{\theta_t+(N-1)\theta_{st}}N,\ \eta_c=\frac2{\lambda_{\max}}

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    widths:
        [M_0, ..., M_{L-1}, C], from the inputs to the outputs; a list of at least two positive integers.
    N:
        the number of samples; an integer >= 1.
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
    [theta_t, theta_st, m_lambda, s_lambda, lambda_max, eta_c]

    Fields: theta_t, theta_st, m_lambda, s_lambda, lambda_max, eta_c.

    Notes
    -----
    Valid: m_lambda always; the others for theta_st > 0 and N much smaller than the width.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Universal statistics of Fisher information in deep neural networks: mean field
      approach, AISTATS 2019, arXiv 1806.01316.

    Examples
    --------
    >>> import solvable
    >>> solvable.mf.fim_stats(activation='relu', widths=[100, 150, 50, 10], N=40, sigma_w2=2.0, sigma_b2=0.1,
    ... train_bias=True)
    FimStats(theta_t=315.5, theta_st=64.4388, m_lambda=0.135933, s_lambda=2.81648, lambda_max=70.7153, eta_c=0.0282824)
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
    return call(_FIM_STATS, given, digits, on_error)


class SVariance(Record):
    """Values of `s_variance`."""

    names = ("variance", "s_lambda")
    variance = field("variance")
    s_lambda = field("s_lambda")


_S_VARIANCE = Spec("mf/s-variance", SVariance)


def s_variance(
    *,
    activation: Any,
    widths: Any,
    N: Any,
    sigma_w2: Any,
    sigma_b2: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Second moment of the eigenvalues where samples have no common mean.

    .. math::

        s_\lambda=\frac C{PN}\left[\theta_t^2+(N-1)\mathrm{Var}\,\Theta_{nn'}\right]

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    widths:
        [M_0, ..., M_{L-1}, C], from the inputs to the outputs; a list of at least two positive integers.
    N:
        the number of samples; an integer >= 1.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; 0. Default: 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [variance of an off-diagonal entry, s_lambda]

    Fields: variance, s_lambda.

    Notes
    -----
    Valid: odd activation, no biases, weights only; any ratio of N to the width.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Universal statistics of Fisher information in deep neural networks: mean field
      approach, AISTATS 2019, arXiv 1806.01316.
    """
    given = {
        "activation": activation,
        "widths": widths,
        "N": N,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cost_limit": cost_limit,
    }
    return call(_S_VARIANCE, given, digits, on_error)


class FisherRao(Record):
    """Values of `fisher_rao`."""

    names = ("S", "R", "q", "block")
    S = field("S")
    R = field("R")
    q = field("q")
    block = field("block")


_FISHER_RAO = Spec("mf/fisher-rao", FisherRao)


def fisher_rao(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Fisher-Rao norm: how far outputs move when all parameters are scaled.

    .. math::

        E\,\theta^\top F\theta=CS^L,\ S^l=q^l+2\sigma_w^2rb+\sigma_w^2\left[r^2c+(S^{l-1}-R^{l-1}r)e\right],\
        R^l=q^l+\sigma_w^2rb,\ r=\frac{R^{l-1}}{q^{l-1}},\quad b=E[\phi\phi'u],\ c=E[\phi'^2u^2],\ e=E\phi'^2

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
    [S^L, the norm for each output; R^L = E f D with D = theta.grad f; q^L = E f^2; the norm of the layers' blocks
    alone]

    Fields: S, R, q, block.

    Notes
    -----
    Valid: infinite width, standard normal inputs, any N; relative corrections O(1/M).

    References
    ----------
    - T. Liang, T. Poggio, A. Rakhlin, J. Stokes, Fisher-Rao metric, geometry, and complexity of neural networks,
      AISTATS 2019, arXiv 1711.01530.

    Examples
    --------
    >>> import solvable
    >>> solvable.mf.fisher_rao(activation='erf', depth=4, sigma_w2=2.0, sigma_b2=0.3)
    FisherRao(S=2.94615, R=1.83217, q=1.35114, block=1.79739)
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cost_limit": cost_limit,
    }
    return call(_FISHER_RAO, given, digits, on_error)


class NtkPair(Record):
    """Values of `ntk_pair`."""

    names = ("ntk_with_bias", "ntk_without_bias", "standard_with_bias", "standard_without_bias")
    ntk_with_bias = field("ntk_with_bias")
    ntk_without_bias = field("ntk_without_bias")
    standard_with_bias = field("standard_with_bias")
    standard_without_bias = field("standard_without_bias")


_NTK_PAIR = Spec("mf/ntk-pair", NtkPair)


def ntk_pair(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    xx: Any,
    xy: Any,
    yy: Any,
    width: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Neural tangent kernel of a pair of inputs, both parametrizations.

    .. math::

        \Theta^{\rm NTK}(x,y)=\sum_l\tilde q^l(\sigma_w^2\hat q^{l-1}+\sigma_b^2),\quad\Theta^{\rm
        std}(x,y)=\sum_l\tilde q^l(M\hat q^{l-1}+1)

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
    xx:
        x·x/M_0; a number >= 0.
    xy:
        x·y/M_0; a number with |xy| <= sqrt(xx yy).
    yy:
        y·y/M_0; a number >= 0.
    width:
        M_0 = ... = M_{L-1}; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [NTK parametrization with bias, without, standard parametrization with bias, without]

    Fields: ntk_with_bias, ntk_without_bias, standard_with_bias, standard_without_bias.

    Notes
    -----
    Valid: infinite width; without bias means untrained biases, sigma_b2 stays in the forward pass.

    References
    ----------
    - A. Jacot, F. Gabriel, C. Hongler, Neural tangent kernel: convergence and generalization in neural networks,
      NeurIPS 2018, arXiv 1806.07572.

    Examples
    --------
    >>> import solvable
    >>> solvable.mf.ntk_pair(activation='relu', depth=3, sigma_w2=1.7, sigma_b2=0.3, xx=1.2, xy=0.4, yy=0.9, width=100)
    NtkPair(ntk_with_bias=2.71402, ntk_without_bias=2.12574, standard_with_bias=127.004, standard_without_bias=125.043)
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "xx": xx,
        "xy": xy,
        "yy": yy,
        "width": width,
        "cost_limit": cost_limit,
    }
    return call(_NTK_PAIR, given, digits, on_error)


class NtkParametrization(Record):
    """Values of `ntk_parametrization`."""

    names = ("weights", "biases", "spectral_factor")
    weights = field("weights")
    biases = field("biases")
    spectral_factor = field("spectral_factor")


_NTK_PARAMETRIZATION = Spec("mf/ntk-parametrization", NtkParametrization)


def ntk_parametrization(
    *,
    widths: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    train_bias: Any = False,
    activation: Any = 'relu',
    eta_ntk: Any = 1,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Learning rates of the standard parametrization equivalent to one NTK rate.

    .. math::

        \eta_{W^l}=\eta^{\rm NTK}\sigma_w^2/M_{l-1},\quad\eta_{b^l}=\eta^{\rm NTK}\sigma_b^2

    Parameters
    ----------
    widths:
        [M_0, ..., M_{L-1}, C], from the inputs to the outputs; a list of at least two positive integers.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    train_bias:
        whether biases are trained; true or false. Default: False.
    activation:
        the activation of the hidden layers; the name of an activation. Default: 'relu'.
    eta_ntk:
        the rate in the NTK parametrization; a number > 0. Default: 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {weights: rates of the layers 1..L, biases: their rate, spectral_factor: M/sigma_w2 or "none"}

    Fields: weights, biases, spectral_factor.

    Notes
    -----
    Valid: exact in function space; one factor for all eigenvalues only for equal widths, weights only.

    References
    ----------
    - A. Jacot, F. Gabriel, C. Hongler, Neural tangent kernel: convergence and generalization in neural networks,
      NeurIPS 2018, arXiv 1806.07572.
    """
    given = {
        "widths": widths,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "train_bias": train_bias,
        "activation": activation,
        "eta_ntk": eta_ntk,
        "cost_limit": cost_limit,
    }
    return call(_NTK_PARAMETRIZATION, given, digits, on_error)


class FixedPoint(Record):
    """Values of `fixed_point`."""

    names = ("q_star", "c_star", "chi_1", "chi_q", "xi_q", "xi_c")
    q_star = field("q_star")
    c_star = field("c_star")
    chi_1 = field("chi_1")
    chi_q = field("chi_q")
    xi_q = field("xi_q")
    xi_c = field("xi_c")


_FIXED_POINT = Spec("mf/fixed-point", FixedPoint)


def fixed_point(
    *,
    activation: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Fixed point of variance and correlation, susceptibilities and depth scales.

    .. math::

        q^*=\sigma_w^2K(q^*,q^*,q^*)+\sigma_b^2,\ \chi_1=\sigma_w^2\dot K(q^*,q^*,q^*),\ \xi_q=\frac{-1}{\ln\chi_q},\
        \xi_c=\frac{-1}{\ln\chi_{c^*}}

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
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
    [q*, c*, chi_1, chi_q, xi_q, xi_c] of the stable fixed point that inputs of unit variance reach (where they diverge,
    the one that smaller inputs reach); q* is the word "marginal" where every q is fixed; where q* = 0 the others are
    the word "collapsed"

    Fields: q_star, c_star, chi_1, chi_q, xi_q, xi_c.

    Notes
    -----
    Valid: infinite width; unstable fixed points are not given.

    References
    ----------
    - B. Poole, S. Lahiri, M. Raghu, J. Sohl-Dickstein, S. Ganguli, Exponential expressivity in deep neural networks
      through transient chaos, NeurIPS 2016, arXiv 1606.05340.
    - S. S. Schoenholz, J. Gilmer, S. Ganguli, J. Sohl-Dickstein, Deep information propagation, ICLR 2017, arXiv
      1611.01232.

    Examples
    --------
    >>> import solvable
    >>> solvable.mf.fixed_point(activation='tanh', sigma_w2=1.2, sigma_b2=0.3)
    FixedPoint(q_star=0.695173, c_star=1, chi_1=0.636964, chi_q=0.301236, xi_q=0.83343, xi_c=2.21709)
    """
    given = {
        "activation": activation,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cost_limit": cost_limit,
    }
    return call(_FIXED_POINT, given, digits, on_error)


class CriticalLine(Record):
    """Values of `critical_line`."""

    names = ("sigma_w2", "sigma_b2")
    sigma_w2 = field("sigma_w2")
    sigma_b2 = field("sigma_b2")


_CRITICAL_LINE = Spec("mf/critical-line", CriticalLine)


def critical_line(
    *,
    activation: Any,
    q_star: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The scales at the edge of chaos with a given fixed point.

    .. math::

        \sigma_w^2=1/\dot K(q^*,q^*,q^*),\quad\sigma_b^2=q^*-\sigma_w^2K(q^*,q^*,q^*)

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    q_star:
        q*, the fixed point; a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [sigma_w2, sigma_b2]; sigma_b2 < 0: no network has this critical point

    Fields: sigma_w2, sigma_b2.

    Notes
    -----
    Valid: infinite width; the fixed point is reached by iteration only where chi_q < 1.

    References
    ----------
    - B. Poole, S. Lahiri, M. Raghu, J. Sohl-Dickstein, S. Ganguli, Exponential expressivity in deep neural networks
      through transient chaos, NeurIPS 2016, arXiv 1606.05340.
    - S. S. Schoenholz, J. Gilmer, S. Ganguli, J. Sohl-Dickstein, Deep information propagation, ICLR 2017, arXiv
      1611.01232.

    Examples
    --------
    >>> import solvable
    >>> solvable.mf.critical_line(activation='erf', q_star=0.7)
    CriticalLine(sigma_w2=1.53102, sigma_b2=0.0929437)
    """
    given = {
        "activation": activation,
        "q_star": q_star,
        "cost_limit": cost_limit,
    }
    return call(_CRITICAL_LINE, given, digits, on_error)


__all__ = [
    "CriticalLine",
    "FimStats",
    "FisherRao",
    "FixedPoint",
    "Kappa",
    "KernelPair",
    "NtkPair",
    "NtkParametrization",
    "OrderParameters",
    "SVariance",
    "Theta",
    "critical_line",
    "fim_stats",
    "fisher_rao",
    "fixed_point",
    "kappa",
    "kernel_pair",
    "ntk_pair",
    "ntk_parametrization",
    "order_parameters",
    "s_variance",
    "theta",
]
