# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger: which link was given which ports, so that a plan grows without moving what stays.

An entry is a line of text, the same in NetBox (field `hedgehog_ports` of the cable) and in the ledger file:

    a=gpu/1:rail-0/0 b=be-leaf/3:17/1@2x400g domain=1:1-4

`@` gives the breakout of a switch port. `domain` stands on rail links: the number of the rail domain and its leaves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from .hardware import Breakout
from .keys import link_kind, natural, split_device_key, split_interface_key

FORMAT = 1
# Characters of a ledger file. The largest plan there may be has 333,000 links, of 110 characters each.
MAX_TEXT = 64 * 1024 * 1024

# Indices and ports have at most six digits: an entry edited by hand must not ask for a million switches.
_NUMBER = r"[1-9][0-9]{0,5}"
# No key has a colon or an at sign, so that there is one way to read an entry: what anybody may edit must not cost the
# time of trying them all.
_DEVICE_AND_PORT = rf"[^\s:@]+/{_NUMBER}:[^\s:@]+"
_ENTRY = re.compile(
    rf"^a=(?P<a>{_DEVICE_AND_PORT})(@(?P<ab>\w+))? b=(?P<b>{_DEVICE_AND_PORT})(@(?P<bb>\w+))?"
    rf"( domain=(?P<domain>{_NUMBER}):(?P<first>{_NUMBER})-(?P<last>{_NUMBER}))?$"
)
_DEVICE = re.compile(rf"^\S+/{_NUMBER}\Z")
_TAKEN_PORT = re.compile(rf"^{_NUMBER}(/{_NUMBER})?\Z")
_SWITCH_PORT = re.compile(rf"^({_NUMBER})/({_NUMBER})\Z")


class LedgerError(ValueError):
    """A ledger file that cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class End:
    """One end of a placed link; `breakout` on switches only."""

    device: str
    port: str
    breakout: Breakout | None = None

    def text(self) -> str:
        return f"{self.device}:{self.port}" + (f"@{self.breakout}" if self.breakout else "")

    @property
    def physical(self) -> tuple[int, int] | None:
        """Physical port and lane of a switch port, None for a NIC port."""
        return _port_and_lane(self.port) if self.breakout else None


@lru_cache(maxsize=65536)  # the switches of a class have the same ports, and a plan has few classes
def _port_and_lane(port: str) -> tuple[int, int] | None:
    match = _SWITCH_PORT.match(port)
    return (int(match[1]), int(match[2])) if match else None


@dataclass(frozen=True, slots=True)
class Domain:
    """A rail domain: its number, counted from 1, and the indices of its leaves."""

    number: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a link was placed. `cabled` is False for what only a ledger file knows: it holds no port of its own."""

    a: End
    b: End
    domain: Domain | None = None
    cabled: bool = True

    def places_as(self, other: Entry) -> bool:
        """Whether two entries say the same, wherever they are from."""
        return (self.a, self.b, self.domain) == (other.a, other.b, other.domain)

    def text(self) -> str:
        domain = f" domain={self.domain.number}:{self.domain.first}-{self.domain.last}" if self.domain else ""
        return f"a={self.a.text()} b={self.b.text()}{domain}"

    @staticmethod
    @lru_cache(maxsize=1 << 17)  # the same in NetBox, in the file and in the topology: parsed once
    def parse(text: str) -> Entry | None:
        """An entry from its text, None where the text is not one (edited by hand, say)."""
        match = _ENTRY.match(text)
        if match is None:
            return None
        domain = None
        if match["domain"]:
            domain = Domain(int(match["domain"]), int(match["first"]), int(match["last"]))
        return Entry(_end(match["a"], match["ab"]), _end(match["b"], match["bb"]), domain)


def _end(text: str, breakout: str | None) -> End:
    device, port = split_interface_key(text)
    return End(device, port, Breakout.parse(breakout) if breakout else None)


Taken = Mapping[str, frozenset[str]]


