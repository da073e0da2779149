# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""`manage.py diet_load`: the file, the transaction, and what people see."""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, transaction

from netbox_diet.changes import ChangesError
from netbox_diet.load import load


class Command(BaseCommand):
    help = (
        "Create the objects of a DIET plan from a file of changes, all or none. For filling test databases: nobody's"
        " permissions are looked at, no event rules run, and rack units are not checked against each other."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="changes, a line each; - for standard input")
        parser.add_argument("--dry-run", action="store_true", help="do everything, then roll it back")
        parser.add_argument("--no-index", action="store_true", help="leave the search index alone; see reindex")
        parser.add_argument("--changelog", action="store_true", help="leave a change record of each object")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        try:
            with (
                open(0 if options["file"] == "-" else options["file"], encoding="utf-8") as lines,
                transaction.atomic(),
            ):
                report = load(lines, self._progress, not options["no_index"], options["changelog"])
                # Checked at the end of the transaction otherwise, which a dry run does not reach.
                with report.timed("constraints"):
                    transaction.get_connection().check_constraints()
                transaction.set_rollback(options["dry_run"])
        except (ChangesError, DatabaseError, OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{error} Nothing was loaded.") from error
        each = {k: round(report.seconds[k] / n * 1000, 2) for k, n in report.created.items() if n}
        told = {
            "plan": report.plan,
            "dry_run": options["dry_run"],
            "created": report.created,
            "seconds": {part: round(seconds, 2) for part, seconds in report.seconds.items()},
            "ms_each": each,
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }
        self.stdout.write(json.dumps(told))

    def _progress(self, kind: str, done: int, of: int) -> None:
        # Ten lines a kind, however many objects.
        if done == of or done * 10 // of != (done - min(1000, done)) * 10 // of:
            print(f"{kind}s: {done:,} of {of:,}", file=sys.stderr, flush=True)
