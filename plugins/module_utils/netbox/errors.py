# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong between us and a NetBox.

    NetBoxError
      UnreachableError      no answer: name, port, TLS, time-out
      AccessError           the token is wrong, or may not do this
      RefusedError          the server refused what was sent (400, 404, 409), with the objects concerned
        TooLargeError       something on the way found the request too large (413): none of it was carried out
        SkippedError        the server said yes, and left some of the objects as they were
      ServerError           the server failed (5xx), or answered something that is not NetBox
"""

from __future__ import annotations

from collections.abc import Sequence


class NetBoxError(Exception):
    """Base of all; the message is for the user."""


class UnreachableError(NetBoxError):
    pass


class AccessError(NetBoxError):
    pass


class ServerError(NetBoxError):
    pass


class RefusedError(NetBoxError):
    """`rows` are pairs of the position in the request, or None, and what the server says of it."""

    def __init__(self, message: str, rows: Sequence[tuple[int | None, str]] = ()) -> None:
        super().__init__(message)
        self.rows = list(rows)


class TooLargeError(RefusedError):
    pass


class SkippedError(RefusedError):
    pass
