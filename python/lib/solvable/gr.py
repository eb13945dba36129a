"""Predictions: gradient regularization.

Written by generate.py from the catalogue.
"""

from __future__ import annotations

from typing import Any

from ._call import Spec, call
from .answer import Record, field


_POTENTIAL = Spec("gr/potential", None)


def potential(
    *,
    beta: Any,
    alpha: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The hyperbolic entropy that training minimises.

    .. math::

        \phi_\alpha(\beta)=\sum_i\left[\beta_i\,\mathrm{arcsinh}\frac{\beta_i}{2\alpha_i^2}-\sqrt{\beta_i^2+4\alpha_i^4}+2\alpha_i^2\right]

    Parameters
    ----------
    beta:
        the coefficients; a list of finite numbers.
    alpha:
        alpha_i, the initialisation by coordinate; a list of numbers > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    phi

    Notes
    -----
    Valid: exact.

    References
    ----------
    - B. Woodworth, S. Gunasekar, J. D. Lee, E. Moroshko, P. Savarese, I. Golan, D. Soudry, N. Srebro, Kernel and rich
      regimes in overparametrized models, COLT 2020, arXiv 2002.09277.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.gr.potential(beta=[2.0], alpha=[0.001]):.6g}")
    27.0173
    """
    return call(_POTENTIAL, {"beta": beta, "alpha": alpha, "cost_limit": cost_limit}, digits, on_error)


_ARGMIN = Spec("gr/argmin", None)


def argmin(
    *,
    X: Any,
    y: Any,
    alpha: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The interpolator of least hyperbolic entropy.

    .. math::

        \beta=\arg\min_\beta\phi_\alpha(\beta)\quad\text{subject to}\quad X\beta=y

    Parameters
    ----------
    X:
        the inputs, one row a sample; rows of one length, finite numbers.
    y:
        the targets; a list with one finite number a row of X.
    alpha:
        alpha_i, the initialisation by coordinate; a list of numbers > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    beta, d numbers

    Notes
    -----
    Valid: where y is in the range of X; alpha not below about 1e-10.

    References
    ----------
    - B. Woodworth, S. Gunasekar, J. D. Lee, E. Moroshko, P. Savarese, I. Golan, D. Soudry, N. Srebro, Kernel and rich
      regimes in overparametrized models, COLT 2020, arXiv 2002.09277.
    - R. Karakida, T. Takase, T. Hayase, K. Osawa, Understanding gradient regularization in deep learning: efficient
      finite-difference computation and implicit bias, ICML 2023, arXiv 2210.02720.

    Examples
    --------
    >>> import solvable
    >>> solvable.gr.argmin(X=[[1.0, 0.5, -0.3, 0.8, 0.2], [-0.4, 1.1, 0.6, 0.1, -0.9]], y=[1.0, 0.4], alpha=[0.3, 0.3,
    ... 0.3, 0.3, 0.3])
    Numbers([ 0.434221,  0.465956, -0.029301,  0.415342, -0.041315])
    """
    return call(_ARGMIN, {"X": X, "y": y, "alpha": alpha, "cost_limit": cost_limit}, digits, on_error)


_FLOW_STATE = Spec("gr/flow-state", None)


