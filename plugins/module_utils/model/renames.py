# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renamed things keep their identity: keys as they were written, turned into the keys that the plan has now.

Pure and total: a key that nothing was renamed in, or that is no key of ours, comes back as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from .keys import interface_key, split_interface_key
from .ledger import End, Entry, Ledger

Within = str  # class as it is called now, a slash, former key of something in it


@dataclass(frozen=True, slots=True)
class Renames:
    """What `formerly` says: former plan ids, and by former key what it is called now."""

    plan_ids: tuple[str, ...] = ()
    classes: Mapping[str, str] = field(default_factory=dict)
    zones: Mapping[Within, str] = field(default_factory=dict)
    nics: Mapping[Within, str] = field(default_factory=dict)
    connections: Mapping[Within, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.classes or self.zones or self.nics or self.connections)

    def device(self, key: str) -> str:
        """`old/7` as `new/7`."""
        class_key, slash, index = key.rpartition("/")
        return f"{self.classes.get(class_key, class_key)}{slash}{index}"

    def interface(self, key: str) -> str:
        """`old/7:nic/0` as `new/7:card/0`."""
        device, port = split_interface_key(key)
        return interface_key(self.device(device), self._port(device, port)) if port else key

    def link(self, key: str) -> str:
        """`server old/7/link/0` as `server new/7/connection/0`, `mesh old/1/ring/33/1` as `mesh new/1/mesh/33/1`."""
        kind, space, near = key.partition(" ")
        class_key, *rest = near.split("/")
        class_key = self.classes.get(class_key, class_key)
        if len(rest) >= 2:
            inner = self.connections if kind == "server" else self.zones
            rest[1] = inner.get(f"{class_key}/{rest[1]}", rest[1])
        return f"{kind}{space}{'/'.join((class_key, *rest))}"

    def entry(self, entry: Entry) -> Entry:
        return replace(entry, a=self._end(entry.a), b=self._end(entry.b))

    def ledger(self, ledger: Ledger) -> Ledger:
        """The ledger in the plan's present keys. What stands under a present key already wins over a former one."""
        if not self:
            return ledger
        renamed = {self.link(key): self.entry(entry) for key, entry in ledger.items()}
        present = {key: self.entry(ledger[key]) for key in ledger if self.link(key) == key}
        taken = {self.device(former): ports for former, ports in ledger.taken.items()}
        return Ledger(renamed | present, taken | {d: ports for d, ports in ledger.taken.items() if self.device(d) == d})

    def back(
        self, classes: Collection[str], zones: Collection[Within], nics: Collection[Within],
        connections: Collection[Within],
    ) -> Renames:
        """The way back: present keys turned into those of the plan as it was, which had these."""
        former = {present: key for key, present in self.classes.items() if key in classes}

        def within(renamed: Mapping[Within, str], known: Collection[Within]) -> dict[Within, str]:
            found = {}
            for place, present in renamed.items():
                class_key, _slash, key = place.partition("/")
                then = former.get(class_key, class_key)
                if f"{then}/{key}" in known:
                    found[f"{then}/{present}"] = key
            return found

        return Renames(
            classes=former, zones=within(self.zones, zones), nics=within(self.nics, nics),
            connections=within(self.connections, connections),
        )

    def _end(self, end: End) -> End:
        return replace(end, device=self.device(end.device), port=self._port(end.device, end.port))

    def _port(self, former_device: str, port: str) -> str:
        """A port key: NICs of servers may be renamed, ports of switches are numbers."""
        class_key = self.device(former_device).rpartition("/")[0]
        nic, slash, index = port.rpartition("/")
        present = self.nics.get(f"{class_key}/{nic}", nic)
        return f"{present}{slash}{index}"
