# mypy: disable-error-code="overload-overlap"
"""Predictions: self-paced augmentation.

Written by generate.py from the catalogue.
"""

from typing import Any, Generic, Literal, TypeVar, overload

from ._call import Spec
from .answer import Number, Numbers, Record, Word
from .typing import Array, Flags, FloatArray, Integer, IntegerList, Integers, Real, RealList, Reals, Rows, WordList, Words

_T = TypeVar("_T")

_CA_IS_RIDGE: Spec

@overload
def ca_is_ridge(
    *,
    s2: Real,
    p: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def ca_is_ridge(
    *,
    s2: Reals,
    p: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class RidgeObservables(Record, Generic[_T]):
    names = ("R", "v", "W")
    @property
    def R(self) -> _T: ...
    @property
    def v(self) -> _T: ...
    @property
    def W(self) -> _T: ...

_RIDGE_OBSERVABLES: Spec

@overload
def ridge_observables(
    *,
    psi: Real,
    r2: Real,
    sigma2: Real,
    lambda_ridge: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> RidgeObservables[float]: ...
@overload
def ridge_observables(
    *,
    psi: Reals,
    r2: Reals,
    sigma2: Reals,
    lambda_ridge: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> RidgeObservables[FloatArray]: ...


class FixedPoint(Record, Generic[_T]):
    names = ("lambda_eff", "p", "R", "v", "W")
    @property
    def lambda_eff(self) -> _T: ...
    @property
    def p(self) -> _T: ...
    @property
    def R(self) -> _T: ...
    @property
    def v(self) -> _T: ...
    @property
    def W(self) -> _T: ...

_FIXED_POINT: Spec

@overload
def fixed_point(
    *,
    psi: Real,
    r2: Real,
    sigma2: Real,
    s2: Real,
    tau: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FixedPoint[float]: ...
@overload
def fixed_point(
    *,
    psi: Reals,
    r2: Reals,
    sigma2: Reals,
    s2: Reals,
    tau: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FixedPoint[FloatArray]: ...


class FixedPointLowest(Record, Generic[_T]):
    names = ("lambda_eff", "p", "R", "v", "W")
    @property
    def lambda_eff(self) -> _T: ...
    @property
    def p(self) -> _T: ...
    @property
    def R(self) -> _T: ...
    @property
    def v(self) -> _T: ...
    @property
    def W(self) -> _T: ...

_FIXED_POINT_LOWEST: Spec

@overload
def fixed_point_lowest(
    *,
    psi: Real,
    r2: Real,
    sigma2: Real,
    s2: Real,
    tau: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FixedPointLowest[float]: ...
@overload
def fixed_point_lowest(
    *,
    psi: Reals,
    r2: Reals,
    sigma2: Reals,
    s2: Reals,
    tau: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FixedPointLowest[FloatArray]: ...

_STABILITY: Spec

@overload
def stability(
    *,
    psi: Real,
    r2: Real,
    sigma2: Real,
    s2: Real,
    tau: Real,
    lambda_ridge: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def stability(
    *,
    psi: Reals,
    r2: Reals,
    sigma2: Reals,
    s2: Reals,
    tau: Reals,
    lambda_ridge: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_INVERSE_THRESHOLD: Spec

@overload
def inverse_threshold(
    *,
    psi: Real,
    r2: Real,
    sigma2: Real,
    s2: Real,
    lambda_ridge: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def inverse_threshold(
    *,
    psi: Reals,
    r2: Reals,
    sigma2: Reals,
    s2: Reals,
    lambda_ridge: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_SPINODAL: Spec

@overload
def spinodal(
    *,
    psi: Real,
    r2: Real,
    sigma2: Real,
    s2: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def spinodal(
    *,
    psi: Reals,
    r2: Reals,
    sigma2: Reals,
    s2: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class InteriorExtrema(Record, Generic[_T]):
    names = ("lambda_eff", "tau", "sign")
    @property
    def lambda_eff(self) -> FloatArray: ...
    @property
    def tau(self) -> FloatArray: ...
    @property
    def sign(self) -> FloatArray: ...

_INTERIOR_EXTREMA: Spec

@overload
def interior_extrema(
    *,
    psi: Real,
    r2: Real,
    sigma2: Real,
    s2: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> InteriorExtrema[float]: ...
@overload
def interior_extrema(
    *,
    psi: Reals,
    r2: Reals,
    sigma2: Reals,
    s2: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> InteriorExtrema[FloatArray]: ...


class Flow(Record, Generic[_T]):
    names = ("p", "v", "R")
    @property
    def p(self) -> FloatArray: ...
    @property
    def v(self) -> FloatArray: ...
    @property
    def R(self) -> FloatArray: ...

_FLOW: Spec

@overload
def flow(
    *,
    psi: Real,
    r2: Real,
    sigma2: Real,
    s2: Real,
    tau: Real,
    eta: Real,
    steps: IntegerList,
    augmentation: Any = ...,
    start: str = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Flow[float]: ...
@overload
def flow(
    *,
    psi: Reals,
    r2: Reals,
    sigma2: Reals,
    s2: Reals,
    tau: Reals,
    eta: Reals,
    steps: Array,
    augmentation: Any = ...,
    start: Words = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Flow[FloatArray]: ...


class OptimalCa(Record, Generic[_T]):
    names = ("lambda_star", "R", "v")
    @property
    def lambda_star(self) -> _T: ...
    @property
    def R(self) -> _T: ...
    @property
    def v(self) -> _T: ...

_OPTIMAL_CA: Spec

@overload
def optimal_ca(
    *,
    psi: Real,
    r2: Real,
    sigma2: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> OptimalCa[float]: ...
@overload
def optimal_ca(
    *,
    psi: Reals,
    r2: Reals,
    sigma2: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> OptimalCa[FloatArray]: ...

_OPTIMAL_THRESHOLD: Spec

@overload
def optimal_threshold(
    *,
    psi: Real,
    r2: Real,
    sigma2: Real,
    s2: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def optimal_threshold(
    *,
    psi: Reals,
    r2: Reals,
    sigma2: Reals,
    s2: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class NoGo(Record, Generic[_T]):
    names = ("lambda_bar", "s2")
    @property
    def lambda_bar(self) -> _T | None: ...
    @property
    def s2(self) -> _T | None: ...

_NO_GO: Spec

@overload
def no_go(
    *,
    psi: Real,
    r2: Real,
    sigma2: Real,
    s2: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> NoGo[float]: ...
@overload
def no_go(
    *,
    psi: Reals,
    r2: Reals,
    sigma2: Reals,
    s2: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> NoGo[FloatArray]: ...


class Gain(Record, Generic[_T]):
    names = ("G", "G_few", "G_many")
    @property
    def G(self) -> _T: ...
    @property
    def G_few(self) -> _T: ...
    @property
    def G_many(self) -> _T: ...

_GAIN: Spec

@overload
def gain(
    *,
    psi: Real,
    r2: Real,
    sigma2: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Gain[float]: ...
@overload
def gain(
    *,
    psi: Reals,
    r2: Reals,
    sigma2: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Gain[FloatArray]: ...


class LossNoise(Record, Generic[_T]):
    names = ("V_SPA", "V_CA")
    @property
    def V_SPA(self) -> _T: ...
    @property
    def V_CA(self) -> _T: ...

_LOSS_NOISE: Spec

@overload
def loss_noise(
    *,
    psi: Real,
    r2: Real,
    sigma2: Real,
    s2: Real,
    tau: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> LossNoise[float]: ...
@overload
def loss_noise(
    *,
    psi: Reals,
    r2: Reals,
    sigma2: Reals,
    s2: Reals,
    tau: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> LossNoise[FloatArray]: ...


class FiniteStep(Record, Generic[_T]):
    names = ("c_R", "c_v")
    @property
    def c_R(self) -> _T: ...
    @property
    def c_v(self) -> _T: ...

_FINITE_STEP: Spec

@overload
def finite_step(
    *,
    psi: Real,
    r2: Real,
    sigma2: Real,
    s2: Real,
    tau: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FiniteStep[float]: ...
@overload
def finite_step(
    *,
    psi: Reals,
    r2: Reals,
    sigma2: Reals,
    s2: Reals,
    tau: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FiniteStep[FloatArray]: ...


class OutlierFixedPoint(Record, Generic[_T]):
    names = ("p", "R", "v", "p_each")
    @property
    def p(self) -> _T: ...
    @property
    def R(self) -> _T: ...
    @property
    def v(self) -> _T: ...
    @property
    def p_each(self) -> FloatArray: ...

_OUTLIER_FIXED_POINT: Spec

@overload
def outlier_fixed_point(
    *,
    psi: Real,
    r2: Real,
    components: Rows,
    s2: Real,
    tau: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> OutlierFixedPoint[float]: ...
@overload
def outlier_fixed_point(
    *,
    psi: Reals,
    r2: Reals,
    components: Array,
    s2: Reals,
    tau: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> OutlierFixedPoint[FloatArray]: ...

_FROZEN_COPY: Spec

@overload
def frozen_copy(
    *,
    psi: Real,
    r2: Real,
    sigma2: Real,
    s2: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def frozen_copy(
    *,
    psi: Reals,
    r2: Reals,
    sigma2: Reals,
    s2: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class GeneralCovariance(Record, Generic[_T]):
    names = ("lambda_eff", "p", "R", "v", "W")
    @property
    def lambda_eff(self) -> _T: ...
    @property
    def p(self) -> _T: ...
    @property
    def R(self) -> _T: ...
    @property
    def v(self) -> _T: ...
    @property
    def W(self) -> _T: ...

_GENERAL_COVARIANCE: Spec

@overload
def general_covariance(
    *,
    e: RealList,
    b: RealList,
    N: Integer,
    sigma2: Real,
    s2: Real,
    tau: Real,
    lowest: bool = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> GeneralCovariance[float]: ...
@overload
def general_covariance(
    *,
    e: Array,
    b: Array,
    N: Integers,
    sigma2: Reals,
    s2: Reals,
    tau: Reals,
    lowest: Flags = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> GeneralCovariance[FloatArray]: ...


class RffExact(Record, Generic[_T]):
    names = ("p", "v", "a")
    @property
    def p(self) -> _T: ...
    @property
    def v(self) -> _T: ...
    @property
    def a(self) -> FloatArray: ...

_RFF_EXACT: Spec

@overload
def rff_exact(
    *,
    X: Rows,
    y: RealList,
    omega: Rows,
    phases: RealList,
    s2: Real,
    tau: Real,
    lambda0: Real,
    iterations: Integer = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> RffExact[float]: ...
@overload
def rff_exact(
    *,
    X: Array,
    y: Array,
    omega: Array,
    phases: Array,
    s2: Reals,
    tau: Reals,
    lambda0: Reals,
    iterations: Integers = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> RffExact[FloatArray]: ...

_KERNEL_GAUSS_SMOOTHED: Spec

@overload
def kernel_gauss_smoothed(
    *,
    ell2: Real,
    d: Integer,
    dist2: Real,
    s2: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def kernel_gauss_smoothed(
    *,
    ell2: Reals,
    d: Integers,
    dist2: Reals,
    s2: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_KERNEL_ERF_SMOOTHED: Spec

@overload
def kernel_erf_smoothed(
    *,
    q11: Real,
    q22: Real,
    q12: Real,
    s2: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def kernel_erf_smoothed(
    *,
    q11: Reals,
    q22: Reals,
    q12: Reals,
    s2: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_KERNEL_RELU_SMOOTHED: Spec

@overload
def kernel_relu_smoothed(
    *,
    q11: Real,
    q22: Real,
    q12: Real,
    s2: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def kernel_relu_smoothed(
    *,
    q11: Reals,
    q22: Reals,
    q12: Reals,
    s2: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_ERF_UNIT_SMOOTHED: Spec

@overload
def erf_unit_smoothed(
    *,
    wx: Real,
    w2: Real,
    s2: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def erf_unit_smoothed(
    *,
    wx: Reals,
    w2: Reals,
    s2: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class GroupCurve(Record, Generic[_T]):
    names = ("E_aug", "E_none")
    @property
    def E_aug(self) -> _T: ...
    @property
    def E_none(self) -> _T: ...

_GROUP_CURVE: Spec

@overload
def group_curve(
    *,
    lambda_: RealList,
    dims: IntegerList,
    invariant: IntegerList,
    order: Integer,
    N: Integer,
    delta: Real,
    sigma2: Real,
    power_invariant: RealList,
    power_rest: RealList,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> GroupCurve[float]: ...
@overload
def group_curve(
    *,
    lambda_: Array,
    dims: Array,
    invariant: Array,
    order: Integers,
    N: Integers,
    delta: Reals,
    sigma2: Reals,
    power_invariant: Array,
    power_rest: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> GroupCurve[FloatArray]: ...

_AUGMENTATION_THRESHOLD: Spec

@overload
def augmentation_threshold(
    *,
    lambda_: RealList,
    dims: IntegerList,
    invariant: IntegerList,
    order: Integer,
    N: Integer,
    delta: Real,
    sigma2: Real,
    power_invariant: RealList,
    power_rest: RealList,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def augmentation_threshold(
    *,
    lambda_: Array,
    dims: Array,
    invariant: Array,
    order: Integers,
    N: Integers,
    delta: Reals,
    sigma2: Reals,
    power_invariant: Array,
    power_rest: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class AugmentationWorth(Record, Generic[_T]):
    names = ("nu_star", "ratio", "samples")
    @property
    def nu_star(self) -> _T: ...
    @property
    def ratio(self) -> _T: ...
    @property
    def samples(self) -> _T: ...

_AUGMENTATION_WORTH: Spec

@overload
def augmentation_worth(
    *,
    lambda_: RealList,
    dims: IntegerList,
    invariant: IntegerList,
    order: Integer,
    N: Integer,
    delta: Real,
    sigma2: Real,
    power_invariant: RealList,
    power_rest: RealList,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> AugmentationWorth[float]: ...
@overload
def augmentation_worth(
    *,
    lambda_: Array,
    dims: Array,
    invariant: Array,
    order: Integers,
    N: Integers,
    delta: Reals,
    sigma2: Reals,
    power_invariant: Array,
    power_rest: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> AugmentationWorth[FloatArray]: ...

_INVARIANT_DIMENSIONS: Spec

@overload
def invariant_dimensions(
    *,
    group: Any,
    d: Integer,
    kmax: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def invariant_dimensions(
    *,
    group: Any,
    d: Integers,
    kmax: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class GroupPartial(Record, Generic[_T]):
    names = ("E", "s_0")
    @property
    def E(self) -> _T: ...
    @property
    def s_0(self) -> _T: ...

_GROUP_PARTIAL: Spec

@overload
def group_partial(
    *,
    lambda_: Rows,
    shifts: IntegerList,
    N: Integer,
    delta: Real,
    sigma2: Real,
    eta: RealList,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> GroupPartial[float]: ...
@overload
def group_partial(
    *,
    lambda_: Array,
    shifts: Array,
    N: Integers,
    delta: Reals,
    sigma2: Reals,
    eta: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> GroupPartial[FloatArray]: ...

_MIXUP: Spec

@overload
def mixup(
    *,
    X: Rows,
    y: RealList,
    alpha: Real,
    lambda_ridge: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def mixup(
    *,
    X: Array,
    y: Array,
    alpha: Reals,
    lambda_ridge: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_MASKING: Spec

@overload
def masking(
    *,
    X: Rows,
    y: RealList,
    lambda_ridge: Real,
    keep: Real | None = ...,
    block: Integer | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def masking(
    *,
    X: Array,
    y: Array,
    lambda_ridge: Reals,
    keep: Reals | None = ...,
    block: Integers | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


__all__ = [
    "AugmentationWorth",
    "FiniteStep",
    "FixedPoint",
    "FixedPointLowest",
    "Flow",
    "Gain",
    "GeneralCovariance",
    "GroupCurve",
    "GroupPartial",
    "InteriorExtrema",
    "LossNoise",
    "NoGo",
    "OptimalCa",
    "OutlierFixedPoint",
    "RffExact",
    "RidgeObservables",
    "augmentation_threshold",
    "augmentation_worth",
    "ca_is_ridge",
    "erf_unit_smoothed",
    "finite_step",
    "fixed_point",
    "fixed_point_lowest",
    "flow",
    "frozen_copy",
    "gain",
    "general_covariance",
    "group_curve",
    "group_partial",
    "interior_extrema",
    "invariant_dimensions",
    "inverse_threshold",
    "kernel_erf_smoothed",
    "kernel_gauss_smoothed",
    "kernel_relu_smoothed",
    "loss_noise",
    "masking",
    "mixup",
    "no_go",
    "optimal_ca",
    "optimal_threshold",
    "outlier_fixed_point",
    "rff_exact",
    "ridge_observables",
    "spinodal",
    "stability",
]
