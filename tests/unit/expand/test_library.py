# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of the device type library become rows of the catalog."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostics
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.catalog import device_type, module_type
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.language.library import (
    LibraryError,
    read_document,
    to_catalog,
    with_library,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.model.hardware import Breakout
from ansible_collections.hedgehog.diet.plugins.module_utils.model.schema import PLAN


def interfaces(*spans: tuple[str, int, int, str]) -> list[dict[str, Any]]:
    """`("eth{}", 1, 48, type)`."""
    return [
        {"name": pattern.format(number), "type": kind}
        for pattern, first, last, kind in spans for number in range(first, last + 1)
    ]


def switch(*spans: tuple[str, int, int, str], **more: Any) -> dict[str, Any]:
    return {
        "manufacturer": "Acme Networks", "model": "Switch 1", "slug": "acme-switch-1", "u_height": 1,
        "is_full_depth": True, "interfaces": interfaces(*spans), **more,
    }


def row(*spans: tuple[str, int, int, str], **more: Any) -> dict[str, Any]:
    return read_document(switch(*spans, **more)).row


def problems(document: Any) -> tuple[str, ...]:
    with pytest.raises(LibraryError) as caught:
        read_document(document)
    return caught.value.problems


# -- device types -----------------------------------------------------------------------------------------------------


def test_a_switch() -> None:
    document = switch(("E1/{}", 1, 32, "400gbase-x-qsfpdd"), ("E1/{}", 33, 34, "10gbase-x-sfpp"))
    document["interfaces"].append({"name": "eth0", "type": "1000base-t", "mgmt_only": True})
    document["interfaces"].append({"name": "Vlan1", "type": "virtual"})
    document["comments"] = "Anything else is not read."
    library = to_catalog([("switch.yaml", document)])
    assert library.notes == ()
    assert library.catalog == {
        "manufacturers": {"acme-networks": {"name": "Acme Networks"}},
        "device_types": {
            "acme-switch-1": {
                "manufacturer": "acme-networks",
                "model": "Switch 1",
                "u_height": 1,
                "is_full_depth": True,
                "port_name": "E1/{port}",
                "ports": {
                    "1-32": {"speed": 400, "interface_type": "400gbase-x-qsfpdd"},
                    "33-34": {"speed": 10, "interface_type": "10gbase-x-sfpp"},
                },
            },
        },
    }


def test_names_that_start_again() -> None:
    found = row(("eth{}", 1, 48, "1000base-t"), ("uplink{}", 1, 4, "25gbase-x-sfp28"))
    assert found["port_name"] == "eth{port}"
    assert found["ports"]["49-52"] == {
        "speed": 25, "interface_type": "25gbase-x-sfp28", "port_name": "uplink{port}", "first_number": 1,
    }


def test_numbers_that_go_on_under_another_name_stay_the_ports_own() -> None:
    found = row(("ge{}", 1, 48, "1000base-t"), ("xe{}", 49, 52, "10gbase-x-sfpp"))
    assert found["ports"]["49-52"] == {"speed": 10, "interface_type": "10gbase-x-sfpp", "port_name": "xe{port}"}


def test_numbers_that_begin_at_0() -> None:
    found = row(("et-0/0/{}", 0, 31, "400gbase-x-qsfpdd"))
    assert found["port_name"] == "et-0/0/{port}"
    assert found["ports"] == {"1-32": {"speed": 400, "interface_type": "400gbase-x-qsfpdd", "first_number": 0}}


def test_the_number_that_differs_is_the_ports() -> None:
    found = row(("Ethernet{}/1", 1, 32, "100gbase-x-qsfp28"))
    assert (found["port_name"], list(found["ports"])) == ("Ethernet{port}/1", ["1-32"])


def test_line_cards() -> None:
    found = row(("Ethernet1/{}", 1, 4, "1000base-t"), ("Ethernet2/{}", 1, 4, "1000base-t"))
    assert found["port_name"] == "Ethernet1/{port}"
    assert found["ports"]["5-8"]["port_name"] == "Ethernet2/{port}"
    assert found["ports"]["5-8"]["first_number"] == 1


def test_types_that_take_turns() -> None:
    document = switch()
    document["interfaces"] = [
        {"name": f"p{n}", "type": "100gbase-x-qsfp28" if n % 2 else "10gbase-x-sfpp"} for n in range(1, 9)
    ]
    assert list(read_document(document).row["ports"]) == ["1-7:2", "2-8:2"]


def test_a_port_of_2_5g_runs_at_1() -> None:
    assert row(("E1/{}", 1, 36, "2.5gbase-t"))["ports"] == {"1-36": {"speed": 1, "interface_type": "2.5gbase-t"}}


def test_what_is_left_out_is_told() -> None:
    entry = read_document(switch(
        ("eth{}", 1, 2, "1000base-t"), ("slow{}", 1, 2, "100base-tx"), ("ib{}", 1, 1, "infiniband-ndr"),
        ("console", 1, 1, "1000base-t"),
    ))
    assert list(entry.row["ports"]) == ["1-2"]
    assert entry.notes == (
        "2 of its interfaces are '100base-tx', which is no Ethernet of 1 Gb/s or more: left out.",
        "1 of its interfaces is 'infiniband-ndr', which is no Ethernet of 1 Gb/s or more: left out.",
        "the name 'console' has no number to know its port by: left out.",
    )


def test_a_type_without_interfaces() -> None:
    assert row() == {"manufacturer": "acme-networks", "model": "Switch 1", "u_height": 1, "is_full_depth": True}


def test_heights_as_netbox_tells_them() -> None:
    assert row(u_height="2.0")["u_height"] == 2
    assert row(u_height=1.5)["u_height"] == 1.5


def test_a_manufacturer_as_netbox_tells_it() -> None:
    entry = read_document(switch(manufacturer={"name": "Acme Networks", "slug": "acme"}))
    assert (entry.row["manufacturer"], entry.manufacturer) == ("acme", "Acme Networks")


@st.composite
def named_ports(draw: st.DrawFn) -> list[str]:
    """Interface names as switches have them: a few patterns, each with some numbers."""
    heads = draw(st.lists(st.sampled_from(("eth", "E1/", "E2/", "Gi1/0/", "Gi2/0/", "up")), min_size=1, unique=True))
    tail = draw(st.sampled_from(("", "/1", "a")))
    numbers = st.sets(st.integers(0, 130), min_size=1, max_size=20)
    return [f"{head}{number}{tail}" for head in heads for number in sorted(draw(numbers))]


@given(named_ports())
def test_the_hardware_has_exactly_the_names_of_the_document(names: list[str]) -> None:
    kinds = ("100gbase-x-qsfp28", "10gbase-x-sfpp", "1000base-t")
    document = switch(interfaces=[{"name": name, "type": kinds[len(name) % 3]} for name in names])
    found = Diagnostics()
    catalog = to_catalog([("a.yaml", document)]).catalog
    jsonschema.Draft202012Validator(PLAN["properties"]["catalog"]).validate(catalog)
    made = device_type("own", catalog["device_types"]["acme-switch-1"], (), found)
    assert list(found) == []
    assert len(made.ports) == len(names)
    whole = {port: Breakout(1, group.speed) for port in made.ports if (group := made.group_of(port))}
    assert {
        made.interface_name(port, 1, how): made.interface_type(port, how) for port, how in whole.items()
    } == {name: kinds[len(name) % 3] for name in names}


# -- module types -----------------------------------------------------------------------------------------------------


def test_a_network_card() -> None:
    document = {
        "manufacturer": "Acme Networks", "model": "NIC 2x400",
        "interfaces": interfaces(("port{}", 0, 10, "400gbase-x-osfp")),
    }
    entry = read_document(document)
    assert (entry.section, entry.slug) == ("module_types", "nic-2x400")
    jsonschema.Draft202012Validator(PLAN["properties"]["catalog"]).validate({entry.section: {entry.slug: entry.row}})
    card = module_type(entry.slug, entry.row)
    assert card.ports == tuple(f"port{n}" for n in range(11))
    assert (card.interface_type, card.manufacturer, card.model) == ("400gbase-x-osfp", "acme-networks", "NIC 2x400")


def test_ports_of_a_card_that_differ_have_no_type_in_common() -> None:
    document = {
        "manufacturer": "Acme", "model": "Mixed",
        "interfaces": [{"name": "{module}/p1", "type": "1000base-t"}, {"name": "{module}/p2", "type": "10gbase-t"}],
    }
    assert read_document(document).row == {"manufacturer": "acme", "model": "Mixed", "ports": ["p1", "p2"]}


# -- mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (["a"], ("a document of the device type library is a mapping with `manufacturer` and `model`.",)),
        (
            {"slug": "a", "interfaces": {"eth0": {}}},
            ("`manufacturer` is missing.", "`model` is missing.",
             "`interfaces` is a list of mappings with `name` and `type`."),
        ),
        (switch(interfaces=[{"name": "eth1"}]), ("interface 1 lacks its `name` or its `type`.",)),
        (switch(("eth1", 1, 2, "1000base-t")), ("2 interfaces are called 'eth1'.",)),
        (
            switch(interfaces=[{"name": "eth01", "type": "1000base-t"}, {"name": "eth2", "type": "1000base-t"}]),
            ("'eth01' has a number that begins with 0, which `port_name` cannot say. Describe this type under"
             " `catalog.device_types` instead.",),
        ),
        (
            switch(("eth{}", 1000, 1025, "1000base-t")),
            ("'eth1025' would be port 1025, and ports go from 1 to 1024. Describe this type under"
             " `catalog.device_types` instead.",),
        ),
        (switch(u_height="tall"), ("`u_height` is a number, not 'tall'.",)),
        (
            {"manufacturer": "Acme", "model": "Optic"},
            ("it has no interfaces: only network cards can be module types of a plan.",),
        ),
        (
            {"manufacturer": "Acme", "model": "Card", "interfaces": [{"name": "{module}", "type": "1000base-t"}]},
            ("without `{module}` its interfaces have no names of their own.",),
        ),
    ],
)
def test_mistakes(document: Any, expected: tuple[str, ...]) -> None:
    assert problems(document) == expected


