"""Predictions: continual learning.

Written by generate.py from the catalogue.
"""

from __future__ import annotations

from typing import Any

from ._call import Spec, call
from .answer import Record, field


class KappaGamma(Record):
    """Values of `kappa_gamma`."""

    names = ("kappa", "gamma")
    kappa = field("kappa")
    gamma = field("gamma")


_KAPPA_GAMMA = Spec("cl/kappa-gamma", KappaGamma)


def kappa_gamma(
    *,
    lambda_: Any,
    N: Any,
    P: Any = None,
    delta: Any = 0,
    tail: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Effective ridge and variance factor of kernel regression.

    .. math::

        \kappa=\delta+\tau+\kappa\sum_i\frac{\lambda_i}{\kappa+N\lambda_i},\quad\gamma=\sum_i\frac{N\lambda_i^2}{(\kappa+N\lambda_i)^2}

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    N:
        samples; an integer >= 1.
    delta:
        the ridge; a number >= 0. Default: 0.
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [kappa, gamma]

    Fields: kappa, gamma.

    Notes
    -----
    Valid: many modes of comparable N lambda/kappa.

    References
    ----------
    - B. Bordelon, A. Canatar, C. Pehlevan, Spectrum dependent learning curves in kernel regression and wide neural
      networks, ICML 2020, arXiv 2002.02561.
    - A. Canatar, B. Bordelon, C. Pehlevan, Spectral bias and task-model alignment explain generalization in kernel
      regression and infinitely wide neural networks, Nature Communications 2021, arXiv 2006.13198.

    Examples
    --------
    >>> import solvable
    >>> solvable.cl.kappa_gamma(P=60, lambda_={'power': 1}, N=59, delta=0)
    KappaGamma(kappa=0.032965, gamma=0.983422)
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "N": N,
        "delta": delta,
        "tail": tail,
        "cost_limit": cost_limit,
    }
    return call(_KAPPA_GAMMA, given, digits, on_error)


class TwoTask(Record):
    """Values of `two_task`."""

    names = ("E_1", "E_B", "E_AB", "E_back", "rho_star")
    E_1 = field("E_1")
    E_B = field("E_B")
    E_AB = field("E_AB")
    E_back = field("E_back")
    rho_star = field("rho_star")


_TWO_TASK = Spec("cl/two-task", TwoTask)


def two_task(
    *,
    lambda_: Any,
    N1: Any,
    N2: Any,
    rho: Any,
    P: Any = None,
    eta: Any = None,
    tail: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Two tasks in turn: errors, transfer and forgetting.

    .. math::

        E_{A\to B}=\frac1{1-\gamma_2}\sum q_2^2[2(1-\rho)(1-q_1)\eta+q_1^2\eta+b_1E_1],\ E_{\rm back}=E_{A\to
        B}+2(1-\rho)\sum\eta[1-q_2(2-q_1)]

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    N1:
        samples of the first task; an integer >= 1.
    N2:
        samples of the second task; an integer >= 1.
    rho:
        rho, the similarity of the tasks; a number from -1 to 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [E_1, E_B, E_{A->B}, E_back, rho*]: E_B is the second task alone; transfer helps where rho > rho*

    Fields: E_1, E_B, E_AB, E_back, rho_star.

    Notes
    -----
    Valid: Gaussian features; real inputs from dimension 5 or 10 on; no noise, no ridge.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> solvable.cl.two_task(P=400, lambda_={'power': 2}, eta={'power': 2}, rho=1, N1=100, N2=100)
    TwoTask(E_1=0.0191982, E_B=0.0191982, E_AB=0.0130664, E_back=0.0130664, rho_star=0.5)
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "tail": tail,
        "N1": N1,
        "N2": N2,
        "rho": rho,
        "cost_limit": cost_limit,
    }
    return call(_TWO_TASK, given, digits, on_error)


_RHO_STAR = Spec("cl/rho-star", None)


def rho_star(
    *,
    lambda_: Any,
    N1: Any,
    N2: Any,
    P: Any = None,
    eta: Any = None,
    tail: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Similarity above which a first task helps the second.

    .. math::

        \rho^*=1-\frac{\sum q_2^2[(1-q_1^2)\eta-b_1E_1]}{2\sum q_2^2(1-q_1)\eta}

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    N1:
        samples of the first task; an integer >= 1.
    N2:
        samples of the second task; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    rho*; above 1: no similarity suffices

    Notes
    -----
    Valid: as cl/two-task; exactly one half for matched targets.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "tail": tail,
        "N1": N1,
        "N2": N2,
        "cost_limit": cost_limit,
    }
    return call(_RHO_STAR, given, digits, on_error)


class Forgetting(Record):
    """Values of `forgetting`."""

    names = ("at_equal_tasks", "slope", "threshold")
    at_equal_tasks = field("at_equal_tasks")
    slope = field("slope")
    threshold = field("threshold")


_FORGETTING = Spec("cl/forgetting", Forgetting)


