# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users of the sandbox NetBox with few rights, and their tokens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count

from .rest import NetBox

Rights = Mapping[str, Sequence[str]]  # object type: actions

_numbers = count(1)

OWNED = ("dcim.device", "dcim.interface", "dcim.cable")
SHARED = ("dcim.site", "dcim.manufacturer", "dcim.devicetype", "dcim.devicerole", "dcim.interfacetemplate")
EXTRAS = ("extras.customfield", "extras.tag", "extras.journalentry")

VIEW: Rights = dict.fromkeys((*OWNED, *SHARED), ("view",))
ALL = ("view", "add", "change", "delete")
BUILDER: Rights = {**dict.fromkeys(SHARED, ("view",)), **dict.fromkeys(OWNED, ALL)}
# Up to 4.4 nobody previews without this; later a token does without it.
FIELDS: Rights = {"extras.customfield": ("view",)}
SETUP: Rights = dict.fromkeys((*OWNED, *SHARED, *EXTRAS), ALL)


def token_of(
    netbox: NetBox, rights: Rights, version: int = 2, writes: bool = True,
    constraints: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """A token of a new user who has these rights, to the objects of a type that its constraints allow."""
    name = f"user-{next(_numbers)}"
    user = netbox.create("users/users", username=name, password="Passw0rd-of-a-test!")
    if rights and netbox.version < (4, 5):
        rights = {**FIELDS, **rights}
    for object_type, actions in rights.items():
        netbox.create(
            "users/permissions", name=f"{name} {object_type}", object_types=[object_type], actions=list(actions),
            users=[user["id"]], constraints=(constraints or {}).get(object_type),
        )
    row = netbox.create("users/tokens", user=user["id"], version=version, write_enabled=writes)
    if row.get("version") == 2:
        return f"nbt_{row['key']}.{row['token']}"
    if "version" in row:
        return str(row["token"])
    secret = f"{row['id']:040x}"  # up to 4.4 there is no other version, and NetBox does not tell what it has drawn
    netbox.update("users/tokens", row["id"], key=secret)
    return secret


class User:
    """A user whose rights are switched on and off by their names (`dcim.add_device`), each a permission of its own."""

    def __init__(self, netbox: NetBox) -> None:
        self._netbox = netbox
        self._rows: dict[str, int] = {}
        self._now: dict[str, tuple[bool, object]] = {}
        self.token = token_of(netbox, {})
        self._id = netbox.one("users/users", username=f"user-{next(_numbers) - 1}")["id"]

    def may(self, rights: Iterable[str], constraints: Mapping[str, Mapping[str, str]] | None = None) -> None:
        """Exactly this, to the objects of a type that its constraints allow."""
        wanted = {*rights, *(("extras.view_customfield",) if self._netbox.version < (4, 5) else ())}
        new = [
            {"name": f"{self._id} {right}", "object_types": [_model(right)], "actions": [_action(right)],
             "users": [self._id], "enabled": False}
            for right in sorted(wanted - self._rows.keys())
        ]
        for row in self._netbox.create_all("users/permissions", new):
            self._rows[row["name"].partition(" ")[2]] = row["id"]
        then = {right: (right in wanted, (constraints or {}).get(_model(right))) for right in self._rows}
        self._netbox.update_all("users/permissions", [
            {"id": self._rows[right], "enabled": enabled, "constraints": limits}
            for right, (enabled, limits) in then.items() if self._now.get(right) != (enabled, limits)
        ])
        self._now = then


def _model(right: str) -> str:
    app, _dot, rest = right.partition(".")
    return f"{app}.{rest.partition('_')[2]}"


def _action(right: str) -> str:
    return right.partition(".")[2].partition("_")[0]
