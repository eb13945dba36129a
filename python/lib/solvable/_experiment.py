"""Experiments of one's own: a kind of finite system, and what is measured on it."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import linecache
import math
import numbers
import os
import pickle
import sys
import sysconfig
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy

__all__ = ["Experiment", "experiment"]

Setting = Mapping[str, Any]
Draw = Callable[[dict[str, Any], "numpy.random.Generator"], Mapping[str, Any]]


def experiment(
    draw: Draw | None = None,
    /,
    *,
    version: int | None = None,
    id: str | None = None,
    check: Callable[[dict[str, Any]], object] | None = None,
    cost: Callable[[dict[str, Any]], float] | None = None,
) -> Callable[[Draw], Experiment]:
    """Makes an experiment of a function that draws a finite system and measures it.

    >>> import solvable
    >>> @solvable.experiment(version=1)
    ... def sample_mean(setting, rng):
    ...     return {"mean": rng.normal(size=setting["size"]).mean()}
    >>> sample_mean.trial({"size": 4}) == sample_mean.trial({"size": 4})
    True

    The function takes a setting, a dictionary of what JSON knows, and a generator of NumPy, and returns a dictionary of numbers and
    lists (or arrays) of numbers. It has to be a pure function of the two: all that is random comes from the generator, whose seed is a hash
    of the name, the setting, the number of the trial and the seed of the run. Generators of other libraries take their seeds from it:
    ``torch.manual_seed(rng.integers(2**63))``.

    Parameters
    ----------
    version:
        To be raised whenever the same generator would give another outcome. Stored trials of other versions are not used.
    id:
        Name of the experiment in stores; that of the function by default.
    check:
        Is called with every setting before anything is drawn; an exception refuses the setting.
    cost:
        Rough cost of a trial at a setting, in any unit; expensive trials are begun first.
    """
    if draw is not None or version is None:
        raise TypeError("an experiment has a version: write @solvable.experiment(version=1)")
    if isinstance(version, bool) or not isinstance(version, int) or not 0 <= version < 2**32:
        raise ValueError(f"`version` is {version!r}; valid: an integer from 0 to {2**32 - 1}")

    def make(draw: Draw) -> Experiment:
        return Experiment(draw, version, id, check, cost)

    return make


class Experiment:
    """An experiment, as `solvable.experiment` makes it; called, it is the function that it was made of."""

    def __init__(
        self,
        draw: Draw,
        version: int,
        id: str | None = None,
        check: Callable[[dict[str, Any]], object] | None = None,
        cost: Callable[[dict[str, Any]], float] | None = None,
    ) -> None:
        if not callable(draw):
            raise TypeError(f"an experiment is made of a function, not of {draw!r}")
        name = id if id is not None else getattr(draw, "__name__", None)
        if not isinstance(name, str) or not name.isprintable() or name.strip() != name or name in ("", "<lambda>"):
            raise ValueError(f"`id` is {name!r}; valid: a name of printable characters")
        self.draw = draw
        self.version = version
        self.id = name
        self._check = check
        self._cost = cost
        self.__doc__ = getattr(draw, "__doc__", None)
        self.__name__ = name
        self.__module__ = getattr(draw, "__module__", __name__)
        self.__wrapped__ = draw

    def __call__(self, setting: Setting, rng: numpy.random.Generator) -> Mapping[str, Any]:
        return self.draw(dict(setting), rng)

    def __repr__(self) -> str:
        return f"<experiment {self.id}@{self.version}>"

    def rng(self, setting: Setting, number: int = 0, *, seed: int = 0) -> numpy.random.Generator:
        """The generator of trial ``number`` under the seed ``seed`` of a run."""
        from . import _native

        return generator(_native.trial_key(self.id, canonical(setting), number, seed))

    def trial(self, setting: Setting, number: int = 0, *, seed: int = 0) -> dict[str, float | list[float]]:
        """Draws trial ``number`` in this process: what a run finds, for a look or a debugger."""
        text = canonical(setting)
        return measured(self.draw(json.loads(text), self.rng(setting, number, seed=seed)))

    def cost(self, setting: Setting) -> float:
        """What a trial costs."""
        if self._cost is None:
            return 1.0
        cost = float(self._cost(json.loads(canonical(setting))))
        if not (math.isfinite(cost) and cost > 0):
            raise ValueError(f"the cost of a trial of `{self.id}` is {cost}; valid: a finite number > 0")
        return cost

    def check(self, setting: Setting) -> None:
        """Raises where the setting cannot be run."""
        if self._check is not None:
            self._check(json.loads(canonical(setting)))

    def packed(self) -> bytes:
        """The function, for other processes. It travels by value, with what it uses of its own module; installed packages are imported."""
        import cloudpickle  # type: ignore[import-untyped]

        module = sys.modules.get(getattr(self.draw, "__module__", ""))
        by_value = module is not None and module.__name__ != "__main__" and not _is_installed(module)
        if by_value:
            cloudpickle.register_pickle_by_value(module)
        try:
            return _packed(self.draw)
        except Exception as error:
            raise TypeError(f"the experiment `{self.id}` cannot be sent to other processes: {error}") from error
        finally:
            if by_value:
                cloudpickle.unregister_pickle_by_value(module)

    def digest(self) -> str:
        """What the code does, in short: of the function, of functions, methods and classes that it uses, and the numbers and words that it
        reads, but for installed packages, without comments and places. Another digest may be another outcome; the same one is no proof, as
        what objects, dictionaries and modules hold has no part in it."""
        digest = hashlib.sha256()
        for code in _codes(self.draw, set()):
            digest.update(repr(code).encode())
        return f"{sys.implementation.name}-{sys.version_info[0]}.{sys.version_info[1]}:{digest.hexdigest()[:32]}"


def _packed(function: Any) -> bytes:
    """A function with the names of its files, which tracebacks tell, and the lines of those that other processes cannot read."""
    import cloudpickle

    files: set[str] = set()
    reduce_code = cloudpickle.Pickler.dispatch_table[CodeType]

    def placed(code: CodeType) -> tuple[Any, ...]:
        files.add(code.co_filename)
        return _code, (reduce_code(code), code.co_filename)

    class Pickler(cloudpickle.Pickler):  # type: ignore[misc]
        dispatch_table = ChainMap({CodeType: placed}, cloudpickle.Pickler.dispatch_table)

    packed = io.BytesIO()
    Pickler(packed).dump(function)
    lines = {file: linecache.getlines(file) for file in files if not os.path.exists(file)}
    return pickle.dumps((packed.getvalue(), lines))


def _code(reduced: tuple[Callable[..., CodeType], tuple[Any, ...]], file: str) -> CodeType:
    make, arguments = reduced
    return make(*arguments).replace(co_filename=file)


def unpacked(packed: bytes) -> Any:
    """The function that was packed in another process."""
    function, files = pickle.loads(packed)
    for file, lines in files.items():
        linecache.cache[file] = (sum(map(len, lines)), None, lines, file)
    return pickle.loads(function)


def _codes(value: Any, seen: set[int]) -> Iterator[Any]:
    """What a function and all that it uses say: codes, and plain values such as numbers and words."""
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        yield repr(value)
        return
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, tuple | list | frozenset | set):
        for item in sorted(value, key=repr) if isinstance(value, frozenset | set) else value:
            yield from _codes(item, seen)
    elif isinstance(value, functools.partial):
        for part in (value.func, value.args, *sorted(value.keywords.items())):
            yield from _codes(part, seen)
    elif isinstance(value, MethodType):
        yield from _codes(value.__func__, seen)
        yield from _codes(value.__self__, seen)
    elif isinstance(value, staticmethod | classmethod):
        yield from _codes(value.__func__, seen)
    elif isinstance(value, property):
        yield from _codes((value.fget, value.fset), seen)
    elif isinstance(value, FunctionType):
        if not _is_foreign(value):
            yield _told(value.__code__)
            inner = [_contents(cell) for cell in value.__closure__ or ()]
            named = [value.__globals__.get(name) for name in _names(value.__code__)]
            defaults = [value.__defaults__, *sorted((value.__kwdefaults__ or {}).items())]
            for other in [*inner, *named, *defaults]:
                yield from _codes(other, seen)
    elif isinstance(value, type):
        if not _is_foreign(value):
            for name, member in sorted(vars(value).items()):
                if not name.startswith("__") or callable(member):
                    yield name
                    yield from _codes(member, seen)
    elif not _is_foreign(type(value)):
        # What an object holds may change while it is used; what it does may not.
        yield from _codes(type(value), seen)


def _is_foreign(thing: Any) -> bool:
    """Whether it is of an installed package, or of Python."""
    module = sys.modules.get(getattr(thing, "__module__", None) or "")
    return module is not None and _is_installed(module)


def _contents(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        # A function that is not defined yet.
        return None


def _told(code: CodeType) -> Any:
    """A code without its places, the same in every process."""

    def constant(value: Any) -> Any:
        if isinstance(value, CodeType):
            return _told(value)
        return sorted(map(repr, value)) if isinstance(value, frozenset) else repr(value)

    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    return code.co_name, code.co_code.hex(), names, [constant(value) for value in code.co_consts]


def _names(code: CodeType) -> list[str]:
    inner = [name for value in code.co_consts if isinstance(value, CodeType) for name in _names(value)]
    return [*code.co_names, *inner]


def _is_installed(module: ModuleType) -> bool:
    file = getattr(module, "__file__", None)
    if file is None:
        # Modules that are built in, and those made at run time, which nobody could import.
        return module.__name__ in sys.builtin_module_names
    places = {sysconfig.get_paths()[kind] for kind in ("stdlib", "platstdlib", "purelib", "platlib")}
    return any(Path(place) in Path(file).parents for place in places)


def canonical(setting: Setting) -> str:
    """The JSON of a setting, with sorted keys."""
    if not isinstance(setting, Mapping):
        raise TypeError(f"a setting is a dictionary, not {setting!r}")
    return json.dumps(_plain(setting, "setting"), sort_keys=True, allow_nan=False)


def _plain(value: Any, where: str) -> Any:
    """What JSON knows. ``where`` is the field, for errors."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"`{where}` has the key {key!r}; valid: strings")
        return {key: _plain(inner, f"{where}.{key}") for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner, f"{where}[{i}]") for i, inner in enumerate(value)]
    if type(value) in (int, float) or isinstance(value, numbers.Integral | float):
        number = float(value) if isinstance(value, float) else int(value)
        if isinstance(number, float) and not math.isfinite(number):
            raise ValueError(f"`{where}` is {number}; valid: finite numbers")
        if isinstance(number, int) and not -(2**63) <= number < 2**64:
            raise ValueError(f"`{where}` is {number}; valid: integers of 64 bits, numbers such as 1e30")
        return number
    if hasattr(value, "tolist"):
        # Arrays and scalars of NumPy, tensors.
        return _plain(value.tolist(), where)
    raise TypeError(f"`{where}` is {value!r}; valid: numbers, strings, flags, None, lists and dictionaries of such")


