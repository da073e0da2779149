# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module says of reasons, and how it takes the option `drift`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ..fakes.netbox import FakeNetBox
from ..fakes.tables import DEVICES, JOURNAL
from ..netbox.scene import row_of, small
from .running import Run, plan


def rows(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def test_a_run_tells_drift_by_the_record_of_the_run_before(run: Run, netbox: FakeNetBox) -> None:
    assert run(plan=plan())["reasons"] == {}
    row_of(netbox, DEVICES, "gpu/1")["name"] = "by-hand"
    done = run(plan=plan(), check=True, diff=True)
    assert done["reasons"] == {"drift": 1}
    assert done["diff"]["prepared"].splitlines()[1:] == [
        "reasons: 1 drift", "~ device gpu-001: name by-hand -> gpu-001 [drift]",
    ]
    (row,) = rows(done["changes_file"])
    assert (row["reason"], row["reasons"], row["because"]) == ("drift", {}, "")


def test_the_record_carries_the_plan_as_it_was_given(run: Run, netbox: FakeNetBox) -> None:
    run(plan=plan())
    (entry,) = netbox.tables[JOURNAL].values()
    assert entry["comments"].startswith("DIET run of plan **test**. devices: 5 created;")
    assert '"document": "' in entry["comments"] and '"plan_digest": "' in entry["comments"]
    # Another way to write the same plan is no change of it.
    row_of(netbox, DEVICES, "gpu/1")["name"] = "by-hand"
    same = dict(reversed(plan().items())) | {"_note": "x"}
    assert run(plan=same, check=True)["reasons"] == {"drift": 1}


def test_drift_that_is_left_alone_is_no_change(run: Run, netbox: FakeNetBox) -> None:
    run(plan=plan())
    row_of(netbox, DEVICES, "gpu/1")["name"] = "by-hand"
    done = run(plan=plan(), drift="keep", diff=True)
    assert (done["changed"], done["kept"], done["reported"]) == (False, {"device.name": 1}, {})
    assert (done["report"], done["changes_file"]) == ("", "")
    assert [d["code"] for d in done["diagnostics"] if d["code"].startswith("drift")] == []
    assert done["diff"]["prepared"] == "drift kept: 1 device.name\n"
    done = run(plan=plan(), drift={"device.name": "report"})
    assert (done["changed"], done["kept"], done["reported"]) == (False, {}, {"device.name": 1})
    assert [d["code"] for d in done["diagnostics"] if d["code"].startswith("drift")] == ["drift-reported"]
    assert rows(done["drift_file"]) == [{
        "policy": "report", "kind": "device", "key": "gpu/1", "name": "gpu-001",
        "id": row_of(netbox, DEVICES, "gpu/1")["id"], "field": "name",
        "has": "by-hand", "wants": "gpu-001", "reason": "drift", "because": "",
    }]
    done = run(plan=plan())
    assert (done["changed"], done["reasons"], done["drift_file"]) == (True, {"drift": 1}, "")


@pytest.mark.parametrize("value", ["forget", {"device.nmae": "keep"}, {"disk": "keep"}])
def test_an_option_that_makes_no_sense(run: Run, netbox: FakeNetBox, value: Any) -> None:
    done = run(plan=small(), drift=value)
    assert done["failed"] and done["msg"].startswith("drift: ")
    assert netbox.log == []