class Ledger(Mapping[str, Entry]):
    """Entries by link key, and the ports of external switches that others' cables take.

    `taken` holds port keys by device key: `17` for a whole physical port, `17/2` for a lane.
    """

    def __init__(self, entries: Mapping[str, Entry] | None = None, taken: Taken | None = None) -> None:
        self._entries = dict(entries or {})
        self.taken: Taken = dict(taken or {})
        self._by_far_class: dict[tuple[str, str], dict[str, Entry]] | None = None

    def __getitem__(self, key: str) -> Entry:
        return self._entries[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def ending_on(self, kind: str, class_key: str) -> Mapping[str, Entry]:
        """The entries of links of a kind whose far end is on a class: found once for all, because plans have many."""
        if self._by_far_class is None:
            self._by_far_class = {}
            for key, entry in self._entries.items():
                where = link_kind(key), split_device_key(entry.b.device)[0]
                self._by_far_class.setdefault(where, {})[key] = entry
        return self._by_far_class.get((kind, class_key), {})

    def says_what(self, other: Ledger) -> bool:
        """Whether a file of this ledger is a file of the other, and there is anything in it."""
        taken = [{device: ports for device, ports in one.taken.items() if ports} for one in (self, other)]
        return bool(self._entries) and self._entries == other._entries and taken[0] == taken[1]

    def uncabled(self) -> Ledger:
        """The same entries as what only a file knows: they say where a link goes, and hold no port of their own."""
        return self.like({key: replace(entry, cabled=False) for key, entry in self._entries.items()})

    def like(self, entries: Mapping[str, Entry]) -> Ledger:
        """Other entries, the same ports taken."""
        return Ledger(entries, self.taken)

    def under(self, above: Ledger) -> Ledger:
        """This ledger with another laid over it: where both know a link, the one above wins."""
        return Ledger(self._entries | above._entries, {**self.taken, **above.taken})


def dump(plan_id: str, ledger: Ledger) -> str:
    """A ledger file: one link a line, sorted, so that git shows exactly what changed."""
    lines = ",\n".join(
        f"  {json.dumps(key)}: {json.dumps(ledger[key].text())}" for key in sorted(ledger, key=natural)
    )
    taken = ",\n".join(
        f"  {json.dumps(device)}: {json.dumps(sorted(ledger.taken[device], key=natural))}"
        for device in sorted(ledger.taken, key=natural) if ledger.taken[device]
    )
    others = f' "taken": {_body(taken)},\n' if taken else ""
    return f'{{\n "format": {FORMAT},\n "plan": {json.dumps(plan_id)},\n{others} "links": {_body(lines)}\n}}\n'


def _body(lines: str) -> str:
    return f"{{\n{lines}\n }}" if lines else "{}"


def read(text: str, name: str, plan_id: str, former_ids: Collection[str] = ()) -> Ledger:
    """The ledger in the text of a ledger file; `former_ids` are ids that the plan had before.

    Raises:
        LedgerError: not a ledger file, of a newer format, of another plan, or damaged.
    """
    if len(text) > MAX_TEXT:
        raise LedgerError(f"{name} has more than {MAX_TEXT // 1024 // 1024} MiB. Remove it, and apply writes it anew.")
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"{name} is not a ledger file: {error}. Remove it, and the next apply writes it anew."
        raise LedgerError(message) from None
    if not isinstance(data, dict) or not isinstance(data.get("links"), dict) or "format" not in data:
        raise LedgerError(f"{name} is not a ledger file. Remove it, and the next apply writes it anew.")
    if data["format"] != FORMAT:
        raise LedgerError(
            f"{name} has format {_shown(data['format'])}; this version reads {FORMAT}. Use a newer hedgehog.diet."
        )
    if data.get("plan") not in (plan_id, *former_ids):
        raise LedgerError(
            f"{name} belongs to the plan {_shown(data.get('plan'))}, not to {plan_id!r}. Name another `ledger_file`."
        )
    entries: dict[str, Entry] = {}
    for key, value in data["links"].items():
        entry = Entry.parse(value) if isinstance(value, str) else None
        if entry is None:
            where = f"the link {_shown(key)}: {_shown(value)}"
            raise LedgerError(f"{name} is damaged at {where}. Take it from your version control.")
        entries[key] = entry
    return Ledger(entries, _taken(data.get("taken", {}), name))


def _taken(data: Any, name: str) -> Taken:
    rows = data.items() if isinstance(data, dict) else [("taken", data)]
    for device, ports in rows:
        known = isinstance(ports, list) and all(isinstance(p, str) and _TAKEN_PORT.match(p) for p in ports)
        if not known or not _DEVICE.match(device):
            where = f"the ports taken on {_shown(device)}: {_shown(ports)}"
            raise LedgerError(f"{name} is damaged at {where}. Take it from your version control.")
    return {device: frozenset(ports) for device, ports in rows}


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}..."