def forgetting(
    *,
    lambda_: Any,
    N1: Any,
    N2: Any,
    P: Any = None,
    eta: Any = None,
    tail: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""How much of the first task the second one destroys.

    .. math::

        E_{\rm back}(\rho)=E_2(1)+2(1-\rho)\mathcal B,\quad\rho_{\rm back}=1-\frac{E_1-E_2(1)}{2\mathcal B}

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    N1:
        samples of the first task; an integer >= 1.
    N2:
        samples of the second task; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {at_equal_tasks: E_2(1), slope: B, threshold: rho_back or "never"}

    Fields: at_equal_tasks, slope, threshold.

    Notes
    -----
    Valid: as cl/two-task.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "tail": tail,
        "N1": N1,
        "N2": N2,
        "cost_limit": cost_limit,
    }
    return call(_FORGETTING, given, digits, on_error)


class MultiHead(Record):
    """Values of `multi_head`."""

    names = ("E_1", "E_B", "E_AB", "E_back")
    E_1 = field("E_1")
    E_B = field("E_B")
    E_AB = field("E_AB")
    E_back = field("E_back")


_MULTI_HEAD = Spec("cl/multi-head", MultiHead)


def multi_head(
    *,
    lambda_: Any,
    trunk: Any,
    head_correlation: Any,
    N1: Any,
    N2: Any,
    rho: Any,
    P: Any = None,
    eta: Any = None,
    tail: Any = 0,
    sigma2_1: Any = 0,
    sigma2_2: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Two tasks in turn with a head each on one trunk.

    .. math::

        \hat\tau=\varrho\tau:\quad E_{A\to B}=\frac{\sum q_2^2U+\gamma_2\sigma_2^2}{1-\gamma_2},\quad
        U=\eta-2\hat\tau\rho R_1+\hat\tau^2S_1

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    trunk:
        tau, the share of the trunk in the eigenvalues of the kernel (cl/trunk-share); a number from 0 to 1, or a list
        of them, one for every eigenvalue.
    head_correlation:
        the correlation of the heads' initial weights: 0 for heads drawn apart, 1 for equal ones; a number from -1 to 1.
    N1:
        samples of the first task; an integer >= 1.
    N2:
        samples of the second task; an integer >= 1.
    rho:
        rho, the similarity of the tasks; a number from -1 to 1.
    sigma2_1:
        label noise of the first task; a number >= 0. Default: 0.
    sigma2_2:
        label noise of the second task; a number >= 0. Default: 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [E_1, E_B, E_{A->B}, E_back]: E_B is the second task alone

    Fields: E_1, E_B, E_AB, E_back.

    Notes
    -----
    Valid: as cl/two-task; all parts of the kernel with the same eigenfunctions; no ridge.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> solvable.cl.multi_head(P=40, eta={'power': 2}, trunk=1, head_correlation=1, N1=20, N2=20, rho=0.5, sigma2_1=0, sigma2_2=0, lambda_={'power': 2})
    MultiHead(E_1=0.0639351, E_B=0.0639351, E_AB=0.0639351, E_back=1.57871)
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "tail": tail,
        "trunk": trunk,
        "head_correlation": head_correlation,
        "N1": N1,
        "N2": N2,
        "rho": rho,
        "sigma2_1": sigma2_1,
        "sigma2_2": sigma2_2,
        "cost_limit": cost_limit,
    }
    return call(_MULTI_HEAD, given, digits, on_error)


_TRUNK_SHARE = Spec("cl/trunk-share", None)


def trunk_share(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    d: Any,
    kmax: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The share of the trunk in the eigenvalues of the tangent kernel on a sphere.

    .. math::

        \tau_k=\int\sigma_w^2\dot V\Theta^{(L-1)}P_k\Big/\int\Theta^{(L)}P_k

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    depth:
        L, the number of weight layers; an integer >= 2.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    sigma_b2:
        sigma_b^2, the variance of a bias; a number >= 0.
    d:
        d, the dimension of the inputs; an integer >= 2.
    kmax:
        the highest degree; an integer >= 0, at most 5000.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [tau_0, ..., tau_kmax]; the rest is the head, weights and biases of the last layer

    Notes
    -----
    Valid: as cl/ntk-degree-weights; at least 2 layers; degrees with fewer than 3 digits are refused.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> solvable.cl.trunk_share(activation='relu', d=10, depth=3, sigma_w2=2.0, sigma_b2=0.1, kmax=3)
    Numbers([0.333067, 0.699808, 0.788093, 0.859192])
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "d": d,
        "kmax": kmax,
        "cost_limit": cost_limit,
    }
    return call(_TRUNK_SHARE, given, digits, on_error)


class Order(Record):
    """Values of `order`."""

    names = ("N1_first", "N2_first")
    N1_first = field("N1_first")
    N2_first = field("N2_first")


_ORDER = Spec("cl/order", Order)


