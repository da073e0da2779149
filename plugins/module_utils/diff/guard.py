# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not be done: finds every reason to stop before the first write, with both sides of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..diagnostics import Diagnostics, Path
from ..model.keys import split_device_key, split_interface_key
from ..model.state import CABLE, DEVICE, INTERFACE, Owned, Value
from .adopt import Adoption
from .changeset import CREATE, DELETE, DRIFT, MOVE, UPDATE, Change, ChangeSet
from .edited import SHOWN, WAY_OUT, guard_edited
from .external import Port

_NONE = Adoption()

Names = Mapping[tuple[str, str], tuple[int, str]]  # tenant's slug and name in lower case: device id, its plan id


def guard(
    changes: ChangeSet, owned: Owned, names: Names, ports: Mapping[str, Port], max_moves: int, found: Diagnostics,
    adoption: Adoption = _NONE,
) -> bool:
    """Collect conflicts of a change set with what is not ours, and moves above the limit.

    Returns whether all marks make sense. Where nobody knows what an object is, all that follows from it says nothing:
    first of all of what is on it.

    Args:
        names: who has which name on the site; NetBox gives one once per site and tenant.
        ports: the interfaces of external devices that links end on, by key.
        adoption: why what stands in the way was not adopted, where that was tried.
    """
    if guard_edited(changes, owned, found) or not guard_strays(owned, found):
        return False
    if not changes:
        return True
    _names(changes, owned, names, adoption, found)
    _occupied_ports(changes, owned, ports, adoption, found)
    _interface_names(changes, owned, found)
    _moves(changes, max_moves, found)
    return True


def guard_strays(owned: Owned, found: Diagnostics) -> bool:
    """Collect objects whose marks contradict each other: nobody can say what they are. Whether there are none."""
    for text in owned.strays[:SHOWN]:
        found.error("damaged-mark", (), f"{text}.", WAY_OUT)
    return not owned.strays


def _names(
    changes: ChangeSet, owned: Owned, names: Names, adoption: Adoption, found: Diagnostics
) -> None:
    own_ids = {row.id: key for key, row in owned.devices.items()}
    leaving = [c for c in changes.changes if c.kind == DEVICE and (c.action == DELETE or _renames(c))]
    renamed = {c.id for c in leaving}
    for change in changes.of(DEVICE, CREATE) + changes.of(DEVICE, UPDATE):
        if not _renames(change):
            continue
        row = owned.devices.get(change.key)
        has: Mapping[str, Value] = row.values if row is not None else {}
        name, tenant = ({**has, **change.after}.get(field) for field in ("name", "tenant"))
        holder = names.get((str(tenant or ""), str(name).lower()))
        if holder is None or holder[0] == change.id or holder[0] in renamed:
            continue
        section = "switch_classes" if {**has, **change.after}.get("role") else "server_classes"
        path = (section, split_device_key(change.key)[0])
        if holder[0] in own_ids and _is_held(changes, DEVICE, own_ids[holder[0]], "name", path, name, found):
            continue
        if holder[0] in own_ids:
            found.error(
                "leftover-in-the-way", path,
                f"the name {name!r} for {change.key} is held by {own_ids[holder[0]]}, which the plan no longer wants.",
                "Set `prune: true` to delete it first.",
            )
        else:
            whose = f"the plan {holder[1]!r}" if holder[1] else "nobody's plan"
            why_not = adoption.differs.get((DEVICE, holder[0]), "")
            found.error(
                "name-taken", path,
                f"the name {name!r} for {change.key} is taken on the site: device {holder[0]} of {whose} has it"
                f"{f', and is not adopted: {why_not}' if why_not else ''}.",
                _way_out(holder[1], bool(why_not), "Rename one of them, or change `naming`."),
            )


def _way_out(plan_id: str, tried: bool, other: str) -> str:
    """How to get past something that is not ours, by whose it is."""
    if tried:
        return f"Make them agree. {other}"
    if plan_id:
        return (
            f"If that is what this plan was called before, say `formerly: [{plan_id}]` in it; `adopt_from: {plan_id}`"
            f" takes over what it wants of another plan's. {other}"
        )
    return f"`adopt: true` takes it over if it agrees with the plan. {other}"


