"""Calls of predictions."""

from __future__ import annotations

import keyword
from importlib import import_module
from typing import Any, NamedTuple

from . import _native
from .answer import Number, Numbers, Record, Word
from .errors import TheoryError


class Spec(NamedTuple):
    """What a call needs to know of a prediction."""

    id: str
    record: type[Record] | None
    """The class of its values; ``None`` where a value is one thing."""


def spec(id: str) -> Spec:
    """The specification of the prediction ``id``; of an unknown one nothing but its name."""
    part, _, name = id.partition("/")
    module = part if name else f"_{function_name(part)}"
    if module.isidentifier():
        try:
            known = import_module(f".{module}", __package__)
        except ModuleNotFoundError:
            known = None
        found = getattr(known, f"_{function_name(name or part).upper()}", None)
        if isinstance(found, Spec):
            return found
    full = _native.full_id(id)
    return Spec(id, None) if full == id else spec(full)


def function_name(name: str) -> str:
    """The function of a prediction, by the part of its id after the slash."""
    return name.replace("-", "_")


def predict(
    id: str,
    /,
    *,
    digits: bool = True,
    on_error: str = "raise",
    **parameters: Any,
) -> Any:
    """Evaluates the prediction ``id`` for your own parameters.

    Parameters
    ----------
    id:
        The prediction, as `solvable.list` shows it: ``"mf/fim-stats"``, ``"step-size"``.
    digits:
        Whether to find out how many digits survive, which takes three more evaluations. The result has them as ``.digits``; fewer
        than three are refused.
    on_error:
        ``"raise"`` raises the first error. With ``"nan"``, where parameters are arrays, entries without a value are NaN, and the
        result has their errors as ``.errors``.
    **parameters:
        The parameters, as ``solvable.explain(id)`` shows them; ``lambda`` is spelt ``lambda_``. Numbers may be those of Python, NumPy
        or fractions. A parameter that is a number, a flag or a word may be an array of them (NumPy, list, column of a data
        frame), and one that is a list may be an array of lists: then the call broadcasts by NumPy's rules, runs in parallel, and
        returns arrays.

    Returns
    -------
    A `Number` (a float), a `Word` (a string) or a `Record` of named values, with the digits that survive; of arrays `Numbers` or a
    `Record` of arrays.

    Raises
    ------
    TheoryError
        A parameter is missing, unknown or outside its domain, or the quantity does not exist there.

    Examples
    --------
    >>> import solvable
    >>> stats = solvable.predict("mf/fim-stats", activation="tanh", widths=[400, 400, 400, 2], N=40, sigma_w2=3, sigma_b2=0.64)
    >>> round(stats.lambda_max, 3), stats.digits >= 12
    (111.63, True)
    """
    given = {_plain(name): value for name, value in parameters.items()}
    return call(spec(id), given, digits, on_error)


def call(spec: Spec, given: dict[str, Any], digits: bool, on_error: str) -> Any:
    """Evaluates a prediction; ``given`` holds parameters by their own names."""
    if on_error not in ("raise", "nan"):
        raise ValueError(f'`on_error` is {on_error!r}; valid: "raise", "nan"')
    try:
        return _built(spec, _native.evaluate(spec.id, given, bool(digits), on_error == "raise"))
    except TheoryError as error:
        if error.parameter == spelt(error.parameter):
            raise
        raise _respelt(error) from None
    except (TypeError, ValueError) as error:
        message = str(error)
        for name in filter(keyword.iskeyword, given):
            message = message.replace(f"`{name}`", f"`{spelt(name)}`")
        raise type(error)(message) from None


def _plain(name: str) -> str:
    """The parameter that a keyword argument stands for: ``lambda_`` is ``lambda``."""
    return name[:-1] if spelt(name[:-1]) == name else name


def spelt(name: Any) -> Any:
    """A parameter as a keyword argument: ``lambda`` is ``lambda_``."""
    return f"{name}_" if isinstance(name, str) and keyword.iskeyword(name) else name


def _respelt(error: TheoryError) -> TheoryError:
    """The same error about the keyword argument."""
    name = spelt(error.parameter)
    if name == error.parameter:
        return error
    message = str(error).replace(f"`{error.parameter}`", f"`{name}`")
    return type(error)(message, name, error.value, error.valid, error.index)


def _built(spec: Spec, told: Any) -> Any:
    """The answer that the native half tells."""
    shape = told[0]
    if shape is not None:
        return _arrays(spec, told)
    _, parts, digits, vanishing, boundary, caveat = told
    for name, value in parts.items():
        if type(value) is list:
            parts[name] = _array(value)
    answer: Any
    if spec.record is not None:
        answer = spec.record(parts)
    else:
        ((name, value),) = parts.items()
        if type(value) is float:
            answer = Number(value, name)
        else:
            answer = Word(value) if isinstance(value, str) else Numbers(value, name)
    answer.digits = digits
    if vanishing:
        answer.vanishing = tuple(vanishing)
    if boundary is not None:
        answer.boundary = boundary
    if caveat is not None:
        answer.caveat = caveat
    return answer


def _arrays(spec: Spec, told: Any) -> Any:
    import numpy as np

    shape, columns, digits, errors, notes = told

    def array(column: Any) -> Any:
        if type(column) is tuple:
            numbers, inner = column
            return np.frombuffer(numbers, dtype=np.float64).reshape(shape + inner)
        objects = np.empty(len(column), dtype=object)
        for place, value in enumerate(column):
            objects[place] = _array(value) if type(value) is list else np.nan if value is None else value
        return objects.reshape(shape)

    parts = {name: array(column) for name, column in columns.items()}
    answer: Any
    if spec.record is not None:
        answer = spec.record(parts)
    else:
        ((name, value),) = parts.items()
        answer = Numbers(value, name)
    if digits is not None:
        answer.digits = np.frombuffer(digits, dtype=np.int64).reshape(shape)
    answer.errors = tuple(_respelt(error) for error in errors)
    if notes:
        answer.caveat = "; ".join(notes)
    return answer


def _array(values: list[Any]) -> Any:
    """Lists of numbers as arrays; what holds words, or lists of several lengths, as it is."""
    import numpy as np

    def regular(values: list[Any]) -> tuple[int, ...] | None:
        if all(type(value) is float for value in values):
            return (len(values),)
        if not all(type(value) is list for value in values):
            return None
        shapes = {regular(value) for value in values}
        shape = shapes.pop()
        return None if shapes or shape is None else (len(values), *shape)

    if regular(values) is not None:
        return np.array(values, dtype=np.float64)
    return [_array(value) if type(value) is list else value for value in values]
