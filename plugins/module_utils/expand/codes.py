# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The codes of all findings, errors and warnings alike: what each means, and how to get out of it.

Messages say what is wrong with one plan; this table says what a code stands for in any plan. `docs/errors.md` is made
of it, with an example of each. The codes of documents of the first DIET are in `codes_origin.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .codes_origin import ORIGIN_CODES


class Code(NamedTuple):
    """A sentence what it means, and one how to get out."""

    meaning: str
    way_out: str


_PLAN = {
    "absent-instance": ("A device is described under `instances`, and is in `absent`.", "Take it out of one of them."),
    "alternating-needs-two": (
        "Alternating links of a server go to different switches, and the class is given a single one.",
        "Raise its `quantity`, leave it out, or use another `distribution`."),
    "bad-pattern": (
        "A name pattern holds something other than the variables it may hold, or gives several devices one name.",
        "Use the variables that the message lists, in braces, with {index} among them."),
    "balance-of-spines": ("`balance` stands on spines or cores.", "Set it on leaf classes."),
    "bond-on-one-switch": (
        "An mclag or eslag bond is over several switches, and the distribution puts its links on one.",
        "Use `distribution: alternating`, or `bond: bundled`."),
    "bond-over-switches": (
        "A bundle is on one switch, and the distribution puts its links on several.",
        "Use `distribution: same-switch`, or an mclag or eslag bond."),
    "bond-without-group": (
        "An mclag or eslag bond ends on switches that do not form such redundancy groups.",
        "Set `redundancy` on the switch class, or use another `bond`."),
    "breakout-not-supported": (
        "The hardware cannot break these ports out like that.",
        "Use a breakout that the message lists, or other ports. If the hardware can, say so under `catalog`."),
    "circle-of-peers": (
        "Uplinks with `peer` lead from class to class in a circle, so that none can be sized before the others.",
        "Remove one of the `peer` keys."),
    "class-key-twice": ("A server class and a switch class have one key.", "Rename one of them."),
    "cores-do-not-divide": (
        "Every spine has as many uplinks to each core of its plane, and this number does not allow that.",
        "Use a number that the message lists, or change the uplinks per spine or `leaves_per_pod`."),
    "core-in-mesh": ("A mesh has no cores.", "Use `mode: spine-leaf`, or put the class into another fabric."),
    "duplicate-name": (
        "Two devices or two interfaces would have one name.",
        "Use {class} and {index} in the pattern, or rename what has the same name."),
    "external-uplinks": (
        "An external switch takes links of the plan; its own uplinks and peer links are not the plan's.",
        "Make the zone one of type fabric, server or oob, or remove it."),
    "external-without-names": (
        "External switches are found by their names, and one has none.", "Name each of them under `instances`."),
    "fabric-zone-without-spine": (
        "A zone of type fabric is where uplinks arrive, and only spines and cores have that.",
        "Use type uplink or server, or `role: spine`."),
    "former-key-in-use": (
        "A key in `formerly` is the key of something else that the plan still has.", "Take it out of `formerly`."),
    "former-key-twice": (
        "Two things say that they had the same key, and only one can be what NetBox has under it.",
        "Take the key out of one of the two `formerly`."),
    "invalid-key": (
        "A key has characters that keys cannot have, since it becomes part of names and of what NetBox stores.",
        "Begin with a letter or digit, then use letters, digits, `_`, `.` and `-`."),
    "invalid-ports": ("A port range cannot be read.", "Write ports from 1 to 1024 as `1-32`, `1,3,5` or `1-63:2`."),
    "invalid-value": (
        "A value is not one of those that the key takes.", "Use one that the message lists or describes."),
    "label-too-long": ("The label of a cable has more characters than NetBox takes.", "Shorten the pattern."),
    "leaves-per-pod": (
        "`leaves_per_pod` does not fit the leaf classes of the fabric: a number is for one class, a mapping names all.",
        "Give a number for every leaf class of the fabric, and for no other."),
    "library-file": (
        "A file that `catalog.library` names cannot be read, or describes no device type or module type.",
        "Correct the path, which begins at the plan, or the file."),
    "library-left-out": (
        "A file of the device type library describes ports that a plan cannot use; they are left out.",
        "Nothing, unless the plan needs these ports: then describe the type under `catalog.device_types`."),
    "mesh-size": ("A mesh has two or three switches.", "Use `mode: spine-leaf`, or more servers per switch."),
    "mesh-zone-without-mesh": (
        "A zone of type mesh is in a fabric that is none.", "Set `mode: mesh` on the fabric, or remove the zone."),
    "mesh-zones": (
        "The switches of a mesh have no mesh lanes, fewer than there are other switches, or lanes of different speeds.",
        "Give every switch class of the mesh a mesh zone, with one lane speed and a lane per other switch."),
    "missing-key": ("A key that is needed is not there.", "Add it; the message says what it is for."),
    "name-too-long": ("NetBox takes names of 64 characters.", "Shorten the pattern, or the key that it is made of."),
    "nic-port-twice": ("Two connections use one port of a NIC.", "Set `first_port`, or use another NIC."),
    "no-such-nic-port": ("A connection uses more ports than its NIC has.", "Lower `ports` or `first_port`."),
    "no-such-port": ("A zone or a limit names ports that the device type does not have.", "Use ports that it has."),
    "optics-do-not-match": (
        "The optics at the two ends of a link cannot work together.",
        "Use optics of one medium, or the assembly that the other end needs."),
    "optics-need-review": (
        "Nothing says that the optics at the two ends of a link fit, and nothing says that they do not.",
        "Look at both, and describe them fully under `catalog.optics`. Only with `strict: true` it is an error."),
    "out-of-range": ("A number, a text or a list is too small or too large.", "Keep within the limit in the message."),
    "over-capacity": (
        "More links are to go to a zone than it has lanes for, or one server has more than a single switch holds.",
        "Use a quantity that the message lists, more ports, a breakout with more lanes, or another distribution."),
    "over-hardware-limit": (
        "Each port could be used like that, but not all of them together: they share a part of the switch.",
        "Follow the message: fewer ports in the zone, or a breakout with fewer lanes."),
    "overlapping-zones": (
        "Two zones of a switch class claim the same ports.",
        "Give each port to one zone. `overlap: warn` accepts it; no port is used twice even then."),
    "pair-zone-without-pairs": (
        "A peer or session zone joins the two switches of a pair, and the class has no pairs.",
        "Set `redundancy: {type: mclag}` on the class, or `group_size: 2` with eslag."),
    "partial-without-uneven": ("`partial` says something about uneven uplinks only.", "Set `balance: uneven` too."),
    "peer-cannot-take-links": (
        "A `peer` names a zone in which no links can arrive.",
        "Name a zone of type server or oob that has no `peer` itself."),
    "peer-on-wrong-zone": (
        "Only uplink and oob zones have a `peer`.", "Remove it, or change the type of the zone."),
    "pods-without-cores": (
        "A fabric has several pods, and nothing joins them.",
        "Add a class with `role: core`, and a zone of type uplink on the spines; or make the pods larger."),
    "pods-without-spines": (
        "Pods are leaves with spines of the plan's own, and the fabric has none.",
        "Remove `leaves_per_pod`, or add a spine class."),
    "port-twice": ("A port stands in two of the ranges of a device type.", "Let each port stand in one range."),
    "position-twice": (
        "Two devices would be at one position of a rack.", "State positions under `instances`, each its own."),
    "position-without-face": ("A position is on a side of the rack, and no side is given.", "State the `face`."),
    "position-without-rack": ("A position or a face is one in a rack, and no rack is given.", "State the `rack`."),
    "quantity-against-groups": (
        "The quantity does not make whole redundancy groups.", "Use a number that the message names."),
    "rail-domain-cut": (
        "The leaves that carry all rails of a server once stand in two pods, so that traffic crosses the cores.",
        "Make `leaves_per_pod` a multiple of the number of rails."),
    "rail-without-distribution": (
        "`rail` is given, and the distribution is another.", "Set `distribution: rail-optimized`, or remove `rail`."),
    "rail-without-number": ("Rail-optimized links need to know their rail.", "Set `rail`, counted from 0."),
    "rails-on-groups": (
        "Rails go to single leaves, and the switches of this class form redundancy groups.",
        "Remove `redundancy`, or put the rails on a class of their own."),
    "reach-does-not-fit-medium": (
        "An optic of the catalog has a reach class that its medium does not have.",
        "DAC is copper (DAC, ACC); SR, LR, DR and FR are fibre (MMF, SMF)."),
    "rebalance-saves": (
        "Links stay where they are, and placing all of them anew would need fewer switches.",
        "Nothing, or `rebalance: true`, which moves as many cables as the message says."),
    "redundancy-not-supported": (
        "The hardware cannot form such redundancy groups.",
        "Use hardware that can, or no groups. Only with `strict: true` it is an error."),
    "speed-mismatch": ("The two ends of a link have lanes of different speeds.", "Use one lane speed at both ends."),
    "spine-in-mesh": ("A mesh has no spines.", "Use `mode: spine-leaf`, or put the class into another fabric."),
    "spines-do-not-divide": (
        "Every leaf has as many links to each spine, and this number does not allow that.",
        "Use a number that the message lists, change the uplinks per leaf, or set `balance: uneven` on a leaf class."),
    "too-many-objects": (
        "The plan comes to more devices, interfaces and cables than are expanded, which are a million.",
        "Look for a digit too many in a quantity, or make several plans of it."),
    "two-core-classes": ("A fabric has one class of cores.", "Put the other into a fabric of its own."),
    "two-spine-classes": ("A fabric has one class of spines.", "Put the other into a fabric of its own."),
    "unchecked-hardware": (
        "The catalog does not know the ports of a device type, so nothing is checked against them.",
        "Describe it under `catalog.device_types`, or name its file in `catalog.library`."),
    "uneven-pods": ("The leaves of pods have even uplinks.", "Remove `leaves_per_pod`, or `balance: uneven`."),
    "unknown-fabric": ("A class names a fabric that the plan does not have.", "Correct it, or add the fabric."),
    "unknown-key": ("A key means nothing here.", "Correct it; for notes, begin it with `_`."),
    "unknown-module-type": (
        "A NIC names a module type that the catalog does not have.",
        "Correct it, describe it under `catalog.module_types`, or give the NIC its `ports`."),
    "unknown-nic": ("A connection names a NIC that the class does not have.", "Correct it, or add the NIC."),
    "unknown-optic": ("An optic is not in the catalog.", "Correct it, or describe it under `catalog.optics`."),
    "unknown-switch-class": ("There is no switch class of that key.", "Correct it, or add the class."),
    "unknown-zone": ("A switch class has no zone of that key.", "Correct it, or add the zone."),
    "unused-mesh-lanes": (
        "The pairs of a mesh share its lanes evenly, and some are left.", "Nothing, or change the ports of the zone."),
    "uplinks-of-cores": ("Nothing is above a core.", "Give the zone a `peer`, or remove it."),
    "wrong-type": ("A value is of another type than the key takes.", "Write it as that type."),
    "zone-cannot-take-servers": (
        "A connection goes to a zone that takes no servers.", "Use a server zone, or an oob zone, without `peer`."),
}

_NETBOX = {
    "adopt-ambiguous": (
        "Several devices that are there could be one that the plan wants, and `adopt` or `adopt_from` takes over one.",
        "Give all but one of them another name, or state the `tenant` of the right one."),
    "adopt-elsewhere": (
        "`adopt_from` names a plan with a device of a wanted name on another site, so that it would be there twice.",
        "Correct the site of one of them, or rename the device."),
    "adopt-unwanted": (
        "The plan that `adopt_from` names has more than this plan wants; that stays with it.",
        "Nothing, or make the plan want it: raise a `quantity`. What is left can be deleted in NetBox."),
    "child-device": (
        "A device whose type lies in the bay of another has no place of its own in a rack.",
        "Take `position` and `face` away."),
    "changed-since": (
        "A run is to be taken back, and an object is not as that run left it.",
        "Put it right in NetBox first, or change the plan instead."),
    "damaged-mark": (
        "An object carries marks that contradict each other, or those of another object, because somebody edited"
        " or copied them, so nobody knows what it is.",
        "Correct its custom fields hedgehog_plan_id and hedgehog_key with the API, or delete it."),
    "dependants-unseen": (
        "The token may not view some of what NetBox would delete along with a device or an interface.",
        "Give the token the right to view them."),
    "drift-in-the-way": (
        "Something that somebody changed, and that `drift` leaves as it is, has a name or a port that the plan wants"
        " elsewhere.",
        "Change it in NetBox, or have `drift` restore that field."),
    "drift-reported": (
        "Somebody changed a field in NetBox, and `drift` says to report that and leave it.",
        "Nothing, or `drift: restore`, which puts it right."),
    "drift-unproven": (
        "Fields are left as they are because of `drift`, and no record tells whether the plan changed them.",
        "One run with `drift: restore` applies the plan, and leaves a record."),
    "external-device-ambiguous": (
        "Several devices in NetBox have the name of an external switch.", "Rename all but one of them."),
    "external-device-missing": ("NetBox does not have an external switch.", "Correct its name, or make it in NetBox."),
    "external-device-owned": (
        "An external switch is one that this plan made before.",
        "Remove `external`, or apply the plan without the class first."),
    "external-interface-missing": (
        "An external switch lacks interfaces where links are to end.",
        "Make them in NetBox, use ports that it has, or correct what its type calls them (`port_name`)."),
    "foreign-cable": (
        "A cable that is not the plan's is on something that would be deleted.", "Move or delete the cable first."),
    "gone-since": (
        "A run is to be taken back, and something that it needs for that has been deleted since.",
        "Make it again first, or change the plan instead."),
    "foreign-dependant": (
        "Something that is not the plan's is on a device or an interface that would be deleted.",
        "Move or delete it first."),
    "former-key-left": (
        "An object with a former key cannot take the present one, because another object has that already.",
        "Nothing, or `prune: true`, which deletes it."),
    "ledger-differs": (
        "The ledger file and NetBox disagree about ports; NetBox counts.",
        "Nothing: apply writes the file anew. If NetBox is wrong, correct the cables there."),
    "leftover-in-the-way": (
        "Something that the plan no longer wants holds a name or a port that it wants now.",
        "`prune: true` deletes it first."),
    "malformed-digest": (
        "What is given as `approved_digest` is not the digest of a preview.", "Copy the digest that a preview prints."),
    "marked-connected": (
        "NetBox takes no cable on an interface that is marked as connected.", "Take that mark off in NetBox."),
    "name-taken": (
        "A device that is not the plan's has a name that the plan wants.",
        "Rename one of them, or change `naming`. If it is what the plan wants: `adopt: true` for nobody's, `adopt_from`"
        " for another plan's, `formerly` if the plan had another id."),
    "no-run-record": (
        "The run is done, but its entry in the journal of the site could not be written.",
        "Let the token add journal entries."),
    "no-socket": (
        "Cables would end on interfaces of a type that takes none, such as virtual ones.",
        "Correct `interface_type` of the device type or the module type."),
    "lock-held": (
        "Another run holds the lock of the plan, or a dead one does of which no journal is here.",
        "Wait until it ends. If it is certainly dead, run with `take_lock` and the id of that run."),
    "lock-left": (
        "A run could not take its lock away when it ended.",
        "Delete its tag in NetBox, or the next run says that it is locked."),
    "lock-taken-over": (
        "The lock of a dead run was taken over.", "Nothing: it is told so that nobody wonders."),
    "made-anew": (
        "A run is to be taken back, and somebody has made an object anew since then.",
        "Delete it first, or change the plan instead."),
    "nothing-watched": (
        "Nobody can tell whether others change NetBox while a run writes, because its clock is not like ours.",
        "Set the clocks, or let the token view NetBox's change log."),
    "not-approved": (
        "What would be written is not what was approved: the plan, options, NetBox or what it holds has changed since.",
        "Look at the preview again, then approve the digest in the message."),
    "nothing-to-approve": (
        "Something else was approved than this run would do, and this run finds nothing to do.",
        "Nothing. If something should be done, see whether plan, options and NetBox are the ones that were approved."),
    "platform-not-for-type": (
        "A platform is for the devices of one manufacturer, and the device is of another.", "Name another platform."),
    "port-taken": (
        "A cable that is not the plan's is on a port that the plan wants.",
        "Delete that cable, or keep the port out of the zone. `adopt: true` takes it over if it has both ends of the"
        " wanted one."),
    "rack-elsewhere": (
        "A device would be at another location than its rack.", "Correct one of them, or leave the location out."),
    "required-field": (
        "NetBox demands a custom field of new objects, which nobody gives a value.",
        "Do not require it in NetBox; a default does not help."),
    "run-unfinished": (
        "An earlier run was killed, or failed without an answer to its last request.",
        "Nothing: this run goes on from what NetBox has."),
    "tag-not-for-devices": (
        "A tag in NetBox is for other kinds of objects only.", "Let it be for devices, or name another."),
    "too-many-deletions": (
        "More would be deleted than `max_deletions` allows.",
        "Look at the preview, then raise `max_deletions` to the number in the message."),
    "too-many-moves": (
        "More cables would move to other ports than `max_moves` allows.",
        "Look at the preview, then raise `max_moves` to the number in the message."),
    "unit-beyond-rack": ("A device would take units that its rack does not have.", "Give it another position."),
    "unit-taken": (
        "A device would be in rack units that another one takes.", "Give one of them another position."),
    "unit-without-height": (
        "A device whose type takes no rack units has a position.", "Take `position` away."),
    "unknown-interface-type": (
        "NetBox does not know a type that interfaces are to have.",
        "Correct `interface_type` of the device type or the module type."),
    "wanted-decommissioning": (
        "The plan wants objects that an earlier run with `grace`, or somebody, gave the status decommissioning.",
        "Set their status in NetBox, or state that of devices in the plan."),
} | {
    f"unknown-{word.replace(' ', '-')}": (
        f"Neither NetBox nor the catalog has a {word} that the plan refers to.",
        f"Add it to `catalog.{word.replace(' ', '_')}s`, or make it in NetBox.")
    for word in ("device type", "location", "platform", "rack", "tag", "tenant")
}

# By where they come from: a plan, NetBox, a document of the first DIET.
PLAN_CODES: Mapping[str, Code] = {code: Code(*_PLAN[code]) for code in sorted(_PLAN)}
NETBOX_CODES: Mapping[str, Code] = {code: Code(*_NETBOX[code]) for code in sorted(_NETBOX)}
IMPORT_CODES: Mapping[str, Code] = {code: Code(*ORIGIN_CODES[code]) for code in sorted(ORIGIN_CODES)}
CODES: Mapping[str, Code] = {**PLAN_CODES, **NETBOX_CODES, **IMPORT_CODES}
