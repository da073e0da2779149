# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings as a person reads them."""

from __future__ import annotations

from ansible_collections.hedgehog.diet.plugins.module_utils.diagnostics import nearest


def test_a_list_of_known_names_is_short_whatever_they_are() -> None:
    assert nearest("leaf", ["ring", "9" * 5000]) == f"Known: {'9' * 64}..., ring."
