#!/usr/bin/python3
"""startup.py --build BUILD [--records N] [--runs N] [--keep DIR] [--hub] [--warm]: P6 and P7 of the quality goals.

Starts the collector on a store of N enterprises (100,000) and, in turns with it, an empty GTK
window, in a virtual display; prints the median time until the first page can be used, CPU time and
peak memory until then, peak memory once syncing was tried too, and their ratios. An empty window
with one Chinese label is shown beside: what the font alone costs. Figures, not pass or fail. With
--keep the store is made once and used again. As root, the page cache is dropped before each start:
then it is a cold one; --warm leaves it. The hub is away, so that a round fails at once; --hub serves
it, and then the last figure is that of a whole round over TLS."""

import argparse
import contextlib
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from atspi import Bus, Display  # noqa: E402

UNIT = "140603100"
PER_FILE = 2000
STEP_S = 0.004
WAIT_S = 60
SETTLE_S = 2


def make_enterprises(directory, count):
    """Records files with enterprises of the unit's area."""
    for start in range(0, count, PER_FILE):
        records = [{"name": f"bench-{i:06d}", "kind": "enterprise", "set": {
            "name": f"样例·测速企业第{i:06d}号", "provisional": True,
            "provisional_reason": "测速用", "sector": "other", "area": UNIT,
            "production_state": "producing", "sample": True, "state": "provisional"}}
            for i in range(start, min(start + PER_FILE, count))]
        (directory / f"bench-{start:06d}.json").write_text(json.dumps(
            {"bihuan-records": 1, "space": "samples", "records": records}, ensure_ascii=False))


@contextlib.contextmanager
def serving(build, data, listen):
    """The hub while it serves; gives the address it listens on."""
    server = subprocess.Popen([build / "sync/hub/bihuan-hub", "serve", "--data", data, "--listen",
                               listen, "--office-listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                              text=True)
    try:
        yield re.search(r"https://(\S+)", server.stdout.readline())[1]
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def make_store(build, directory, count):
    """A collector's store that has pulled `count` enterprises from a hub, which is then gone."""
    hub, ctl = build / "sync/hub/bihuan-hub", build / "app/ctl/bihuanctl"
    data, store, records = directory / "hub", directory / "device", directory / "records"
    records.mkdir(parents=True)
    make_enterprises(records, count)
    subprocess.run([hub, "init", "--data", data, "--name", "测速", "--area", "140603"], check=True)
    subprocess.run([hub, "load", "--data", data, "--demo", TOP / "assets/packs",
                    TOP / "assets/checklists", TOP / "assets/samples", records], check=True)
    with serving(build, data, "127.0.0.1:0") as listen:
        invitation = json.loads(subprocess.run(
            [hub, "enrol", "--data", data, "--unit", UNIT, "--json"], check=True,
            capture_output=True, text=True).stdout)["text"]
        subprocess.run([ctl, "--store", store, "enrol", invitation], check=True)
        subprocess.run([ctl, "--store", store, "sync"], check=True)
    (directory / "listen").write_text(listen)


def shows(bus, node, usable):
    """Whether `usable` holds for the node or one that shows below it."""
    if usable(node):
        return True
    for i in range(node.get_child_count()):
        child = node.get_child_at_index(i)
        if child is not None and child.get_state_set().contains(bus.atspi.StateType.SHOWING) and \
                shows(bus, child, usable):
            return True
    return False


def look(pid):
    """(CPU seconds, peak KiB) of a process by now."""
    # After the name in brackets: the 12th and 13th fields are the times, in ticks.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    peak = next(line.split()[1] for line in Path(f"/proc/{pid}/status").read_text().splitlines()
                if line.startswith("VmHWM"))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(peak)


def settle(bus):
    until = time.monotonic() + SETTLE_S
    while time.monotonic() < until:
        bus.turn()
        time.sleep(STEP_S)


def start(bus, command, usable):
    """(seconds to the first usable page, CPU seconds and peak KiB by then, peak KiB later) of one
    run."""
    began = time.monotonic()
    process = subprocess.Popen(command, env=bus.env, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    took = None
    while took is None and time.monotonic() - began < WAIT_S:
        bus.turn()
        with contextlib.suppress(Exception):
            desktop = bus.atspi.get_desktop(0)
            for i in range(desktop.get_child_count()):
                child = desktop.get_child_at_index(i)
                if child is not None and child.get_process_id() == process.pid and \
                        shows(bus, child, usable):
                    took = time.monotonic() - began
        time.sleep(STEP_S)
    cpu, peak = look(process.pid) if took is not None else (0, 0)
    settle(bus)
    process.terminate()
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    if took is None:
        raise RuntimeError(f"{command[0]} showed no usable page in {WAIT_S} s")
    return took, cpu, peak, usage.ru_maxrss


def drop_caches():
    with contextlib.suppress(OSError):
        os.sync()
        Path("/proc/sys/vm/drop_caches").write_text("3")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--hub", action="store_true")
    parser.add_argument("--warm", action="store_true")
    options = parser.parse_args()
    os.environ["BIHUAN_DATADIR"] = str(TOP)
    build = options.build.resolve()
    with tempfile.TemporaryDirectory(prefix="bihuan-bench-") as scratch, \
            contextlib.ExitStack() as stack, \
            Display() as display, Bus(display, LANG="zh_CN.UTF-8") as bus:
        directory = (options.keep or Path(scratch) / "store").resolve()
        if not (directory / "device").is_dir():
            make_store(build, directory, options.records)
        if options.hub:
            stack.enter_context(
                serving(build, directory / "hub", (directory / "listen").read_text()))
        programs = {
            "empty window": ([str(build / "tests/bench/empty-window")],
                             lambda node: node.get_name() == "ready"),
            "with a label": ([str(build / "tests/bench/empty-window"), "就绪"],
                             lambda node: node.get_name() == "就绪"),
            # The first page asks who is working: its tiles carry the names of the sample staff.
            "collector": ([str(build / "app/bihuan"), "--store", str(directory / "device")],
                          lambda node: "样例" in node.get_name() and
                          node.get_role_name() in ("push button", "toggle button", "list item")),
        }
        figures = {name: [] for name in programs}
        for _ in range(options.runs):
            for name, (command, usable) in programs.items():
                if not options.warm:
                    drop_caches()
                figures[name].append(start(bus, command, usable))
    print(f"{options.records} records, median of {options.runs} runs")
    print(f"{'':14}{'usable after':>14}{'CPU':>10}{'peak memory':>14}{'2 s later':>14}")
    medians = {}
    for name, runs in figures.items():
        medians[name] = [statistics.median(run[i] for run in runs) for i in range(4)]
        took, cpu, peak, later = medians[name]
        print(f"{name:14}{took * 1000:11.0f} ms{cpu * 1000:7.0f} ms{peak / 1024:10.1f} MiB"
              f"{later / 1024:10.1f} MiB")
    ratios = [a / b for a, b in zip(medians["collector"], medians["empty window"])]
    print(f"{'ratio':14}{ratios[0]:14.2f}{ratios[1]:10.2f}{ratios[2]:14.2f}{ratios[3]:14.2f}"
          "   (goal 1.50)")


if __name__ == "__main__":
    main()