def test_all_documents_are_read_before_anything_is_said() -> None:
    with pytest.raises(LibraryError) as caught:
        to_catalog([("a.yaml", switch()), ("b.yaml", None), ("c.yaml", switch()), ("d.yaml", {"model": "D"})])
    assert str(caught.value) == (
        "b.yaml: a document of the device type library is a mapping with `manufacturer` and `model`.\n"
        "c.yaml: a.yaml describes 'acme-switch-1' already.\n"
        "d.yaml: `manufacturer` is missing.\n"
        "d.yaml: it has no interfaces: only network cards can be module types of a plan."
    )


# -- with a plan ------------------------------------------------------------------------------------------------------


def test_rows_of_the_plan_win() -> None:
    library = to_catalog([("a.yaml", switch()), ("b.yaml", switch(slug="other", model="Switch 2"))])
    own = {"library": ["a.yaml"], "sites": {"dc1": {"name": "DC 1"}}, "device_types": {"other": {"model": "Mine"}}}
    merged = with_library(own, library)
    assert merged["device_types"]["other"] == {"model": "Mine"}
    assert merged["device_types"]["acme-switch-1"]["model"] == "Switch 1"
    assert merged["sites"] == own["sites"]
    assert merged["manufacturers"] == {"acme-networks": {"name": "Acme Networks"}}
    assert "library" not in merged
    assert own["library"] == ["a.yaml"]
