# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plugin of NetBox that writes a line for every request: when, how long, how large. Nothing is left out.

Times are taken where the web server hands a request to Django and where it has got the whole answer, so everything
that NetBox does after its views (search index, change log, events) is inside.
"""

from __future__ import annotations

from netbox.plugins import PluginConfig


class RequestLogConfig(PluginConfig):
    name = "request_log"
    verbose_name = "Request log"
    description = "Writes a line for every request"
    version = "0.1.0"
    base_url = "request-log"
    middleware = ("request_log.log.Answers",)

    def ready(self) -> None:
        super().ready()
        from .log import listen

        listen()


config = RequestLogConfig
