# mypy: disable-error-code="overload-overlap"
"""Predictions: attention as a Boltzmann machine.

Written by generate.py from the catalogue.
"""

from typing import Any, Generic, Literal, TypeVar, overload

from ._call import Spec
from .answer import Number, Numbers, Record, Word
from .typing import Array, Flags, FloatArray, Integer, IntegerList, Integers, Real, RealList, Reals, Rows, WordList, Words

_T = TypeVar("_T")

_LOG_Z: Spec

@overload
def log_z(
    *,
    xi: Rows | None = ...,
    b: RealList | None = ...,
    c: RealList | None = ...,
    sigma2: Real = ...,
    n: Real | None = ...,
    beta: Real | None = ...,
    K: Integer | None = ...,
    method: str = ...,
    what: Any = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def log_z(
    *,
    xi: Array | None = ...,
    b: Array | None = ...,
    c: Array | None = ...,
    sigma2: Reals = ...,
    n: Reals | None = ...,
    beta: Reals | None = ...,
    K: Integers | None = ...,
    method: Words = ...,
    what: Any = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_COMPOSITION_COUNT: Spec

@overload
def composition_count(
    *,
    K: Integer,
    n: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def composition_count(
    *,
    K: Integers,
    n: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_LOG_Z_KAPPA: Spec

@overload
def log_z_kappa(
    *,
    xi: Rows,
    kappa: Real,
    b: RealList | None = ...,
    c: RealList | None = ...,
    sigma2: Real = ...,
    n: Real | None = ...,
    beta: Real | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def log_z_kappa(
    *,
    xi: Array,
    kappa: Reals,
    b: Array | None = ...,
    c: Array | None = ...,
    sigma2: Reals = ...,
    n: Reals | None = ...,
    beta: Reals | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_LOG_Z_ANY_BETA_K2: Spec

@overload
def log_z_any_beta_k2(
    *,
    xi: Rows,
    b: RealList | None = ...,
    c: RealList | None = ...,
    sigma2: Real = ...,
    n: Real | None = ...,
    beta: Real | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def log_z_any_beta_k2(
    *,
    xi: Array,
    b: Array | None = ...,
    c: Array | None = ...,
    sigma2: Reals = ...,
    n: Reals | None = ...,
    beta: Reals | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class LogZSandwich(Record, Generic[_T]):
    names = ("lower", "upper")
    @property
    def lower(self) -> _T: ...
    @property
    def upper(self) -> _T: ...

_LOG_Z_SANDWICH: Spec

@overload
def log_z_sandwich(
    *,
    xi: Rows,
    b: RealList | None = ...,
    c: RealList | None = ...,
    sigma2: Real = ...,
    n: Real | None = ...,
    beta: Real | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> LogZSandwich[float]: ...
@overload
def log_z_sandwich(
    *,
    xi: Array,
    b: Array | None = ...,
    c: Array | None = ...,
    sigma2: Reals = ...,
    n: Reals | None = ...,
    beta: Reals | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> LogZSandwich[FloatArray]: ...

_LOG_Z_BINARY: Spec

@overload
def log_z_binary(
    *,
    xi: Rows,
    b: RealList | None = ...,
    c: RealList | None = ...,
    sigma2: Real = ...,
    n: Real | None = ...,
    beta: Real | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def log_z_binary(
    *,
    xi: Array,
    b: Array | None = ...,
    c: Array | None = ...,
    sigma2: Reals = ...,
    n: Reals | None = ...,
    beta: Reals | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_GRAD_LOG_Z: Spec

@overload
def grad_log_z(
    *,
    xi: Rows,
    b: RealList | None = ...,
    c: RealList | None = ...,
    sigma2: Real = ...,
    n: Real | None = ...,
    beta: Real | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def grad_log_z(
    *,
    xi: Array,
    b: Array | None = ...,
    c: Array | None = ...,
    sigma2: Reals = ...,
    n: Reals | None = ...,
    beta: Reals | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_MOMENTS: Spec

@overload
def moments(
    *,
    xi: Rows,
    b: RealList | None = ...,
    c: RealList | None = ...,
    sigma2: Real = ...,
    n: Real | None = ...,
    beta: Real | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def moments(
    *,
    xi: Array,
    b: Array | None = ...,
    c: Array | None = ...,
    sigma2: Reals = ...,
    n: Reals | None = ...,
    beta: Reals | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_MEAN_ATTENTION_ENTROPY: Spec

@overload
def mean_attention_entropy(
    *,
    xi: Rows,
    b: RealList | None = ...,
    c: RealList | None = ...,
    sigma2: Real = ...,
    n: Real | None = ...,
    beta: Real | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def mean_attention_entropy(
    *,
    xi: Array,
    b: Array | None = ...,
    c: Array | None = ...,
    sigma2: Reals = ...,
    n: Reals | None = ...,
    beta: Reals | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_RENYI: Spec

@overload
def renyi(
    *,
    xi: Rows,
    order: Integer,
    b: RealList | None = ...,
    c: RealList | None = ...,
    sigma2: Real = ...,
    n: Real | None = ...,
    beta: Real | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def renyi(
    *,
    xi: Array,
    order: Integers,
    b: Array | None = ...,
    c: Array | None = ...,
    sigma2: Reals = ...,
    n: Reals | None = ...,
    beta: Reals | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_IMPORTANCE_MOMENT: Spec

@overload
def importance_moment(
    *,
    xi: Rows,
    b: RealList | None = ...,
    c: RealList | None = ...,
    sigma2: Real = ...,
    n: Real | None = ...,
    beta: Real | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def importance_moment(
    *,
    xi: Array,
    b: Array | None = ...,
    c: Array | None = ...,
    sigma2: Reals = ...,
    n: Reals | None = ...,
    beta: Reals | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_FISHER_XI: Spec

@overload
def fisher_xi(
    *,
    xi: Rows,
    b: RealList | None = ...,
    c: RealList | None = ...,
    sigma2: Real = ...,
    n: Real | None = ...,
    beta: Real | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def fisher_xi(
    *,
    xi: Array,
    b: Array | None = ...,
    c: Array | None = ...,
    sigma2: Reals = ...,
    n: Reals | None = ...,
    beta: Reals | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_GBRBM_LOG_Z: Spec

@overload
def gbrbm_log_z(
    *,
    w: Rows,
    b: RealList | None = ...,
    c: RealList | None = ...,
    sigma2: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def gbrbm_log_z(
    *,
    w: Array,
    b: Array | None = ...,
    c: Array | None = ...,
    sigma2: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_DSM_VALUE: Spec

@overload
def dsm_value(
    *,
    teacher: Any,
    student: Any,
    noise_var: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def dsm_value(
    *,
    teacher: Any,
    student: Any,
    noise_var: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_DSM_MIN: Spec

@overload
def dsm_min(
    *,
    teacher: Any,
    noise_var: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def dsm_min(
    *,
    teacher: Any,
    noise_var: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_ML_LINEAR_RATE: Spec

@overload
def ml_linear_rate(
    *,
    K: Integer,
    eigenvalue: Real,
    n: Real | None = ...,
    beta: Real | None = ...,
    sigma2: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def ml_linear_rate(
    *,
    K: Integers,
    eigenvalue: Reals,
    n: Reals | None = ...,
    beta: Reals | None = ...,
    sigma2: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_ML_GAP: Spec

@overload
def ml_gap(
    *,
    K: Integer,
    d: Integer,
    N: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def ml_gap(
    *,
    K: Integers,
    d: Integers,
    N: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_POTTS_SPINODAL: Spec

@overload
def potts_spinodal(
    *,
    K: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def potts_spinodal(
    *,
    K: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_POTTS_COEXISTENCE: Spec

@overload
def potts_coexistence(
    *,
    K: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def potts_coexistence(
    *,
    K: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_POTTS_OVERLAP: Spec

@overload
def potts_overlap(
    *,
    K: Integer,
    x: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def potts_overlap(
    *,
    K: Integers,
    x: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


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
