"""Writes the modules of predictions, ``lib/solvable/<part>.py`` and ``.pyi``, from the catalogue, and the types of the package itself.

    python generate.py            # writes them
    python generate.py --check    # fails where they are not what would be written

Examples are reference entries of the theory, evaluated.
"""

from __future__ import annotations

import json
import sys
import textwrap
from collections import defaultdict
from pathlib import Path
from typing import Any

import solvable
from solvable import _call, _native
from solvable._call import spelt
from solvable.answer import Record

HERE = Path(__file__).parent
PACKAGE = HERE / "lib" / "solvable"
REFERENCE = HERE.parent / "theory" / "tests" / "reference"
WIDTH = 120

TITLES = {
    "arch": "networks of any architecture",
    "attn": "attention as a Boltzmann machine",
    "cl": "continual learning",
    "dam": "dense associative memories",
    "dyn": "learning in time",
    "gr": "gradient regularization",
    "iso": "dynamical isometry",
    "mem": "memories and mixing",
    "mf": "mean-field theory of random networks",
    "ngd": "natural gradient",
    "norm": "normalization",
    "rem": "random energies",
    "spa": "self-paced augmentation",
    "spectra": "pathological spectra of the Fisher information",
    "_step_size": "learning rates",
}

# The types of one value and of an array of them.
SCALARS = {
    "number": ("Real", "Reals"),
    "integer": ("Integer", "Integers"),
    "flag": ("bool", "Flags"),
    "word": ("str", "Words"),
    "numbers": ("RealList", "Array"),
    "integers": ("IntegerList", "Array"),
    "words": ("WordList", "Array"),
    "rows": ("Rows", "Array"),
    "json": ("Any", "Any"),
}
HOLDS = {"number": "float", "word": "str", "series": "FloatArray", "table": "Any", "record": "dict[str, Any]"}


def wrapped(text: str, indent: str, first: str | None = None) -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=indent if first is None else first, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )


def class_name(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in name.split("-"))


def examples() -> dict[str, dict[str, Any]]:
    """The shortest parameters of a reference entry of each prediction."""
    shortest: dict[str, dict[str, Any]] = {}
    for path in sorted(REFERENCE.glob("*.json")):
        entries = json.loads(path.read_text(encoding="utf-8"))
        # One file holds networks of another library.
        for entry in entries if isinstance(entries, list) else []:
            given = entry.get("params")
            if given is None or entry.get("value") is None:
                continue
            known = shortest.get(entry["id"])
            if known is None or len(json.dumps(given)) < len(json.dumps(known)):
                shortest[entry["id"]] = given
    return shortest


def example(entry: dict[str, Any], function: str, given: dict[str, Any] | None) -> list[str]:
    if given is None:
        return []
    path = f"solvable.{function}"
    words = [f"{spelt(name)}={value!r}" for name, value in given.items()]
    record = None if entry["single"] else type(class_name(entry["id"].split("/")[-1]), (Record,), {})
    answer = _call.call(_call.Spec(entry["id"], record), dict(given), True, "raise")
    kind = type(answer).__name__
    call = f"{path}({', '.join(words)})"
    if kind == "Number":
        call, told = f'print(f"{{{call}:.6g}}")', f"{answer:.6g}"
    elif kind == "Word":
        call, told = f"str({call})", repr(str(answer))
    else:
        told = repr(answer)
    lines = textwrap.wrap(call, WIDTH - 8, break_long_words=False, break_on_hyphens=False) if "{" not in call else [call]
    told = told.replace("\\", "\\\\")
    source = [f"    >>> {lines[0]}", *(f"    ... {line}" for line in lines[1:])]
    return ["", "    Examples", "    --------", "    >>> import solvable", *source, *(f"    {line}" for line in told.split("\n"))]


