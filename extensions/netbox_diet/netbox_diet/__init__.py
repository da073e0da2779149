# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plugin of NetBox: the management command `diet_load`. It has no models, so nothing to migrate, and no pages."""

from __future__ import annotations

from netbox.plugins import PluginConfig


class DietConfig(PluginConfig):
    name = "netbox_diet"
    verbose_name = "DIET"
    description = "Fills NetBox with the objects of a DIET plan, quickly"
    version = "0.1.0"
    author = "The hedgehog.diet authors"
    base_url = "diet"
    # What saving an object does is repeated here without saving it, so each version has to be looked at.
    min_version = "4.7.0"
    max_version = "4.7.99"


config = DietConfig
