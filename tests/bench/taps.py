#!/usr/bin/python3
"""taps.py BUILD: P1 of a whole day's work in the hand: taps, typed texts and milliseconds of an inspection.

Carries out an inspection of a coal mine in the collector's window, at 360x640: by the code, with two
inspectors, all items of the checklist, three of them not compliant with a photo each, three
signatures, both papers. Prints how many taps and typed texts it took, without the sign-in, and how
long it took after a tap until the next could be made, as a screen reader sees it. Figures, not pass
or fail."""

import statistics
import sys
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "app"))
from collector import WindowTest  # noqa: E402
from steps import LEGAL_BASIS, sign_in, sign_on_pad  # noqa: E402

NOT_COMPLIANT = (5, 12, 20)


class Count:
    """Counts what a person does with the window; everything else is passed on to it."""

    def __init__(self, app):
        self.app = app
        self.n_taps = self.n_texts = self.n_drawn = 0

    def __getattr__(self, name):
        return getattr(self.app, name)

    def click(self, id, *more):
        self.n_taps += 1
        self.app.click(id, *more)

    def check(self, id):
        self.click(id)

    def type(self, id, text):
        self.n_texts += 1
        self.app.type(id, text)

    def draw(self, id, strokes):
        self.n_drawn += 1
        self.app.draw(id, strokes)

    def timed(self, id, shown):
        """Milliseconds from the tap until `shown()`."""
        began = time.monotonic()
        self.click(id)
        while not shown():
            self.app.bus.turn()
            if time.monotonic() - began > 20:
                raise AssertionError(f"nothing after {id}: {self.app.texts()}")
        return (time.monotonic() - began) * 1000


def until(app, id):
    return lambda: app.look(id) is not None


class Taps(WindowTest):
    build = Path(sys.argv[1]).resolve()
    name = "taps"
    keeps_pictures = True

    def record_hazard(self, app):
        """The form of a hazard, opened by an answer; ends on the checklist."""
        app.find("summary")
        app.type("summary", "风门损坏，漏风")
        app.type("place", "3号煤3105工作面")
        app.type("responsible_person", "样例负责人01")
        app.click("add_photo")
        app.click("take")
        app.click("keep")
        app.find("photo-1")
        if app.look("as_general"):
            app.click("as_general")
            app.type("level_reason", "方案已报批")
        app.click("deadline-plus-15")
        app.click("save")
        app.find("linked_hazard")

    def walk_list(self, app, items):
        times = []
        for number in range(1, items + 1):
            if number in NOT_COMPLIANT:
                app.click("answer-noncompliant")
                self.record_hazard(app)
                app.click("next")
                continue
            times.append(app.timed("answer-compliant", lambda: any(
                f"已答 {number} 项" in text for text in app.texts())))
        return times

    def runTest(self):
        with self.open() as window:
            sign_in(window)
            app = Count(window)
            pages = {"enterprise": app.timed("scan", until(app, "start")),
                     "start": app.timed("start", until(app, "begin"))}
            for box in ("colleague-2", "certificate_shown", "recusal_advised"):
                app.check(box)
            pages["checklist"] = app.timed("begin", until(app, "answer-compliant"))
            items = next(int(text.split("共 ")[1].split(" ")[0]) for text in app.texts() if "共 " in text)
            answers = self.walk_list(app, items)
            pages["visit"] = app.timed("back", until(app, "finish"))
            app.type("opinion", "总体情况基本符合要求")
            pages["signatures"] = app.timed("finish", until(app, "signer-enterprise-3"))
            for signer in ("signer-inspector-1", "signer-second_inspector-2"):
                sign_on_pad(app, signer)
            sign_on_pad(app, "signer-enterprise-3", "样例负责人01")
            pages["papers"] = app.timed("done", until(app, "make"))
            app.type("legal_basis", LEGAL_BASIS)
            pages["papers made"] = app.timed("make", until(app, "document-order_rectify"))
        print(f"{items} items, {len(NOT_COMPLIANT)} hazards with photos, 3 signatures, 2 papers:"
              f" {app.n_taps} taps, {app.n_texts} texts, {app.n_drawn} signatures drawn")
        answers.sort()
        print(f"an answer until the next item: median {statistics.median(answers):.0f} ms,"
              f" 95 per cent within {answers[int(len(answers) * .95)]:.0f} ms")
        for page, took in pages.items():
            print(f"{page:14}{took:8.0f} ms")


if __name__ == "__main__":
    Taps.setUpClass()
    test = Taps()
    try:
        result = test.run()
        for _, text in result.errors + result.failures:
            print(text)
    finally:
        Taps.doClassCleanups()
    sys.exit(not result.wasSuccessful())
