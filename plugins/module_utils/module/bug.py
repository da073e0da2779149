# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""An exception that nobody expected, as whoever has to mend it wants to read it.

Left to Ansible it would be a traceback on stderr, which Ansible does not look through for secrets. A message is.
"""

from __future__ import annotations

import os
import traceback

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_SHOWN = 300  # characters of what the exception says
_FRAMES = 4


def bug(error: BaseException) -> str:
    """What happened and where in our files, the innermost place last. No line of code, no value of a variable."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if os.path.abspath(frame.filename).startswith(_ROOT)][-_FRAMES:]
    places = ", ".join(f"{os.path.relpath(frame.filename, _ROOT)}:{frame.lineno}" for frame in ours)
    said = f"{type(error).__name__}: {str(error)[:_SHOWN]}"
    return f"This is a bug in hedgehog.diet, please report it: {said} (at {places or 'an unknown place'})"
