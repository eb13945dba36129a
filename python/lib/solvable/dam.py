"""Predictions: dense associative memories.

Written by generate.py from the catalogue.
"""

from __future__ import annotations

from typing import Any

from ._call import Spec, call


_LOG_Z_QUADRATIC = Spec("dam/log-z-quadratic", None)


def log_z_quadratic(
    *,
    xi: Any,
    sigma2: Any = 1,
    power: Any = 2,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The partition function of a quadratic associative memory.

    .. math::

        \log Z=\tfrac d2\log2\pi\sigma^2-\tfrac12\log\det(I-\sigma^2\xi\xi^\top)

    Parameters
    ----------
    xi:
        the patterns, one a row; rows of one length, finite numbers.
    sigma2:
        sigma^2, the visible variance; a number > 0. Default: 1.
    power:
        p in F = x^p/p; 2; higher powers diverge. Default: 2.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    log Z

    Notes
    -----
    Valid: sigma2 lambda_max(xi xi^T) < 1; diverges otherwise, and for all powers above 2.

    References
    ----------
    - D. Krotov, J. Hopfield, Dense associative memory for pattern recognition, NeurIPS 2016, arXiv 1606.01164.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.dam.log_z_quadratic(xi=[[0.4, 0.1], [-0.2, 0.5]], sigma2=1.2):.6g}")
    2.34938
    """
    given = {
        "xi": xi,
        "sigma2": sigma2,
        "power": power,
        "cost_limit": cost_limit,
    }
    return call(_LOG_Z_QUADRATIC, given, digits, on_error)


_LOG_Z_ISING_ONE_PATTERN = Spec("dam/log-z-ising-one-pattern", None)


def log_z_ising_one_pattern(
    *,
    d: Any,
    w: Any,
    power: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The partition function of an associative memory with one pattern and states plus or minus one.

    .. math::

        \log Z=\log\sum_{k=0}^d\binom dk\exp\frac{(w(d-2k))^p}p

    Parameters
    ----------
    d:
        d, the number of visible units; an integer from 1 to 10^6.
    w:
        w, the value of the pattern; a number.
    power:
        p in F = x^p/p; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    log Z

    Notes
    -----
    Valid: exact.

    References
    ----------
    - D. Krotov, J. Hopfield, Dense associative memory for pattern recognition, NeurIPS 2016, arXiv 1606.01164.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.dam.log_z_ising_one_pattern(d=10, w=0.4, power=4):.6g}")
    64.6931
    """
    return call(_LOG_Z_ISING_ONE_PATTERN, {"d": d, "w": w, "power": power, "cost_limit": cost_limit}, digits, on_error)


__all__ = [
    "log_z_ising_one_pattern",
    "log_z_quadratic",
]
