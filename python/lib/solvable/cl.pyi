# mypy: disable-error-code="overload-overlap"
"""Predictions: continual learning.

Written by generate.py from the catalogue.
"""

from typing import Any, Generic, Literal, TypeVar, overload

from ._call import Spec
from .answer import Number, Numbers, Record, Word
from .typing import Array, Flags, FloatArray, Integer, IntegerList, Integers, Real, RealList, Reals, Rows, WordList, Words

_T = TypeVar("_T")


class KappaGamma(Record, Generic[_T]):
    names = ("kappa", "gamma")
    @property
    def kappa(self) -> _T: ...
    @property
    def gamma(self) -> _T: ...

_KAPPA_GAMMA: Spec

@overload
def kappa_gamma(
    *,
    lambda_: Any,
    N: Integer,
    P: Integer | None = ...,
    delta: Real = ...,
    tail: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> KappaGamma[float]: ...
@overload
def kappa_gamma(
    *,
    lambda_: Any,
    N: Integers,
    P: Integers | None = ...,
    delta: Reals = ...,
    tail: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> KappaGamma[FloatArray]: ...


class TwoTask(Record, Generic[_T]):
    names = ("E_1", "E_B", "E_AB", "E_back", "rho_star")
    @property
    def E_1(self) -> _T: ...
    @property
    def E_B(self) -> _T: ...
    @property
    def E_AB(self) -> _T: ...
    @property
    def E_back(self) -> _T: ...
    @property
    def rho_star(self) -> _T: ...

_TWO_TASK: Spec

@overload
def two_task(
    *,
    lambda_: Any,
    N1: Integer,
    N2: Integer,
    rho: Real,
    P: Integer | None = ...,
    eta: Any = ...,
    tail: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> TwoTask[float]: ...
@overload
def two_task(
    *,
    lambda_: Any,
    N1: Integers,
    N2: Integers,
    rho: Reals,
    P: Integers | None = ...,
    eta: Any = ...,
    tail: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> TwoTask[FloatArray]: ...

_RHO_STAR: Spec

@overload
def rho_star(
    *,
    lambda_: Any,
    N1: Integer,
    N2: Integer,
    P: Integer | None = ...,
    eta: Any = ...,
    tail: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def rho_star(
    *,
    lambda_: Any,
    N1: Integers,
    N2: Integers,
    P: Integers | None = ...,
    eta: Any = ...,
    tail: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class Forgetting(Record, Generic[_T]):
    names = ("at_equal_tasks", "slope", "threshold")
    @property
    def at_equal_tasks(self) -> _T: ...
    @property
    def slope(self) -> _T: ...
    @property
    def threshold(self) -> _T: ...

_FORGETTING: Spec

@overload
def forgetting(
    *,
    lambda_: Any,
    N1: Integer,
    N2: Integer,
    P: Integer | None = ...,
    eta: Any = ...,
    tail: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Forgetting[float]: ...
@overload
def forgetting(
    *,
    lambda_: Any,
    N1: Integers,
    N2: Integers,
    P: Integers | None = ...,
    eta: Any = ...,
    tail: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Forgetting[FloatArray]: ...


class MultiHead(Record, Generic[_T]):
    names = ("E_1", "E_B", "E_AB", "E_back")
    @property
    def E_1(self) -> _T: ...
    @property
    def E_B(self) -> _T: ...
    @property
    def E_AB(self) -> _T: ...
    @property
    def E_back(self) -> _T: ...

_MULTI_HEAD: Spec

@overload
def multi_head(
    *,
    lambda_: Any,
    trunk: Any,
    head_correlation: Real,
    N1: Integer,
    N2: Integer,
    rho: Real,
    P: Integer | None = ...,
    eta: Any = ...,
    tail: Real = ...,
    sigma2_1: Real = ...,
    sigma2_2: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> MultiHead[float]: ...
@overload
def multi_head(
    *,
    lambda_: Any,
    trunk: Any,
    head_correlation: Reals,
    N1: Integers,
    N2: Integers,
    rho: Reals,
    P: Integers | None = ...,
    eta: Any = ...,
    tail: Reals = ...,
    sigma2_1: Reals = ...,
    sigma2_2: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> MultiHead[FloatArray]: ...

_TRUNK_SHARE: Spec

@overload
def trunk_share(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    d: Integer,
    kmax: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def trunk_share(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    d: Integers,
    kmax: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class Order(Record, Generic[_T]):
    names = ("N1_first", "N2_first")
    @property
    def N1_first(self) -> _T: ...
    @property
    def N2_first(self) -> _T: ...

_ORDER: Spec

@overload
def order(
    *,
    lambda_: Any,
    N1: Integer,
    N2: Integer,
    rho: Real,
    P: Integer | None = ...,
    eta: Any = ...,
    tail: Real = ...,
    sigma2: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Order[float]: ...
@overload
def order(
    *,
    lambda_: Any,
    N1: Integers,
    N2: Integers,
    rho: Reals,
    P: Integers | None = ...,
    eta: Any = ...,
    tail: Reals = ...,
    sigma2: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Order[FloatArray]: ...


class Average(Record, Generic[_T]):
    names = ("E_avg", "E_1")
    @property
    def E_avg(self) -> _T: ...
    @property
    def E_1(self) -> _T: ...

_AVERAGE: Spec

@overload
def average(
    *,
    lambda_: Any,
    N: Integer,
    models: Integer,
    P: Integer | None = ...,
    eta: Any = ...,
    tail: Real = ...,
    sigma2: Real = ...,
    N0: Integer = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Average[float]: ...
@overload
def average(
    *,
    lambda_: Any,
    N: Integers,
    models: Integers,
    P: Integers | None = ...,
    eta: Any = ...,
    tail: Reals = ...,
    sigma2: Reals = ...,
    N0: Integers = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Average[FloatArray]: ...

_MERGE: Spec

@overload
def merge(
    *,
    lambda_: Any,
    N: IntegerList,
    C: Rows,
    weights: RealList,
    P: Integer | None = ...,
    eta: Any = ...,
    tail: Real = ...,
    sigma2: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def merge(
    *,
    lambda_: Any,
    N: Array,
    C: Array,
    weights: Array,
    P: Integers | None = ...,
    eta: Any = ...,
    tail: Reals = ...,
    sigma2: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_STAGES: Spec

@overload
def stages(
    *,
    lambda_: Any,
    C: Rows,
    stages: Any,
    P: Integer | None = ...,
    eta: Any = ...,
    tail: Real = ...,
    zeta: Any = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def stages(
    *,
    lambda_: Any,
    C: Array,
    stages: Any,
    P: Integers | None = ...,
    eta: Any = ...,
    tail: Reals = ...,
    zeta: Any = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_JOINT: Spec

@overload
def joint(
    *,
    lambda_: Any,
    C: Rows,
    stages: Any,
    P: Integer | None = ...,
    eta: Any = ...,
    tail: Real = ...,
    zeta: Any = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def joint(
    *,
    lambda_: Any,
    C: Array,
    stages: Any,
    P: Integers | None = ...,
    eta: Any = ...,
    tail: Reals = ...,
    zeta: Any = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_REPLAY: Spec

@overload
def replay(
    *,
    lambda_: Any,
    C: Rows,
    stages: Any,
    P: Integer | None = ...,
    eta: Any = ...,
    tail: Real = ...,
    zeta: Any = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def replay(
    *,
    lambda_: Any,
    C: Array,
    stages: Any,
    P: Integers | None = ...,
    eta: Any = ...,
    tail: Reals = ...,
    zeta: Any = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_INIT_FUNCTION: Spec

@overload
def init_function(
    *,
    lambda_: Any,
    C: Rows,
    stages: Any,
    P: Integer | None = ...,
    eta: Any = ...,
    tail: Real = ...,
    zeta: Any = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def init_function(
    *,
    lambda_: Any,
    C: Array,
    stages: Any,
    P: Integers | None = ...,
    eta: Any = ...,
    tail: Reals = ...,
    zeta: Any = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_UNDERPARAMETRISED: Spec

@overload
def underparametrised(
    *,
    lambda_: Any,
    C: Rows,
    stages: Any,
    P: Integer | None = ...,
    eta: Any = ...,
    tail: Real = ...,
    zeta: Any = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def underparametrised(
    *,
    lambda_: Any,
    C: Array,
    stages: Any,
    P: Integers | None = ...,
    eta: Any = ...,
    tail: Reals = ...,
    zeta: Any = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_SPHERE_STAGES: Spec

@overload
def sphere_stages(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    d: Integer,
    kmax: Integer,
    C: Rows,
    stages: Any,
    target_power_by_degree: RealList | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def sphere_stages(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    d: Integers,
    kmax: Integers,
    C: Array,
    stages: Any,
    target_power_by_degree: Array | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_MANY_TASK: Spec

@overload
def many_task(
    *,
    lambda_: Any,
    N: Integer,
    n: Integer,
    P: Integer | None = ...,
    eta: Any = ...,
    tail: Real = ...,
    sigma2: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def many_task(
    *,
    lambda_: Any,
    N: Integers,
    n: Integers,
    P: Integers | None = ...,
    eta: Any = ...,
    tail: Reals = ...,
    sigma2: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_CONTRACTION_FACTOR: Spec

@overload
def contraction_factor(
    *,
    lambda_: Any,
    N: Integer,
    P: Integer | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def contraction_factor(
    *,
    lambda_: Any,
    N: Integers,
    P: Integers | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_NOISE_FLOOR: Spec

@overload
def noise_floor(
    *,
    lambda_: Any,
    N: Integer,
    sigma2: Real,
    P: Integer | None = ...,
    tail: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def noise_floor(
    *,
    lambda_: Any,
    N: Integers,
    sigma2: Reals,
    P: Integers | None = ...,
    tail: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class Stationary(Record, Generic[_T]):
    names = ("E_fwd", "E_far")
    @property
    def E_fwd(self) -> _T: ...
    @property
    def E_far(self) -> _T: ...

_STATIONARY: Spec

@overload
def stationary(
    *,
    lambda_: Any,
    N: Integer,
    rho: Real,
    P: Integer | None = ...,
    eta: Any = ...,
    sigma2: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Stationary[float]: ...
@overload
def stationary(
    *,
    lambda_: Any,
    N: Integers,
    rho: Reals,
    P: Integers | None = ...,
    eta: Any = ...,
    sigma2: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Stationary[FloatArray]: ...

_FIXED_DATA: Spec

@overload
def fixed_data(
    *,
    lambda_: Any,
    phase: RealList,
    C: Rows,
    stages: Any,
    P: Integer | None = ...,
    eta: Any = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def fixed_data(
    *,
    lambda_: Any,
    phase: Array,
    C: Array,
    stages: Any,
    P: Integers | None = ...,
    eta: Any = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_SELF_RATIO_POWER_LAW: Spec

@overload
def self_ratio_power_law(
    *,
    a: Real,
    r: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def self_ratio_power_law(
    *,
    a: Reals,
    r: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_SELF_RATIO_THRESHOLD: Spec

@overload
def self_ratio_threshold(
    *,
    a: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def self_ratio_threshold(
    *,
    a: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_CIRCLE_SELF_RATIO: Spec

@overload
def circle_self_ratio(
    *,
    r: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def circle_self_ratio(
    *,
    r: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_CIRCLE_FIRST_ERROR: Spec

@overload
def circle_first_error(
    *,
    depth: Integer,
    N: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def circle_first_error(
    *,
    depth: Integers,
    N: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_MANY_TASK_POWER_LAW: Spec

@overload
def many_task_power_law(
    *,
    a: Real,
    n: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def many_task_power_law(
    *,
    a: Reals,
    n: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_POWER_LAW: Spec

@overload
def power_law(
    *,
    a: Real,
    b: Real,
    N: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def power_law(
    *,
    a: Reals,
    b: Reals,
    N: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class RoughTarget(Record, Generic[_T]):
    names = ("ratio", "beta_star")
    @property
    def ratio(self) -> _T: ...
    @property
    def beta_star(self) -> _T: ...

_ROUGH_TARGET: Spec

@overload
def rough_target(
    *,
    a: Real,
    beta: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> RoughTarget[float]: ...
@overload
def rough_target(
    *,
    a: Reals,
    beta: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> RoughTarget[FloatArray]: ...

_NTK_VALUES: Spec

@overload
def ntk_values(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    t: RealList,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def ntk_values(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    t: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_NTK_DEGREE_WEIGHTS: Spec

@overload
def ntk_degree_weights(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    d: Integer,
    kmax: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def ntk_degree_weights(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    d: Integers,
    kmax: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_NTK_ASYMPTOTIC: Spec

@overload
def ntk_asymptotic(
    *,
    depth: Integer,
    d: Integer,
    k: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def ntk_asymptotic(
    *,
    depth: Integers,
    d: Integers,
    k: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


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
