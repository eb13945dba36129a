"""Predictions: learning in time.

Written by generate.py from the catalogue.
"""

from __future__ import annotations

from typing import Any

from ._call import Spec, call
from .answer import Record, field


class FlowCurve(Record):
    """Values of `flow_curve`."""

    names = ("E", "L")
    E = field("E")
    L = field("L")


_FLOW_CURVE = Spec("dyn/flow-curve", FlowCurve)


def flow_curve(
    *,
    lambda_: Any,
    N: Any,
    t: Any,
    P: Any = None,
    eta: Any = None,
    sigma2: Any = 0,
    tail: Any = 0,
    eta_tail: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Test and training error during gradient flow.

    .. math::

        E+\sigma^2=\mathcal L^{-1}\mathcal L^{-1}\left[\frac{D(z_1,z_2)}{z_1z_2}\right](t,t),\quad D=\frac{\sum
        q_1q_2\eta+\eta_{\rm tail}+\sigma^2}{1-\gamma_{12}}

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    N:
        samples; an integer >= 1.
    sigma2:
        label noise; a number >= 0. Default: 0.
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    eta_tail:
        the power of the target in modes that are not listed; a number >= 0; null: tail where eta is null, else 0.
        Default: None.
    t:
        times, in units of one over the kernel; a list of numbers >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [[E(t), L(t)], ...]: E without label noise, L with it

    Fields: E, L.

    Notes
    -----
    Valid: as kernel regression of cl: Gaussian features, real inputs from dimension 10 on; corrections of the order of
    1/N.

    References
    ----------
    - B. Bordelon, A. Canatar, C. Pehlevan, Spectrum dependent learning curves in kernel regression and wide neural
      networks, ICML 2020, arXiv 2002.02561.
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.
    - J. A. C. Weideman, L. N. Trefethen, Parabolic and hyperbolic contours for computing the Bromwich integral,
      Mathematics of Computation 2007.

    Examples
    --------
    >>> import solvable
    >>> solvable.dyn.flow_curve(P=30, lambda_={'power': 1.5}, N=15, t=[0, 0.05, 1, 30])
    FlowCurve(E=[2.250245, 1.291868, 0.476272, 0.319854], L=[2.250245e+00, 1.048717e+00, 1.012092e-01, 8.281958e-05])
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "N": N,
        "sigma2": sigma2,
        "tail": tail,
        "eta_tail": eta_tail,
        "t": t,
        "cost_limit": cost_limit,
    }
    return call(_FLOW_CURVE, given, digits, on_error)


class DescentCurve(Record):
    """Values of `descent_curve`."""

    names = ("E", "L")
    E = field("E")
    L = field("L")


_DESCENT_CURVE = Spec("dyn/descent-curve", DescentCurve)


def descent_curve(
    *,
    lambda_: Any,
    N: Any,
    alpha: Any,
    n: Any,
    P: Any = None,
    eta: Any = None,
    sigma2: Any = 0,
    tail: Any = 0,
    eta_tail: Any = None,
    beta: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Test and training error during gradient descent with momentum.

    .. math::

        \rho_{n+1}=(1+\beta-\alpha a)\rho_n-\beta\rho_{n-1}

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    N:
        samples; an integer >= 1.
    sigma2:
        label noise; a number >= 0. Default: 0.
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    eta_tail:
        the power of the target in modes that are not listed; a number >= 0; null: tail where eta is null, else 0.
        Default: None.
    alpha:
        the step; a number > 0.
    beta:
        momentum; a number from 0 to below 1. Default: 0.
    n:
        numbers of steps; a list of integers >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [[E_n, L_n], ...]

    Fields: E, L.

    Notes
    -----
    Valid: as dyn/flow-curve; near the edge of stability the mean over data sets has heavy tails: take half of it.

    References
    ----------
    - B. Bordelon, A. Canatar, C. Pehlevan, Spectrum dependent learning curves in kernel regression and wide neural
      networks, ICML 2020, arXiv 2002.02561.
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> solvable.dyn.descent_curve(P=16, lambda_={'power': 1.5}, N=24, sigma2=0.3, alpha=0.03, beta=0.6, n=[1, 2, 9])
    DescentCurve(E=[1.001238, 0.851679, 0.320328], L=[1.11311 , 0.943252, 0.284206])
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "N": N,
        "sigma2": sigma2,
        "tail": tail,
        "eta_tail": eta_tail,
        "alpha": alpha,
        "beta": beta,
        "n": n,
        "cost_limit": cost_limit,
    }
    return call(_DESCENT_CURVE, given, digits, on_error)


class Edge(Record):
    """Values of `edge`."""

    names = ("s_plus", "alpha_c")
    s_plus = field("s_plus")
    alpha_c = field("alpha_c")


_EDGE = Spec("dyn/edge", Edge)


def edge(
    *,
    lambda_: Any,
    N: Any,
    P: Any = None,
    tail: Any = 0,
    beta: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Largest stable step of full-batch descent.

    .. math::

        s_+=x\left(1+\sum_i\frac{\lambda_i}{x-N\lambda_i}\right)+\tau,\
        \sum_i\frac{N\lambda_i^2}{(x-N\lambda_i)^2}=1,\quad\alpha_c=\frac{2(1+\beta)}{s_+}

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    N:
        samples; an integer >= 1.
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    beta:
        momentum; a number from 0 to below 1. Default: 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [s_+, alpha_c]

    Fields: s_plus, alpha_c.

    Notes
    -----
    Valid: the mean edge; of one sample it scatters by the root of 2/N where the largest eigenvalue stands alone.

    References
    ----------
    - B. Bordelon, A. Canatar, C. Pehlevan, Spectrum dependent learning curves in kernel regression and wide neural
      networks, ICML 2020, arXiv 2002.02561.
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> solvable.dyn.edge(P=30, lambda_={'power': 1.5}, N=15)
    Edge(s_plus=25.2026, alpha_c=0.0793567)
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "N": N,
        "tail": tail,
        "beta": beta,
        "cost_limit": cost_limit,
    }
    return call(_EDGE, given, digits, on_error)


