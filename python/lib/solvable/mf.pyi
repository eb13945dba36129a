# mypy: disable-error-code="overload-overlap"
"""Predictions: mean-field theory of random networks.

Written by generate.py from the catalogue.
"""

from typing import Any, Generic, Literal, TypeVar, overload

from ._call import Spec
from .answer import Number, Numbers, Record, Word
from .typing import Array, Flags, FloatArray, Integer, IntegerList, Integers, Real, RealList, Reals, Rows, WordList, Words

_T = TypeVar("_T")


class KernelPair(Record, Generic[_T]):
    names = ("K", "K_dot")
    @property
    def K(self) -> _T: ...
    @property
    def K_dot(self) -> _T: ...

_KERNEL_PAIR: Spec

@overload
def kernel_pair(
    *,
    activation: str,
    q1: Real,
    q2: Real,
    q12: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> KernelPair[float]: ...
@overload
def kernel_pair(
    *,
    activation: Words,
    q1: Reals,
    q2: Reals,
    q12: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> KernelPair[FloatArray]: ...


class OrderParameters(Record, Generic[_T]):
    names = ("qhat_t", "qhat_st", "qtilde_t", "qtilde_st", "q_t", "q_st")
    @property
    def qhat_t(self) -> FloatArray: ...
    @property
    def qhat_st(self) -> FloatArray: ...
    @property
    def qtilde_t(self) -> FloatArray: ...
    @property
    def qtilde_st(self) -> FloatArray: ...
    @property
    def q_t(self) -> FloatArray: ...
    @property
    def q_st(self) -> FloatArray: ...

_ORDER_PARAMETERS: Spec

@overload
def order_parameters(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> OrderParameters[float]: ...
@overload
def order_parameters(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> OrderParameters[FloatArray]: ...


class Theta(Record, Generic[_T]):
    names = ("theta_t", "theta_st")
    @property
    def theta_t(self) -> _T: ...
    @property
    def theta_st(self) -> _T: ...

_THETA: Spec

@overload
def theta(
    *,
    activation: str,
    widths: IntegerList,
    sigma_w2: Real,
    sigma_b2: Real,
    train_bias: bool = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Theta[float]: ...
@overload
def theta(
    *,
    activation: Words,
    widths: Array,
    sigma_w2: Reals,
    sigma_b2: Reals,
    train_bias: Flags = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Theta[FloatArray]: ...


class Kappa(Record, Generic[_T]):
    names = ("kappa_1", "kappa_2", "alpha")
    @property
    def kappa_1(self) -> _T: ...
    @property
    def kappa_2(self) -> _T: ...
    @property
    def alpha(self) -> _T: ...

_KAPPA: Spec

@overload
def kappa(
    *,
    activation: str,
    sigma_w2: Real,
    sigma_b2: Real,
    alphas: RealList,
    depth: Integer | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Kappa[float]: ...
@overload
def kappa(
    *,
    activation: Words,
    sigma_w2: Reals,
    sigma_b2: Reals,
    alphas: Array,
    depth: Integers | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Kappa[FloatArray]: ...


class FimStats(Record, Generic[_T]):
    names = ("theta_t", "theta_st", "m_lambda", "s_lambda", "lambda_max", "eta_c")
    @property
    def theta_t(self) -> _T: ...
    @property
    def theta_st(self) -> _T: ...
    @property
    def m_lambda(self) -> _T: ...
    @property
    def s_lambda(self) -> _T: ...
    @property
    def lambda_max(self) -> _T: ...
    @property
    def eta_c(self) -> _T: ...

_FIM_STATS: Spec

@overload
def fim_stats(
    *,
    activation: str,
    widths: IntegerList,
    N: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    train_bias: bool = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FimStats[float]: ...
@overload
def fim_stats(
    *,
    activation: Words,
    widths: Array,
    N: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    train_bias: Flags = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FimStats[FloatArray]: ...


class SVariance(Record, Generic[_T]):
    names = ("variance", "s_lambda")
    @property
    def variance(self) -> _T: ...
    @property
    def s_lambda(self) -> _T: ...

_S_VARIANCE: Spec

@overload
def s_variance(
    *,
    activation: str,
    widths: IntegerList,
    N: Integer,
    sigma_w2: Real,
    sigma_b2: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> SVariance[float]: ...
@overload
def s_variance(
    *,
    activation: Words,
    widths: Array,
    N: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> SVariance[FloatArray]: ...


class FisherRao(Record, Generic[_T]):
    names = ("S", "R", "q", "block")
    @property
    def S(self) -> _T: ...
    @property
    def R(self) -> _T: ...
    @property
    def q(self) -> _T: ...
    @property
    def block(self) -> _T: ...

_FISHER_RAO: Spec

@overload
def fisher_rao(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FisherRao[float]: ...
@overload
def fisher_rao(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FisherRao[FloatArray]: ...


class NtkPair(Record, Generic[_T]):
    names = ("ntk_with_bias", "ntk_without_bias", "standard_with_bias", "standard_without_bias")
    @property
    def ntk_with_bias(self) -> _T: ...
    @property
    def ntk_without_bias(self) -> _T: ...
    @property
    def standard_with_bias(self) -> _T: ...
    @property
    def standard_without_bias(self) -> _T: ...

_NTK_PAIR: Spec

@overload
def ntk_pair(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    xx: Real,
    xy: Real,
    yy: Real,
    width: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> NtkPair[float]: ...
@overload
def ntk_pair(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    xx: Reals,
    xy: Reals,
    yy: Reals,
    width: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> NtkPair[FloatArray]: ...


class NtkParametrization(Record, Generic[_T]):
    names = ("weights", "biases", "spectral_factor")
    @property
    def weights(self) -> FloatArray: ...
    @property
    def biases(self) -> _T: ...
    @property
    def spectral_factor(self) -> _T: ...

_NTK_PARAMETRIZATION: Spec

@overload
def ntk_parametrization(
    *,
    widths: IntegerList,
    sigma_w2: Real,
    sigma_b2: Real,
    train_bias: bool = ...,
    activation: str = ...,
    eta_ntk: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> NtkParametrization[float]: ...
@overload
def ntk_parametrization(
    *,
    widths: Array,
    sigma_w2: Reals,
    sigma_b2: Reals,
    train_bias: Flags = ...,
    activation: Words = ...,
    eta_ntk: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> NtkParametrization[FloatArray]: ...


class FixedPoint(Record, Generic[_T]):
    names = ("q_star", "c_star", "chi_1", "chi_q", "xi_q", "xi_c")
    @property
    def q_star(self) -> _T: ...
    @property
    def c_star(self) -> _T: ...
    @property
    def chi_1(self) -> _T: ...
    @property
    def chi_q(self) -> _T: ...
    @property
    def xi_q(self) -> _T: ...
    @property
    def xi_c(self) -> _T: ...

_FIXED_POINT: Spec

@overload
def fixed_point(
    *,
    activation: str,
    sigma_w2: Real,
    sigma_b2: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FixedPoint[float]: ...
@overload
def fixed_point(
    *,
    activation: Words,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FixedPoint[FloatArray]: ...


class CriticalLine(Record, Generic[_T]):
    names = ("sigma_w2", "sigma_b2")
    @property
    def sigma_w2(self) -> _T: ...
    @property
    def sigma_b2(self) -> _T: ...

_CRITICAL_LINE: Spec

@overload
def critical_line(
    *,
    activation: str,
    q_star: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> CriticalLine[float]: ...
@overload
def critical_line(
    *,
    activation: Words,
    q_star: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> CriticalLine[FloatArray]: ...


__all__ = [
    "CriticalLine",
    "FimStats",
    "FisherRao",
    "FixedPoint",
    "Kappa",
    "KernelPair",
    "NtkPair",
    "NtkParametrization",
    "OrderParameters",
    "SVariance",
    "Theta",
    "critical_line",
    "fim_stats",
    "fisher_rao",
    "fixed_point",
    "kappa",
    "kernel_pair",
    "ntk_pair",
    "ntk_parametrization",
    "order_parameters",
    "s_variance",
    "theta",
]
