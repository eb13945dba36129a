"""Closed-form theories of wide neural networks, held against simulations of finite ones.

>>> import solvable
>>> stats = solvable.mf.fim_stats(activation="tanh", widths=[400, 400, 400, 2], N=40, sigma_w2=3, sigma_b2=0.64)
>>> print(f"{stats.lambda_max:.1f}")
111.6

Predictions are functions by part (`solvable.mf.fim_stats`, `solvable.step_size`) and by name (`solvable.predict`); `solvable.list`
shows all, `solvable.explain` what one says. `solvable.verify`, `solvable.check`, `solvable.map`, `solvable.report` and
`solvable.diff` are the commands of the command line. `solvable.experiment`, `solvable.Claim` and `solvable.Engine` put a theory of
your own beside a simulation of your own.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Imported when they are asked for: who wants a prediction need not wait for pictures.
_WHERE = {
    **dict.fromkeys(["Number", "Numbers", "Record", "Word"], "answer"),
    "predict": "_call",
    **dict.fromkeys(["Explanation", "Listing", "explain", "list"], "catalogue"),
    **dict.fromkeys(["Case", "Claim", "Paper", "Rival", "Source"], "_claim"),
    **dict.fromkeys(["Engine", "FigurePlan", "Trials", "assert_confirmed", "mean_interval"], "_engine"),
    **dict.fromkeys(["Experiment", "experiment"], "_experiment"),
    **dict.fromkeys(["Change", "CheckResult", "Difference", "MapResult", "Results", "Table"], "results"),
    **dict.fromkeys(["check", "diff", "map", "report", "verify"], "runs"),
    **dict.fromkeys(
        [
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
        ],
        "errors",
    ),
    "step_size": "_step_size",
    "__version__": "_native",
}

_PARTS = ["arch", "attn", "cl", "dam", "dyn", "gr", "iso", "mem", "mf", "ngd", "norm", "rem", "spa", "spectra"]
_MODULES = ["errors", "figure", *_PARTS]

# Those of Python stay what they are where everything is imported.
__all__ = [name for name in [*_WHERE, *_MODULES] if name not in ("list", "map")]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    if name in _WHERE:
        value = getattr(import_module(f".{_WHERE[name]}", __name__), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> Any:
    return sorted([*_WHERE, *_MODULES])
