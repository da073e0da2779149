# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server classes of a plan document with their NICs and connections, as values."""

from __future__ import annotations

from collections.abc import Mapping

from ...diagnostics import Path, nearest
from ...model import schema
from ...model.plan import Connection, Nic, ServerClass
from .attributes import attributes, cable_look, instances
from .references import Document, References


def server_class(key: str, row: Document, path: Path, refer: References) -> ServerClass:
    """A server class without the connections that cannot be built; those are reported."""
    nics = {name: _nic(name, part, (*path, "nics", name), refer) for name, part in row.get("nics", {}).items()}
    connections = {
        name: _connection(name, part, key, nics, (*path, "connections", name), refer)
        for name, part in row.get("connections", {}).items()
    }
    return ServerClass(
        key=key,
        quantity=row["quantity"],
        absent=frozenset(row.get("absent", ())),
        device_type=refer.hardware(row["device_type"]),
        device_role=row.get("device_role", schema.default(schema.SERVER_CLASS, "device_role")),
        connections={name: item for name, item in connections.items() if item is not None},
        nics=nics,
        gpus=row.get("gpus", schema.default(schema.SERVER_CLASS, "gpus")),
        all_ports=row.get("ports") == "all",
        attributes=attributes(row).over(attributes(refer.document.get("defaults", {}))),
        instances=instances(row),
    )


def _nic(key: str, row: Document, path: Path, refer: References) -> Nic:
    slug = row.get("module_type", "")
    ports = tuple(row.get("ports", ()))
    known = refer.module_types.get(slug)
    if not ports and known is not None:
        ports = known.ports
    elif not ports and slug and slug not in refer.named("catalog", "module_types"):
        refer.found.error(
            "unknown-module-type", (*path, "module_type"), f"there is no module type {slug!r} in the catalog.",
            nearest(slug, refer.module_types) + " Or name the ports of this NIC with `ports`.",
        )
    elif not ports and not slug:
        refer.found.error("missing-key", path, "a NIC needs `module_type` or `ports`.")
    return Nic(key, slug, ports, row.get("interface_type", known.interface_type if known else ""))


def _connection(
    key: str, row: Document, class_key: str, nics: Mapping[str, Nic], path: Path, refer: References
) -> Connection | None:
    nic = nics.get(row["nic"])
    known = refer.named("server_classes", class_key, "nics")
    if row["nic"] not in known:
        refer.found.error(
            "unknown-nic", (*path, "nic"), f"the class has no NIC {row['nic']!r}.", nearest(row["nic"], known)
        )
    target = refer.zone(row["zone"], (*path, "zone"))
    optic = refer.optic(row, path)
    if target is None or nic is None:
        return None
    return Connection(
        key=key,
        nic=nic,
        first_port=row.get("first_port", schema.default(schema.CONNECTION, "first_port")),
        ports=row.get("ports", schema.default(schema.CONNECTION, "ports")),
        switch_class=target[0],
        zone=target[1],
        distribution=row.get("distribution", schema.default(schema.CONNECTION, "distribution")),
        rail=row.get("rail"),
        speed=row.get("speed"),
        bond=row.get("bond", schema.default(schema.CONNECTION, "bond")),
        optic=optic,
        cable=cable_look(row),
    )
