# What `__init__.py` imports when it is asked for.

import builtins as _builtins

from . import arch as arch
from . import attn as attn
from . import cl as cl
from . import dam as dam
from . import dyn as dyn
from . import errors as errors
from . import figure as figure
from . import gr as gr
from . import iso as iso
from . import mem as mem
from . import mf as mf
from . import ngd as ngd
from . import norm as norm
from . import rem as rem
from . import spa as spa
from . import spectra as spectra
from ._call import predict as predict
from ._claim import Case as Case, Claim as Claim, Paper as Paper, Rival as Rival, Source as Source
from ._engine import (
    assert_confirmed as assert_confirmed,
    Engine as Engine,
    FigurePlan as FigurePlan,
    mean_interval as mean_interval,
    Trials as Trials,
)
from ._experiment import Experiment as Experiment, experiment as experiment
from ._native import __version__ as __version__
from ._step_size import step_size as step_size
from .answer import Number as Number, Numbers as Numbers, Record as Record, Word as Word
from .catalogue import explain as explain, Explanation as Explanation, list as list, Listing as Listing
from .errors import (
    Incomplete as Incomplete,
    InvalidParameter as InvalidParameter,
    InvalidSetting as InvalidSetting,
    LossOfPrecision as LossOfPrecision,
    MissingParameter as MissingParameter,
    NoFixedPoint as NoFixedPoint,
    NonSmoothActivation as NonSmoothActivation,
    NotConverged as NotConverged,
    RunError as RunError,
    SolvableError as SolvableError,
    StoreError as StoreError,
    TheoryError as TheoryError,
    TooCostly as TooCostly,
    TooLarge as TooLarge,
    Undefined as Undefined,
    UnknownParameter as UnknownParameter,
    UnknownPrediction as UnknownPrediction,
)
from .results import (
    Change as Change,
    CheckResult as CheckResult,
    Difference as Difference,
    MapResult as MapResult,
    Results as Results,
    Table as Table,
)
from .runs import check as check, diff as diff, map as map, report as report, verify as verify

_WHERE: dict[str, str]
_PARTS: _builtins.list[str]
_MODULES: _builtins.list[str]

__all__ = [
    "Number",
    "Numbers",
    "Record",
    "Word",
    "predict",
    "Explanation",
    "Listing",
    "explain",
    "Case",
    "Claim",
    "Paper",
    "Rival",
    "Source",
    "Engine",
    "FigurePlan",
    "Trials",
    "assert_confirmed",
    "mean_interval",
    "Experiment",
    "experiment",
    "Change",
    "CheckResult",
    "Difference",
    "MapResult",
    "Results",
    "Table",
    "check",
    "diff",
    "report",
    "verify",
    "Incomplete",
    "InvalidParameter",
    "InvalidSetting",
    "LossOfPrecision",
    "MissingParameter",
    "NoFixedPoint",
    "NonSmoothActivation",
    "NotConverged",
    "RunError",
    "SolvableError",
    "StoreError",
    "TheoryError",
    "TooCostly",
    "TooLarge",
    "Undefined",
    "UnknownParameter",
    "UnknownPrediction",
    "step_size",
    "__version__",
    "errors",
    "figure",
    "arch",
    "attn",
    "cl",
    "dam",
    "dyn",
    "gr",
    "iso",
    "mem",
    "mf",
    "ngd",
    "norm",
    "rem",
    "spa",
    "spectra",
]
