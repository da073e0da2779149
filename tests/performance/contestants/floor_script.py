#!/usr/bin/env python
# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's own floor: sends prepared bodies one after the other, and does nothing else.

    floor_script.py bodies.json    a list of [path, body], bodies as text
"""

from __future__ import annotations

import json
import os
import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as text:
        bodies = [(path, body.encode()) for path, body in json.load(text)]
    address = urlsplit(os.environ["NETBOX_URL"])
    server = HTTPConnection(address.netloc, timeout=300)
    headers = {
        "Authorization": f"Bearer {os.environ['NETBOX_TOKEN']}",
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    for path, body in bodies:
        server.request("POST", path, body, headers)
        answer = server.getresponse()
        said = answer.read()
        if answer.status != 201:
            raise SystemExit(f"POST {path}: {answer.status} {said[:1000]!r}")


if __name__ == "__main__":
    main()
