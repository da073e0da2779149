# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Codes of findings that only documents of the first DIET have; the table they belong to is in `codes.py`."""

from __future__ import annotations

from collections.abc import Mapping

ORIGIN_CODES: Mapping[str, tuple[str, str]] = {
    "bond-left-out": (
        "A connection asks for a bond that its distribution or its switches cannot have.",
        "Nothing: the links are made without it. To have the bond, make both fit."),
    "bond-without-groups": (
        "Bundled links alternate over switches that form no redundancy groups.",
        "Give the switch class a redundancy_type, or make the connection unbundled."),
    "breakout-id": ("A breakout has an id that is not what it is.", "Nothing: the plan calls it what it is, `4x200g`."),
    "computed-mesh": (
        "A mesh has no override_quantity, which the first DIET asks for.", "Nothing: its switches are computed."),
    "duplicate-id": ("An id stands in a list twice.", "Rename one of the two."),
    "duplicate-slug": ("Two device types have one slug.", "Give one of them another; the plan has the latter."),
    "forbidden-key": (
        "Documents of diet/v2 have no reference_data.", "Describe what they need under `test_fixtures`."),
    "group-ignored": ("A redundancy group is named where there is none.", "Nothing, or give the class what it lacks."),
    "hardware-extended": (
        "Zones use ports or breakouts that the document does not list for the device type.",
        "Nothing: the catalog of the plan has them. Correct the zones if they are wrong."),
    "left-out": ("The plan language has no place for a key, for the reason in the message.", "Nothing."),
    "legacy-value": ("A value is an old one.", "Nothing: the message says what it is read as."),
    "mixed-fabric": (
        "Classes of one fabric say different things about it.", "Make them agree, or name another fabric."),
    "no-classes": ("A list that has to have entries is empty.", "Add one."),
    "no-group": ("A redundancy group has no name.", "Nothing: groups get names of their own."),
    "no-order": ("An allocation is custom and says no order.", "Nothing: it is sequential. Or give allocation_order."),
    "no-ports": ("A module type has no interfaces, so that a NIC has no ports.", "Add interface_templates to it."),
    "no-uplinks": (
        "A leaf class has no uplink zone, and its fabric has spines.",
        "Give it a zone, or `uplink_ports_per_switch: 0`."),
    "not-an-optic": ("A module type is used as an optic, and is none.", "Use another, or correct its profile."),
    "odd-value": ("A value is unknown, and decides nothing.", "Nothing, or use one that the message lists."),
    "peer-ignored": ("A zone has a peer and is neither uplink nor oob.", "Nothing: the peer is ignored."),
    "port-type": (
        "The type of a port and that of its zone contradict each other.", "Use another zone, or correct port_type."),
    "rail-ignored": ("A rail is given and the distribution is another.", "Nothing: the rail is ignored."),
    "redundancy-dropped": (
        "A class takes rails, and its switches form redundancy groups.", "Nothing: the groups are left out."),
    "renamed-key": ("A name has characters that keys cannot have.", "Nothing: the message says what it became."),
    "role-not-listed": ("A switch has a role that its device type does not list.", "Nothing: the role is used."),
    "speed-differs": ("A speed differs from that of the lanes.", "Nothing: the lanes count. Or correct it."),
    "unknown-breakout": ("There is no breakout of that id.", "Correct it, or declare the breakout."),
    "unknown-manufacturer": ("There is no manufacturer of that id.", "Correct it, or declare the manufacturer."),
    "unknown-server-class": ("There is no server class of that id.", "Correct it, or add the class."),
    "unsupported-version": ("The document is of a version that is not known.", "Convert it to a version that is."),
    "unusable-zone": (
        "Something refers to a zone that was left out.", "Use another zone, or make this one of use."),
    "unused-order": ("An order is given and the allocation is another.", "Nothing: the order is ignored."),
    "zone-left-out": ("A zone carries no links here.", "Nothing: the message says why."),
}