def order(
    *,
    lambda_: Any,
    N1: Any,
    N2: Any,
    rho: Any,
    P: Any = None,
    eta: Any = None,
    tail: Any = 0,
    sigma2: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Which of two sample sizes first.

    .. math::

        \bar E=\tfrac12(E_{A\to B}+E_{\rm back});\quad\eta=\lambda,\ \sigma^2=0:\ \bar E_{12}-\bar
        E_{21}=(1-2\rho)\,\mathrm{tr}\,\Lambda(\Pi_2\Pi_1\Pi_2-\Pi_1\Pi_2\Pi_1)

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    N1:
        samples of the first task; an integer >= 1.
    N2:
        samples of the second task; an integer >= 1.
    rho:
        rho, the similarity of the tasks; a number from -1 to 1.
    sigma2:
        label noise; a number >= 0. Default: 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [N1 samples first and N2 then, N2 first and N1 then]: the mean of the final errors on both tasks

    Fields: N1_first, N2_first.

    Notes
    -----
    Valid: as cl/two-task; no ridge.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> solvable.cl.order(P=80, eta={'power': 1.5}, N1=15, N2=40, rho=0.5, sigma2=0, lambda_={'power': 1.5})
    Order(N1_first=1.26822, N2_first=1.26822)
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "tail": tail,
        "N1": N1,
        "N2": N2,
        "rho": rho,
        "sigma2": sigma2,
        "cost_limit": cost_limit,
    }
    return call(_ORDER, given, digits, on_error)


class Average(Record):
    """Values of `average`."""

    names = ("E_avg", "E_1")
    E_avg = field("E_avg")
    E_1 = field("E_1")


_AVERAGE = Spec("cl/average", Average)


def average(
    *,
    lambda_: Any,
    N: Any,
    models: Any,
    P: Any = None,
    eta: Any = None,
    tail: Any = 0,
    sigma2: Any = 0,
    N0: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The average of models trained on samples of their own.

    .. math::

        E_{\rm avg}(A)=\tfrac1AE_1+\left(1-\tfrac1A\right)\sum_iq_i^2\eta_i

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    N:
        samples of each model; an integer >= 1.
    models:
        the number of models; an integer >= 1.
    sigma2:
        label noise; a number >= 0. Default: 0.
    N0:
        samples of the same task on which the model that all start from was trained; an integer >= 0; 0: none. Default:
        0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [E_avg, E_1]: of the average, and of each model

    Fields: E_avg, E_1.

    Notes
    -----
    Valid: as cl/stages; the kernel regime, in which averages of weights and of outputs agree; no ridge.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> solvable.cl.average(P=80, eta={'power': 1.5}, N=30, models=4, sigma2=0, lambda_={'power': 1.5})
    Average(E_avg=0.178994, E_1=0.300607)
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "tail": tail,
        "N": N,
        "models": models,
        "sigma2": sigma2,
        "N0": N0,
        "cost_limit": cost_limit,
    }
    return call(_AVERAGE, given, digits, on_error)


_MERGE = Spec("cl/merge", None)


def merge(
    *,
    lambda_: Any,
    N: Any,
    C: Any,
    weights: Any,
    P: Any = None,
    eta: Any = None,
    tail: Any = 0,
    sigma2: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Models of different tasks merged: the error on every task.

    .. math::

        E_j=\sum_i\eta_i\sum_{tt'}v_{j,t}v_{j,t'}C_{tt'}+\sum_sa_s^2\gamma_s(E_s+\sigma^2),\quad
        v_{j,t}=a_t(1-q_t)-\delta_{tj}

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    N:
        samples of each task's model; a list of integers >= 1, one for every task.
    C:
        the covariance of tasks; a symmetric positive semi-definite matrix, one row a task.
    weights:
        a, the weights of the models in the merged one; a list of numbers, one for every task.
    sigma2:
        label noise; a number >= 0. Default: 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [E_1, ..., E_K]: the error of the merged model on every task

    Notes
    -----
    Valid: as cl/stages; the kernel regime; no ridge.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> solvable.cl.merge(P=80, eta={'power': 1.5}, N=[30, 15], C=[[1, 0.6], [0.6, 1]], weights=[0.5, 0.5], sigma2=0, lambda_={'power': 1.5})
    Numbers([0.702973, 0.812988])
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "tail": tail,
        "N": N,
        "C": C,
        "weights": weights,
        "sigma2": sigma2,
        "cost_limit": cost_limit,
    }
    return call(_MERGE, given, digits, on_error)


_STAGES = Spec("cl/stages", None)


def stages(
    *,
    lambda_: Any,
    C: Any,
    stages: Any,
    P: Any = None,
    eta: Any = None,
    tail: Any = 0,
    zeta: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Any sequence of tasks: the error on every task after every stage.

    .. math::

        S'=q^2S+2q(1-q)\sum_gp_gR_g+(1-q)^2\eta\,p^\top Cp+b(\bar E+\bar\sigma^2),\quad E_{n,j}=\sum_i(S'-2R'_j+\eta
        C_{jj})

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    C:
        the covariance of tasks; a symmetric positive semi-definite matrix, one row a task.
    stages:
        the stages: N, samples of every task; sigma2, label noise of every task; delta, ridge; a list of {"N": [...],
        "sigma2": [...], "delta": x}.
    zeta:
        the mode powers of a random function to start from; as lambda; null for zero. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    E[n][j]: one row a stage, in it the error on each task

    Notes
    -----
    Valid: Gaussian features; many modes of comparable N lambda/kappa.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> solvable.cl.stages(P=300, lambda_={'power': 1.5}, eta={'power': 1.5}, C=[[1, 0.8, 0.3], [0.8, 1.5, 0.5], [0.3, 0.5, 0.7]], stages=[{'N': [100, 0, 0], 'sigma2': [0.1, 0, 0], 'delta': 0.05}, {'N': [0, 60, 0], 'sigma2': [0, 0.05, 0], 'delta': 0}, {'N': [0, 0, 150], 'sigma2': [0, 0, 0.2], 'delta': 0.2}])
    Numbers([[0.256753, 2.414714, 2.690762],
     [2.204103, 0.432491, 3.000643],
     [2.668222, 2.899151, 0.224788]])
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "tail": tail,
        "C": C,
        "stages": stages,
        "zeta": zeta,
        "cost_limit": cost_limit,
    }
    return call(_STAGES, given, digits, on_error)


