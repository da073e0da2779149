# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody may write to eat the machine or to have it run something: refused soon, in little memory, with a place.

All ways in go through the same gate: `find_plan` for the modules and the lookups, `from_origin` for the filter.
"""

from __future__ import annotations

import copy
import json
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleError, AnsibleFilterError

from ansible_collections.hedgehog.diet.plugins.filter.from_origin import from_origin
from ansible_collections.hedgehog.diet.plugins.module_utils.expand.place import amount
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import LedgerError
from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import read as read_ledger
from ansible_collections.hedgehog.diet.plugins.plugin_utils.plans import expand_plan, find_plan

SECONDS = 10.0  # of CPU: all of them take less than one on a free machine
MEMORY = 512 * 1024 * 1024

PLAN = """\
schema: 1
id: hostile
site: dc1
fabrics: {backend: {}}
switch_classes:
  leaf:
    fabric: backend
    role: server-leaf
    device_type: celestica-ds5000
    zones: {servers: {type: server, ports: "1-8", breakout: 4x200g}}
server_classes:
  gpu:
    quantity: 2
    device_type: gpu-server
    nics: {rail: {ports: [r0, r1]}}
    connections: {rail: {nic: rail, zone: leaf/servers, ports: 2}}
catalog:
  manufacturers: {acme: {name: Acme}}
  device_types: {gpu-server: {manufacturer: acme, model: GPU server}}
"""
DOCUMENT: dict[str, Any] = yaml.safe_load(PLAN)


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    """No more memory than that, and no more time."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, before[1]))
    begin = time.process_time()
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
    assert time.process_time() - begin < SECONDS


def short(value: object) -> str:
    """A name for a case: pytest would use all of a text."""
    return value[:24] if isinstance(value, str) else type(value).__name__


def refused(plan: Any, tmp_path: Path) -> str:
    """What is said of a text as a plan file, or of a mapping."""
    path = tmp_path / "plan.yml"
    if isinstance(plan, str):
        path.write_text(plan)
    with pytest.raises(AnsibleError) as error:
        find_plan(str(path) if isinstance(plan, str) else plan, lambda name: name)
    assert len(error.value.message) < 250_000
    return str(error.value.message).replace(f"{path}", "plan.yml")


def quantity(text: str) -> str:
    return PLAN.replace("quantity: 2", f"quantity: {text}")


def changed(value: Any, *path: str) -> dict[str, Any]:
    document = copy.deepcopy(DOCUMENT)
    at = document
    for key in path[:-1]:
        at = at.setdefault(key, {})
    at[path[-1]] = value
    return document


# -- files ------------------------------------------------------------------------------------------------------------


def _aliases(line: str) -> str:
    return "".join(line.format(n=n, many=", ".join([f"*a{n - 1}"] * 9), one=f"*a{n - 1}") for n in range(1, 12))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a0: &a0 [x, x]\n" + _aliases("a{n}: &a{n} [{many}]\n") + PLAN, "plan.yml:1:13: it holds more than 200,000"),
        ("a0: &a0 {x: 1}\n" + _aliases("a{n}: &a{n} {{<<: [{many}]}}\n") + PLAN, ": it holds more than 200,000 values"),
        ("_a: &a [*a]\n" + PLAN, "plan.yml:1:9: the alias *a stands inside what it names"),
        ("_a: &a {<<: *a}\n" + PLAN, "plan.yml:1:13: the alias *a stands inside what it names"),
        ("_a: " + "[" * 100_000 + "\n" + PLAN, "it is nested deeper than 100 levels"),
        ("".join(" " * n + "a:\n" for n in range(3_000)), "plan.yml:101:101: it is nested deeper than 100 levels"),
        ("_a: [" + "1," * 450_000 + "]\n" + PLAN, "it holds more than 200,000 values"),
        ("? " + "k" * 6_000 + "\n: 1\n" + PLAN, "plan.yml:1:3: a key has at most 5,000 characters"),
        (quantity("1" + "0" * 5_000), "plan.yml:13:15: '1000"),
        (quantity("0x" + "f" * 1_000_000), "plan.yml:13:15: '0xff"),
        (quantity(":".join(["59"] * 200_000)), "plan.yml:13:15: '59:59"),
        (quantity(":".join(["59"] * 100_000) + ".5"), "plan.yml:13:15: '59:59"),
        (quantity("1" + "_" * 100_000), "is not a number that a plan can hold"),
        (quantity("1.0e+400"), "plan.yml:13:15: '1.0e+400' is not a number that a plan can hold"),
        (quantity(".nan"), "plan.yml:13:15: '.nan' is not a number that a plan can hold"),
        (quantity("-.inf"), "plan.yml:13:15: '-.inf' is not a number that a plan can hold"),
        (quantity("1e400"), "plan.yml:13:5: server_classes.gpu.quantity: '1e400' is not a whole number"),
        (quantity("1000000000"), "server_classes.gpu.quantity: 1000000000 is above 100000, the maximum"),
    ],
    ids=short,
)
def test_files(text: str, words: str, tmp_path: Path) -> None:
    assert words in refused(text, tmp_path)


