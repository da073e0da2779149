#!/usr/bin/env python
# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures what a plan costs on a real NetBox, beside what others do who build the same in the same NetBox.

    make bench                                                  everything, some 25 minutes on two idle cores
    make bench ARGS="--servers 4 --no-large --no-store"         to try it, in minutes
    make bench ARGS=--only-large                                the plan of 10,000 servers again, in five minutes

In one run, on one sandbox NetBox, for each size:
1. ours: ansible-playbook applies the plan, again, with ten servers more, ten fewer, a renamed class, and removes it
2. the server's floor: the bodies that ours posted, in the same lists, by a client that does nothing else
3. pynetbox with lists, pynetbox with a request for each object, netbox.netbox in loops: the same but for the new name.
   The last two take too long for large plans, so there they do a sample, in a NetBox that has all the rest, and what
   the whole would take is worked out from the seconds and requests of each kind of object.
Then ours alone on a plan of 10,000 servers, where nothing or little changes, and what netbox.netbox would ask there.

Contestants are in contestants/, how they are measured is in measuring/, and netbox_plugin/ is the log that NetBox keeps
of its requests, so that all are counted alike. Writes results/netbox/netbox-<version>.json and docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / ".cache" / "collections")]

from contestants import large, loader, netbox_netbox, ours, scripts  # noqa: E402
from contestants.plans import Find, document, expanded, posted  # noqa: E402
from contestants.steps import (  # noqa: E402
    CREATE,
    FEWER,
    MORE,
    STEPS,
    TEARDOWN,
    UNCHANGED,
    Part,
    Step,
    extrapolated,
    figures,
    sample,
    shapes,
    steps,
)
from integration.support.rest import NetBox  # noqa: E402
from integration.support.sandbox import keep  # noqa: E402
from measuring.meter import Measured  # noqa: E402
from measuring.server import Server, bring_up  # noqa: E402
from page import write_page  # noqa: E402

from ansible_collections.hedgehog.diet.plugins.module_utils.model.ledger import Ledger  # noqa: E402

RESULTS = Path(__file__).resolve().parent / "results" / "netbox"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hedgehog.diet"

SERVERS = (10, 50, 200)
# Up to how many servers a slow contestant does everything, and how many are its sample beyond that.
WHOLE = 10
SAMPLE = {"single": 10, "netbox_netbox": 4}
OTHERS = ("lists", "single", "netbox_netbox")

