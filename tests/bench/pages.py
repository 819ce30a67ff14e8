#!/usr/bin/python3
"""pages.py --build BUILD --keep DIR [--records N]: how long the pages of the collector take to open.

On the store of startup.py (100,000 enterprises unless given; made in DIR when it is not there), opens
pages one after the other in a virtual display and prints the median time from the tap until the page
is shown, as a screen reader sees it. Figures, not pass or fail."""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
for folder in ("tests/bench", "tests/support", "tests/app"):
    sys.path.insert(0, str(TOP / folder))
from atspi import App, Bus, Display  # noqa: E402
from startup import make_store  # noqa: E402
from steps import sign_in  # noqa: E402

RUNS = 5


class Pages:
    def __init__(self, app):
        self.app = app
        self.times = {}

    def open(self, page, tap, shown):
        """Taps a control and waits for a control or a text of the page that it opens."""
        began = time.monotonic()
        if callable(tap):
            tap()
        else:
            self.app.click(tap)
        while not (self.app.look(shown) if shown.isascii() else
                   any(shown in text for text in self.app.texts())):
            self.app.bus.turn()
            if time.monotonic() - began > 30:
                raise AssertionError(f"{page}: {self.app.ids()} {self.app.texts()}")
        self.times.setdefault(page, []).append((time.monotonic() - began) * 1000)

    def walk(self):
        app = self.app
        self.open("lists", "lists", "list-hazard-rectification")
        self.open("list of hazards", "list-hazard-rectification", "search")
        app.click("back")
        self.open("list of concern", "list-enterprise-concern", "search")
        app.click("back")
        app.click("back")
        app.find("scan")
        self.open("agenda", "agenda", "暂无内容")
        app.click("back")
        self.open("find", "find", "result-1")
        app.type("reason", "测速用")
        self.open("search among all", lambda: app.type("search", "第054321号"), "测速企业第054321号")
        app.settle(1)
        self.open("enterprise", "result-1", "start")

        self.open("record", "open-record", "history")
        self.open("correction", "edit-on_site", "save")
        app.click("back")
        app.find("history")
        app.click("back")
        app.find("start")
        self.open("start of a visit", "start", "begin")
        app.click("back")
        app.click("back")
        app.find("scan")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--keep", type=Path, required=True)
    parser.add_argument("--records", type=int, default=100_000)
    options = parser.parse_args()
    os.environ["BIHUAN_DATADIR"] = str(TOP)
    build = options.build.resolve()
    directory = options.keep.resolve()
    if not (directory / "device").is_dir():
        make_store(build, directory, options.records)
    with Display() as display, Bus(display, LANG="zh_CN.UTF-8") as bus:
        app = App(bus, [str(build / "app/bihuan"), "--store", str(directory / "device")])
        try:
            sign_in(app)
            pages = Pages(app)
            for _ in range(RUNS):
                pages.walk()
        finally:
            app.close()
    print(f"{options.records} records, {RUNS} times each")
    for page, times in pages.times.items():
        print(f"{page:20}median {statistics.median(times):7.0f} ms   longest {max(times):7.0f} ms")


if __name__ == "__main__":
    main()
