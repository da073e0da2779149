# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A document of the first DIET, for all tests of it."""

from __future__ import annotations

import pytest
import yaml

from .origins import LAB, Document


@pytest.fixture
def lab() -> Document:
    document: Document = yaml.safe_load(LAB.read_text(encoding="utf-8"))
    return document
