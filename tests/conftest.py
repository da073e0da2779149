# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the checkout importable as the collection it is, wherever it was checked out."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COLLECTIONS = ROOT / ".cache" / "collections"


def _link() -> None:
    namespace = COLLECTIONS / "ansible_collections" / "hedgehog"
    namespace.mkdir(parents=True, exist_ok=True)
    link = namespace / "diet"
    if not link.exists():
        with suppress(FileExistsError):  # another test process was faster
            link.symlink_to(os.path.relpath(ROOT, namespace), target_is_directory=True)


_link()
sys.path.insert(0, str(COLLECTIONS))