def generator(key: bytes) -> numpy.random.Generator:
    """The generator of a trial."""
    from numpy.random import Generator, Philox, SeedSequence

    return Generator(Philox(SeedSequence(int.from_bytes(key, "little"))))


def measured(outcome: Any) -> dict[str, float | list[float]]:
    """The numbers of an outcome."""
    if not isinstance(outcome, Mapping):
        raise TypeError(f"a trial returns a dictionary of what it measured, not {outcome!r}")
    if not outcome:
        raise ValueError("the trial returned an empty dictionary; valid: at least one quantity")
    return {_name(name): _numbers(name, value) for name, value in outcome.items()}


def _name(name: Any) -> str:
    if not isinstance(name, str):
        raise TypeError(f"the outcome has the key {name!r}; valid: strings")
    return name


def _numbers(name: str, value: Any) -> float | list[float]:
    import numpy

    if isinstance(value, numbers.Real):
        array = numpy.asarray(float(value))
    else:
        array = numpy.asarray(value)
        real = array.dtype.kind in "biuf" or all(isinstance(entry, numbers.Real) for entry in array.flat)
        if not real or array.ndim > 1:
            told = f"of shape {array.shape}" if real else f"{value!r:.80}"
            raise TypeError(f"the quantity `{name}` is {told}; valid: a number, or a list or one-dimensional array of numbers")
        array = array.astype(float)
    if not numpy.isfinite(array).all():
        raise ValueError(f"the quantity `{name}` is not finite")
    found: float | list[float] = array.tolist()
    return found
