# Copyright: Contributors to the hedgehog.diet collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules that take a plan to a NetBox share: options and attributes."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  plan_file:
    description:
      - Path of a YAML or JSON file with the plan, searched like files of a role or beside the playbook.
      - It is read on the controller, and errors name file, line and column.
    type: path
  progress_file:
    description:
      - File to which progress is appended as JSON lines. The action plugin follows it, and sets it when not given.
    type: path
attributes:
  platform:
    support: full
    platforms: posix
    description: Runs where NetBox can be reached, usually on the controller with C(connection=local).
  action_group:
    support: full
    membership: [hedgehog.diet.diet]
    description: Use C(group/hedgehog.diet.diet) in C(module_defaults) to set the connection options once.
  async:
    support: none
    description: Shows progress while it runs instead.
"""