_JOINT = Spec("cl/joint", None)


def joint(
    *,
    lambda_: Any,
    C: Any,
    stages: Any,
    P: Any = None,
    eta: Any = None,
    tail: Any = 0,
    zeta: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Joint training on several tasks.

    .. math::

        S'=q^2S+2q(1-q)\sum_gp_gR_g+(1-q)^2\eta\,p^\top Cp+b(\bar E+\bar\sigma^2),\quad E_{n,j}=\sum_i(S'-2R'_j+\eta
        C_{jj})

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    C:
        the covariance of tasks; a symmetric positive semi-definite matrix, one row a task.
    stages:
        the stages: N, samples of every task; sigma2, label noise of every task; delta, ridge; a list of {"N": [...],
        "sigma2": [...], "delta": x}.
    zeta:
        the mode powers of a random function to start from; as lambda; null for zero. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    E[n][j]: one row a stage, in it the error on each task

    Notes
    -----
    Valid: Gaussian features; many modes of comparable N lambda/kappa.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> solvable.cl.joint(P=300, lambda_={'power': 1.5}, eta={'power': 1.5}, C=[[1, 0.7], [0.7, 1]], stages=[{'N': [100, 50]}])
    Numbers([[0.795569, 1.273513]])
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "tail": tail,
        "C": C,
        "stages": stages,
        "zeta": zeta,
        "cost_limit": cost_limit,
    }
    return call(_JOINT, given, digits, on_error)


_REPLAY = Spec("cl/replay", None)


def replay(
    *,
    lambda_: Any,
    C: Any,
    stages: Any,
    P: Any = None,
    eta: Any = None,
    tail: Any = 0,
    zeta: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Stages that replay earlier tasks.

    .. math::

        S'=q^2S+2q(1-q)\sum_gp_gR_g+(1-q)^2\eta\,p^\top Cp+b(\bar E+\bar\sigma^2),\quad E_{n,j}=\sum_i(S'-2R'_j+\eta
        C_{jj})

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    C:
        the covariance of tasks; a symmetric positive semi-definite matrix, one row a task.
    stages:
        the stages: N, samples of every task; sigma2, label noise of every task; delta, ridge; a list of {"N": [...],
        "sigma2": [...], "delta": x}.
    zeta:
        the mode powers of a random function to start from; as lambda; null for zero. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    E[n][j]: one row a stage, in it the error on each task

    Notes
    -----
    Valid: Gaussian features; many modes of comparable N lambda/kappa.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> solvable.cl.replay(P=300, lambda_={'power': 1.5}, eta={'power': 2}, C=[[1, 0.5], [0.5, 1]], stages=[{'N': [80, 0], 'sigma2': [0.1, 0]}, {'N': [20, 60], 'sigma2': [0.1, 0.2], 'delta': 0.02}])
    Numbers([[0.120463, 1.72087 ],
     [1.314877, 0.548726]])
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "tail": tail,
        "C": C,
        "stages": stages,
        "zeta": zeta,
        "cost_limit": cost_limit,
    }
    return call(_REPLAY, given, digits, on_error)


_INIT_FUNCTION = Spec("cl/init-function", None)


def init_function(
    *,
    lambda_: Any,
    C: Any,
    stages: Any,
    P: Any = None,
    eta: Any = None,
    tail: Any = 0,
    zeta: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Tasks learnt from a random initial function.

    .. math::

        S'=q^2S+2q(1-q)\sum_gp_gR_g+(1-q)^2\eta\,p^\top Cp+b(\bar E+\bar\sigma^2),\quad E_{n,j}=\sum_i(S'-2R'_j+\eta
        C_{jj})

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    C:
        the covariance of tasks; a symmetric positive semi-definite matrix, one row a task.
    stages:
        the stages: N, samples of every task; sigma2, label noise of every task; delta, ridge; a list of {"N": [...],
        "sigma2": [...], "delta": x}.
    zeta:
        the mode powers of a random function to start from; as lambda; null for zero. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    E[n][j]: one row a stage, in it the error on each task

    Notes
    -----
    Valid: Gaussian features; many modes of comparable N lambda/kappa.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "tail": tail,
        "C": C,
        "stages": stages,
        "zeta": zeta,
        "cost_limit": cost_limit,
    }
    return call(_INIT_FUNCTION, given, digits, on_error)