class EarlyStopping(Record):
    """Values of `early_stopping`."""

    names = ("t_star", "E_star", "delta_star", "E_ridge", "steps", "E_out", "curve", "remark")
    t_star = field("t_star")
    E_star = field("E_star")
    delta_star = field("delta_star")
    E_ridge = field("E_ridge")
    steps = field("steps")
    E_out = field("E_out")
    curve = field("curve")
    remark = field("remark")


_EARLY_STOPPING = Spec("dyn/early-stopping", EarlyStopping)


def early_stopping(
    *,
    N: Any,
    P: Any = None,
    lambda_: Any = None,
    eta: Any = None,
    sigma2: Any = 0,
    tail: Any = 0,
    eta_tail: Any = None,
    mu: Any = None,
    y2: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""How long to train, and the best ridge beside it.

    .. math::

        E'(t^*)=0,\quad E_{\rm ridge}'(\delta^*)=0

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...]; null with mu and
        y2. Default: None.
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    N:
        samples; an integer >= 1.
    sigma2:
        label noise; a number >= 0. Default: 0.
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    eta_tail:
        the power of the target in modes that are not listed; a number >= 0; null: tail where eta is null, else 0.
        Default: None.
    mu:
        in place of lambda: the n eigenvalues of the kernel matrix of your own data, which --kernel finds; a list of
        numbers >= 0, some of them > 0; null. Default: None.
    y2:
        the squared projections of the labels onto its eigenvectors, which --labels gives; a list of numbers >= 0, one
        for each of mu; null. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [t*, E(t*), delta*, E_ridge(delta*)]; with mu {t_star, steps: t* mu_1 N/n, E_out, delta_star, E_ridge, curve: {t,
    E_out, L}}, label errors on the points left out, t the rate times the steps of descent on half the sum of the N
    squares; "inf": training to the end is best, or no finite ridge is

    Fields: t_star, E_star, delta_star, E_ridge, steps, E_out, curve, remark.

    Notes
    -----
    Valid: as kernel regression of cl: Gaussian features, real inputs from dimension 10 on; corrections of the order of
    1/N. With mu as dyn/subset-curve: on digits within 5 % to 300 steps of n/(mu_1 N), 10 % at convergence for N up to
    n/4.

    References
    ----------
    - B. Bordelon, A. Canatar, C. Pehlevan, Spectrum dependent learning curves in kernel regression and wide neural
      networks, ICML 2020, arXiv 2002.02561.
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> solvable.dyn.early_stopping(P=24, lambda_={'power': 1.5}, N=30, sigma2=0.3)
    EarlyStopping(t_star=2.04153, E_star=0.274033, delta_star=0.3, E_ridge=0.265995)
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "N": N,
        "sigma2": sigma2,
        "tail": tail,
        "eta_tail": eta_tail,
        "mu": mu,
        "y2": y2,
        "cost_limit": cost_limit,
    }
    return call(_EARLY_STOPPING, given, digits, on_error)


_FLOW_ISOTROPIC = Spec("dyn/flow-isotropic", None)


