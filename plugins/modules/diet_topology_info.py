#!/usr/bin/python
# Copyright: Contributors to the hedgehog.diet collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: diet_topology_info
short_description: Say how NetBox stands against a plan of a GPU-cluster network
version_added: 0.1.0
author:
  - Hedgehog (@githedgehog)
description:
  - Reads what a plan owns in NetBox, expands the plan and compares, with the same code as
    M(hedgehog.diet.diet_topology), and reports the state of every owned object. It writes nothing to NetBox.
  - Where the token may view NetBox's change log (permission C(core.view_objectchange)), it also says since when an
    object is as it is, and by whom.
  - It fails when O(fail_on) names a state that is found, which is what cron and AWX schedules need.
  - Names and ports that something else holds are no errors here, but findings. A plan that is wrong is an error.
attributes:
  check_mode:
    support: full
    description: Sends nothing but reads in any mode.
  diff_mode:
    support: N/A
    description: Changes nothing.
  idempotent:
    support: full
    description: Changes nothing.
options:
  plan:
    description:
      - The plan as a mapping, in the plan language or as a document of the first DIET.
      - One of O(plan) and O(plan_file) is needed.
    type: dict
  fail_on:
    description:
      - Fail where an object is in one of these states, which RV(state) explains; V(any) is all of them.
      - The result is returned all the same.
    type: list
    elements: str
    choices: [any, drifted, moved, missing, leftover, foreign, planned]
    default: []
  limit:
    description:
      - How many objects RV(objects) has at most. It ends after 300,000 characters in any case, because AWX drops
        results of more than 700,000. All are in the file RV(drift_file).
    type: int
    default: 100
  prune:
    description: Whether to compare with what V(true) would make of the plan in M(hedgehog.diet.diet_topology).
    type: bool
    default: false
  rebalance:
    description: Whether to compare with what V(true) would make of the plan in M(hedgehog.diet.diet_topology).
    type: bool
    default: false
  observe:
    description:
      - How to find out what NetBox has of the plan, as in M(hedgehog.diet.diet_topology).
      - V(changed) asks only for what changed since the last run with this O(report_dir), and is made for schedules.
    type: str
    choices: [full, changed]
    default: full
  ledger_file:
    description:
      - File that remembers which link was given which ports. It is read and never written.
      - With O(plan_file), the default is its path with C(.ledger.json) added. With O(plan) there is none.
    type: path
  report_dir:
    description:
      - Directory for reports, with the complete list of objects that are not in step.
      - With O(plan_file), the default is C(.diet/<plan id>) beside it, otherwise
        C(~/.local/state/hedgehog.diet/<plan id>).
    type: path
extends_documentation_fragment:
  - hedgehog.diet.netbox
  - hedgehog.diet.topology_module
seealso:
  - module: hedgehog.diet.diet_topology
"""

EXAMPLES = r"""
- name: Say how NetBox stands against a plan
  hedgehog.diet.diet_topology_info:
    plan_file: plans/gpu-pod-1.yml
    netbox_url: https://netbox.example.com
    netbox_token: "{{ netbox_token }}"
  register: drift

- name: Fail when somebody changed, moved or deleted something
  hedgehog.diet.diet_topology_info:
    plan_file: plans/gpu-pod-1.yml
    fail_on: [drifted, moved, missing]

- name: Show who changed what
  ansible.builtin.debug:
    msg: "{{ drift.summary }}"
"""

RETURN = r"""
plan_id:
  description: Id of the plan.
  returned: success
  type: str
  sample: gpu-pod-1
in_step:
  description: Whether everything is what the plan says. Anything that is not C(in step) in RV(state) makes it false.
  returned: success
  type: bool
state:
  description:
    - Number of objects per kind and state. States and kinds without any are left out.
    - C(in step) is what the plan says.
    - C(drifted) has fields that somebody changed.
    - C(moved) is a cable with other ends than those it was placed at, or with fewer.
    - C(missing) was made by an earlier run, and is gone.
    - C(leftover) is owned, and the plan no longer wants it.
    - C(foreign) is something that is not the plan's and in its way, or that carries its marks without being its own.
      Whatever it keeps from being there is counted under its own state as well.
    - C(planned) is a change of the plan that was not applied yet.
  returned: success
  type: dict
  sample:
    device: {in step: 148, drifted: 1}
    interface: {in step: 1271, missing: 2}
    cable: {in step: 634, moved: 2}
objects:
  description:
    - The first O(limit) objects that are not in step, in the order of states above.
    - RV(objects_left_out) is the number of others.
  returned: success
  type: list
  elements: dict
  contains:
    state:
      description: Its state, see RV(state).
      type: str
    kind:
      description: Kind of object, such as C(device), C(interface) or C(cable). Empty where that is not known.
      type: str
    key:
      description: Its key in the plan.
      type: str
    name:
      description: Its name, for people.
      type: str
    id:
      description: Its id in NetBox, none where it is not there.
      type: int
    fields:
      description: Fields that differ, with what NetBox C(has) and the plan C(wants).
      type: dict
    text:
      description: What is in the way, or what else there is to say.
      type: str
    since:
      description:
        - Since when it is as it is, in ISO 8601, as NetBox's change log tells it; empty where nobody knows.
        - Of several fields, the time of the first of their last edits.
      type: str
    by:
      description: Names of the users who made these edits.
      type: list
      elements: str
    unknown:
      description: Why nobody knows since when and by whom. Empty where it is known.
      type: str
  sample:
    - state: drifted
      kind: device
      key: gpu/1
      name: gpu-001
      id: 17
      fields: {name: {has: bob, wants: gpu-001}}
      since: "2026-11-21T21:25:16.323456Z"
      by: [alice]
      unknown: ""
objects_left_out:
  description: Number of objects that are not in step and not in RV(objects).
  returned: success
  type: int
summary:
  description: A verdict, counts and the first 20 objects, as lines for people.
  returned: success
  type: list
  elements: str
  sample:
    - "NetBox is not in step with the plan 'gpu-pod-1': 1 drifted."
    - "devices: 148 in step, 1 drifted"
    - "drifted device gpu-001: name is bob, wanted gpu-001 (alice, 2026-11-21 21:25:16)"
drift_file:
  description:
    - File with all objects that are not in step as JSON, a line each, with the keys of RV(objects), and C(line), the
      same in words. It is empty when all are in step.
  returned: success
  type: str
observed:
  description:
    - How NetBox was read, V(full) or V(changed), as C(mode).
    - C(reason) says why everything was read although O(observe=changed).
  returned: success
  type: dict
  sample: {mode: full, reason: "", changed: 0}
requests:
  description: Requests sent, as in M(hedgehog.diet.diet_topology). C(writes) is always 0.
  returned: always
  type: dict
  sample: {reads: 19, writes: 0}
seconds:
  description: Duration of the run.
  returned: always
  type: float
  sample: 3.4
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.hedgehog.diet.plugins.module_utils.module.argspec import CONNECTION, INFO
from ansible_collections.hedgehog.diet.plugins.module_utils.module.info import run_info


def main() -> None:
    module = AnsibleModule(
        argument_spec={**INFO, **CONNECTION},
        mutually_exclusive=[("plan", "plan_file")],
        required_one_of=[("plan", "plan_file")],
        supports_check_mode=True,
    )
    run_info(module)


if __name__ == "__main__":
    main()