def test_large_files(tmp_path: Path) -> None:
    large = "_a: '" + "x" * (16 * 1024 * 1024) + "'\n"
    assert "plan.yml: it has more than 16 MiB" in refused(large + PLAN, tmp_path)
    with pytest.raises(LedgerError, match=r"ledger\.json has more than 64 MiB"):
        read_ledger(large * 4, "ledger.json", "hostile")


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system", "!!python/object/new:x.Y", "!!python/name:os.system", "!unsafe", "!vault",
        "!!binary", "!!set", "!!omap", "!!pairs", "!!timestamp", "!include", "!<tag:yaml.org,2002:python/tuple>",
    ],
)
def test_tags_construct_nothing(tag: str, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    for value in (f"[touch {ran}]", f"{{a: touch {ran}}}", f"'touch {ran}'"):
        assert "plan.yml:13:15: the tag " in refused(quantity(f"{tag} {value}"), tmp_path)
    assert not ran.exists()


# -- values, wherever a plan comes from -------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [10 ** 5000, -10 ** 5000, 10 ** 19, float("inf"), float("nan"), 1e308], ids=short)
@pytest.mark.parametrize(
    "path",
    [
        ("server_classes", "gpu", "quantity"), ("switch_classes", "leaf", "quantity"), ("defaults", "position"),
        ("server_classes", "gpu", "connections", "rail", "cable", "length"),
        ("catalog", "device_types", "gpu-server", "u_height"), ("schema",),
    ],
    ids=".".join,
)
def test_numbers(value: float, path: tuple[str, ...], tmp_path: Path) -> None:
    assert f"plan: {'.'.join(path)}: a plan cannot hold " in refused(changed(value, *path), tmp_path)


PORTS = ("switch_classes", "leaf", "zones", "servers", "ports")
BREAKOUT = ("switch_classes", "leaf", "zones", "servers", "breakout")


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (PORTS, "1-999999999", "ports go from 1 to 1024"),
        (PORTS, "1-" + "9" * 4_990, "'1-99999999999"),
        (PORTS, ",".join(["1-1024"] * 100_000), "is too long: the limit is 5000"),
        (PORTS, "1" + " " * 4_990 + "x", "is not valid here"),
        (PORTS, "1," * 2_400 + "x", "is not valid here"),
        (PORTS, "1 -" * 1_600, "is not valid here"),
        (PORTS, 10 ** 9, "is above 1024, the maximum"),
        (BREAKOUT, "999999x100g", "is not valid here"),
        (BREAKOUT, "9" * 100_000 + "x1g", "is not valid here"),
        (("server_classes", "k" * 101), {}, "cannot be a key"),
        (("switch_classes", "leaf", "zones"), {f"z{n}": {} for n in range(201)}, "it has 201 keys: the limit is 200"),
        (("naming", "server"), "{index:0999999999d}", "the format of {index} is not valid"),
        (("naming", "server"), "{index:{index}}", "the format of {index} is not valid"),
        (("naming", "server"), "{index!r}", "the format of {index} is not valid"),
        (("naming", "server"), "{index:>9}", "the format of {index} is not valid"),
        (("naming", "server"), "{class.__init__}{index}", "{class.__init__} is not a variable"),
        (("naming", "server"), "{class[0]}{index}", "{class[0]} is not a variable"),
        (("naming", "server"), "{0}", "{0} is not a variable"),
        (("naming", "server"), "{}", "{} is not a variable"),
        (("naming", "server"), "{" * 199, "is not a name pattern"),
        (("naming", "server"), "{class}" * 100_000, "is too long: the limit is 200"),
        (("server_classes", "gpu", "connections", "rail", "cable", "label"), "{kind.__class__}", "is not a variable"),
    ],
    ids=short,
)
def test_values(path: tuple[str, ...], value: Any, words: str, tmp_path: Path) -> None:
    document = changed(value, *path)
    assert words in refused(document, tmp_path)
    assert words in refused(yaml.safe_dump(document), tmp_path)


def test_many_mistakes_are_not_told_for_ever(tmp_path: Path) -> None:
    keys = refused({**DOCUMENT, **dict.fromkeys(map("x{}".format, range(20_000)), 1)}, tmp_path)
    assert keys.count("[unknown-key]") == 101 and "19,900 more of its keys are unknown or invalid." in keys
    wrong = {f"c{n}": {"quantity": "x", "device_type": "gpu-server"} for n in range(3_000)}
    told = refused(changed(wrong, "server_classes"), tmp_path)
    assert told.count("[wrong-type]") > 900 and "there are more errors than these 1,000" in told


# -- amounts ----------------------------------------------------------------------------------------------------------


