# Copyright: Contributors to the hedgehog.diet collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that the lookups of expanded plans share."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  _terms:
    description:
      - Plans, each as a mapping or as the path of a plan file or of a document of the first DIET.
      - Relative paths are searched like files of a role or beside the playbook.
    type: list
    elements: raw
    required: true
  fabric:
    description: Only rows of this fabric.
    type: str
  class:
    description: Only rows of this server or switch class; of cables, those with an end on it.
    type: str
  device:
    description: Only rows of the device with this name; of cables, those with an end on it.
    type: str
  ledger:
    description:
      - Path of the ledger file, so that links are where they were placed when the plan was smaller.
      - By default that of the plan file, its path with C(.ledger.json) added, where it exists.
      - Give an empty string for none.
    type: str
  prune:
    description: Whether links that the ledger knows and the plan no longer wants give up their ports.
    type: bool
    default: false
requirements:
  - jsonschema
notes:
  - A lookup expands the plan on the controller and needs no NetBox.
  - Errors in the plan name file, line and column.
"""
