# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Port ranges: `1-32`, `1,3,5`, `1-63:2`, and the orders in which the ports of a zone are drawn.

Grammar and orders are the first DIET's, so that its documents mean the same here.
"""

from __future__ import annotations

from ...diagnostics import Diagnostics, Path
from ...model.schema_terms import MAX_PORT


class PortRangeError(ValueError):
    """A port range that says nothing sensible; the message is for the user."""


def parse_ports(text: str | int, keep_order: bool = False) -> tuple[int, ...]:
    """Physical ports of a range: sorted, each once; in the order written with `keep_order`.

    Raises:
        PortRangeError: not a range, port 0 or above 1024, start above end, step 0, nothing in it, or with
            `keep_order` a port named twice.
    """
    ports: list[int] = []
    for part in str(text).split(","):
        if part.strip():
            ports.extend(_parse_part(part.strip()))
    if not ports:
        raise PortRangeError("no port in it")
    if keep_order:
        if len(set(ports)) != len(ports):
            raise PortRangeError("a port stands in it twice")
        return tuple(ports)
    return tuple(sorted(set(ports)))


def ports_of(text: str | int, path: Path, found: Diagnostics, keep_order: bool = False) -> tuple[int, ...]:
    """The ports of a range, none where it says nothing sensible; that is reported."""
    try:
        return parse_ports(text, keep_order)
    except PortRangeError as error:
        found.error("invalid-ports", path, f"{error}.")
        return ()


def _parse_part(part: str) -> range:
    span, colon, step_text = part.partition(":")
    first_text, dash, last_text = span.partition("-")
    try:
        first = int(first_text)
        last = int(last_text) if dash else first
        step = int(step_text) if colon else 1
    except ValueError:
        raise PortRangeError(f"{part[:40]!r} is not a port, a range `1-32` or a stepped range `1-63:2`") from None
    if colon and (not dash or step < 1):
        raise PortRangeError(f"{part[:40]!r}: a step is a number above 0 after a range")
    if first < 1 or last > MAX_PORT:
        raise PortRangeError(f"{part[:40]!r}: ports go from 1 to {MAX_PORT}")
    if first > last:
        raise PortRangeError(f"{part[:40]!r} runs backwards")
    return range(first, last + 1, step)


def draw_order(ports: tuple[int, ...], allocation: str, order: tuple[int, ...] = ()) -> tuple[int, ...]:
    """The ports of a zone in the order they are drawn.

    Raises:
        PortRangeError: `custom` whose order is not exactly the ports of the zone.
    """
    if allocation == "interleaved":
        return ports[::2] + ports[1::2]
    if allocation == "spaced":
        half = (len(ports) + 1) // 2
        zipped = [port for pair in zip(ports[:half], ports[half:], strict=False) for port in pair]
        return tuple(zipped + list(ports[len(ports) - half:half]))
    if allocation == "custom":
        if set(order) != set(ports):
            odd = ", ".join(str(p) for p in sorted(set(order) ^ set(ports)))
            raise PortRangeError(f"the order must name exactly the ports of the zone; it differs in {odd}")
        return order
    return ports


def format_ports(ports: tuple[int, ...]) -> str:
    """Ports as a short range text: `1-4,6,8-10`, and `1-63:2` where they are evenly stepped."""
    if len(ports) > 2:
        step = ports[1] - ports[0]
        if step > 1 and ports == tuple(range(ports[0], ports[-1] + 1, step)):
            return f"{ports[0]}-{ports[-1]}:{step}"
    runs: list[list[int]] = []
    for port in ports:
        if runs and port == runs[-1][1] + 1:
            runs[-1][1] = port
        else:
            runs.append([port, port])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
