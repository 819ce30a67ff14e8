#!/usr/bin/python3
"""test_looks.py BUILD [SIZE [NAME]]: how the pages that are made from declarations look, in both languages: nothing
is wider than the window, every control is large enough for a finger, and no button, heading or line shows words of
the other language, codes or ids. Takes pictures of all of them."""

import re
import sys
from pathlib import Path

from collector import WindowTest, begins, main
from steps import sign_in

HAN = re.compile("[\u3400-\u9fff]")
LATIN = re.compile("[A-Za-z]{3,}")
ID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}")
CODE = re.compile("^[a-z]{2,}_[a-z_]+$")
# Words of both languages that stand in a Chinese window by right.
ALLOWED = ("GPS", "PDF", "SHA", "OTG", "JPEG", "Bihuan", "English", "WAV", "Ogg", "MP")
CHROME = ("push button", "toggle button", "heading", "check box")


class Looks(WindowTest):
    name = "looks"
    build = Path(sys.argv[1]).resolve()

    # --- checks ---

    def values(self):
        """Texts that people or samples wrote: they are in their own language."""
        if not hasattr(self, "known"):
            found = {"样例·平鲁区枢纽", "山西省朔州市平鲁区井坪镇"}  # the hub, and an area

            def add(value):
                if isinstance(value, str) and len(value) > 1:
                    found.add(value)
                elif isinstance(value, (list, dict)):
                    for one in value.values() if isinstance(value, dict) else value:
                        add(one)
            for kind in ("enterprise", "unit", "staff", "inspection", "hazard", "document", "site", "licence", "checklist",
                         "file", "signature", "participant", "code", "scan"):
                for row in self.rows(kind):
                    add([row["title"], row["values"]])
            self.known = sorted(found, key=len, reverse=True)
        return self.known

    def without_values(self, text):
        for value in self.values():
            if value in text:
                text = text.replace(value, "")
        return text

    def faults(self, app, language):
        width = self.size[0]
        found = [f"small: {one}" for one in app.small_targets()]
        for node in app.walk():
            name, role = node.get_name() or "", node.get_role_name()
            area = node.get_extents(app.bus.atspi.CoordType.WINDOW)
            if area.width > 0 and area.x >= 0 and area.x + area.width > width + 1 and role not in ("scroll bar",):
                found.append(f"wide: {role} {name[:40]} to {area.x + area.width}")
            if not name:
                continue
            if ID.search(name):
                found.append(f"an id: {name[:80]}")
            if CODE.match(name):
                found.append(f"a code: {name}")
            if role not in CHROME and role != "label":
                continue
            rest = self.without_values(name)
            if language == "en" and HAN.search(rest):
                found.append(f"en: {role} {name[:80]!r}")
            for word in ALLOWED:
                rest = rest.replace(word, "")
            if language == "zh" and role in CHROME and LATIN.search(rest):
                found.append(f"zh: {role} {name[:80]!r}")
        return found

    def look_at(self, app, name, language):
        app.settle(0.5)
        app.shot(self.pictures / f"{name}-{language}.png")
        self.found += [f"{name} {language}: {one}" for one in dict.fromkeys(self.faults(app, language))]

    def at_end(self, app, name, id, language):
        """The same page scrolled to a control."""
        app.focus(id)
        self.look_at(app, name, language)

    def walk(self, steps):
        """Takes the same way in both languages."""
        self.found = []
        for language in ("zh", "en"):
            with self.open(more=("--lang", language)) as app:
                sign_in(app)
                steps(app, language)
        if self.found:
            self.fail("\n".join(self.found))

    # --- ways ---

    @begins("ordered")
    def test_lists_agenda_and_settings(self):
        def steps(app, language):
            self.look_at(app, "home", language)
            self.at_end(app, "home-end", "settings", language)
            app.click("lists")
            app.find("list-inspection")
            self.look_at(app, "lists", language)
            app.click("list-hazard-rectification" if app.look("list-hazard-rectification") else "list-inspection")
            app.find("row-1")
            self.look_at(app, "list", language)
            app.click("filter")
            self.look_at(app, "list-filters", language)
            app.type("search", "没有这样的")
            app.gone("row-1")
            self.look_at(app, "list-nothing", language)
            app.click("back")
            app.click("back")
            app.click("agenda")
            app.find("row-1")
            self.look_at(app, "agenda", language)
            app.click("back")
            app.click("settings")
            app.find("back")
            self.look_at(app, "settings", language)
            app.click("back")
            app.click("sync_line")
            app.find("back")
            self.look_at(app, "queue", language)
        self.walk(steps)

    @begins("ordered")
    def test_a_record_its_steps_and_its_files(self):
        hazard = self.rows("hazard")[0]

        def steps(app, language):
            app.click("agenda")
            app.click("row-1")
            app.find("history")
            app.settle(1)
            self.look_at(app, "record", language)
            names = [id for id in app.ids() if id.startswith(("step-", "edit-"))]
            self.assertTrue(names, hazard)
            self.at_end(app, "record-acts", names[0], language)
            button = next(id for id in app.ids() if id == "new" or id.startswith("create-"))
            self.at_end(app, "record-new", button, language)
            for name in names[:4]:
                app.focus(name)
                app.click(name)
                app.find("save")
                self.look_at(app, f"act-{name}", language)
                app.click("back")
                app.find(names[0])
                app.settle(0.5)
            app.focus("step-reported_fixed")
            app.click("step-reported_fixed")
            app.find("add-audio-proof")
            self.at_end(app, "act-files", "add-audio-proof", language)
            app.click("add-audio-proof")
            app.gone("save")
            self.look_at(app, "audio", language)
            app.click("back")
            app.find("save")
            app.click("add_photo")
            app.find("take")
            self.look_at(app, "photo", language)
            app.click("take")
            app.find("keep")
            self.look_at(app, "photo-taken", language)
            app.click("keep")
            app.find("photo-1")
            self.at_end(app, "act-photo", "photo-1", language)
            app.click("back")
            app.find("history")
            app.settle(1)
            self.at_end(app, "record-files", names[0], language)
        self.walk(steps)

    @begins("enrolled")
    def test_new_records(self):
        def steps(app, language):
            app.click("scan")
            app.find("open-record")
            self.look_at(app, "enterprise-scanned", language)
            app.click("open-record")
            app.find("new")
            app.settle(1)
            self.look_at(app, "enterprise", language)
            self.at_end(app, "enterprise-new", "new", language)
            app.click("new")
            app.find("create-licence-at_enterprise")
            self.look_at(app, "new", language)
            app.click("create-licence-at_enterprise")
            app.find("save")
            app.settle(0.5)
            self.look_at(app, "create-licence", language)
            app.click("save")
            app.settle(0.5)
            self.look_at(app, "create-problems", language)
            app.click("back")
            app.find("new")
            app.click("back")
            app.click("back")
            for id in ("accident-fill_in", "urgent_message-report"):
                app.create(id)
                app.find("save")
                self.look_at(app, f"create-{id}", language)
                app.click("back")
                app.find("scan")
        self.walk(steps)


class LooksWide(Looks):
    size = (800, 480)


if __name__ == "__main__":
    sys.exit(main({"360x640": Looks, "800x480": LooksWide}))
