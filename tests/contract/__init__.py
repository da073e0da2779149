# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a NetBox has to be like, for the double and for the real one. Each of these modules adds to the list."""

from . import cables, devices, edits, history, lists, marks, reading
from .world import CONTRACT, Check

__all__ = ["CONTRACT", "Check", "cables", "devices", "edits", "history", "lists", "marks", "reading"]
