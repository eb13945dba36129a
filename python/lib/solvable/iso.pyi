# mypy: disable-error-code="overload-overlap"
"""Predictions: dynamical isometry.

Written by generate.py from the catalogue.
"""

from typing import Any, Generic, Literal, TypeVar, overload

from ._call import Spec
from .answer import Number, Numbers, Record, Word
from .typing import Array, Flags, FloatArray, Integer, IntegerList, Integers, Real, RealList, Reals, Rows, WordList, Words

_T = TypeVar("_T")


class Forward(Record, Generic[_T]):
    names = ("q", "d1", "d2")
    @property
    def q(self) -> FloatArray: ...
    @property
    def d1(self) -> FloatArray: ...
    @property
    def d2(self) -> FloatArray: ...

_FORWARD: Spec

@overload
def forward(
    *,
    activation: str,
    q0: Real,
    sigma_w2: Real,
    depth: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Forward[float]: ...
@overload
def forward(
    *,
    activation: Words,
    q0: Reals,
    sigma_w2: Reals,
    depth: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Forward[FloatArray]: ...


class Fluctuations(Record, Generic[_T]):
    names = ("q", "alpha")
    @property
    def q(self) -> FloatArray: ...
    @property
    def alpha(self) -> FloatArray: ...

_FLUCTUATIONS: Spec

@overload
def fluctuations(
    *,
    activation: str,
    q0: Real,
    sigma_w2: Real,
    depth: Integer,
    ensemble: str,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Fluctuations[float]: ...
@overload
def fluctuations(
    *,
    activation: Words,
    q0: Reals,
    sigma_w2: Reals,
    depth: Integers,
    ensemble: Words,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Fluctuations[FloatArray]: ...

_PATH: Spec

@overload
def path(
    *,
    depth: Integer,
    c: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def path(
    *,
    depth: Integers,
    c: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class TwoHiddenDensity(Record, Generic[_T]):
    names = ("edges", "atoms", "density", "cdf")
    @property
    def edges(self) -> FloatArray: ...
    @property
    def atoms(self) -> Any: ...
    @property
    def density(self) -> FloatArray: ...
    @property
    def cdf(self) -> FloatArray: ...

_TWO_HIDDEN_DENSITY: Spec

@overload
def two_hidden_density(
    *,
    q: RealList,
    alpha: RealList,
    sigma_w2: Real,
    x: RealList,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> TwoHiddenDensity[float]: ...
@overload
def two_hidden_density(
    *,
    q: Array,
    alpha: Array,
    sigma_w2: Reals,
    x: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> TwoHiddenDensity[FloatArray]: ...


class CauchyTransform(Record, Generic[_T]):
    names = ("G_re", "G_im")
    @property
    def G_re(self) -> FloatArray: ...
    @property
    def G_im(self) -> FloatArray: ...

_CAUCHY_TRANSFORM: Spec

@overload
def cauchy_transform(
    *,
    q: RealList,
    alpha: RealList,
    sigma_w2: Real,
    ensemble: str,
    z: Rows,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> CauchyTransform[float]: ...
@overload
def cauchy_transform(
    *,
    q: Array,
    alpha: Array,
    sigma_w2: Reals,
    ensemble: Words,
    z: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> CauchyTransform[FloatArray]: ...

_CDF: Spec

@overload
def cdf(
    *,
    q: RealList,
    alpha: RealList,
    sigma_w2: Real,
    ensemble: str,
    x: RealList,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def cdf(
    *,
    q: Array,
    alpha: Array,
    sigma_w2: Reals,
    ensemble: Words,
    x: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class Atoms(Record, Generic[_T]):
    names = ("position", "mass")
    @property
    def position(self) -> FloatArray: ...
    @property
    def mass(self) -> FloatArray: ...

_ATOMS: Spec

@overload
def atoms(
    *,
    q: RealList,
    alpha: RealList,
    sigma_w2: Real,
    ensemble: str,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Atoms[float]: ...
@overload
def atoms(
    *,
    q: Array,
    alpha: Array,
    sigma_w2: Reals,
    ensemble: Words,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Atoms[FloatArray]: ...

_MOMENTS: Spec

@overload
def moments(
    *,
    q: RealList,
    sigma_w2: Real,
    slope_moments: Rows,
    ensemble: str,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def moments(
    *,
    q: Array,
    sigma_w2: Reals,
    slope_moments: Array,
    ensemble: Words,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class LambdaMax(Record, Generic[_T]):
    names = ("lambda_max", "top_atom")
    @property
    def lambda_max(self) -> _T: ...
    @property
    def top_atom(self) -> _T: ...

_LAMBDA_MAX: Spec

@overload
def lambda_max(
    *,
    q: RealList,
    alpha: RealList,
    sigma_w2: Real,
    ensemble: str,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> LambdaMax[float]: ...
@overload
def lambda_max(
    *,
    q: Array,
    alpha: Array,
    sigma_w2: Reals,
    ensemble: Words,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> LambdaMax[FloatArray]: ...


class StepSize(Record, Generic[_T]):
    names = ("eta_c", "loss_ratio")
    @property
    def eta_c(self) -> _T: ...
    @property
    def loss_ratio(self) -> _T: ...

_STEP_SIZE: Spec

@overload
def step_size(
    *,
    activation: str,
    q0: Real,
    sigma_w2: Real,
    depth: Integer,
    ensemble: str,
    eta: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> StepSize[float]: ...
@overload
def step_size(
    *,
    activation: Words,
    q0: Reals,
    sigma_w2: Reals,
    depth: Integers,
    ensemble: Words,
    eta: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> StepSize[FloatArray]: ...


class GaussianQuadraticLaw(Record, Generic[_T]):
    names = ("x0", "kappa")
    @property
    def x0(self) -> _T: ...
    @property
    def kappa(self) -> _T: ...

_GAUSSIAN_QUADRATIC_LAW: Spec

def gaussian_quadratic_law(
    *,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> GaussianQuadraticLaw[float]: ...


class Jacobian(Record, Generic[_T]):
    names = ("mean", "relative_variance", "bulk_upper_edge", "top_atom")
    @property
    def mean(self) -> _T: ...
    @property
    def relative_variance(self) -> _T: ...
    @property
    def bulk_upper_edge(self) -> _T: ...
    @property
    def top_atom(self) -> _T: ...

_JACOBIAN: Spec

@overload
def jacobian(
    *,
    alpha: Real,
    depth: Integer,
    sigma_w2: Real,
    ensemble: str,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Jacobian[float]: ...
@overload
def jacobian(
    *,
    alpha: Reals,
    depth: Integers,
    sigma_w2: Reals,
    ensemble: Words,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Jacobian[FloatArray]: ...


class DepthLimit(Record, Generic[_T]):
    names = ("G_re", "G_im")
    @property
    def G_re(self) -> FloatArray: ...
    @property
    def G_im(self) -> FloatArray: ...

_DEPTH_LIMIT: Spec

@overload
def depth_limit(
    *,
    c: Real,
    z: Rows,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> DepthLimit[float]: ...
@overload
def depth_limit(
    *,
    c: Reals,
    z: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> DepthLimit[FloatArray]: ...


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
