# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong between us and a NetBox.

    NetBoxError
      UnreachableError      no answer: name, port, TLS, time-out
      AccessError           the token is wrong, or may not do this
      RefusedError          the server refused what was sent (4xx), with the objects concerned if it was for them
        TooLargeError       NetBox or something before it found the request too large: none of it was carried out
        SkippedError        the server said yes, and left some of the objects as they were
        GoneError           the one object that was meant is not there
      ChangedError          somebody else changed what we were about to write; it was not sent
      LockedError           another run of the plan is writing (netbox/lock.py)
      ServerError           the server failed (5xx), or answered something that is not NetBox
        NotJsonError        it answered well, and not in JSON: another server, or a body that was cut
"""

from __future__ import annotations

from collections.abc import Sequence


class NetBoxError(Exception):
    """Base of all; the message is for the user.

    `rows` are pairs of the position in the request, or None, and what the server says of it. `status` is that of HTTP,
    or 0 where it was none that made this an error.
    """

    def __init__(self, message: str, rows: Sequence[tuple[int | None, str]] = (), status: int = 0) -> None:
        super().__init__(message)
        self.rows = list(rows)
        self.status = status


class UnreachableError(NetBoxError):
    pass


class AccessError(NetBoxError):
    pass


class ServerError(NetBoxError):
    pass


class NotJsonError(ServerError):
    pass


class RefusedError(NetBoxError):
    pass


class TooLargeError(RefusedError):
    pass


class SkippedError(RefusedError):
    pass


class GoneError(RefusedError):
    pass


class ChangedError(NetBoxError):
    pass
