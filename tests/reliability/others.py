# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody else who writes while a run reads or writes: what is theirs, and what is the plan's."""

from __future__ import annotations

from integration.support.rest import NetBox

from .state import OTHERS

PLAN_MARK = "hedgehog_plan_id"


class Others:
    """Called with the number of the request that it comes before."""

    def __init__(self, netbox: NetBox) -> None:
        self._netbox = netbox

    def __call__(self, nth: int) -> None:
        # An interface that no cable needs: one that is made again is the same, where a cable may get other ports.
        spare = [row for row in self._netbox.all("dcim/interfaces", name="free-p0") if row["custom_fields"][PLAN_MARK]]
        if spare:  # so that pages by position shift, and the plan has something to put right
            self._netbox.delete("dcim/interfaces", spare[nth % len(spare)]["id"])
        site, role = self._netbox.one("dcim/sites", slug="dc1"), self._netbox.one("dcim/device-roles", slug="foreign")
        kind = self._netbox.one("dcim/device-types", slug="gpu-server")
        made = self._netbox.create(
            "dcim/devices", name=f"{OTHERS}{nth}", site=site["id"], role=role["id"], device_type=kind["id"]
        )
        if nth % 2:
            self._netbox.delete("dcim/devices", made["id"])
