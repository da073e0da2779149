# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be clear before anything is deleted: that it is not too much, and that nothing of others goes with it."""

from __future__ import annotations

from ..diagnostics import Diagnostics
from ..diff.changeset import ChangeSet
from ..diff.deletions import Limit, check_deletions
from ..diff.dependants import leaving, report_dependants
from ..model.state import Owned
from ..netbox.client import Client
from ..netbox.dependants import read_dependants


def check_removal(client: Client, changes: ChangeSet, owned: Owned, limit: Limit, found: Diagnostics) -> None:
    """Collect what stands in the way of the deletions of a change set.

    Raises:
        NetBoxError: of any kind but missing rights to view what may hang there, which are a warning.
    """
    check_deletions(changes, owned, limit, found)
    hanging, unseen = read_dependants(client, leaving(changes, owned), owned)
    report_dependants(hanging, unseen, found)
