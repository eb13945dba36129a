# mypy: disable-error-code="overload-overlap"
"""Predictions: natural gradient.

Written by generate.py from the catalogue.
"""

from typing import Any, Generic, Literal, TypeVar, overload

from ._call import Spec
from .answer import Number, Numbers, Record, Word
from .typing import Array, Flags, FloatArray, Integer, IntegerList, Integers, Real, RealList, Reals, Rows, WordList, Words

_T = TypeVar("_T")

_ALPHA: Spec

@overload
def alpha(
    *,
    method: str,
    depth: Integer | None = ...,
    N: Integer | None = ...,
    widths: IntegerList | None = ...,
    gamma: Real = ...,
    C: Integer = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def alpha(
    *,
    method: Words,
    depth: Integers | None = ...,
    N: Integers | None = ...,
    widths: Array | None = ...,
    gamma: Reals = ...,
    C: Integers = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_BTD_COEFFICIENTS: Spec

@overload
def btd_coefficients(
    *,
    depth: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def btd_coefficients(
    *,
    depth: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_DIVERGENCE: Spec

@overload
def divergence(
    *,
    eta_alpha: Real,
    t: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def divergence(
    *,
    eta_alpha: Reals,
    t: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class LayerKernels(Record, Generic[_T]):
    names = ("Q", "B")
    @property
    def Q(self) -> Any: ...
    @property
    def B(self) -> Any: ...

_LAYER_KERNELS: Spec

@overload
def layer_kernels(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    cos: RealList,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> LayerKernels[float]: ...
@overload
def layer_kernels(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cos: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> LayerKernels[FloatArray]: ...

_TEST_KERNEL: Spec

@overload
def test_kernel(
    *,
    method: str,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    cos_train: Rows,
    cos_cross: Rows,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def test_kernel(
    *,
    method: Words,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cos_train: Array,
    cos_cross: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class GdModes(Record, Generic[_T]):
    names = ("eigenvalues", "eta_opt", "rate_opt", "eta_critical")
    @property
    def eigenvalues(self) -> FloatArray: ...
    @property
    def eta_opt(self) -> _T: ...
    @property
    def rate_opt(self) -> _T: ...
    @property
    def eta_critical(self) -> _T: ...

_GD_MODES: Spec

@overload
def gd_modes(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    cos_train: Rows,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> GdModes[float]: ...
@overload
def gd_modes(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cos_train: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> GdModes[FloatArray]: ...


class ResponseDamped(Record, Generic[_T]):
    names = ("train", "test")
    @property
    def train(self) -> Any: ...
    @property
    def test(self) -> Any: ...

_RESPONSE_DAMPED: Spec

@overload
def response_damped(
    *,
    method: str,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    cos_train: Rows,
    cos_cross: Rows,
    rho: Real | None = ...,
    rhoA: Real | None = ...,
    rhoB: Real | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> ResponseDamped[float]: ...
@overload
def response_damped(
    *,
    method: Words,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cos_train: Array,
    cos_cross: Array,
    rho: Reals | None = ...,
    rhoA: Reals | None = ...,
    rhoB: Reals | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> ResponseDamped[FloatArray]: ...

_BTD_POLES: Spec

@overload
def btd_poles(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    cos_train: Rows,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def btd_poles(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cos_train: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class BtdPinv(Record, Generic[_T]):
    names = ("alpha", "test_kernel")
    @property
    def alpha(self) -> _T: ...
    @property
    def test_kernel(self) -> Any: ...

_BTD_PINV: Spec

@overload
def btd_pinv(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    cos_train: Rows,
    cos_cross: Rows,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> BtdPinv[float]: ...
@overload
def btd_pinv(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cos_train: Array,
    cos_cross: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> BtdPinv[FloatArray]: ...


class EnsembleMoments(Record, Generic[_T]):
    names = ("mean", "variance")
    @property
    def mean(self) -> FloatArray: ...
    @property
    def variance(self) -> FloatArray: ...

_ENSEMBLE_MOMENTS: Spec

@overload
def ensemble_moments(
    *,
    method: str,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    cos_train: Rows,
    cos_cross: Rows,
    y: RealList,
    eta_alpha: Real,
    t: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> EnsembleMoments[float]: ...
@overload
def ensemble_moments(
    *,
    method: Words,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cos_train: Array,
    cos_cross: Array,
    y: Array,
    eta_alpha: Reals,
    t: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> EnsembleMoments[FloatArray]: ...

_KFAC_LEVERAGE: Spec

@overload
def kfac_leverage(
    *,
    X: Rows,
    depth: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def kfac_leverage(
    *,
    X: Array,
    depth: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_FORSTER: Spec

@overload
def forster(
    *,
    X: Rows,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def forster(
    *,
    X: Array,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_UNIT_DAMPED_SINGLE: Spec

@overload
def unit_damped_single(
    *,
    eps: Real,
    activation_fraction: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def unit_damped_single(
    *,
    eps: Reals,
    activation_fraction: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_UNIT_ERF_RATIO: Spec

@overload
def unit_erf_ratio(
    *,
    q_test: Real,
    q_train: Real,
    c: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def unit_erf_ratio(
    *,
    q_test: Reals,
    q_train: Reals,
    c: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class UnitHeavyTails(Record, Generic[_T]):
    names = ("location", "scale")
    @property
    def location(self) -> _T: ...
    @property
    def scale(self) -> _T: ...

_UNIT_HEAVY_TAILS: Spec

@overload
def unit_heavy_tails(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    cosine: Real,
    layer: Integer = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> UnitHeavyTails[float]: ...
@overload
def unit_heavy_tails(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cosine: Reals,
    layer: Integers = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> UnitHeavyTails[FloatArray]: ...


class OneSided(Record, Generic[_T]):
    names = ("alpha", "shares")
    @property
    def alpha(self) -> _T: ...
    @property
    def shares(self) -> FloatArray: ...

_ONE_SIDED: Spec

@overload
def one_sided(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    side: str = ...,
    layers: IntegerList | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> OneSided[float]: ...
@overload
def one_sided(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    side: Words = ...,
    layers: Array | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> OneSided[FloatArray]: ...


class OneSidedSpread(Record, Generic[_T]):
    names = ("alpha", "variance", "covariance")
    @property
    def alpha(self) -> _T: ...
    @property
    def variance(self) -> _T: ...
    @property
    def covariance(self) -> FloatArray: ...

_ONE_SIDED_SPREAD: Spec

@overload
def one_sided_spread(
    *,
    activation: str,
    widths: IntegerList,
    sigma_w2: Real,
    sigma_b2: Real,
    cos: RealList,
    layers: IntegerList | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> OneSidedSpread[float]: ...
@overload
def one_sided_spread(
    *,
    activation: Words,
    widths: Array,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cos: Array,
    layers: Array | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> OneSidedSpread[FloatArray]: ...

_ONE_SIDED_ANISOTROPY: Spec

@overload
def one_sided_anisotropy(
    *,
    activation: str,
    widths: IntegerList,
    sigma_w2: Real,
    sigma_b2: Real,
    cos_train: Rows,
    layers: IntegerList | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def one_sided_anisotropy(
    *,
    activation: Words,
    widths: Array,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cos_train: Array,
    layers: Array | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class PartialLayers(Record, Generic[_T]):
    names = ("train", "test")
    @property
    def train(self) -> Any: ...
    @property
    def test(self) -> Any: ...

_PARTIAL_LAYERS: Spec

@overload
def partial_layers(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    cos_train: Rows,
    cos_cross: Rows,
    layers: IntegerList | None = ...,
    side: str = ...,
    rho: Real = ...,
    gd_share: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> PartialLayers[float]: ...
@overload
def partial_layers(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cos_train: Array,
    cos_cross: Array,
    layers: Array | None = ...,
    side: Words = ...,
    rho: Reals = ...,
    gd_share: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> PartialLayers[FloatArray]: ...


class LowRank(Record, Generic[_T]):
    names = ("train", "condition")
    @property
    def train(self) -> Any: ...
    @property
    def condition(self) -> _T: ...

_LOW_RANK: Spec

@overload
def low_rank(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    cos_train: Rows,
    rank: Integer,
    rho: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> LowRank[float]: ...
@overload
def low_rank(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cos_train: Array,
    rank: Integers,
    rho: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> LowRank[FloatArray]: ...


class Shampoo(Record, Generic[_T]):
    names = ("train", "anisotropy", "condition")
    @property
    def train(self) -> Any: ...
    @property
    def anisotropy(self) -> _T: ...
    @property
    def condition(self) -> _T: ...

_SHAMPOO: Spec

@overload
def shampoo(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    cos_train: Rows,
    p_input: Real,
    p_output: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Shampoo[float]: ...
@overload
def shampoo(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cos_train: Array,
    p_input: Reals,
    p_output: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Shampoo[FloatArray]: ...

_SHAMPOO_BATCH: Spec

@overload
def shampoo_batch(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    cos_train: Rows,
    residual: RealList,
    exponent: Real,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def shampoo_batch(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cos_train: Array,
    residual: Array,
    exponent: Reals,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class Cost(Record, Generic[_T]):
    names = ("pass", "precondition", "memory", "gd", "exact", "bd", "kfac", "kfac_scaled", "one_sided", "one_sided_scaled", "one_sided_softmax", "output_sided", "last")
    @property
    def pass_(self) -> _T | None: ...
    @property
    def precondition(self) -> _T | None: ...
    @property
    def memory(self) -> _T | None: ...
    @property
    def gd(self) -> dict[str, Any] | None: ...
    @property
    def exact(self) -> dict[str, Any] | None: ...
    @property
    def bd(self) -> dict[str, Any] | None: ...
    @property
    def kfac(self) -> dict[str, Any] | None: ...
    @property
    def kfac_scaled(self) -> dict[str, Any] | None: ...
    @property
    def one_sided(self) -> dict[str, Any] | None: ...
    @property
    def one_sided_scaled(self) -> dict[str, Any] | None: ...
    @property
    def one_sided_softmax(self) -> dict[str, Any] | None: ...
    @property
    def output_sided(self) -> dict[str, Any] | None: ...
    @property
    def last(self) -> dict[str, Any] | None: ...

_COST: Spec

@overload
def cost(
    *,
    widths: IntegerList,
    N: Integer,
    method: str | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Cost[float]: ...
@overload
def cost(
    *,
    widths: Array,
    N: Integers,
    method: Words | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Cost[FloatArray]: ...

_TRAVEL: Spec

@overload
def travel(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    cos_train: Rows,
    method: str,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def travel(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cos_train: Array,
    method: Words,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_TEST_RISK: Spec

@overload
def test_risk(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    cos_train: Rows,
    cos_cross: Rows,
    method: str,
    teacher: str,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def test_risk(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cos_train: Array,
    cos_cross: Array,
    method: Words,
    teacher: Words,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_ZERO_OUTPUT: Spec

@overload
def zero_output(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    cos_train: Rows,
    cos_cross: Rows,
    y: RealList,
    rho: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...
@overload
def zero_output(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cos_train: Array,
    cos_cross: Array,
    y: Array,
    rho: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...

_CE_MAP: Spec

@overload
def ce_map(
    *,
    p0: Real,
    eta: Real,
    t: Integer,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Number: ...
@overload
def ce_map(
    *,
    p0: Reals,
    eta: Reals,
    t: Integers,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> Numbers: ...


class CeMargin(Record, Generic[_T]):
    names = ("margin", "error")
    @property
    def margin(self) -> _T: ...
    @property
    def error(self) -> _T: ...

_CE_MARGIN: Spec

@overload
def ce_margin(
    *,
    method: str,
    C: Integer,
    time: Real,
    k: Real | None = ...,
    N: Integer | None = ...,
    rho: Real | None = ...,
    alpha: Real | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> CeMargin[float]: ...
@overload
def ce_margin(
    *,
    method: Words,
    C: Integers,
    time: Reals,
    k: Reals | None = ...,
    N: Integers | None = ...,
    rho: Reals | None = ...,
    alpha: Reals | None = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> CeMargin[FloatArray]: ...


class CeRecursion(Record, Generic[_T]):
    names = ("p_label", "test")
    @property
    def p_label(self) -> FloatArray: ...
    @property
    def test(self) -> Any | None: ...

_CE_RECURSION: Spec

@overload
def ce_recursion(
    *,
    activation: str,
    depth: Integer,
    sigma_w2: Real,
    sigma_b2: Real,
    cos_train: Rows,
    cos_cross: Rows,
    logits: Rows,
    labels: IntegerList,
    method: str,
    eta: Real,
    t: Integer,
    rho: Real = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> CeRecursion[float]: ...
@overload
def ce_recursion(
    *,
    activation: Words,
    depth: Integers,
    sigma_w2: Reals,
    sigma_b2: Reals,
    cos_train: Array,
    cos_cross: Array,
    logits: Array,
    labels: Array,
    method: Words,
    eta: Reals,
    t: Integers,
    rho: Reals = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> CeRecursion[FloatArray]: ...


class WidthExponents(Record, Generic[_T]):
    names = ("init", "rate", "damping_input", "damping_output", "feature")
    @property
    def init(self) -> FloatArray: ...
    @property
    def rate(self) -> FloatArray: ...
    @property
    def damping_input(self) -> FloatArray: ...
    @property
    def damping_output(self) -> FloatArray: ...
    @property
    def feature(self) -> _T: ...

_WIDTH_EXPONENTS: Spec

@overload
def width_exponents(
    *,
    p_input: Real,
    p_output: Real,
    b_output: Real,
    weighted: bool = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> WidthExponents[float]: ...
@overload
def width_exponents(
    *,
    p_input: Reals,
    p_output: Reals,
    b_output: Reals,
    weighted: Flags = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> WidthExponents[FloatArray]: ...


class FeatureExponents(Record, Generic[_T]):
    names = ("features", "output_own", "output")
    @property
    def features(self) -> FloatArray: ...
    @property
    def output_own(self) -> _T: ...
    @property
    def output(self) -> _T: ...

_FEATURE_EXPONENTS: Spec

@overload
def feature_exponents(
    *,
    p_input: Real,
    p_output: Real,
    b_output: Real,
    rate: RealList,
    damping_input: RealList = ...,
    damping_output: RealList = ...,
    weighted: bool = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FeatureExponents[float]: ...
@overload
def feature_exponents(
    *,
    p_input: Reals,
    p_output: Reals,
    b_output: Reals,
    rate: Array,
    damping_input: Array = ...,
    damping_output: Array = ...,
    weighted: Flags = ...,
    cost_limit: Real = ...,
    digits: bool = ...,
    on_error: Literal["raise", "nan"] = ...,
) -> FeatureExponents[FloatArray]: ...


__all__ = [
    "BtdPinv",
    "CeMargin",
    "CeRecursion",
    "Cost",
    "EnsembleMoments",
    "FeatureExponents",
    "GdModes",
    "LayerKernels",
    "LowRank",
    "OneSided",
    "OneSidedSpread",
    "PartialLayers",
    "ResponseDamped",
    "Shampoo",
    "UnitHeavyTails",
    "WidthExponents",
    "alpha",
    "btd_coefficients",
    "btd_pinv",
    "btd_poles",
    "ce_map",
    "ce_margin",
    "ce_recursion",
    "cost",
    "divergence",
    "ensemble_moments",
    "feature_exponents",
    "forster",
    "gd_modes",
    "kfac_leverage",
    "layer_kernels",
    "low_rank",
    "one_sided",
    "one_sided_anisotropy",
    "one_sided_spread",
    "partial_layers",
    "response_damped",
    "shampoo",
    "shampoo_batch",
    "test_kernel",
    "test_risk",
    "travel",
    "unit_damped_single",
    "unit_erf_ratio",
    "unit_heavy_tails",
    "width_exponents",
    "zero_output",
]