def flow_isotropic(
    *,
    P: Any,
    N: Any,
    r2: Any,
    t: Any,
    sigma2: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Gradient flow for modes that are all alike.

    .. math::

        E=\int_0^\pi\frac{h^2\sin^2\theta}{2\pi
        x}\left[\frac{r^2}Pe^{-2xt}+\sigma^2\frac{(1-e^{-xt})^2}x\right]d\theta+r^2\max(0,1-\tfrac NP)

    Parameters
    ----------
    P:
        the number of modes; an integer >= 1.
    N:
        samples; an integer >= 1.
    r2:
        the power of the target; a number >= 0.
    sigma2:
        label noise; a number >= 0. Default: 0.
    t:
        times, in units of one over the kernel; a list of numbers >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [E(t), ...]

    Notes
    -----
    Valid: as kernel regression of cl: Gaussian features, real inputs from dimension 10 on; corrections of the order of
    1/N.

    References
    ----------
    - M. S. Advani, A. M. Saxe, High-dimensional dynamics of generalization error in neural networks, Neural Networks
      2020, arXiv 1710.03667.

    Examples
    --------
    >>> import solvable
    >>> solvable.dyn.flow_isotropic(P=100, N=50, r2=1, sigma2=0.3, t=[0.003, 0.02, 0.3])
    Numbers([0.806414, 0.661693, 0.795753])
    """
    given = {
        "P": P,
        "N": N,
        "r2": r2,
        "sigma2": sigma2,
        "t": t,
        "cost_limit": cost_limit,
    }
    return call(_FLOW_ISOTROPIC, given, digits, on_error)


_FLOW_SCALING = Spec("dyn/flow-scaling", None)


def flow_scaling(
    *,
    a: Any,
    beta: Any,
    tau: Any,
    s: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The universal curve of power laws.

    .. math::

        \frac E{E_\infty}=\sum_{jl}W_jW_l\frac{I(k_j,k_l)/(aI_0)+s}{1-\gamma_{jl}}-s,\quad k=\zeta+k^{1-1/a}

    Parameters
    ----------
    a:
        the decay of the eigenvalues, i^-a; a number > 1.
    beta:
        (b - 1)/a, of powers i^-b of the target; a number between 0 and 2.
    s:
        label noise over the converged error; a number >= 0. Default: 0.
    tau:
        times over 1/kappa; a list of numbers > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [E(t)/E_inf, ...] at t = tau/kappa

    Notes
    -----
    Valid: many samples, and fewer of them than modes.

    References
    ----------
    - B. Bordelon, A. Canatar, C. Pehlevan, Spectrum dependent learning curves in kernel regression and wide neural
      networks, ICML 2020, arXiv 2002.02561.
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> solvable.dyn.flow_scaling(a=2, beta=1, s=0.5, tau=[0.5])
    Numbers([1.979407])
    """
    return call(_FLOW_SCALING, {"a": a, "beta": beta, "s": s, "tau": tau, "cost_limit": cost_limit}, digits, on_error)


class SubsetCurve(Record):
    """Values of `subset_curve`."""

    names = ("E_out", "L")
    E_out = field("E_out")
    L = field("L")


_SUBSET_CURVE = Spec("dyn/subset-curve", SubsetCurve)


def subset_curve(
    *,
    mu: Any,
    y2: Any,
    N: Any,
    t: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Real data: gradient flow on a random subset of a finite population.

    .. math::

        z'=z+(n-N)c,\ c=\left[\sum\frac1{\mu+z'}\right]^{-1},\quad D=\frac{Nc_1c_2Y_{12}}{1-(n-N)c_1c_2T_{12}}

    Parameters
    ----------
    mu:
        the eigenvalues of the kernel matrix; a list of numbers >= 0, some of them > 0.
    y2:
        the squared projections of the labels onto the eigenvectors; a list of numbers >= 0, one for each eigenvalue.
    N:
        samples; an integer >= 1.
    t:
        times, in units of one over the kernel; a list of numbers >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [[E_out, L], ...]: label error on the points left out, and on those drawn

    Fields: E_out, L.

    Notes
    -----
    Valid: eigenvectors in general position; the training error not at late times.

    References
    ----------
    - B. Bordelon, A. Canatar, C. Pehlevan, Spectrum dependent learning curves in kernel regression and wide neural
      networks, ICML 2020, arXiv 2002.02561.
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> solvable.dyn.subset_curve(mu=[8.0, 3.0, 1.6, 1.0, 0.7, 0.5, 0.33, 0.25, 0.2, 0.15, 0.1, 0.06], y2=[3.0, 2.5,
    ... 1.5, 1.2, 0.9, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.2], N=6, t=[0.1, 1, 20])
    SubsetCurve(E_out=[0.881647, 0.736333, 0.750775], L=[6.872151e-01, 1.656897e-01, 7.158324e-05])
    """
    return call(_SUBSET_CURVE, {"mu": mu, "y2": y2, "N": N, "t": t, "cost_limit": cost_limit}, digits, on_error)


class FixedData(Record):
    """Values of `fixed_data`."""

    names = ("E", "L")
    E = field("E")
    L = field("L")


_FIXED_DATA = Spec("dyn/fixed-data", FixedData)


def fixed_data(
    *,
    lambda_: Any,
    N: Any,
    phase: Any,
    P: Any = None,
    eta: Any = None,
    sigma2: Any = 0,
    t: Any = None,
    alpha: Any = None,
    beta: Any = None,
    n: Any = None,
    rounds: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Given inputs in time: errors averaged exactly over targets and noise.

    .. math::

        E=\sum\eta-2\sum_jg_j(V^\top GV)_{jj}+g^\top(\Omega\circ V^\top K_2V)g,\quad L=\frac1N\sum\rho_j^2\Omega_{jj}

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    sigma2:
        label noise; a number >= 0. Default: 0.
    N:
        samples; an integer >= 1.
    phase:
        features phi[mu][i] = sqrt(2) sin(a + b mu + c i + d mu i); [a, b, c, d].
    t:
        times of gradient flow; a list of numbers >= 0; null. Default: None.
    alpha:
        the step of descent; a number > 0; null. Default: None.
    beta:
        its momentum; a number from 0 to below 1; null. Default: None.
    n:
        its numbers of steps; a list of integers >= 0; null. Default: None.
    rounds:
        rounds of distillation; a list of {"delta": x, "xi": x}; null. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [[E, L], ...]

    Fields: E, L.

    Notes
    -----
    Valid: exact.

    References
    ----------
    - B. Bordelon, A. Canatar, C. Pehlevan, Spectrum dependent learning curves in kernel regression and wide neural
      networks, ICML 2020, arXiv 2002.02561.
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> solvable.dyn.fixed_data(P=9, lambda_={'power': 1}, N=4, sigma2=0.1, phase=[0.3, 0.7, 1.1, 0.37], t=[0.1, 2])
    FixedData(E=[1.899827, 1.057723], L=[1.614559e+00, 2.921502e-04])
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "sigma2": sigma2,
        "N": N,
        "phase": phase,
        "t": t,
        "alpha": alpha,
        "beta": beta,
        "n": n,
        "rounds": rounds,
        "cost_limit": cost_limit,
    }
    return call(_FIXED_DATA, given, digits, on_error)


_MULTIPASS_CURVE = Spec("dyn/multipass-curve", None)


def multipass_curve(
    *,
    mu: Any,
    y2: Any,
    N: Any,
    B: Any,
    alpha: Any,
    n: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Training error of stochastic gradients that pass the data again and again.

    .. math::

        \rho_k'=\left[(1-x_k)^2-\frac{x_k^2}B\right]\rho_k+\frac{x_k^2N}BL,\quad x_k=\frac{\alpha\mu_k}N

    Parameters
    ----------
    mu:
        the eigenvalues of the kernel matrix; a list of numbers >= 0, some of them > 0.
    y2:
        the squared projections of the labels onto the eigenvectors; a list of numbers >= 0, one for each eigenvalue.
    N:
        samples; an integer >= 1.
    B:
        the batch; an integer >= 1.
    alpha:
        the step; a number > 0.
    n:
        numbers of steps; a list of integers >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [L_n, ...]

    Notes
    -----
    Valid: eigenvectors that spread evenly over the samples: the largest eigenvalue below a twentieth of the trace.

    References
    ----------
    - C. Paquette, K. Lee, F. Pedregosa, E. Paquette, SGD in the large: average-case analysis, asymptotics, and stepsize
      criticality, COLT 2021, arXiv 2102.04396.

    Examples
    --------
    >>> import solvable
    >>> solvable.dyn.multipass_curve(mu=[5, 2, 1, 0.5], y2=[1, 1, 0.5, 0.2], N=4, B=2, alpha=0.2, n=[0, 3, 10])
    Numbers([0.675   , 0.338438, 0.122488])
    """
    given = {
        "mu": mu,
        "y2": y2,
        "N": N,
        "B": B,
        "alpha": alpha,
        "n": n,
        "cost_limit": cost_limit,
    }
    return call(_MULTIPASS_CURVE, given, digits, on_error)