def many_classes(number: int, ports: int) -> dict[str, Any]:
    names = [f"p{port}" for port in range(ports)]
    one = {
        "quantity": 100_000, "device_type": "gpu-server", "nics": {"n": {"ports": names}},
        "connections": {"n": {"nic": "n", "zone": "leaf/servers", "ports": ports}},
    }
    return changed({f"c{n}": one for n in range(number)}, "server_classes")


@pytest.mark.parametrize(
    ("document", "path", "total"),
    [
        (many_classes(1, 64), "server_classes.c0.quantity", "19,300,000"),
        (many_classes(100, 10), "server_classes.c0.quantity", "310,000,000"),
        (changed(100_000, "switch_classes", "leaf", "quantity") | {"id": "x"}, "", ""),
    ],
    ids=["links", "classes", "switches"],
)
def test_amounts_are_multiplied_before_anything_is_expanded(
    document: dict[str, Any], path: str, total: str, tmp_path: Path
) -> None:
    if path:
        assert f"{path}: the plan comes to {total} objects at least" in refused(document, tmp_path)
        return
    find_plan(document, str)  # a hundred thousand switches without links are within it
    document["switch_classes"]["leaf"]["ports"] = "all"
    said = refused(document, tmp_path)
    assert "switch_classes.leaf.quantity: the plan comes to 3,300,0" in said and "[too-many-objects]" in said


def test_the_limit_counts_what_is_made() -> None:
    """As many as are said, when it is not reached; with spare ports too."""
    for all_ports in (False, True):
        document = changed(50, "server_classes", "gpu", "quantity")
        if all_ports:
            document["server_classes"]["gpu"]["ports"] = document["switch_classes"]["leaf"]["ports"] = "all"
        topology, _warnings = expand_plan(find_plan(document, str), "", False)
        made = len(topology.devices) + len(topology.interfaces) + len(topology.cables)
        with pytest.MonkeyPatch().context() as patch:
            patch.setattr(amount, "MAX_OBJECTS", made - 1)
            with pytest.raises(AnsibleError, match=f"comes to {made} objects at least"):
                expand_plan(find_plan(document, str), "", False)
    assert amount.MAX_OBJECTS == 1_000_000


# -- ledgers and libraries --------------------------------------------------------------------------------------------


def ledger(**links: Any) -> str:
    return json.dumps({"format": 1, "plan": "hostile", "links": links})


GOOD = "a=gpu/1:rail/0 b=leaf/1:1/1@4x200g"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1_000_000, '{"format": ' + "9" * 5_000 + "}",
        ledger(a="x" * 1_000_000), ledger(a="a=" + "x/1:" * 20_000), ledger(a="a=a/1:1 b=" + "y/1:" * 20_000 + " !"),
        ledger(a="a=" + "a/1:x" * 9_000 + " b=" + "b/1:x" * 9_000 + "@"), ledger(a=[["x"]]), ledger(a={"b": "c" * 999}),
        json.dumps({"format": ["x" * 9_999], "plan": "hostile", "links": {}}),
        json.dumps({"format": 1, "plan": "x" * 9_999, "links": {}}),
        json.dumps({"format": 1, "plan": "hostile", "links": {}, "taken": {"leaf/1": ["9" * 9_999]}}),
    ],
    ids=short,
)
def test_ledger_files(text: str) -> None:
    with pytest.raises(LedgerError) as error:
        read_ledger(text, "ledger.json", "hostile")
    assert len(str(error.value)) < 1_000


def test_a_ledger_that_asks_for_a_million_switches(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    path.write_text(ledger(**{"server gpu/1/rail/0": GOOD.replace("leaf/1", "leaf/999999")}))
    document = changed("all", "switch_classes", "leaf", "ports")
    with pytest.raises(AnsibleError, match="too-many-objects"):
        expand_plan(find_plan(document, str), str(path), False)


@pytest.mark.parametrize("text", ["a: &a [*a]\n", "a: !!python/name:os.system x\n", "a: " + "[" * 9_000 + "\n"])
def test_library_files(text: str, tmp_path: Path) -> None:
    (tmp_path / "type.yml").write_text(text)
    said = refused(yaml.safe_dump(changed(["type.yml"], "catalog", "library")), tmp_path)
    assert "catalog.library.0: type.yml: line 1: " in said and "[library-file]" in said


@pytest.mark.parametrize(
    "document", [{"meta": {"case_id": "x"}, "n": 10 ** 5000}, {"meta": {}, "plan": [[[]]] * 200_001}], ids=["n", "many"]
)
def test_the_filter_has_the_same_gate(document: dict[str, Any]) -> None:
    with pytest.raises(AnsibleFilterError, match="The document cannot be read"):
        from_origin(document)


def test_what_holds_itself() -> None:
    document: dict[str, Any] = dict(DOCUMENT)
    document["_self"] = document
    find: Callable[[str], str] = str
    with pytest.raises(AnsibleError, match="deeper than 100 levels"):
        find_plan(document, find)
