# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the figures on a real NetBox say: goals met or missed, 10,000 servers, and what REST cannot reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from page_columns import header, line

Report = Mapping[str, Any]

OVER_FLOOR = 1.10
FEWER_REQUESTS = 1000
# Seconds, by step and how NetBox is observed.
AT_MOST = {("unchanged", "full"): 45, ("unchanged", "changed"): 10, ("more", "changed"): 30, ("fewer", "changed"): 30}

# What the plan of 10,000 servers comes to.
LARGE = {"devices": 10_040, "interfaces": 90_240, "cables": 40_000}
STEPS = {"unchanged": "nothing to change", "more": "ten servers more", "fewer": "ten servers fewer, from the middle"}


def goals(report: Report) -> Iterator[str]:
    """Each goal, and whether it is met."""
    yield "| goal | found | |"
    yield "| --- | --- | --- |"
    for size in report["sizes"]:
        ratio = size["ours"]["create"]["seconds"] / size["floor"]["create"]["seconds"]
        yield _goal(
            f"creating {size['servers']:,} servers takes no more than the floor and 10 %", f"{ratio - 1:+.0%}",
            ratio <= OVER_FLOOR,
        )
    rows = report.get("large", ())
    theirs = loop_requests(report)
    if theirs and rows:
        ours = rows[0]["requests"]  # nothing to change, everything read
        yield _goal(
            f"10,000 servers, nothing to change: {FEWER_REQUESTS:,} times fewer requests than netbox.netbox",
            f"{ours:,} requests against {theirs:,}: {theirs / ours:,.0f} times", theirs >= FEWER_REQUESTS * ours,
        )
    for row in rows:
        most = AT_MOST.get((row["step"], row["observe"] or "full"))
        if most:
            name = f"10,000 servers, {STEPS[row['step']]}{_observe(row)}: {most} s"
            yield _goal(name, f"{row['seconds']:.1f} s", row["seconds"] <= most)
    yield ""


def loop_requests(report: Report) -> int:
    """Requests that netbox.netbox sends for the plan of 10,000 servers when nothing changes: per object, times objects.

    0 where it was not measured.
    """
    found = report["sizes"][-1].get("netbox_netbox", {})
    parts = found.get("sample", found).get("unchanged", {}).get("parts", ())
    return round(sum(part["requests"] / part["count"] * LARGE[part["kind"]] for part in parts))


def large(report: Report) -> Iterator[str]:
    """Ours with 10,000 servers."""
    rows = report.get("large", ())
    if not rows:
        return
    yield "#### 10,000 servers: " + ", ".join(f"{count:,} {kind}" for kind, count in LARGE.items())
    yield ""
    apart = report.get("large_run")
    when = f" Measured apart, {apart['date']}, load {apart['load_before']} before." if apart else ""
    yield f"hedgehog.diet alone, on a NetBox that holds the plan `synthetic-10000` already.{when}"
    yield ""
    yield from header("")
    for row in rows:
        yield line(row, STEPS[row["step"]] + _observe(row))
    yield ""
    theirs = loop_requests(report)
    if theirs:
        found = report["sizes"][-1]["netbox_netbox"]
        parts = found.get("sample", found)["unchanged"]["parts"]
        each = ", ".join(f"{part['requests'] / part['count']:.0f} for {part['kind']}" for part in parts)
        seconds = sum(part["seconds"] / part["count"] * LARGE[part["kind"]] for part in parts)
        yield (
            f"netbox.netbox would send {theirs:,} requests when nothing changes ({each}), and take some"
            f" {seconds / 3600:,.0f} hours: worked out from its loops above, not measured."
        )
        yield ""


def limits(report: Report) -> Iterator[str]:
    """What is left, and where it goes."""
    size = report["sizes"][-1]
    ours, floor, loader = size["ours"]["create"], size["floor"]["create"], size.get("loader")
    writes = sum(size[kind] for kind in LARGE)
    yield "#### What REST cannot reach, and why"
    yield ""
    yield (
        f"Creating the {writes:,} objects of {size['servers']:,} servers, a request was under way for"
        f" {ours['busy']:.0%} of the time, and the client itself used {ours['client_cpu']:.1f} s of processor time."
        f" What remains is NetBox's own work, {floor['server_cpu'] / writes * 1000:.0f} ms of processor time an object:"
        " it validates and saves every object of a list by itself, each with SQL statements of a single row, a change"
        " record, its search index, its counters and, for cables, the trace of both ends. No client can have that done"
        " in fewer statements, and larger lists do not change it. More requests at once help little: new devices of one"
        " type wait for the row that counts them, new interfaces for that of their device, and two cores are soon busy."
    )
    yield ""
    if loader:
        seconds = sum(loader["told"]["seconds"].values())
        each = ", ".join(f"{kind} {ms:.1f} ms" for kind, ms in loader["told"]["ms_each"].items() if kind in _OWNED)
        yield (
            f"What the database could do: the same objects, with change records and search index, were loaded in"
            f" {seconds:.1f} s by the plugin in extensions/netbox_diet, which writes rows in bulk inside of NetBox"
            f" ({each}; records and index apart), {ours['seconds'] / seconds:,.0f} times as fast as hedgehog.diet over"
            f" REST. With the start of NetBox's command it took {loader['seconds']:.1f} s. It needs a plugin on the"
            " server, and skips permissions, event rules and custom validation."
        )
        yield ""


_OWNED = ("device", "interface", "cable")


def _goal(goal: str, found: str, met: bool) -> str:
    return f"| {goal} | {found} | {'met' if met else '**missed**'} |"


def _observe(row: Report) -> str:
    if not row["observe"]:
        return ""
    return f", `observe: {row['observe']}`" + (" (read everything)" if row["read"] != row["observe"] else "")