def _renames(change: Change) -> bool:
    return "name" in change.after or "tenant" in change.after


def _occupied_ports(
    changes: ChangeSet, owned: Owned, ports: Mapping[str, Port], adoption: Adoption, found: Diagnostics
) -> None:
    """A wanted port may hold its own cable, or one of ours that this run takes away from it."""
    leaving = {c.id for c in changes.changes if c.kind == CABLE and c.action in (DELETE, MOVE)}
    own_cables = {row.id: key for key, row in owned.cables.items()}
    interface_ids = {**_interface_ids(owned, changes), **{key: port.id for key, port in ports.items()}}
    cable_on = owned.cable_on | {port.id: port.cable for port in ports.values() if port.cable is not None}
    for change in changes.of(CABLE, CREATE) + changes.of(CABLE, MOVE):
        for end in change.after["ends"]:
            cable = cable_on.get(interface_ids.get(end, 0))
            if cable is None or cable == change.id or cable in leaving:
                continue
            if cable in own_cables and _is_held(changes, CABLE, own_cables[cable], "ends", (), end, found):
                continue
            if cable in own_cables:
                found.error(
                    "leftover-in-the-way", (),
                    f"the port {end} of {change.label} holds the cable {own_cables[cable]!r} (cable {cable}), which the"
                    " plan no longer wants.", "Set `prune: true` to delete it first.",
                )
            else:
                why_not = adoption.differs.get((CABLE, cable), "")
                found.error(
                    "port-taken", (),
                    f"the port {end} of {change.label} holds a cable that is not ours (cable {cable})"
                    f"{f', and is not adopted: {why_not}' if why_not else ''}.",
                    _way_out("", bool(why_not), "Delete that cable, or keep the port out of the zone."),
                )


def _interface_ids(owned: Owned, changes: ChangeSet) -> Mapping[str, int]:
    ids = {key: row.id for key, row in owned.interfaces.items()}
    ids |= {c.key: c.id for c in changes.of(INTERFACE, UPDATE) if c.id is not None}
    return ids


def _interface_names(changes: ChangeSet, owned: Owned, found: Diagnostics) -> None:
    """An interface of ours that would take a name which another interface of the device keeps."""
    leaving = {c.key for c in changes.changes if c.kind == INTERFACE and (c.action == DELETE or "name" in c.after)}
    holders = {(str(row.values["device"]), row.name): key for key, row in owned.interfaces.items()}
    for change in changes.of(INTERFACE, CREATE) + changes.of(INTERFACE, UPDATE):
        device = split_interface_key(change.key)[0]
        other = holders.get((device, str(change.after["name"]))) if "name" in change.after else None
        if other is None or other in leaving:
            continue
        if not _is_held(changes, INTERFACE, other, "name", (), change.after["name"], found):
            found.error(
                "leftover-in-the-way", (),
                f"the interface name of {change.key} ({change.label}) is held by {other}, which the plan no longer"
                " wants.",
                "Set `prune: true` to delete it first.",
            )


def _is_held(
    changes: ChangeSet, kind: str, key: str, name: str, path: Path, wanted: Value, found: Diagnostics
) -> bool:
    """Whether something stands in the way because its drift is left alone; that is reported."""
    held = next((one for one in changes.held if (one.kind, one.key, one.name) == (kind, key, name)), None)
    if held is not None:
        found.error(
            "drift-in-the-way", path,
            f"{wanted!r} is wanted by the plan, and {kind} {key} ({held.label}) has it, which somebody put there and"
            f" `drift` leaves ({held.policy}).",
            f"Change that in NetBox, or set `drift` to restore for {kind}.{name}.",
        )
    return held is not None


def _moves(changes: ChangeSet, max_moves: int, found: Diagnostics) -> None:
    moved: Sequence[Change] = [c for c in changes.of(CABLE, MOVE) if c.reason_of("ends") != DRIFT]
    if len(moved) > max_moves:
        shown = "; ".join(f"{c.key}" for c in moved[:5])
        found.error(
            "too-many-moves", (),
            f"{len(moved)} cables would move to other ports ({shown}{', ...' if len(moved) > 5 else ''}), and max_moves"
            f" is {max_moves}.", f"Set `max_moves: {len(moved)}` if that is what you want.",
        )
