# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What NetBox calls the right to do something with a kind of objects: `dcim.add_device`."""

from __future__ import annotations

_ACTIONS = {"read": "view", "create": "add", "update": "change", "delete": "delete"}


def permission(verb: str, where: str) -> str:
    """The permission for what we do at an endpoint (`dcim/devices`, or its path); empty where none has that name."""
    app, _slash, rest = where.removeprefix("/api").strip("/").partition("/")
    model = rest.partition("/")[0].replace("-", "").replace("_", "")
    if verb not in _ACTIONS or not model:
        return ""
    singular = f"{model[:-3]}y" if model.endswith("ies") else model.removesuffix("s")
    return f"{app}.{_ACTIONS[verb]}_{singular}"
