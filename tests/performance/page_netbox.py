# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The section of docs/performance.md on a real NetBox: who took what, and which goals that meets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from page_columns import header, line
from page_limits import goals, large, limits

Report = Mapping[str, Any]

HEAD = """\
## On a NetBox

Everyone builds the same plan in the same sandbox: two leaves, and servers with a link to each. The types, roles, site,
custom fields and tag that the plan refers to are there before, and everyone writes the same fields and marks.

- **hedgehog.diet**: `ansible-playbook` with one task, started anew for every step, all of its own time counted. It gets
  the plan, and finds out by itself what there is to do.
- **floor**: a client that sends the very bodies that hedgehog.diet posted, in lists of the same sizes, one after the
  other, prepared before and without looking at the answers. Nobody who writes by list can be faster by more than luck
  with one request at a time.
- **pynetbox, lists**: a program that posts and deletes lists of a hundred, and reads whole lists to compare.
- **pynetbox, single**: a program with a request for each object to create or compare, and two to delete.
- **netbox.netbox**: `netbox_device`, `netbox_device_interface` and `netbox_cable` in a `loop` over our lookups.

The last three are told which objects are new and which have to go, and ask about no others. That flatters them: a run
over the whole plan, as hedgehog.diet does it, would cost them what *nothing to change* costs on top.

Bytes are those of bodies. The peak of memory is that of the client's largest process. *Server CPU* is that of the web
server, PostgreSQL and Redis. *Under way* is the share of the time in which at least one request was with the web
server, *server busy* the share of all cores that the server used; a client that keeps it at work has no more to gain.
All of this is counted at the server and by the kernel, for everyone alike.
"""

STEPS = {
    "create": "create all",
    "unchanged": "nothing to change",
    "more": "ten servers more",
    "fewer": "ten servers fewer",
    "rename": "a renamed class",
    "teardown": "remove all",
}
CONTESTANTS = {
    "ours": "hedgehog.diet",
    "floor": "floor",
    "lists": "pynetbox, lists",
    "single": "pynetbox, single",
    "netbox_netbox": "netbox.netbox",
}
KINDS = ("devices", "interfaces", "cables")


def section(report: Report) -> str:
    """One run."""
    hardware, versions = report["hardware"], report["versions"]
    server = report["server"]
    told = ", ".join(f"{name} {found}" for name, found in versions.items() if name not in ("netbox", "postgresql"))
    text = [
        f"### NetBox {versions['netbox']}",
        "",
        f"{report['date']}, {hardware['cores']} cores ({hardware['cpu']}), {hardware['memory_gb']} GB, load"
        f" {report['load_before']} before; PostgreSQL {versions['postgresql']}, gunicorn with {server['processes']}"
        f" processes of {server['threads']} threads, no worker for background jobs; {told}. Server and clients share"
        f" the machine. The run took {report['minutes']:.0f} minutes.",
        "",
        *goals(report),
        *(text for size in report["sizes"] for text in _size(size)),
        *_floor(report),
        *_kinds(report),
        *large(report),
        *limits(report),
    ]
    return "\n".join(text)


def _size(size: Report) -> Iterator[str]:
    yield f"#### {size['servers']:,} servers: {_objects(size)}"
    yield ""
    yield from header("", "")
    for step, title in STEPS.items():
        for contestant, name in CONTESTANTS.items():
            found = size.get(contestant, {}).get(step)
            if found:
                yield line(found, title, name)
                title = ""
    yield ""
    for contestant in CONTESTANTS:
        sample = size.get(contestant, {}).get("sample")
        if sample:
            yield (
                f"~ {CONTESTANTS[contestant]}: worked out, not measured. Its sample is the work on"
                f" {size[contestant]['sample_servers']} servers in a NetBox that has all the others:"
                f" {_sampled(sample)}. Seconds, requests and bytes for an object of each kind are taken times their"
                " number."
            )
            yield ""


def _sampled(sample: Report) -> str:
    return "; ".join(
        f"{STEPS[step]}, {sum(part['count'] for part in found['parts'])} objects in {found['seconds']:.1f} s and"
        f" {found['requests']} requests"
        for step, found in sample.items()
    )


def _floor(report: Report) -> Iterator[str]:
    yield "#### Create, beside the server's floor"
    yield ""
    yield (
        "What hedgehog.diet takes on top does not grow with the plan: starting Ansible and the module, reading NetBox,"
        " expanding, comparing. The third column is without it: from the beginning of the first list to the end of the"
        " last."
    )
    yield ""
    yield (
        "| servers | hedgehog.diet s | its lists s | floor s | all / floor | lists / floor |"
        " server CPU s, hedgehog.diet | floor |"
    )
    yield "|" + " ---: |" * 8
    for size in report["sizes"]:
        ours, floor = size["ours"]["create"], size["floor"]["create"]
        yield (
            f"| {size['servers']:,} | {ours['seconds']:.1f} | {ours['writing']:.1f} | {floor['seconds']:.1f} |"
            f" {ours['seconds'] / floor['seconds']:.2f} | {ours['writing'] / floor['writing']:.2f} |"
            f" {ours['server_cpu']:.1f} | {floor['server_cpu']:.1f} |"
        )
    yield ""


def _kinds(report: Report) -> Iterator[str]:
    size = report["sizes"][-1]
    yield f"#### Milliseconds per object at the server, {size['servers']:,} servers"
    yield ""
    yield (
        "Seconds of the requests that write, divided by their objects. hedgehog.diet updates when a class gets a new"
        " name; it deletes interfaces of leaves with ten servers, servers and leaves with their interfaces, and all"
        " cables."
    )
    yield ""
    yield "| | create, hedgehog.diet | create, floor | create, single | update, hedgehog.diet | delete, hedgehog.diet |"
    yield "| --- |" + " ---: |" * 5
    single = size.get("single", {}).get("sample", size.get("single", {}))
    for kind in KINDS:
        deleted = "fewer" if kind == "interfaces" else "teardown"
        yield (
            f"| {kind} | {_each(size['ours']['create'], 'POST', kind)} | {_each(size['floor']['create'], 'POST', kind)}"
            f" | {_each(single.get('more', {}), 'POST', kind)} | {_each(size['ours']['rename'], 'PATCH', kind)} |"
            f" {_each(size['ours'][deleted], 'DELETE', kind)} |"
        )
    yield ""


def _each(found: Report, method: str, kind: str) -> str:
    row = found.get("endpoints", {}).get(f"{method} dcim/{kind}")
    count = row and (row["rows"] or found.get("deleted", {}).get(kind) or row["requests"])
    return f"{row['seconds'] / count * 1000:.0f}" if row and count else ""


def _objects(size: Report) -> str:
    return ", ".join(f"{size[kind]:,} {kind}" for kind in KINDS)
