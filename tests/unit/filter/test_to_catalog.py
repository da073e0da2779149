# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter `hedgehog.diet.to_catalog`: what becomes of documents is tested where that is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.hedgehog.diet.plugins.filter import to_catalog as plugin
from ansible_collections.hedgehog.diet.plugins.filter.to_catalog import FilterModule

DOCUMENTATION = Path(__file__).resolve().parents[3] / "plugins" / "filter" / "to_catalog.yml"
SWITCH = {
    "manufacturer": "Acme", "model": "Switch 1", "slug": "acme-switch-1", "u_height": 1, "is_full_depth": True,
    "interfaces": [{"name": "eth1", "type": "10gbase-x-sfpp"}, {"name": "con", "type": "1000base-t"}],
}


def to_catalog(documents: Any) -> Any:
    return FilterModule().filters()["to_catalog"](documents)


def test_documents_become_a_catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(plugin.display, "warning", warnings.append)
    catalog = to_catalog([SWITCH])
    assert catalog["manufacturers"] == {"acme": {"name": "Acme"}}
    assert catalog["device_types"]["acme-switch-1"]["ports"] == {
        "1": {"speed": 10, "interface_type": "10gbase-x-sfpp"}
    }
    assert warnings == [
        "to_catalog: document 1 (acme-switch-1): the name 'con' has no number to know its port by: left out."
    ]


def test_no_documents_make_an_empty_catalog() -> None:
    assert to_catalog([]) == {}


def test_all_that_is_wrong_is_said() -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        to_catalog([{"slug": "a", "model": "A"}, "b"])
    assert str(caught.value) == (
        "to_catalog: document 1 (a): `manufacturer` is missing.\n"
        "document 2: a document of the device type library is a mapping with `manufacturer` and `model`."
    )


@pytest.mark.parametrize("documents", [SWITCH, "acme-switch-1", None])
def test_anything_but_a_list_is_refused(documents: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="takes a list"):
        to_catalog(documents)


def test_every_filter_is_documented() -> None:
    documented = yaml.safe_load(DOCUMENTATION.read_text(encoding="utf-8"))["DOCUMENTATION"]["name"]
    assert set(FilterModule().filters()) == {documented}
