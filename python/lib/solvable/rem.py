"""Predictions: random energies.

Written by generate.py from the catalogue.
"""

from __future__ import annotations

from typing import Any

from ._call import Spec, call
from .answer import Record, field


_ALPHA1_SPHERICAL = Spec("rem/alpha1-spherical", None)


def alpha1_spherical(
    *,
    lambda_: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Capacity of attention for patterns on the sphere.

    .. math::

        \alpha_1=\lambda-\lambda q_*-\tfrac12\log(1-q_*^2),\quad q_*=\frac{\sqrt{1+4\lambda^2}-1}{2\lambda}

    Parameters
    ----------
    lambda_:
        lambda = beta, the inverse temperature; a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    alpha_1

    Notes
    -----
    Valid: N -> infinity.

    References
    ----------
    - C. Lucibello, M. Mezard, The exponential capacity of dense associative memories, Physical Review Letters 2024,
      arXiv 2304.14964.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.rem.alpha1_spherical(lambda_=0.5):.6g}")
    0.387006
    """
    return call(_ALPHA1_SPHERICAL, {"lambda": lambda_, "cost_limit": cost_limit}, digits, on_error)


_ALPHA1_ISING = Spec("rem/alpha1-ising", None)


def alpha1_ising(*, lambda_: Any, cost_limit: Any = 2000000000.0, digits: bool = True, on_error: str = "raise") -> Any:
    r"""Capacity of attention for patterns of signs.

    .. math::

        \alpha_1=\log2-\log(1+e^{-2\lambda})

    Parameters
    ----------
    lambda_:
        lambda = beta, the inverse temperature; a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    alpha_1

    Notes
    -----
    Valid: exact at any N for the self-averaging form.

    References
    ----------
    - C. Lucibello, M. Mezard, The exponential capacity of dense associative memories, Physical Review Letters 2024,
      arXiv 2304.14964.
    """
    return call(_ALPHA1_ISING, {"lambda": lambda_, "cost_limit": cost_limit}, digits, on_error)


_ALPHA1_GAUSSIAN = Spec("rem/alpha1-gaussian", None)


def alpha1_gaussian(
    *,
    lambda_: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Capacity of attention for a typical Gaussian pattern.

    .. math::

        \alpha_1=\lambda-\tfrac{\lambda^2}2\ (\lambda\le1),\ \tfrac12\ (\lambda\ge1)

    Parameters
    ----------
    lambda_:
        lambda = beta, the inverse temperature; a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    alpha_1

    Notes
    -----
    Valid: N -> infinity.

    References
    ----------
    - C. Lucibello, M. Mezard, The exponential capacity of dense associative memories, Physical Review Letters 2024,
      arXiv 2304.14964.
    """
    return call(_ALPHA1_GAUSSIAN, {"lambda": lambda_, "cost_limit": cost_limit}, digits, on_error)


_ALPHAN_SPHERICAL = Spec("rem/alphaN-spherical", None)


