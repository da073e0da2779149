# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/performance.md says what the stored results say."""

from __future__ import annotations

import page


def test_the_page_is_in_step_with_the_results() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(), "run tests/performance/page.py"
