# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of cabled interfaces of external switches become the ports that they take."""

from __future__ import annotations

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.expand.external import port_keys, taken_ports
from ansible_collections.hedgehog.diet.plugins.module_utils.model.plan import SwitchClass

from ..plans import document, loaded, servers, switches, zone


def switch_class() -> SwitchClass:
    """Ports 1 to 4 broken out into four lanes, 5 to 8 not."""
    plan = document({"leaf": switches(servers=zone("1-4", "4x100g"), more=zone("5-8", "1x400g"))}, {"s": servers(1)})
    return loaded(plan).switch_classes["leaf"]


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        ([], set()),
        (["E1/1/2"], {"1/2"}),
        (["E1/1/2", "E1/1/3", "E1/4/1"], {"1/2", "1/3", "4/1"}),
        (["E1/1"], {"1"}),  # not broken out there: the whole port
        (["E1/1/8"], {"1"}),  # broken out into more lanes there
        (["E1/5"], {"5"}),
        (["E1/5/1"], {"5"}),  # any lane takes a port that is not broken out here
        (["E1/9", "E1/40/1", "Management0", "E1/1/2.100", "E1", "E1/1/", "E1/1/x", "e1/1", ""], set()),
        (["E1/1/0"], {"1"}),
    ],
)
def test_taken_ports(names: list[str], taken: set[str]) -> None:
    assert taken_ports(switch_class(), names) == taken


def test_port_keys() -> None:
    keys = port_keys(switch_class())
    assert len(keys) == 20
    assert (keys["E1/1/1"], keys["E1/4/4"], keys["E1/5"]) == ("1/1", "4/4", "5/1")
