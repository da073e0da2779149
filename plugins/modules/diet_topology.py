#!/usr/bin/python
# Copyright: Contributors to the hedgehog.diet collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: diet_topology
short_description: Bring NetBox to the state of a plan of a GPU-cluster network
version_added: 0.1.0
author:
  - Hedgehog (@githedgehog)
description:
  - Expands a compact plan (classes of servers and switches, port zones, connections) into exact devices, interfaces and
    cables, and makes NetBox have them, with list requests and only where something differs.
  - Only objects that carry the plan's id are ever changed or deleted. A name or a port that something else holds is an
    error before the first write.
  - A plan that grows moves nothing. The ports of every link are remembered with its cable and in a ledger file.
  - Use C(--check --diff) to see what would change. What was shown is what is done.
  - Manufacturers, device types, device roles, the site, custom fields, tags, and the tenants, locations, racks and
    platforms that the plan's catalog describes are made where they are missing, and never changed or deleted.
attributes:
  check_mode:
    support: full
    description: Computes the same changes with the same code, and sends nothing but reads.
  diff_mode:
    support: full
    description: Counts first, then a line per change. See O(diff_lines).
  idempotent:
    support: full
    description: A second run sends no write.
options:
  plan:
    description:
      - The plan as a mapping, in the plan language or as a document of the first DIET.
      - One of O(plan) and O(plan_file) is needed, except with O(state=absent) and O(plan_id).
    type: dict
  plan_id:
    description: With O(state=absent) or O(undo), the id of the plan, for when there is no plan any more.
    type: str
  state:
    description:
      - V(present) makes everything the plan describes.
      - V(prepared) makes only what it refers to, that is custom fields, tags, device types, roles, site, and those
        tenants, locations, racks and platforms that the catalog describes. Needs wider rights than the rest, so it can
        be run once by someone who has them.
      - V(absent) removes everything the plan owns, cables first, and leaves shared objects.
    type: str
    choices: [present, prepared, absent]
    default: present
  prune:
    description:
      - Whether to delete what the plan owns and no longer wants. See O(max_deletions) and O(grace).
      - Something of others on it, such as a cable, an IP address or a module, is an error before the first write.
      - Without it such leftovers stay, keep their ports, and are counted in a warning.
    type: bool
    default: false
  grace:
    description:
      - A status that is given to devices and cables instead of deleting them, with O(prune=true) or O(state=absent).
      - They stay owned, and hold their names and ports as leftovers do. What is marked already is left alone, so a
        second run writes nothing. Interfaces have no status and stay as they are.
      - A later run without it deletes them. Where the plan wants one of them again, a warning names it, because a
        status that the plan does not state is not touched.
    type: str
    choices: [decommissioning]
  max_deletions:
    description:
      - How much may be deleted, as a number of objects or as a share of what the plan owns, such as V(10%). Devices,
        interfaces and cables count, also interfaces that go with their device. More than that is an error before the
        first write.
      - With O(state=present) the default is 5% or 50 objects, whichever is more. With O(state=absent) and O(undo) there
        is no limit unless this says one.
    type: raw
  max_moves:
    description:
      - How many cables may be moved to other ports because the plan changed. More than that is an error.
      - Cables that someone moved by hand are moved back, and do not count.
    type: int
    default: 0
  rebalance:
    description:
      - Whether cables may be moved where a plan expanded from scratch would need fewer switches.
      - The moves count against O(max_moves). Without it, what is placed stays, and a warning says what could be saved.
    type: bool
    default: false
  adopt:
    description:
      - Whether to take over what is there already, belongs to no plan, and agrees with what the plan wants. A device
        agrees by name, site and device type, an interface by device and name, a cable by its two ends.
      - The rest of what the plan says of them becomes an update with the reason C(adopted). What does not agree stays
        an error before the first write, which says what is different.
    type: bool
    default: false
  adopt_from:
    description:
      - Id of another plan, of which objects are taken over in the same way. This is the way over from the first DIET,
        which writes the number of its plan into the custom field C(hedgehog_plan_id).
      - A cable on the NIC port or the uplink lane of a link is that link, and stays where it is if it can. If it
        cannot, it is a move that counts against O(max_moves).
      - What the plan does not want of the other one stays as it is, and is counted in a warning.
    type: str
    default: ''
  observe:
    description:
      - How to find out what NetBox has of the plan. V(full) reads all objects that the plan owns.
      - V(changed) begins with what the last run read, kept in C(state.jsonl.gz) in O(report_dir), and reads only what
        was saved or deleted since. Where it cannot prove that the rest is as it was, it reads everything and says why.
      - Needs the right to view NetBox's change log, and a O(report_dir) that outlasts the run; in AWX without a
        persistent path everything is read.
      - Edits that bypass NetBox's own code (SQL, C(queryset.update) in scripts) are seen by V(full) only.
    type: str
    choices: [full, changed]
    default: full
  drift:
    description:
      - What to do about fields that somebody changed in NetBox while the plan did not. V(restore) puts them right,
        V(keep) leaves them as they are, V(report) leaves them too and warns of each.
      - A word for everything, or a mapping of words with the keys C(default), a kind (C(device), C(interface),
        C(cable)), or a kind and a field (C(device.name), C(device.status), C(cable.ends)). The most exact key counts.
      - What the plan changed is always carried out, and missing objects are always made. Where NetBox's journal does
        not tell what the plan was before, V(keep) and V(report) take every difference for drift, with a warning.
      - With C(cable.ends) kept, a cable that somebody moved to another port of its zone stays there, and its ledger
        entry follows.
    type: raw
    default: restore
  on_failure:
    description:
      - What becomes of what a run has done when it fails half way. V(stop) leaves it, and the next run goes on from
        there. V(rollback) takes it back, from the journal of the run, unless somebody has changed it meanwhile.
      - NetBox has no transaction over several requests, so between the two others may see and use what is taken back.
        What is made again after it was deleted gets a new id, and only the fields that this module reads.
    type: str
    choices: [stop, rollback]
    default: stop
  undo:
    description:
      - Id of an earlier run (RV(run)) to take back, from its journal in O(report_dir). What it made is deleted, what it
        changed gets its values back, what it deleted is made again. Shared objects stay.
      - Nothing is taken back where somebody has changed any of it since; the error lists what. Works with check mode.
      - Needs O(plan), O(plan_file) or O(plan_id), which say whose journals to look at.
    type: str
  lock:
    description:
      - Whether a run that writes holds a lock in NetBox, so that two runs of a plan cannot write at the same time. It
        is a tag called C(diet-lock_<plan id>), which says who holds it. A run that has nothing to write takes none.
      - Needs the permissions to view, add and delete tags; where only some may, switch it off and see to it yourself
        that there is one run at a time.
    type: bool
    default: true
  take_lock:
    description:
      - Id of a run whose lock is taken over, as the error names it that says who holds the lock. Only for a run that is
        certainly dead. That of a run that was killed on the same machine, with the same O(report_dir), is taken over
        without being asked.
    type: str
  approved_digest:
    description:
      - The RV(digest) of a run in check mode that somebody has looked at and approved.
      - Where this run would do something else, it fails before its first write and says what moved, that is the plan,
        options that decide what is written, the address of NetBox, what NetBox holds, or the version of the expansion.
      - Edits in NetBox to what the plan does not manage, O(max_moves), O(diff_lines) and O(report_dir) change nothing.
      - Where nothing is left to do, a digest of something else is a warning.
    type: str
  diff_lines:
    description:
      - About how many lines a diff has at most. Above it, whole classes are folded to a line each.
      - A diff ends after 400,000 characters, because AWX drops results of more than 700,000. All changes are in the
        files RV(report) and RV(changes_file).
    type: int
    default: 500
  ledger_file:
    description:
      - File that remembers which link was given which ports, a copy of what NetBox has, made for version control.
      - With O(plan_file), the default is its path with C(.ledger.json) added. With O(plan) there is none.
    type: path
  report_dir:
    description:
      - Directory for reports, with the complete list of changes, and for the journals of the last 20 runs that wrote.
      - With O(plan_file), the default is C(.diet/<plan id>) beside it, otherwise
        C(~/.local/state/hedgehog.diet/<plan id>).
    type: path