_MULTIPASS_THRESHOLD = Spec("dyn/multipass-threshold", None)


def multipass_threshold(
    *,
    mu: Any,
    N: Any,
    B: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Largest stable step of stochastic gradients that pass the data again and again.

    .. math::

        \sum_k\frac{x_k}{B[2-x_k(1-1/B)]}=1

    Parameters
    ----------
    mu:
        the eigenvalues of the kernel matrix; a list of numbers >= 0, some of them > 0.
    N:
        samples; an integer >= 1.
    B:
        the batch; an integer >= 1.
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
    Valid: as dyn/multipass-curve.

    References
    ----------
    - C. Paquette, K. Lee, F. Pedregosa, E. Paquette, SGD in the large: average-case analysis, asymptotics, and stepsize
      criticality, COLT 2021, arXiv 2102.04396.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.dyn.multipass_threshold(mu=[5, 2, 1, 0.5], N=4, B=1):.6g}")
    0.941176
    """
    return call(_MULTIPASS_THRESHOLD, {"mu": mu, "N": N, "B": B, "cost_limit": cost_limit}, digits, on_error)


_SGD_CURVE = Spec("dyn/sgd-curve", None)


def sgd_curve(
    *,
    lambda_: Any,
    B: Any,
    alpha: Any,
    n: Any,
    P: Any = None,
    eta: Any = None,
    eta_tail: Any = None,
    sigma2: Any = 0,
    beta: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Test error of one-pass stochastic gradients.

    .. math::

        m'=\left[(1-\alpha\lambda)^2+\frac{\alpha^2\lambda^2}B\right]m+\frac{\alpha^2\lambda^2}B(E+\sigma^2)

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    eta_tail:
        the power of the target in modes that are not listed; a number >= 0; null: tail where eta is null, else 0.
        Default: None.
    sigma2:
        label noise; a number >= 0. Default: 0.
    B:
        the batch; an integer >= 1.
    alpha:
        the step, or those of all steps; a number > 0, or a list of them.
    beta:
        momentum; a number from 0 to below 1. Default: 0.
    n:
        numbers of steps; a list of integers >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [E_n, ...]

    Notes
    -----
    Valid: exact for Gaussian features at any number of modes and any target with these powers.

    References
    ----------
    - B. Bordelon, C. Pehlevan, Learning curves for SGD on structured features, ICLR 2022, arXiv 2106.02713.

    Examples
    --------
    >>> import solvable
    >>> solvable.dyn.sgd_curve(P=12, lambda_={'power': 1.5}, sigma2=0.1, B=4, beta=0.8, alpha=0.1, n=[1, 2, 30])
    Numbers([1.826648, 1.508087, 0.140276])
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "eta_tail": eta_tail,
        "sigma2": sigma2,
        "B": B,
        "alpha": alpha,
        "beta": beta,
        "n": n,
        "cost_limit": cost_limit,
    }
    return call(_SGD_CURVE, given, digits, on_error)


_SGD_THRESHOLD = Spec("dyn/sgd-threshold", None)


def sgd_threshold(
    *,
    lambda_: Any,
    B: Any,
    P: Any = None,
    tail: Any = 0,
    beta: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Largest step at which stochastic gradients converge in mean square.

    .. math::

        \sum_i\frac{h_i}{1-h_i}+\frac{\alpha\tau}{2B(1-\beta)}=1,\quad
        h_i=\frac{\alpha\lambda_i(1+\beta)}{B(1-\beta)[2(1+\beta)-\alpha\lambda_i]}

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    B:
        the batch; an integer >= 1.
    beta:
        momentum; a number from 0 to below 1. Default: 0.
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
    Valid: Gaussian features; typical runs bear larger steps than the mean square.

    References
    ----------
    - B. Bordelon, C. Pehlevan, Learning curves for SGD on structured features, ICLR 2022, arXiv 2106.02713.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.dyn.sgd_threshold(P=12, lambda_={'power': 1.5}, B=1):.6g}")
    0.57011
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "tail": tail,
        "B": B,
        "beta": beta,
        "cost_limit": cost_limit,
    }
    return call(_SGD_THRESHOLD, given, digits, on_error)


class SgdFloor(Record):
    """Values of `sgd_floor`."""

    names = ("s", "E_inf")
    s = field("s")
    E_inf = field("E_inf")


_SGD_FLOOR = Spec("dyn/sgd-floor", SgdFloor)


def sgd_floor(
    *,
    lambda_: Any,
    B: Any,
    alpha: Any,
    P: Any = None,
    tail: Any = 0,
    sigma2: Any = 0,
    beta: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""What label noise leaves of the error of stochastic gradients.

    .. math::

        E_\infty=\sigma^2\frac s{1-s}

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    sigma2:
        label noise; a number >= 0. Default: 0.
    B:
        the batch; an integer >= 1.
    alpha:
        the step; a number > 0.
    beta:
        momentum; a number from 0 to below 1. Default: 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [s, E_inf]

    Fields: s, E_inf.

    Notes
    -----
    Valid: as dyn/sgd-threshold.

    References
    ----------
    - B. Bordelon, C. Pehlevan, Learning curves for SGD on structured features, ICLR 2022, arXiv 2106.02713.

    Examples
    --------
    >>> import solvable
    >>> solvable.dyn.sgd_floor(P=12, lambda_={'power': 1.5}, sigma2=0.2, B=2, alpha=0.05, beta=0.8, tail=0.4)
    SgdFloor(s=0.159064, E_inf=0.0378303)
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "tail": tail,
        "sigma2": sigma2,
        "B": B,
        "alpha": alpha,
        "beta": beta,
        "cost_limit": cost_limit,
    }
    return call(_SGD_FLOOR, given, digits, on_error)


_SGD_RATE = Spec("dyn/sgd-rate", None)


def sgd_rate(
    *,
    lambda_: Any,
    B: Any,
    alpha: Any,
    P: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Factor by which a step of stochastic gradients shrinks the error in the end.

    .. math::

        \sum_i\frac{\alpha^2\lambda_i^2/B}{\mu-a_i}=1

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    B:
        the batch; an integer >= 1.
    alpha:
        the step; a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    mu; above 1: growth

    Notes
    -----
    Valid: without label noise and momentum.

    References
    ----------
    - B. Bordelon, C. Pehlevan, Learning curves for SGD on structured features, ICLR 2022, arXiv 2106.02713.

    Examples
    --------
    >>> import solvable
    >>> print(f"{solvable.dyn.sgd_rate(P=10, lambda_={'power': 1.2}, B=2, alpha=1.2):.6g}")
    1.68185
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "B": B,
        "alpha": alpha,
        "cost_limit": cost_limit,
    }
    return call(_SGD_RATE, given, digits, on_error)


class BatchSteps(Record):
    """Values of `batch_steps`."""

    names = ("n", "samples", "alpha", "batches", "remark")
    n = field("n")
    samples = field("samples")
    alpha = field("alpha")
    batches = field("batches")
    remark = field("remark")


_BATCH_STEPS = Spec("dyn/batch-steps", BatchSteps)


def batch_steps(
    *,
    target: Any,
    B: Any,
    P: Any = None,
    lambda_: Any = None,
    eta: Any = None,
    eta_tail: Any = None,
    sigma2: Any = 0,
    mu: Any = None,
    y2: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Steps and samples that each batch needs to reach an error.

    .. math::

        \min_\alpha E_n(\alpha)\le E_{\rm target}

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...]; null with mu and
        y2. Default: None.
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    eta_tail:
        the power of the target in modes that are not listed; a number >= 0; null: tail where eta is null, else 0.
        Default: None.
    sigma2:
        label noise; a number >= 0. Default: 0.
    target:
        the error to be reached; a number > 0.
    B:
        batches; a list of integers >= 1.
    mu:
        in place of lambda: the n eigenvalues of the kernel matrix of your own data, which --kernel finds; a list of
        numbers >= 0, some of them > 0; null. Default: None.
    y2:
        the squared projections of the labels onto its eigenvectors, which --labels gives; a list of numbers >= 0, one
        for each of mu; null. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [[n, n B, alpha], ...]; with mu {batches: [[n, n B, alpha], ...]}

    Fields: n, samples, alpha, batches, remark.

    Notes
    -----
    Valid: constant steps, Gaussian features; with mu one pass over the points, whose spectrum is taken for that of
    their source: modes well above 1/n.

    References
    ----------
    - B. Bordelon, C. Pehlevan, Learning curves for SGD on structured features, ICLR 2022, arXiv 2106.02713.

    Examples
    --------
    >>> import solvable
    >>> solvable.dyn.batch_steps(P=20, lambda_={'power': 1.5}, eta={'power': 2.5}, sigma2=0.5, target=0.2, B=[1, 4, 32])
    BatchSteps(n=[23.,  7.,  2.], samples=[23., 28., 64.], alpha=[0.132113, 0.415628, 1.051699])
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "eta_tail": eta_tail,
        "sigma2": sigma2,
        "target": target,
        "B": B,
        "mu": mu,
        "y2": y2,
        "cost_limit": cost_limit,
    }
    return call(_BATCH_STEPS, given, digits, on_error)


class Schedule(Record):
    """Values of `schedule`."""

    names = ("E_T", "alpha", "remark")
    E_T = field("E_T")
    alpha = field("alpha")
    remark = field("remark")


_SCHEDULE = Spec("dyn/schedule", Schedule)


def schedule(
    *,
    B: Any,
    T: Any,
    P: Any = None,
    lambda_: Any = None,
    eta: Any = None,
    eta_tail: Any = None,
    sigma2: Any = 0,
    mu: Any = None,
    y2: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The best schedule of steps for a horizon.

    .. math::

        \alpha_n=\frac{\sum p\lambda m}{\sum p\lambda^2[(1+\frac1B)m+\frac{E_n+\sigma^2}B]}

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...]; null with mu and
        y2. Default: None.
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    eta_tail:
        the power of the target in modes that are not listed; a number >= 0; null: tail where eta is null, else 0.
        Default: None.
    sigma2:
        label noise; a number >= 0. Default: 0.
    B:
        the batch; an integer >= 1.
    T:
        the number of steps; an integer >= 1.
    mu:
        in place of lambda: the n eigenvalues of the kernel matrix of your own data, which --kernel finds; a list of
        numbers >= 0, some of them > 0; null. Default: None.
    y2:
        the squared projections of the labels onto its eigenvectors, which --labels gives; a list of numbers >= 0, one
        for each of mu; null. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [E_T, [alpha_0, ..., alpha_{T-1}]]; with mu {E_T, alpha}, label errors

    Fields: E_T, alpha, remark.

    Notes
    -----
    Valid: as dyn/sgd-curve; with mu one pass over the points, whose spectrum is taken for that of their source: modes
    well above 1/n.

    References
    ----------
    - B. Bordelon, C. Pehlevan, Learning curves for SGD on structured features, ICLR 2022, arXiv 2106.02713.

    Examples
    --------
    >>> import solvable
    >>> solvable.dyn.schedule(P=12, lambda_={'power': 1.5}, eta={'power': 2.5}, sigma2=0.3, B=1, T=6)
    Schedule(E_T=0.424735, alpha=[0.257489, 0.254465, 0.246699, 0.235093, 0.22092 , 0.205467])
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "eta_tail": eta_tail,
        "sigma2": sigma2,
        "B": B,
        "T": T,
        "mu": mu,
        "y2": y2,
        "cost_limit": cost_limit,
    }
    return call(_SCHEDULE, given, digits, on_error)


class ScheduleShape(Record):
    """Values of `schedule_shape`."""

    names = ("E_T", "alpha_peak")
    E_T = field("E_T")
    alpha_peak = field("alpha_peak")


_SCHEDULE_SHAPE = Spec("dyn/schedule-shape", ScheduleShape)


def schedule_shape(
    *,
    lambda_: Any,
    B: Any,
    T: Any,
    shape: Any,
    P: Any = None,
    eta: Any = None,
    eta_tail: Any = None,
    sigma2: Any = 0,
    q: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Popular schedules at their best peak.

    .. math::

        \alpha_n=\alpha_{\rm peak}\,g\!\left(\tfrac{n+1/2}T\right),\quad\frac{dE_T}{d\ln\alpha_{\rm peak}}=0

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    eta_tail:
        the power of the target in modes that are not listed; a number >= 0; null: tail where eta is null, else 0.
        Default: None.
    sigma2:
        label noise; a number >= 0. Default: 0.
    B:
        the batch; an integer >= 1.
    T:
        the number of steps; an integer >= 1.
    shape:
        the form of the schedule; constant, linear, cosine, wsd, inverse or polynomial.
    q:
        its parameter; a number > 0 for wsd, inverse, polynomial; null. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [E_T, alpha_peak]

    Fields: E_T, alpha_peak.

    Notes
    -----
    Valid: as dyn/sgd-curve.

    References
    ----------
    - B. Bordelon, C. Pehlevan, Learning curves for SGD on structured features, ICLR 2022, arXiv 2106.02713.

    Examples
    --------
    >>> import solvable
    >>> solvable.dyn.schedule_shape(P=20, lambda_={'power': 1.5}, eta={'power': 2.5}, sigma2=0.5, B=1, T=60, shape='wsd', q=0.2)
    ScheduleShape(E_T=0.104742, alpha_peak=0.111807)
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "eta_tail": eta_tail,
        "sigma2": sigma2,
        "B": B,
        "T": T,
        "shape": shape,
        "q": q,
        "cost_limit": cost_limit,
    }
    return call(_SCHEDULE_SHAPE, given, digits, on_error)


class ScheduleLaw(Record):
    """Values of `schedule_law`."""

    names = ("E", "S")
    E = field("E")
    S = field("S")


_SCHEDULE_LAW = Spec("dyn/schedule-law", ScheduleLaw)


def schedule_law(
    *,
    lambda_: Any,
    B: Any,
    T: Any,
    P: Any = None,
    eta: Any = None,
    eta_tail: Any = None,
    sigma2: Any = 0,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The best schedule to first order in the noise.

    .. math::

        E=\min_S\Big\{b(S)+\frac1{BT}\Big[\int_0^S\!\sqrt{k(S-s)(\sigma^2+b(s))}\,ds\Big]^2\Big\}

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    eta_tail:
        the power of the target in modes that are not listed; a number >= 0; null: tail where eta is null, else 0.
        Default: None.
    sigma2:
        label noise; a number >= 0. Default: 0.
    B:
        the batch; an integer >= 1.
    T:
        the number of steps; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [E, S]: S is the sum of all steps

    Fields: E, S.

    Notes
    -----
    Valid: steps well below the threshold: 1 % while they stay below a quarter of it.

    References
    ----------
    - B. Bordelon, C. Pehlevan, Learning curves for SGD on structured features, ICLR 2022, arXiv 2106.02713.

    Examples
    --------
    >>> import solvable
    >>> solvable.dyn.schedule_law(P=20, lambda_={'power': 1.5}, eta={'power': 2.5}, sigma2=1, B=1, T=300)
    ScheduleLaw(E=0.0442404, S=15.3619)
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "eta_tail": eta_tail,
        "sigma2": sigma2,
        "B": B,
        "T": T,
        "cost_limit": cost_limit,
    }
    return call(_SCHEDULE_LAW, given, digits, on_error)


class SchedulePowerLaw(Record):
    """Values of `schedule_power_law`."""

    names = ("phase", "xi", "delta_star", "epsilon", "R")
    phase = field("phase")
    xi = field("xi")
    delta_star = field("delta_star")
    epsilon = field("epsilon")
    R = field("R")


_SCHEDULE_POWER_LAW = Spec("dyn/schedule-power-law", SchedulePowerLaw)


def schedule_power_law(
    *,
    a: Any,
    b: Any,
    delta: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Exponents of the best schedule for power laws.

    .. math::

        \alpha\propto T^{-\xi}(1-t/T)^{\delta^*},\ \xi=1-\frac ab,\ \delta^*=2a-1,\quad
        R(\delta)=\left[\frac{(\delta+1)^2}{4a(\delta+1-a)}\right]^{(b-1)/b}

    Parameters
    ----------
    a:
        the decay of the eigenvalues, i^-a; a number > 1.
    b:
        the decay of the target's powers, i^-b; a number > 1.
    delta:
        the exponent with which a schedule ends; a number >= 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    ["easy", xi, delta*, epsilon, R(delta)], or ["hard", 0, epsilon = (b-1)/a]; R is "inf" where the rate is lost

    Fields: phase, xi, delta_star, epsilon, R.

    Notes
    -----
    Valid: long horizons, reached slowly: slopes of 1.6 in place of 2 at 10^4 steps.

    References
    ----------
    - B. Bordelon, C. Pehlevan, Learning curves for SGD on structured features, ICLR 2022, arXiv 2106.02713.

    Examples
    --------
    >>> import solvable
    >>> solvable.dyn.schedule_power_law(a=1.5, b=2.5, delta=1)
    SchedulePowerLaw(phase='easy', xi=0.4, delta_star=2, epsilon=0.6, R=1.1884)
    """
    return call(_SCHEDULE_POWER_LAW, {"a": a, "b": b, "delta": delta, "cost_limit": cost_limit}, digits, on_error)


