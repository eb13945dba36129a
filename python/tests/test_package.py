"""The package: types, documentation, what is generated."""

from __future__ import annotations

import doctest
import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import solvable

PYTHON = Path(__file__).parents[1]
MODULES = ["_call", "_claim", "_engine", "_experiment", "_step_size", "answer", "catalogue", "errors", "figure", "results", "runs", *solvable._PARTS]


def test_the_modules_are_those_that_the_catalogue_says():
    subprocess.run([sys.executable, str(PYTHON / "generate.py"), "--check"], check=True)


@pytest.mark.parametrize("name", ["solvable", *(f"solvable.{name}" for name in MODULES)])
def test_examples_in_the_documentation_are_true(name):
    failed, _ = doctest.testmod(import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failed == 0


def test_every_prediction_is_a_documented_function_with_its_parameters():
    for entry in solvable.list(kind="prediction"):
        part, _, name = entry.id.partition("/")
        function = getattr(getattr(solvable, part), name.replace("-", "_")) if name else solvable.step_size
        signature = inspect.signature(function)
        names = [parameter["name"].replace("lambda", "lambda_") if parameter["name"] == "lambda" else parameter["name"] for parameter in entry.parameters]
        assert set(signature.parameters) == {*names, "digits", "on_error"}
        for parameter, name in zip(entry.parameters, names):
            given = signature.parameters[name]
            assert given.kind is inspect.Parameter.KEYWORD_ONLY
            assert (given.default is inspect.Parameter.empty) == parameter["required"]
        for section in [entry.title, "Parameters", "Returns", "Valid:", "References"]:
            assert section in inspect.getdoc(function), entry.id


def test_types_are_those_of_the_code(tmp_path):
    pytest.importorskip("mypy")
    # Record is a base of its own because tuples are; a decorator that says so comes with Python 3.15. A class in a function has no name.
    allowed = tmp_path / "allowed.txt"
    allowed.write_text("solvable\\.answer\\.Record\nsolvable\\._experiment\\.Pickler@.*\n")
    stubtest = [sys.executable, "-m", "mypy.stubtest", "solvable", "--ignore-missing-stub", "--ignore-unused-allowlist"]
    stubtest += ["--allowlist", str(allowed)]
    told = subprocess.run(stubtest, capture_output=True, text=True, cwd=PYTHON)
    assert told.returncode == 0, told.stdout


TYPED = """\
import numpy as np
import solvable
from solvable.typing import FloatArray

kappa: float = solvable.mf.kappa(activation="relu", sigma_w2=2, sigma_b2=0, alphas=[1, 1]).kappa_1
many: FloatArray = solvable.mf.kappa(activation="relu", sigma_w2=np.ones(3), sigma_b2=0, alphas=[1, 1]).kappa_1
alpha: float = 2 * solvable.ngd.alpha(method="bd", depth=3)
verdicts: dict[str, str] = solvable.verify("mf/*").verdicts
solvable.mf.kappa(activation=3, sigma_w2=2, sigma_b2=0, alphas=[1, 1])
solvable.mf.kappa(activation="relu", sigma_w2=2, sigma_b2=0, alphas=[1, 1]).kappa_3
solvable.verify("mf/*", profile=3)
solvable.verfy("mf/*")
"""


def test_a_type_checker_sees_values_and_mistakes(tmp_path):
    pytest.importorskip("mypy")
    script = tmp_path / "typed.py"
    script.write_text(TYPED)
    told = subprocess.run([sys.executable, "-m", "mypy", "--strict", str(script)], capture_output=True, text=True)
    lines = [line.split(":")[1] for line in told.stdout.splitlines() if ": error:" in line]
    assert lines == ["9", "10", "11", "12"], told.stdout + told.stderr


def test_the_package_itself_is_typed():
    pytest.importorskip("mypy")
    told = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "-p", "solvable"], capture_output=True, text=True, cwd=PYTHON
    )
    assert told.returncode == 0, told.stdout
