# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which key an object of ours has in the plan of today, whatever is written on it.

What carries a present key comes first. An object whose former key means the same thing then keeps the key it has, as
something that the plan no longer wants; so does what is on it, and so do the ends of cables there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..diagnostics import Diagnostics
from ..model.keys import is_key, near_device, split_interface_key
from ..model.ledger import Entry
from ..model.renames import Renames
from ..model.state import CABLE, DEVICE, INTERFACE, Owned, Value
from .resources import PORTS_MARK

JsonRow = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An object as it is marked, and the key that this means today."""

    is_former: bool
    plan_id: str
    stored: str
    present: str
    row: JsonRow


class Former:
    """Keys as they are stored, turned into present ones; doubtful ones become strays of `owned`."""

    def __init__(self, plan_id: str, renames: Renames, owned: Owned, found: Diagnostics) -> None:
        self.plan_id = plan_id
        self.plan_ids = (plan_id, *renames.plan_ids)
        self._renames = renames
        self._owned = owned
        self._found = found
        self._left: set[str] = set()  # keys of devices that lost theirs to another

    def keyed(
        self, kind: str, rows: Iterable[tuple[str, str, JsonRow, str]], name: Callable[[JsonRow], str]
    ) -> Iterator[tuple[str, dict[str, Value], JsonRow]]:
        """Rows with their present keys, and what they carry of former marks.

        The caller puts each among the owned objects before it asks for the next.

        Args:
            rows: plan id, key, the row itself, and the key of the device that it is on if it is an interface.
            name: how to name a row to a person.
        """
        known = self._owned.of(kind)
        candidates = self._candidates(kind, rows, name)
        if self._renames or len(self.plan_ids) > 1:
            candidates = iter(sorted(candidates, key=lambda one: one.is_former))
        for one in candidates:
            key = one.present
            if key in known:
                if one.stored in known:
                    other = f", of the plan's former id {one.plan_id!r}" if one.plan_id != self.plan_id else ""
                    holder = f"id {known[key].id}" + (f" ({known[key].name!r})" if kind != CABLE else "")
                    self._owned.strays.append(
                        f"{name(one.row)} carries the key {one.stored!r}{other}, and so does {holder}"
                    )
                    continue
                key = self._leave(kind, one.stored, one.present, name(one.row))
            marks: dict[str, Value] = {}
            if one.is_former:
                marks |= {"plan_id": one.plan_id} if one.plan_id != self.plan_id else {}
                marks |= {"key": one.stored} if one.stored != key else {}
            yield key, marks, one.row

    def _candidates(
        self, kind: str, rows: Iterable[tuple[str, str, JsonRow, str]], name: Callable[[JsonRow], str]
    ) -> Iterator[_Candidate]:
        for plan_id, stored, row, device in rows:
            if not stored:
                self._owned.strays.append(f"{name(row)} carries the plan's id {plan_id!r} and no key")
                continue
            present = self._present(kind, stored, device)
            wrong = self._wrong(kind, stored, present, row, device)
            if wrong:
                self._owned.strays.append(f"{name(row)} carries the key {stored!r}, which is {wrong}")
                continue
            yield _Candidate(plan_id != self.plan_id or present != stored, plan_id, stored, present, row)

    @staticmethod
    def _wrong(kind: str, stored: str, present: str, row: JsonRow, device: str) -> str:
        """What shows that somebody wrote a key which cannot be the object's, empty where nothing does."""
        if not is_key(kind, stored):
            return f"no key of a {kind}"
        if kind == INTERFACE and split_interface_key(present)[0] != device:
            return f"one of another device than {device}"
        entry = Entry.parse(str((row.get("custom_fields") or {}).get(PORTS_MARK) or "")) if kind == CABLE else None
        if entry is not None and entry.a.device != near_device(stored):
            return f"not that of a link which was placed at {entry.a.device}"
        return ""

    def ports(self, text: Value) -> Value:
        """A ledger entry in present keys; what is none stays as it is."""
        entry = Entry.parse(text) if isinstance(text, str) and self._renames else None
        if entry is None:
            return text
        present = self._renames.entry(entry)
        a = entry.a if entry.a.device in self._left else present.a
        b = entry.b if entry.b.device in self._left else present.b
        return replace(entry, a=a, b=b).text()

    def _present(self, kind: str, stored: str, device: str) -> str:
        if not self._renames:
            return stored
        if kind == DEVICE:
            return self._renames.device(stored)
        if kind == INTERFACE:
            return stored if device in self._left else self._renames.interface(stored)
        return stored if near_device(stored) in self._left else self._renames.link(stored)

    def _leave(self, kind: str, stored: str, present: str, name: str) -> str:
        """Leave an object with the key it has, because the present one is another's."""
        if kind == DEVICE:
            self._left.add(stored)
        holder = self._owned.of(kind)[present]
        self._found.warn(
            "former-key-left", (),
            f"{name} carries the key {stored!r}, which is called {present!r} now, and id {holder.id} carries that"
            " already: it is left over.",
            "`prune: true` deletes it.",
        )
        return stored
