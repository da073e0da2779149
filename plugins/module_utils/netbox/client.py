# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""REST lists and GraphQL lists over a transport: paging, and what refusals mean.

Knows nothing of plans; everything here is true of any NetBox.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from . import answers
from .capabilities import Capabilities
from .errors import AccessError, GoneError, NetBoxError, RefusedError, ServerError, SkippedError, TooLargeError
from .paging import IDS, PAGE, Ask, Extent, JsonRow, Slice, next_start, parts, read_counted, read_slice, slices
from .parallel import in_order
from .permissions import permission
from .transport import BUSY, GRAPHQL, Response, Transport

# Refusals that concern objects, one of many may be. Any other concerns the request, and smaller ones no less.
_OF_OBJECTS = (400, 409)
# What NetBox calls a body above its DATA_UPLOAD_MAX_MEMORY_SIZE, which it answers with HTTP 500.
_TOO_BIG = "RequestDataTooBig"

_TOLD = 500  # characters of what a refusal says
_READINGS = 4


class Client:
    """A NetBox, as lists of rows. `time` is its time when we began, None where its clock cannot be trusted."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self._graphql: bool | None = None
        response = transport.send("GET", "/api/status/")
        if response.status != 404:  # what any other web server would say; not a refusal of ours
            response = _checked(response, "read", "/api/status/")
        self.capabilities = Capabilities.of(response.body)
        self.time = response.time

    def now(self) -> datetime | None:
        """NetBox's time now, None where its clock cannot be trusted."""
        return _checked(self.transport.send("GET", "/api/status/"), "read", "/api/status/").time

    # -- reading -------------------------------------------------------------------------------------------------

    def _get(self, path: str, params: Mapping[str, Any]) -> Response:
        return _checked(self.transport.send("GET", path, params), "read", path)

    def prove_view(self, endpoint: str) -> None:
        """A GraphQL list without the right to view is empty rather than refused, so the right is proven by REST.

        Raises:
            AccessError: the token may not view these objects.
        """
        self._page(endpoint, {"limit": 1, "fields": "id"})

    def _page(self, endpoint: str, params: Mapping[str, Any]) -> tuple[list[JsonRow], int | None]:
        """A page of a list, and how many rows NetBox counts, where it does."""
        body = self._get(f"/api/{endpoint}/", params).body
        return answers.page_of(body, _shape(endpoint, params), endpoint)

    def rest_list(self, endpoint: str, **params: Any) -> Iterator[JsonRow]:
        """All rows of a list, as many as NetBox counts; a parameter with many values is asked for in slices.

        Raises:
            NetBoxError: of any kind.
        """
        many = next((name for name, value in params.items() if isinstance(value, (list, tuple, set))), None)
        if many is None:
            yield from self._whole(endpoint, params)
            return
        values = sorted(params[many])
        for some in parts(values, IDS):
            yield from self._whole(endpoint, {**params, many: some})

    def _whole(self, endpoint: str, params: Mapping[str, Any]) -> list[JsonRow]:
        for _reading in range(_READINGS):
            rows = read_counted(lambda paging: self._page(endpoint, {**params, **paging}))
            if rows is not None:
                return rows
        raise ServerError(
            f"/api/{endpoint}/ was read {_READINGS} times, and never came to as many objects as NetBox counts. Run"
            " again when nobody else writes."
        )

    def rest_newest(self, endpoint: str, **params: Any) -> Iterator[JsonRow]:
        """Rows of a list with the newest first, for whoever takes some and leaves the rest.

        Raises:
            NetBoxError: of any kind.
        """
        offset = 0
        while True:
            rows, count = self._page(endpoint, {**params, "ordering": "-id", "limit": PAGE, "offset": offset})
            yield from rows
            offset += len(rows)
            if not rows or (count is not None and offset >= count):
                return

    def rest_rows(
        self, endpoint: str, params: Mapping[str, Any], extent: Extent | None = None
    ) -> Iterator[JsonRow]:
        """All rows of a list in the order of their ids, several pages at once where `extent` says how far they go.

        Raises:
            NetBoxError: of any kind.
        """
        def ask(start: int, limit: int) -> list[JsonRow]:
            return self._page(endpoint, {**params, **self.capabilities.rest_paging(start, limit)})[0]

        return self._rows(ask, extent, True)

    def extent(self, endpoint: str, **params: Any) -> tuple[Extent, JsonRow | None]:
        """How far a list goes, and its last row, of which `fields` says what is wanted."""
        body = self._get(f"/api/{endpoint}/", {**params, "ordering": "-id", "limit": 1}).body
        return answers.extent_of(body, _shape(endpoint, params), endpoint)

    @property
    def graphql(self) -> bool:
        """Whether lists can be read by GraphQL: it may be switched off, or know too little. Asked for once."""
        if self._graphql is None:
            self._graphql = self.capabilities.graphql and self.transport.send(
                "POST", GRAPHQL, body={"query": "{ __typename }"}
            ).status != 404
        return self._graphql

    def graphql_list(
        self, name: str, filters: str, selection: str, extent: Extent | None = None
    ) -> Iterator[JsonRow]:
        """All rows of a GraphQL list in order of their ids: of two with one key, the older one is ours.

        Several pages at once where `extent` says how far they go. Without a cursor they come by their names, and are
        put in order once all are there.

        Raises:
            NetBoxError: of any kind.
        """
        def ask(start: int, limit: int) -> list[JsonRow]:
            paging = self.capabilities.graphql_paging(start, limit)
            query = f"{{ {name}(filters: {{{filters}}}, pagination: {{{paging}}}) {{ id {selection} }} }}"
            body = _checked(self.transport.send("POST", GRAPHQL, body={"query": query}), "read", GRAPHQL).body
            return answers.graphql_rows(body, name, answers.graphql_shape(name, selection))

        rows = self._rows(ask, extent, self.capabilities.cursor)
        return rows if self.capabilities.cursor else iter(sorted(rows, key=lambda row: int(row["id"])))

    def _rows(self, ask: Ask, extent: Extent | None, by_id: bool) -> Iterator[JsonRow]:
        """All rows of a list: the first page, which says where it begins, then the others at once."""
        first = ask(0, PAGE)
        yield from first
        if not first:
            return
        start = next_start(first, 0, by_id)
        cut = slices(extent, start, by_id) if extent else [Slice(start, None)]
        read = partial(read_slice, ask, by_id=by_id)
        for rows in in_order(read, cut, self.transport.at_once):
            yield from rows

    # -- writing -------------------------------------------------------------------------------------------------

    def create(self, endpoint: str, rows: Sequence[Mapping[str, Any]]) -> list[JsonRow]:
        """POST a list; the created rows come back in the order sent. All or none.

        Raises:
            NetBoxError: of any kind; RefusedError names the rows.
        """
        response = self.transport.send("POST", f"/api/{endpoint}/", body=list(rows))
        return self._written(response, "create", endpoint, len(rows))

    def update(self, endpoint: str, rows: Sequence[Mapping[str, Any]]) -> list[JsonRow]:
        """PATCH a list of rows with `id`. The order of the answer is the server's: match by id.

        Raises:
            SkippedError: up to 4.6, rows that are gone or that the token may not change are left out without a word.
        """
        response = self.transport.send("PATCH", f"/api/{endpoint}/", body=list(rows))
        return self._written(response, "update", endpoint, len(rows), [row["id"] for row in rows])

    def delete(self, endpoint: str, ids: Sequence[int]) -> None:
        """DELETE a list of ids. All or none."""
        body = [{"id": one} for one in ids]
        _checked(self.transport.send("DELETE", f"/api/{endpoint}/", body=body), "delete", endpoint, list(ids))

    def delete_one(self, endpoint: str, row_id: int) -> None:
        """DELETE one object by its own address, which says on every version whether it was there.

        Raises:
            GoneError: it was not.
        """
        response = self.transport.send("DELETE", f"/api/{endpoint}/{row_id}/")
        if response.status == 404:
            raise GoneError(f"NetBox has no {endpoint} {row_id}.", status=404)
        _checked(response, "delete", endpoint)

    @staticmethod
    def _written(
        response: Response, verb: str, endpoint: str, count: int, ids: Sequence[int] = ()
    ) -> list[JsonRow]:
        rows = answers.written_rows(_checked(response, verb, endpoint, ids).body, endpoint)
        answered = {int(row["id"]) for row in rows}
        skipped = [position for position, one in enumerate(ids) if one not in answered]
        if skipped and answered <= set(ids):
            raise SkippedError(
                f"NetBox left out {len(skipped)} of {count} {endpoint} that it was to {verb}.",
                [(position, "left as it was: it is gone, or the token may not change it") for position in skipped],
            )
        if len(rows) != count:
            raise ServerError(f"NetBox answered {len(rows)} rows to a request to {verb} {count} of {endpoint}.")
        return rows