_UNDERPARAMETRISED = Spec("cl/underparametrised", None)


def underparametrised(
    *,
    lambda_: Any,
    C: Any,
    stages: Any,
    P: Any = None,
    eta: Any = None,
    tail: Any = 0,
    zeta: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""More samples than modes of the kernel.

    .. math::

        S'=q^2S+2q(1-q)\sum_gp_gR_g+(1-q)^2\eta\,p^\top Cp+b(\bar E+\bar\sigma^2),\quad E_{n,j}=\sum_i(S'-2R'_j+\eta
        C_{jj})

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    C:
        the covariance of tasks; a symmetric positive semi-definite matrix, one row a task.
    stages:
        the stages: N, samples of every task; sigma2, label noise of every task; delta, ridge; a list of {"N": [...],
        "sigma2": [...], "delta": x}.
    zeta:
        the mode powers of a random function to start from; as lambda; null for zero. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    E[n][j]: one row a stage, in it the error on each task

    Notes
    -----
    Valid: Gaussian features; many modes of comparable N lambda/kappa.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> solvable.cl.underparametrised(lambda_={'values': [1, 0.5, 0.25, 0.125, 0.0625, 0, 0]}, eta={'values': [1, 0.8, 0.6, 0.4, 0.2, 0.05, 0.05]}, C=[[1]], stages=[{'N': [20], 'sigma2': [0.1]}, {'N': [30], 'sigma2': [0.05]}])
    Numbers([[0.166667],
     [0.13    ]])
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "tail": tail,
        "C": C,
        "stages": stages,
        "zeta": zeta,
        "cost_limit": cost_limit,
    }
    return call(_UNDERPARAMETRISED, given, digits, on_error)


_SPHERE_STAGES = Spec("cl/sphere-stages", None)


def sphere_stages(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    d: Any,
    kmax: Any,
    C: Any,
    stages: Any,
    target_power_by_degree: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Any sequence of tasks on a sphere, with the tangent kernel of a network.

    .. math::

        \lambda_k=\int\Theta P_k,\quad\tau=\Theta(1)-\sum_{k\le k_c}N(d,k)\lambda_k,\quad\delta_{\rm eff}=\delta+\tau

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
    d:
        d, the dimension of the inputs; an integer >= 2.
    kmax:
        the highest degree; an integer >= 0, at most 5000.
    C:
        the covariance of tasks; a symmetric positive semi-definite matrix, one row a task.
    stages:
        the stages: N, samples of every task; sigma2, label noise of every task; delta, ridge; a list of {"N": [...],
        "sigma2": [...], "delta": x}.
    target_power_by_degree:
        N(d,k) eta_k of the degrees 0, 1, ...; a list of numbers >= 0; null: matched to the kernel. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    E[n][j]: one row a stage, in it the error on each task

    Notes
    -----
    Valid: d >= 10; at d = 5 within 3 % for ReLU and 7 to 11 % off for erf; below, inputs on spheres are not Gaussian
    features.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.
    - A. Bietti, F. Bach, Deep equals shallow for ReLU networks in kernel regimes, ICLR 2021, arXiv 2009.14397.

    Examples
    --------
    >>> import solvable
    >>> solvable.cl.sphere_stages(activation='relu', depth=3, sigma_w2=2, sigma_b2=0, d=10, kmax=20, C=[[1, 0.7], [0.7, 1]], stages=[{'N': [200, 0]}, {'N': [0, 50]}])
    Numbers([[1.587519, 4.235008],
     [3.626729, 2.234476]])
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "d": d,
        "kmax": kmax,
        "C": C,
        "stages": stages,
        "target_power_by_degree": target_power_by_degree,
        "cost_limit": cost_limit,
    }
    return call(_SPHERE_STAGES, given, digits, on_error)


_MANY_TASK = Spec("cl/many-task", None)


def many_task(
    *,
    lambda_: Any,
    N: Any,
    n: Any,
    P: Any = None,
    eta: Any = None,
    tail: Any = 0,
    sigma2: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""One task in stages of equal size.

    .. math::

        E_n=\frac1{1-\gamma}\sum q^2v_{n-1},\quad v_n=q^2v_{n-1}+bE_n,\ v_0=\eta

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    N:
        samples of a stage; an integer >= 1.
    n:
        the number of stages; an integer >= 1.
    sigma2:
        label noise; a number >= 0. Default: 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [E_1, ..., E_n]

    Notes
    -----
    Valid: as cl/stages.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "tail": tail,
        "N": N,
        "n": n,
        "sigma2": sigma2,
        "cost_limit": cost_limit,
    }
    return call(_MANY_TASK, given, digits, on_error)


_CONTRACTION_FACTOR = Spec("cl/contraction-factor", None)