class Distill(Record):
    """Values of `distill`."""

    names = ("E", "L")
    E = field("E")
    L = field("L")


_DISTILL = Spec("dyn/distill", Distill)


def distill(
    *,
    lambda_: Any,
    N: Any,
    rounds: Any,
    P: Any = None,
    eta: Any = None,
    sigma2: Any = 0,
    tail: Any = 0,
    eta_tail: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Rounds of training on one's own predictions, on the same inputs.

    .. math::

        g_j=h_j(\xi_j+(1-\xi_j)g_{j-1}),\quad h_j=\frac a{a+\delta_j},\ \rho_j=1-g_j

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    N:
        samples; an integer >= 1.
    sigma2:
        label noise; a number >= 0. Default: 0.
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    eta_tail:
        the power of the target in modes that are not listed; a number >= 0; null: tail where eta is null, else 0.
        Default: None.
    rounds:
        rounds: delta, the ridge; xi, the share of the labels (1 where it is absent); a list of {"delta": x, "xi": x}.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [[E_1, L_1], ...]: L against the original labels

    Fields: E, L.

    Notes
    -----
    Valid: as kernel regression of cl: Gaussian features, real inputs from dimension 10 on; corrections of the order of
    1/N.

    References
    ----------
    - H. Mobahi, M. Farajtabar, P. L. Bartlett, Self-distillation amplifies regularization in Hilbert space, NeurIPS
      2020, arXiv 2002.05715.

    Examples
    --------
    >>> import solvable
    >>> solvable.dyn.distill(P=20, lambda_={'power': 1.5}, eta={'power': 2}, N=15, sigma2=0.1, rounds=[{'delta': 0.2}, {'delta': 0.5, 'xi': -0.4}])
    Distill(E=[0.151741, 0.200807], L=[0.029354, 0.107716])
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "N": N,
        "sigma2": sigma2,
        "tail": tail,
        "eta_tail": eta_tail,
        "rounds": rounds,
        "cost_limit": cost_limit,
    }
    return call(_DISTILL, given, digits, on_error)


