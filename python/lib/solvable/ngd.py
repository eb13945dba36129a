"""Predictions: natural gradient.

Written by generate.py from the catalogue.
"""

from __future__ import annotations

from typing import Any

from ._call import Spec, call
from .answer import Record, field


_ALPHA = Spec("ngd/alpha", None)


def alpha(
    *,
    method: Any,
    depth: Any = None,
    N: Any = None,
    widths: Any = None,
    gamma: Any = 1,
    C: Any = 1,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Isotropy constant of an approximate natural gradient.

    .. math::

        \bar R=\alpha I:\quad\alpha_{\rm exact}=1,\ \alpha_{\rm bd}=L,\ \alpha_{\rm btd}=\lceil L/3\rceil,\ \alpha_{\rm
        kfac}=N(L-1)+1,\ \alpha_{\rm unit}=\tfrac\gamma C\sum_{l<L}M_l+1

    Parameters
    ----------
    method:
        the approximation of the Fisher matrix; gd, exact, bd, btd, btd_pinv, kfac, kfac_scaled, kfac_joint, unit, diag,
        one_sided, one_sided_scaled, one_sided_softmax, output_sided or last, where the prediction has it.
    depth:
        L, the number of weight layers; an integer >= 1; null for unit. Default: None.
    N:
        the number of samples (kfac); an integer >= 1, or null. Default: None.
    widths:
        [M_1, ..., M_{L-1}], the hidden widths (unit); a list of positive integers, or null. Default: None.
    gamma:
        P(phi'(u) != 0) (unit): 0.5 for ReLU; above 0, at most 1. Default: 1.
    C:
        the number of outputs (unit); an integer >= 1. Default: 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    alpha; the loss falls by (1 - eta alpha)^2 a step

    Notes
    -----
    Valid: an algebraic identity wherever the kernels can be inverted; unit: mean over initialisations.

    References
    ----------
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.
    - J. Martens, R. Grosse, Optimizing neural networks with Kronecker-factored approximate curvature, ICML 2015, arXiv
      1503.05671.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.ngd.alpha(method='bd', depth=3):.6g}")
    3
    """
    given = {
        "method": method,
        "depth": depth,
        "N": N,
        "widths": widths,
        "gamma": gamma,
        "C": C,
        "cost_limit": cost_limit,
    }
    return call(_ALPHA, given, digits, on_error)


_BTD_COEFFICIENTS = Spec("ngd/btd-coefficients", None)


def btd_coefficients(
    *,
    depth: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Share of every layer in a block tri-diagonal step.

    .. math::

        Tc=\mathbf 1,\quad T_{lm}=[|l-m|\le1]

    Parameters
    ----------
    depth:
        L, the number of weight layers; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [c_1, ..., c_L]

    Notes
    -----
    Valid: L not 2 modulo 3, where T is singular.

    References
    ----------
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.btd_coefficients(depth=1)
    Numbers([1.])
    """
    return call(_BTD_COEFFICIENTS, {"depth": depth, "cost_limit": cost_limit}, digits, on_error)


_DIVERGENCE = Spec("ngd/divergence", None)


def divergence(
    *,
    eta_alpha: Any,
    t: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Residual after some steps at any learning rate.

    .. math::

        \|g_t\|/\|g_0\|=|1-\eta\alpha|^t

    Parameters
    ----------
    eta_alpha:
        eta alpha, the learning rate in units of 1/alpha; a number.
    t:
        the number of steps; an integer >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    |1 - eta alpha|^t: below 1 for 0 < eta alpha < 2, growing beyond

    Notes
    -----
    Valid: isotropic methods; small residuals, where curvature plays no part.

    References
    ----------
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.
    """
    return call(_DIVERGENCE, {"eta_alpha": eta_alpha, "t": t, "cost_limit": cost_limit}, digits, on_error)


class LayerKernels(Record):
    """Values of `layer_kernels`."""

    names = ("Q", "B")
    Q = field("Q")
    B = field("B")


_LAYER_KERNELS = Spec("ngd/layer-kernels", LayerKernels)


def layer_kernels(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cos: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Forward and backward kernels of every layer.

    .. math::

        Q_{l+1}=\sigma_w^2E[\phi(u)\phi(v)]_{Q_l}+\sigma_b^2,\quad B_l=\sigma_w^2B_{l+1}E[\phi'(u)\phi'(v)]_{Q_l}

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
    cos:
        cosines of pairs of inputs; a list of numbers from -1 to 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {Q, B}: for every cosine the layers 1..L

    Fields: Q, B.

    Notes
    -----
    Valid: infinite width; inputs of length sqrt(M_0); relu, erf, tanh.

    References
    ----------
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.
    - A. Jacot, F. Gabriel, C. Hongler, Neural tangent kernel: convergence and generalization in neural networks,
      NeurIPS 2018, arXiv 1806.07572.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.layer_kernels(activation='tanh', depth=3, sigma_w2=1.5, sigma_b2=0.1, cos=[-0.4, 0.0, 0.5])
    LayerKernels(Q=[[-0.5     , -0.10444 ,  0.035475],
     [ 0.1     ,  0.140573,  0.186908],
     [ 0.85    ,  0.453188,  0.384398]], B=[[0.257187, 0.61886 , 1.      ],
     [0.251769, 0.620137, 1.      ],
     [0.283535, 0.649124, 1.      ]])
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cos": cos,
        "cost_limit": cost_limit,
    }
    return call(_LAYER_KERNELS, given, digits, on_error)


_TEST_KERNEL = Spec("ngd/test-kernel", None)


def test_kernel(
    *,
    method: Any,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cos_train: Any,
    cos_cross: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""What training by an isotropic method predicts at test inputs.

    .. math::

        f_t(x')=f_0(x')+[1-(1-\eta\alpha)^t]\,k(x',X)(y-f_0)

    Parameters
    ----------
    method:
        the approximation of the Fisher matrix; gd, exact, bd, btd, btd_pinv, kfac, kfac_scaled, kfac_joint, unit, diag,
        one_sided, one_sided_scaled, one_sided_softmax, output_sided or last, where the prediction has it.
    activation:
        the activation of the hidden layers; the name of an activation.
    depth:
        L, the number of weight layers; an integer >= 1.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    cos_train:
        X X^T/M_0, cosines of the training inputs; a symmetric positive semi-definite matrix with unit diagonal, as a
        list of rows.
    cos_cross:
        X' X^T/M_0, cosines of test inputs (rows) and training inputs; a list of rows of numbers from -1 to 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    k(x', X), test rows by training columns

    Notes
    -----
    Valid: infinite width, no damping, one output.

    References
    ----------
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.test_kernel(method='btd', activation='relu', depth=4, sigma_w2=2.0, sigma_b2=0.0, cos_train=[[1,
    ... 0.6], [0.6, 1]], cos_cross=[[0.8, 0.3], [-0.1, 0.25]])
    Numbers([[ 0.643702, -0.00436 ],
     [ 0.072884,  0.297914]])
    """
    given = {
        "method": method,
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cos_train": cos_train,
        "cos_cross": cos_cross,
        "cost_limit": cost_limit,
    }
    return call(_TEST_KERNEL, given, digits, on_error)


class GdModes(Record):
    """Values of `gd_modes`."""

    names = ("eigenvalues", "eta_opt", "rate_opt", "eta_critical")
    eigenvalues = field("eigenvalues")
    eta_opt = field("eta_opt")
    rate_opt = field("rate_opt")
    eta_critical = field("eta_critical")


_GD_MODES = Spec("ngd/gd-modes", GdModes)


def gd_modes(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cos_train: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Gradient descent mode by mode, and its best rate.

    .. math::

        g_t=(I-\tfrac\eta NK)^tg_0,\quad\eta_{\rm
        opt}=\frac{2N}{\lambda_{\max}+\lambda_{\min}},\quad\frac{\kappa-1}{\kappa+1}

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
    cos_train:
        X X^T/M_0, cosines of the training inputs; a symmetric positive semi-definite matrix with unit diagonal, as a
        list of rows.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {eigenvalues of K/N, ascending; eta_opt; rate_opt; eta_critical}

    Fields: eigenvalues, eta_opt, rate_opt, eta_critical.

    Notes
    -----
    Valid: infinite width.

    References
    ----------
    - A. Jacot, F. Gabriel, C. Hongler, Neural tangent kernel: convergence and generalization in neural networks,
      NeurIPS 2018, arXiv 1806.07572.
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.gd_modes(activation='relu', depth=3, sigma_w2=2.0, sigma_b2=0.0, cos_train=[[1, 0.3, -0.2], [0.3,
    ... 1, 0.1], [-0.2, 0.1, 1]])
    GdModes(eigenvalues=[1.274748, 1.67262 , 3.052632], eta_opt=0.462173, rate_opt=0.410845, eta_critical=0.655172)
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cos_train": cos_train,
        "cost_limit": cost_limit,
    }
    return call(_GD_MODES, given, digits, on_error)


class ResponseDamped(Record):
    """Values of `response_damped`."""

    names = ("train", "test")
    train = field("train")
    test = field("test")


_RESPONSE_DAMPED = Spec("ngd/response-damped", ResponseDamped)


def response_damped(
    *,
    method: Any,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cos_train: Any,
    cos_cross: Any,
    rho: Any = None,
    rhoA: Any = None,
    rhoB: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Response matrices of damped natural gradient.

    .. math::

        R(x',X)=\tfrac1NJ(x')(G+\rho I)^{-1}J(X)^\top,\quad g_{t+1}=(I-\eta\bar R)g_t

    Parameters
    ----------
    method:
        the approximation of the Fisher matrix; gd, exact, bd, btd, btd_pinv, kfac, kfac_scaled, kfac_joint, unit, diag,
        one_sided, one_sided_scaled, one_sided_softmax, output_sided or last, where the prediction has it.
    activation:
        the activation of the hidden layers; the name of an activation.
    depth:
        L, the number of weight layers; an integer >= 1.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    cos_train:
        X X^T/M_0, cosines of the training inputs; a symmetric positive semi-definite matrix with unit diagonal, as a
        list of rows.
    cos_cross:
        X' X^T/M_0, cosines of test inputs (rows) and training inputs; a list of rows of numbers from -1 to 1.
    rho:
        rho, added to the whole approximation; for kfac and kfac_scaled the factored damping rho_A = rho_B = sqrt(rho),
        which is not the same (undivided: kfac_joint); a number >= 0, or null. Default: None.
    rhoA:
        rho_A, added to the forward factor (kfac); a number >= 0, or null. Default: None.
    rhoB:
        rho_B, added to the backward factor (kfac); a number >= 0, or null. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {train: R(X, X), test: R(x', X)}

    Fields: train, test.

    Notes
    -----
    Valid: infinite width, one output; btd not between its poles, at rho = 0 and L = 2, 5, 8, ... the limit.

    References
    ----------
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.
    - J. Martens, R. Grosse, Optimizing neural networks with Kronecker-factored approximate curvature, ICML 2015, arXiv
      1503.05671.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.response_damped(method='btd', activation='relu', depth=3, sigma_w2=2.0, sigma_b2=0.0,
    ... cos_train=[[1, 0.6], [0.6, 1]], cos_cross=[[0.8, 0.3], [-0.1, 0.25]], rho=0.01)
    ResponseDamped(train=[[0.986441, 0.006844],
     [0.006844, 0.986441]], test=[[ 0.669919, -0.014862],
     [ 0.017307,  0.28245 ]])
    """
    given = {
        "method": method,
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cos_train": cos_train,
        "cos_cross": cos_cross,
        "rho": rho,
        "rhoA": rhoA,
        "rhoB": rhoB,
        "cost_limit": cost_limit,
    }
    return call(_RESPONSE_DAMPED, given, digits, on_error)


_BTD_POLES = Spec("ngd/btd-poles", None)


def btd_poles(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cos_train: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Damping strengths at which the block tri-diagonal method is singular.

    .. math::

        \rho_j=-\mu_j/N,\quad\mu_j<0\text{ eigenvalues of }(T_{lm}K_m)_{lm}

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
    cos_train:
        X X^T/M_0, cosines of the training inputs; a symmetric positive semi-definite matrix with unit diagonal, as a
        list of rows.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    all rho_j, ascending; empty up to L = 2

    Notes
    -----
    Valid: infinite width; a damping is safe below a tenth of the first or above twice the last.

    References
    ----------
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.btd_poles(activation='relu', depth=3, sigma_w2=2.0, sigma_b2=0.0, cos_train=[[1, 0.6], [0.6, 1]])
    Numbers([0.18714 , 0.621554])
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cos_train": cos_train,
        "cost_limit": cost_limit,
    }
    return call(_BTD_POLES, given, digits, on_error)


class BtdPinv(Record):
    """Values of `btd_pinv`."""

    names = ("alpha", "test_kernel")
    alpha = field("alpha")
    test_kernel = field("test_kernel")


_BTD_PINV = Spec("ngd/btd-pinv", BtdPinv)


def btd_pinv(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cos_train: Any,
    cos_cross: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The block tri-diagonal method by pseudo-inverse where it is singular.

    .. math::

        R=\sum_lK_l(x',X)K_l^{-1}(c_lI+v_la),\quad\alpha=\lceil L/3\rceil

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
    cos_train:
        X X^T/M_0, cosines of the training inputs; a symmetric positive semi-definite matrix with unit diagonal, as a
        list of rows.
    cos_cross:
        X' X^T/M_0, cosines of test inputs (rows) and training inputs; a list of rows of numbers from -1 to 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {alpha, test_kernel: R(x', X)/alpha}

    Fields: alpha, test_kernel.

    Notes
    -----
    Valid: L = 2, 5, 8, ...; infinite width.

    References
    ----------
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.btd_pinv(activation='relu', depth=2, sigma_w2=2.0, sigma_b2=0.0, cos_train=[[1, 0.6], [0.6, 1]],
    ... cos_cross=[[0.8, 0.3]])
    BtdPinv(alpha=1, test_kernel=[[ 0.788159, -0.102743]])
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cos_train": cos_train,
        "cos_cross": cos_cross,
        "cost_limit": cost_limit,
    }
    return call(_BTD_PINV, given, digits, on_error)


class EnsembleMoments(Record):
    """Values of `ensemble_moments`."""

    names = ("mean", "variance")
    mean = field("mean")
    variance = field("variance")


_ENSEMBLE_MOMENTS = Spec("ngd/ensemble-moments", EnsembleMoments)


def ensemble_moments(
    *,
    method: Any,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cos_train: Any,
    cos_cross: Any,
    y: Any,
    eta_alpha: Any,
    t: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Mean and variance of trained networks over initialisations.

    .. math::

        Ef_t=p\,ky,\quad\mathrm{Var}f_t=Q_L(x',x')-2p\,kQ_L(X,x')+p^2kQ_L(X,X)k^\top,\quad p=1-(1-\eta\alpha)^t

    Parameters
    ----------
    method:
        the approximation of the Fisher matrix; gd, exact, bd, btd, btd_pinv, kfac, kfac_scaled, kfac_joint, unit, diag,
        one_sided, one_sided_scaled, one_sided_softmax, output_sided or last, where the prediction has it.
    activation:
        the activation of the hidden layers; the name of an activation.
    depth:
        L, the number of weight layers; an integer >= 1.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    cos_train:
        X X^T/M_0, cosines of the training inputs; a symmetric positive semi-definite matrix with unit diagonal, as a
        list of rows.
    cos_cross:
        X' X^T/M_0, cosines of test inputs (rows) and training inputs; a list of rows of numbers from -1 to 1.
    y:
        the targets; a list of numbers, one for every training input.
    eta_alpha:
        eta alpha, the learning rate in units of 1/alpha; a number.
    t:
        the number of steps; an integer >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {mean, variance}, one entry a test input

    Fields: mean, variance.

    Notes
    -----
    Valid: infinite width, isotropic methods.

    References
    ----------
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.
    - A. Jacot, F. Gabriel, C. Hongler, Neural tangent kernel: convergence and generalization in neural networks,
      NeurIPS 2018, arXiv 1806.07572.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.ensemble_moments(method='bd', activation='relu', depth=3, sigma_w2=2.0, sigma_b2=0.0,
    ... cos_train=[[1, 0.3, -0.2], [0.3, 1, 0.1], [-0.2, 0.1, 1]], cos_cross=[[0.5, 0.4, 0.2]], y=[0.5, -0.5, 0.5],
    ... eta_alpha=0.5, t=2)
    EnsembleMoments(mean=[0.106087], variance=[1.036808])
    """
    given = {
        "method": method,
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cos_train": cos_train,
        "cos_cross": cos_cross,
        "y": y,
        "eta_alpha": eta_alpha,
        "t": t,
        "cost_limit": cost_limit,
    }
    return call(_ENSEMBLE_MOMENTS, given, digits, on_error)


_KFAC_LEVERAGE = Spec("ngd/kfac-leverage", None)


def kfac_leverage(
    *,
    X: Any,
    depth: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Rates of K-FAC, sample by sample, beyond the input dimension.

    .. math::

        \bar R=\mathrm{diag}(\alpha_n),\quad\alpha_n=Np_n+N(L-2)+1,\quad p_n=[X(X^\top X)^+X^\top]_{nn}

    Parameters
    ----------
    X:
        the inputs, one row a sample; a list of rows of numbers.
    depth:
        L, the number of weight layers; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [alpha_1, ..., alpha_N]

    Notes
    -----
    Valid: L >= 2, no biases; all kernels but that of the inputs invertible.

    References
    ----------
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.
    - J. Martens, R. Grosse, Optimizing neural networks with Kronecker-factored approximate curvature, ICML 2015, arXiv
      1503.05671.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.kfac_leverage(X=[[1, 0], [0, 1], [1, 1], [2, -1]], depth=3)
    Numbers([5.705882, 6.411765, 7.588235, 8.294118])
    """
    return call(_KFAC_LEVERAGE, {"X": X, "depth": depth, "cost_limit": cost_limit}, digits, on_error)


_FORSTER = Spec("ngd/forster", None)


def forster(*, X: Any, cost_limit: Any = 2000000000.0, digits: bool = True, on_error: str = "raise") -> Any:
    r"""Inputs transformed until all leverages are equal.

    .. math::

        x\to xS/\|xS\|:\quad Z^\top Z=\tfrac N{M_0}I

    Parameters
    ----------
    X:
        the inputs, one row a sample; a list of rows of numbers.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    cosines of the transformed rows

    Notes
    -----
    Valid: more samples than dimensions, in general position; K-FAC then has alpha = M_0 + N(L-2) + 1.

    References
    ----------
    - J. Forster, A linear lower bound on the unbounded error probabilistic communication complexity, Journal of
      Computer and System Sciences 2002.
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.forster(X=[[1, 0], [0, 1], [1, 1], [2, -1], [1, 3]])
    Numbers([[ 1.      , -0.316906,  0.700593,  0.947593,  0.103957],
     [-0.316906,  1.      ,  0.454759, -0.603312,  0.910373],
     [ 0.700593,  0.454759,  1.      ,  0.435908,  0.782526],
     [ 0.947593, -0.603312,  0.435908,  1.      , -0.219241],
     [ 0.103957,  0.910373,  0.782526, -0.219241,  1.      ]])
    """
    return call(_FORSTER, {"X": X, "cost_limit": cost_limit}, digits, on_error)


_UNIT_DAMPED_SINGLE = Spec("ngd/unit-damped-single", None)


def unit_damped_single(
    *,
    eps: Any,
    activation_fraction: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Damped unit-wise response of a hidden layer to a single sample.

    .. math::

        \bar
        R_l/M_l=\gamma\left[1-\sqrt{\pi\varepsilon/2}\,e^{\varepsilon/2}\mathrm{erfc}\sqrt{\varepsilon/2}\right],\quad\varepsilon=\frac{M_lN\rho}{Q_l\mathrm{Var}\,\xi}

    Parameters
    ----------
    eps:
        epsilon, the damping in units of the signal; a number >= 0.
    activation_fraction:
        gamma, the share of active units; above 0, at most 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    the response per unit

    Notes
    -----
    Valid: infinite width; exact for ReLU.

    References
    ----------
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.ngd.unit_damped_single(eps=0.1, activation_fraction=0.5):.6g}")
    0.343374
    """
    given = {
        "eps": eps,
        "activation_fraction": activation_fraction,
        "cost_limit": cost_limit,
    }
    return call(_UNIT_DAMPED_SINGLE, given, digits, on_error)


_UNIT_ERF_RATIO = Spec("ngd/unit-erf-ratio", None)


def unit_erf_ratio(
    *,
    q_test: Any,
    q_train: Any,
    c: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Mean ratio of erf slopes in unit-wise test predictions.

    .. math::

        E[\phi'(u')/\phi'(u)]=[(1-2q)(1+2q')+4c^2]^{-1/2}

    Parameters
    ----------
    q_test:
        q', the variance at the test input; a number >= 0.
    q_train:
        q, the variance at the training input; a number >= 0.
    c:
        their covariance; a number with c^2 <= q q'.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    the mean; "inf" where the bracket is not positive

    Notes
    -----
    Valid: exact for erf.

    References
    ----------
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.ngd.unit_erf_ratio(q_test=0.35, q_train=0.3, c=0.2):.6g}")
    1.09109
    """
    given = {
        "q_test": q_test,
        "q_train": q_train,
        "c": c,
        "cost_limit": cost_limit,
    }
    return call(_UNIT_ERF_RATIO, given, digits, on_error)


class UnitHeavyTails(Record):
    """Values of `unit_heavy_tails`."""

    names = ("location", "scale")
    location = field("location")
    scale = field("scale")


_UNIT_HEAVY_TAILS = Spec("ngd/unit-heavy-tails", UnitHeavyTails)


def unit_heavy_tails(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cosine: Any,
    layer: Any = 1,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Cauchy law of unit-wise test predictions.

    .. math::

        \tfrac1{M_l}\sum_i\frac{\xi_i(x')}{\xi_i(x)}\sim\mathrm{Cauchy}\left(r,\sqrt{1-r^2}\right),\quad
        r=\frac{B_{l+1}(x',x)}{B_{l+1}(x,x)}

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    depth:
        L, the number of weight layers; an integer >= 3.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    cosine:
        the cosine of test and training input; a number from -1 to 1.
    layer:
        l, the hidden layer; an integer from 1 to L-2. Default: 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {location, scale}

    Fields: location, scale.

    Notes
    -----
    Valid: L >= 3, infinite width behind the layer; the same law at every width M_l.

    References
    ----------
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cosine": cosine,
        "layer": layer,
        "cost_limit": cost_limit,
    }
    return call(_UNIT_HEAVY_TAILS, given, digits, on_error)


class OneSided(Record):
    """Values of `one_sided`."""

    names = ("alpha", "shares")
    alpha = field("alpha")
    shares = field("shares")


_ONE_SIDED = Spec("ngd/one-sided", OneSided)


def one_sided(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    side: Any = 'input',
    layers: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Isotropy constant of a method that inverts one Kronecker factor.

    .. math::

        \bar R=\mathrm{diag}(\alpha_n)\to\alpha I:\quad\alpha_{\rm input}=\sum_{l\in S}b_l,\quad\alpha_{\rm
        output}=\sum_{l\in S}q_l

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
    side:
        the factor that is inverted; input or output. Default: 'input'.
    layers:
        the layers in which it is; a list of different layers from 1 to L (output side: to L-1), at least one; null for
        all of them. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {alpha, shares: what the layers 1..L contribute, 0 for those that rest}

    Fields: alpha, shares.

    Notes
    -----
    Valid: diagonal in every network whose factors can be inverted; the constant is that of infinite width.

    References
    ----------
    - F. Benzing, Gradient descent on neurons and its link to approximate second-order optimization, ICML 2022, arXiv
      2201.12250.
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.one_sided(activation='erf', depth=4, sigma_w2=1.5, sigma_b2=0.1, side='input', layers=None)
    OneSided(alpha=3.35587, shares=[0.58275 , 0.830035, 0.943087, 1.      ])
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "side": side,
        "layers": layers,
        "cost_limit": cost_limit,
    }
    return call(_ONE_SIDED, given, digits, on_error)


class OneSidedSpread(Record):
    """Values of `one_sided_spread`."""

    names = ("alpha", "variance", "covariance")
    alpha = field("alpha")
    variance = field("variance")
    covariance = field("covariance")


_ONE_SIDED_SPREAD = Spec("ngd/one-sided-spread", OneSidedSpread)


def one_sided_spread(
    *,
    activation: Any,
    widths: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cos: Any,
    layers: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Fluctuation of the rates of a one-sided method over samples and networks.

    .. math::

        V(c)=\sum_{l<L}\frac{\sigma_w^4}{M_l}\left\{s_l^2[\mathcal
        D(b_{l+1}^2+2B_{l+1}(c)^2)-d_l^2b_{l+1}^2]+2s_lt_{l+1}b_{l+1}[\mathcal M-d_le_l]+t_{l+1}^2[\mathcal
        F-e_l^2]\right\}

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    widths:
        [M_1, ..., M_{L-1}], the hidden widths; a list of positive integers.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    layers:
        the layers in which it is; a list of different layers from 1 to L (output side: to L-1), at least one; null for
        all of them. Default: None.
    cos:
        cosines of pairs of inputs; a list of numbers from -1 to 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {alpha, variance: V(1) of one rate, covariance: V(c) for every cosine}

    Fields: alpha, variance, covariance.

    Notes
    -----
    Valid: input side; leading order in one over the widths.

    References
    ----------
    - F. Benzing, Gradient descent on neurons and its link to approximate second-order optimization, ICML 2022, arXiv
      2201.12250.
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.one_sided_spread(activation='relu', widths=[256, 256], sigma_w2=2.0, sigma_b2=0.0, layers=None,
    ... cos=[0.0, 0.5])
    OneSidedSpread(alpha=3, variance=0.0976562, covariance=[0.043759, 0.05732 ])
    """
    given = {
        "activation": activation,
        "widths": widths,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "layers": layers,
        "cos": cos,
        "cost_limit": cost_limit,
    }
    return call(_ONE_SIDED_SPREAD, given, digits, on_error)


_ONE_SIDED_ANISOTROPY = Spec("ngd/one-sided-anisotropy", None)


def one_sided_anisotropy(
    *,
    activation: Any,
    widths: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cos_train: Any,
    layers: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Anisotropy of a one-sided method in networks of finite width.

    .. math::

        \iota=\frac{\|\bar R-\hat\alpha I\|_F}{\hat\alpha\sqrt N}=\frac1\alpha\sqrt{(1-\tfrac1N)(V(1)-\overline V)}

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    widths:
        [M_1, ..., M_{L-1}], the hidden widths; a list of positive integers.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    layers:
        the layers in which it is; a list of different layers from 1 to L (output side: to L-1), at least one; null for
        all of them. Default: None.
    cos_train:
        X X^T/M_0, cosines of the training inputs; a symmetric positive semi-definite matrix with unit diagonal, as a
        list of rows.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    iota

    Notes
    -----
    Valid: input side; leading order in one over the widths.

    References
    ----------
    - F. Benzing, Gradient descent on neurons and its link to approximate second-order optimization, ICML 2022, arXiv
      2201.12250.
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.ngd.one_sided_anisotropy(activation='relu', widths=[512, 512], sigma_w2=2.0, sigma_b2=0.0, layers=None, cos_train=[[1.0, 0.3, -0.2], [0.3, 1.0, 0.5], [-0.2, 0.5, 1.0]]):.6g}")
    0.0422803
    """
    given = {
        "activation": activation,
        "widths": widths,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "layers": layers,
        "cos_train": cos_train,
        "cost_limit": cost_limit,
    }
    return call(_ONE_SIDED_ANISOTROPY, given, digits, on_error)


class PartialLayers(Record):
    """Values of `partial_layers`."""

    names = ("train", "test")
    train = field("train")
    test = field("test")


_PARTIAL_LAYERS = Spec("ngd/partial-layers", PartialLayers)


def partial_layers(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cos_train: Any,
    cos_cross: Any,
    layers: Any = None,
    side: Any = 'input',
    rho: Any = 0,
    gd_share: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Response of a method that inverts one factor in some layers.

    .. math::

        R(x',X)=\sum_{l\in S}[A_l(x',X)(A_l+N\rho)^{-1}]\circ B_l(x',X)+\frac\kappa N\sum_{l\notin S}K_l(x',X)

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
    cos_train:
        X X^T/M_0, cosines of the training inputs; a symmetric positive semi-definite matrix with unit diagonal, as a
        list of rows.
    cos_cross:
        X' X^T/M_0, cosines of test inputs (rows) and training inputs; a list of rows of numbers from -1 to 1.
    layers:
        the layers in which it is; a list of different layers from 1 to L (output side: to L-1), at least one; null for
        all of them. Default: None.
    side:
        the factor that is inverted; input or output. Default: 'input'.
    rho:
        rho, the damping of the factor; a number >= 0. Default: 0.
    gd_share:
        kappa, the rate of plain gradient descent in the other layers in units of eta; 0 freezes them; a number >= 0.
        Default: 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {train: R(X, X), test: R(x', X)}; without damping and descent R/alpha is the test kernel

    Fields: train, test.

    Notes
    -----
    Valid: infinite width, one output.

    References
    ----------
    - F. Benzing, Gradient descent on neurons and its link to approximate second-order optimization, ICML 2022, arXiv
      2201.12250.
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.partial_layers(activation='relu', depth=3, sigma_w2=2.0, sigma_b2=0.0, cos_train=[[1.0, 0.3, -0.2],
    ... [0.3, 1.0, 0.5], [-0.2, 0.5, 1.0]], cos_cross=[[0.4, 0.3, 0.1], [-0.5, 0.2, 0.6]], layers=[1, 2, 3],
    ... side='input', rho=0, gd_share=0)
    PartialLayers(train=[[ 3.000000e+00,  2.961910e-16, -6.549258e-17],
     [-4.178548e-17,  3.000000e+00, -4.106862e-17],
     [ 0.000000e+00, -9.790648e-17,  3.000000e+00]], test=[[ 0.881953,  0.376078,  0.335663],
     [-0.081333,  0.163077,  1.382446]])
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cos_train": cos_train,
        "cos_cross": cos_cross,
        "layers": layers,
        "side": side,
        "rho": rho,
        "gd_share": gd_share,
        "cost_limit": cost_limit,
    }
    return call(_PARTIAL_LAYERS, given, digits, on_error)


class LowRank(Record):
    """Values of `low_rank`."""

    names = ("train", "condition")
    train = field("train")
    condition = field("condition")


_LOW_RANK = Spec("ngd/low-rank", LowRank)


def low_rank(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cos_train: Any,
    rank: Any,
    rho: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Response of the one-sided method with the largest eigenpairs of its factors.

    .. math::

        \bar R=\sum_l\left(U\,\mathrm{diag}(f)\,U^\top\right)\circ B_l,\quad f_i=\frac{a_i}{a_i+\rho}\ (i\le r),\
        \frac{a_i}\rho\ (i>r)

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
    cos_train:
        X X^T/M_0, cosines of the training inputs; a symmetric positive semi-definite matrix with unit diagonal, as a
        list of rows.
    rank:
        r, the eigenpairs that are kept; an integer from 0 to N.
    rho:
        rho, the damping, which stands for all others; a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {train: R(X, X), condition: its condition number, or "singular" where the least eigenvalue is lost in rounding}

    Fields: train, condition.

    Notes
    -----
    Valid: infinite width, one output; no equal eigenvalues on both sides of the rank.

    References
    ----------
    - F. Benzing, Gradient descent on neurons and its link to approximate second-order optimization, ICML 2022, arXiv
      2201.12250.
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.low_rank(activation='relu', depth=3, sigma_w2=2.0, sigma_b2=0.0, cos_train=[[1.0, 0.1, -0.3, 0.25],
    ... [0.1, 1.0, 0.4, 0.0], [-0.3, 0.4, 1.0, 0.2], [0.25, 0.0, 0.2, 1.0]], rank=1, rho=0.07)
    LowRank(train=[[13.806984, -0.356925, -2.485156,  0.641941],
     [-0.356925,  9.519654, -0.544513, -2.318672],
     [-2.485156, -0.544513,  7.890803, -0.904656],
     [ 0.641941, -2.318672, -0.904656, 12.839252]], condition=2.33599)
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cos_train": cos_train,
        "rank": rank,
        "rho": rho,
        "cost_limit": cost_limit,
    }
    return call(_LOW_RANK, given, digits, on_error)


class Shampoo(Record):
    """Values of `shampoo`."""

    names = ("train", "anisotropy", "condition")
    train = field("train")
    anisotropy = field("anisotropy")
    condition = field("condition")


_SHAMPOO = Spec("ngd/shampoo", Shampoo)


def shampoo(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cos_train: Any,
    p_input: Any,
    p_output: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Response of Shampoo with powers of both Kronecker factors.

    .. math::

        R_l=N^{p_A+p_B-1}q_l^{-p_B}b_l^{-p_A}\,A_l^{1-p_A}\circ B_l^{1-p_B},\quad
        R_L=N^{p_A-1}q_L^{-p_B}b_L^{-p_A}A_L^{1-p_A}

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
    cos_train:
        X X^T/M_0, cosines of the training inputs; a symmetric positive semi-definite matrix with unit diagonal, as a
        list of rows.
    p_input:
        p_A, the power of the inverse of the input factor; a number from 0 to 1.
    p_output:
        p_B, the power of the inverse of the output factor; a number from 0 to 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {train: R(X, X), anisotropy: its relative distance from a multiple of the identity, condition: its condition number,
    or "singular"}

    Fields: train, anisotropy, condition.

    Notes
    -----
    Valid: statistics of single-sample gradients; infinite width, no damping, one output.

    References
    ----------
    - V. Gupta, T. Koren, Y. Singer, Shampoo: preconditioned stochastic tensor optimization, ICML 2018, arXiv
      1802.09568.
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.shampoo(activation='erf', depth=3, sigma_w2=2.0, sigma_b2=0.0, cos_train=[[1.0, 0.3, -0.2], [0.3,
    ... 1.0, 0.5], [-0.2, 0.5, 1.0]], p_input=0.25, p_output=0.25)
    Shampoo(train=[[ 1.751888,  0.212786, -0.146093],
     [ 0.212786,  1.710732,  0.36789 ],
     [-0.146093,  0.36789 ,  1.720086]], anisotropy=0.212646, condition=1.70803)
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cos_train": cos_train,
        "p_input": p_input,
        "p_output": p_output,
        "cost_limit": cost_limit,
    }
    return call(_SHAMPOO, given, digits, on_error)


_SHAMPOO_BATCH = Spec("ngd/shampoo-batch", None)


def shampoo_batch(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cos_train: Any,
    residual: Any,
    exponent: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""How outputs move under Shampoo with the statistics of one batch gradient.

    .. math::

        f_1-f_0=-\eta v:\quad v_{1/4}=\sum_{l<L}\mathrm{diag}\left[B_l^{1/2}VU^\top
        A_l^{1/2}\right]+\frac{A_L\gamma}{\sqrt{\gamma^\top A_L\gamma}},\quad
        v_{1/2}=\frac{N(L-1)}{g_n}+\frac{N(A_Lg)_n}{g^\top A_Lg}

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
    cos_train:
        X X^T/M_0, cosines of the training inputs; a symmetric positive semi-definite matrix with unit diagonal, as a
        list of rows.
    residual:
        g = f_0 - y; a list of numbers, one for every training input.
    exponent:
        the power of both factors: 0.25 orthogonalises the gradient, as Muon does; 0.25 or 0.5.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    v, one entry a sample; not linear in g

    Notes
    -----
    Valid: infinite width, to first order in the rate, no damping, no momentum, one output.

    References
    ----------
    - V. Gupta, T. Koren, Y. Singer, Shampoo: preconditioned stochastic tensor optimization, ICML 2018, arXiv
      1802.09568.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.shampoo_batch(activation='erf', depth=3, sigma_w2=2.0, sigma_b2=0.0, cos_train=[[1.0, 0.3, -0.2],
    ... [0.3, 1.0, 0.5], [-0.2, 0.5, 1.0]], residual=[0.5, -1.0, 0.3], exponent=0.5)
    Numbers([12.798031, -8.806526, 19.314862])
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cos_train": cos_train,
        "residual": residual,
        "exponent": exponent,
        "cost_limit": cost_limit,
    }
    return call(_SHAMPOO_BATCH, given, digits, on_error)


class Cost(Record):
    """Values of `cost`."""

    names = ("pass", "precondition", "memory", "gd", "exact", "bd", "kfac", "kfac_scaled", "one_sided", "one_sided_scaled", "one_sided_softmax", "output_sided", "last")
    pass_ = field("pass")
    precondition = field("precondition")
    memory = field("memory")
    gd = field("gd")
    exact = field("exact")
    bd = field("bd")
    kfac = field("kfac")
    kfac_scaled = field("kfac_scaled")
    one_sided = field("one_sided")
    one_sided_scaled = field("one_sided_scaled")
    one_sided_softmax = field("one_sided_softmax")
    output_sided = field("output_sided")
    last = field("last")


_COST = Spec("ngd/cost", Cost)


def cost(
    *,
    widths: Any,
    N: Any,
    method: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Operations and memory of one step.

    .. math::

        2N(2+\beta)\sum_lM_{l-1}M_l,\quad\mathcal I_l=\min\left\{4N^2m+\tfrac{N^3}3,\,2Nm^2+\tfrac{m^3}3+2m^2n\right\}

    Parameters
    ----------
    method:
        the approximation of the Fisher matrix; one of gd, exact, bd, kfac, kfac_scaled, one_sided, one_sided_scaled,
        one_sided_softmax, output_sided, last; null for all of them. Default: None.
    widths:
        [M_0, ..., M_{L-1}, C], from the inputs to the outputs; a list of at least two positive integers.
    N:
        the number of samples; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {pass, precondition: floating point operations, memory: numbers kept}; of every method that is counted, the cheapest
    first, where none is named

    Fields: pass_, precondition, memory, gd, exact, bd, kfac, kfac_scaled, one_sided, one_sided_scaled,
    one_sided_softmax, output_sided, last.

    Notes
    -----
    Valid: leading order in the sizes; each factor in the dual or the primal, whichever is cheaper.

    References
    ----------
    - J. Martens, R. Grosse, Optimizing neural networks with Kronecker-factored approximate curvature, ICML 2015, arXiv
      1503.05671.
    - F. Benzing, Gradient descent on neurons and its link to approximate second-order optimization, ICML 2022, arXiv
      2201.12250.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.cost(method='kfac', widths=[64, 512, 512, 10], N=100)
    Cost(pass=7.20077e+08, precondition=1.48456e+09, memory=548384)
    """
    return call(_COST, {"method": method, "widths": widths, "N": N, "cost_limit": cost_limit}, digits, on_error)


_TRAVEL = Spec("ngd/travel", None)


def travel(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cos_train: Any,
    method: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Distance that a full step walks in parameter space.

    .. math::

        E\frac{\|\Delta\theta\|^2}{\|g\|^2}:\quad\tfrac1N\mathrm{tr}K^{-1}\ ({\rm
        exact}),\quad\tfrac1{N\alpha^2}\mathrm{tr}\sum_lA_l^{-1}\circ B_l\ ({\rm one\ sided})

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
    cos_train:
        X X^T/M_0, cosines of the training inputs; a symmetric positive semi-definite matrix with unit diagonal, as a
        list of rows.
    method:
        the approximation of the Fisher matrix; gd, exact, bd, btd, btd_pinv, kfac, kfac_scaled, kfac_joint, unit, diag,
        one_sided, one_sided_scaled, one_sided_softmax, output_sided or last, where the prediction has it.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    the mean square over directions of the residual

    Notes
    -----
    Valid: infinite width, eta = 1/alpha, no damping.

    References
    ----------
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.ngd.travel(activation='relu', depth=3, sigma_w2=2.0, sigma_b2=0.0, cos_train=[[1.0, 0.1, -0.3, 0.25], [0.1, 1.0, 0.4, 0.0], [-0.3, 0.4, 1.0, 0.2], [0.25, 0.0, 0.2, 1.0]], method='kfac'):.6g}")
    0.515051
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cos_train": cos_train,
        "method": method,
        "cost_limit": cost_limit,
    }
    return call(_TRAVEL, given, digits, on_error)


_TEST_RISK = Spec("ngd/test-risk", None)


def test_risk(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cos_train: Any,
    cos_cross: Any,
    method: Any,
    teacher: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Expected test error for a random target.

    .. math::

        \mathcal C(x',x')-2k\,\mathcal C(X,x')+k\,\mathcal C(X,X)k^\top

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
    cos_train:
        X X^T/M_0, cosines of the training inputs; a symmetric positive semi-definite matrix with unit diagonal, as a
        list of rows.
    cos_cross:
        X' X^T/M_0, cosines of test inputs (rows) and training inputs; a list of rows of numbers from -1 to 1.
    method:
        the approximation of the Fisher matrix; gd, exact, bd, btd, btd_pinv, kfac, kfac_scaled, kfac_joint, unit, diag,
        one_sided, one_sided_scaled, one_sided_softmax, output_sided or last, where the prediction has it.
    teacher:
        the target: a linear function of the inputs, or a network of the same kind at initialisation; linear or gp.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    the squared error, one entry a test input

    Notes
    -----
    Valid: infinite width, trained to the end without damping, initial outputs subtracted.

    References
    ----------
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.test_risk(activation='erf', depth=3, sigma_w2=2.0, sigma_b2=0.0, cos_train=[[1.0, 0.3, -0.2], [0.3,
    ... 1.0, 0.5], [-0.2, 0.5, 1.0]], cos_cross=[[0.4, 0.3, 0.1], [-0.5, 0.2, 0.6]], method='kfac', teacher='gp')
    Numbers([0.901931, 0.735487])
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cos_train": cos_train,
        "cos_cross": cos_cross,
        "method": method,
        "teacher": teacher,
        "cost_limit": cost_limit,
    }
    return call(_TEST_RISK, given, digits, on_error)


_ZERO_OUTPUT = Spec("ngd/zero-output", None)


def zero_output(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cos_train: Any,
    cos_cross: Any,
    y: Any,
    rho: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""First step of K-FAC or the one-sided method from an output layer of zeros.

    .. math::

        f_1(x')=Q_L(x',X)(Q_L+N\rho I)^{-1}y

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
    cos_train:
        X X^T/M_0, cosines of the training inputs; a symmetric positive semi-definite matrix with unit diagonal, as a
        list of rows.
    cos_cross:
        X' X^T/M_0, cosines of test inputs (rows) and training inputs; a list of rows of numbers from -1 to 1.
    y:
        the targets; a list of numbers, one for every training input.
    rho:
        rho, the damping of the input factor; a number >= 0. Default: 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    the outputs, one entry a test input

    Notes
    -----
    Valid: infinite width, eta = 1 (K-FAC with the damping rho_B of its other factor: 1 + rho_B).

    References
    ----------
    - A. Jacot, F. Gabriel, C. Hongler, Neural tangent kernel: convergence and generalization in neural networks,
      NeurIPS 2018, arXiv 1806.07572.
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.zero_output(activation='relu', depth=3, sigma_w2=2.0, sigma_b2=0.0, cos_train=[[1.0, 0.3, -0.2],
    ... [0.3, 1.0, 0.5], [-0.2, 0.5, 1.0]], cos_cross=[[0.4, 0.3, 0.1], [-0.5, 0.2, 0.6]], y=[1.0, -1.0, 0.5], rho=0.05)
    Numbers([0.279341, 0.206181])
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cos_train": cos_train,
        "cos_cross": cos_cross,
        "y": y,
        "rho": rho,
        "cost_limit": cost_limit,
    }
    return call(_ZERO_OUTPUT, given, digits, on_error)


_CE_MAP = Spec("ngd/ce-map", None)


def ce_map(
    *,
    p0: Any,
    eta: Any,
    t: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Error of a classifier, sample by sample, under isotropic natural gradient.

    .. math::

        \kappa=\frac{1-p}p:\quad\kappa_{t+1}=\kappa_te^{-\eta(1+\kappa_t)}

    Parameters
    ----------
    p0:
        p_0, the probability of the label at the start; a number between 0 and 1.
    eta:
        eta alpha, the rate in units of 1/alpha; a number > 0.
    t:
        the number of steps; an integer >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    1 - p_t

    Notes
    -----
    Valid: cross entropy; infinite width, no damping; exact, bd, and one_sided_softmax with its alpha.

    References
    ----------
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.ngd.ce_map(p0=0.2, eta=0.5, t=4):.6g}")
    0.0516873
    """
    return call(_CE_MAP, {"p0": p0, "eta": eta, "t": t, "cost_limit": cost_limit}, digits, on_error)


class CeMargin(Record):
    """Values of `ce_margin`."""

    names = ("margin", "error")
    margin = field("margin")
    error = field("error")


_CE_MARGIN = Spec("ngd/ce-margin", CeMargin)


def ce_margin(
    *,
    method: Any,
    C: Any,
    time: Any,
    k: Any = None,
    N: Any = None,
    rho: Any = None,
    alpha: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Margin of a classifier under damped natural gradient, one-sided and plain descent.

    .. math::

        \tau=a\ln\frac{e^s+C-1}C+\frac bC\left(e^s-1+(C-1)s\right),\quad1-p=\frac{C-1}{e^s+C-1}

    Parameters
    ----------
    method:
        the approximation of the Fisher matrix; gd, exact, bd, btd, btd_pinv, kfac, kfac_scaled, kfac_joint, unit, diag,
        one_sided, one_sided_scaled, one_sided_softmax, output_sided or last, where the prediction has it.
    C:
        the number of classes; an integer >= 2.
    time:
        tau = eta t, the time of the flow; a number >= 0.
    k:
        k, the tangent kernel of a sample with itself (exact, gd); a number > 0, or null. Default: None.
    N:
        the number of samples (exact, gd); an integer >= 1, or null. Default: None.
    rho:
        rho, the damping (exact); a number >= 0, or null. Default: None.
    alpha:
        alpha, the isotropy constant (one_sided); a number > 0, or null. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {margin: s, error: 1 - p}

    Fields: margin, error.

    Notes
    -----
    Valid: cross entropy; equal logits at the start, one sample or a kernel k I, small steps.

    References
    ----------
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.
    - F. Benzing, Gradient descent on neurons and its link to approximate second-order optimization, ICML 2022, arXiv
      2201.12250.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.ce_margin(method='gd', C=2, time=50.0, k=6.0, N=12)
    CeMargin(margin=3.85326, error=0.0207698)
    """
    given = {
        "method": method,
        "C": C,
        "time": time,
        "k": k,
        "N": N,
        "rho": rho,
        "alpha": alpha,
        "cost_limit": cost_limit,
    }
    return call(_CE_MARGIN, given, digits, on_error)


class CeRecursion(Record):
    """Values of `ce_recursion`."""

    names = ("p_label", "test")
    p_label = field("p_label")
    test = field("test")


_CE_RECURSION = Spec("ngd/ce-recursion", CeRecursion)


def ce_recursion(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    cos_train: Any,
    cos_cross: Any,
    logits: Any,
    labels: Any,
    method: Any,
    eta: Any,
    t: Any,
    rho: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Logits of a wide classifier, step by step.

    .. math::

        \Delta f=-\eta\,\mathcal K\Sigma(\Sigma^\top\mathcal K\Sigma+N\rho)^{-1}\Sigma^\top z,\quad
        z_n=-\frac{e_{y_n}-\mathbf 1/C}{p_{n,y_n}},\quad\mathcal K=\Theta\otimes I_C

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
    cos_train:
        X X^T/M_0, cosines of the training inputs; a symmetric positive semi-definite matrix with unit diagonal, as a
        list of rows.
    cos_cross:
        X' X^T/M_0, cosines of test inputs (rows) and training inputs; a list of rows of numbers from -1 to 1.
    logits:
        f_0, a row for each sample; rows of C >= 2 numbers.
    labels:
        the classes, counted from 0; one integer from 0 to C-1 for each sample.
    method:
        the approximation of the Fisher matrix; gd, exact, bd, btd, btd_pinv, kfac, kfac_scaled, kfac_joint, unit, diag,
        one_sided, one_sided_scaled, one_sided_softmax, output_sided or last, where the prediction has it.
    eta:
        the learning rate; for one_sided, one_sided_softmax and kfac in units of 1/alpha; a number > 0.
    t:
        the number of steps; an integer >= 0.
    rho:
        rho, the damping (exact); a number >= 0. Default: 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {p_label: the probabilities of the labels; exact and gd also test: logits at test inputs, which start at 0}

    Fields: p_label, test.

    Notes
    -----
    Valid: infinite width, where the kernel stays; exact, gd, one_sided, one_sided_softmax, kfac.

    References
    ----------
    - R. Karakida, S. Akaho, S. Amari, Pathological spectra of the Fisher information metric and its variants in deep
      neural networks, Neural Computation 2021, arXiv 1910.05992.
    - A. Jacot, F. Gabriel, C. Hongler, Neural tangent kernel: convergence and generalization in neural networks,
      NeurIPS 2018, arXiv 1806.07572.
    - R. Karakida, K. Osawa, Understanding approximate Fisher information for fast convergence of natural gradient
      descent in wide neural networks, NeurIPS 2020, arXiv 2010.00879.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.ce_recursion(activation='relu', depth=3, sigma_w2=2.0, sigma_b2=0.0, cos_train=[[1.0, 0.3, -0.2],
    ... [0.3, 1.0, 0.5], [-0.2, 0.5, 1.0]], cos_cross=[[0.4, 0.3, 0.1], [-0.5, 0.2, 0.6]], logits=[[0.3, -0.2, 0.5],
    ... [1.0, 0.1, -0.4], [-0.6, 0.2, 0.0]], labels=[0, 1, 2], method='gd', eta=0.5, t=3, rho=0)
    CeRecursion(p_label=[0.717203, 0.665234, 0.728133], test=[[ 0.036668,  0.098421, -0.13509 ],
     [-0.429287, -0.07909 ,  0.508377]])
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "cos_train": cos_train,
        "cos_cross": cos_cross,
        "logits": logits,
        "labels": labels,
        "method": method,
        "eta": eta,
        "t": t,
        "rho": rho,
        "cost_limit": cost_limit,
    }
    return call(_CE_RECURSION, given, digits, on_error)


class WidthExponents(Record):
    """Values of `width_exponents`."""

    names = ("init", "rate", "damping_input", "damping_output", "feature")
    init = field("init")
    rate = field("rate")
    damping_input = field("damping_input")
    damping_output = field("damping_output")
    feature = field("feature")


_WIDTH_EXPONENTS = Spec("ngd/width-exponents", WidthExponents)


def width_exponents(
    *,
    p_input: Any,
    p_output: Any,
    b_output: Any,
    weighted: Any = False,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""How rates and dampings grow with the width for features to be learnt.

    .. math::

        \eta\propto M^{[(2b_L-1)(1-p_B),\ p_A+p_B(1-2b_L)-2(1-b_L),\ p_A-1]}

    Parameters
    ----------
    p_input:
        p_A, the power of the inverse of the input factor; a number from 0 to 1.
    p_output:
        p_B, the power of the inverse of the output factor; a number from 0 to 1.
    b_output:
        b_L: output weights have the variance M^(-2 b_L); 1/2 standard, 1 maximal update; a number from 0.5 to 1.
    weighted:
        whether each factor is weighted by the squared length of the other one's vectors, as in ngd/shampoo; true or
        false. Default: False.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {init: of the variances of weights, rate, damping_input, damping_output: first, hidden, output layer; feature: of
    the change of hidden pre-activations}

    Fields: init, rate, damping_input, damping_output, feature.

    Notes
    -----
    Valid: all scales in the weights; SGD p = (0, 0), K-FAC (1, 1), one-sided (1, 0), Muon (1/2, 1/2); weighted dampings
    are those of ngd/shampoo's factors.

    References
    ----------
    - S. Ishikawa, R. Karakida, On the parameterization of second-order optimization effective towards the infinite
      width, ICLR 2024, arXiv 2312.12226.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.width_exponents(p_input=1, p_output=1, b_output=1)
    WidthExponents(init=[ 0., -1., -2.], rate=[0., 0., 0.], damping_input=[0., 1., 1.], damping_output=[-1., -1.,  0.], feature=0)
    """
    given = {
        "p_input": p_input,
        "p_output": p_output,
        "b_output": b_output,
        "weighted": weighted,
        "cost_limit": cost_limit,
    }
    return call(_WIDTH_EXPONENTS, given, digits, on_error)


class FeatureExponents(Record):
    """Values of `feature_exponents`."""

    names = ("features", "output_own", "output")
    features = field("features")
    output_own = field("output_own")
    output = field("output")


_FEATURE_EXPONENTS = Spec("ngd/feature-exponents", FeatureExponents)


def feature_exponents(
    *,
    p_input: Any,
    p_output: Any,
    b_output: Any,
    rate: Any,
    damping_input: Any = [None, None, None],
    damping_output: Any = [None, None, None],
    weighted: Any = False,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""How what one step changes grows with the width.

    .. math::

        x_1=r_1-b_L-p_B\beta_1-p_Aa_1,\quad x_h=r_h-b_L-p_B\beta_h-p_Aa_h+1,\quad x_L=r_L-p_B\beta_L-p_Aa_L+1

    Parameters
    ----------
    p_input:
        p_A, the power of the inverse of the input factor; a number from 0 to 1.
    p_output:
        p_B, the power of the inverse of the output factor; a number from 0 to 1.
    b_output:
        b_L: output weights have the variance M^(-2 b_L); 1/2 standard, 1 maximal update; a number from 0.5 to 1.
    rate:
        exponents of the learning rates; three numbers: first, hidden and output layer.
    damping_input:
        exponents of rho_A; three numbers or nulls (no damping): first, hidden and output layer. Default: [None, None,
        None].
    damping_output:
        exponents of rho_B; three numbers or nulls (no damping): first, hidden and output layer. Default: [None, None,
        None].
    weighted:
        whether each factor is weighted by the squared length of the other one's vectors, as in ngd/shampoo; true or
        false. Default: False.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {features: [x_1, x_h], output_own: x_L, output: of the change of the output in all}

    Fields: features, output_own, output.

    Notes
    -----
    Valid: leading order, while changes stay small or of order 1.

    References
    ----------
    - S. Ishikawa, R. Karakida, On the parameterization of second-order optimization effective towards the infinite
      width, ICLR 2024, arXiv 2312.12226.

    Examples
    --------
    >>> import solvable
    >>> solvable.ngd.feature_exponents(p_input=1, p_output=1, b_output=1, rate=[0, 0, 0], damping_input=[0, 0, 0],
    ... damping_output=[0, 0, 0])
    FeatureExponents(features=[-1., -1.], output_own=0, output=0)
    """
    given = {
        "p_input": p_input,
        "p_output": p_output,
        "b_output": b_output,
        "rate": rate,
        "damping_input": damping_input,
        "damping_output": damping_output,
        "weighted": weighted,
        "cost_limit": cost_limit,
    }
    return call(_FEATURE_EXPONENTS, given, digits, on_error)


__all__ = [
    "BtdPinv",
    "CeMargin",
    "CeRecursion",
    "Cost",
    "EnsembleMoments",
    "FeatureExponents",
    "GdModes",
    "LayerKernels",
    "LowRank",
    "OneSided",
    "OneSidedSpread",
    "PartialLayers",
    "ResponseDamped",
    "Shampoo",
    "UnitHeavyTails",
    "WidthExponents",
    "alpha",
    "btd_coefficients",
    "btd_pinv",
    "btd_poles",
    "ce_map",
    "ce_margin",
    "ce_recursion",
    "cost",
    "divergence",
    "ensemble_moments",
    "feature_exponents",
    "forster",
    "gd_modes",
    "kfac_leverage",
    "layer_kernels",
    "low_rank",
    "one_sided",
    "one_sided_anisotropy",
    "one_sided_spread",
    "partial_layers",
    "response_damped",
    "shampoo",
    "shampoo_batch",
    "test_kernel",
    "test_risk",
    "travel",
    "unit_damped_single",
    "unit_erf_ratio",
    "unit_heavy_tails",
    "width_exponents",
    "zero_output",
]