def alphaN_spherical(
    *,
    N: Any,
    lambda_: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Capacity on the sphere at finite size.

    .. math::

        \alpha_N=\lambda-\frac1N\log E_qe^{N\lambda q}

    Parameters
    ----------
    N:
        N, the dimension of the patterns; an integer from 2 to 100000.
    lambda_:
        lambda = beta, the inverse temperature; a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    alpha_N

    Notes
    -----
    Valid: self-averaging noise.

    References
    ----------
    - C. Lucibello, M. Mezard, The exponential capacity of dense associative memories, Physical Review Letters 2024,
      arXiv 2304.14964.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.rem.alphaN_spherical(N=16, lambda_=1.0):.6g}")
    0.617675
    """
    return call(_ALPHAN_SPHERICAL, {"N": N, "lambda": lambda_, "cost_limit": cost_limit}, digits, on_error)


_ATTENTION_WEIGHT = Spec("rem/attention-weight", None)


def attention_weight(
    *,
    ensemble: Any,
    N: Any,
    lambda_: Any,
    P: Any,
    m: Any = 1,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Mean attention on the pattern of the cue.

    .. math::

        E[p_1]=\int ds\,e^{s-e^s}\left(1-E_q\left[1-e^{-e^{s+N\lambda(q-m)}}\right]\right)^{P-1}

    Parameters
    ----------
    ensemble:
        how patterns are drawn; "spherical", "ising" or "gaussian".
    N:
        N, the dimension of the patterns; an integer from 2 to 100000.
    lambda_:
        lambda = beta, the inverse temperature; a number > 0.
    m:
        m, the overlap of the cue; a number. Default: 1.
    P:
        P, the number of patterns; a finite number >= 2.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    E[p_1]

    Notes
    -----
    Valid: exact at any size and temperature; Gaussian patterns are their own cues.

    References
    ----------
    - C. Lucibello, M. Mezard, The exponential capacity of dense associative memories, Physical Review Letters 2024,
      arXiv 2304.14964.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.rem.attention_weight(ensemble='ising', N=8, lambda_=1.0, m=1.0, P=4):.6g}")
    0.975481
    """
    given = {
        "ensemble": ensemble,
        "N": N,
        "lambda": lambda_,
        "m": m,
        "P": P,
        "cost_limit": cost_limit,
    }
    return call(_ATTENTION_WEIGHT, given, digits, on_error)


_GAUSSIAN_SUCCESS_HARD = Spec("rem/gaussian-success-hard", None)


def gaussian_success_hard(
    *,
    N: Any,
    P: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Retrieval of a Gaussian pattern at zero temperature.

    .. math::

        E\,\Phi(\chi_N)^{P-1}

    Parameters
    ----------
    N:
        N, the dimension of the patterns; an integer from 2 to 100000.
    P:
        P, the number of patterns; a finite number >= 2.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    a probability

    Notes
    -----
    Valid: exact for lambda = infinity.

    References
    ----------
    - C. Lucibello, M. Mezard, The exponential capacity of dense associative memories, Physical Review Letters 2024,
      arXiv 2304.14964.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.rem.gaussian_success_hard(N=20, P=3000):.6g}")
    0.871345
    """
    return call(_GAUSSIAN_SUCCESS_HARD, {"N": N, "P": P, "cost_limit": cost_limit}, digits, on_error)


_GAUSSIAN_PAIR_FAILURE = Spec("rem/gaussian-pair-failure", None)


def gaussian_pair_failure(
    *,
    N: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""A Gaussian pattern closer to another one than itself.

    .. math::

        P(\xi_1\cdot\xi_2>\|\xi_1\|^2)=\tfrac12I_{1/2}(\tfrac N2,\tfrac12)

    Parameters
    ----------
    N:
        N, the dimension of the patterns; an integer from 2 to 100000.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    a probability for one ordered pair

    Notes
    -----
    Valid: exact.

    References
    ----------
    - C. Lucibello, M. Mezard, The exponential capacity of dense associative memories, Physical Review Letters 2024,
      arXiv 2304.14964.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.rem.gaussian_pair_failure(N=30):.6g}")
    3.02759e-06
    """
    return call(_GAUSSIAN_PAIR_FAILURE, {"N": N, "cost_limit": cost_limit}, digits, on_error)


_GAUSSIAN_ALL = Spec("rem/gaussian-all", None)


def gaussian_all(*, lambda_: Any, cost_limit: Any = 2000000000.0, digits: bool = True, on_error: str = "raise") -> Any:
    r"""Capacity for all Gaussian patterns.

    .. math::

        \alpha_c=\min\left(g\rho,\tfrac14\log2\right),\quad\tfrac12(\rho-1-\log\rho)=g\rho

    Parameters
    ----------
    lambda_:
        lambda = beta, the inverse temperature; a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    alpha_c

    Notes
    -----
    Valid: first-moment argument, N -> infinity.

    References
    ----------
    - C. Lucibello, M. Mezard, The exponential capacity of dense associative memories, Physical Review Letters 2024,
      arXiv 2304.14964.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.rem.gaussian_all(lambda_=0.5):.6g}")
    0.152743
    """
    return call(_GAUSSIAN_ALL, {"lambda": lambda_, "cost_limit": cost_limit}, digits, on_error)


