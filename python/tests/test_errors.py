"""Refusals: what is wrong, as the caller spelt it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import solvable
from solvable._call import spelt

REFERENCE = Path(__file__).parents[2] / "theory" / "tests" / "reference"

KAPPA = {"activation": "tanh", "sigma_w2": 1.5, "sigma_b2": 0.1, "alphas": [1, 1, 1]}


@pytest.mark.parametrize("value", [-1, -1.0, np.float64(-1), 0, float("nan"), float("inf"), "wide"])
def test_a_value_outside_its_domain_is_named(value):
    with pytest.raises(solvable.InvalidParameter) as caught:
        solvable.mf.kappa(**{**KAPPA, "sigma_w2": value})
    error = caught.value
    assert error.parameter == "sigma_w2" and error.value is value and "> 0" in error.valid
    assert error.kind == "invalid-parameter" and "`sigma_w2`" in str(error)
    assert isinstance(error, solvable.TheoryError) and isinstance(error, ValueError)


def test_every_kind_of_refusal_is_a_class():
    with pytest.raises(solvable.UnknownPrediction, match="did you mean `mf/kappa`"):
        solvable.predict("mf/kapa")
    with pytest.raises(solvable.MissingParameter) as caught:
        solvable.predict("mf/kappa", activation="relu")
    assert caught.value.parameter == "sigma_w2"
    with pytest.raises(solvable.UnknownParameter) as caught:
        solvable.predict("mf/kappa", **KAPPA, sigma=1)
    assert caught.value.parameter == "sigma" and caught.value.value == 1
    with pytest.raises(solvable.TooCostly) as caught:
        solvable.mf.order_parameters(activation="tanh", depth=10**6, sigma_w2=1.5, sigma_b2=0.1, cost_limit=10)
    assert caught.value.parameter == "cost_limit"
    with pytest.raises(TypeError, match="sigma_w2"):
        solvable.mf.kappa(**{**KAPPA, "sigma_w2": object()})
    with pytest.raises(TypeError):
        solvable.mf.kappa(activation="relu")
    with pytest.raises(ValueError, match="on_error"):
        solvable.mf.kappa(**KAPPA, on_error="ignore")


def test_one_bad_entry_takes_no_other_with_it():
    sigma_w2 = np.array([1.2, -1.0, np.nan, 1.5])
    found = solvable.mf.kappa(**{**KAPPA, "sigma_w2": sigma_w2}, on_error="nan")
    assert np.array_equal(np.isnan(found.kappa_1), [False, True, True, False])
    assert np.array_equal(found.digits > 0, [True, False, False, True])
    assert [error.index for error in found.errors] == [(1,), (2,)]
    assert all(error.parameter == "sigma_w2" for error in found.errors) and found.errors[0].value == -1.0
    assert found.kappa_1[3] == solvable.mf.kappa(**KAPPA).kappa_1
    with pytest.raises(solvable.InvalidParameter) as caught:
        solvable.mf.kappa(**{**KAPPA, "sigma_w2": sigma_w2})
    assert caught.value.index == (1,), "the first one, whichever thread meets it"


def test_arrays_that_do_not_fit_are_refused_by_name():
    with pytest.raises(ValueError, match="`sigma_w2`.*`sigma_b2`|`sigma_b2`.*`sigma_w2`"):
        solvable.mf.kappa(**{**KAPPA, "sigma_w2": [1, 2, 3], "sigma_b2": [0.1, 0.2]})
    with pytest.raises(ValueError, match="`sigma_w2` is no array"):
        solvable.mf.kappa(**{**KAPPA, "sigma_w2": [[1, 2], [3]]})
    endless = []
    endless.append(endless)
    with pytest.raises(ValueError, match="`alphas`"):
        solvable.mf.kappa(**{**KAPPA, "alphas": endless})


def test_lost_digits_are_refused_and_few_are_told():
    found = solvable.mf.kappa(**KAPPA)
    assert found.digits >= 12
    assert solvable.mf.kappa(**KAPPA, digits=False).digits is None


ODD = [
    None, True, 0, -1, 1.5, 1e300, float("nan"), "inf", "tanh", [], [[1, 2], [3, 4]], {"power": 1.5}, np.array([1.0, -2.0]),
    np.array([]), 10**30, [[[]]], {1: 2}, {"a": object()}, range(3),
]  # fmt: skip


def is_nan(value):
    if hasattr(value, "tolist"):
        return is_nan(value.tolist())
    if isinstance(value, dict):
        return any(map(is_nan, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(is_nan, value))
    return isinstance(value, float) and value != value


def test_whatever_a_parameter_is_it_is_answered_or_refused_by_name():
    given = {}
    for path in sorted(REFERENCE.glob("*.json")):
        entries = json.loads(path.read_text(encoding="utf-8"))
        for entry in entries if isinstance(entries, list) else []:
            if entry.get("value") is not None:
                given.setdefault(entry["id"], entry["params"])
    tried = refused = 0
    for id, params in given.items():
        usual = {spelt(name): value for name, value in params.items()}
        for name in usual:
            for value in ODD:
                tried += 1
                try:
                    answer = solvable.predict(id, digits=False, **{**usual, name: value})
                    assert not is_nan(answer._asdict() if isinstance(answer, solvable.Record) else answer.value)
                except solvable.TheoryError as error:
                    refused += 1
                    assert str(error) and (error.parameter is None or error.parameter in str(error)), (id, name, value)
                except (TypeError, ValueError) as error:
                    refused += 1
                    assert f"`{name}`" in str(error), (id, name, value)
    assert tried > 10_000 and tried // 3 < refused < tried
