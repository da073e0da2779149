# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command, and says what it took: a program, so small that nothing of it shows in what it measures.

    launch.py REPORT COMMAND [ARGUMENT ...]

A process begins with the peak of memory that the one has which started it. So the benchmark, which holds whole plans,
starts this, and this starts what is measured.
"""

import json
import os
import sys
import time

report, command = sys.argv[1], sys.argv[2:]
begin = time.time()
child = os.posix_spawnp(command[0], command, os.environ)
_pid, status, used = os.wait4(child, 0)
end = time.time()
with open(report, "w") as out:
    json.dump(
        {
            "begin": begin,
            "end": end,
            # That of all it started and waited for too.
            "cpu": used.ru_utime + used.ru_stime,
            # Of its largest process.
            "peak_mb": used.ru_maxrss / 1024,
            "status": os.waitstatus_to_exitcode(status),
        },
        out,
    )