class DistillGain(Record):
    """Values of `distill_gain`."""

    names = ("delta_star", "E_1", "chi", "E_out", "remark")
    delta_star = field("delta_star")
    E_1 = field("E_1")
    chi = field("chi")
    E_out = field("E_out")
    remark = field("remark")


_DISTILL_GAIN = Spec("dyn/distill-gain", DistillGain)


def distill_gain(
    *,
    N: Any,
    P: Any = None,
    lambda_: Any = None,
    eta: Any = None,
    sigma2: Any = 0,
    tail: Any = 0,
    eta_tail: Any = None,
    mu: Any = None,
    y2: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Whether a second round beats the best ridge.

    .. math::

        \chi=1-\frac{2\mathcal D}{\delta^{*2}E_1''(\delta^*)}

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...]; null with mu and
        y2. Default: None.
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    N:
        samples; an integer >= 1.
    sigma2:
        label noise; a number >= 0. Default: 0.
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    eta_tail:
        the power of the target in modes that are not listed; a number >= 0; null: tail where eta is null, else 0.
        Default: None.
    mu:
        in place of lambda: the n eigenvalues of the kernel matrix of your own data, which --kernel finds; a list of
        numbers >= 0, some of them > 0; null. Default: None.
    y2:
        the squared projections of the labels onto its eigenvectors, which --labels gives; a list of numbers >= 0, one
        for each of mu; null. Default: None.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [delta*, E_1(delta*), chi]; with mu {delta_star, E_out, chi}, label errors on the points left out: two rounds pay
    where chi > 0

    Fields: delta_star, E_1, chi, E_out, remark.

    Notes
    -----
    Valid: near the best ridge; matched targets gain nothing; with mu as dyn/subset-curve.

    References
    ----------
    - H. Mobahi, M. Farajtabar, P. L. Bartlett, Self-distillation amplifies regularization in Hilbert space, NeurIPS
      2020, arXiv 2002.05715.

    Examples
    --------
    >>> import solvable
    >>> solvable.dyn.distill_gain(P=20, lambda_={'power': 1.5}, eta={'power': 2.5}, N=15, sigma2=0.3)
    DistillGain(delta_star=0.947181, E_1=0.152639, chi=0.228636)
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "N": N,
        "sigma2": sigma2,
        "tail": tail,
        "eta_tail": eta_tail,
        "mu": mu,
        "y2": y2,
        "cost_limit": cost_limit,
    }
    return call(_DISTILL_GAIN, given, digits, on_error)