extends_documentation_fragment:
  - hedgehog.diet.netbox
  - hedgehog.diet.topology_module
seealso:
  - plugin: hedgehog.diet.devices
    plugin_type: lookup
  - plugin: hedgehog.diet.interfaces
    plugin_type: lookup
  - plugin: hedgehog.diet.cables
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Show what a plan would change (run with --check --diff)
  hedgehog.diet.diet_topology:
    plan_file: plans/gpu-pod-1.yml
    netbox_url: https://netbox.example.com
    netbox_token: "{{ netbox_token }}"

- name: Bring NetBox to the plan, and delete what the plan no longer wants
  hedgehog.diet.diet_topology:
    plan_file: plans/gpu-pod-1.yml
    prune: true

- name: Take back what a run did
  hedgehog.diet.diet_topology:
    plan_file: plans/gpu-pod-1.yml
    undo: 20261129T204512Z-3fa9c1

- name: Take over what the first DIET has generated for its plan 12, and go on with the same document
  hedgehog.diet.diet_topology:
    plan_file: cases/gpu_128.yaml
    adopt_from: "12"

- name: Mark what the plan no longer wants as decommissioning, for a later run to delete
  hedgehog.diet.diet_topology:
    plan_file: plans/gpu-pod-1.yml
    prune: true
    grace: decommissioning

- name: Bring NetBox to the plan if that is still what was approved
  hedgehog.diet.diet_topology:
    plan_file: plans/gpu-pod-1.yml
    approved_digest: "{{ preview.digest }}"