_QUENCHED_LOG_Z = Spec("rem/quenched-log-z", None)


def quenched_log_z(
    *,
    kappa: Any,
    theta: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The partition function of exponentially many Gaussian patterns.

    .. math::

        f=\kappa-\tfrac12\log(1-\theta)\ (\kappa>\kappa_c),\ \tfrac12\theta\rho,\ J(\rho)=\kappa\ (\kappa<\kappa_c)

    Parameters
    ----------
    kappa:
        kappa = log K / d; a number > 0.
    theta:
        theta = sigma^2 s_xi^2; a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    f = (log Z - d/2 log 2 pi sigma^2)/d

    Notes
    -----
    Valid: d -> infinity, beta = 1.

    References
    ----------
    - C. Lucibello, M. Mezard, The exponential capacity of dense associative memories, Physical Review Letters 2024,
      arXiv 2304.14964.
    """
    return call(_QUENCHED_LOG_Z, {"kappa": kappa, "theta": theta, "cost_limit": cost_limit}, digits, on_error)


_GAUSSIAN_TYPICAL = Spec("rem/gaussian-typical", None)


def gaussian_typical(
    *,
    N: Any,
    lambda_: Any,
    P: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Retrieval of a typical Gaussian pattern at finite size.

    .. math::

        P(p_1>\tfrac12)=P\left(\chi_N^2>\frac{\log(P-1)}{\lambda-\lambda^2/2}\right)

    Parameters
    ----------
    N:
        N, the dimension of the patterns; an integer from 2 to 100000.
    lambda_:
        lambda = beta, the inverse temperature; a number > 0.
    P:
        P, the number of patterns; a finite number >= 2.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    a probability

    Notes
    -----
    Valid: 0 < lambda < 1, well inside: within 0.02 for lambda <= 2/3 and N >= 24; within 0.04 at N from 4 to 20 (lambda
    <= 1/2).

    References
    ----------
    - C. Lucibello, M. Mezard, The exponential capacity of dense associative memories, Physical Review Letters 2024,
      arXiv 2304.14964.
    """
    return call(_GAUSSIAN_TYPICAL, {"N": N, "lambda": lambda_, "P": P, "cost_limit": cost_limit}, digits, on_error)


class CondensedLogZ(Record):
    """Values of `condensed_log_z`."""

    names = ("f", "inverse_participation")
    f = field("f")
    inverse_participation = field("inverse_participation")


_CONDENSED_LOG_Z = Spec("rem/condensed-log-z", CondensedLogZ)


def condensed_log_z(
    *,
    d: Any,
    K: Any,
    theta: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The partition function of many Gaussian patterns in the condensed phase at finite size.

    .. math::

        f=\frac1d\left[\tfrac\theta2t_K+\tfrac1\mu\log\Gamma(1-\mu)+\gamma(\tfrac1\mu-1)\right],\quad\mu=\tfrac{2K}\theta\mathrm{pdf}_{\chi_d^2}(t_K)

    Parameters
    ----------
    d:
        d; an integer >= 2.
    K:
        K, patterns; a number >= 2.
    theta:
        theta = sigma^2 s_xi^2; a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [f, mean inverse participation ratio]

    Fields: f, inverse_participation.

    Notes
    -----
    Valid: f within 1 % of the exact mean of log Z, refused with that mean where it is not (mu near 1, few patterns);
    the ratio indicative.

    References
    ----------
    - C. Lucibello, M. Mezard, The exponential capacity of dense associative memories, Physical Review Letters 2024,
      arXiv 2304.14964.
    """
    return call(_CONDENSED_LOG_Z, {"d": d, "K": K, "theta": theta, "cost_limit": cost_limit}, digits, on_error)


__all__ = [
    "CondensedLogZ",
    "alpha1_gaussian",
    "alpha1_ising",
    "alpha1_spherical",
    "alphaN_spherical",
    "attention_weight",
    "condensed_log_z",
    "gaussian_all",
    "gaussian_pair_failure",
    "gaussian_success_hard",
    "gaussian_typical",
    "quenched_log_z",
]
