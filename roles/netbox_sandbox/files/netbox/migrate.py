"""Run NetBox's migrations; print how many there are, then one line for each.

Python's garbage collector walks the ever larger graph of migration states again and again: with a
raised threshold migrating takes about two thirds of the time.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

gc.set_threshold(200_000, 50, 100)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "netbox.settings")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402

executor = MigrationExecutor(connection)
print("total", len(executor.migration_plan(executor.loader.graph.leaf_nodes())), flush=True)
sys.stdout.reconfigure(line_buffering=True)
call_command("migrate", interactive=False)
Path(sys.argv[1]).touch()
