"""Make the administrator and its API token, with the values of the sandbox's secrets.json."""

from __future__ import annotations

import json
import os
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "netbox.settings")

import django

django.setup()

from users.models import Token, User  # noqa: E402

secrets = json.loads((Path(os.environ["NETBOX_ROOT"]).parent / "secrets.json").read_text())
user = User.objects.filter(username=secrets["username"]).first()
if user is None:
    user = User.objects.create_superuser(secrets["username"], "", secrets["password"])
if not Token.objects.filter(key=secrets["token_key"]).exists():
    Token(user=user, version=2, key=secrets["token_key"], token=secrets["token_secret"], description="sandbox").save()
