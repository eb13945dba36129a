"""Predictions: attention as a Boltzmann machine.

Written by generate.py from the catalogue.
"""

from __future__ import annotations

from typing import Any

from ._call import Spec, call
from .answer import Record, field


_LOG_Z = Spec("attn/log-z", None)


def log_z(
    *,
    xi: Any = None,
    b: Any = None,
    c: Any = None,
    sigma2: Any = 1,
    n: Any = None,
    beta: Any = None,
    K: Any = None,
    method: Any = 'exact-sum',
    what: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The partition function of attention.

    .. math::

        \log Z=\tfrac d2\log2\pi\sigma^2+\log\sum_{|m|=n}\binom nm\exp\left(\tfrac{m\cdot
        c}n+\tfrac{\sigma^2}2\|b+\tfrac1n\xi^\top m\|^2\right)

    Parameters
    ----------
    xi:
        the patterns, one a row; rows of one length, finite numbers. Default: None.
    b:
        b, the visible biases; a list of d numbers, or null for zero. Default: None.
    c:
        c, the pattern biases; a list of K numbers, or null for zero. Default: None.
    sigma2:
        sigma^2, the visible variance; a number > 0. Default: 1.
    n:
        n = 1/beta; a number > 0, or null where beta is given. Default: None.
    beta:
        beta, the inverse temperature; a number > 0, or null where n is given. Default: None.
    K:
        without patterns: their number, to test the limit; an integer >= 1 or null. Default: None.
    method:
        "exact-sum"; "exact-sum". Default: 'exact-sum'.
    what:
        a remark; anything. Default: None.
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
    Valid: exact where 1/beta is an integer; at most five million compositions.

    References
    ----------
    - T. Ota, R. Karakida, Attention in a family of Boltzmann machines emerging from modern Hopfield networks, Neural
      Computation 2023, arXiv 2212.04692.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.attn.log_z(xi=[[1.3], [-0.7], [0.4]], b=[0.2], c=[0.1, -0.3, 0.5], sigma2=0.8, n=1):.6g}")
    2.50135
    """
    given = {
        "xi": xi,
        "b": b,
        "c": c,
        "sigma2": sigma2,
        "n": n,
        "beta": beta,
        "K": K,
        "method": method,
        "what": what,
        "cost_limit": cost_limit,
    }
    return call(_LOG_Z, given, digits, on_error)


_COMPOSITION_COUNT = Spec("attn/composition-count", None)


def composition_count(
    *,
    K: Any,
    n: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The number of compositions.

    .. math::

        \binom{n+K-1}{K-1}

    Parameters
    ----------
    K:
        K, the number of patterns; an integer >= 1.
    n:
        n = 1/beta; an integer >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    a number

    Notes
    -----
    Valid: exact while it fits 53 bits.

    References
    ----------
    - T. Ota, R. Karakida, Attention in a family of Boltzmann machines emerging from modern Hopfield networks, Neural
      Computation 2023, arXiv 2212.04692.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.attn.composition_count(K=10, n=6):.6g}")
    5005
    """
    return call(_COMPOSITION_COUNT, {"K": K, "n": n, "cost_limit": cost_limit}, digits, on_error)


_LOG_Z_KAPPA = Spec("attn/log-z-kappa", None)


