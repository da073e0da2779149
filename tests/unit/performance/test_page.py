# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/performance.md says what the stored results say."""

from __future__ import annotations

from typing import Any

import page
import page_netbox

Row = dict[str, Any]


def test_the_page_is_in_step_with_the_results() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(), "run tests/performance/page.py"


def figures(seconds: float, requests: int = 10, **more: Any) -> Row:
    writes = {"requests": 2, "rows": 20, "seconds": 2.0}
    return {
        "seconds": seconds, "requests": requests, "sent": 1000, "received": 2000, "peak_mb": 60, "client_cpu": 1.0,
        "server_cpu": 5.0, "busy": 0.9, "server_share": 0.6, "writing": seconds - 1,
        "endpoints": {f"{method} dcim/{kind}": writes for method in ("POST", "PATCH") for kind in page_netbox.KINDS},
        **more,
    }


def parts(each: dict[str, int]) -> list[Row]:
    common = {"verb": "look", "count": 10, "seconds": 36.0, "sent": 0, "received": 0}
    return [{**common, "kind": kind, "requests": 10 * requests} for kind, requests in each.items()]


def report(create: float) -> Row:
    """A run with one size, whose floor is 100 s, and 162 requests when nothing changes at 10,000 servers."""
    loops = parts({"devices": 7, "interfaces": 6, "cables": 10})
    steps = {name: figures(10, **{"from": {}}) for name in page_netbox.STEPS}
    deleted = {"DELETE dcim/cables": {"requests": 1, "rows": 0, "seconds": 4.0}}
    ours = {name: figures(10) for name in page_netbox.STEPS} | {
        "create": figures(create),
        "teardown": figures(10, endpoints=deleted, deleted={"devices": 10, "interfaces": 0, "cables": 40}),
    }
    size = {
        "servers": 200, "devices": 202, "interfaces": 800, "cables": 400, "ours": ours,
        "floor": {"create": figures(100.0)}, "lists": {name: figures(9) for name in page_netbox.STEPS},
        "single": {**steps, "sample": {"more": figures(5, parts=[])}, "sample_servers": 10},
        "netbox_netbox": {**steps, "sample": {"unchanged": figures(110, parts=loops)}, "sample_servers": 4},
        "loader": {"seconds": 9.0, "told": {"seconds": {"device": 1.0, "cable": 1.0}, "ms_each": {"device": 0.2}}},
    }
    large = [
        {"step": "unchanged", "observe": "full", "read": "full", **figures(44.0, 162)},
        {"step": "unchanged", "observe": "changed", "read": "changed", **figures(11.0, 20)},
        {"step": "more", "observe": "changed", "read": "full", **figures(29.0, 30)},
    ]
    return {
        "date": "2026-11-21", "load_before": 0.1, "minutes": 25.0,
        "hardware": {"cpu": "some", "cores": 2, "memory_gb": 24},
        "versions": {"netbox": "4.7.3", "postgresql": "15", "python": "3.12.1", "netbox.netbox": "3.23.0"},
        "server": {"processes": 3, "threads": 2}, "sizes": [size], "large": large,
    }


def test_goals_are_met_or_honestly_missed() -> None:
    text = page_netbox.section(report(create=109.0))
    assert "| creating 200 servers takes no more than the floor and 10 % | +9% | met |" in text
    # 10,040 devices by 7, 90,240 interfaces by 6 and 40,000 cables by 10 requests
    assert "| 162 requests against 1,011,720: 6,245 times | met |" in text
    assert "nothing to change, `observe: full`: 45 s | 44.0 s | met |" in text
    assert "nothing to change, `observe: changed`: 10 s | 11.0 s | **missed** |" in text
    assert "ten servers more, `observe: changed` (read everything): 30 s | 29.0 s | met |" in text
    assert "| +20% | **missed** |" in page_netbox.section(report(create=120.0))


def test_what_is_not_measured_is_marked() -> None:
    lines = page_netbox.section(report(create=109.0)).splitlines()
    single = next(line for line in lines if "| pynetbox, single |" in line)
    lists = next(line for line in lines if "| pynetbox, lists |" in line)
    assert "| ~10.0 | ~10 |" in single and "~" not in lists
    assert any(line.startswith("~ netbox.netbox: worked out, not measured.") for line in lines)


def test_deleted_objects_are_counted_by_what_there_was_to_delete() -> None:
    text = page_netbox.section(report(create=109.0))
    assert "| cables | 100 | 100 | 100 | 100 | 100 |" in text
