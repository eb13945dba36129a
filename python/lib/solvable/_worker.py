"""A process that draws trials for the engine: it is told experiments and trials on its standard input, and answers on its standard
output. What trials print goes to standard error.

Messages both ways are a length in four bytes, lowest first, one byte that says what it is, and the rest.

====  ==============  =====================================================================
sent  to the worker   ``E``: number of an experiment (4 bytes), its function, packed
..    ..              ``T``: number of an experiment (4 bytes), key (32 bytes), setting
back  by the worker   ``R``: it is ready; ``O``: an outcome; ``F``: why there is none
====  ==============  =====================================================================
"""

from __future__ import annotations

import json
import os
import queue
import random
import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any, BinaryIO

from ._experiment import generator, measured, unpacked

_LONGEST = 6000


def main() -> None:
    """Answers until nobody asks any more."""
    answers = os.fdopen(os.dup(1), "wb")
    asked = os.fdopen(os.dup(0), "rb")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    messages: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    # A thread of its own hears at once when the engine's process is gone, also in the midst of a trial.
    threading.Thread(target=_listen, args=(asked, messages), daemon=True).start()
    _answer(answers, b"R", b"")
    functions: dict[bytes, Callable[..., Any]] = {}
    while True:
        message = messages.get()
        kind, number, rest = message[:1], message[1:5], message[5:]
        if kind == b"E":
            functions[number] = _function(rest)
        else:
            _answer(answers, *_draw(functions[number], rest[:32], rest[32:].decode()))


def _listen(asked: BinaryIO, messages: queue.SimpleQueue[bytes]) -> None:
    while True:
        head = asked.read(4)
        if len(head) < 4:
            os._exit(0)
        messages.put(asked.read(int.from_bytes(head, "little")))


def _answer(answers: BinaryIO, kind: bytes, rest: bytes) -> None:
    try:
        sys.stdout.flush()
    except (AttributeError, OSError, ValueError):
        # A trial may have closed or replaced it.
        pass
    answers.write((len(rest) + 1).to_bytes(4, "little") + kind + rest)
    answers.flush()


def _function(packed: bytes) -> Callable[..., Any]:
    """The function of an experiment; one that fails where it cannot be had here."""
    try:
        function: Callable[..., Any] = unpacked(packed)
        return function
    except Exception:
        reason = f"the experiment cannot be loaded in a worker process: {shortened(*_caught())}"

        def fail(*_: Any) -> None:
            raise RuntimeError(reason)

        return fail


def _draw(function: Callable[..., Any], key: bytes, setting: str) -> tuple[bytes, bytes]:
    try:
        _seed_others(key)
        outcome = measured(function(json.loads(setting), generator(key)))
        return b"O", json.dumps(outcome).encode()
    except BaseException:
        # Also `sys.exit`: it ends the trial, not the worker.
        return b"F", shortened(*_caught()).encode(errors="replace")


def _seed_others(key: bytes) -> None:
    """Generators that trials ought not to use begin the same in every trial of one name, in whatever process it runs."""
    import numpy

    random.seed(key)
    numpy.random.seed(numpy.frombuffer(key, dtype="<u4"))
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(int.from_bytes(key[:8], "little"))


def _caught() -> tuple[BaseException, TracebackType | None]:
    error = sys.exc_info()[1]
    assert error is not None
    return error, error.__traceback__


def shortened(error: BaseException, trace: TracebackType | None) -> str:
    """What happened and where, without the frames of this package."""
    own = os.path.dirname(__file__)
    frames = [frame for frame in traceback.extract_tb(trace) if os.path.dirname(frame.filename) != own]
    told = "".join(traceback.format_exception_only(type(error), error)).strip()
    if frames:
        told = f"{told}\n{''.join(traceback.format_list(frames)).rstrip()}"
    return told if len(told) <= _LONGEST else f"{told[: _LONGEST // 2]}\n...\n{told[-_LONGEST // 2 :]}"
