# mypy: disable-error-code="overload-overlap"
"""Predictions: gradient regularization.

Written by generate.py from the catalogue.
"""

from typing import Any, Generic, Literal, TypeVar, overload

from ._call import Spec
from .answer import Number, Numbers, Record, Word
from .typing import Array, Flags, FloatArray, Integer, IntegerList, Integers, Real, RealList, Reals, Rows, WordList, Words

_T = TypeVar("_T")

_POTENTIAL: Spec

@overload
def potential(
    *,
    beta: RealList,
    alpha: RealList,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def potential(
    *,
    beta: Array,
    alpha: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_ARGMIN: Spec

@overload
def argmin(
    *,
    X: Rows,
    y: RealList,
    alpha: RealList,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def argmin(
    *,
    X: Array,
    y: Array,
    alpha: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_FLOW_STATE: Spec

@overload
def flow_state(
    *,
    X: Rows,
    y: RealList,
    alpha0: Real,
    gamma: Real,
    epsilon: Real,
    t: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def flow_state(
    *,
    X: Array,
    y: Array,
    alpha0: Reals,
    gamma: Reals,
    epsilon: Reals,
    t: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_SCALAR_LOG_ALPHA_SQ: Spec

@overload
def scalar_log_alpha_sq(
    *,
    kappa: Real,
    beta_star: Real,
    alpha0: Real,
    gamma: Real,
    epsilon: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def scalar_log_alpha_sq(
    *,
    kappa: Reals,
    beta_star: Reals,
    alpha0: Reals,
    gamma: Reals,
    epsilon: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_SCALAR_FIRST_ORDER: Spec

@overload
def scalar_first_order(
    *,
    kappa: Real,
    beta_star: Real,
    alpha0: Real,
    epsilon: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def scalar_first_order(
    *,
    kappa: Reals,
    beta_star: Reals,
    alpha0: Reals,
    epsilon: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_RICH_LOG_ALPHA_SQ: Spec

@overload
def rich_log_alpha_sq(
    *,
    kappa: Real,
    beta_star: Real,
    alpha0: Real,
    gamma: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def rich_log_alpha_sq(
    *,
    kappa: Reals,
    beta_star: Reals,
    alpha0: Reals,
    gamma: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_RICH_EXPONENTS: Spec

@overload
def rich_exponents(
    *,
    X: Rows,
    y: RealList,
    gamma: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def rich_exponents(
    *,
    X: Array,
    y: Array,
    gamma: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_LAZY_LOG_RATIO: Spec

@overload
def lazy_log_ratio(
    *,
    X: Rows,
    y: RealList,
    alpha0: Real,
    gamma: Real,
    epsilon: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def lazy_log_ratio(
    *,
    X: Array,
    y: Array,
    alpha0: Reals,
    gamma: Reals,
    epsilon: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_MEAN_MODE: Spec

@overload
def mean_mode(
    *,
    X: Rows,
    y: RealList,
    alpha0: Real,
    gamma: Real,
    epsilon: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def mean_mode(
    *,
    X: Array,
    y: Array,
    alpha0: Reals,
    gamma: Reals,
    epsilon: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_REGULARISER_GRADIENT: Spec

@overload
def regulariser_gradient(
    *,
    X: Rows,
    y: RealList,
    w: RealList,
    epsilon: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def regulariser_gradient(
    *,
    X: Array,
    y: Array,
    w: Array,
    epsilon: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_SAM_GRADIENT: Spec

@overload
def sam_gradient(
    *,
    X: Rows,
    y: RealList,
    w: RealList,
    rho: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def sam_gradient(
    *,
    X: Array,
    y: Array,
    w: Array,
    rho: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_FLOODING_TWO_STEPS: Spec

@overload
def flooding_two_steps(
    *,
    X: Rows,
    y: RealList,
    w: RealList,
    eta: Real,
    first: str,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def flooding_two_steps(
    *,
    X: Array,
    y: Array,
    w: Array,
    eta: Reals,
    first: Words,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_CRITICAL_STEP: Spec

@overload
def critical_step(
    *,
    sharpness: Real,
    gamma: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def critical_step(
    *,
    sharpness: Reals,
    gamma: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class MatmulCount(Record, Generic[_T]):
    names = ("gradient", "finite_difference", "double_backpropagation")
    @property
    def gradient(self) -> _T: ...
    @property
    def finite_difference(self) -> _T: ...
    @property
    def double_backpropagation(self) -> _T: ...

_MATMUL_COUNT: Spec

@overload
def matmul_count(
    *,
    layers: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> MatmulCount[float]: ...
@overload
def matmul_count(
    *,
    layers: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> MatmulCount[FloatArray]: ...

_LABEL_NOISE: Spec

@overload
def label_noise(
    *,
    X: Rows,
    y: RealList,
    eta: Real,
    sigma: Real,
    steps: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def label_noise(
    *,
    X: Array,
    y: Array,
    eta: Reals,
    sigma: Reals,
    steps: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_DEEP_TRAP: Spec

@overload
def deep_trap(
    *,
    depth: Integer,
    s_star: Real,
    epsilon: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def deep_trap(
    *,
    depth: Integers,
    s_star: Reals,
    epsilon: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_MATRIX_TRAP: Spec

@overload
def matrix_trap(
    *,
    modes: RealList,
    gamma: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def matrix_trap(
    *,
    modes: Array,
    gamma: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


__all__ = [
    "MatmulCount",
    "argmin",
    "critical_step",
    "deep_trap",
    "flooding_two_steps",
    "flow_state",
    "label_noise",
    "lazy_log_ratio",
    "matmul_count",
    "matrix_trap",
    "mean_mode",
    "potential",
    "regulariser_gradient",
    "rich_exponents",
    "rich_log_alpha_sq",
    "sam_gradient",
    "scalar_first_order",
    "scalar_log_alpha_sq",
]
