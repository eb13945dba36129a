"""Predictions: memories and mixing.

Written by generate.py from the catalogue.
"""

from __future__ import annotations

from typing import Any

from ._call import Spec, call
from .answer import Record, field


_COMPLETION = Spec("mem/completion", None)


def completion(
    *,
    xi: Any,
    n: Any,
    observed: Any,
    values: Any,
    b: Any = None,
    c: Any = None,
    sigma2: Any = 1,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Missing pixels given those that are seen.

    .. math::

        c'_\mu=c_\mu+\xi_{\mu,O}\cdot v_O:\quad E[v_M|v_O]=\sigma^2(b_M+\xi_M^\top f'),\
        \mathrm{Cov}=\sigma^2I+\sigma^4\xi_M^\top(F'-f'f'^\top)\xi_M

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
        n = 1/beta; an integer >= 1.
    observed:
        which pixels are seen; a list of different indices from 0 to d - 1, at least one and not all.
    values:
        what is seen there; a list of numbers, one for each index.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    the mean of the missing pixels in ascending index, then their covariance row by row

    Notes
    -----
    Valid: exact; at most five million compositions. Its trace is the mean squared error on data of the machine; on
    other data it understates (on digits by a quarter to a third: figure mem/digits-errors).

    References
    ----------
    - T. Ota, R. Karakida, Attention in a family of Boltzmann machines emerging from modern Hopfield networks, Neural
      Computation 2023, arXiv 2212.04692.

    Examples
    --------
    >>> import solvable
    >>> solvable.mem.completion(xi=[[1.0, 0.5, -0.4], [-0.8, 1.1, 0.3], [0.3, -1.4, 0.9]], b=[0.1, -0.2, 0.3], c=[0.0,
    ... 0.2, -0.1], sigma2=0.8, n=1, observed=[1], values=[0.7])
    Numbers([ 0.024762,  0.33208 ,  1.25247 , -0.152493, -0.152493,  0.909215])
    """
    given = {
        "xi": xi,
        "b": b,
        "c": c,
        "sigma2": sigma2,
        "n": n,
        "observed": observed,
        "values": values,
        "cost_limit": cost_limit,
    }
    return call(_COMPLETION, given, digits, on_error)


_COMPLETION_WEIGHTS = Spec("mem/completion-weights", None)


def completion_weights(
    *,
    xi: Any,
    n: Any,
    observed: Any,
    values: Any,
    b: Any = None,
    c: Any = None,
    sigma2: Any = 1,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Mean attention on the patterns given what is seen.

    .. math::

        E[p(v)|v_O]=f'

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
        n = 1/beta; an integer >= 1.
    observed:
        which pixels are seen; a list of different indices from 0 to d - 1, at least one and not all.
    values:
        what is seen there; a list of numbers, one for each index.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    K numbers that sum to 1

    Notes
    -----
    Valid: exact; at most five million compositions.

    References
    ----------
    - T. Ota, R. Karakida, Attention in a family of Boltzmann machines emerging from modern Hopfield networks, Neural
      Computation 2023, arXiv 2212.04692.

    Examples
    --------
    >>> import solvable
    >>> solvable.mem.completion_weights(xi=[[1.0, 0.5, -0.4], [-0.8, 1.1, 0.3], [0.3, -1.4, 0.9]], n=2, observed=[0],
    ... values=[1.2])
    Numbers([0.397701, 0.155983, 0.446316])
    """
    given = {
        "xi": xi,
        "b": b,
        "c": c,
        "sigma2": sigma2,
        "n": n,
        "observed": observed,
        "values": values,
        "cost_limit": cost_limit,
    }
    return call(_COMPLETION_WEIGHTS, given, digits, on_error)


_MARGINAL_LOG_LIKELIHOOD = Spec("mem/marginal-log-likelihood", None)


def marginal_log_likelihood(
    *,
    xi: Any,
    n: Any,
    observed: Any,
    values: Any,
    b: Any = None,
    c: Any = None,
    sigma2: Any = 1,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""How likely what is seen is.

    .. math::

        \log p(v_O)=-\tfrac{\|v_O\|^2}{2\sigma^2}+b_O\cdot v_O+\log Z(\xi_M,b_M,c')-\log Z(\xi,b,c)

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
        n = 1/beta; an integer >= 1.
    observed:
        which pixels are seen; a list of different indices from 0 to d - 1, at least one and not all.
    values:
        what is seen there; a list of numbers, one for each index.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    log p(v_O)

    Notes
    -----
    Valid: exact; at most five million compositions.

    References
    ----------
    - T. Ota, R. Karakida, Attention in a family of Boltzmann machines emerging from modern Hopfield networks, Neural
      Computation 2023, arXiv 2212.04692.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.mem.marginal_log_likelihood(xi=[[2.0, 0.5], [-1.0, 1.0], [0.3, -0.7]], b=[0.1, -0.2], c=[0.2, 0.0, -0.3], sigma2=1.2, n=2, observed=[0], values=[0.9]):.6g}")
    -1.67978
    """
    given = {
        "xi": xi,
        "b": b,
        "c": c,
        "sigma2": sigma2,
        "n": n,
        "observed": observed,
        "values": values,
        "cost_limit": cost_limit,
    }
    return call(_MARGINAL_LOG_LIKELIHOOD, given, digits, on_error)


_COMPLETION_SUCCESS = Spec("mem/completion-success", None)


def completion_success(
    *,
    m: Any,
    theta: Any,
    K: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Whether what is seen tells the right one of many random patterns.

    .. math::

        E(1-P_0)^{K-1},\ V\sim\chi_m^2,\ Y|V\sim\chi'^2_m(\tfrac V\theta),\ P_0=F_{\chi'^2_m((1+\theta)V/\theta)}(\tfrac
        Y{1+\theta})

    Parameters
    ----------
    m:
        m, the pixels seen; an integer >= 1.
    theta:
        theta = sigma^2 s^2, the variance of a pattern's entry over that of the noise; a number > 0, at most 1e150.
    K:
        K, the number of patterns; an integer from 2 to 1e300.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    the probability that the right pattern has the largest weight

    Notes
    -----
    Valid: exact for Gaussian patterns of equal weight, n = 1, to 1e-9 absolute; with e^(kappa d) patterns a sharp
    threshold at a share 2 kappa/log(1 + theta) of pixels.

    References
    ----------
    - Y. Polyanskiy, H. V. Poor, S. Verdu, Channel coding rate in the finite blocklength regime, IEEE Transactions on
      Information Theory 2010.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.mem.completion_success(m=10, theta=1.0, K=30):.6g}")
    0.71169
    """
    return call(_COMPLETION_SUCCESS, {"m": m, "theta": theta, "K": K, "cost_limit": cost_limit}, digits, on_error)


class Sharing(Record):
    """Values of `sharing`."""

    names = ("log_S", "log_likelihood", "a")
    log_S = field("log_S")
    log_likelihood = field("log_likelihood")
    a = field("a")


_SHARING = Spec("mem/sharing", Sharing)


def sharing(
    *,
    occupation: Any,
    R2: Any,
    sigma2: Any = 1,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Where likelihood ascent rests when patterns serve several samples.

    .. math::

        a_\mu=\frac1{N\sigma^2\pi_\mu},\ \pi_\mu=\tfrac1Se^{\sigma^2a_\mu^2k_\mu R^2/2},\quad\mathcal
        L=\tfrac{R^2}N\sum_\mu k_\mu a_\mu-\log S

    Parameters
    ----------
    occupation:
        how many samples each pattern serves; a list of integers >= 0, some of them > 0.
    R2:
        R^2, the squared norm of a sample; a number > 0.
    sigma2:
        sigma^2, the visible variance; a number > 0. Default: 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [log S, mean log-likelihood + d/2 log(2 pi sigma^2) + R^2/(2 sigma^2), a_1, ..., a_K]

    Fields: log_S, log_likelihood, a.

    Notes
    -----
    Valid: orthogonal samples of one norm, n = 1, no biases; up to e^(-a R^2).

    References
    ----------
    - T. Ota, R. Karakida, Attention in a family of Boltzmann machines emerging from modern Hopfield networks, Neural
      Computation 2023, arXiv 2212.04692.

    Examples
    --------
    >>> import solvable
    >>> solvable.mem.sharing(occupation=[3, 2, 1, 0, 0, 1], R2=30.0, sigma2=0.7)
    Sharing(log_S=12.9436, log_likelihood=10.2226, a=[0.613175, 0.744792, 1.038172, 0.      , 0.      , 1.038172])
    """
    given = {
        "occupation": occupation,
        "R2": R2,
        "sigma2": sigma2,
        "cost_limit": cost_limit,
    }
    return call(_SHARING, given, digits, on_error)


class SharingPlateau(Record):
    """Values of `sharing_plateau`."""

    names = ("t", "patterns")
    t = field("t")
    patterns = field("patterns")


_SHARING_PLATEAU = Spec("mem/sharing-plateau", SharingPlateau)


def sharing_plateau(
    *,
    N: Any,
    K: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The plateau of likelihood ascent where samples pick patterns at random.

    .. math::

        \bar t=\tfrac KNE\sqrt{\mathrm{Bin}(N,\tfrac1K)},\quad\bar D=K\left(1-(1-\tfrac1K)^N\right)

    Parameters
    ----------
    N:
        the number of samples; an integer >= 1.
    K:
        the number of patterns; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [t, patterns in use]: the likelihood stops near R^2 t^2/(2 sigma^2)

    Fields: t, patterns.

    Notes
    -----
    Valid: starts of scale s_0 with s_0 R >= 1; smaller starts and centred data use up to a quarter more patterns.

    References
    ----------
    - T. Ota, R. Karakida, Attention in a family of Boltzmann machines emerging from modern Hopfield networks, Neural
      Computation 2023, arXiv 2212.04692.

    Examples
    --------
    >>> import solvable
    >>> solvable.mem.sharing_plateau(N=6, K=4)
    SharingPlateau(t=0.720097, patterns=3.28809)
    """
    return call(_SHARING_PLATEAU, {"N": N, "K": K, "cost_limit": cost_limit}, digits, on_error)


class EnergyChange(Record):
    """Values of `energy_change`."""

    names = ("E_A", "E_B", "dE")
    E_A = field("E_A")
    E_B = field("E_B")
    dE = field("dE")


_ENERGY_CHANGE = Spec("mem/energy-change", EnergyChange)


def energy_change(
    *,
    xi_A: Any,
    xi_B: Any,
    v: Any,
    beta: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Forgetting: the energy of a state when its task is replaced.

    .. math::

        E_S(v)=\tfrac12\|v\|^2-\tfrac1\beta\log\tfrac1{|S|}\sum_{\mu\in S}e^{\beta\xi_\mu\cdot v}

    Parameters
    ----------
    xi_A:
        the old patterns, one a row; rows of one length, finite numbers.
    xi_B:
        the new patterns, one a row; rows of the same length.
    v:
        the state; a list of as many numbers.
    beta:
        beta, the inverse temperature; a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [E_A, E_B, E_B - E_A]

    Fields: E_A, E_B, dE.

    Notes
    -----
    Valid: exact; where the new task is added and the sum is not normalised, energies can only fall.

    References
    ----------
    - K. Takeda, M. Oizumi, R. Karakida, Continual learning in modern Hopfield networks with an application to diffusion
      models, preprint 2026, arXiv 2605.27975.

    Examples
    --------
    >>> import solvable
    >>> solvable.mem.energy_change(xi_A=[[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]], xi_B=[[-1.0, 0.5, 0.0], [0.2, 0.2, 1.0],
    ... [0.0, 0.0, 2.0]], v=[1.0, 0.0, 1.0], beta=1.5)
    EnergyChange(E_A=-0.672177, E_B=-0.448781, dE=0.223396)
    """
    given = {
        "xi_A": xi_A,
        "xi_B": xi_B,
        "v": v,
        "beta": beta,
        "cost_limit": cost_limit,
    }
    return call(_ENERGY_CHANGE, given, digits, on_error)


_REPLAY_GAIN = Spec("mem/replay-gain", None)


def replay_gain(
    *,
    beta: Any,
    dE: Any,
    p: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""What replay of the whole old task saves.

    .. math::

        \tfrac1\beta\log\frac{1+pe^{\beta\Delta E}}{1+p}

    Parameters
    ----------
    beta:
        beta, the inverse temperature; a number > 0.
    dE:
        the rise of energy without replay; a number.
    p:
        p, the weight of what is replayed; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    a gain of energy

    Notes
    -----
    Valid: an identity for replay of everything; a random buffer gives less (mem/replay-subset).

    References
    ----------
    - K. Takeda, M. Oizumi, R. Karakida, Continual learning in modern Hopfield networks with an application to diffusion
      models, preprint 2026, arXiv 2605.27975.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.mem.replay_gain(beta=2.0, dE=3.0, p=0.1):.6g}")
    1.8133
    """
    return call(_REPLAY_GAIN, {"beta": beta, "dE": dE, "p": p, "cost_limit": cost_limit}, digits, on_error)


_REPLAY_SUBSET = Spec("mem/replay-subset", None)


def replay_subset(
    *,
    beta: Any,
    R2: Any,
    q: Any,
    r: Any,
    K: Any,
    m: Any,
    p: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""What replay of a random buffer saves.

    .. math::

        \tfrac mKG(z_1)+(1-\tfrac mK)G(z_0),\ G(z)=\tfrac1\beta\log\frac{1+pe^{z-\beta rR^2}}{1+p}

    Parameters
    ----------
    beta:
        beta, the inverse temperature; a number > 0.
    R2:
        R^2, the squared norm; a number > 0.
    q:
        the mutual overlap of old patterns; a number from -1/(K - 1) to 1.
    r:
        the overlap of the new patterns with the tested old one; a number from -1 to 1.
    K:
        the old patterns; an integer >= 1.
    m:
        those in the buffer; an integer from 1 to K.
    p:
        p, the weight of what is replayed; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    the mean gain of energy over buffers

    Notes
    -----
    Valid: exact for old patterns at equal angles and one overlap with the new ones.

    References
    ----------
    - K. Takeda, M. Oizumi, R. Karakida, Continual learning in modern Hopfield networks with an application to diffusion
      models, preprint 2026, arXiv 2605.27975.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.mem.replay_subset(beta=2.0, R2=4.0, q=0.3, r=0.2, K=10, m=3, p=0.5):.6g}")
    0.752886
    """
    given = {
        "beta": beta,
        "R2": R2,
        "q": q,
        "r": r,
        "K": K,
        "m": m,
        "p": p,
        "cost_limit": cost_limit,
    }
    return call(_REPLAY_SUBSET, given, digits, on_error)


_OUTLIER_BOUNDARY = Spec("mem/outlier-boundary", None)


def outlier_boundary(
    *,
    beta: Any,
    R2: Any,
    q: Any,
    Kc: Any,
    Ko: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Whether outliers forget more.

    .. math::

        \Delta E_{\rm out}-\Delta E_{\rm cl}=R^2(r-r^*),\quad r^*=\tfrac1{\beta R^2}\log\frac{e^{\beta
        R^2}+(K_c-1)e^{\beta R^2q}+K_o}{e^{\beta R^2}+K_c+K_o-1}

    Parameters
    ----------
    beta:
        beta, the inverse temperature; a number > 0.
    R2:
        R^2, the squared norm; a number > 0.
    q:
        the mutual overlap in the cluster; a number from -1/(Kc - 1) to 1.
    Kc:
        the patterns of the cluster; an integer >= 1.
    Ko:
        the outliers; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    r*: outliers forget more only where the new task overlaps more than that with the cluster

    Notes
    -----
    Valid: exact for equal norms, outliers orthogonal to everything.

    References
    ----------
    - K. Takeda, M. Oizumi, R. Karakida, Continual learning in modern Hopfield networks with an application to diffusion
      models, preprint 2026, arXiv 2605.27975.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.mem.outlier_boundary(beta=0.5, R2=6.0, q=0.8, Kc=100, Ko=5):.6g}")
    0.732292
    """
    given = {
        "beta": beta,
        "R2": R2,
        "q": q,
        "Kc": Kc,
        "Ko": Ko,
        "cost_limit": cost_limit,
    }
    return call(_OUTLIER_BOUNDARY, given, digits, on_error)


_FORGETTING_RANDOM = Spec("mem/forgetting-random", None)


def forgetting_random(
    *,
    N: Any,
    beta: Any,
    K_A: Any,
    K_B: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Mean forgetting of a random task at finite size.

    .. math::

        \tfrac1{\beta N}\left[E\log(e^{\beta N}+\Sigma_{K_A-1})-\log K_A-E\log\Sigma_{K_B}+\log K_B\right],\
        \Sigma_P=\sum_{\mu\le P}e^{\beta Nq_\mu}

    Parameters
    ----------
    N:
        N, the dimension; an integer from 3 to 100000.
    beta:
        beta, the inverse temperature; a number > 0.
    K_A:
        the old patterns; an integer >= 1.
    K_B:
        the new patterns; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    E[E_B - E_A]/N of an old pattern

    Notes
    -----
    Valid: exact for patterns on the sphere of squared radius N; N beta up to 10^4.

    References
    ----------
    - C. Lucibello, M. Mezard, The exponential capacity of dense associative memories, Physical Review Letters 2024,
      arXiv 2304.14964.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.mem.forgetting_random(N=12, beta=0.8, K_A=2, K_B=2):.6g}")
    0.819777
    """
    given = {
        "N": N,
        "beta": beta,
        "K_A": K_A,
        "K_B": K_B,
        "cost_limit": cost_limit,
    }
    return call(_FORGETTING_RANDOM, given, digits, on_error)


_FORGETTING_RATE = Spec("mem/forgetting-rate", None)


def forgetting_rate(
    *,
    beta: Any,
    alpha_A: Any,
    alpha_B: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Forgetting of exponentially many memories.

    .. math::

        1-\frac{\alpha_A+\phi_B}\beta,\ \phi_B=\beta q_*-I(q_*)\ (I(q_*)\le\alpha_B),\ \beta q_\alpha-\alpha_B,\
        I(q)=-\tfrac12\log(1-q^2),\ I(q_\alpha)=\alpha_B

    Parameters
    ----------
    beta:
        beta, the inverse temperature; a number > 0.
    alpha_A:
        log K_A / N; a number from 0 to below alpha_1(beta).
    alpha_B:
        log K_B / N; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    (E_B - E_A)/N

    Notes
    -----
    Valid: N -> infinity; at N = 20 to 40 off by 0.003 to 0.06: use mem/forgetting-random.

    References
    ----------
    - C. Lucibello, M. Mezard, The exponential capacity of dense associative memories, Physical Review Letters 2024,
      arXiv 2304.14964.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.mem.forgetting_rate(beta=1.0, alpha_A=0.2, alpha_B=0.4):.6g}")
    0.422572
    """
    given = {
        "beta": beta,
        "alpha_A": alpha_A,
        "alpha_B": alpha_B,
        "cost_limit": cost_limit,
    }
    return call(_FORGETTING_RATE, given, digits, on_error)


_SURVIVAL_CAPACITY = Spec("mem/survival-capacity", None)


def survival_capacity(
    *,
    beta: Any,
    r: Any,
    rho: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""How many new patterns an old one survives.

    .. math::

        \alpha_c=\beta(1-\sqrt\rho r)-\psi\left(\beta\sqrt{(1-\rho)(1-r^2)}\right),\quad\psi(\lambda)=\lambda
        q_*+\tfrac12\log(1-q_*^2)

    Parameters
    ----------
    beta:
        beta, the inverse temperature; a number > 0.
    r:
        r, the overlap of the old pattern with the centre of the new task; a number from -1 to 1.
    rho:
        rho, the mutual overlap of the new patterns; a number from 0 to 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    alpha_c: up to e^(alpha_c N) new patterns

    Notes
    -----
    Valid: N -> infinity, where the noise is uncondensed for all parameters; the transition has width 1/N
    (mem/survival-weight).

    References
    ----------
    - C. Lucibello, M. Mezard, The exponential capacity of dense associative memories, Physical Review Letters 2024,
      arXiv 2304.14964.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.mem.survival_capacity(beta=1.0, r=0.6, rho=0.7):.6g}")
    0.409461
    """
    return call(_SURVIVAL_CAPACITY, {"beta": beta, "r": r, "rho": rho, "cost_limit": cost_limit}, digits, on_error)


_SURVIVAL_WEIGHT = Spec("mem/survival-weight", None)


def survival_weight(
    *,
    N: Any,
    beta: Any,
    r: Any,
    rho: Any,
    P: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Mean attention on an old pattern among new ones.

    .. math::

        \int ds\,e^{s-e^s}\left(1-E_q\left[1-e^{-e^{s+N\beta(q-1)}}\right]\right)^P,\ q=\sqrt\rho
        r+\sqrt{(1-\rho)(1-r^2)}q'

    Parameters
    ----------
    N:
        N, the dimension; an integer from 4 to 100000.
    beta:
        beta, the inverse temperature; a number > 0.
    r:
        r, the overlap of the old pattern with the centre of the new task; a number from -1 to 1.
    rho:
        rho, the mutual overlap of the new patterns; a number from 0 to 1.
    P:
        the new patterns; an integer >= 1.
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
    Valid: exact at any size; N beta up to 10^4.

    References
    ----------
    - C. Lucibello, M. Mezard, The exponential capacity of dense associative memories, Physical Review Letters 2024,
      arXiv 2304.14964.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.mem.survival_weight(N=12, beta=1.0, r=0.8, rho=0.7, P=2):.6g}")
    0.934666
    """
    given = {
        "N": N,
        "beta": beta,
        "r": r,
        "rho": rho,
        "P": P,
        "cost_limit": cost_limit,
    }
    return call(_SURVIVAL_WEIGHT, given, digits, on_error)


class AttentionStatistics(Record):
    """Values of `attention_statistics`."""

    names = ("participation", "entropy", "log_Z")
    participation = field("participation")
    entropy = field("entropy")
    log_Z = field("log_Z")


_ATTENTION_STATISTICS = Spec("mem/attention-statistics", AttentionStatistics)


def attention_statistics(
    *,
    scores: Any,
    n: Any,
    beta: Any,
    d: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""How concentrated attention on random scores is.

    .. math::

        E\sum p^2=n\int du\,E[w^2e^{-w}]\varphi^{n-1},\ E\log Z=-\gamma_E-u_0-\int_{u_0}^\infty\varphi^ndu,\quad
        w=e^{u+\beta s},\ \varphi=Ee^{-w}

    Parameters
    ----------
    scores:
        the law of the scores; "gaussian", "sphere" or "laplace".
    d:
        d, the dimension of the sphere; an integer from 3 to 100000; null for other scores. Default: None.
    n:
        n, the number of keys; an integer >= 2, its logarithm at most 300.
    beta:
        beta, the inverse temperature; a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [E sum p^2, E H, E log Z]: 1/E sum p^2 and e^H count the keys attended

    Fields: participation, entropy, log_Z.

    Notes
    -----
    Valid: exact for independent scores of unit variance (laplace: density exp(-|s|)/2) at any n.

    References
    ----------
    - T. Hayase, R. Karakida, A unified framework for critical scaling of inverse temperature in self-attention,
      preprint 2026, arXiv 2605.12697.
    - B. Derrida, Random-energy model: an exactly solvable model of disordered systems, Physical Review B 1981.

    Examples
    --------
    >>> import solvable
    >>> solvable.mem.attention_statistics(scores='laplace', n=2, beta=1.0)
    AttentionStatistics(participation=0.677533, entropy=0.484752, log_Z=1.04753)
    """
    given = {
        "scores": scores,
        "d": d,
        "n": n,
        "beta": beta,
        "cost_limit": cost_limit,
    }
    return call(_ATTENTION_STATISTICS, given, digits, on_error)


_PARTICIPATION = Spec("mem/participation", None)


def participation(
    *,
    scores: Any,
    n: Any,
    beta: Any,
    d: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The inverse number of keys attended.

    .. math::

        E\sum p^2=n\int du\,E[w^2e^{-w}]\varphi^{n-1}

    Parameters
    ----------
    scores:
        the law of the scores; "gaussian", "sphere" or "laplace".
    d:
        d, the dimension of the sphere; an integer from 3 to 100000; null for other scores. Default: None.
    n:
        n, the number of keys; an integer >= 2, its logarithm at most 300.
    beta:
        beta, the inverse temperature; a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    E sum p^2

    Notes
    -----
    Valid: as mem/attention-statistics.

    References
    ----------
    - T. Hayase, R. Karakida, A unified framework for critical scaling of inverse temperature in self-attention,
      preprint 2026, arXiv 2605.12697.
    - B. Derrida, Random-energy model: an exactly solvable model of disordered systems, Physical Review B 1981.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.mem.participation(scores='gaussian', n=64, beta=1.5):.6g}")
    0.0860277
    """
    given = {
        "scores": scores,
        "d": d,
        "n": n,
        "beta": beta,
        "cost_limit": cost_limit,
    }
    return call(_PARTICIPATION, given, digits, on_error)


_CRITICAL_TEMPERATURE = Spec("mem/critical-temperature", None)


def critical_temperature(
    *,
    scores: Any,
    n: Any,
    correlation: Any = None,
    copies: Any = None,
    d: Any = None,
    a: Any = None,
    c: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Where attention condenses on few keys.

    .. math::

        \sqrt{\tfrac{2\log(n/k)}{1-\varrho}};\ \sqrt de^{2\alpha}\sqrt{1-e^{-2\alpha}},\alpha=\tfrac{\log n}d;\
        \max(a,1)c^{1/a}(\log n)^{1-1/a}

    Parameters
    ----------
    scores:
        the law of the scores; "gaussian", "sphere" or "stretched".
    n:
        n, the number of keys; an integer >= 2.
    correlation:
        gaussian: the correlation from key to key; a number from -1/(n - 1) to below 1; null for 0 and for other scores.
        Default: None.
    copies:
        gaussian: equal keys in a group; an integer from 1 to n; null for 1 and for other scores. Default: None.
    d:
        d, the dimension of the sphere; an integer from 3 to 100000; null for other scores. Default: None.
    a:
        stretched: P(s > x) ~ exp(-c x^a); a number > 0; null for other scores. Default: None.
    c:
        stretched: the rate c; a number > 0; null for other scores. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    beta_c

    Notes
    -----
    Valid: logarithm of n large; at real context lengths two effective keys need 1.6 to 1.8 beta_c
    (mem/attention-temperature).

    References
    ----------
    - T. Hayase, R. Karakida, A unified framework for critical scaling of inverse temperature in self-attention,
      preprint 2026, arXiv 2605.12697.
    - B. Derrida, Random-energy model: an exactly solvable model of disordered systems, Physical Review B 1981.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.mem.critical_temperature(scores='sphere', n=1024, d=16):.6g}")
    7.24259
    """
    given = {
        "scores": scores,
        "n": n,
        "correlation": correlation,
        "copies": copies,
        "d": d,
        "a": a,
        "c": c,
        "cost_limit": cost_limit,
    }
    return call(_CRITICAL_TEMPERATURE, given, digits, on_error)


class ParticipationExponents(Record):
    """Values of `participation_exponents`."""

    names = ("mean", "typical", "entropy")
    mean = field("mean")
    typical = field("typical")
    entropy = field("entropy")


_PARTICIPATION_EXPONENTS = Spec("mem/participation-exponents", ParticipationExponents)


def participation_exponents(
    *,
    gamma: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Exponents of the number of keys attended.

    .. math::

        -1+2\gamma^2\ (\gamma\le\tfrac1{\sqrt3}),\ 1-\tfrac14(\gamma+\tfrac1\gamma)^2;\ -1+2\gamma^2\
        (\gamma\le\tfrac12),\ -2(1-\gamma)^2;\ 1-\gamma^2

    Parameters
    ----------
    gamma:
        gamma = beta/sqrt(2 log n); a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [log E sum p^2, log sum p^2 of a typical row, E H] over log n

    Fields: mean, typical, entropy.

    Notes
    -----
    Valid: Gaussian scores, n -> infinity; the mean is ruled by rare rows from 1/sqrt(3) on.

    References
    ----------
    - T. Hayase, R. Karakida, A unified framework for critical scaling of inverse temperature in self-attention,
      preprint 2026, arXiv 2605.12697.
    - B. Derrida, Random-energy model: an exactly solvable model of disordered systems, Physical Review B 1981.

    Examples
    --------
    >>> import solvable
    >>> solvable.mem.participation_exponents(gamma=0.8)
    ParticipationExponents(mean=-0.050625, typical=-0.08, entropy=0.36)
    """
    return call(_PARTICIPATION_EXPONENTS, {"gamma": gamma, "cost_limit": cost_limit}, digits, on_error)


_ATTENTION_TEMPERATURE = Spec("mem/attention-temperature", None)


def attention_temperature(
    *,
    scores: Any,
    n: Any,
    d: Any = None,
    participation: Any = None,
    entropy: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The temperature that attends to a wanted number of keys.

    .. math::

        E\sum p^2(\beta)=\text{participation},\quad EH(\beta)=\text{entropy}

    Parameters
    ----------
    scores:
        the law of the scores; "gaussian", "sphere" or "laplace".
    d:
        d, the dimension of the sphere; an integer from 3 to 100000; null for other scores. Default: None.
    n:
        n, the number of keys; an integer >= 2, its logarithm at most 300.
    participation:
        E sum p^2 wanted; a number in (1/n, 1), or null where the entropy is given. Default: None.
    entropy:
        E H wanted; a number in (0, log n), or null where the participation is given. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    beta; scores divided by the root of the head's dimension have beta = 1

    Notes
    -----
    Valid: as mem/attention-statistics; beta from 0.01 to 1000.

    References
    ----------
    - T. Hayase, R. Karakida, A unified framework for critical scaling of inverse temperature in self-attention,
      preprint 2026, arXiv 2605.12697.
    - B. Derrida, Random-energy model: an exactly solvable model of disordered systems, Physical Review B 1981.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.mem.attention_temperature(scores='gaussian', n=3, participation=0.6):.6g}")
    1.66631
    """
    given = {
        "scores": scores,
        "d": d,
        "n": n,
        "participation": participation,
        "entropy": entropy,
        "cost_limit": cost_limit,
    }
    return call(_ATTENTION_TEMPERATURE, given, digits, on_error)


class GapBounds(Record):
    """Values of `gap_bounds`."""

    names = ("p_max", "lower", "upper")
    p_max = field("p_max")
    lower = field("lower")
    upper = field("upper")


_GAP_BOUNDS = Spec("mem/gap-bounds", GapBounds)


def gap_bounds(
    *,
    values: Any,
    beta: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Rigorous bounds of the largest attention weight of a row.

    .. math::

        \max(0,1-\tfrac B\beta)\le p_{\max}\le\min_\delta\frac{e^{\beta\delta}}{N(\delta)},\quad
        B=\sup_{\delta>0}\frac{\log N(\delta)}\delta

    Parameters
    ----------
    values:
        the scores of the row; a list of numbers.
    beta:
        beta, the inverse temperature; a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [p_max, lower, upper]

    Fields: p_max, lower, upper.

    Notes
    -----
    Valid: rigorous for any scores; N(delta) counts scores within delta of the maximum, itself too.

    References
    ----------
    - T. Hayase, R. Karakida, A unified framework for critical scaling of inverse temperature in self-attention,
      preprint 2026, arXiv 2605.12697.

    Examples
    --------
    >>> import solvable
    >>> solvable.mem.gap_bounds(values=[2.0, 1.5, 0.3, -1.0], beta=3.0)
    GapBounds(p_max=0.813438, lower=0.537902, upper=1)
    """
    return call(_GAP_BOUNDS, {"values": values, "beta": beta, "cost_limit": cost_limit}, digits, on_error)


_TOKEN_MAP = Spec("mem/token-map", None)


def token_map(
    *,
    m: Any,
    C: Any,
    beta: Any,
    skip: Any,
    branch: Any,
    A: Any = None,
    W: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""A layer of softmax mixing on Gaussian tokens.

    .. math::

        B=gI+a\beta WCA^\top,\quad m'=(B+aW)m,\quad C'=BCB^\top

    Parameters
    ----------
    m:
        m, the mean token; a list of d numbers.
    C:
        C, the covariance of tokens; a symmetric d x d matrix without negative eigenvalues.
    A:
        A, of the scores beta x A y; a d x d matrix, or null for the identity. Default: None.
    W:
        W, the values; a d x d matrix, or null for the identity. Default: None.
    beta:
        beta, the inverse temperature; a number >= 0.
    skip:
        g, the scale of the skip connection; a number.
    branch:
        a, the scale of attention; a number.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    m', then C' row by row

    Notes
    -----
    Valid: many Gaussian tokens; any tokens, with their empirical m and C, where beta sqrt(tr C)(|m| + sqrt(tr C)) << 1.
    Few tokens: outliers attend to themselves.

    References
    ----------
    - Y. Dong, J.-B. Cordonnier, A. Loukas, Attention is not all you need: pure attention loses rank doubly
      exponentially with depth, ICML 2021, arXiv 2103.03404.

    Examples
    --------
    >>> import solvable
    >>> solvable.mem.token_map(m=[0.5, -0.2], C=[[1.0, 0.3], [0.3, 0.6]], A=[[1.0, 0.2], [-0.3, 0.8]], W=[[0.7, 0.0],
    ... [0.4, 1.0]], beta=0.4, skip=1.0, branch=0.5)
    Numbers([ 0.75088 , -0.13024 ,  1.313077,  0.557754,  0.557754,  0.828242])
    """
    given = {
        "m": m,
        "C": C,
        "A": A,
        "W": W,
        "beta": beta,
        "skip": skip,
        "branch": branch,
        "cost_limit": cost_limit,
    }
    return call(_TOKEN_MAP, given, digits, on_error)


_TOKEN_SIMILARITY = Spec("mem/token-similarity", None)


def token_similarity(
    *,
    rho: Any,
    beta: Any,
    skip: Any,
    branch: Any,
    layers: Any,
    values: Any = 'identity',
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Rank collapse of tokens with skip connections.

    .. math::

        \rho'=\rho\left(\frac{g+a\beta s}{g+a(1+\beta s)}\right)^2;\ \rho\frac{g^2+a^2\beta^2s^2}{g^2+a^2(1+\beta
        s)^2},\quad s=\frac\rho{1+\rho}

    Parameters
    ----------
    rho:
        the residual over the mean token, in power; a number > 0.
    beta:
        beta, the inverse temperature; a number >= 0.
    skip:
        g, the scale of the skip connection; a number >= 0.
    branch:
        a, the scale of attention; a number >= 0, > 0 where skip is 0.
    layers:
        how many layers; an integer >= 1.
    values:
        the value matrices; "identity" or "random". Default: 'identity'.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [rho_1, ..., rho_L]; two tokens have the cosine 1/(1 + rho)

    Notes
    -----
    Valid: many tokens, rescaled after each layer; beta s below half of mem/collapse-boundary. Random values: of the
    mean of log rho.

    References
    ----------
    - Y. Dong, J.-B. Cordonnier, A. Loukas, Attention is not all you need: pure attention loses rank doubly
      exponentially with depth, ICML 2021, arXiv 2103.03404.

    Examples
    --------
    >>> import solvable
    >>> solvable.mem.token_similarity(rho=2.0, beta=0.3, branch=0.3, skip=1.0, layers=4)
    Numbers([1.214965, 0.734782, 0.442246, 0.264958])
    """
    given = {
        "rho": rho,
        "beta": beta,
        "skip": skip,
        "branch": branch,
        "layers": layers,
        "values": values,
        "cost_limit": cost_limit,
    }
    return call(_TOKEN_SIMILARITY, given, digits, on_error)


_COLLAPSE_BOUNDARY = Spec("mem/collapse-boundary", None)


def collapse_boundary(
    *,
    T: Any,
    d: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Where tokens stop collapsing and attend to themselves.

    .. math::

        \lambda_c=1-\sqrt{1-\tfrac{2\log T}d}\ (2\log T<d),\ 1

    Parameters
    ----------
    T:
        T, the number of tokens; an integer >= 2.
    d:
        d, their dimension; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    lambda_c, of lambda = beta s

    Notes
    -----
    Valid: many dimensions; at finite size the weight on oneself is rem/attention-weight of the gaussian ensemble.

    References
    ----------
    - Y. Dong, J.-B. Cordonnier, A. Loukas, Attention is not all you need: pure attention loses rank doubly
      exponentially with depth, ICML 2021, arXiv 2103.03404.
    - C. Lucibello, M. Mezard, The exponential capacity of dense associative memories, Physical Review Letters 2024,
      arXiv 2304.14964.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.mem.collapse_boundary(T=400, d=32):.6g}")
    0.209093
    """
    return call(_COLLAPSE_BOUNDARY, {"T": T, "d": d, "cost_limit": cost_limit}, digits, on_error)


class MixingMoments(Record):
    """Values of `mixing_moments`."""

    names = ("trace_of_square", "square_of_trace", "ratio")
    trace_of_square = field("trace_of_square")
    square_of_trace = field("square_of_trace")
    ratio = field("ratio")


_MIXING_MOMENTS = Spec("mem/mixing-moments", MixingMoments)


def mixing_moments(
    *,
    T: Any,
    g: Any,
    a: Any,
    layers: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Effective rank of linear mixing against depth.

    .. math::

        x'=[g^4+2ug^2(1+T)+u^2T(T+1)]x+[2ug^2+u^2T]y,\ y'=(g^2+uT)^2y+[4ug^2+2Tu^2]x,\quad u=\tfrac{a^2}T

    Parameters
    ----------
    T:
        T, the number of tokens; an integer >= 1.
    g:
        g, the scale of the skip connection; a number.
    a:
        a, the scale of the branch; a number.
    layers:
        how many layers; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [E tr H^2, E (tr H)^2, their ratio]

    Fields: trace_of_square, square_of_trace, ratio.

    Notes
    -----
    Valid: exact; the ratio lies below the mean effective rank.

    References
    ----------
    - C. M. Newman, The distribution of Lyapunov exponents: exact results for random matrices, Communications in
      Mathematical Physics 1986.

    Examples
    --------
    >>> import solvable
    >>> solvable.mem.mixing_moments(T=2, g=1.0, a=0.5, layers=2)
    MixingMoments(trace_of_square=10.9473, square_of_trace=14.2305, ratio=1.29991)
    """
    return call(_MIXING_MOMENTS, {"T": T, "g": g, "a": a, "layers": layers, "cost_limit": cost_limit}, digits, on_error)


_MIXING_EXPONENTS = Spec("mem/mixing-exponents", None)


def mixing_exponents(
    *,
    T: Any,
    a: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Lyapunov exponents of linear mixing without a skip.

    .. math::

        \lambda_i=\tfrac12\left[\log\tfrac{2a^2}T+\digamma\left(\tfrac{T-i+1}2\right)\right]

    Parameters
    ----------
    T:
        T, the number of tokens; an integer >= 1.
    a:
        a, the scale of the branch; a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [lambda_1, ..., lambda_T]

    Notes
    -----
    Valid: exact for many layers.

    References
    ----------
    - C. M. Newman, The distribution of Lyapunov exponents: exact results for random matrices, Communications in
      Mathematical Physics 1986.

    Examples
    --------
    >>> import solvable
    >>> solvable.mem.mixing_exponents(T=4, a=1.2)
    Numbers([ 0.04714 , -0.146007, -0.45286 , -1.146007])
    """
    return call(_MIXING_EXPONENTS, {"T": T, "a": a, "cost_limit": cost_limit}, digits, on_error)


_MIXING_TOP_EXPONENT = Spec("mem/mixing-top-exponent", None)


def mixing_top_exponent(
    *,
    T: Any,
    g: Any,
    a: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The largest Lyapunov exponent of linear mixing with a skip.

    .. math::

        \lambda_1=\tfrac12E\log\left[\left(g+\tfrac a{\sqrt T}z\right)^2+\tfrac{a^2}T\chi^2_{T-1}\right]

    Parameters
    ----------
    T:
        T, the number of tokens; an integer >= 2.
    g:
        g, the scale of the skip connection; a number >= 0.
    a:
        a, the scale of the branch; a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    lambda_1

    Notes
    -----
    Valid: exact for many layers.

    References
    ----------
    - C. M. Newman, The distribution of Lyapunov exponents: exact results for random matrices, Communications in
      Mathematical Physics 1986.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.mem.mixing_top_exponent(T=12, g=1.0, a=0.5):.6g}")
    0.0961658
    """
    return call(_MIXING_TOP_EXPONENT, {"T": T, "g": g, "a": a, "cost_limit": cost_limit}, digits, on_error)


_KRONECKER_MOMENTS = Spec("mem/kronecker-moments", None)


def kronecker_moments(
    *,
    S: Any,
    C: Any,
    order: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Spectral moments of a mixing block.

    .. math::

        \mu_k(S)\mu_k(C),\quad\mu_1=1,\ \mu_2=2+\tfrac1S,\ \mu_3=5+\tfrac6S+\tfrac4{S^2}

    Parameters
    ----------
    S:
        S, the tokens; an integer >= 1.
    C:
        C, the channels; an integer >= 1.
    order:
        k; 1, 2 or 3.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    E tr [(V x W)(V x W)']^k / SC

    Notes
    -----
    Valid: exact; a dense matrix of width SC has 2 and 5 where a mixing block has 4 and 25.

    References
    ----------
    - T. Hayase, R. Karakida, Understanding MLP-Mixer as a wide and sparse MLP, ICML 2024, arXiv 2306.01470.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.mem.kronecker_moments(S=2, C=3, order=2):.6g}")
    5.83333
    """
    return call(_KRONECKER_MOMENTS, {"S": S, "C": C, "order": order, "cost_limit": cost_limit}, digits, on_error)


_HAM_CRITICAL = Spec("mem/ham-critical", None)


def ham_critical(
    *,
    W1: Any,
    W2: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Where a three-layer memory that mixes tokens and channels begins to remember.

    .. math::

        \kappa_c=\left(\sigma_1(W_1)^2+\sigma_1(W_2)^2\right)^{-1}

    Parameters
    ----------
    W1:
        the couplings of the tokens; rows of one length, finite numbers.
    W2:
        the couplings of the channels; rows of one length, finite numbers.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    kappa_c

    Notes
    -----
    Valid: exact: below it zero attracts everything.

    References
    ----------
    - R. Karakida, T. Ota, M. Taki, Hierarchical associative memory, parallelized MLP-Mixer, and symmetry breaking,
      preprint 2024, arXiv 2406.12220.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.mem.ham_critical(W1=[[1.0, 0.5], [0.2, -0.8], [0.3, 0.3]], W2=[[0.6, -0.4, 0.2], [0.1, 0.9, 0.3]]):.6g}")
    0.396272
    """
    return call(_HAM_CRITICAL, {"W1": W1, "W2": W2, "cost_limit": cost_limit}, digits, on_error)


_HAM_AMPLITUDE = Spec("mem/ham-amplitude", None)


def ham_amplitude(
    *,
    W1: Any,
    W2: Any,
    coupling: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""What a three-layer memory remembers just above its transition.

    .. math::

        t^2=\frac{3(\mu-1)}{\sum U^4+\kappa\sum(W_1U)^4+\kappa\sum(UW_2^\top)^4},\quad\mu=\kappa/\kappa_c,\
        U=u_1u_2^\top

    Parameters
    ----------
    W1:
        the couplings of the tokens; rows of one length, finite numbers.
    W2:
        the couplings of the channels; rows of one length, finite numbers.
    coupling:
        kappa; a number above kappa_c, near it.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    t^2 of G = +-t U

    Notes
    -----
    Valid: relative corrections of about 3 to 6 (mu - 1).

    References
    ----------
    - R. Karakida, T. Ota, M. Taki, Hierarchical associative memory, parallelized MLP-Mixer, and symmetry breaking,
      preprint 2024, arXiv 2406.12220.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.mem.ham_amplitude(W1=[[1.0, 0.5], [0.2, -0.8], [0.3, 0.3]], W2=[[0.6, -0.4, 0.2], [0.1, 0.9, 0.3]], coupling=0.42):.6g}")
    0.157127
    """
    return call(_HAM_AMPLITUDE, {"W1": W1, "W2": W2, "coupling": coupling, "cost_limit": cost_limit}, digits, on_error)


__all__ = [
    "AttentionStatistics",
    "EnergyChange",
    "GapBounds",
    "MixingMoments",
    "ParticipationExponents",
    "Sharing",
    "SharingPlateau",
    "attention_statistics",
    "attention_temperature",
    "collapse_boundary",
    "completion",
    "completion_success",
    "completion_weights",
    "critical_temperature",
    "energy_change",
    "forgetting_random",
    "forgetting_rate",
    "gap_bounds",
    "ham_amplitude",
    "ham_critical",
    "kronecker_moments",
    "marginal_log_likelihood",
    "mixing_exponents",
    "mixing_moments",
    "mixing_top_exponent",
    "outlier_boundary",
    "participation",
    "participation_exponents",
    "replay_gain",
    "replay_subset",
    "sharing",
    "sharing_plateau",
    "survival_capacity",
    "survival_weight",
    "token_map",
    "token_similarity",
]