def log_z_kappa(
    *,
    xi: Any,
    kappa: Any,
    b: Any = None,
    c: Any = None,
    sigma2: Any = 1,
    n: Any = None,
    beta: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The partition function at another overall temperature.

    .. math::

        \sigma^2\to\sigma^2/\kappa,\ b\to\kappa b,\ \xi\to\kappa\xi,\ c\to\kappa c,\ \beta\to\beta/\kappa

    Parameters
    ----------
    xi:
        the patterns, one a row; rows of one length, finite numbers.
    b:
        b, the visible biases; a list of d numbers, or null for zero. Default: None.
    c:
        c, the pattern biases; a list of K numbers, or null for zero. Default: None.
    sigma2:
        sigma^2, the visible variance; a number > 0. Default: 1.
    n:
        n = 1/beta; a number > 0, or null where beta is given. Default: None.
    beta:
        beta, the inverse temperature; a number > 0, or null where n is given. Default: None.
    kappa:
        kappa, the overall inverse temperature; a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    log of the integral of exp(-kappa E)

    Notes
    -----
    Valid: exact where kappa/beta is an integer.

    References
    ----------
    - T. Ota, R. Karakida, Attention in a family of Boltzmann machines emerging from modern Hopfield networks, Neural
      Computation 2023, arXiv 2212.04692.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.attn.log_z_kappa(xi=[[1.2], [-0.9]], b=[0.15], c=[0.3, -0.2], sigma2=0.9, beta=1.5, kappa=3.0):.6g}")
    3.80116
    """
    given = {
        "xi": xi,
        "b": b,
        "c": c,
        "sigma2": sigma2,
        "n": n,
        "beta": beta,
        "kappa": kappa,
        "cost_limit": cost_limit,
    }
    return call(_LOG_Z_KAPPA, given, digits, on_error)


_LOG_Z_ANY_BETA_K2 = Spec("attn/log-z-any-beta-k2", None)


def log_z_any_beta_k2(
    *,
    xi: Any,
    b: Any = None,
    c: Any = None,
    sigma2: Any = 1,
    n: Any = None,
    beta: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The partition function of two patterns at any temperature.

    .. math::

        \log Z=\tfrac d2\log2\pi\sigma^2+\tfrac{c_1+c_2}2+\tfrac{\sigma^2}2\|\bar a\|^2+\log E_g(2\cosh u(g))^{1/\beta}

    Parameters
    ----------
    xi:
        the patterns, one a row; rows of one length, finite numbers.
    b:
        b, the visible biases; a list of d numbers, or null for zero. Default: None.
    c:
        c, the pattern biases; a list of K numbers, or null for zero. Default: None.
    sigma2:
        sigma^2, the visible variance; a number > 0. Default: 1.
    n:
        n = 1/beta; a number > 0, or null where beta is given. Default: None.
    beta:
        beta, the inverse temperature; a number > 0, or null where n is given. Default: None.
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
    Valid: two patterns, any beta > 0.

    References
    ----------
    - T. Ota, R. Karakida, Attention in a family of Boltzmann machines emerging from modern Hopfield networks, Neural
      Computation 2023, arXiv 2212.04692.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.attn.log_z_any_beta_k2(xi=[[1.2], [-0.9]], b=[0.15], c=[0.3, -0.2], sigma2=0.9, beta=0.4):.6g}")
    2.98314
    """
    given = {
        "xi": xi,
        "b": b,
        "c": c,
        "sigma2": sigma2,
        "n": n,
        "beta": beta,
        "cost_limit": cost_limit,
    }
    return call(_LOG_Z_ANY_BETA_K2, given, digits, on_error)


class LogZSandwich(Record):
    """Values of `log_z_sandwich`."""

    names = ("lower", "upper")
    lower = field("lower")
    upper = field("upper")


_LOG_Z_SANDWICH = Spec("attn/log-z-sandwich", LogZSandwich)


