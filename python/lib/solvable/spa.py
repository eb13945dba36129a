"""Predictions: self-paced augmentation.

Written by generate.py from the catalogue.
"""

from __future__ import annotations

from typing import Any

from ._call import Spec, call
from .answer import Record, field


_CA_IS_RIDGE = Spec("spa/ca-is-ridge", None)


def ca_is_ridge(
    *,
    s2: Any,
    p: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The ridge that augmentation amounts to.

    .. math::

        E_\xi(y-w\cdot\tilde x)^2=(y-w\cdot x)^2+s^2\|w\|^2,\quad\lambda_{\rm eff}=s^2p

    Parameters
    ----------
    s2:
        s^2, the variance of the augmentation per coordinate; a number >= 0.
    p:
        p, the augmented part of the samples; a number from 0 to 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    lambda_eff

    Notes
    -----
    Valid: exact at any size for a linear model.

    References
    ----------
    - C. M. Bishop, Training with noise is equivalent to Tikhonov regularization, Neural Computation 1995.
    - T. Takase, R. Karakida, H. Asoh, Self-paced data augmentation for training neural networks, Neurocomputing 2021,
      arXiv 2010.15434.
    """
    return call(_CA_IS_RIDGE, {"s2": s2, "p": p, "cost_limit": cost_limit}, digits, on_error)


class RidgeObservables(Record):
    """Values of `ridge_observables`."""

    names = ("R", "v", "W")
    R = field("R")
    v = field("v")
    W = field("W")


_RIDGE_OBSERVABLES = Spec("spa/ridge-observables", RidgeObservables)


def ridge_observables(
    *,
    psi: Any,
    r2: Any,
    sigma2: Any,
    lambda_ridge: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Errors and norm of ridge regression.

    .. math::

        \kappa^2=(\lambda+\gamma-1)\kappa+\lambda,\ R=\frac{r^2\kappa^2+\sigma^2\gamma}{(1+\kappa)^2-\gamma},\
        v=\left(\tfrac\lambda\kappa\right)^2(\sigma^2+R),\ W=\frac{r^2+\gamma(\sigma^2+R)}{(1+\kappa)^2}

    Parameters
    ----------
    psi:
        psi = N/d, samples per dimension; a number > 0.
    r2:
        r^2, the squared norm of the teacher; a number >= 0.
    sigma2:
        sigma^2, the variance of the label noise; a number >= 0, not 0 together with r2.
    lambda_ridge:
        lambda, the ridge; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [R, v, W]

    Fields: R, v, W.

    Notes
    -----
    Valid: N, d to infinity; R and W are infinite at psi = 1 without ridge.

    References
    ----------
    - E. Dobriban, S. Wager, High-dimensional asymptotics of prediction: ridge regression and classification, Annals of
      Statistics 2018, arXiv 1507.03003.
    - T. Hastie, A. Montanari, S. Rosset, R. J. Tibshirani, Surprises in high-dimensional ridgeless least squares
      interpolation, Annals of Statistics 2022, arXiv 1903.08560.

    Examples
    --------
    >>> import solvable
    >>> solvable.spa.ridge_observables(lambda_ridge=0.01, psi=4, r2=2, sigma2=1)
    RidgeObservables(R=0.322317, v=0.750314, W=2.26991)
    """
    given = {
        "psi": psi,
        "r2": r2,
        "sigma2": sigma2,
        "lambda_ridge": lambda_ridge,
        "cost_limit": cost_limit,
    }
    return call(_RIDGE_OBSERVABLES, given, digits, on_error)


class FixedPoint(Record):
    """Values of `fixed_point`."""

    names = ("lambda_eff", "p", "R", "v", "W")
    lambda_eff = field("lambda_eff")
    p = field("p")
    R = field("R")
    v = field("v")
    W = field("W")


_FIXED_POINT = Spec("spa/fixed-point", FixedPoint)


def fixed_point(
    *,
    psi: Any,
    r2: Any,
    sigma2: Any,
    s2: Any,
    tau: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Where self-paced training from zero ends.

    .. math::

        \lambda=s^2\,\mathrm{erfc}\sqrt{\tau/2v(\lambda)},\quad p=\lambda/s^2,\quad\text{largest solution}

    Parameters
    ----------
    psi:
        psi = N/d, samples per dimension; a number > 0.
    r2:
        r^2, the squared norm of the teacher; a number >= 0.
    sigma2:
        sigma^2, the variance of the label noise; a number >= 0, not 0 together with r2.
    s2:
        s^2, the variance of the augmentation per coordinate; a number >= 0.
    tau:
        tau, the threshold of the squared residual; a number >= 0, or "inf".
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [lambda_eff, p, R, v, W]

    Fields: lambda_eff, p, R, v, W.

    Notes
    -----
    Valid: N, d to infinity, small learning rate.

    References
    ----------
    - T. Takase, R. Karakida, H. Asoh, Self-paced data augmentation for training neural networks, Neurocomputing 2021,
      arXiv 2010.15434.

    Examples
    --------
    >>> import solvable
    >>> solvable.spa.fixed_point(s2=0.5, tau=0.6, psi=2, r2=1, sigma2=1)
    FixedPoint(lambda_eff=0.148072, p=0.296145, R=0.53163, v=0.549715, W=1.13527)
    """
    given = {
        "psi": psi,
        "r2": r2,
        "sigma2": sigma2,
        "s2": s2,
        "tau": tau,
        "cost_limit": cost_limit,
    }
    return call(_FIXED_POINT, given, digits, on_error)


class FixedPointLowest(Record):
    """Values of `fixed_point_lowest`."""

    names = ("lambda_eff", "p", "R", "v", "W")
    lambda_eff = field("lambda_eff")
    p = field("p")
    R = field("R")
    v = field("v")
    W = field("W")


_FIXED_POINT_LOWEST = Spec("spa/fixed-point-lowest", FixedPointLowest)


def fixed_point_lowest(
    *,
    psi: Any,
    r2: Any,
    sigma2: Any,
    s2: Any,
    tau: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Where self-paced training from least squares ends.

    .. math::

        \lambda=s^2\,\mathrm{erfc}\sqrt{\tau/2v(\lambda)},\quad p=\lambda/s^2,\quad\text{smallest solution}

    Parameters
    ----------
    psi:
        psi = N/d, samples per dimension; a number > 0.
    r2:
        r^2, the squared norm of the teacher; a number >= 0.
    sigma2:
        sigma^2, the variance of the label noise; a number >= 0, not 0 together with r2.
    s2:
        s^2, the variance of the augmentation per coordinate; a number >= 0.
    tau:
        tau, the threshold of the squared residual; a number >= 0, or "inf".
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [lambda_eff, p, R, v, W]

    Fields: lambda_eff, p, R, v, W.

    Notes
    -----
    Valid: N, d to infinity, small learning rate.

    References
    ----------
    - T. Takase, R. Karakida, H. Asoh, Self-paced data augmentation for training neural networks, Neurocomputing 2021,
      arXiv 2010.15434.

    Examples
    --------
    >>> import solvable
    >>> solvable.spa.fixed_point_lowest(s2=1, tau=0.055, psi=1.2, r2=1, sigma2=0.04)
    FixedPointLowest(lambda_eff=0.00463328, p=0.00463328, R=0.156531, v=0.00686017, W=1.10813)
    """
    given = {
        "psi": psi,
        "r2": r2,
        "sigma2": sigma2,
        "s2": s2,
        "tau": tau,
        "cost_limit": cost_limit,
    }
    return call(_FIXED_POINT_LOWEST, given, digits, on_error)


_STABILITY = Spec("spa/stability", None)


def stability(
    *,
    psi: Any,
    r2: Any,
    sigma2: Any,
    s2: Any,
    tau: Any,
    lambda_ridge: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The slope that decides whether a fixed point attracts.

    .. math::

        T'(\lambda)=\frac{s^2}{\sqrt\pi}ae^{-a^2}\frac{v'}v,\quad a=\sqrt{\tau/2v}

    Parameters
    ----------
    psi:
        psi = N/d, samples per dimension; a number > 0.
    r2:
        r^2, the squared norm of the teacher; a number >= 0.
    sigma2:
        sigma^2, the variance of the label noise; a number >= 0, not 0 together with r2.
    s2:
        s^2, the variance of the augmentation per coordinate; a number >= 0.
    tau:
        tau, the threshold of the squared residual; a number >= 0, or "inf".
    lambda_ridge:
        lambda, the ridge; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    T'; stable below 1

    Notes
    -----
    Valid: N, d to infinity.

    References
    ----------
    - T. Takase, R. Karakida, H. Asoh, Self-paced data augmentation for training neural networks, Neurocomputing 2021,
      arXiv 2010.15434.
    """
    given = {
        "psi": psi,
        "r2": r2,
        "sigma2": sigma2,
        "s2": s2,
        "tau": tau,
        "lambda_ridge": lambda_ridge,
        "cost_limit": cost_limit,
    }
    return call(_STABILITY, given, digits, on_error)


_INVERSE_THRESHOLD = Spec("spa/inverse-threshold", None)


def inverse_threshold(
    *,
    psi: Any,
    r2: Any,
    sigma2: Any,
    s2: Any,
    lambda_ridge: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The threshold with a given end point.

    .. math::

        \tau(\lambda)=2v(\lambda)[\mathrm{erfc}^{-1}(\lambda/s^2)]^2

    Parameters
    ----------
    psi:
        psi = N/d, samples per dimension; a number > 0.
    r2:
        r^2, the squared norm of the teacher; a number >= 0.
    sigma2:
        sigma^2, the variance of the label noise; a number >= 0, not 0 together with r2.
    s2:
        s^2, the variance of the augmentation per coordinate; a number >= 0.
    lambda_ridge:
        lambda, the effective ridge; a number between 0 and s2.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    tau

    Notes
    -----
    Valid: N, d to infinity; stable where tau falls with lambda.

    References
    ----------
    - T. Takase, R. Karakida, H. Asoh, Self-paced data augmentation for training neural networks, Neurocomputing 2021,
      arXiv 2010.15434.
    """
    given = {
        "psi": psi,
        "r2": r2,
        "sigma2": sigma2,
        "s2": s2,
        "lambda_ridge": lambda_ridge,
        "cost_limit": cost_limit,
    }
    return call(_INVERSE_THRESHOLD, given, digits, on_error)


_SPINODAL = Spec("spa/spinodal", None)


def spinodal(
    *,
    psi: Any,
    r2: Any,
    sigma2: Any,
    s2: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The threshold above which nothing stays augmented.

    .. math::

        \tau_c=\max_\lambda\tau(\lambda)

    Parameters
    ----------
    psi:
        psi = N/d, samples per dimension; a number > 0.
    r2:
        r^2, the squared norm of the teacher; a number >= 0.
    sigma2:
        sigma^2, the variance of the label noise; a number >= 0, not 0 together with r2.
    s2:
        s^2, the variance of the augmentation per coordinate; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    tau_c

    Notes
    -----
    Valid: psi <= 1, s2 > 0, N, d to infinity.

    References
    ----------
    - T. Takase, R. Karakida, H. Asoh, Self-paced data augmentation for training neural networks, Neurocomputing 2021,
      arXiv 2010.15434.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.spa.spinodal(s2=1, psi=0.5, r2=1, sigma2=0.25):.6g}")
    0.0388034
    """
    given = {
        "psi": psi,
        "r2": r2,
        "sigma2": sigma2,
        "s2": s2,
        "cost_limit": cost_limit,
    }
    return call(_SPINODAL, given, digits, on_error)


class InteriorExtrema(Record):
    """Values of `interior_extrema`."""

    names = ("lambda_eff", "tau", "sign")
    lambda_eff = field("lambda_eff")
    tau = field("tau")
    sign = field("sign")


_INTERIOR_EXTREMA = Spec("spa/interior-extrema", InteriorExtrema)


def interior_extrema(
    *,
    psi: Any,
    r2: Any,
    sigma2: Any,
    s2: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""All thresholds at which two fixed points meet.

    .. math::

        \frac{d\tau}{d\lambda}=0\iff T'(\lambda)=1

    Parameters
    ----------
    psi:
        psi = N/d, samples per dimension; a number > 0.
    r2:
        r^2, the squared norm of the teacher; a number >= 0.
    sigma2:
        sigma^2, the variance of the label noise; a number >= 0, not 0 together with r2.
    s2:
        s^2, the variance of the augmentation per coordinate; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    a list, possibly empty, of [lambda, tau, 1 for a maximum or -1 for a minimum]

    Fields: lambda_eff, tau, sign.

    Notes
    -----
    Valid: s2 > 0, N, d to infinity.

    References
    ----------
    - T. Takase, R. Karakida, H. Asoh, Self-paced data augmentation for training neural networks, Neurocomputing 2021,
      arXiv 2010.15434.
    """
    given = {
        "psi": psi,
        "r2": r2,
        "sigma2": sigma2,
        "s2": s2,
        "cost_limit": cost_limit,
    }
    return call(_INTERIOR_EXTREMA, given, digits, on_error)


class Flow(Record):
    """Values of `flow`."""

    names = ("p", "v", "R")
    p = field("p")
    v = field("v")
    R = field("R")


_FLOW = Spec("spa/flow", Flow)


def flow(
    *,
    psi: Any,
    r2: Any,
    sigma2: Any,
    s2: Any,
    tau: Any,
    eta: Any,
    steps: Any,
    augmentation: Any = 'self-paced',
    start: Any = 'zero',
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The training curve.

    .. math::

        \varphi\leftarrow\varphi+\eta[\mu-(\mu+s^2p)\varphi],\ p=\mathrm{erfc}\sqrt{\tau/2v},\ v=\sigma^2+\int[\mu
        r^2(1-\varphi)^2-\gamma\sigma^2\varphi(2-\varphi)]d\rho,\
        R=r^2+\int[\sigma^2\gamma\varphi^2/\mu-r^2\varphi(2-\varphi)]d\rho

    Parameters
    ----------
    psi:
        psi = N/d, samples per dimension; a number > 0.
    r2:
        r^2, the squared norm of the teacher; a number >= 0.
    sigma2:
        sigma^2, the variance of the label noise; a number >= 0, not 0 together with r2.
    s2:
        s^2, the variance of the augmentation per coordinate; a number >= 0.
    tau:
        tau, the threshold of the squared residual; a number >= 0, or "inf".
    eta:
        eta, the learning rate; a number > 0 and < 2/((1+1/sqrt(psi))^2+s2).
    steps:
        numbers of steps; an increasing list of integers up to 10^6.
    augmentation:
        which samples are augmented; "self-paced", "all", "none", or a constant part from 0 to 1. Default: 'self-paced'.
    start:
        where training starts; "zero" or "least-squares". Default: 'zero'.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    one row [p, v, R] per listed number of steps

    Fields: p, v, R.

    Notes
    -----
    Valid: N, d to infinity, full batches, the noise averaged.

    References
    ----------
    - T. Takase, R. Karakida, H. Asoh, Self-paced data augmentation for training neural networks, Neurocomputing 2021,
      arXiv 2010.15434.

    Examples
    --------
    >>> import solvable
    >>> solvable.spa.flow(psi=0.5, r2=1, sigma2=0.25, s2=1, tau=0.08, eta=0.1, steps=[0, 10, 40, 80])
    Flow(p=[8.002820e-01, 4.012738e-01, 6.577835e-03, 9.011821e-23], v=[1.250000e+00, 1.135548e-01, 1.083310e-02, 8.291814e-04], R=[1.      , 0.650251, 0.673227, 0.724995])
    """
    given = {
        "psi": psi,
        "r2": r2,
        "sigma2": sigma2,
        "s2": s2,
        "tau": tau,
        "eta": eta,
        "steps": steps,
        "augmentation": augmentation,
        "start": start,
        "cost_limit": cost_limit,
    }
    return call(_FLOW, given, digits, on_error)


class OptimalCa(Record):
    """Values of `optimal_ca`."""

    names = ("lambda_star", "R", "v")
    lambda_star = field("lambda_star")
    R = field("R")
    v = field("v")


_OPTIMAL_CA = Spec("spa/optimal-ca", OptimalCa)


def optimal_ca(
    *,
    psi: Any,
    r2: Any,
    sigma2: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The best ridge, which is the best noise on all samples.

    .. math::

        \lambda^*=\sigma^2\gamma/r^2

    Parameters
    ----------
    psi:
        psi = N/d, samples per dimension; a number > 0.
    r2:
        r^2, the squared norm of the teacher; a number >= 0.
    sigma2:
        sigma^2, the variance of the label noise; a number >= 0, not 0 together with r2.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [lambda*, R(lambda*), v(lambda*)]

    Fields: lambda_star, R, v.

    Notes
    -----
    Valid: r2 > 0, N, d to infinity.

    References
    ----------
    - E. Dobriban, S. Wager, High-dimensional asymptotics of prediction: ridge regression and classification, Annals of
      Statistics 2018, arXiv 1507.03003.
    - T. Hastie, A. Montanari, S. Rosset, R. J. Tibshirani, Surprises in high-dimensional ridgeless least squares
      interpolation, Annals of Statistics 2022, arXiv 1903.08560.

    Examples
    --------
    >>> import solvable
    >>> solvable.spa.optimal_ca(psi=0.5, r2=1, sigma2=1)
    OptimalCa(lambda_star=2, R=0.780776, v=0.561553)
    """
    return call(_OPTIMAL_CA, {"psi": psi, "r2": r2, "sigma2": sigma2, "cost_limit": cost_limit}, digits, on_error)


_OPTIMAL_THRESHOLD = Spec("spa/optimal-threshold", None)


def optimal_threshold(
    *,
    psi: Any,
    r2: Any,
    sigma2: Any,
    s2: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The threshold that has the best ridge as a fixed point.

    .. math::

        \tau^*=2v(\lambda^*)[\mathrm{erfc}^{-1}(\lambda^*/s^2)]^2

    Parameters
    ----------
    psi:
        psi = N/d, samples per dimension; a number > 0.
    r2:
        r^2, the squared norm of the teacher; a number >= 0.
    sigma2:
        sigma^2, the variance of the label noise; a number >= 0, not 0 together with r2.
    s2:
        s^2, the variance of the augmentation per coordinate; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    tau*; training ends there only if spa/stability at lambda* is below 1

    Notes
    -----
    Valid: r2, sigma2 > 0, s2 >= lambda*, N, d to infinity.

    References
    ----------
    - T. Takase, R. Karakida, H. Asoh, Self-paced data augmentation for training neural networks, Neurocomputing 2021,
      arXiv 2010.15434.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.spa.optimal_threshold(psi=4, r2=1, sigma2=0.25, s2=1):.6g}")
    0.666886
    """
    given = {
        "psi": psi,
        "r2": r2,
        "sigma2": sigma2,
        "s2": s2,
        "cost_limit": cost_limit,
    }
    return call(_OPTIMAL_THRESHOLD, given, digits, on_error)


class NoGo(Record):
    """Values of `no_go`."""

    names = ("lambda_bar", "s2")
    lambda_bar = field("lambda_bar")
    s2 = field("s2")


_NO_GO = Spec("spa/no-go", NoGo)


def no_go(
    *,
    psi: Any,
    r2: Any,
    sigma2: Any,
    s2: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The effective ridges that beat augmentation of all samples.

    .. math::

        (\bar\lambda,s^2),\quad R(\bar\lambda)=R(s^2),\ \bar\lambda<\lambda^*

    Parameters
    ----------
    psi:
        psi = N/d, samples per dimension; a number > 0.
    r2:
        r^2, the squared norm of the teacher; a number >= 0.
    sigma2:
        sigma^2, the variance of the label noise; a number >= 0, not 0 together with r2.
    s2:
        s^2, the variance of the augmentation per coordinate; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [lambda_bar, s2], or an empty list where s2 <= lambda*

    Fields: lambda_bar, s2.

    Notes
    -----
    Valid: r2 > 0, N, d to infinity.

    References
    ----------
    - E. Dobriban, S. Wager, High-dimensional asymptotics of prediction: ridge regression and classification, Annals of
      Statistics 2018, arXiv 1507.03003.
    - T. Hastie, A. Montanari, S. Rosset, R. J. Tibshirani, Surprises in high-dimensional ridgeless least squares
      interpolation, Annals of Statistics 2022, arXiv 1903.08560.
    """
    return call(_NO_GO, {"psi": psi, "r2": r2, "sigma2": sigma2, "s2": s2, "cost_limit": cost_limit}, digits, on_error)


class Gain(Record):
    """Values of `gain`."""

    names = ("G", "G_few", "G_many")
    G = field("G")
    G_few = field("G_few")
    G_many = field("G_many")


_GAIN = Spec("spa/gain", Gain)


def gain(
    *,
    psi: Any,
    r2: Any,
    sigma2: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The most that augmentation gains.

    .. math::

        G=R(0)-R(\lambda^*)\simeq\psi\frac{\sigma^4}{r^2+\sigma^2}\ (\psi\to0),\ \frac{\sigma^4}{r^2\psi^2}\
        (\psi\to\infty)

    Parameters
    ----------
    psi:
        psi = N/d, samples per dimension; a number > 0.
    r2:
        r^2, the squared norm of the teacher; a number >= 0.
    sigma2:
        sigma^2, the variance of the label noise; a number >= 0, not 0 together with r2.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [G, its law for few samples, its law for many samples]

    Fields: G, G_few, G_many.

    Notes
    -----
    Valid: r2 > 0, N, d to infinity; G is infinite at psi = 1.

    References
    ----------
    - E. Dobriban, S. Wager, High-dimensional asymptotics of prediction: ridge regression and classification, Annals of
      Statistics 2018, arXiv 1507.03003.
    - T. Hastie, A. Montanari, S. Rosset, R. J. Tibshirani, Surprises in high-dimensional ridgeless least squares
      interpolation, Annals of Statistics 2022, arXiv 1903.08560.
    """
    return call(_GAIN, {"psi": psi, "r2": r2, "sigma2": sigma2, "cost_limit": cost_limit}, digits, on_error)


class LossNoise(Record):
    """Values of `loss_noise`."""

    names = ("V_SPA", "V_CA")
    V_SPA = field("V_SPA")
    V_CA = field("V_CA")


_LOSS_NOISE = Spec("spa/loss-noise", LossNoise)


def loss_noise(
    *,
    psi: Any,
    r2: Any,
    sigma2: Any,
    s2: Any,
    tau: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Fluctuations of the augmented loss.

    .. math::

        V_{\rm SPA}=s^2W\rho_A+\tfrac12s^4W^2p,\quad V_{\rm CA}=s^2Wv+\tfrac12s^4W^2

    Parameters
    ----------
    psi:
        psi = N/d, samples per dimension; a number > 0.
    r2:
        r^2, the squared norm of the teacher; a number >= 0.
    sigma2:
        sigma^2, the variance of the label noise; a number >= 0, not 0 together with r2.
    s2:
        s^2, the variance of the augmentation per coordinate; a number >= 0.
    tau:
        tau, the threshold of the squared residual; a number >= 0, or "inf".
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [V_SPA, V_CA], batch size times variance, each at its own end point

    Fields: V_SPA, V_CA.

    Notes
    -----
    Valid: N, d to infinity; fixed weights.

    References
    ----------
    - T. Takase, R. Karakida, H. Asoh, Self-paced data augmentation for training neural networks, Neurocomputing 2021,
      arXiv 2010.15434.

    Examples
    --------
    >>> import solvable
    >>> solvable.spa.loss_noise(psi=2, r2=1, sigma2=0.25, s2=1, tau=0.3)
    LossNoise(V_SPA=0.117107, V_CA=0.128061)
    """
    given = {
        "psi": psi,
        "r2": r2,
        "sigma2": sigma2,
        "s2": s2,
        "tau": tau,
        "cost_limit": cost_limit,
    }
    return call(_LOSS_NOISE, given, digits, on_error)


class FiniteStep(Record):
    """Values of `finite_step`."""

    names = ("c_R", "c_v")
    c_R = field("c_R")
    c_v = field("c_v")


_FINITE_STEP = Spec("spa/finite-step", FiniteStep)


def finite_step(
    *,
    psi: Any,
    r2: Any,
    sigma2: Any,
    s2: Any,
    tau: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""What fresh noise adds to the errors at a finite learning rate.

    .. math::

        c_R=\tfrac{s^2\gamma}2[(\rho_A+s^2pW)m+pWI_1],\quad c_v=\tfrac{s^2\gamma}2[(\rho_A+s^2pW)I_1+pWI_2]

    Parameters
    ----------
    psi:
        psi = N/d, samples per dimension; a number > 0.
    r2:
        r^2, the squared norm of the teacher; a number >= 0.
    sigma2:
        sigma^2, the variance of the label noise; a number >= 0, not 0 together with r2.
    s2:
        s^2, the variance of the augmentation per coordinate; a number >= 0.
    tau:
        tau, the threshold of the squared residual; a number >= 0, or "inf".
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [c_R, c_v], per unit of learning rate

    Fields: c_R, c_v.

    Notes
    -----
    Valid: first order in the learning rate, full batches, without feedback on p.

    References
    ----------
    - T. Takase, R. Karakida, H. Asoh, Self-paced data augmentation for training neural networks, Neurocomputing 2021,
      arXiv 2010.15434.
    """
    given = {
        "psi": psi,
        "r2": r2,
        "sigma2": sigma2,
        "s2": s2,
        "tau": tau,
        "cost_limit": cost_limit,
    }
    return call(_FINITE_STEP, given, digits, on_error)


class OutlierFixedPoint(Record):
    """Values of `outlier_fixed_point`."""

    names = ("p", "R", "v", "p_each")
    p = field("p")
    R = field("R")
    v = field("v")
    p_each = field("p_each")


_OUTLIER_FIXED_POINT = Spec("spa/outlier-fixed-point", OutlierFixedPoint)


def outlier_fixed_point(
    *,
    psi: Any,
    r2: Any,
    components: Any,
    s2: Any,
    tau: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Where self-paced training ends with outliers among the labels.

    .. math::

        p_k=\mathrm{erfc}\sqrt{\tau/(2(\lambda/\kappa)^2(q_k+R))},\quad\lambda=s^2\sum_k\pi_kp_k

    Parameters
    ----------
    psi:
        psi = N/d, samples per dimension; a number > 0.
    r2:
        r^2, the squared norm of the teacher; a number >= 0.
    components:
        the label noise: [[pi_1, q_1], ...]; pairs of a fraction and a variance >= 0.
    s2:
        s^2, the variance of the augmentation per coordinate; a number >= 0.
    tau:
        tau, the threshold of the squared residual; a number >= 0, or "inf".
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [p, R, v, p_1, p_2, ...]

    Fields: p, R, v, p_each.

    Notes
    -----
    Valid: N, d to infinity; largest solution.

    References
    ----------
    - T. Takase, R. Karakida, H. Asoh, Self-paced data augmentation for training neural networks, Neurocomputing 2021,
      arXiv 2010.15434.

    Examples
    --------
    >>> import solvable
    >>> solvable.spa.outlier_fixed_point(psi=2, s2=1, tau=0.3, r2=1, components=[[0.9, 0.05], [0.1, 4.0]])
    OutlierFixedPoint(p=0.163019, R=0.265553, v=0.260934, p_each=[0.107615, 0.661656])
    """
    given = {
        "psi": psi,
        "r2": r2,
        "components": components,
        "s2": s2,
        "tau": tau,
        "cost_limit": cost_limit,
    }
    return call(_OUTLIER_FIXED_POINT, given, digits, on_error)


_FROZEN_COPY = Spec("spa/frozen-copy", None)


def frozen_copy(
    *,
    psi: Any,
    r2: Any,
    sigma2: Any,
    s2: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Least squares on one fixed noisy copy.

    .. math::

        R=r^2(1-\alpha)^2+\tilde\sigma^2\frac\gamma{1-\gamma}\ (\gamma<1),\
        r^2\left[\frac{\alpha^2-2\alpha}\gamma+1\right]+\frac{\tilde\sigma^2}{\gamma-1}\ (\gamma>1)

    Parameters
    ----------
    psi:
        psi = N/d, samples per dimension; a number > 0.
    r2:
        r^2, the squared norm of the teacher; a number >= 0.
    sigma2:
        sigma^2, the variance of the label noise; a number >= 0, not 0 together with r2.
    s2:
        s^2, the variance of the augmentation per coordinate; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    R

    Notes
    -----
    Valid: psi other than 1, N, d to infinity.

    References
    ----------
    - T. Hastie, A. Montanari, S. Rosset, R. J. Tibshirani, Surprises in high-dimensional ridgeless least squares
      interpolation, Annals of Statistics 2022, arXiv 1903.08560.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.spa.frozen_copy(psi=2, s2=0.3, r2=1, sigma2=0.25):.6g}")
    0.423077
    """
    given = {
        "psi": psi,
        "r2": r2,
        "sigma2": sigma2,
        "s2": s2,
        "cost_limit": cost_limit,
    }
    return call(_FROZEN_COPY, given, digits, on_error)


class GeneralCovariance(Record):
    """Values of `general_covariance`."""

    names = ("lambda_eff", "p", "R", "v", "W")
    lambda_eff = field("lambda_eff")
    p = field("p")
    R = field("R")
    v = field("v")
    W = field("W")


_GENERAL_COVARIANCE = Spec("spa/general-covariance", GeneralCovariance)


def general_covariance(
    *,
    e: Any,
    b: Any,
    N: Any,
    sigma2: Any,
    s2: Any,
    tau: Any,
    lowest: Any = False,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Where self-paced training ends with any covariance of the inputs.

    .. math::

        \lambda=\kappa\Big(1-\frac1N\sum\frac{e_j}{e_j+\kappa}\Big),\ E=\frac{\sigma^2+\kappa^2\sum
        b_j^2e_j/(e_j+\kappa)^2}{1-\frac1N\sum e_j^2/(e_j+\kappa)^2},\ v=\left(\tfrac\lambda\kappa\right)^2E

    Parameters
    ----------
    e:
        e_j, the eigenvalues of the covariance of the inputs; a list of numbers >= 0.
    b:
        b_j, the components of the teacher; one finite number per e_j.
    N:
        N, the number of samples; an integer >= 1.
    sigma2:
        sigma^2, the variance of the label noise; a number >= 0, not 0 together with r2.
    s2:
        s^2, the variance of the augmentation per coordinate; a number >= 0.
    tau:
        tau, the threshold of the squared residual; a number >= 0, or "inf".
    lowest:
        the smallest solution, not the largest; true or false. Default: False.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [lambda_eff, p, R, v, W]

    Fields: lambda_eff, p, R, v, W.

    Notes
    -----
    Valid: large N and d.

    References
    ----------
    - E. Dobriban, S. Wager, High-dimensional asymptotics of prediction: ridge regression and classification, Annals of
      Statistics 2018, arXiv 1507.03003.
    - T. Hastie, A. Montanari, S. Rosset, R. J. Tibshirani, Surprises in high-dimensional ridgeless least squares
      interpolation, Annals of Statistics 2022, arXiv 1903.08560.
    """
    given = {
        "e": e,
        "b": b,
        "N": N,
        "sigma2": sigma2,
        "s2": s2,
        "tau": tau,
        "lowest": lowest,
        "cost_limit": cost_limit,
    }
    return call(_GENERAL_COVARIANCE, given, digits, on_error)


class RffExact(Record):
    """Values of `rff_exact`."""

    names = ("p", "v", "a")
    p = field("p")
    v = field("v")
    a = field("a")


_RFF_EXACT = Spec("spa/rff-exact", RffExact)


def rff_exact(
    *,
    X: Any,
    y: Any,
    omega: Any,
    phases: Any,
    s2: Any,
    tau: Any,
    lambda0: Any,
    iterations: Any = 200,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Where self-paced training of random Fourier features ends.

    .. math::

        Q(\pi)=\tfrac1M[e^{-s^2|\omega_j-\omega_k|^2/2}\circ(C+Z)+e^{-s^2|\omega_j+\omega_k|^2/2}\circ(C-Z)],\
        a=\left[\tfrac1N\{Q(\pi)+\sum(1-\pi_i)\phi_i\phi_i^\top\}+\lambda_0\right]^{-1}\tfrac1N\sum[\pi_i\bar\phi_i+(1-\pi_i)\phi_i]y_i

    Parameters
    ----------
    X:
        the inputs, one row a sample; rows of d finite numbers.
    y:
        the targets; one finite number per row of X.
    omega:
        the frequencies, one row a feature; rows of d finite numbers.
    phases:
        b_j, the phases; one finite number per row of omega.
    s2:
        s^2, the variance of the augmentation per coordinate; a number >= 0.
    tau:
        tau, the threshold of the squared residual; a number >= 0, or "inf".
    lambda0:
        lambda_0, the penalty of |a|^2/2; a number >= 0.
    iterations:
        averaged updates; an integer from 2 to 1000. Default: 200.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [p, v, a_1, ..., a_M]

    Fields: p, v, a.

    Notes
    -----
    Valid: exact means for any finite sample; p to about 0.01.

    References
    ----------
    - A. Rahimi, B. Recht, Random features for large-scale kernel machines, NeurIPS 2007.
    - T. Takase, R. Karakida, H. Asoh, Self-paced data augmentation for training neural networks, Neurocomputing 2021,
      arXiv 2010.15434.
    """
    given = {
        "X": X,
        "y": y,
        "omega": omega,
        "phases": phases,
        "s2": s2,
        "tau": tau,
        "lambda0": lambda0,
        "iterations": iterations,
        "cost_limit": cost_limit,
    }
    return call(_RFF_EXACT, given, digits, on_error)


_KERNEL_GAUSS_SMOOTHED = Spec("spa/kernel-gauss-smoothed", None)


def kernel_gauss_smoothed(
    *,
    ell2: Any,
    d: Any,
    dist2: Any,
    s2: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The Gaussian kernel between noisy inputs.

    .. math::

        \left(\frac{\ell^2}{\ell^2+2s^2}\right)^{d/2}e^{-|x-x'|^2/2(\ell^2+2s^2)}

    Parameters
    ----------
    ell2:
        l^2, the squared width; a number > 0.
    d:
        d, the dimension; an integer >= 1.
    dist2:
        |x-x'|^2 of the clean inputs; a number >= 0.
    s2:
        s^2, the variance of the augmentation per coordinate; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    the mean kernel, both inputs noisy

    Notes
    -----
    Valid: exact.

    References
    ----------
    - A. Rahimi, B. Recht, Random features for large-scale kernel machines, NeurIPS 2007.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.spa.kernel_gauss_smoothed(s2=0.5, ell2=32, d=16, dist2=9.0):.6g}")
    0.682129
    """
    given = {
        "ell2": ell2,
        "d": d,
        "dist2": dist2,
        "s2": s2,
        "cost_limit": cost_limit,
    }
    return call(_KERNEL_GAUSS_SMOOTHED, given, digits, on_error)


_KERNEL_ERF_SMOOTHED = Spec("spa/kernel-erf-smoothed", None)


def kernel_erf_smoothed(
    *,
    q11: Any,
    q22: Any,
    q12: Any,
    s2: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The kernel of erf units between noisy inputs.

    .. math::

        \frac2\pi\arcsin\frac{2q_{12}}{\sqrt{(1+2q_{11}+2s^2)(1+2q_{22}+2s^2)}}

    Parameters
    ----------
    q11:
        q_11 = |x|^2/d of the clean input; a number >= 0.
    q22:
        q_22 = |x'|^2/d of the clean input; a number >= 0.
    q12:
        q_12 = x.x'/d; a number with q12^2 <= q11 q22.
    s2:
        s^2, the variance of the augmentation per coordinate; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    the mean kernel, both inputs noisy

    Notes
    -----
    Valid: d to infinity; error O(1/d).

    References
    ----------
    - C. K. I. Williams, Computing with infinite networks, NeurIPS 1997.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.spa.kernel_erf_smoothed(s2=0.5, q11=1, q22=1, q12=0.3):.6g}")
    0.0958547
    """
    given = {
        "q11": q11,
        "q22": q22,
        "q12": q12,
        "s2": s2,
        "cost_limit": cost_limit,
    }
    return call(_KERNEL_ERF_SMOOTHED, given, digits, on_error)


_KERNEL_RELU_SMOOTHED = Spec("spa/kernel-relu-smoothed", None)


def kernel_relu_smoothed(
    *,
    q11: Any,
    q22: Any,
    q12: Any,
    s2: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The kernel of rectifiers between noisy inputs.

    .. math::

        \frac{\sqrt{AB}}{2\pi}(\sin\vartheta+(\pi-\vartheta)\cos\vartheta),\quad\cos\vartheta=q_{12}/\sqrt{AB},\
        A=q_{11}+s^2,\ B=q_{22}+s^2

    Parameters
    ----------
    q11:
        q_11 = |x|^2/d of the clean input; a number >= 0.
    q22:
        q_22 = |x'|^2/d of the clean input; a number >= 0.
    q12:
        q_12 = x.x'/d; a number with q12^2 <= q11 q22.
    s2:
        s^2, the variance of the augmentation per coordinate; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    the mean kernel, both inputs noisy

    Notes
    -----
    Valid: d to infinity; error O(1/d).

    References
    ----------
    - Y. Cho, L. K. Saul, Kernel methods for deep learning, NeurIPS 2009.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.spa.kernel_relu_smoothed(s2=0.5, q11=1, q22=1, q12=0.3):.6g}")
    0.318523
    """
    given = {
        "q11": q11,
        "q22": q22,
        "q12": q12,
        "s2": s2,
        "cost_limit": cost_limit,
    }
    return call(_KERNEL_RELU_SMOOTHED, given, digits, on_error)


_ERF_UNIT_SMOOTHED = Spec("spa/erf-unit-smoothed", None)


def erf_unit_smoothed(
    *,
    wx: Any,
    w2: Any,
    s2: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The mean of an erf unit with a noisy input.

    .. math::

        E\,\mathrm{erf}(w\cdot(x+s\xi))=\mathrm{erf}\left(w\cdot x/\sqrt{1+2s^2|w|^2}\right)

    Parameters
    ----------
    wx:
        w.x of the clean input; a number.
    w2:
        |w|^2; a number >= 0.
    s2:
        s^2, the variance of the augmentation per coordinate; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    the mean

    Notes
    -----
    Valid: exact.

    References
    ----------
    - C. K. I. Williams, Computing with infinite networks, NeurIPS 1997.
    """
    return call(_ERF_UNIT_SMOOTHED, {"wx": wx, "w2": w2, "s2": s2, "cost_limit": cost_limit}, digits, on_error)


class GroupCurve(Record):
    """Values of `group_curve`."""

    names = ("E_aug", "E_none")
    E_aug = field("E_aug")
    E_none = field("E_none")


_GROUP_CURVE = Spec("spa/group-curve", GroupCurve)


def group_curve(
    *,
    lambda_: Any,
    dims: Any,
    invariant: Any,
    order: Any,
    N: Any,
    delta: Any,
    sigma2: Any,
    power_invariant: Any,
    power_rest: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Augmentation by all elements of a group: the learning curve.

    .. math::

        E_{\rm aug}=\frac{\sum_kq_k^2p_k+\sum_ko_k+\gamma_G\sigma^2}{1-\gamma_G}\ [N,n_k,\delta/|G|],\quad E_{\rm
        none}=\frac{\sum_kq_k^2(p_k+o_k)+\gamma\sigma^2}{1-\gamma}\ [N,N_k,\delta]

    Parameters
    ----------
    lambda_:
        lambda_k, the eigenvalues of the kernel, one a level; a list of numbers >= 0.
    dims:
        N_k, how many modes a level has; one integer >= 0 per lambda.
    invariant:
        n_k, how many of them the group leaves as they are; one integer from 0 to dims per lambda.
    order:
        |G|, the number of elements of the group; an integer >= 1.
    N:
        N, the number of samples before augmentation; an integer >= 1.
    delta:
        delta, the ridge on all N |G| points; of a tail that is not listed, its sum is added; a number >= 0.
    sigma2:
        sigma^2, the variance of the label noise, which copies share; a number >= 0.
    power_invariant:
        p_k, the power of the target in the invariant modes of a level; one number >= 0 per lambda, 0 where there are
        none.
    power_rest:
        o_k, its power in the other modes of a level; one number >= 0 per lambda, 0 where there are none.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [E_aug, E_none], test errors without the label noise

    Fields: E_aug, E_none.

    Notes
    -----
    Valid: K(gx, gx') = K(x, x'); many modes of comparable N lambda/kappa.

    References
    ----------
    - S. Mei, T. Misiakiewicz, A. Montanari, Learning with invariances in random features and kernel models, COLT 2021,
      arXiv 2102.13219.
    - A. Bietti, L. Venturi, J. Bruna, On the sample complexity of learning under geometric stability, NeurIPS 2021,
      arXiv 2106.07148.
    - A. Canatar, B. Bordelon, C. Pehlevan, Spectral bias and task-model alignment explain generalization in kernel
      regression and infinitely wide neural networks, Nature Communications 2021, arXiv 2006.13198.

    Examples
    --------
    >>> import solvable
    >>> solvable.spa.group_curve(lambda_=[1, 0.2, 0.02, 0], dims=[1, 8, 35, 1], invariant=[1, 1, 5, 1], order=8, N=20,
    ... delta=0.05, sigma2=0.02, power_invariant=[0, 0.5, 0.3, 0.1], power_rest=[0, 0, 0, 0.05])
    GroupCurve(E_aug=0.237132, E_none=0.626081)
    """
    given = {
        "lambda": lambda_,
        "dims": dims,
        "invariant": invariant,
        "order": order,
        "N": N,
        "delta": delta,
        "sigma2": sigma2,
        "power_invariant": power_invariant,
        "power_rest": power_rest,
        "cost_limit": cost_limit,
    }
    return call(_GROUP_CURVE, given, digits, on_error)


_AUGMENTATION_THRESHOLD = Spec("spa/augmentation-threshold", None)


def augmentation_threshold(
    *,
    lambda_: Any,
    dims: Any,
    invariant: Any,
    order: Any,
    N: Any,
    delta: Any,
    sigma2: Any,
    power_invariant: Any,
    power_rest: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""How much of a target may break the symmetry for augmentation to help.

    .. math::

        \nu^*=\frac a{a+\max(b,0)},\quad a=(E_{\rm none}-E_{\rm aug})_{\nu=0},\ b=(E_{\rm aug}-E_{\rm none})_{\nu=1}

    Parameters
    ----------
    lambda_:
        lambda_k, the eigenvalues of the kernel, one a level; a list of numbers >= 0.
    dims:
        N_k, how many modes a level has; one integer >= 0 per lambda.
    invariant:
        n_k, how many of them the group leaves as they are; one integer from 0 to dims per lambda.
    order:
        |G|, the number of elements of the group; an integer >= 1.
    N:
        N, the number of samples before augmentation; an integer >= 1.
    delta:
        delta, the ridge on all N |G| points; of a tail that is not listed, its sum is added; a number >= 0.
    sigma2:
        sigma^2, the variance of the label noise, which copies share; a number >= 0.
    power_invariant:
        p_k, the power of the target in the invariant modes of a level; one number >= 0 per lambda, 0 where there are
        none.
    power_rest:
        o_k, its power in the other modes of a level; one number >= 0 per lambda, 0 where there are none.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    nu*: augmentation helps below it; 0 never, 1 always

    Notes
    -----
    Valid: as spa/group-curve; both powers are shapes, scaled to sum 1.

    References
    ----------
    - S. Mei, T. Misiakiewicz, A. Montanari, Learning with invariances in random features and kernel models, COLT 2021,
      arXiv 2102.13219.
    - A. Bietti, L. Venturi, J. Bruna, On the sample complexity of learning under geometric stability, NeurIPS 2021,
      arXiv 2106.07148.
    - A. Canatar, B. Bordelon, C. Pehlevan, Spectral bias and task-model alignment explain generalization in kernel
      regression and infinitely wide neural networks, Nature Communications 2021, arXiv 2006.13198.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.spa.augmentation_threshold(lambda_=[1, 0.2, 0.02, 0.002], dims=[1, 8, 35, 112], invariant=[1, 1, 5, 14], order=8, N=20, delta=0.01, sigma2=0, power_invariant=[0, 0.5, 0.3, 0.2], power_rest=[0, 0.5, 0.3, 0.2]):.6g}")
    0.142888
    """
    given = {
        "lambda": lambda_,
        "dims": dims,
        "invariant": invariant,
        "order": order,
        "N": N,
        "delta": delta,
        "sigma2": sigma2,
        "power_invariant": power_invariant,
        "power_rest": power_rest,
        "cost_limit": cost_limit,
    }
    return call(_AUGMENTATION_THRESHOLD, given, digits, on_error)


class AugmentationWorth(Record):
    """Values of `augmentation_worth`."""

    names = ("nu_star", "ratio", "samples")
    nu_star = field("nu_star")
    ratio = field("ratio")
    samples = field("samples")


_AUGMENTATION_WORTH = Spec("spa/augmentation-worth", AugmentationWorth)


def augmentation_worth(
    *,
    lambda_: Any,
    dims: Any,
    invariant: Any,
    order: Any,
    N: Any,
    delta: Any,
    sigma2: Any,
    power_invariant: Any,
    power_rest: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Whether augmenting is worth it.

    .. math::

        \nu^*,\quad\frac{E_{\rm aug}}{E_{\rm none}},\quad N':\ E_{\rm none}(N')=E_{\rm aug}(N)

    Parameters
    ----------
    lambda_:
        lambda_k, the eigenvalues of the kernel, one a level; a list of numbers >= 0.
    dims:
        N_k, how many modes a level has; one integer >= 0 per lambda.
    invariant:
        n_k, how many of them the group leaves as they are; one integer from 0 to dims per lambda.
    order:
        |G|, the number of elements of the group; an integer >= 1.
    N:
        N, the number of samples before augmentation; an integer >= 1.
    delta:
        delta, the ridge on all N |G| points; of a tail that is not listed, its sum is added; a number >= 0.
    sigma2:
        sigma^2, the variance of the label noise, which copies share; a number >= 0.
    power_invariant:
        p_k, the power of the target in the invariant modes of a level; one number >= 0 per lambda, 0 where there are
        none.
    power_rest:
        o_k, its power in the other modes of a level; one number >= 0 per lambda, 0 where there are none.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    nu_star ("above": augmentation helps only above a share; "one part": only one of the powers is given), ratio =
    E_aug/E_none, samples = N', as many without augmentation have the same error (infinite: no number has; 1: one has
    less)

    Fields: nu_star, ratio, samples.

    Notes
    -----
    Valid: as spa/group-curve; of several N' where the error peaks the first one from N.

    References
    ----------
    - S. Mei, T. Misiakiewicz, A. Montanari, Learning with invariances in random features and kernel models, COLT 2021,
      arXiv 2102.13219.
    - A. Bietti, L. Venturi, J. Bruna, On the sample complexity of learning under geometric stability, NeurIPS 2021,
      arXiv 2106.07148.
    - A. Canatar, B. Bordelon, C. Pehlevan, Spectral bias and task-model alignment explain generalization in kernel
      regression and infinitely wide neural networks, Nature Communications 2021, arXiv 2006.13198.
    """
    given = {
        "lambda": lambda_,
        "dims": dims,
        "invariant": invariant,
        "order": order,
        "N": N,
        "delta": delta,
        "sigma2": sigma2,
        "power_invariant": power_invariant,
        "power_rest": power_rest,
        "cost_limit": cost_limit,
    }
    return call(_AUGMENTATION_WORTH, given, digits, on_error)


_INVARIANT_DIMENSIONS = Spec("spa/invariant-dimensions", None)


def invariant_dimensions(
    *,
    group: Any,
    d: Any,
    kmax: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Spherical harmonics that a group of permutations leaves as they are.

    .. math::

        n_k=\frac1{|G|}\sum_g[t^k]\,(1-t^2)\prod_{\rm cycles}\frac1{1-t^{\rm length}}

    Parameters
    ----------
    group:
        the group that permutes the coordinates; "cyclic", "dihedral" or {"torus": [a, b]} with a b = d.
    d:
        d, the number of coordinates; an integer >= 1.
    kmax:
        the highest degree; an integer >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [n_0, ..., n_kmax]

    Notes
    -----
    Valid: exact integers up to 2^53.

    References
    ----------
    - S. Mei, T. Misiakiewicz, A. Montanari, Learning with invariances in random features and kernel models, COLT 2021,
      arXiv 2102.13219.
    - A. Bietti, L. Venturi, J. Bruna, On the sample complexity of learning under geometric stability, NeurIPS 2021,
      arXiv 2106.07148.

    Examples
    --------
    >>> import solvable
    >>> solvable.spa.invariant_dimensions(group='cyclic', d=6, kmax=6)
    Numbers([ 1.,  1.,  3.,  9., 18., 32., 58.])
    """
    given = {
        "group": group,
        "d": d,
        "kmax": kmax,
        "cost_limit": cost_limit,
    }
    return call(_INVARIANT_DIMENSIONS, given, digits, on_error)


class GroupPartial(Record):
    """Values of `group_partial`."""

    names = ("E", "s_0")
    E = field("E")
    s_0 = field("s_0")


_GROUP_PARTIAL = Spec("spa/group-partial", GroupPartial)


def group_partial(
    *,
    lambda_: Any,
    shifts: Any,
    N: Any,
    delta: Any,
    sigma2: Any,
    eta: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Augmentation by a few elements of a cyclic group.

    .. math::

        s_\rho=v_\rho^\top(I+T)^{-1}\bar v_\rho,\ T_{jk}=\sum_\rho\tau_\rho\omega^{\rho(S_k-S_j)},\
        \tau_\rho=\sum_b\frac{\lambda_{\rho b}}{\delta+Ns_\rho\lambda_{\rho b}};\quad
        E=A\Big(\sum_bq_b^2\eta_b+\sigma^2\Big)-\sigma^2

    Parameters
    ----------
    lambda_:
        lambda[rho][b], the eigenvalues of the kernel by the characters rho = 0..n-1 of Z_n; n lists of one length of
        numbers >= 0, those of rho and n - rho equal.
    shifts:
        the shifts by which every sample is repeated; a list of distinct integers from 0 to n - 1.
    N:
        N, the number of samples before augmentation; an integer >= 1.
    delta:
        delta, the ridge on all points; a number > 0.
    sigma2:
        sigma^2, the variance of the label noise, which copies share; a number >= 0.
    eta:
        eta_b, the power of the invariant target in the modes of rho = 0; one number >= 0 per b.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [E, s_0]: the test error without the label noise, and delta over the effective ridge of the invariant modes

    Fields: E, s_0.

    Notes
    -----
    Valid: Gaussian features, many modes; errors of order 1/N; harmonics on spheres alike.

    References
    ----------
    - A. Canatar, B. Bordelon, C. Pehlevan, Spectral bias and task-model alignment explain generalization in kernel
      regression and infinitely wide neural networks, Nature Communications 2021, arXiv 2006.13198.

    Examples
    --------
    >>> import solvable
    >>> solvable.spa.group_partial(lambda_=[[1, 0.3, 0.1], [0.4, 0.1, 0.05], [0.3, 0.1, 0.03], [0.4, 0.1, 0.05]],
    ... shifts=[0], N=6, delta=0.1, sigma2=0, eta=[1, 0.5, 0.2])
    GroupPartial(E=0.363009, s_0=0.0913942)
    """
    given = {
        "lambda": lambda_,
        "shifts": shifts,
        "N": N,
        "delta": delta,
        "sigma2": sigma2,
        "eta": eta,
        "cost_limit": cost_limit,
    }
    return call(_GROUP_PARTIAL, given, digits, on_error)


_MIXUP = Spec("spa/mixup", None)


def mixup(
    *,
    X: Any,
    y: Any,
    alpha: Any,
    lambda_ridge: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Linear regression on mixed samples.

    .. math::

        w=\left[(1-2c)S+2c\,\bar x\bar x^\top+\lambda I\right]^{-1}\left[(1-2c)\tfrac{X^\top y}N+2c\,\bar x\bar
        y\right],\quad c=\frac\alpha{2(2\alpha+1)}

    Parameters
    ----------
    X:
        the inputs, one row a sample; rows of d finite numbers.
    y:
        the targets; one finite number per row of X.
    alpha:
        alpha of the Beta(alpha, alpha) law of the shares; a number > 0.
    lambda_ridge:
        lambda of the penalty lambda |w|^2; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    w

    Notes
    -----
    Valid: exact for every data set, infinitely many mixtures.

    References
    ----------
    - H. Zhang, M. Cisse, Y. N. Dauphin, D. Lopez-Paz, mixup: beyond empirical risk minimization, ICLR 2018, arXiv
      1710.09412.

    Examples
    --------
    >>> import solvable
    >>> solvable.spa.mixup(X=[[1.0, 0.3], [-0.5, 0.8], [0.2, -1.1], [0.9, 0.4]], y=[1.0, -0.4, 0.7, 0.2], alpha=0.4,
    ... lambda_ridge=0.1)
    Numbers([ 0.613098, -0.274095])
    """
    given = {
        "X": X,
        "y": y,
        "alpha": alpha,
        "lambda_ridge": lambda_ridge,
        "cost_limit": cost_limit,
    }
    return call(_MIXUP, given, digits, on_error)


_MASKING = Spec("spa/masking", None)


def masking(
    *,
    X: Any,
    y: Any,
    lambda_ridge: Any,
    keep: Any = None,
    block: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Linear regression on masked inputs.

    .. math::

        w=(\Pi\circ S+\lambda I)^{-1}\tfrac{X^\top y}N,\quad\Pi_{ij}=\frac{E[m_im_j]}{p^2}

    Parameters
    ----------
    X:
        the inputs, one row a sample; rows of d finite numbers.
    y:
        the targets; one finite number per row of X.
    lambda_ridge:
        lambda of the penalty lambda |w|^2; a number >= 0.
    keep:
        p of dropout, the chance of every input to be kept; a number > 0 and <= 1, or null with a block. Default: None.
    block:
        b of cutout, how many adjacent inputs of a ring are hidden; an integer from 1 to below d, or null with keep.
        Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    w, for inputs divided by their chance to be kept

    Notes
    -----
    Valid: exact for every data set, infinitely many masks.

    References
    ----------
    - S. Wager, S. Wang, P. Liang, Dropout training as adaptive regularization, NeurIPS 2013, arXiv 1307.1493.
    - T. DeVries, G. W. Taylor, Improved regularization of convolutional neural networks with cutout, arXiv 2017, arXiv
      1708.04552.

    Examples
    --------
    >>> import solvable
    >>> solvable.spa.masking(X=[[-0.65, -0.17, 1.66, 0.66, -1.64], [-0.01, -0.62, 0.15, -1.61, 0.24], [0.24, 1.58, 0.32,
    ... 0.51, -1.49], [2.25, -1.92, 1.1, -0.33, -0.88], [-0.66, -0.67, 0.38, -0.11, 1.48], [-1.83, -0.0, -0.89, 0.78,
    ... -2.12], [-0.34, 0.21, -1.48, 0.99, 0.18]], y=[1, -0.5, 0.3, 0.8, -1.2, 0.4, 0.1], lambda_ridge=0.0, keep=0.8)
    Numbers([ 0.16715 , -0.045885,  0.07549 ,  0.23588 , -0.311848])
    """
    given = {
        "X": X,
        "y": y,
        "lambda_ridge": lambda_ridge,
        "keep": keep,
        "block": block,
        "cost_limit": cost_limit,
    }
    return call(_MASKING, given, digits, on_error)


__all__ = [
    "AugmentationWorth",
    "FiniteStep",
    "FixedPoint",
    "FixedPointLowest",
    "Flow",
    "Gain",
    "GeneralCovariance",
    "GroupCurve",
    "GroupPartial",
    "InteriorExtrema",
    "LossNoise",
    "NoGo",
    "OptimalCa",
    "OutlierFixedPoint",
    "RffExact",
    "RidgeObservables",
    "augmentation_threshold",
    "augmentation_worth",
    "ca_is_ridge",
    "erf_unit_smoothed",
    "finite_step",
    "fixed_point",
    "fixed_point_lowest",
    "flow",
    "frozen_copy",
    "gain",
    "general_covariance",
    "group_curve",
    "group_partial",
    "interior_extrema",
    "invariant_dimensions",
    "inverse_threshold",
    "kernel_erf_smoothed",
    "kernel_gauss_smoothed",
    "kernel_relu_smoothed",
    "loss_noise",
    "masking",
    "mixup",
    "no_go",
    "optimal_ca",
    "optimal_threshold",
    "outlier_fixed_point",
    "rff_exact",
    "ridge_observables",
    "spinodal",
    "stability",
]