def contraction_factor(
    *,
    lambda_: Any,
    N: Any,
    P: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Asymptotic factor by which a stage of the same task shrinks the error.

    .. math::

        \frac1{1-\gamma}\sum_i\frac{b_iq_i^2}{\mu-q_i^2}=1

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    N:
        samples of a stage; an integer from 1 to P-1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    mu

    Notes
    -----
    Valid: a finite number of modes, all of them learnable.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.cl.contraction_factor(P=40, lambda_={'power': 1.5}, N=12):.6g}")
    0.848214
    """
    return call(_CONTRACTION_FACTOR, {"P": P, "lambda": lambda_, "N": N, "cost_limit": cost_limit}, digits, on_error)


_NOISE_FLOOR = Spec("cl/noise-floor", None)


def noise_floor(
    *,
    lambda_: Any,
    N: Any,
    sigma2: Any,
    P: Any = None,
    tail: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Error of infinitely many stages of one noisy task.

    .. math::

        E_\infty=\sigma^2\frac s{1-s},\quad s=\frac1N\sum_i\frac{1-q_i}{1+q_i}+\frac\tau{2\kappa}

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    N:
        samples of a stage; an integer >= 1.
    sigma2:
        label noise; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    E_inf, always above sigma2

    Notes
    -----
    Valid: no ridge, fewer samples than modes.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.cl.noise_floor(P=40, lambda_={'power': 1.5}, N=12, sigma2=0.3):.6g}")
    0.662571
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "tail": tail,
        "N": N,
        "sigma2": sigma2,
        "cost_limit": cost_limit,
    }
    return call(_NOISE_FLOOR, given, digits, on_error)


class Stationary(Record):
    """Values of `stationary`."""

    names = ("E_fwd", "E_far")
    E_fwd = field("E_fwd")
    E_far = field("E_far")


_STATIONARY = Spec("cl/stationary", Stationary)


def stationary(
    *,
    lambda_: Any,
    N: Any,
    rho: Any,
    P: Any = None,
    eta: Any = None,
    sigma2: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Errors in an endless stream of equally similar tasks.

    .. math::

        E_{\rm fwd}=\frac{2(1-\rho)\sum q^2\eta/(1+q)+\sigma^2s}{1-s},\quad E_{\rm
        far}=2(1-\rho)\sum\frac\eta{1+q}+s(E_{\rm fwd}+\sigma^2)

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    N:
        samples of a stage; an integer >= 1.
    rho:
        rho, the similarity of the tasks; a number from -1 to 1.
    sigma2:
        label noise; a number >= 0. Default: 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [E_fwd, E_far]: on the newest task, and on one of the distant past

    Fields: E_fwd, E_far.

    Notes
    -----
    Valid: no ridge, fewer samples than modes, rho from 0 to 1.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "N": N,
        "rho": rho,
        "sigma2": sigma2,
        "cost_limit": cost_limit,
    }
    return call(_STATIONARY, given, digits, on_error)


_FIXED_DATA = Spec("cl/fixed-data", None)


def fixed_data(
    *,
    lambda_: Any,
    phase: Any,
    C: Any,
    stages: Any,
    P: Any = None,
    eta: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Errors for given features, averaged over targets and noise.

    .. math::

        E_{s,j}=C_{jj}\sum\eta-2\sum A\circ GC+\mathrm{tr}[A\Omega A^\top K_2],\quad\Phi_{\mu
        i}=\sqrt2\sin(a_0+a_1\mu+a_2i+a_3\mu i)

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    phase:
        [a_0, a_1, a_2, a_3] of the features; four numbers.
    C:
        the covariance of tasks; a symmetric positive semi-definite matrix, one row a task.
    stages:
        the stages: N, samples of every task; sigma2, label noise of every task; delta, ridge; a list of {"N": [...],
        "sigma2": [...], "delta": x}.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    E[n][j]: one row a stage, in it the error on each task

    Notes
    -----
    Valid: exact; for checking simulations.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> solvable.cl.fixed_data(P=8, lambda_={'power': 1}, eta={'power': 1.5}, phase=[1.0, 2.7, 1.1, 0.37], C=[[1, 0.6], [0.6, 1]], stages=[{'N': [3, 0]}, {'N': [0, 4]}])
    Numbers([[1.03082 , 1.663738],
     [1.395486, 0.528338]])
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "phase": phase,
        "C": C,
        "stages": stages,
        "cost_limit": cost_limit,
    }
    return call(_FIXED_DATA, given, digits, on_error)


_SELF_RATIO_POWER_LAW = Spec("cl/self-ratio-power-law", None)


def self_ratio_power_law(
    *,
    a: Any,
    r: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The same task twice, power-law spectrum.

    .. math::

        F_a(r)=a\left[\frac{1+r(R-2)}{(R-1)^2}-(1-\tfrac1a)\frac r{R-1}\right],\quad R=r^a

    Parameters
    ----------
    a:
        the decay of the eigenvalues, i^-a; a number > 1.
    r:
        N_2/N_1; a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    E_2/E_1; above 1: self-knowledge is forgotten

    Notes
    -----
    Valid: matched prior, many samples.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.cl.self_ratio_power_law(a=3, r=1):.6g}")
    0.666667
    """
    return call(_SELF_RATIO_POWER_LAW, {"a": a, "r": r, "cost_limit": cost_limit}, digits, on_error)


