# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time: a tag in NetBox that only one of several can make, because its slug is unique.

Its description says who holds it. A plan id has no underscore, so it is no tag of a plan. A request that failed is
settled by reading who holds the lock now. One is taken over by deleting that very tag, by its id, and then making a new
one: of several who try, one deletes it and the others find it gone, on every version of NetBox.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .client import Client
from .errors import AccessError, GoneError, NetBoxError, RefusedError, ServerError, UnreachableError

ENDPOINT = "extras/tags"
PREFIX = "diet-lock_"
COLOR = "f44336"
_TRIES = 3
_WHO = 60  # characters: NetBox takes 200 in a description, and the rest of it needs no more than 130
_HELD = re.compile(r"^Held by run (?P<run>\S+) of (?P<who>.+) since (?P<since>\S+)$")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock: the run, the user and host that started it, and when."""

    run: str
    who: str
    since: str

    def text(self) -> str:
        return f"Held by run {self.run} of {self.who[:_WHO]} since {self.since}"

    @staticmethod
    def of(text: str) -> Holder:
        """From a description; what anybody else wrote there stands for an unknown run."""
        match = _HELD.match(text)
        if match is None:
            return Holder("", text or "nobody says who", "")
        return Holder(match["run"], match["who"], match["since"])

    def told(self, plan_id: str) -> str:
        """For a person who wonders why nothing is written."""
        since = f" since {self.since}" if self.since else ""
        run = f"the run {self.run} of {self.who}" if self.run else f"somebody ({self.who})"
        return f"{run} holds the lock of the plan {plan_id!r}{since}, so it may be writing right now."

    def way_out(self, plan_id: str) -> str:
        take = f"`take_lock: {self.run}`" if self.run else f"delete the tag {PREFIX}{plan_id} in NetBox"
        return f"Wait until it ends. If it is certainly dead, take its lock over: {take}."


class LockedError(NetBoxError):
    """Another run holds the lock."""

    def __init__(self, plan_id: str, holder: Holder) -> None:
        told = holder.told(plan_id)
        super().__init__(f"{told[0].upper()}{told[1:]} Nothing was written. {holder.way_out(plan_id)}")
        self.holder = holder


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock that is held. `taken_from` is the run that had it and is dead."""

    plan_id: str
    id: int
    taken_from: str = ""


def take(client: Client, plan_id: str, holder: Holder, dead: Callable[[str], bool] = lambda _run: False) -> Lock:
    """Take the lock of a plan.

    Args:
        dead: whether a run certainly writes no more, or the user says so of it; the lock of one is taken over.

    Raises:
        LockedError: another run holds it.
        AccessError: the token may not make, see or delete tags.
        NetBoxError: of any other kind.
    """
    row = {"name": PREFIX + plan_id, "slug": PREFIX + plan_id, "color": COLOR, "description": holder.text()}
    taken_from = ""
    for _try in range(_TRIES):
        error = None
        try:
            made = client.create(ENDPOINT, [row])
            return Lock(plan_id, int(made[0]["id"]), taken_from)
        except AccessError as refused:
            raise _may_not(refused, "add") from None
        except (RefusedError, ServerError, UnreachableError) as failed:
            error = failed  # lost the race (400, or 500 where both were under way), or a failure that may have made it
        found = held(client, plan_id)
        if found is None:
            if not isinstance(error, RefusedError):
                continue
            raise error
        row_id, other = found
        if other.run == holder.run:
            return Lock(plan_id, row_id, taken_from)
        if not other.run or not dead(other.run):
            raise LockedError(plan_id, other)
        release(client, Lock(plan_id, row_id))
        taken_from = other.run
    raise ServerError(f"The lock of the plan {plan_id!r} could not be taken in {_TRIES} tries: {error}")


def held(client: Client, plan_id: str) -> tuple[int, Holder] | None:
    """Who holds the lock of a plan, and the id of its tag."""
    wanted = {"slug": PREFIX + plan_id, "fields": "id,slug,description"}
    try:
        rows = [row for row in client.rest_list(ENDPOINT, **wanted) if row["slug"] == PREFIX + plan_id]
    except AccessError as refused:
        raise _may_not(refused, "view") from None
    return (int(rows[0]["id"]), Holder.of(str(rows[0].get("description") or ""))) if rows else None


def release(client: Client, lock: Lock) -> None:
    """Let go of a lock. Nothing happens where its tag is gone already.

    No other object ever gets its id, so where NetBox says that it failed, and still has it, it is asked again.
    """
    for left in reversed(range(_TRIES)):
        try:
            client.delete_one(ENDPOINT, lock.id)
        except GoneError:
            pass
        except AccessError as refused:
            raise _may_not(refused, "delete") from None
        except (RefusedError, ServerError, UnreachableError):
            found = held(client, lock.plan_id)
            if found is not None and found[0] == lock.id:
                if left:
                    continue
                raise
        return


def _may_not(error: AccessError, verb: str) -> AccessError:
    return AccessError(
        f"{error} A run that writes holds a lock, the tag {PREFIX}<plan id>: that needs the permissions to view, add"
        f" and delete tags, and here it lacks {verb}. With `lock: false` it does without, and then nothing keeps two"
        " runs of a plan from writing at the same time."
    )
