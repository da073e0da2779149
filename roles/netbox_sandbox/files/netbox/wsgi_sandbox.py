"""NetBox's WSGI application with its static files, which a production server would leave to nginx."""

from __future__ import annotations

import os

from django.urls import get_resolver
from netbox.wsgi import application as netbox
from whitenoise import WhiteNoise

# Imports all views now, once and before gunicorn forks, where else every worker's first request would take seconds.
_views = get_resolver().url_patterns

application = WhiteNoise(netbox, root=os.environ["NETBOX_SANDBOX_STATIC"], prefix="static/", index_file=True)