_SELF_RATIO_THRESHOLD = Spec("cl/self-ratio-threshold", None)


def self_ratio_threshold(
    *,
    a: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Ratio of sample sizes below which self-knowledge is forgotten.

    .. math::

        F_a(r^*)=1

    Parameters
    ----------
    a:
        the decay of the eigenvalues, i^-a; a number > 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    r*

    Notes
    -----
    Valid: matched prior, many samples.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.cl.self_ratio_threshold(a=2):.6g}")
    0.618034
    """
    return call(_SELF_RATIO_THRESHOLD, {"a": a, "cost_limit": cost_limit}, digits, on_error)


_CIRCLE_SELF_RATIO = Spec("cl/circle-self-ratio", None)


def circle_self_ratio(*, r: Any, cost_limit: Any = 2000000000.0, digits: bool = True, on_error: str = "raise") -> Any:
    r"""The same task twice, inputs on a circle.

    .. math::

        F_\circ(r)=\tfrac53+4r^2J(r)-48r^2\mathcal K(r)

    Parameters
    ----------
    r:
        N_2/N_1; a number from 0.05 to 10.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    E_2/E_1

    Notes
    -----
    Valid: kernels with a cusp (ReLU), matched prior, many samples; exact.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.cl.circle_self_ratio(r=1):.6g}")
    0.654518
    """
    return call(_CIRCLE_SELF_RATIO, {"r": r, "cost_limit": cost_limit}, digits, on_error)


_CIRCLE_FIRST_ERROR = Spec("cl/circle-first-error", None)


def circle_first_error(
    *,
    depth: Any,
    N: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Error of one task, inputs on a circle.

    .. math::

        E_1=\frac{4\pi c_0}{3(N+1)},\quad c_0=L(L-1)/\pi

    Parameters
    ----------
    depth:
        L, the number of weight layers; an integer >= 1.
    N:
        samples; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    E_1

    Notes
    -----
    Valid: bias-free ReLU networks with sigma_w2 = 2, matched prior, many samples; exact.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.
    """
    return call(_CIRCLE_FIRST_ERROR, {"depth": depth, "N": N, "cost_limit": cost_limit}, digits, on_error)


_MANY_TASK_POWER_LAW = Spec("cl/many-task-power-law", None)


