# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans from files, texts and Ansible values: plain values, their places, and what is refused."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path as FilePath
from typing import Any

import pytest

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import Diagnostic
from ansible_collections.hedgehog.diet.plugins.plugin_utils import yaml_nodes
from ansible_collections.hedgehog.diet.plugins.plugin_utils.ansible_values import from_mapping
from ansible_collections.hedgehog.diet.plugins.plugin_utils.findings import CATALOGUE, explain, render
from ansible_collections.hedgehog.diet.plugins.plugin_utils.places import (
    MAX_DEPTH,
    Location,
    PlanSource,
    PlanSourceError,
    locate,
)
from ansible_collections.hedgehog.diet.plugins.plugin_utils.plan_source import read_plan_file, read_plan_text

PLAN = """\
# a plan
schema: 1
fabrics:
  fe: {}
  be:
    mode: mesh
list:
- one
- two: 2.5
  three: null
"""


@pytest.fixture(params=["libyaml", "python"], autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything holds with and without libyaml."""
    import yaml

    if request.param == "python":
        monkeypatch.setattr(yaml_nodes, "_Loader", yaml.SafeLoader)
    elif not hasattr(yaml, "CSafeLoader"):
        pytest.skip("PyYAML is here without libyaml")


def refused(text: str) -> str:
    with pytest.raises(PlanSourceError) as caught:
        read_plan_text(text, "plan.yml")
    return str(caught.value)


# -- values and places ------------------------------------------------------------------------------------------------


def test_values_are_plain() -> None:
    assert read_plan_text(PLAN, "p").document == {
        "schema": 1,
        "fabrics": {"fe": {}, "be": {"mode": "mesh"}},
        "list": ["one", {"two": 2.5, "three": None}],
    }


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        ((), 2, 1),
        (("schema",), 2, 1),
        (("fabrics", "be"), 5, 3),
        (("fabrics", "be", "mode"), 6, 5),
        (("list", "0"), 8, 3),
        (("list", "1"), 9, 3),
        (("list", "1", "three"), 10, 3),
    ],
)
def test_places(path: tuple[str, ...], line: int, column: int) -> None:
    assert read_plan_text(PLAN, "p.yml").locations[path] == Location("p.yml", line, column)


def test_the_nearest_place() -> None:
    locations = read_plan_text(PLAN, "p.yml").locations
    assert locate(("fabrics", "be", "mode", "x", "y"), locations) == Location("p.yml", 6, 5)
    assert locate(("nowhere",), locations) == Location("p.yml", 2, 1)
    assert locate(("nowhere",), {}) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12), ("-3", -3), ("0x1f", 31), ("1_000", 1000), ("1.5", 1.5), ("yes", True), ("off", False),
        ("~", None), ("", None), ("1-32", "1-32"), ("1,3", "1,3"), ("4x200g", "4x200g"), ("'12'", "12"),
        ("!!str 12", "12"), ("2024-01-31", "2024-01-31"), ("=", "="), ("|\n  a\n  b", "a\nb\n"),
        ("größe", "größe"),
    ],
)
def test_scalars(text: str, value: Any) -> None:
    read = read_plan_text(f"key: {text}\n", "p").document["key"]
    assert (read, type(read)) == (value, type(value))


def test_keys_are_text_as_written() -> None:
    assert list(read_plan_text("on: 1\n007: 2\n1.50: 3\nnull: 4\n", "p").document) == ["on", "007", "1.50", "null"]


def test_aliases_and_merges() -> None:
    text = """\
_leaf: &leaf {role: leaf, ports: 1}
_more: &more {ports: 2, speed: 3}
a: *leaf
b: {<<: *leaf, role: spine}
c: {<<: [*leaf, *more]}
"""
    source = read_plan_text(text, "p.yml")
    assert source.document["a"] == {"role": "leaf", "ports": 1}
    assert source.document["b"] == {"role": "spine", "ports": 1}
    assert source.document["c"] == {"role": "leaf", "ports": 1, "speed": 3}
    assert source.locations[("b", "ports")] == Location("p.yml", 1, 27)
    assert source.locations[("a",)] == Location("p.yml", 3, 1)


def test_aliased_values_are_not_shared() -> None:
    document = read_plan_text("a: &x {k: []}\nb: *x\n", "p").document
    document["a"]["k"].append(1)
    assert document["b"] == {"k": []}


@pytest.mark.parametrize(
    "text", ['{"a": [1, {"b": "c\\/d"}], "e": null}', '{\n\t"a": [1,\t{"b": "c/d"}],\n\t"e": null\n}\n']
)
def test_json(text: str) -> None:
    assert read_plan_text(text, "p.json").document == {"a": [1, {"b": "c/d"}], "e": None}


# -- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "plan.yml: it is empty."),
        ("# nothing\n", "plan.yml: it is empty."),
        ("---\n", "a plan is a mapping; this is empty."),
        ("- a\n", "plan.yml:1:1: a plan is a mapping; this is a list."),
        ("text\n", "plan.yml:1:1: a plan is a mapping; this is the value 'text'."),
        ("a: 1\n---\nb: 2\n", "plan.yml:2:1: a second document begins here"),
        ("a: [1, 2\nb: 3\n", "plan.yml:2:"),
        ("a: 1\n\tb: 2\n", "plan.yml:2:1: it is not valid YAML:"),
        ("a: b: c\n", "plan.yml:1:5: it is not valid YAML:"),
        ("a: *gone\n", "plan.yml:1:4: the alias *gone has no anchor before it."),
        ("a: &x [*x]\n", "plan.yml:1:8: the alias *x stands inside what it names."),
        ("a: !!python/object/apply:os.system [id]\n", "the tag !!python/object/apply:os.system is not known here"),
        ("a: !!python/name:os.system\n", "the tag !!python/name:os.system is not known here"),
        ("a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n", "the tag !vault is not known here; a plan needs none. Give the"),
        ("a: !!set {b}\n", "plan.yml:1:4: the tag !!set is not known here"),
        ("a: !!binary aGk=\n", "the tag !!binary is not known here"),
        ("a: !!int many\n", "plan.yml:1:4: 'many' is not of type int."),
        ("a: .nan\n", "plan.yml:1:4: '.nan' is not a number that a plan can hold."),
        ("a: -.inf\n", "plan.yml:1:4: '-.inf' is not a number that a plan can hold."),
        ("? [a]\n: 1\n", "plan.yml:1:3: a key is text, not a list or mapping."),
        ("a: {<<: 1}\n", "`<<` merges a mapping, or a list of mappings."),
        ("a: b\x00c\n", "plan.yml:1:5: YAML forbids the character U+0000."),
        ("$ANSIBLE_VAULT;1.1;AES256\n6162\n", "plan.yml: it is encrypted with Ansible Vault."),
    ],
)
def test_refused(text: str, message: str) -> None:
    assert message in refused(text)


def test_duplicate_keys_name_both_places() -> None:
    text = "a: 1\nb: {c: 1, c: 2}\na: 3\n"
    assert refused(text).splitlines() == [
        "plan.yml:3:1: the key 'a' stands here again; the first is at plan.yml:1:1.",
        "plan.yml:2:11: the key 'c' stands here again; the first is at plan.yml:2:5.",
    ]


def test_keys_that_are_the_same_as_text_are_duplicates() -> None:
    assert "the key '1' stands here again" in refused("1: a\n'1': b\n")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_deep_nesting_is_refused_and_does_not_crash(opening: str) -> None:
    depth = 2_000 if opening == "- " else 100_000
    assert f"nested deeper than {MAX_DEPTH} levels" in refused("key:\n  " + opening * depth)


def bomb(template: str, length: int = 30) -> str:
    lines = ["a0: &a0 {k: v}"]
    lines += [f"a{n}: &a{n} {template.format(f'*a{n - 1}')}" for n in range(1, length)]
    return "\n".join(lines)


@pytest.mark.parametrize("template", ["[{0}, {0}, {0}]", "{{a: {0}, b: {0}}}", "{{<<: [{0}, {0}, {0}]}}"])
def test_alias_bombs_are_refused(template: str) -> None:
    assert "more than 200,000 values" in refused(bomb(template))


@pytest.mark.parametrize("template", ["[{0}]", "{{a: {0}}}", "{{<<: {0}}}"])
def test_chains_of_aliases_are_refused(template: str) -> None:
    assert "its aliases are nested deeper than" in refused(bomb(template, 2_000))


# -- files ------------------------------------------------------------------------------------------------------------


def test_a_file(tmp_path: FilePath) -> None:
    file = tmp_path / "plan.yml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    source = read_plan_file(file)
    assert source.document == {"a": 1, "b": 2}
    assert source.name == str(file)
    assert str(source.locations[("b",)]) == f"{file}:2:1"


def test_files_that_cannot_be_read(tmp_path: FilePath) -> None:
    latin = tmp_path / "latin.yml"
    latin.write_bytes(b"a: 1\nb: Gr\xf6\xdfe\n")
    for path, message in (
        (tmp_path / "none.yml", "there is no such file."),
        (tmp_path, "it is a directory, not a file."),
        (latin / "below", "it cannot be read: Not a directory."),
        (latin, ":2:6: the byte 0xf6 is not UTF-8 text."),
    ):
        with pytest.raises(PlanSourceError) as caught:
            read_plan_file(path)
        assert str(caught.value).startswith(str(path))
        assert message in str(caught.value)


def test_a_file_without_permission(tmp_path: FilePath, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "plan.yml"
    file.write_text("a: 1\n")
    file.chmod(0)
    if os.access(file, os.R_OK):  # root may read anything

        def refuse(*_args: Any, **_options: Any) -> Any:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(PlanSourceError, match="permission denied"):
        read_plan_file(file)


# -- Ansible's values -------------------------------------------------------------------------------------------------


def test_a_mapping() -> None:
    value = {"a": [1, 2.5, True, None, "x"], 5: {"b": ()}, "d": date(2024, 1, 31)}
    source = from_mapping(value, "the variable plan")
    assert source.document == {"a": [1, 2.5, True, None, "x"], "5": {"b": []}, "d": "2024-01-31"}
    assert source.name == "the variable plan"
    assert not source.locations


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1], "plan: a plan is a mapping; this is a list."),
        (None, "plan: a plan is a mapping; this is empty."),
        ({"a": {True: 1}}, "plan: a: the key True is not text. Write it in quotes."),
        ({"a": {1: 1, "1": 2}}, "plan: a.1: the key '1' stands there twice, as text and as a number."),
        ({"a": {"b": {1, 2}}}, "plan: a.b: a plan cannot hold {1, 2}, of type set."),
        ({"a": float("nan")}, "plan: a: a plan cannot hold nan, of type float."),
    ],
)
def test_mappings_that_are_refused(value: Any, message: str) -> None:
    with pytest.raises(PlanSourceError) as caught:
        from_mapping(value)
    assert message in str(caught.value)


def test_a_mapping_that_holds_itself() -> None:
    value: dict[str, Any] = {}
    value["a"] = value
    with pytest.raises(PlanSourceError, match="deeper than"):
        from_mapping(value)


def test_what_ansible_loads_keeps_its_places(tmp_path: FilePath) -> None:
    """On each ansible-core in its own way: tags since 2.19, `ansible_pos` before."""
    dataloader = pytest.importorskip("ansible.parsing.dataloader")
    file = tmp_path / "vars.yml"
    file.write_text(PLAN)
    source = from_mapping(dataloader.DataLoader().load_from_file(str(file)))
    assert source.document == read_plan_text(PLAN, "p").document
    assert source.name == str(file)
    for path, line in ((("fabrics", "be"), 5), (("fabrics", "be", "mode"), 6), (("list", "1", "two"), 9)):
        assert locate(path, source.locations) == Location(str(file), line, source.locations[path].column)


def test_what_ansible_loads_becomes_plain(tmp_path: FilePath) -> None:
    dataloader = pytest.importorskip("ansible.parsing.dataloader")
    file = tmp_path / "vars.yml"
    file.write_text("a: {b: [text, 1, 2.5]}\n")
    document = from_mapping(dataloader.DataLoader().load_from_file(str(file))).document
    inner = document["a"]["b"]
    assert [type(v) for v in (document, document["a"], inner, *inner, *document)] == [
        dict, dict, list, str, int, float, str
    ]


# -- findings ---------------------------------------------------------------------------------------------------------


def finding(severity: str, path: tuple[str, ...], message: str = "no good.") -> Diagnostic:
    return Diagnostic(severity, "some-code", path, message)


def test_findings_are_in_the_order_of_the_file() -> None:
    source = read_plan_text(PLAN, "p.yml")
    found = [
        finding("error", ("list", "1", "two")),
        finding("warning", ("fabrics", "be", "mode")),
        finding("error", ("schema",)),
        finding("error", ("fabrics", "gone"), "is not there."),
    ]
    assert render(found, source).splitlines() == [
        "3 errors and 1 warning in p.yml",
        "p.yml:2:1: schema: no good. [some-code]",
        "p.yml:3:1: fabrics.gone: is not there. [some-code]",
        "warning: p.yml:6:5: fabrics.be.mode: no good. [some-code]",
        "p.yml:9:3: list.1.two: no good. [some-code]",
    ]


def test_findings_of_a_converted_document_are_placed_in_the_original() -> None:
    source = read_plan_text(PLAN, "p.yml")
    paths = {(): (), ("switch_classes", "x"): ("fabrics", "be")}
    assert render([finding("error", ("switch_classes", "x", "role"))], source, paths).splitlines() == [
        "1 error in p.yml",
        "p.yml:5:3: switch_classes.x.role: no good. [some-code]",
    ]


def test_findings_without_places() -> None:
    source = PlanSource({}, {}, "the variable plan")
    assert render([finding("warning", ("a",))], source).splitlines() == [
        "1 warning in the variable plan",
        "warning: a: no good. [some-code]",
    ]


def test_errors_end_with_where_to_read_more_and_warnings_do_not() -> None:
    source = PlanSource({}, {}, "plan.yml")
    error, warning = (Diagnostic(severity, "some-code", (), "odd.") for severity in ("error", "warning"))
    assert explain([error, warning], source) == f"{render([error, warning], source)}\n{CATALOGUE}"
    assert explain([warning], source) == render([warning], source)