- name: Remove everything a plan owns, when the plan itself is gone
  hedgehog.diet.diet_topology:
    plan_id: gpu-pod-1
    state: absent
"""

RETURN = r"""
plan_id:
  description: Id of the plan.
  returned: success
  type: str
  sample: gpu-pod-1
changes:
  description: Number of changes per kind of object and action (create, update, move, delete).
  returned: success
  type: dict
  sample: {device: {create: 2}, interface: {create: 12}, cable: {create: 6}}
reasons:
  description:
    - Number of updated and moved objects by reason, that is V(plan changed), V(drift) (somebody changed it in NetBox),
      V(both), V(adopted), or V(cannot say), which the diff gives the cause of.
  returned: success
  type: dict
  sample: {plan changed: 4, drift: 1}
kept:
  description: How often O(drift) had a field left as it is, by kind and field.
  returned: success
  type: dict
  sample: {device.name: 2}
reported:
  description: How often O(drift) had a field left as it is with a warning, by kind and field.
  returned: success
  type: dict
  sample: {}
quantities:
  description: Number of switches per class, and the arithmetic behind it.
  returned: when O(state) is V(present) or V(prepared)
  type: dict
  sample: {be-leaf: {count: 4, reason: "servers: 256 links / 64 lanes, 8 rails"}}
leftovers:
  description: Number of owned objects per kind that the plan no longer wants, and that O(prune) would delete.
  returned: success
  type: dict
  sample: {}
stays:
  description: Shared objects, by kind, that the removed devices used, or the undone run made, and that stay in NetBox.
  returned: when O(state=absent), or with O(undo)
  type: dict
run:
  description: Id of this run, for O(undo). Empty when nothing was written.
  returned: success
  type: str
  sample: 20261129T204512Z-3fa9c1
journal:
  description: File with what this run was about to write and what became of it. Empty when nothing was written.
  returned: success
  type: str
digest:
  description:
    - What is given as O(approved_digest) to have exactly this done. The same for preview and apply.
    - Its parts are the version of the expansion, and digests of the plan, of the options that decide what is written,
      of the address of NetBox, and of everything that would be written.
  returned: success
  type: str
  sample: 1-4f1d8a0c53b2-9be07c11-03c2f5a7-6d0c2f8a41b7e95d3c0f1a2b4d5e6f708192a3b4
observed:
  description:
    - How NetBox was read, V(full) or V(changed), as C(mode).
    - C(changed) is the number of objects that were read because they were saved since the last run.
    - C(reason) says why everything was read although O(observe=changed).
  returned: when O(state) is V(present) or V(prepared)
  type: dict
  sample: {mode: changed, reason: "", changed: 136}
requests:
  description:
    - Requests sent, as C(reads) and C(writes), and what they cost. Bytes are those of bodies.
    - C(endpoints) has, by method and endpoint and the costliest first, the number of requests, the objects and bytes
      that they carried, and the seconds until they were answered; it is left out of failures. C(slowest) is the
      slowest of all.
    - At C(-v), requests that take more than 15 seconds are told as they happen.
  returned: always
  type: dict
  sample:
    reads: 17
    writes: 52
    bytes_received: 911360
    bytes_sent: 1048576
    slowest: {request: POST dcim/cables, objects: 87, seconds: 10.4}
    endpoints: {POST dcim/cables: {count: 13, objects: 1017, bytes_sent: 402133, seconds: 118.2, slowest: 10.4}}
seconds:
  description: Duration of the run.
  returned: always
  type: float
  sample: 71.3
report:
  description: File with all changes as text, a line each. Empty when nothing changes.
  returned: success
  type: str
changes_file:
  description:
    - File with all changes as JSON, a line each, with C(action), C(kind), C(key), C(name), C(id), C(before), C(after)
      and C(reason). Where fields differ for different reasons, C(reasons) has them by field; C(because) says why none
      can be given. Empty when nothing changes.
  returned: success
  type: str
drift_file:
  description:
    - File with every field that O(drift) left as it is, as JSON, a line each, with C(policy), C(kind), C(key), C(name),
      C(id), C(field), C(has), C(wants), C(reason) and C(because). Empty when there is none.
  returned: success
  type: str
ledger_file:
  description: The ledger file, where one was written.
  returned: when a ledger file was written
  type: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.hedgehog.diet.plugins.module_utils.module.argspec import CONNECTION, TOPOLOGY
from ansible_collections.hedgehog.diet.plugins.module_utils.module.runner import run_topology


def main() -> None:
    module = AnsibleModule(
        argument_spec={**TOPOLOGY, **CONNECTION},
        mutually_exclusive=[("plan", "plan_file")],
        required_one_of=[("plan", "plan_file", "plan_id")],
        supports_check_mode=True,
    )
    run_topology(module)


if __name__ == "__main__":
    main()
