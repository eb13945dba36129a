# mypy: disable-error-code="overload-overlap"
"""Predictions: random energies.

Written by generate.py from the catalogue.
"""

from typing import Any, Generic, Literal, TypeVar, overload

from ._call import Spec
from .answer import Number, Numbers, Record, Word
from .typing import Array, Flags, FloatArray, Integer, IntegerList, Integers, Real, RealList, Reals, Rows, WordList, Words

_T = TypeVar("_T")

_ALPHA1_SPHERICAL: Spec

@overload
def alpha1_spherical(
    *,
    lambda_: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def alpha1_spherical(
    *,
    lambda_: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_ALPHA1_ISING: Spec

@overload
def alpha1_ising(
    *,
    lambda_: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def alpha1_ising(
    *,
    lambda_: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_ALPHA1_GAUSSIAN: Spec

@overload
def alpha1_gaussian(
    *,
    lambda_: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def alpha1_gaussian(
    *,
    lambda_: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_ALPHAN_SPHERICAL: Spec

@overload
def alphaN_spherical(
    *,
    N: Integer,
    lambda_: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def alphaN_spherical(
    *,
    N: Integers,
    lambda_: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_ATTENTION_WEIGHT: Spec

@overload
def attention_weight(
    *,
    ensemble: str,
    N: Integer,
    lambda_: Real,
    P: Real,
    m: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def attention_weight(
    *,
    ensemble: Words,
    N: Integers,
    lambda_: Reals,
    P: Reals,
    m: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_GAUSSIAN_SUCCESS_HARD: Spec

@overload
def gaussian_success_hard(
    *,
    N: Integer,
    P: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def gaussian_success_hard(
    *,
    N: Integers,
    P: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_GAUSSIAN_PAIR_FAILURE: Spec

@overload
def gaussian_pair_failure(
    *,
    N: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def gaussian_pair_failure(
    *,
    N: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_GAUSSIAN_ALL: Spec

@overload
def gaussian_all(
    *,
    lambda_: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def gaussian_all(
    *,
    lambda_: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_QUENCHED_LOG_Z: Spec

@overload
def quenched_log_z(
    *,
    kappa: Real,
    theta: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def quenched_log_z(
    *,
    kappa: Reals,
    theta: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_GAUSSIAN_TYPICAL: Spec

@overload
def gaussian_typical(
    *,
    N: Integer,
    lambda_: Real,
    P: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def gaussian_typical(
    *,
    N: Integers,
    lambda_: Reals,
    P: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class CondensedLogZ(Record, Generic[_T]):
    names = ("f", "inverse_participation")
    @property
    def f(self) -> _T: ...
    @property
    def inverse_participation(self) -> _T: ...

_CONDENSED_LOG_Z: Spec

@overload
def condensed_log_z(
    *,
    d: Integer,
    K: Real,
    theta: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> CondensedLogZ[float]: ...
@overload
def condensed_log_z(
    *,
    d: Integers,
    K: Reals,
    theta: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> CondensedLogZ[FloatArray]: ...


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