def flow_state(
    *,
    X: Any,
    y: Any,
    alpha0: Any,
    gamma: Any,
    epsilon: Any,
    t: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The flow of a diagonal linear network at a time.

    .. math::

        \log p_i(t)=\log\alpha_0^2-8\gamma\int_0^ts_is_i'\,d\tau,\quad\beta(t)=\arg\min\phi_{\sqrt{p(t)}}\ \text{at
        equal}\ X\beta

    Parameters
    ----------
    X:
        the inputs, one row a sample; rows of one length, finite numbers.
    y:
        the targets; a list with one finite number a row of X.
    alpha0:
        alpha_0, the initial value of all weights; a number > 0.
    gamma:
        gamma, the strength of the penalty; a number >= 0.
    epsilon:
        epsilon: 0 for double backpropagation, > 0 for forward, < 0 for backward differences; a number.
    t:
        the time of the flow; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    log p_i for all i, then beta_i for all i

    Notes
    -----
    Valid: exact; integrated numerically.

    References
    ----------
    - R. Karakida, T. Takase, T. Hayase, K. Osawa, Understanding gradient regularization in deep learning: efficient
      finite-difference computation and implicit bias, ICML 2023, arXiv 2210.02720.

    Examples
    --------
    >>> import solvable
    >>> solvable.gr.flow_state(X=[[1.0, 0.5, -0.3, 0.8, 0.2], [-0.4, 1.1, 0.6, 0.1, -0.9]], y=[1.0, 0.4], alpha0=0.3,
    ... gamma=0.2, epsilon=0.0, t=3.0)
    Numbers([-2.483298, -2.495922, -2.408517, -2.481412, -2.41006 ,  0.356441,
      0.395397, -0.024193,  0.347978, -0.043613])
    """
    given = {
        "X": X,
        "y": y,
        "alpha0": alpha0,
        "gamma": gamma,
        "epsilon": epsilon,
        "t": t,
        "cost_limit": cost_limit,
    }
    return call(_FLOW_STATE, given, digits, on_error)


_SCALAR_LOG_ALPHA_SQ = Spec("gr/scalar-log-alpha-sq", None)


def scalar_log_alpha_sq(
    *,
    kappa: Any,
    beta_star: Any,
    alpha0: Any,
    gamma: Any,
    epsilon: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Effective initialisation of one decoupled coordinate.

    .. math::

        \frac{d\ell}{d\beta}=\frac{2\gamma sF}{S(1+4\gamma\kappa S+4\gamma\epsilon\kappa s\beta)+2\gamma s\beta
        F},\quad\ell(0)=\log\alpha_0^2

    Parameters
    ----------
    kappa:
        kappa, the curvature of the loss in beta; a number > 0.
    beta_star:
        beta*, the target; a number.
    alpha0:
        alpha_0, the initial value of all weights; a number > 0.
    gamma:
        gamma, the strength of the penalty; a number >= 0.
    epsilon:
        epsilon: 0 for double backpropagation, > 0 for forward, < 0 for backward differences; a number.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    log alpha_eff^2

    Notes
    -----
    Valid: exact where the loss has no coupling between coordinates; undefined where the flow is trapped.

    References
    ----------
    - R. Karakida, T. Takase, T. Hayase, K. Osawa, Understanding gradient regularization in deep learning: efficient
      finite-difference computation and implicit bias, ICML 2023, arXiv 2210.02720.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.gr.scalar_log_alpha_sq(kappa=0.5, beta_star=1.0, alpha0=0.1, gamma=0.3, epsilon=0.0):.6g}")
    -5.96005
    """
    given = {
        "kappa": kappa,
        "beta_star": beta_star,
        "alpha0": alpha0,
        "gamma": gamma,
        "epsilon": epsilon,
        "cost_limit": cost_limit,
    }
    return call(_SCALAR_LOG_ALPHA_SQ, given, digits, on_error)


_SCALAR_FIRST_ORDER = Spec("gr/scalar-first-order", None)