class DistillOptimal(Record):
    """Values of `distill_optimal`."""

    names = ("E", "a")
    E = field("E")
    a = field("a")


_DISTILL_OPTIMAL = Spec("dyn/distill-optimal", DistillOptimal)


def distill_optimal(
    *,
    lambda_: Any,
    N: Any,
    delta: Any,
    k: Any,
    P: Any = None,
    eta: Any = None,
    sigma2: Any = 0,
    tail: Any = 0,
    eta_tail: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The best mixtures of labels and predictions in several rounds.

    .. math::

        A_{1..,1..}a=-A_{1..,0},\quad E=A_{00}+\sum_ma_mA_{m0}

    Parameters
    ----------
    P:
        the number of modes of a power law; an integer >= 1; null for given values. Default: None.
    lambda_:
        the eigenvalues of the kernel; {"power": a} for i^-a up to P, or {"values": [...]}, or [...].
    eta:
        the power of the target in every orthonormal mode; as lambda; null: matched to the kernel. Default: None.
    N:
        samples; an integer >= 1.
    sigma2:
        label noise; a number >= 0. Default: 0.
    tail:
        the sum of the eigenvalues that are not listed; a number >= 0. Default: 0.
    eta_tail:
        the power of the target in modes that are not listed; a number >= 0; null: tail where eta is null, else 0.
        Default: None.
    delta:
        the ridge of all rounds; a number > 0.
    k:
        the number of rounds; an integer from 1 to 8.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [E, a_1, ..., a_{k-1}]

    Fields: E, a.

    Notes
    -----
    Valid: as dyn/distill; from seven rounds on E to 10^-8 and a to 10^-5.

    References
    ----------
    - H. Mobahi, M. Farajtabar, P. L. Bartlett, Self-distillation amplifies regularization in Hilbert space, NeurIPS
      2020, arXiv 2002.05715.

    Examples
    --------
    >>> import solvable
    >>> solvable.dyn.distill_optimal(P=20, lambda_={'power': 1.5}, eta={'power': 2.5}, N=15, sigma2=0.3, delta=0.4, k=3)
    DistillOptimal(E=0.148278, a=[ 1.265476, -0.528153])
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "N": N,
        "sigma2": sigma2,
        "tail": tail,
        "eta_tail": eta_tail,
        "delta": delta,
        "k": k,
        "cost_limit": cost_limit,
    }
    return call(_DISTILL_OPTIMAL, given, digits, on_error)