def many_task_power_law(
    *,
    a: Any,
    n: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""One task in stages of equal size, power-law spectrum.

    .. math::

        E_n=c_n+\sum_{j<n}g_jE_{n-j},\quad g_j=\frac{\Gamma(2j+1/a)\Gamma(2-1/a)}{c_a\Gamma(2j+2)}

    Parameters
    ----------
    a:
        the decay of the eigenvalues, i^-a; a number > 1.
    n:
        the number of stages; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [E_1/E_1, ..., E_n/E_1]

    Notes
    -----
    Valid: matched prior, many samples.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> solvable.cl.many_task_power_law(a=2, n=8)
    Numbers([1.      , 0.75    , 0.640625, 0.572266, 0.523499, 0.486137, 0.456191,
     0.431419])
    """
    return call(_MANY_TASK_POWER_LAW, {"a": a, "n": n, "cost_limit": cost_limit}, digits, on_error)


_POWER_LAW = Spec("cl/power-law", None)


def power_law(
    *,
    a: Any,
    b: Any,
    N: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Error of one task, power-law spectrum and target.

    .. math::

        E_1=(N/c_a)^{1-b}\,\Gamma(\beta)\Gamma(2-\beta),\quad\beta=(b-1)/a

    Parameters
    ----------
    a:
        the decay of the eigenvalues, i^-a; a number > 1.
    b:
        the decay of the target, i^-b; a number with 0 < (b-1)/a < 2.
    N:
        samples; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    E_1

    Notes
    -----
    Valid: many samples.

    References
    ----------
    - B. Bordelon, A. Canatar, C. Pehlevan, Spectrum dependent learning curves in kernel regression and wide neural
      networks, ICML 2020, arXiv 2002.02561.
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.
    """
    return call(_POWER_LAW, {"a": a, "b": b, "N": N, "cost_limit": cost_limit}, digits, on_error)


class RoughTarget(Record):
    """Values of `rough_target`."""

    names = ("ratio", "beta_star")
    ratio = field("ratio")
    beta_star = field("beta_star")


_ROUGH_TARGET = Spec("cl/rough-target", RoughTarget)


def rough_target(
    *,
    a: Any,
    beta: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The same task twice with equal sizes, targets of any roughness.

    .. math::

        \frac{E_2}{E_1}=\frac{(3-\beta)(2-\beta)+1-a^{-2}}6

    Parameters
    ----------
    a:
        the decay of the eigenvalues, i^-a; a number > 1.
    beta:
        (b-1)/a; a number between 0 and 2.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [E_2/E_1, the exponent below which it exceeds 1]

    Fields: ratio, beta_star.

    Notes
    -----
    Valid: power laws, many samples.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.
    """
    return call(_ROUGH_TARGET, {"a": a, "beta": beta, "cost_limit": cost_limit}, digits, on_error)


_NTK_VALUES = Spec("cl/ntk-values", None)


def ntk_values(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    t: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Tangent kernel of an infinitely wide network.

    .. math::

        \Theta\leftarrow\Sigma'+\sigma_w^2\dot V\,\Theta,\quad\Sigma'=\sigma_w^2V+\sigma_b^2

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
    t:
        cosines of pairs of inputs; a list of numbers from -1 to 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    Theta at each entry of t

    Notes
    -----
    Valid: NTK parametrization, weights and biases trained; inputs of length sqrt(d).

    References
    ----------
    - A. Jacot, F. Gabriel, C. Hongler, Neural tangent kernel: convergence and generalization in neural networks,
      NeurIPS 2018, arXiv 1806.07572.

    Examples
    --------
    >>> import solvable
    >>> solvable.cl.ntk_values(activation='relu', depth=4, sigma_w2=2, sigma_b2=0.1, t=[-1, 0, 0.5, 1])
    Numbers([1.802206, 2.806319, 4.288809, 9.      ])
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "t": t,
        "cost_limit": cost_limit,
    }
    return call(_NTK_VALUES, given, digits, on_error)


_NTK_DEGREE_WEIGHTS = Spec("cl/ntk-degree-weights", None)


def ntk_degree_weights(
    *,
    activation: Any,
    depth: Any,
    sigma_w2: Any,
    sigma_b2: Any,
    d: Any,
    kmax: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Eigenvalues of the tangent kernel on a sphere, times their degeneracies.

    .. math::

        W_k=N(d,k)\lambda_k,\quad\sum_kW_k=\Theta(1)

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
    d:
        d, the dimension of the inputs; an integer >= 2.
    kmax:
        the highest degree; an integer >= 0, at most 5000.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [W_0, ..., W_kmax]

    Notes
    -----
    Valid: rounding errors of order 1e-16 Theta(1) sqrt(N(d,k)); degrees with fewer than 3 digits are refused.

    References
    ----------
    - A. Bietti, F. Bach, Deep equals shallow for ReLU networks in kernel regimes, ICLR 2021, arXiv 2009.14397.
    - A. Jacot, F. Gabriel, C. Hongler, Neural tangent kernel: convergence and generalization in neural networks,
      NeurIPS 2018, arXiv 1806.07572.

    Examples
    --------
    >>> import solvable
    >>> solvable.cl.ntk_degree_weights(activation='relu', depth=3, sigma_w2=2, sigma_b2=0, d=2, kmax=12)
    Numbers([2.16501 , 2.351158, 0.883442, 0.194993, 0.120228, 0.048403, 0.045431,
     0.022658, 0.02403 , 0.013225, 0.014942, 0.008692, 0.010214])
    """
    given = {
        "activation": activation,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "sigma_b2": sigma_b2,
        "d": d,
        "kmax": kmax,
        "cost_limit": cost_limit,
    }
    return call(_NTK_DEGREE_WEIGHTS, given, digits, on_error)


_NTK_ASYMPTOTIC = Spec("cl/ntk-asymptotic", None)


def ntk_asymptotic(
    *,
    depth: Any,
    d: Any,
    k: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Decay of the eigenvalues of bias-free ReLU networks on a sphere.

    .. math::

        \lambda_k\simeq A_k[c_0+(-1)^ks_\pi]\sim k^{-d}

    Parameters
    ----------
    depth:
        L, the number of weight layers; an integer >= 1.
    d:
        d, the dimension of the inputs; an integer >= 2.
    k:
        the degree; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    lambda_k

    Notes
    -----
    Valid: high degrees; sigma_w2 = 2, depth >= 2.

    References
    ----------
    - A. Bietti, F. Bach, Deep equals shallow for ReLU networks in kernel regimes, ICLR 2021, arXiv 2009.14397.
    """
    return call(_NTK_ASYMPTOTIC, {"depth": depth, "d": d, "k": k, "cost_limit": cost_limit}, digits, on_error)


__all__ = [
    "Average",
    "Forgetting",
    "KappaGamma",
    "MultiHead",
    "Order",
    "RoughTarget",
    "Stationary",
    "TwoTask",
    "average",
    "circle_first_error",
    "circle_self_ratio",
    "contraction_factor",
    "fixed_data",
    "forgetting",
    "init_function",
    "joint",
    "kappa_gamma",
    "many_task",
    "many_task_power_law",
    "merge",
    "multi_head",
    "noise_floor",
    "ntk_asymptotic",
    "ntk_degree_weights",
    "ntk_values",
    "order",
    "power_law",
    "replay",
    "rho_star",
    "rough_target",
    "self_ratio_power_law",
    "self_ratio_threshold",
    "sphere_stages",
    "stages",
    "stationary",
    "trunk_share",
    "two_task",
    "underparametrised",
]