def scalar_first_order(
    *,
    kappa: Any,
    beta_star: Any,
    alpha0: Any,
    epsilon: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Effective initialisation to first order in the penalty.

    .. math::

        \frac{d\log\alpha_{\rm
        eff}^2}{d\gamma}=-2\kappa\phi_{\alpha_0}(\beta^*)-4\epsilon\kappa^2\beta^{*2}+8\epsilon^2\kappa^3J

    Parameters
    ----------
    kappa:
        kappa, the curvature of the loss in beta; a number > 0.
    beta_star:
        beta*, the target; a number.
    alpha0:
        alpha_0, the initial value of all weights; a number > 0.
    epsilon:
        epsilon: 0 for double backpropagation, > 0 for forward, < 0 for backward differences; a number.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    d log alpha_eff^2 / d gamma at gamma = 0

    Notes
    -----
    Valid: small gamma, decoupled coordinates.

    References
    ----------
    - R. Karakida, T. Takase, T. Hayase, K. Osawa, Understanding gradient regularization in deep learning: efficient
      finite-difference computation and implicit bias, ICML 2023, arXiv 2210.02720.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.gr.scalar_first_order(kappa=0.5, beta_star=1.0, alpha0=0.1, epsilon=0.0):.6g}")
    -3.62507
    """
    given = {
        "kappa": kappa,
        "beta_star": beta_star,
        "alpha0": alpha0,
        "epsilon": epsilon,
        "cost_limit": cost_limit,
    }
    return call(_SCALAR_FIRST_ORDER, given, digits, on_error)


_RICH_LOG_ALPHA_SQ = Spec("gr/rich-log-alpha-sq", None)


def rich_log_alpha_sq(
    *,
    kappa: Any,
    beta_star: Any,
    alpha0: Any,
    gamma: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Effective initialisation for vanishing weights.

    .. math::

        \log\alpha_{\rm eff}^2=\log\alpha_0^2-\frac
        x{1-x}\log\frac{|\beta^*|}{\alpha_0^2}+\frac{1+2x}{3(1-x)}\log\frac{1+2x}{1-x},\quad x=2\gamma\kappa|\beta^*|

    Parameters
    ----------
    kappa:
        kappa, the curvature of the loss in beta; a number > 0.
    beta_star:
        beta*, the target; a number.
    alpha0:
        alpha_0, the initial value of all weights; a number > 0.
    gamma:
        gamma, the strength of the penalty; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    log alpha_eff^2

    Notes
    -----
    Valid: alpha_0 -> 0, epsilon = 0, x < 1.

    References
    ----------
    - R. Karakida, T. Takase, T. Hayase, K. Osawa, Understanding gradient regularization in deep learning: efficient
      finite-difference computation and implicit bias, ICML 2023, arXiv 2210.02720.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.gr.rich_log_alpha_sq(kappa=0.5, beta_star=1.0, alpha0=0.01, gamma=0.3):.6g}")
    -12.5278
    """
    given = {
        "kappa": kappa,
        "beta_star": beta_star,
        "alpha0": alpha0,
        "gamma": gamma,
        "cost_limit": cost_limit,
    }
    return call(_RICH_LOG_ALPHA_SQ, given, digits, on_error)


_RICH_EXPONENTS = Spec("gr/rich-exponents", None)