def docstring(entry: dict[str, Any], function: str, given: dict[str, Any] | None) -> list[str]:
    lines = [wrapped(entry["title"] + ".", "    ", '    r"""'), ""]
    lines += ["    .. math::", "", wrapped(" ".join(entry["formula"].split()), "        "), ""]
    lines += ["    Parameters", "    ----------"]
    for parameter in entry["parameters"]:
        default = "" if parameter["required"] else f" Default: {parameter['default']!r}."
        lines += [f"    {spelt(parameter['name'])}:", wrapped(f"{parameter['meaning']}; {parameter['domain']}.{default}", "        ")]
    lines += ["    digits, on_error:", "        As in `solvable.predict`.", ""]
    lines += ["    Returns", "    -------", wrapped(entry["value"], "    ")]
    names = ", ".join(spelt(output["name"]) for output in entry["outputs"])
    if not entry["single"]:
        lines += ["", wrapped(f"Fields: {names}.", "    ")]
    lines += ["", "    Notes", "    -----", wrapped(f"Valid: {entry['validity']}.", "    ")]
    lines += ["", "    References", "    ----------", *(wrapped(source + ".", "      ", "    - ") for source in entry["sources"])]
    lines += example(entry, function, given)
    lines.append('    """')
    return lines


def value_type(entry: dict[str, Any], array: bool) -> str:
    if not entry["single"]:
        return f"{class_name(entry['id'].split('/')[-1])}[{'FloatArray' if array else 'float'}]"
    if array:
        return "Numbers"
    holds = entry["outputs"][0]["holds"]
    return {"number": "Number", "word": "Word"}.get(holds, "Numbers")


def signature(entry: dict[str, Any], types: int | None) -> str:
    """Parameters; without types those of the implementation."""
    words = ["*"]
    ordered = sorted(entry["parameters"], key=lambda parameter: not parameter["required"])
    for parameter in ordered:
        if types is None:
            kind = "Any"
        else:
            # The limit of costs is one for all entries.
            kind = SCALARS[parameter["kind"]][0 if parameter["name"] == "cost_limit" else types]
            if not parameter["required"] and parameter["default"] is None and kind != "Any":
                kind += " | None"
        default = "" if parameter["required"] else f" = {parameter['default']!r}" if types is None else " = ..."
        words.append(f"{spelt(parameter['name'])}: {kind}{default}")
    if types is None:
        words += ["digits: bool = True", 'on_error: str = "raise"']
    else:
        words += ["digits: bool = ...", 'on_error: Literal["raise", "nan"] = ...']
    return ", ".join(words)


def definition(head: str, words: str, tail: str) -> list[str]:
    """A definition, one parameter a line where it is long."""
    line = f"def {head}({words}){tail}"
    if len(line) <= WIDTH:
        return [line]
    return [f"def {head}(", *(f"    {word}," for word in split(words)), f"){tail}"]


def split(words: str) -> list[str]:
    """Parameters apart, at the commas that no bracket holds."""
    parts, depth, start = [], 0, 0
    for at, letter in enumerate(words):
        depth += (letter in "[({") - (letter in "])}")
        if letter == "," and depth == 0:
            parts.append(words[start:at].strip())
            start = at + 1
    return [*parts, words[start:].strip()]


