"""Predictions: dynamical isometry.

Written by generate.py from the catalogue.
"""

from __future__ import annotations

from typing import Any

from ._call import Spec, call
from .answer import Record, field


class Forward(Record):
    """Values of `forward`."""

    names = ("q", "d1", "d2")
    q = field("q")
    d1 = field("d1")
    d2 = field("d2")


_FORWARD = Spec("iso/forward", Forward)


def forward(
    *,
    activation: Any,
    q0: Any,
    sigma_w2: Any,
    depth: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Second moments of the signals and of the slopes.

    .. math::

        q_l=E\phi(\sqrt{v_l}z)^2,\ d_1=E\phi'(\sqrt{v_l}z)^2,\ d_2=E\phi'(\sqrt{v_l}z)^4,\quad v_l=\sigma_w^2q_{l-1}

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    q0:
        q_0, the mean square of the inputs; a number > 0.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    depth:
        L, the number of weight layers; an integer >= 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {q: [q_0, ..., q_(L-1)], d1: layers 1 to L-1, d2}

    Fields: q, d1, d2.

    Notes
    -----
    Valid: M -> infinity; no biases.

    References
    ----------
    - B. Poole, S. Lahiri, M. Raghu, J. Sohl-Dickstein, S. Ganguli, Exponential expressivity in deep neural networks
      through transient chaos, NeurIPS 2016, arXiv 1606.05340.
    - J. Pennington, S. S. Schoenholz, S. Ganguli, Resurrecting the sigmoid in deep learning through dynamical isometry:
      theory and practice, NeurIPS 2017, arXiv 1711.04735.

    Examples
    --------
    >>> import solvable
    >>> solvable.iso.forward(activation='erf', q0=0.5, sigma_w2=1.1, depth=3)
    Forward(q=[0.5     , 0.350979, 0.287009], d1=[0.711763, 0.798225], d2=[0.697627, 0.801737])
    """
    given = {
        "activation": activation,
        "q0": q0,
        "sigma_w2": sigma_w2,
        "depth": depth,
        "cost_limit": cost_limit,
    }
    return call(_FORWARD, given, digits, on_error)


class Fluctuations(Record):
    """Values of `fluctuations`."""

    names = ("q", "alpha")
    q = field("q")
    alpha = field("alpha")


_FLUCTUATIONS = Spec("iso/fluctuations", Fluctuations)


def fluctuations(
    *,
    activation: Any,
    q0: Any,
    sigma_w2: Any,
    depth: Any,
    ensemble: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""How much the order parameters of one network fluctuate.

    .. math::

        V_l=\mathrm{Var}\,\phi^2-\kappa\tfrac12c_l^2+\left(\tfrac{c_l}{2q_{l-1}}\right)^2V_{l-1},\quad
        c_l=E[\phi^2(z^2-1)]

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    q0:
        q_0, the mean square of the inputs; a number > 0.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    depth:
        L, the number of weight layers; an integer >= 1.
    ensemble:
        how weights are drawn; "orthogonal" or "gaussian".
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {q: M Var q_l for l = 0 to L-1, alpha: M Var alpha_l for l = 1 to L-1}

    Fields: q, alpha.

    Notes
    -----
    Valid: M -> infinity; no biases.

    References
    ----------
    - T. Hayase, R. Karakida, The spectrum of Fisher information of deep networks achieving dynamical isometry, AISTATS
      2021, arXiv 2006.07814.
    """
    given = {
        "activation": activation,
        "q0": q0,
        "sigma_w2": sigma_w2,
        "depth": depth,
        "ensemble": ensemble,
        "cost_limit": cost_limit,
    }
    return call(_FLUCTUATIONS, given, digits, on_error)


_PATH = Spec("iso/path", None)


def path(*, depth: Any, c: Any, cost_limit: Any = 2000000000.0, digits: bool = True, on_error: str = "raise") -> Any:
    r"""Scale of the inputs at which a hard-tanh network is isometric.

    .. math::

        \sum_{l=1}^{L-1}\epsilon_l(q_0)=c

    Parameters
    ----------
    depth:
        L, the number of weight layers; an integer >= 1.
    c:
        E, the sum of all defects; a number > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    q_0

    Notes
    -----
    Valid: hard tanh of threshold 1, sigma_w^2 = 1.

    References
    ----------
    - T. Hayase, R. Karakida, The spectrum of Fisher information of deep networks achieving dynamical isometry, AISTATS
      2021, arXiv 2006.07814.
    """
    return call(_PATH, {"depth": depth, "c": c, "cost_limit": cost_limit}, digits, on_error)


class TwoHiddenDensity(Record):
    """Values of `two_hidden_density`."""

    names = ("edges", "atoms", "density", "cdf")
    edges = field("edges")
    atoms = field("atoms")
    density = field("density")
    cdf = field("cdf")


_TWO_HIDDEN_DENSITY = Spec("iso/two-hidden-density", TwoHiddenDensity)


def two_hidden_density(
    *,
    q: Any,
    alpha: Any,
    sigma_w2: Any,
    x: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The spectrum with two hidden layers in closed form.

    .. math::

        \rho=\frac1{\sigma_w^4q_0}\frac{\sqrt{(t_+-t)(t-t_-)}}{2\pi t(1-t)},\quad
        t_\pm=\alpha_1+\alpha_2-2\alpha_1\alpha_2\pm2\sqrt{\alpha_1\alpha_2\epsilon_1\epsilon_2}

    Parameters
    ----------
    q:
        [q_0, ..., q_(L-1)], the mean squares of the signals; a list of L numbers.
    alpha:
        [alpha_1, ..., alpha_(L-1)], the ranks of the projections; a list of L-1 numbers in (0, 1].
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    x:
        the points; a list of at most 1000 numbers.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {edges: of the bulk, atoms: [position, mass] at A_0, A_1, A_2, density: at x, cdf: at x}

    Fields: edges, atoms, density, cdf.

    Notes
    -----
    Valid: M -> infinity; orthogonal weights; projections; L = 3.

    References
    ----------
    - T. Hayase, R. Karakida, The spectrum of Fisher information of deep networks achieving dynamical isometry, AISTATS
      2021, arXiv 2006.07814.

    Examples
    --------
    >>> import solvable
    >>> solvable.iso.two_hidden_density(q=[0.5, 0.37, 0.31], alpha=[0.84, 0.9], sigma_w2=1.0, x=[0.7060145466568478,
    ... 0.794, 0.8819854533431521])
    TwoHiddenDensity(edges=[0.684018, 0.903982], atoms=[[1.18, 0.74],
     [0.68, 0.06],
     [0.31, 0.1 ]], density=[0.851748, 0.397785, 0.174476], cdf=[0.182305, 0.231572, 0.257417])
    """
    given = {
        "q": q,
        "alpha": alpha,
        "sigma_w2": sigma_w2,
        "x": x,
        "cost_limit": cost_limit,
    }
    return call(_TWO_HIDDEN_DENSITY, given, digits, on_error)


class CauchyTransform(Record):
    """Values of `cauchy_transform`."""

    names = ("G_re", "G_im")
    G_re = field("G_re")
    G_im = field("G_im")


_CAUCHY_TRANSFORM = Spec("iso/cauchy-transform", CauchyTransform)


def cauchy_transform(
    *,
    q: Any,
    alpha: Any,
    sigma_w2: Any,
    ensemble: Any,
    z: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The Cauchy transform of the spectrum of any depth.

    .. math::

        \mu_{l+1}=q_l+\sigma_w^2\,(\nu_l\boxtimes\mu_l),\quad G(z)=\int\frac{\mu_L(d\lambda)}{z-\lambda}

    Parameters
    ----------
    q:
        [q_0, ..., q_(L-1)], the mean squares of the signals; a list of L numbers.
    alpha:
        [alpha_1, ..., alpha_(L-1)], the ranks of the projections; a list of L-1 numbers in (0, 1].
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    ensemble:
        how weights are drawn; "orthogonal" or "gaussian".
    z:
        points in the upper half plane; a list of at most 1000 pairs [re, im], im > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [Re G, Im G] for each z

    Fields: G_re, G_im.

    Notes
    -----
    Valid: M -> infinity; projections.

    References
    ----------
    - T. Hayase, R. Karakida, The spectrum of Fisher information of deep networks achieving dynamical isometry, AISTATS
      2021, arXiv 2006.07814.
    - A. Nica, R. Speicher, Lectures on the combinatorics of free probability, Cambridge University Press 2006.
    - S. T. Belinschi, H. Bercovici, A new approach to subordination results in free probability, Journal d'Analyse
      Mathematique 2007.

    Examples
    --------
    >>> import solvable
    >>> solvable.iso.cauchy_transform(q=[1.0, 1.0, 1.0, 1.0, 1.0], alpha=[0.5, 0.5, 0.5, 0.5], sigma_w2=2.0,
    ... ensemble='orthogonal', z=[[5.0, 0.5], [12.0, 2.0]])
    CauchyTransform(G_re=[0.126689, 0.074001], G_im=[-0.144381, -0.067949])
    """
    given = {
        "q": q,
        "alpha": alpha,
        "sigma_w2": sigma_w2,
        "ensemble": ensemble,
        "z": z,
        "cost_limit": cost_limit,
    }
    return call(_CAUCHY_TRANSFORM, given, digits, on_error)


_CDF = Spec("iso/cdf", None)


def cdf(
    *,
    q: Any,
    alpha: Any,
    sigma_w2: Any,
    ensemble: Any,
    x: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The distribution function of the spectrum of any depth.

    .. math::

        \tfrac12[F(x^-)+F(x^+)]=\tfrac12+\tfrac1\pi\int_0^\infty\mathrm{Re}\,G(x+iy)\,dy

    Parameters
    ----------
    q:
        [q_0, ..., q_(L-1)], the mean squares of the signals; a list of L numbers.
    alpha:
        [alpha_1, ..., alpha_(L-1)], the ranks of the projections; a list of L-1 numbers in (0, 1].
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    ensemble:
        how weights are drawn; "orthogonal" or "gaussian".
    x:
        the points; a list of at most 1000 numbers.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    F at each x, the middle of the jump at an atom

    Notes
    -----
    Valid: M -> infinity; projections.

    References
    ----------
    - T. Hayase, R. Karakida, The spectrum of Fisher information of deep networks achieving dynamical isometry, AISTATS
      2021, arXiv 2006.07814.
    """
    given = {
        "q": q,
        "alpha": alpha,
        "sigma_w2": sigma_w2,
        "ensemble": ensemble,
        "x": x,
        "cost_limit": cost_limit,
    }
    return call(_CDF, given, digits, on_error)


class Atoms(Record):
    """Values of `atoms`."""

    names = ("position", "mass")
    position = field("position")
    mass = field("mass")


_ATOMS = Spec("iso/atoms", Atoms)


def atoms(
    *,
    q: Any,
    alpha: Any,
    sigma_w2: Any,
    ensemble: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The atoms of the spectrum, exact at finite width too.

    .. math::

        A_k=\sum_{j\ge k}\sigma_w^{2(L-1-j)}q_j;\quad\text{mass}(1-\sum_l\epsilon_l)_+\text{ at }A_0,\
        (\epsilon_k-\sum_{j>k}\epsilon_j)_+\text{ at }A_k

    Parameters
    ----------
    q:
        [q_0, ..., q_(L-1)], the mean squares of the signals; a list of L numbers.
    alpha:
        [alpha_1, ..., alpha_(L-1)], the ranks of the projections; a list of L-1 numbers in (0, 1].
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    ensemble:
        how weights are drawn; "orthogonal" or "gaussian".
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [position, mass] of every atom, ascending

    Fields: position, mass.

    Notes
    -----
    Valid: projections; at finite width with the measured q and alpha (orthogonal weights).

    References
    ----------
    - T. Hayase, R. Karakida, The spectrum of Fisher information of deep networks achieving dynamical isometry, AISTATS
      2021, arXiv 2006.07814.
    """
    given = {
        "q": q,
        "alpha": alpha,
        "sigma_w2": sigma_w2,
        "ensemble": ensemble,
        "cost_limit": cost_limit,
    }
    return call(_ATOMS, given, digits, on_error)


_MOMENTS = Spec("iso/moments", None)


def moments(
    *,
    q: Any,
    sigma_w2: Any,
    slope_moments: Any,
    ensemble: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The first moments of the spectrum.

    .. math::

        m_1'=q+\sigma_w^2d_1m_1,\ \dots\ \text{by power series of the S-transforms}

    Parameters
    ----------
    q:
        [q_0, ..., q_(L-1)], the mean squares of the signals; a list of L numbers.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    slope_moments:
        E phi'^(2k), k = 1 to K; one row a layer; L-1 rows of K numbers each, or of rationals such as "4/5".
    ensemble:
        how weights are drawn; "orthogonal" or "gaussian".
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [m_1, ..., m_K]; K = 4 without hidden layers

    Notes
    -----
    Valid: M -> infinity; any activation.

    References
    ----------
    - T. Hayase, R. Karakida, The spectrum of Fisher information of deep networks achieving dynamical isometry, AISTATS
      2021, arXiv 2006.07814.
    - A. Nica, R. Speicher, Lectures on the combinatorics of free probability, Cambridge University Press 2006.

    Examples
    --------
    >>> import solvable
    >>> solvable.iso.moments(q=['1', '1', '1'], slope_moments=[['5/8', '17/32', '65/128', '257/512'], ['5/8', '17/32',
    ... '65/128', '257/512']], sigma_w2='8/5', ensemble='orthogonal')
    Numbers([  3.     ,  10.8    ,  43.9776 , 192.27456])
    """
    given = {
        "q": q,
        "sigma_w2": sigma_w2,
        "slope_moments": slope_moments,
        "ensemble": ensemble,
        "cost_limit": cost_limit,
    }
    return call(_MOMENTS, given, digits, on_error)


class LambdaMax(Record):
    """Values of `lambda_max`."""

    names = ("lambda_max", "top_atom")
    lambda_max = field("lambda_max")
    top_atom = field("top_atom")


_LAMBDA_MAX = Spec("iso/lambda-max", LambdaMax)


def lambda_max(
    *,
    q: Any,
    alpha: Any,
    sigma_w2: Any,
    ensemble: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The sharpness of a deep network at one input.

    .. math::

        \lambda_{\max}=\sum_l\sigma_w^{2(L-1-l)}q_l\ \text{with mass}\ 1-E\ \text{if}\ E<1;\ \text{else the edge of the
        bulk}

    Parameters
    ----------
    q:
        [q_0, ..., q_(L-1)], the mean squares of the signals; a list of L numbers.
    alpha:
        [alpha_1, ..., alpha_(L-1)], the ranks of the projections; a list of L-1 numbers in (0, 1].
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    ensemble:
        how weights are drawn; "orthogonal" or "gaussian".
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {lambda_max, top_atom: the mass of the atom there}

    Fields: lambda_max, top_atom.

    Notes
    -----
    Valid: M -> infinity; projections; exact at finite width for orthogonal weights, E < 1 and measured q.

    References
    ----------
    - T. Hayase, R. Karakida, The spectrum of Fisher information of deep networks achieving dynamical isometry, AISTATS
      2021, arXiv 2006.07814.

    Examples
    --------
    >>> import solvable
    >>> solvable.iso.lambda_max(q=[1.0, 1.0, 1.0], alpha=[0.5, 0.5], sigma_w2=2.0, ensemble='orthogonal')
    LambdaMax(lambda_max=7, top_atom=-0)
    """
    given = {
        "q": q,
        "alpha": alpha,
        "sigma_w2": sigma_w2,
        "ensemble": ensemble,
        "cost_limit": cost_limit,
    }
    return call(_LAMBDA_MAX, given, digits, on_error)


class StepSize(Record):
    """Values of `step_size`."""

    names = ("eta_c", "loss_ratio")
    eta_c = field("eta_c")
    loss_ratio = field("loss_ratio")


_STEP_SIZE = Spec("iso/step-size", StepSize)


def step_size(
    *,
    activation: Any,
    q0: Any,
    sigma_w2: Any,
    depth: Any,
    ensemble: Any,
    eta: Any = 1,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""The largest learning rate at which one sample is learnt.

    .. math::

        \eta_c=2/\lambda_{\max}(H_L)\ \text{for the loss}\ \tfrac1{2M}\|f-y\|^2

    Parameters
    ----------
    activation:
        the activation of the hidden layers; the name of an activation.
    q0:
        q_0, the mean square of the inputs; a number > 0.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    depth:
        L, the number of weight layers; an integer >= 1.
    ensemble:
        how weights are drawn; "orthogonal" or "gaussian".
    eta:
        a learning rate, in units of eta_c; a number. Default: 1.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {eta_c, loss_ratio: mean loss after one step at eta over that before}

    Fields: eta_c, loss_ratio.

    Notes
    -----
    Valid: small residuals; M -> infinity.

    References
    ----------
    - T. Hayase, R. Karakida, The spectrum of Fisher information of deep networks achieving dynamical isometry, AISTATS
      2021, arXiv 2006.07814.
    """
    given = {
        "activation": activation,
        "q0": q0,
        "sigma_w2": sigma_w2,
        "depth": depth,
        "ensemble": ensemble,
        "eta": eta,
        "cost_limit": cost_limit,
    }
    return call(_STEP_SIZE, given, digits, on_error)


class GaussianQuadraticLaw(Record):
    """Values of `gaussian_quadratic_law`."""

    names = ("x0", "kappa")
    x0 = field("x0")
    kappa = field("kappa")


_GAUSSIAN_QUADRATIC_LAW = Spec("iso/gaussian-quadratic-law", GaussianQuadraticLaw)


def gaussian_quadratic_law(*, cost_limit: Any = 2000000000.0, digits: bool = True, on_error: str = "raise") -> Any:
    r"""With Gaussian weights the sharpness grows with the square of the depth.

    .. math::

        \lambda_{\max}\simeq\kappa qL^2,\quad\kappa=\frac1{2(x_0^2-1)},\ x_0\tanh x_0=1

    Parameters
    ----------
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {x0, kappa}

    Fields: x0, kappa.

    Notes
    -----
    Valid: linear networks, sigma_w^2 = 1; relative correction 0.21/L.

    References
    ----------
    - T. Hayase, R. Karakida, The spectrum of Fisher information of deep networks achieving dynamical isometry, AISTATS
      2021, arXiv 2006.07814.

    Examples
    --------
    >>> import solvable
    >>> solvable.iso.gaussian_quadratic_law()
    GaussianQuadraticLaw(x0=1.19968, kappa=1.13836)
    """
    return call(_GAUSSIAN_QUADRATIC_LAW, {"cost_limit": cost_limit}, digits, on_error)


class Jacobian(Record):
    """Values of `jacobian`."""

    names = ("mean", "relative_variance", "bulk_upper_edge", "top_atom")
    mean = field("mean")
    relative_variance = field("relative_variance")
    bulk_upper_edge = field("bulk_upper_edge")
    top_atom = field("top_atom")


_JACOBIAN = Spec("iso/jacobian", Jacobian)


def jacobian(
    *,
    alpha: Any,
    depth: Any,
    sigma_w2: Any,
    ensemble: Any,
    cost_limit: Any = 2000000000.0,
    digits: bool = True,
    on_error: str = "raise",
) -> Any:
    r"""Squared singular values of the input-output Jacobian.

    .. math::

        \text{mean}\ \sigma_w^{2L}\alpha^n,\ \text{relative variance}\ n\epsilon/\alpha\ (+L\ \text{Gaussian}),\ n=L-1

    Parameters
    ----------
    alpha:
        the rank of the projections of all layers; a number in (0, 1].
    depth:
        L, the number of weight layers; an integer >= 1.
    sigma_w2:
        sigma_w^2, the variance of a weight times its fan-in; a number > 0.
    ensemble:
        how weights are drawn; "orthogonal" or "gaussian".
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    {mean, relative_variance, bulk_upper_edge, top_atom}

    Fields: mean, relative_variance, bulk_upper_edge, top_atom.

    Notes
    -----
    Valid: M -> infinity; equal projections; depth >= 3 for orthogonal weights.

    References
    ----------
    - J. Pennington, S. S. Schoenholz, S. Ganguli, Resurrecting the sigmoid in deep learning through dynamical isometry:
      theory and practice, NeurIPS 2017, arXiv 1711.04735.
    - J. Pennington, S. S. Schoenholz, S. Ganguli, The emergence of spectral universality in deep networks, AISTATS
      2018, arXiv 1802.09979.

    Examples
    --------
    >>> import solvable
    >>> solvable.iso.jacobian(alpha=0.9, depth=8, sigma_w2=1.0, ensemble='gaussian')
    Jacobian(mean=0.478297, relative_variance=8.77778, bulk_upper_edge=11.9981, top_atom=0)
    """
    given = {
        "alpha": alpha,
        "depth": depth,
        "sigma_w2": sigma_w2,
        "ensemble": ensemble,
        "cost_limit": cost_limit,
    }
    return call(_JACOBIAN, given, digits, on_error)


class DepthLimit(Record):
    """Values of `depth_limit`."""

    names = ("G_re", "G_im")
    G_re = field("G_re")
    G_im = field("G_im")


_DEPTH_LIMIT = Spec("iso/depth-limit", DepthLimit)


def depth_limit(*, c: Any, z: Any, cost_limit: Any = 2000000000.0, digits: bool = True, on_error: str = "raise") -> Any:
    r"""The spectrum of infinitely deep isometric networks.

    .. math::

        zG\,e^{-G/c}\left[\mathrm{Ei}(G/c)-\mathrm{Ei}(G/c-\ln zG)\right]=c

    Parameters
    ----------
    c:
        E, the sum of all defects; a number > 0.
    z:
        points in the upper half plane; a list of at most 1000 pairs [re, im], im > 0.
    cost_limit:
        the number of elementary operations (about a nanosecond each) that one evaluation may take; a number > 0.
        Default: 2000000000.0.
    digits, on_error:
        As in `solvable.predict`.

    Returns
    -------
    [Re G, Im G] of H_L/(qL) for each z

    Fields: G_re, G_im.

    Notes
    -----
    Valid: orthogonal weights, epsilon_l = c/L, q_l = q, sigma_w^2 = 1, L -> infinity after M -> infinity.

    References
    ----------
    - T. Hayase, R. Karakida, The spectrum of Fisher information of deep networks achieving dynamical isometry, AISTATS
      2021, arXiv 2006.07814.

    Examples
    --------
    >>> import solvable
    >>> solvable.iso.depth_limit(c=2.0, z=[[0.3, 0.05]])
    DepthLimit(G_re=[-0.38634], G_im=[-3.168231])
    """
    return call(_DEPTH_LIMIT, {"c": c, "z": z, "cost_limit": cost_limit}, digits, on_error)


__all__ = [
    "Atoms",
    "CauchyTransform",
    "DepthLimit",
    "Fluctuations",
    "Forward",
    "GaussianQuadraticLaw",
    "Jacobian",
    "LambdaMax",
    "StepSize",
    "TwoHiddenDensity",
    "atoms",
    "cauchy_transform",
    "cdf",
    "depth_limit",
    "fluctuations",
    "forward",
    "gaussian_quadratic_law",
    "jacobian",
    "lambda_max",
    "moments",
    "path",
    "step_size",
    "two_hidden_density",
]