Report = dict[str, Any]
Run = Callable[[Step], tuple[Measured, list[Part]]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--servers", type=int, nargs="+", default=SERVERS, help="sizes")
    parser.add_argument("--whole", type=int, default=WHOLE, help="up to which size slow contestants do everything")
    parser.add_argument("--only", nargs="+", choices=OTHERS, default=OTHERS, help="beside ours and the floor")
    parser.add_argument("--no-large", action="store_true", help="leave out the plan of 10,000 servers")
    parser.add_argument("--only-large", action="store_true", help="nothing but it, beside what is stored of the others")
    parser.add_argument("--no-store", action="store_true", help="print the results, and keep the stored ones")
    parser.add_argument("--directory", type=Path, default=ROOT / ".sandbox-bench", help="where the sandbox is made")
    parser.add_argument("--port", type=int, default=8476, help="its port; the next one is for 10,000 servers")
    arguments = parser.parse_args()
    load = round(os.getloadavg()[0], 1)
    if arguments.only_large:
        return large_again(arguments, load)
    collection, collection_version = netbox_netbox.fetch(CACHE)
    begin = datetime.now(UTC)
    server = bring_up(arguments.directory.resolve(), arguments.port)
    try:
        report = {"date": begin.strftime("%Y-%m-%d"), "load_before": load, **machine(server)}
        report["versions"]["netbox.netbox"] = collection_version
        report["sizes"] = [
            one_size(server, collection, size, arguments.whole, arguments.only) for size in arguments.servers
        ]
    finally:
        if not keep():
            server.destroy()
    finish(report, begin, not arguments.no_store)
    if not arguments.no_large:
        report["large"] = ten_thousand(arguments.directory.resolve(), arguments.port)
        finish(report, begin, not arguments.no_store)
    print(json.dumps(report, indent=2))
    return 0


def large_again(arguments: argparse.Namespace, load: float) -> int:
    """The plan of 10,000 servers alone, in place of what is stored of it."""
    stored = max(RESULTS.glob("netbox-*.json"))
    report: Report = json.loads(stored.read_text())
    report["large"] = ten_thousand(arguments.directory.resolve(), arguments.port)
    report["large_run"] = {"date": datetime.now(UTC).strftime("%Y-%m-%d"), "load_before": load}
    if not arguments.no_store:
        stored.write_text(json.dumps(report, indent=2) + "\n")
        write_page()
    print(json.dumps(report["large"], indent=2))
    return 0


def finish(report: Report, begin: datetime, store: bool) -> None:
    """Store what there is."""
    report["minutes"] = round((datetime.now(UTC) - begin).total_seconds() / 60, 1)
    if store:
        RESULTS.mkdir(parents=True, exist_ok=True)
        name = f"netbox-{report['versions']['netbox']}.json"
        (RESULTS / name).write_text(json.dumps(report, indent=2) + "\n")
        write_page()


def one_size(server: Server, collection: Path, servers: int, whole: int, only: Sequence[str]) -> Report:
    """All contestants at one size."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)

        def own(contestant: str) -> Path:
            path = directory / contestant
            path.mkdir(exist_ok=True)
            return path

        def prepared() -> None:
            server.scene("prepared", lambda: ours.prepare(server, own("prepare"), Step(CREATE, document(1), None)))

        prepared()
        find = finder(server)
        todo = steps(servers, find)
        rows = posted(expanded(document(servers), Ledger()), find)
        report: Report = {"servers": servers, **todo[CREATE].create.counts}
        built = Built(server, f"built-{servers}", prepared)

        progress(servers, "ours")
        first = built.by(lambda: ours.run(server, own("ours"), todo[CREATE]))
        report["ours"] = {CREATE: figures(first)}
        for step in list(todo.values())[1:]:
            report["ours"][step.name] = {
                **figures(ours.run(server, own("ours"), step)), "deleted": step.delete.counts,
            }
        expect(server, dict.fromkeys(server.counts(), 0), "ours")

        progress(servers, "floor")
        prepared()
        report["floor"] = {CREATE: figures(scripts.floor(server, own("floor"), rows, shapes(first)))}
        expect(server, todo[CREATE].create.counts, "floor")

        contestants: dict[str, Run] = {
            "lists": lambda step: scripts.pynetbox(server, own("lists"), "lists", step),
            "single": lambda step: scripts.pynetbox(server, own("single"), "single", step),
            "netbox_netbox": lambda step: netbox_netbox.run(server, own("loops"), collection, step),
        }
        for contestant in only:
            run = contestants[contestant]
            progress(servers, contestant)
            if contestant in SAMPLE and servers > whole:
                built.restore()
                report[contestant] = sampled(server, run, todo, SAMPLE[contestant])
            else:
                prepared()
                report[contestant] = {step: figures(*run(todo[step])) for step in STEPS}
                expect(server, dict.fromkeys(server.counts(), 0), contestant)

        progress(servers, "loader")
        server.sandbox.reset()
        report["loader"] = loader.run(server, own("loader"), todo[CREATE])
        expect(server, todo[CREATE].create.counts, "loader")
        return report


class Built:
    """The database as ours left it after the first apply, for those who do a sample."""

    def __init__(self, server: Server, name: str, prepared: Callable[[], None]) -> None:
        self._server, self._name, self._prepared = server, name, prepared

    def by(self, apply: Callable[[], Measured]) -> Measured:
        """Build it from what is prepared."""
        done: list[Measured] = []

        def build() -> None:
            self._prepared()
            done.append(apply())

        self._server.scene(self._name, build)
        return done[0]

    def restore(self) -> None:
        self._server.scene(self._name, lambda: None)


def sampled(server: Server, run: Run, todo: dict[str, Step], servers: int) -> Report:
    """A sample of the steps, in a NetBox that has the rest, and from it what all of them would take."""
    small = {name: sample(todo[name], servers) for name in (UNCHANGED, MORE, FEWER)}
    did = {name: figures(*run(step)) for name, step in small.items()}
    came, went = small[MORE].create.counts, small[FEWER].delete.counts
    expect(server, {k: n + came[k] - went[k] for k, n in todo[CREATE].create.counts.items()}, "a sample")
    origin = {CREATE: MORE, UNCHANGED: UNCHANGED, MORE: MORE, FEWER: FEWER, TEARDOWN: FEWER}
    return {
        "sample": did,
        "sample_servers": servers,
        **{step: extrapolated(did[origin[step]], todo[step].work) for step in STEPS},
    }


def ten_thousand(directory: Path, port: int) -> list[Report]:
    """Ours, with 10,000 servers."""
    server = large.make(directory.with_name(f"{directory.name}-large"), port + 1)
    try:
        with tempfile.TemporaryDirectory() as name:
            return list(large.run(server, Path(name)))
    finally:
        if not keep():
            server.destroy()


def finder(server: Server) -> Find:
    """Ids of shared objects, as they are in the prepared NetBox."""
    rest = NetBox(server.sandbox.url, server.sandbox.token)
    endpoints = {"device_type": "device-types", "device_role": "device-roles", "site": "sites"}
    ids = {
        (kind, row["slug"]): int(row["id"]) for kind, endpoint in endpoints.items()
        for row in rest.all(f"dcim/{endpoint}")
    }
    return lambda kind, slug: ids[kind, slug]


def expect(server: Server, counts: dict[str, int], contestant: str) -> None:
    """Whoever did not do all of it has nothing to compare."""
    if (there := server.counts()) != counts:
        raise RuntimeError(f"{contestant} left {there} in NetBox, and was to leave {counts}")


def machine(server: Server) -> Report:
    cpu = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    settings = json.loads((server.sandbox.directory / "settings.json").read_text())
    return {
        "hardware": {
            "cpu": cpu[0] if cpu else platform.machine(), "cores": os.cpu_count(), "memory_gb": round(memory / 1048576),
        },
        "versions": {
            "netbox": server.version, "postgresql": str(settings["postgres_major"]),
            "python": platform.python_version(), "ansible-core": version("ansible-core"),
            "pynetbox": version("pynetbox"),
        },
        "server": {"processes": settings["workers"], "threads": settings["threads"]},
    }


def _lines(path: str) -> Iterable[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def progress(servers: int, text: str) -> None:
    print(f"  {servers} servers: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
