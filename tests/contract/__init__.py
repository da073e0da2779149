# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a NetBox has to be like, for the double and for the real one."""

from . import edits as _edits  # noqa: F401 - adds to the list
from . import history as _history  # noqa: F401 - adds to the list
from .netbox import CONTRACT, Check

__all__ = ["CONTRACT", "Check"]
