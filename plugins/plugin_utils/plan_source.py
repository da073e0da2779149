# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a plan document from a file or a text on the controller, with the place of every value in it.

Our own reading, because what Ansible hands to plugins has lost its places on some ansible-core versions. This file and
what it uses (`yaml_nodes.py`, `yaml_values.py`) know YAML; they know nothing of what a plan means.
"""

from __future__ import annotations

import os

import yaml

from ansible_collections.hedgehog.diet.plugins.plugin_utils.places import (
    MAX_BYTES,
    MAX_DEPTH,
    Location,
    PlanSource,
    PlanSourceError,
    describe,
    locate,
)
from ansible_collections.hedgehog.diet.plugins.plugin_utils.yaml_nodes import Composer
from ansible_collections.hedgehog.diet.plugins.plugin_utils.yaml_values import Builder

__all__ = ["Location", "PlanSource", "PlanSourceError", "locate", "read_plan_file", "read_plan_text"]

_FORBIDDEN = yaml.reader.Reader.NON_PRINTABLE


def read_plan_file(path: str | os.PathLike[str]) -> PlanSource:
    """The plan of a YAML or JSON file.

    Raises:
        PlanSourceError: it cannot be read, or is not one mapping.
    """
    name = os.fspath(path)
    try:
        with open(name, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _error(name, "there is no such file.") from None
    except IsADirectoryError:
        raise _error(name, "it is a directory, not a file.") from None
    except PermissionError:
        raise _error(name, "it may not be read: permission denied.") from None
    except OSError as error:
        raise _error(name, f"it cannot be read: {error.strerror or error}.") from None
    if len(content) > MAX_BYTES:
        raise _error(name, f"it has more than {MAX_BYTES // 1024 // 1024} MiB; no plan is that large.")
    return read_plan_text(_decode(content, name), name)


def read_plan_text(text: str, name: str) -> PlanSource:
    """The plan of a YAML or JSON text; `name` stands for the file in messages.

    Raises:
        PlanSourceError: it is not one mapping, in YAML without tags.
    """
    if text.startswith("$ANSIBLE_VAULT;"):
        raise _error(name, "it is encrypted with Ansible Vault.", "Decrypt it, or give the plan as a variable.")
    try:
        return _read(text, name)
    except PlanSourceError:
        if not ("\t" in text and text.lstrip().startswith("{")):
            raise
    # JSON may be indented with tabs, YAML not. In JSON a tab never stands inside a text, so a space does as well.
    return _read(text.replace("\t", " "), name)


def _decode(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        message = f"the byte 0x{content[error.start]:02x} is not UTF-8 text. Save the file as UTF-8."
        raise PlanSourceError([(Location(name, line, column), message)]) from None


def _read(text: str, name: str) -> PlanSource:
    _check_characters(text, name)
    try:
        root = Composer(text, name).document()
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, name) from None
    builder = Builder(name)
    document = builder.value(root, ())
    if builder.problems:
        raise PlanSourceError(builder.problems)
    if not isinstance(document, dict):
        raise PlanSourceError([(root.place(name), f"a plan is a mapping; this is {describe(document)}.")])
    return PlanSource(document, builder.locations, name)


def _check_characters(text: str, name: str) -> None:
    """YAML's own check, done here because libyaml reports a byte and not a place."""
    odd = _FORBIDDEN.search(text)
    if odd:
        line = text.count("\n", 0, odd.start()) + 1
        place = Location(name, line, odd.start() - text.rfind("\n", 0, odd.start()))
        raise PlanSourceError([(place, f"YAML forbids the character U+{ord(odd[0]):04X}.")])


def _syntax_error(error: yaml.MarkedYAMLError, name: str) -> PlanSourceError:
    mark = error.problem_mark or error.context_mark
    place = Location(name, mark.line + 1, mark.column + 1) if mark else Location(name)
    if "nesting depth" in str(error.problem):  # libyaml's own limit, met while it looks ahead
        return PlanSourceError([(place, f"it is nested deeper than {MAX_DEPTH} levels.")])
    context = f" ({error.context})" if error.context else ""
    return PlanSourceError([(place, f"it is not valid YAML: {error.problem or error.context}{context}.")])


def _error(name: str, message: str, hint: str = "") -> PlanSourceError:
    return PlanSourceError([(Location(name), f"{message} {hint}".strip())])