def rich_exponents(
    *,
    X: Any,
    y: Any,
    gamma: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""From saddle to saddle: exponents of the effective initialisation.

    .. math::

        \alpha_{{\rm eff},i}\propto\alpha_0^{(A_i^++A_i^-)/2},\quad\dot A_i^\pm=-r_i^\pm,\quad r_i^\pm=\mp2s_i-4\gamma
        s_i^2

    Parameters
    ----------
    X:
        the inputs, one row a sample; rows of one length, finite numbers.
    y:
        the targets; a list with one finite number a row of X.
    gamma:
        gamma, the strength of the penalty; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    (A_i^+ + A_i^-)/2 for all i, then beta_i for all i, then the time of the last event

    Notes
    -----
    Valid: alpha_0 -> 0; active columns independent; undefined where the flow is trapped.

    References
    ----------
    - S. Pesme, N. Flammarion, Saddle-to-saddle dynamics in diagonal linear networks, NeurIPS 2023, arXiv 2304.00488.
    - R. Karakida, T. Takase, T. Hayase, K. Osawa, Understanding gradient regularization in deep learning: efficient
      finite-difference computation and implicit bias, ICML 2023, arXiv 2210.02720.

    Examples
    --------
    >>> import solvable
    >>> solvable.gr.rich_exponents(X=[[1.0, 0.1, -0.2, 0.3, 0.4, -0.6], [0.2, 1.3, 0.1, -0.4, 0.5, 0.3], [-0.1, 0.2,
    ... 0.9, 0.6, -0.3, 0.2], [0.5, -0.3, 0.2, 1.0, 0.7, 0.4]], y=[1.0, 0.46, -0.43, 0.35], gamma=0.2)
    Numbers([ 1.070091,  1.020025,  1.018632,  1.022936,  1.042474,  1.007252,
      0.861758,  0.216795, -0.399682,  0.      ,  0.091566,  0.      ,
     11.669262])
    """
    return call(_RICH_EXPONENTS, {"X": X, "y": y, "gamma": gamma, "cost_limit": cost_limit}, digits, on_error)


_LAZY_LOG_RATIO = Spec("gr/lazy-log-ratio", None)


def lazy_log_ratio(
    *,
    X: Any,
    y: Any,
    alpha0: Any,
    gamma: Any,
    epsilon: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Effective initialisation for large weights.

    .. math::

        \log\frac{\alpha_{{\rm eff},i}^2}{\alpha_0^2}=-\frac{2\gamma}{N^2}\sum_{ab}(X^\top u_a)_i(X^\top
        u_b)_i\frac{c_ac_b(1+\epsilon\lambda_b)}{m_a+m_b}

    Parameters
    ----------
    X:
        the inputs, one row a sample; rows of one length, finite numbers.
    y:
        the targets; a list with one finite number a row of X.
    alpha0:
        alpha_0, the initial value of all weights; a number > 0.
    gamma:
        gamma, the strength of the penalty; a number >= 0.
    epsilon:
        epsilon: 0 for double backpropagation, > 0 for forward, < 0 for backward differences; a number.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    log(alpha_eff,i^2 / alpha_0^2) for all i

    Notes
    -----
    Valid: coefficients small against alpha_0^2, whatever alpha_0: relative error 0.02 % at beta/alpha_0^2 = 0.1, 0.2 %
    at 0.3, 2 % at 1, 14 % at 3, no use at 10.

    References
    ----------
    - R. Karakida, T. Takase, T. Hayase, K. Osawa, Understanding gradient regularization in deep learning: efficient
      finite-difference computation and implicit bias, ICML 2023, arXiv 2210.02720.

    Examples
    --------
    >>> import solvable
    >>> solvable.gr.lazy_log_ratio(X=[[1.0, 0.5, -0.3, 0.8, 0.2], [-0.4, 1.1, 0.6, 0.1, -0.9]], y=[1.0, 0.4],
    ... alpha0=1.0, gamma=0.05, epsilon=0.02)
    Numbers([-2.065327e-03, -2.382046e-03, -1.660086e-05, -2.004906e-03, -5.526679e-05])
    """
    given = {
        "X": X,
        "y": y,
        "alpha0": alpha0,
        "gamma": gamma,
        "epsilon": epsilon,
        "cost_limit": cost_limit,
    }
    return call(_LAZY_LOG_RATIO, given, digits, on_error)


_MEAN_MODE = Spec("gr/mean-mode", None)


def mean_mode(
    *,
    X: Any,
    y: Any,
    alpha0: Any,
    gamma: Any,
    epsilon: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Effective initialisation for inputs with a large mean.

    .. math::

        \log\frac{\alpha_{{\rm eff},i}^2}{\alpha_0^2}=\zeta\,d\,v_i^2

    Parameters
    ----------
    X:
        the inputs, one row a sample; rows of one length, finite numbers.
    y:
        the targets; a list with one finite number a row of X.
    alpha0:
        alpha_0, the initial value of all weights; a number > 0.
    gamma:
        gamma, the strength of the penalty; a number >= 0.
    epsilon:
        epsilon: 0 for double backpropagation, > 0 for forward, < 0 for backward differences; a number.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    log(alpha_eff,i^2 / alpha_0^2) for all i

    Notes
    -----
    Valid: one outlier in X^T X that also carries the targets; 1 to 3 % at a mean of inputs of 5 (N = 10, d = 20,
    coefficients without a mean), 20 to 90 % at a mean of 3, where other modes learn as much.

    References
    ----------
    - R. Karakida, T. Takase, T. Hayase, K. Osawa, Understanding gradient regularization in deep learning: efficient
      finite-difference computation and implicit bias, ICML 2023, arXiv 2210.02720.
    """
    given = {
        "X": X,
        "y": y,
        "alpha0": alpha0,
        "gamma": gamma,
        "epsilon": epsilon,
        "cost_limit": cost_limit,
    }
    return call(_MEAN_MODE, given, digits, on_error)


_REGULARISER_GRADIENT = Spec("gr/regulariser-gradient", None)


def regulariser_gradient(
    *,
    X: Any,
    y: Any,
    w: Any,
    epsilon: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The gradient of the penalty by double backpropagation or a finite difference.

    .. math::

        R_{\epsilon,\pm}=\pm2w_\pm q_\epsilon+4w_\pm s(s+\epsilon q_\epsilon)

    Parameters
    ----------
    X:
        the inputs, one row a sample; rows of one length, finite numbers.
    y:
        the targets; a list with one finite number a row of X.
    w:
        the weights, w_+ then w_-; a list of 2 d finite numbers.
    epsilon:
        epsilon: 0 for double backpropagation, > 0 for forward, < 0 for backward differences; a number.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    2 d numbers, the w_+ part first

    Notes
    -----
    Valid: exact.

    References
    ----------
    - R. Karakida, T. Takase, T. Hayase, K. Osawa, Understanding gradient regularization in deep learning: efficient
      finite-difference computation and implicit bias, ICML 2023, arXiv 2210.02720.

    Examples
    --------
    >>> import solvable
    >>> solvable.gr.regulariser_gradient(X=[[1.0, 0.5, -0.3, 0.8, 0.2], [-0.4, 1.1, 0.6, 0.1, -0.9]], y=[1.0, 0.4],
    ... w=[0.3, 0.8, -0.5, 0.2, 1.1, 0.6, 0.4, 0.7, -0.9, 0.1], epsilon=0.0)
    Numbers([-0.051031, -0.732725,  0.226805, -0.092945,  1.140098,  0.349402,
      1.042379,  0.337486, -1.038159, -0.079723])
    """
    given = {
        "X": X,
        "y": y,
        "w": w,
        "epsilon": epsilon,
        "cost_limit": cost_limit,
    }
    return call(_REGULARISER_GRADIENT, given, digits, on_error)


_SAM_GRADIENT = Spec("gr/sam-gradient", None)


def sam_gradient(
    *,
    X: Any,
    y: Any,
    w: Any,
    rho: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The gradient of sharpness-aware minimisation is a forward difference.

    .. math::

        \nabla L(w+\rho\nabla L(w))=g+\rho R_\rho

    Parameters
    ----------
    X:
        the inputs, one row a sample; rows of one length, finite numbers.
    y:
        the targets; a list with one finite number a row of X.
    w:
        the weights, w_+ then w_-; a list of 2 d finite numbers.
    rho:
        rho, the length of the ascent; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    2 d numbers, the w_+ part first

    Notes
    -----
    Valid: exact; without normalization of the ascent.

    References
    ----------
    - P. Foret, A. Kleiner, H. Mobahi, B. Neyshabur, Sharpness-aware minimization for efficiently improving
      generalization, ICLR 2021, arXiv 2010.01412.
    - R. Karakida, T. Takase, T. Hayase, K. Osawa, Understanding gradient regularization in deep learning: efficient
      finite-difference computation and implicit bias, ICML 2023, arXiv 2210.02720.

    Examples
    --------
    >>> import solvable
    >>> solvable.gr.sam_gradient(X=[[1.0, 0.5, -0.3, 0.8, 0.2], [-0.4, 1.1, 0.6, 0.1, -0.9]], y=[1.0, 0.4], w=[0.3, 0.8,
    ... -0.5, 0.2, 1.1, 0.6, 0.4, 0.7, -0.9, 0.1], rho=0.03)
    Numbers([-0.137706, -0.756103,  0.066435, -0.120073,  0.414808,  0.283018,
      0.399494,  0.093677, -0.559693, -0.036935])
    """
    return call(_SAM_GRADIENT, {"X": X, "y": y, "w": w, "rho": rho, "cost_limit": cost_limit}, digits, on_error)


_FLOODING_TWO_STEPS = Spec("gr/flooding-two-steps", None)


def flooding_two_steps(
    *,
    X: Any,
    y: Any,
    w: Any,
    eta: Any,
    first: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Two opposite steps of flooding are a finite difference.

    .. math::

        w_{t+2}-w_t=-\eta^2R_{\mp\eta}

    Parameters
    ----------
    X:
        the inputs, one row a sample; rows of one length, finite numbers.
    y:
        the targets; a list with one finite number a row of X.
    w:
        the weights, w_+ then w_-; a list of 2 d finite numbers.
    eta:
        eta, the learning rate; a number > 0.
    first:
        the first of two opposite steps; "descent" or "ascent".
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    2 d numbers, the w_+ part first

    Notes
    -----
    Valid: exact.

    References
    ----------
    - T. Ishida, I. Yamane, T. Sakai, G. Niu, M. Sugiyama, Do we need zero training loss after achieving zero training
      error?, ICML 2020, arXiv 2002.08709.
    - R. Karakida, T. Takase, T. Hayase, K. Osawa, Understanding gradient regularization in deep learning: efficient
      finite-difference computation and implicit bias, ICML 2023, arXiv 2210.02720.

    Examples
    --------
    >>> import solvable
    >>> solvable.gr.flooding_two_steps(X=[[1.0, 0.5, -0.3, 0.8, 0.2], [-0.4, 1.1, 0.6, 0.1, -0.9]], y=[1.0, 0.4],
    ... w=[0.3, 0.8, -0.5, 0.2, 1.1, 0.6, 0.4, 0.7, -0.9, 0.1], eta=0.02, first='descent')
    Numbers([ 2.062925e-05,  3.045062e-04, -9.134036e-05,  3.793997e-05, -4.545014e-04,
     -1.385614e-04, -4.122807e-04, -1.352318e-04,  4.118550e-04,  3.225826e-05])
    """
    given = {
        "X": X,
        "y": y,
        "w": w,
        "eta": eta,
        "first": first,
        "cost_limit": cost_limit,
    }
    return call(_FLOODING_TWO_STEPS, given, digits, on_error)


_CRITICAL_STEP = Spec("gr/critical-step", None)


def critical_step(
    *,
    sharpness: Any,
    gamma: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The critical learning rate with gradient regularization.

    .. math::

        \eta_c=\frac2{\lambda_{\max}(1+\gamma\lambda_{\max})}

    Parameters
    ----------
    sharpness:
        lambda_max of the Hessian; a number > 0.
    gamma:
        gamma, the strength of the penalty; a number >= 0.
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
    Valid: linear stability of a minimum, any epsilon; global for quadratic losses.

    References
    ----------
    - R. Karakida, T. Takase, T. Hayase, K. Osawa, Understanding gradient regularization in deep learning: efficient
      finite-difference computation and implicit bias, ICML 2023, arXiv 2210.02720.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.gr.critical_step(sharpness=3.2, gamma=0.05):.6g}")
    0.538793
    """
    return call(_CRITICAL_STEP, {"sharpness": sharpness, "gamma": gamma, "cost_limit": cost_limit}, digits, on_error)


class MatmulCount(Record):
    """Values of `matmul_count`."""

    names = ("gradient", "finite_difference", "double_backpropagation")
    gradient = field("gradient")
    finite_difference = field("finite_difference")
    double_backpropagation = field("double_backpropagation")


_MATMUL_COUNT = Spec("gr/matmul-count", MatmulCount)


def matmul_count(*, layers: Any, cost_limit: Any = 2000000000.0, digits: bool = True, on_error: str = "raise") -> Any:
    r"""Matrix products of a step.

    .. math::

        3L-1,\quad6L-2,\quad9L-5

    Parameters
    ----------
    layers:
        L, the number of dense layers; an integer from 1 to 10^15.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [gradient, finite difference, double backpropagation]

    Fields: gradient, finite_difference, double_backpropagation.

    Notes
    -----
    Valid: dense layers, intermediates shared.

    References
    ----------
    - R. Karakida, T. Takase, T. Hayase, K. Osawa, Understanding gradient regularization in deep learning: efficient
      finite-difference computation and implicit bias, ICML 2023, arXiv 2210.02720.

    Examples
    --------
    >>> import solvable
    >>> solvable.gr.matmul_count(layers=3)
    MatmulCount(gradient=8, finite_difference=16, double_backpropagation=22)
    """
    return call(_MATMUL_COUNT, {"layers": layers, "cost_limit": cost_limit}, digits, on_error)


_LABEL_NOISE = Spec("gr/label-noise", None)


def label_noise(
    *,
    X: Any,
    y: Any,
    eta: Any,
    sigma: Any,
    steps: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""What label noise adds to the effective initialisation.

    .. math::

        \log\frac{p_i}{\alpha_0^2}=-\frac{2\eta^2\sigma^2K}NG_{ii}

    Parameters
    ----------
    X:
        the inputs, one row a sample; rows of one length, finite numbers.
    y:
        the targets; a list with one finite number a row of X.
    eta:
        eta, the learning rate; a number > 0.
    sigma:
        sigma, the standard deviation of the label noise; a number >= 0.
    steps:
        K, the number of steps; an integer >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    the noise part of log(p_i / alpha_0^2) for all i

    Notes
    -----
    Valid: small eta^2 sigma^2, near the floor of the loss; add the noiseless part.

    References
    ----------
    - R. Karakida, T. Takase, T. Hayase, K. Osawa, Understanding gradient regularization in deep learning: efficient
      finite-difference computation and implicit bias, ICML 2023, arXiv 2210.02720.
    """
    given = {
        "X": X,
        "y": y,
        "eta": eta,
        "sigma": sigma,
        "steps": steps,
        "cost_limit": cost_limit,
    }
    return call(_LABEL_NOISE, given, digits, on_error)


_DEEP_TRAP = Spec("gr/deep-trap", None)


def deep_trap(
    *,
    depth: Any,
    s_star: Any,
    epsilon: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The strength that traps a singular value of a deep linear network.

    .. math::

        \gamma_c=\min_{0<w<s_*^{1/L}}\frac{-\varepsilon p(w)}{p(w+\varepsilon p(w))-p(w)},\
        p=(w^L-s_*)w^{L-1};\quad\varepsilon=0:\ \gamma_c=\frac2{Ls_*w_c^{L-2}},\ w_c^L=\frac{(L-2)s_*}{2(2L-1)}

    Parameters
    ----------
    depth:
        L, the number of layers; an integer >= 2.
    s_star:
        s_*, the singular value to be learnt; a number > 0.
    epsilon:
        epsilon: 0 for double backpropagation, > 0 for forward, < 0 for backward differences; a number.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    gamma_c

    Notes
    -----
    Valid: balanced chains of an aligned deep linear network; above gamma_c every small start ends below the target, and
    the larger s_* the sooner.

    References
    ----------
    - R. Karakida, T. Takase, T. Hayase, K. Osawa, Understanding gradient regularization in deep learning: efficient
      finite-difference computation and implicit bias, ICML 2023, arXiv 2210.02720.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.gr.deep_trap(depth=2, s_star=4.0, epsilon=0):.6g}")
    0.25
    """
    given = {
        "depth": depth,
        "s_star": s_star,
        "epsilon": epsilon,
        "cost_limit": cost_limit,
    }
    return call(_DEEP_TRAP, given, digits, on_error)


_MATRIX_TRAP = Spec("gr/matrix-trap", None)


def matrix_trap(
    *,
    modes: Any,
    gamma: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Singular values that a two-layer linear network learns in the end.

    .. math::

        \{s_1<\dots<s_m\}:\ \gamma(s_i-s_{i-1})<1\ \text{for}\ i\le m,\ s_0=0

    Parameters
    ----------
    modes:
        the singular values of the target; a list of distinct numbers > 0.
    gamma:
        gamma, the strength of the penalty; a number > 0, no gap equal to 1/gamma.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    the learnt singular values, ascending

    Notes
    -----
    Valid: full matrices, whitened inputs, small weights of any direction, and noise of any size: without it trapped
    weights decay to nothing.

    References
    ----------
    - R. Karakida, T. Takase, T. Hayase, K. Osawa, Understanding gradient regularization in deep learning: efficient
      finite-difference computation and implicit bias, ICML 2023, arXiv 2210.02720.

    Examples
    --------
    >>> import solvable
    >>> solvable.gr.matrix_trap(modes=[2.0, 1.0, 0.5], gamma=1.2)
    Numbers([0.5, 1. ])
    """
    return call(_MATRIX_TRAP, {"modes": modes, "gamma": gamma, "cost_limit": cost_limit}, digits, on_error)


__all__ = [
    "MatmulCount",
    "argmin",
    "critical_step",
    "deep_trap",
    "flooding_two_steps",
    "flow_state",
    "label_noise",
    "lazy_log_ratio",
    "matmul_count",
    "matrix_trap",
    "mean_mode",
    "potential",
    "regulariser_gradient",
    "rich_exponents",
    "rich_log_alpha_sq",
    "sam_gradient",
    "scalar_first_order",
    "scalar_log_alpha_sq",
]
