"""NetBox's WSGI application with its static files, which a production server would leave to nginx."""

from __future__ import annotations

import os

from netbox.wsgi import application as netbox
from whitenoise import WhiteNoise

application = WhiteNoise(netbox, root=os.environ["NETBOX_SANDBOX_STATIC"], prefix="static/", index_file=True)