def module(part: str, entries: list[dict[str, Any]], given: dict[str, dict[str, Any]]) -> tuple[str, str]:
    title = f'"""Predictions: {TITLES[part]}.\n\nWritten by generate.py from the catalogue.\n"""'
    functions = [_call.function_name(entry["id"].split("/")[-1]) for entry in entries]
    source = [title, "", "from __future__ import annotations", "", "from typing import Any", ""]
    answer = "from .answer import Record, field\n" if any(not entry["single"] for entry in entries) else ""
    source += [f"from ._call import Spec, call\n{answer}"]
    arrays = any(parameter["kind"] != "json" for entry in entries for parameter in entry["parameters"])
    # An array of lists may be a list of lists: which of the two a list is, its entries tell.
    stub = ['# mypy: disable-error-code="overload-overlap"', title, "", "from typing import Any, Generic, Literal, TypeVar, overload", ""]
    stub += ["from ._call import Spec", "from .answer import Number, Numbers, Record, Word"]
    stub += [
        "from .typing import Array, Flags, FloatArray, Integer, IntegerList, Integers, Real, RealList, Reals, Rows, WordList, Words"
    ]
    stub += ["", '_T = TypeVar("_T")', ""]
    assert arrays
    names: list[str] = []
    for entry, function in zip(entries, functions):
        name = class_name(entry["id"].split("/")[-1])
        if not entry["single"]:
            names.append(name)
            doc = f'    """Values of `{function}`."""'
            fields = [output["name"] for output in entry["outputs"]]
            listed = ", ".join(repr(one).replace("'", '"') for one in fields) + ("," if len(fields) == 1 else "")
            source += ["", f"class {name}(Record):", doc, "", f"    names = ({listed})"]
            # What every answer has is declared already.
            declared = [output for output in entry["outputs"] if not hasattr(Record, output["name"])]
            source += [f'    {spelt(output["name"])} = field("{output["name"]}")' for output in declared]
            source.append("")
            stub += ["", f"class {name}(Record, Generic[_T]):", f"    names = ({listed})"]
            for output in declared:
                kind = "_T" if output["holds"] == "number" else HOLDS[output["holds"]]
                none = "" if output["always"] else " | None"
                stub += ["    @property", f"    def {spelt(output['name'])}(self) -> {kind}{none}: ..."]
            stub.append("")
        constant = f"_{function.upper()}"
        record = "None" if entry["single"] else name
        source += ["", f'{constant} = Spec("{entry["id"]}", {record})', ""]
        stub += [f"{constant}: Spec", ""]
        source += ["", *definition(function, signature(entry, None), " -> Any:")]
        path = function if part.startswith("_") else f"{part}.{function}"
        source += docstring(entry, path, given.get(entry["id"]))
        passed = ", ".join(f'"{p["name"]}": {spelt(p["name"])}' for p in entry["parameters"])
        line = f"    return call({constant}, {{{passed}}}, digits, on_error)"
        if len(line) > WIDTH:
            rows = [f'        "{p["name"]}": {spelt(p["name"])},' for p in entry["parameters"]]
            source += ["    given = {", *rows, "    }", f"    return call({constant}, given, digits, on_error)"]
        else:
            source.append(line)
        source.append("")
        names.append(function)
        scalar, array = signature(entry, 0), signature(entry, 1)
        if scalar == array:
            stub += definition(function, scalar, f" -> {value_type(entry, False)}: ...")
        else:
            stub += ["@overload", *definition(function, scalar, f" -> {value_type(entry, False)}: ...")]
            stub += ["@overload", *definition(function, array, f" -> {value_type(entry, True)}: ...")]
        stub.append("")
    listed = [f'    "{name}",' for name in sorted(names)]
    tail = ["", "__all__ = [", *listed, "]"]
    stub_tail = ["", "__all__ = [", *listed, "]"]
    return "\n".join(source + tail) + "\n", "\n".join(stub + stub_tail) + "\n"


def exports() -> str:
    """The types of the package itself, whose names are imported when they are asked for."""
    lines = ["# What `__init__.py` imports when it is asked for.\n", "import builtins as _builtins\n"]
    lines += [f"from . import {name} as {name}" for name in sorted(solvable._MODULES)]
    where: dict[str, list[str]] = defaultdict(list)
    for name, place in solvable._WHERE.items():
        where[place].append(f"{name} as {name}")
    for place, names in sorted(where.items()):
        names = sorted(names, key=str.lower)
        line = f"from .{place} import {', '.join(names)}"
        lines.append(line if len(line) <= WIDTH else "\n    ".join([f"from .{place} import (", *(f"{n}," for n in names)]) + "\n)")
    lines += ["", "_WHERE: dict[str, str]", "_PARTS: _builtins.list[str]", "_MODULES: _builtins.list[str]", ""]
    lines += ["__all__ = [", *(f'    "{name}",' for name in solvable.__all__), "]"]
    return "\n".join(lines) + "\n"


def written() -> dict[Path, str]:
    parts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in _native.predictions():
        part, _, name = entry["id"].partition("/")
        parts[part if name else f"_{_call.function_name(part)}"].append(entry)
    given = examples()
    files = {PACKAGE / "__init__.pyi": exports()}
    for part, entries in parts.items():
        source, stub = module(part, entries, given)
        files[PACKAGE / f"{part}.py"] = source
        files[PACKAGE / f"{part}.pyi"] = stub
    return files


def main() -> int:
    check = sys.argv[1:] == ["--check"]
    stale = []
    for path, text in written().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path.name)
            if not check:
                path.write_text(text, encoding="utf-8")
    if check and stale:
        print(f"not what the catalogue says: {', '.join(stale)}; run generate.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
