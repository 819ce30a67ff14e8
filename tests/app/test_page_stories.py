#!/usr/bin/python3
"""test_page_stories.py BUILD [SIZE [NAME]]: work that goes from the page of the office, in Chromium, to the window
of a device and back, as the people see it."""

import sys
from pathlib import Path

from collector import begins, main
from steps import sign_by_all, sign_in
from stories import StoryTest, day

ENTERPRISE = "样例东坡沟煤矿"


class PageStories(StoryTest):
    build = Path(sys.argv[1]).resolve()
    name = "page-stories"

    def plan(self, page):
        """The office puts a visit into the plan, for another unit than its own."""
        page.begin_creation("列入检查计划", "enterprise")
        page.send_and_be_refused("请填写")
        page.pick("enterprise", "东坡沟", ENTERPRISE)
        page.check("modes", "routine")
        page.pick("unit", "井坪镇", "井坪镇")
        page.type("planned_month", day(5))
        page.send_and_see("已列计划", ".pane .chips")

    def assign(self, page):
        """The office names who leads it, found by name; a step without the person is refused."""
        page.begin("派出", "lead")
        page.send_and_be_refused("请填写带队人员")
        page.pick("lead", "李样例", "李样例")
        page.send_and_see("已派", ".pane .chips")

    def carry_out(self, app):
        """The inspector finds the visit in the agenda, starts it and ends it."""
        sign_in(app)
        app.text("已派任务 · 1", 30)
        app.click("agenda")
        app.text("7 天内")
        app.text(ENTERPRISE)
        self.shot(app, "agenda")
        app.click("row-1")
        app.click("finish")
        app.check("certificate_shown")
        app.check("recusal_advised")
        app.check("colleague-2")
        self.shot(app, "start")
        app.click("begin")
        app.find("answer-compliant")
        app.click("back")
        app.find("finish")
        app.click("finish")
        sign_by_all(app)
        app.click("done")
        app.find("make")

    @begins("enrolled", picture=1)
    def test_a_visit_is_planned_and_assigned_at_the_office_and_carried_out_on_the_device(self):
        page = self.page("staff-sun")
        self.plan(page)
        page.go("#/ledger/inspection/*?where=state:planned", ENTERPRISE)
        page.browser.run("document.querySelector('.side .rows a').click()")
        page.browser.wait_text("已列计划", ".pane .chips")
        self.sync()
        with self.open() as app:             # a plan alone is no task
            sign_in(app)
            app.settle(1)
            self.assertIsNone(app.look("lane-assigned-1"))
        self.assign(page)
        self.sync()
        self.begin_story("inspection", "assigned")
        with self.open() as app:
            self.carry_out(app)
        self.assert_state("signed")
        # The office sees what was done, on the same page, without loading it again.
        page.browser.wait_text("已签字", ".pane .chips")
        self.assertIn("李样例", page.browser.text(".sections"))
        page.go("#/ledger/inspection/assigned", "没有")


if __name__ == "__main__":
    sys.exit(main({"360x640": PageStories}))