_DISTILL_FRESH = Spec("dyn/distill-fresh", None)


def distill_fresh(
    *,
    lambda_: Any,
    rounds: Any,
    P: Any = None,
    eta: Any = None,
    tail: Any = 0,
    eta_tail: Any = None,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Rounds of training on one's own predictions, on new inputs.

    .. math::

        \bar D=\frac{\sum q^2G+\xi^2\eta_{\rm tail}+\xi^2\sigma^2}{1-\gamma},\ R'=(1-q)(\xi\eta+(1-\xi)R),\
        S'=(1-q)^2G+b\bar D

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
    eta_tail:
        the power of the target in modes that are not listed; a number >= 0; null: tail where eta is null, else 0.
        Default: None.
    rounds:
        rounds: N, samples; delta, ridge (0); xi, share of the labels (1); sigma2, noise (0); a list of {"N": n,
        "delta": x, "xi": x, "sigma2": x}.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [E_1, ...]

    Notes
    -----
    Valid: as kernel regression of cl: Gaussian features, real inputs from dimension 10 on; corrections of the order of
    1/N.

    References
    ----------
    - R. Karakida, S. Akaho, Learning curves for continual learning in neural networks: self-knowledge transfer and
      forgetting, ICLR 2022, arXiv 2112.01653.

    Examples
    --------
    >>> import solvable
    >>> solvable.dyn.distill_fresh(P=20, lambda_={'power': 1.5}, eta={'power': 2}, rounds=[{'N': 15, 'delta': 0.1, 'sigma2': 0.2}, {'N': 15, 'delta': 0.1, 'xi': 0}, {'N': 30, 'delta': 0.05, 'xi': 0.4, 'sigma2': 0.2}])
    Numbers([0.259718, 0.25139 , 0.130948])
    """
    given = {
        "P": P,
        "lambda": lambda_,
        "eta": eta,
        "tail": tail,
        "eta_tail": eta_tail,
        "rounds": rounds,
        "cost_limit": cost_limit,
    }
    return call(_DISTILL_FRESH, given, digits, on_error)


__all__ = [
    "BatchSteps",
    "DescentCurve",
    "Distill",
    "DistillGain",
    "DistillOptimal",
    "EarlyStopping",
    "Edge",
    "FixedData",
    "FlowCurve",
    "Schedule",
    "ScheduleLaw",
    "SchedulePowerLaw",
    "ScheduleShape",
    "SgdFloor",
    "SubsetCurve",
    "batch_steps",
    "descent_curve",
    "distill",
    "distill_fresh",
    "distill_gain",
    "distill_optimal",
    "early_stopping",
    "edge",
    "fixed_data",
    "flow_curve",
    "flow_isotropic",
    "flow_scaling",
    "multipass_curve",
    "multipass_threshold",
    "schedule",
    "schedule_law",
    "schedule_power_law",
    "schedule_shape",
    "sgd_curve",
    "sgd_floor",
    "sgd_rate",
    "sgd_threshold",
    "subset_curve",
]
