# mypy: disable-error-code="overload-overlap"
"""Predictions: learning in time.

Written by generate.py from the catalogue.
"""

from typing import Any, Generic, Literal, TypeVar, overload

from ._call import Spec
from .answer import Number, Numbers, Record, Word
from .typing import Array, Flags, FloatArray, Integer, IntegerList, Integers, Real, RealList, Reals, Rows, WordList, Words

_T = TypeVar("_T")


class FlowCurve(Record, Generic[_T]):
    names = ("E", "L")
    @property
    def E(self) -> FloatArray: ...
    @property
    def L(self) -> FloatArray: ...

_FLOW_CURVE: Spec

@overload
def flow_curve(
    *,
    lambda_: Any,
    N: Integer,
    t: RealList,
    P: Integer | None = ...,
    eta: Any = ...,
    sigma2: Real = ...,
    tail: Real = ...,
    eta_tail: Real | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FlowCurve[float]: ...
@overload
def flow_curve(
    *,
    lambda_: Any,
    N: Integers,
    t: Array,
    P: Integers | None = ...,
    eta: Any = ...,
    sigma2: Reals = ...,
    tail: Reals = ...,
    eta_tail: Reals | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FlowCurve[FloatArray]: ...


class DescentCurve(Record, Generic[_T]):
    names = ("E", "L")
    @property
    def E(self) -> FloatArray: ...
    @property
    def L(self) -> FloatArray: ...

_DESCENT_CURVE: Spec

@overload
def descent_curve(
    *,
    lambda_: Any,
    N: Integer,
    alpha: Real,
    n: IntegerList,
    P: Integer | None = ...,
    eta: Any = ...,
    sigma2: Real = ...,
    tail: Real = ...,
    eta_tail: Real | None = ...,
    beta: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> DescentCurve[float]: ...
@overload
def descent_curve(
    *,
    lambda_: Any,
    N: Integers,
    alpha: Reals,
    n: Array,
    P: Integers | None = ...,
    eta: Any = ...,
    sigma2: Reals = ...,
    tail: Reals = ...,
    eta_tail: Reals | None = ...,
    beta: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> DescentCurve[FloatArray]: ...


class Edge(Record, Generic[_T]):
    names = ("s_plus", "alpha_c")
    @property
    def s_plus(self) -> _T: ...
    @property
    def alpha_c(self) -> _T: ...

_EDGE: Spec

@overload
def edge(
    *,
    lambda_: Any,
    N: Integer,
    P: Integer | None = ...,
    tail: Real = ...,
    beta: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Edge[float]: ...
@overload
def edge(
    *,
    lambda_: Any,
    N: Integers,
    P: Integers | None = ...,
    tail: Reals = ...,
    beta: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Edge[FloatArray]: ...


class EarlyStopping(Record, Generic[_T]):
    names = ("t_star", "E_star", "delta_star", "E_ridge", "steps", "E_out", "curve", "remark")
    @property
    def t_star(self) -> _T: ...
    @property
    def E_star(self) -> _T | None: ...
    @property
    def delta_star(self) -> _T: ...
    @property
    def E_ridge(self) -> _T: ...
    @property
    def steps(self) -> _T | None: ...
    @property
    def E_out(self) -> _T | None: ...
    @property
    def curve(self) -> dict[str, Any] | None: ...
    @property
    def remark(self) -> str | None: ...

_EARLY_STOPPING: Spec

@overload
def early_stopping(
    *,
    N: Integer,
    P: Integer | None = ...,
    lambda_: Any = ...,
    eta: Any = ...,
    sigma2: Real = ...,
    tail: Real = ...,
    eta_tail: Real | None = ...,
    mu: RealList | None = ...,
    y2: RealList | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> EarlyStopping[float]: ...
@overload
def early_stopping(
    *,
    N: Integers,
    P: Integers | None = ...,
    lambda_: Any = ...,
    eta: Any = ...,
    sigma2: Reals = ...,
    tail: Reals = ...,
    eta_tail: Reals | None = ...,
    mu: Array | None = ...,
    y2: Array | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> EarlyStopping[FloatArray]: ...

_FLOW_ISOTROPIC: Spec

@overload
def flow_isotropic(
    *,
    P: Integer,
    N: Integer,
    r2: Real,
    t: RealList,
    sigma2: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def flow_isotropic(
    *,
    P: Integers,
    N: Integers,
    r2: Reals,
    t: Array,
    sigma2: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_FLOW_SCALING: Spec

@overload
def flow_scaling(
    *,
    a: Real,
    beta: Real,
    tau: RealList,
    s: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def flow_scaling(
    *,
    a: Reals,
    beta: Reals,
    tau: Array,
    s: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class SubsetCurve(Record, Generic[_T]):
    names = ("E_out", "L")
    @property
    def E_out(self) -> FloatArray: ...
    @property
    def L(self) -> FloatArray: ...

_SUBSET_CURVE: Spec

@overload
def subset_curve(
    *,
    mu: RealList,
    y2: RealList,
    N: Integer,
    t: RealList,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> SubsetCurve[float]: ...
@overload
def subset_curve(
    *,
    mu: Array,
    y2: Array,
    N: Integers,
    t: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> SubsetCurve[FloatArray]: ...


class FixedData(Record, Generic[_T]):
    names = ("E", "L")
    @property
    def E(self) -> FloatArray: ...
    @property
    def L(self) -> FloatArray: ...

_FIXED_DATA: Spec

@overload
def fixed_data(
    *,
    lambda_: Any,
    N: Integer,
    phase: RealList,
    P: Integer | None = ...,
    eta: Any = ...,
    sigma2: Real = ...,
    t: RealList | None = ...,
    alpha: Real | None = ...,
    beta: Real | None = ...,
    n: IntegerList | None = ...,
    rounds: Any = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FixedData[float]: ...
@overload
def fixed_data(
    *,
    lambda_: Any,
    N: Integers,
    phase: Array,
    P: Integers | None = ...,
    eta: Any = ...,
    sigma2: Reals = ...,
    t: Array | None = ...,
    alpha: Reals | None = ...,
    beta: Reals | None = ...,
    n: Array | None = ...,
    rounds: Any = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FixedData[FloatArray]: ...

_MULTIPASS_CURVE: Spec

@overload
def multipass_curve(
    *,
    mu: RealList,
    y2: RealList,
    N: Integer,
    B: Integer,
    alpha: Real,
    n: IntegerList,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def multipass_curve(
    *,
    mu: Array,
    y2: Array,
    N: Integers,
    B: Integers,
    alpha: Reals,
    n: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_MULTIPASS_THRESHOLD: Spec

@overload
def multipass_threshold(
    *,
    mu: RealList,
    N: Integer,
    B: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def multipass_threshold(
    *,
    mu: Array,
    N: Integers,
    B: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_SGD_CURVE: Spec

@overload
def sgd_curve(
    *,
    lambda_: Any,
    B: Integer,
    alpha: Any,
    n: IntegerList,
    P: Integer | None = ...,
    eta: Any = ...,
    eta_tail: Real | None = ...,
    sigma2: Real = ...,
    beta: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def sgd_curve(
    *,
    lambda_: Any,
    B: Integers,
    alpha: Any,
    n: Array,
    P: Integers | None = ...,
    eta: Any = ...,
    eta_tail: Reals | None = ...,
    sigma2: Reals = ...,
    beta: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_SGD_THRESHOLD: Spec

@overload
def sgd_threshold(
    *,
    lambda_: Any,
    B: Integer,
    P: Integer | None = ...,
    tail: Real = ...,
    beta: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def sgd_threshold(
    *,
    lambda_: Any,
    B: Integers,
    P: Integers | None = ...,
    tail: Reals = ...,
    beta: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class SgdFloor(Record, Generic[_T]):
    names = ("s", "E_inf")
    @property
    def s(self) -> _T: ...
    @property
    def E_inf(self) -> _T: ...

_SGD_FLOOR: Spec

@overload
def sgd_floor(
    *,
    lambda_: Any,
    B: Integer,
    alpha: Real,
    P: Integer | None = ...,
    tail: Real = ...,
    sigma2: Real = ...,
    beta: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> SgdFloor[float]: ...
@overload
def sgd_floor(
    *,
    lambda_: Any,
    B: Integers,
    alpha: Reals,
    P: Integers | None = ...,
    tail: Reals = ...,
    sigma2: Reals = ...,
    beta: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> SgdFloor[FloatArray]: ...

_SGD_RATE: Spec

@overload
def sgd_rate(
    *,
    lambda_: Any,
    B: Integer,
    alpha: Real,
    P: Integer | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def sgd_rate(
    *,
    lambda_: Any,
    B: Integers,
    alpha: Reals,
    P: Integers | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class BatchSteps(Record, Generic[_T]):
    names = ("n", "samples", "alpha", "batches", "remark")
    @property
    def n(self) -> FloatArray | None: ...
    @property
    def samples(self) -> FloatArray | None: ...
    @property
    def alpha(self) -> FloatArray | None: ...
    @property
    def batches(self) -> Any | None: ...
    @property
    def remark(self) -> str | None: ...

_BATCH_STEPS: Spec

@overload
def batch_steps(
    *,
    target: Real,
    B: IntegerList,
    P: Integer | None = ...,
    lambda_: Any = ...,
    eta: Any = ...,
    eta_tail: Real | None = ...,
    sigma2: Real = ...,
    mu: RealList | None = ...,
    y2: RealList | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> BatchSteps[float]: ...
@overload
def batch_steps(
    *,
    target: Reals,
    B: Array,
    P: Integers | None = ...,
    lambda_: Any = ...,
    eta: Any = ...,
    eta_tail: Reals | None = ...,
    sigma2: Reals = ...,
    mu: Array | None = ...,
    y2: Array | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> BatchSteps[FloatArray]: ...


class Schedule(Record, Generic[_T]):
    names = ("E_T", "alpha", "remark")
    @property
    def E_T(self) -> _T: ...
    @property
    def alpha(self) -> FloatArray: ...
    @property
    def remark(self) -> str | None: ...

_SCHEDULE: Spec

@overload
def schedule(
    *,
    B: Integer,
    T: Integer,
    P: Integer | None = ...,
    lambda_: Any = ...,
    eta: Any = ...,
    eta_tail: Real | None = ...,
    sigma2: Real = ...,
    mu: RealList | None = ...,
    y2: RealList | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Schedule[float]: ...
@overload
def schedule(
    *,
    B: Integers,
    T: Integers,
    P: Integers | None = ...,
    lambda_: Any = ...,
    eta: Any = ...,
    eta_tail: Reals | None = ...,
    sigma2: Reals = ...,
    mu: Array | None = ...,
    y2: Array | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Schedule[FloatArray]: ...


class ScheduleShape(Record, Generic[_T]):
    names = ("E_T", "alpha_peak")
    @property
    def E_T(self) -> _T: ...
    @property
    def alpha_peak(self) -> _T: ...

_SCHEDULE_SHAPE: Spec

@overload
def schedule_shape(
    *,
    lambda_: Any,
    B: Integer,
    T: Integer,
    shape: str,
    P: Integer | None = ...,
    eta: Any = ...,
    eta_tail: Real | None = ...,
    sigma2: Real = ...,
    q: Real | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> ScheduleShape[float]: ...
@overload
def schedule_shape(
    *,
    lambda_: Any,
    B: Integers,
    T: Integers,
    shape: Words,
    P: Integers | None = ...,
    eta: Any = ...,
    eta_tail: Reals | None = ...,
    sigma2: Reals = ...,
    q: Reals | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> ScheduleShape[FloatArray]: ...


class ScheduleLaw(Record, Generic[_T]):
    names = ("E", "S")
    @property
    def E(self) -> _T: ...
    @property
    def S(self) -> _T: ...

_SCHEDULE_LAW: Spec

@overload
def schedule_law(
    *,
    lambda_: Any,
    B: Integer,
    T: Integer,
    P: Integer | None = ...,
    eta: Any = ...,
    eta_tail: Real | None = ...,
    sigma2: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> ScheduleLaw[float]: ...
@overload
def schedule_law(
    *,
    lambda_: Any,
    B: Integers,
    T: Integers,
    P: Integers | None = ...,
    eta: Any = ...,
    eta_tail: Reals | None = ...,
    sigma2: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> ScheduleLaw[FloatArray]: ...


class SchedulePowerLaw(Record, Generic[_T]):
    names = ("phase", "xi", "delta_star", "epsilon", "R")
    @property
    def phase(self) -> str: ...
    @property
    def xi(self) -> _T: ...
    @property
    def delta_star(self) -> _T | None: ...
    @property
    def epsilon(self) -> _T: ...
    @property
    def R(self) -> _T | None: ...

_SCHEDULE_POWER_LAW: Spec

@overload
def schedule_power_law(
    *,
    a: Real,
    b: Real,
    delta: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> SchedulePowerLaw[float]: ...
@overload
def schedule_power_law(
    *,
    a: Reals,
    b: Reals,
    delta: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> SchedulePowerLaw[FloatArray]: ...


class Distill(Record, Generic[_T]):
    names = ("E", "L")
    @property
    def E(self) -> FloatArray: ...
    @property
    def L(self) -> FloatArray: ...

_DISTILL: Spec

@overload
def distill(
    *,
    lambda_: Any,
    N: Integer,
    rounds: Any,
    P: Integer | None = ...,
    eta: Any = ...,
    sigma2: Real = ...,
    tail: Real = ...,
    eta_tail: Real | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Distill[float]: ...
@overload
def distill(
    *,
    lambda_: Any,
    N: Integers,
    rounds: Any,
    P: Integers | None = ...,
    eta: Any = ...,
    sigma2: Reals = ...,
    tail: Reals = ...,
    eta_tail: Reals | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Distill[FloatArray]: ...


class DistillGain(Record, Generic[_T]):
    names = ("delta_star", "E_1", "chi", "E_out", "remark")
    @property
    def delta_star(self) -> _T: ...
    @property
    def E_1(self) -> _T | None: ...
    @property
    def chi(self) -> _T: ...
    @property
    def E_out(self) -> _T | None: ...
    @property
    def remark(self) -> str | None: ...

_DISTILL_GAIN: Spec

@overload
def distill_gain(
    *,
    N: Integer,
    P: Integer | None = ...,
    lambda_: Any = ...,
    eta: Any = ...,
    sigma2: Real = ...,
    tail: Real = ...,
    eta_tail: Real | None = ...,
    mu: RealList | None = ...,
    y2: RealList | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> DistillGain[float]: ...
@overload
def distill_gain(
    *,
    N: Integers,
    P: Integers | None = ...,
    lambda_: Any = ...,
    eta: Any = ...,
    sigma2: Reals = ...,
    tail: Reals = ...,
    eta_tail: Reals | None = ...,
    mu: Array | None = ...,
    y2: Array | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> DistillGain[FloatArray]: ...


class DistillOptimal(Record, Generic[_T]):
    names = ("E", "a")
    @property
    def E(self) -> _T: ...
    @property
    def a(self) -> FloatArray: ...

_DISTILL_OPTIMAL: Spec

@overload
def distill_optimal(
    *,
    lambda_: Any,
    N: Integer,
    delta: Real,
    k: Integer,
    P: Integer | None = ...,
    eta: Any = ...,
    sigma2: Real = ...,
    tail: Real = ...,
    eta_tail: Real | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> DistillOptimal[float]: ...
@overload
def distill_optimal(
    *,
    lambda_: Any,
    N: Integers,
    delta: Reals,
    k: Integers,
    P: Integers | None = ...,
    eta: Any = ...,
    sigma2: Reals = ...,
    tail: Reals = ...,
    eta_tail: Reals | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> DistillOptimal[FloatArray]: ...

_DISTILL_FRESH: Spec

@overload
def distill_fresh(
    *,
    lambda_: Any,
    rounds: Any,
    P: Integer | None = ...,
    eta: Any = ...,
    tail: Real = ...,
    eta_tail: Real | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def distill_fresh(
    *,
    lambda_: Any,
    rounds: Any,
    P: Integers | None = ...,
    eta: Any = ...,
    tail: Reals = ...,
    eta_tail: Reals | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


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