def log_z_sandwich(
    *,
    xi: Any,
    b: Any = None,
    c: Any = None,
    sigma2: Any = 1,
    n: Any = None,
    beta: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Bounds of the partition function between integers.

    .. math::

        \max(\log Z_{n_-},\log Z_{n_+}-(n_+-n)\log K)\le\log Z_n\le\min(\log Z_{n_+},\log Z_{n_-}+(n-n_-)\log K)

    Parameters
    ----------
    xi:
        the patterns, one a row; rows of one length, finite numbers.
    b:
        b, the visible biases; a list of d numbers, or null for zero. Default: None.
    c:
        c, the pattern biases; a list of K numbers, or null for zero. Default: None.
    sigma2:
        sigma^2, the visible variance; a number > 0. Default: 1.
    n:
        n = 1/beta; a number > 0, or null where beta is given. Default: None.
    beta:
        beta, the inverse temperature; a number > 0, or null where n is given. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [lower bound, upper bound]

    Fields: lower, upper.

    Notes
    -----
    Valid: 1/beta >= 1, no pattern biases; rigorous.

    References
    ----------
    - T. Ota, R. Karakida, Attention in a family of Boltzmann machines emerging from modern Hopfield networks, Neural
      Computation 2023, arXiv 2212.04692.
    """
    given = {
        "xi": xi,
        "b": b,
        "c": c,
        "sigma2": sigma2,
        "n": n,
        "beta": beta,
        "cost_limit": cost_limit,
    }
    return call(_LOG_Z_SANDWICH, given, digits, on_error)


_LOG_Z_BINARY = Spec("attn/log-z-binary", None)


def log_z_binary(
    *,
    xi: Any,
    b: Any = None,
    c: Any = None,
    sigma2: Any = 1,
    n: Any = None,
    beta: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The partition function with visible states plus or minus one.

    .. math::

        \log Z=\log\sum_{|m|=n}\binom nm\exp\left(\tfrac{m\cdot c}n+\sum_i\log2\cosh a_{m,i}\right)

    Parameters
    ----------
    xi:
        the patterns, one a row; rows of one length, finite numbers.
    b:
        b, the visible biases; a list of d numbers, or null for zero. Default: None.
    c:
        c, the pattern biases; a list of K numbers, or null for zero. Default: None.
    sigma2:
        sigma^2, the visible variance; a number > 0. Default: 1.
    n:
        n = 1/beta; a number > 0, or null where beta is given. Default: None.
    beta:
        beta, the inverse temperature; a number > 0, or null where n is given. Default: None.
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
    Valid: exact where 1/beta is an integer; sigma2 plays no role.

    References
    ----------
    - T. Ota, R. Karakida, Attention in a family of Boltzmann machines emerging from modern Hopfield networks, Neural
      Computation 2023, arXiv 2212.04692.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.attn.log_z_binary(xi=[[0.5, -0.4, 0.9, 0.1], [-0.6, 0.8, 0.2, 0.7], [0.3, 0.3, -0.5, -1.0]], b=[0.1, -0.2, 0.0, 0.3], c=[0.2, 0.0, -0.4], n=3):.6g}")
    6.31306
    """
    given = {
        "xi": xi,
        "b": b,
        "c": c,
        "sigma2": sigma2,
        "n": n,
        "beta": beta,
        "cost_limit": cost_limit,
    }
    return call(_LOG_Z_BINARY, given, digits, on_error)


_GRAD_LOG_Z = Spec("attn/grad-log-z", None)


def grad_log_z(
    *,
    xi: Any,
    b: Any = None,
    c: Any = None,
    sigma2: Any = 1,
    n: Any = None,
    beta: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""All gradients of the partition function.

    .. math::

        \partial_\xi\log Z=\sigma^2(fb^\top+F\xi),\ \partial_b=\sigma^2(b+\xi^\top f),\ \partial_c=f,\
        \partial_{\sigma^2}=\tfrac d{2\sigma^2}+\tfrac12\sum_m\pi_m\|a_m\|^2

    Parameters
    ----------
    xi:
        the patterns, one a row; rows of one length, finite numbers.
    b:
        b, the visible biases; a list of d numbers, or null for zero. Default: None.
    c:
        c, the pattern biases; a list of K numbers, or null for zero. Default: None.
    sigma2:
        sigma^2, the visible variance; a number > 0. Default: 1.
    n:
        n = 1/beta; a number > 0, or null where beta is given. Default: None.
    beta:
        beta, the inverse temperature; a number > 0, or null where n is given. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    by xi row by row, b, c, sigma2: K d + d + K + 1 numbers

    Notes
    -----
    Valid: exact where 1/beta is an integer.

    References
    ----------
    - T. Ota, R. Karakida, Attention in a family of Boltzmann machines emerging from modern Hopfield networks, Neural
      Computation 2023, arXiv 2212.04692.

    Examples
    --------
    >>> import solvable
    >>> solvable.attn.grad_log_z(xi=[[1.3], [-0.7], [0.4]], b=[0.2], c=[0.1, -0.3, 0.5], sigma2=0.8, n=3)
    Numbers([0.306404, 0.047485, 0.190213, 0.544101, 0.389102, 0.245514, 0.365384,
     0.968744])
    """
    given = {
        "xi": xi,
        "b": b,
        "c": c,
        "sigma2": sigma2,
        "n": n,
        "beta": beta,
        "cost_limit": cost_limit,
    }
    return call(_GRAD_LOG_Z, given, digits, on_error)


_MOMENTS = Spec("attn/moments", None)


def moments(
    *,
    xi: Any,
    b: Any = None,
    c: Any = None,
    sigma2: Any = 1,
    n: Any = None,
    beta: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Mean and covariance of the visible state.

    .. math::

        Ev=\sigma^2(b+\xi^\top f),\quad\mathrm{Cov}\,v=\sigma^2I+\sigma^4\xi^\top(F-ff^\top)\xi

    Parameters
    ----------
    xi:
        the patterns, one a row; rows of one length, finite numbers.
    b:
        b, the visible biases; a list of d numbers, or null for zero. Default: None.
    c:
        c, the pattern biases; a list of K numbers, or null for zero. Default: None.
    sigma2:
        sigma^2, the visible variance; a number > 0. Default: 1.
    n:
        n = 1/beta; a number > 0, or null where beta is given. Default: None.
    beta:
        beta, the inverse temperature; a number > 0, or null where n is given. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    the mean, then the covariance row by row

    Notes
    -----
    Valid: exact where 1/beta is an integer.

    References
    ----------
    - T. Ota, R. Karakida, Attention in a family of Boltzmann machines emerging from modern Hopfield networks, Neural
      Computation 2023, arXiv 2212.04692.

    Examples
    --------
    >>> import solvable
    >>> solvable.attn.moments(xi=[[1.0, 0.5], [-0.8, 1.1], [0.3, -1.4], [0.6, 0.2]], b=[0.1, -0.2], c=[0.0, 0.2, -0.1,
    ... 0.3], sigma2=1.1, n=3)
    Numbers([ 0.444952, -0.172995,  1.292044, -0.092823, -0.092823,  1.542438])
    """
    given = {
        "xi": xi,
        "b": b,
        "c": c,
        "sigma2": sigma2,
        "n": n,
        "beta": beta,
        "cost_limit": cost_limit,
    }
    return call(_MOMENTS, given, digits, on_error)


_MEAN_ATTENTION_ENTROPY = Spec("attn/mean-attention-entropy", None)


def mean_attention_entropy(
    *,
    xi: Any,
    b: Any = None,
    c: Any = None,
    sigma2: Any = 1,
    n: Any = None,
    beta: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The mean entropy of attention.

    .. math::

        \frac{d\log Z}{dn}=E\,H(p(v))

    Parameters
    ----------
    xi:
        the patterns, one a row; rows of one length, finite numbers.
    b:
        b, the visible biases; a list of d numbers, or null for zero. Default: None.
    c:
        c, the pattern biases; a list of K numbers, or null for zero. Default: None.
    sigma2:
        sigma^2, the visible variance; a number > 0. Default: 1.
    n:
        n = 1/beta; a number > 0, or null where beta is given. Default: None.
    beta:
        beta, the inverse temperature; a number > 0, or null where n is given. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    a number from 0 to log K

    Notes
    -----
    Valid: 1/beta an integer; differences of patterns in up to three dimensions.

    References
    ----------
    - T. Ota, R. Karakida, Attention in a family of Boltzmann machines emerging from modern Hopfield networks, Neural
      Computation 2023, arXiv 2212.04692.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.attn.mean_attention_entropy(xi=[[1.3], [-0.7], [0.4]], b=[0.2], c=[0.1, -0.3, 0.5], sigma2=0.8, n=3):.6g}")
    1.05082
    """
    given = {
        "xi": xi,
        "b": b,
        "c": c,
        "sigma2": sigma2,
        "n": n,
        "beta": beta,
        "cost_limit": cost_limit,
    }
    return call(_MEAN_ATTENTION_ENTROPY, given, digits, on_error)


_RENYI = Spec("attn/renyi", None)


def renyi(
    *,
    xi: Any,
    order: Any,
    b: Any = None,
    c: Any = None,
    sigma2: Any = 1,
    n: Any = None,
    beta: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Rényi entropies.

    .. math::

        H_k=\frac{\log Z_k-k\log Z}{1-k}

    Parameters
    ----------
    xi:
        the patterns, one a row; rows of one length, finite numbers.
    b:
        b, the visible biases; a list of d numbers, or null for zero. Default: None.
    c:
        c, the pattern biases; a list of K numbers, or null for zero. Default: None.
    sigma2:
        sigma^2, the visible variance; a number > 0. Default: 1.
    n:
        n = 1/beta; a number > 0, or null where beta is given. Default: None.
    beta:
        beta, the inverse temperature; a number > 0, or null where n is given. Default: None.
    order:
        k, the order of the entropy; an integer >= 2.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    H_k

    Notes
    -----
    Valid: exact where 1/beta is an integer.

    References
    ----------
    - T. Ota, R. Karakida, Attention in a family of Boltzmann machines emerging from modern Hopfield networks, Neural
      Computation 2023, arXiv 2212.04692.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.attn.renyi(xi=[[1.3], [-0.7], [0.4]], b=[0.2], c=[0.1, -0.3, 0.5], sigma2=0.8, n=2, order=2):.6g}")
    1.26959
    """
    given = {
        "xi": xi,
        "b": b,
        "c": c,
        "sigma2": sigma2,
        "n": n,
        "beta": beta,
        "order": order,
        "cost_limit": cost_limit,
    }
    return call(_RENYI, given, digits, on_error)


_IMPORTANCE_MOMENT = Spec("attn/importance-moment", None)


def importance_moment(
    *,
    xi: Any,
    b: Any = None,
    c: Any = None,
    sigma2: Any = 1,
    n: Any = None,
    beta: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The second moment of importance weights.

    .. math::

        \frac{E[w^2]}{E[w]^2},\quad w=\left(\sum_\mu e^{(\xi_\mu v+c_\mu)/n}\right)^n,\ v\sim N(\sigma^2b,\sigma^2I)

    Parameters
    ----------
    xi:
        the patterns, one a row; rows of one length, finite numbers.
    b:
        b, the visible biases; a list of d numbers, or null for zero. Default: None.
    c:
        c, the pattern biases; a list of K numbers, or null for zero. Default: None.
    sigma2:
        sigma^2, the visible variance; a number > 0. Default: 1.
    n:
        n = 1/beta; a number > 0, or null where beta is given. Default: None.
    beta:
        beta, the inverse temperature; a number > 0, or null where n is given. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    the inverse of the effective fraction of samples

    Notes
    -----
    Valid: exact where 1/beta is an integer.

    References
    ----------
    - T. Ota, R. Karakida, Attention in a family of Boltzmann machines emerging from modern Hopfield networks, Neural
      Computation 2023, arXiv 2212.04692.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.attn.importance_moment(xi=[[1.3], [-0.7], [0.4]], b=[0.2], c=[0.1, -0.3, 0.5], sigma2=0.8, n=2):.6g}")
    1.40391
    """
    given = {
        "xi": xi,
        "b": b,
        "c": c,
        "sigma2": sigma2,
        "n": n,
        "beta": beta,
        "cost_limit": cost_limit,
    }
    return call(_IMPORTANCE_MOMENT, given, digits, on_error)


_FISHER_XI = Spec("attn/fisher-xi", None)


def fisher_xi(
    *,
    xi: Any,
    b: Any = None,
    c: Any = None,
    sigma2: Any = 1,
    n: Any = None,
    beta: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Fisher information of the patterns.

    .. math::

        I=\mathrm{Cov}[\mathrm{vec}(p_\mu(v)v)]

    Parameters
    ----------
    xi:
        the patterns, one a row; rows of one length, finite numbers.
    b:
        b, the visible biases; a list of d numbers, or null for zero. Default: None.
    c:
        c, the pattern biases; a list of K numbers, or null for zero. Default: None.
    sigma2:
        sigma^2, the visible variance; a number > 0. Default: 1.
    n:
        n = 1/beta; a number > 0, or null where beta is given. Default: None.
    beta:
        beta, the inverse temperature; a number > 0, or null where n is given. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    row by row, index mu d + i

    Notes
    -----
    Valid: 1/beta an integer; for 1/beta = 1 differences of patterns in up to three dimensions.

    References
    ----------
    - T. Ota, R. Karakida, Attention in a family of Boltzmann machines emerging from modern Hopfield networks, Neural
      Computation 2023, arXiv 2212.04692.

    Examples
    --------
    >>> import solvable
    >>> solvable.attn.fisher_xi(xi=[[1.5], [-1.2]], sigma2=1.0, n=1)
    Numbers([1.109966, 0.462013, 0.462013, 0.715771])
    """
    given = {
        "xi": xi,
        "b": b,
        "c": c,
        "sigma2": sigma2,
        "n": n,
        "beta": beta,
        "cost_limit": cost_limit,
    }
    return call(_FISHER_XI, given, digits, on_error)


_GBRBM_LOG_Z = Spec("attn/gbrbm-log-z", None)


def gbrbm_log_z(
    *,
    w: Any,
    b: Any = None,
    c: Any = None,
    sigma2: Any = 1,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The partition function of a Gaussian-Bernoulli machine.

    .. math::

        \log Z=\tfrac d2\log2\pi\sigma^2+\log\sum_h\exp\left(c\cdot h+\tfrac{\sigma^2}2\|b+w^\top h\|^2\right)

    Parameters
    ----------
    w:
        the weights, one hidden unit a row; rows of one length, finite numbers.
    b:
        b, the visible biases; a list of d numbers, or null for zero. Default: None.
    c:
        c, the pattern biases; a list of K numbers, or null for zero. Default: None.
    sigma2:
        sigma^2, the visible variance; a number > 0. Default: 1.
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
    Valid: exact; at most 20 hidden units.

    References
    ----------
    - M. Welling, M. Rosen-Zvi, G. Hinton, Exponential family harmoniums with an application to information retrieval,
      NeurIPS 2004.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.attn.gbrbm_log_z(w=[[0.7], [-1.1], [0.5]], b=[0.2], c=[-0.3, 0.1, 0.4], sigma2=0.8):.6g}")
    3.2635
    """
    return call(_GBRBM_LOG_Z, {"w": w, "b": b, "c": c, "sigma2": sigma2, "cost_limit": cost_limit}, digits, on_error)


_DSM_VALUE = Spec("attn/dsm-value", None)


def dsm_value(
    *,
    teacher: Any,
    student: Any,
    noise_var: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The objective of denoising score matching.

    .. math::

        J=\frac d{2s^2}+E_q\left[\tfrac12\|s_\theta\|^2+\nabla\cdot s_\theta\right]

    Parameters
    ----------
    teacher:
        the machine that makes the data; an object with xi, b, c, sigma2, n or beta.
    student:
        the machine that learns; an object with xi, b, c, sigma2, n or beta.
    noise_var:
        s^2, the variance of the noise; a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    J

    Notes
    -----
    Valid: means, patterns and bias in up to three dimensions.

    References
    ----------
    - P. Vincent, A connection between score matching and denoising autoencoders, Neural Computation 2011.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.attn.dsm_value(teacher={'xi': [[1.5], [-1.0], [0.3]], 'sigma2': 0.7, 'n': 2}, noise_var=0.5, student={'xi': [[0.8], [-1.1]], 'b': [0.1], 'c': [0.2, 0.0], 'sigma2': 0.5, 'n': 3}):.6g}")
    1.66477
    """
    given = {
        "teacher": teacher,
        "student": student,
        "noise_var": noise_var,
        "cost_limit": cost_limit,
    }
    return call(_DSM_VALUE, given, digits, on_error)


_DSM_MIN = Spec("attn/dsm-min", None)


def dsm_min(
    *,
    teacher: Any,
    noise_var: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The least objective of denoising score matching.

    .. math::

        J_{\min}=\frac d{2s^2}-\frac d{2\tau^2}+\frac{A^2}{2\tau^4}E_g\,\mathrm{sech}^2\left(A(A+\tau g)/\tau^2\right)

    Parameters
    ----------
    teacher:
        the machine that makes the data; an object with xi, b, c, sigma2, n or beta.
    noise_var:
        s^2, the variance of the noise; a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    J_min

    Notes
    -----
    Valid: teachers with two opposite patterns, n = 1, no biases.

    References
    ----------
    - P. Vincent, A connection between score matching and denoising autoencoders, Neural Computation 2011.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.attn.dsm_min(teacher={'xi': [[1.5], [-1.5]], 'sigma2': 0.6, 'n': 1}, noise_var=0.4):.6g}")
    0.958575
    """
    return call(_DSM_MIN, {"teacher": teacher, "noise_var": noise_var, "cost_limit": cost_limit}, digits, on_error)


_ML_LINEAR_RATE = Spec("attn/ml-linear-rate", None)


def ml_linear_rate(
    *,
    K: Any,
    eigenvalue: Any,
    n: Any = None,
    beta: Any = None,
    sigma2: Any = 1,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""How fast patterns differentiate at the beginning of learning.

    .. math::

        r_k=\frac{\beta(\lambda_k-\sigma^2)}K

    Parameters
    ----------
    K:
        K, the number of patterns; an integer >= 1.
    n:
        n = 1/beta; a number > 0, or null where beta is given. Default: None.
    beta:
        beta, the inverse temperature; a number > 0, or null where n is given. Default: None.
    sigma2:
        sigma^2, the visible variance; a number > 0. Default: 1.
    eigenvalue:
        lambda_k, of the second moments of the data; a number.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    r_k

    Notes
    -----
    Valid: small patterns, no biases, centred data.

    References
    ----------
    - T. Ota, R. Karakida, Attention in a family of Boltzmann machines emerging from modern Hopfield networks, Neural
      Computation 2023, arXiv 2212.04692.
    """
    given = {
        "K": K,
        "n": n,
        "beta": beta,
        "sigma2": sigma2,
        "eigenvalue": eigenvalue,
        "cost_limit": cost_limit,
    }
    return call(_ML_LINEAR_RATE, given, digits, on_error)


_ML_GAP = Spec("attn/ml-gap", None)


def ml_gap(
    *,
    K: Any,
    d: Any,
    N: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""What maximum likelihood loses to its teacher on fresh data.

    .. math::

        \frac{Kd}{2N}

    Parameters
    ----------
    K:
        K, the number of patterns; an integer >= 1.
    d:
        d, the dimension; an integer >= 1.
    N:
        N, the number of samples; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    nats a sample

    Notes
    -----
    Valid: large N, distinct patterns.

    References
    ----------
    - T. Ota, R. Karakida, Attention in a family of Boltzmann machines emerging from modern Hopfield networks, Neural
      Computation 2023, arXiv 2212.04692.
    """
    return call(_ML_GAP, {"K": K, "d": d, "N": N, "cost_limit": cost_limit}, digits, on_error)


_POTTS_SPINODAL = Spec("attn/potts-spinodal", None)


def potts_spinodal(*, K: Any, cost_limit: Any = 2000000000.0, digits: bool = True, on_error: str = "raise") -> Any:
    r"""Where retrieval of orthogonal patterns begins to exist.

    .. math::

        x_c=\min_{a>1/K}\frac{K-1}{Ka-1}\log\frac{(K-1)a}{1-a},\quad x=\beta\sigma^2R^2

    Parameters
    ----------
    K:
        K, the number of patterns; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    x_c

    Notes
    -----
    Valid: orthogonal patterns of one norm, K >= 2.

    References
    ----------
    - H. Ramsauer et al., Hopfield networks is all you need, ICLR 2021, arXiv 2008.02217.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.attn.potts_spinodal(K=3):.6g}")
    2.74564
    """
    return call(_POTTS_SPINODAL, {"K": K, "cost_limit": cost_limit}, digits, on_error)


_POTTS_COEXISTENCE = Spec("attn/potts-coexistence", None)


def potts_coexistence(*, K: Any, cost_limit: Any = 2000000000.0, digits: bool = True, on_error: str = "raise") -> Any:
    r"""Where retrieval has the energy of the uniform state.

    .. math::

        x_t=\frac{2(K-1)\log(K-1)}{K-2}

    Parameters
    ----------
    K:
        K, the number of patterns; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    x_t

    Notes
    -----
    Valid: orthogonal patterns of one norm, K >= 2.

    References
    ----------
    - H. Ramsauer et al., Hopfield networks is all you need, ICLR 2021, arXiv 2008.02217.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.attn.potts_coexistence(K=3):.6g}")
    2.77259
    """
    return call(_POTTS_COEXISTENCE, {"K": K, "cost_limit": cost_limit}, digits, on_error)


_POTTS_OVERLAP = Spec("attn/potts-overlap", None)


def potts_overlap(
    *,
    K: Any,
    x: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The weight of the retrieved pattern.

    .. math::

        \frac{K-1}{Ka-1}\log\frac{(K-1)a}{1-a}=x,\ \text{the largest root}

    Parameters
    ----------
    K:
        K, the number of patterns; an integer >= 1.
    x:
        x = beta sigma^2 R^2; a number at or above the spinodal.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    a

    Notes
    -----
    Valid: orthogonal patterns of one norm; undefined below the spinodal.

    References
    ----------
    - H. Ramsauer et al., Hopfield networks is all you need, ICLR 2021, arXiv 2008.02217.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.attn.potts_overlap(K=3, x=3.5):.6g}")
    0.912901
    """
    return call(_POTTS_OVERLAP, {"K": K, "x": x, "cost_limit": cost_limit}, digits, on_error)


__all__ = [
    "LogZSandwich",
    "composition_count",
    "dsm_min",
    "dsm_value",
    "fisher_xi",
    "gbrbm_log_z",
    "grad_log_z",
    "importance_moment",
    "log_z",
    "log_z_any_beta_k2",
    "log_z_binary",
    "log_z_kappa",
    "log_z_sandwich",
    "mean_attention_entropy",
    "ml_gap",
    "ml_linear_rate",
    "moments",
    "potts_coexistence",
    "potts_overlap",
    "potts_spinodal",
    "renyi",
]
