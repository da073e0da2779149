# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps Python's search for unreachable cycles out of an expansion.

A plan of 10,000 servers expands to half a million values that live to the end and refer to each other in no circle.
Looking through them again and again took a quarter to a third of the time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """Let reference counting do alone, and restore what was set before."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