def _shape(endpoint: str, params: Mapping[str, Any]) -> answers.Shape:
    return answers.rest_shape(endpoint, str(params.get("fields", "id")))


def _checked(response: Response, verb: str, where: str, ids: Sequence[int] = ()) -> Response:
    if response.status < 300:
        return response
    raise _error(response, verb, where, ids)


def _error(response: Response, verb: str, where: str, ids: Sequence[int]) -> NetBoxError:
    body, status = response.body, response.status
    detail = answers.flat(body.get("detail", ""))[:_TOLD] if isinstance(body, dict) else ""
    said_else = answers.flat(body)[:_TOLD]
    if status in (401, 403):
        # 4.7 says which objects of a list lie outside of what the token may do.
        rows = answers.row_errors(body, list(ids)) if isinstance(body, dict) and "errors" in body else []
        return AccessError(_access(detail, verb, where), rows, status)
    if status == 404:
        return RefusedError(f"NetBox has no {where}{': ' + detail if detail else ''}.", status=status)
    if status == 413:
        said = f"A request to {verb} {where} is too large for what stands before NetBox (HTTP 413)."
        return TooLargeError(said, status=status)
    if status == 500 and isinstance(body, dict) and body.get("exception") == _TOO_BIG:
        said = f"A request to {verb} {where} is larger than NetBox takes (its DATA_UPLOAD_MAX_MEMORY_SIZE)."
        return TooLargeError(said, status=status)
    if status == BUSY:
        said = f"NetBox takes no more requests for now to {verb} {where} (HTTP {BUSY}){': ' + detail if detail else ''}"
        return RefusedError(f"{said}. Run again later to continue.", status=BUSY)
    if status >= 500:  # a dead database and a bug of the server look the same
        return ServerError(f"NetBox failed to {verb} {where} (HTTP {status}): {detail or said_else}", status=status)
    rows = answers.row_errors(body, list(ids)) if status in _OF_OBJECTS else []
    told = "; ".join(text for _index, text in rows[:5]) or detail or said_else
    return RefusedError(f"NetBox refused to {verb} {where} (HTTP {status}): {told}", rows, status)


def _access(detail: str, verb: str, where: str) -> str:
    """Wrong token, missing token and missing right are all 403; only the detail tells them apart."""
    low = detail.lower()
    if ("invalid" in low and "token" in low) or "expired" in low:
        return f"NetBox does not accept the token: {detail.rstrip('.')}."
    if "credentials" in low:
        return "NetBox wants a token: set `netbox_token`, or the environment variable NETBOX_TOKEN."
    if "write" in low:
        return f"The token is read-only, so it cannot {verb} {where}: {detail.rstrip('.')}."
    needed = permission(verb, where)
    told = f" That needs the permission {needed!r}." if needed else ""
    return f"The token may not {verb} {where}: {detail.rstrip('.') or 'no permission'}.{told}"
