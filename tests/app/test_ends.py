#!/usr/bin/python3
"""test_ends.py BUILD [SIZE [NAME]]: every visit can be ended and every state has a next step: a colleague who was not
ticked, an expert's opinion, a visit begun by mistake, forgotten papers, what the office assigned."""

import json
import subprocess
import sys
from pathlib import Path

from collector import WindowTest, begins, main
from samples import PINS
from steps import (LEGAL_BASIS, add_hazard, begin_visit, sign_by_all, sign_in, sign_on_pad,
                   take_photo)


class Ends(WindowTest):
    build = Path(sys.argv[1]).resolve()
    name = "ends"

    @begins(picture=1)
    def test_a_visit_begun_by_mistake_is_called_off_in_five_taps(self):
        with self.open() as app:
            sign_in(app)
            begin_visit(app)
            app.click("back")
            app.click("open-1")              # 1
            app.click("step-cancelled")      # 2
            app.click("save")                # 3: without a reason it stays
            app.text("请填写取消原因")
            self.shot(app, "cancel")
            app.type("cancel_reason", "误开检查")
            app.click("save")                # 4
            app.text("已取消")
            self.assertIsNone(app.look("step-cancelled"))
            self.shot(app, "cancelled")
            app.click("back")                # 5
            app.find("scan")
            app.gone("open-1")
        self.assertEqual(self.query("inspection", "state"), ["cancelled"])

    @begins(picture=3)
    def test_who_was_not_ticked_is_added_and_signs(self):
        with self.open() as app:
            sign_in(app)
            begin_visit(app)
            add_hazard(app, "风门损坏")
            app.click("finish")
            sign_on_pad(app, "signer-inspector-1")
            sign_on_pad(app, "signer-enterprise-2", "样例负责人01")
            app.click("done")
            app.text("须由两名不同的检查人员签字")
            app.click("participants")
            self.shot(app, "participants")
            app.click("add-colleague-1")
            app.find("participant-2")
            app.find("remove-2")
            self.shot(app, "participant-added")
            app.click("remove-2")
            app.gone("participant-2")
            app.click("add-colleague-1")
            app.find("participant-2")
            app.click("back")
            app.text("已签（旧文本）")        # who stands on the record belongs to what was signed
            self.shot(app, "signed-old-text")
            sign_on_pad(app, "signer-second_inspector-2")
            app.click("done")
            app.text("被检查单位尚未签字")
            sign_on_pad(app, "signer-inspector-1")
            sign_on_pad(app, "signer-enterprise-3", "样例负责人01")
            app.click("done")
            app.find("make")
        self.assertIn("signed", self.query("inspection", "state"))

    @begins("signed", picture=6)
    def test_papers_that_were_forgotten_wait_on_the_first_page(self):
        with self.open() as app:
            sign_in(app)
            app.text("待制作文书 · 1")
            app.text("已发现，未下达文书 · 1")
            self.shot(app, "home-lanes")
            app.click("lane-papers-1")
            app.type("legal_basis", LEGAL_BASIS)
            app.click("back")                # what was typed for the order waits for it
            app.find("lane-papers-1")
            self.assertIsNone(app.look("draft-1"))
            app.click("lane-papers-1")
            self.assertEqual(app.value("legal_basis"), LEGAL_BASIS)
            app.click("user")
            sign_in(app, "tile-2", PINS["staff-wang"])
            app.click("user")
            sign_in(app)
            app.click("lane-papers-1")
            self.assertEqual(app.value("legal_basis"), LEGAL_BASIS)
            app.click("make")
            app.find("document-order_rectify", 60)
            self.sign_for_the_order(app)
            app.click("home")
            app.find("scan")
            app.gone("lane-papers-1")
            app.gone("lane-unordered-1")
        self.assertIn("ordered", self.query("hazard", "state"))
        self.assertIn("served", self.query("document", "state"))
        self.check_served_copy()

    def sign_for_the_order(self, app):
        """Signatures under the record do not count for the order: it is signed for separately."""
        app.click("receipt")
        app.find("signer-enterprise-3")
        app.text("责令整改 1 条")
        self.assertEqual(app.find("done").get_name(), "记录送达")
        app.click("done")
        app.text("请取得企业签收")
        sign_by_all(app)
        self.shot(app, "order-signed")
        app.click("done")
        app.text("已送达")
        app.gone("receipt")
        self.shot(app, "order-served")

    def count_pictures(self, sha256):
        """Number of pictures on the pages of a paper: the signatures and the code."""
        path = next(self.store.rglob(sha256))
        listed = subprocess.run(["pdfimages", "-list", path], check=True, capture_output=True,
                                text=True).stdout
        return sum(" image " in line for line in listed.splitlines())

    def check_served_copy(self):
        """The copy shows the three signatures; the paper that was handed over does not."""
        orders = [row["values"] for row in self.rows("document")
                  if row["values"]["doc_type"] == "order_rectify"]
        self.assertEqual([order["service_method"] for order in orders], ["signed"])
        self.assertEqual(self.count_pictures(orders[0]["served_pdf"])
                         - self.count_pictures(orders[0]["pdf"]), 3)

    @begins("ordered", picture=9)
    def test_the_second_half_of_the_loop_is_on_the_device(self):
        with self.open() as app:
            sign_in(app)
            app.click("lists")
            app.click("list-hazard-rectification")
            app.click("row-1")
            app.find("step-reported_fixed")
            self.shot(app, "hazard-steps")
            app.click("open-hazard")
            app.text("已签字或已下达的内容只作显示")     # what the order stands on is text
            self.assertIsNone(app.look("deadline-plus-15"))
            self.shot(app, "hazard-locked")
            app.click("back")
            app.click("step-reported_fixed")
            app.type("fix_report", "风门已更换，复试合格")
            app.click("back")                # what was typed is kept, without saving
            app.click("step-reported_fixed")
            self.assertEqual(app.value("fix_report"), "风门已更换，复试合格")
            app.click("discard")
            app.click("step-reported_fixed")
            self.assertEqual(app.value("fix_report"), "")
            app.type("fix_report", "风门已更换")
            app.click("back")
            app.find("step-reported_fixed")
            app.click("back")
            app.click("back")
            app.click("back")
            app.find("draft-1")
        with self.open() as app:             # and after the program was closed
            sign_in(app)
            app.click("draft-1")
            app.click("step-reported_fixed")
            self.assertEqual(app.value("fix_report"), "风门已更换")
            app.click("save")
            app.text("请附整改证明")
            take_photo(app)
            app.click("reported_on-plus-0")
            self.shot(app, "report-fixed")
            app.click("save")
            app.text("已报整改")
            app.click("back")
            app.gone("draft-1")
        with self.open() as app:
            sign_in(app, "tile-2", PINS["staff-wang"])
            app.click("lists")
            app.click("list-hazard-rectification")
            app.click("row-1")
            app.find("step-closed")
            app.click("step-closed")
            app.click("recheck_result-passed")
            app.click("recheck_on-plus-0")
            app.click("save")
            app.text("已销号")
        self.assertEqual(self.query("hazard", "state"), ["closed"])

    @begins(picture=12)
    def test_an_expert_gives_an_opinion(self):
        with self.open() as app:
            sign_in(app)
            begin_visit(app, colleague="colleague-2", expert="专家甲")
            app.click("finish")
            sign_on_pad(app, "signer-inspector-1")
            sign_on_pad(app, "signer-second_inspector-2")
            app.click("signer-expert-3")
            self.assertEqual(app.value("pad_name"), "专家甲")
            sign_on_pad(app, "signer-enterprise-4", "样例负责人01")
            app.click("done")
            app.text("每位专家都要提交意见")
            app.click("participants")
            app.text("未提交意见")
            app.click("participant-3")
            app.type("opinion", "通风系统符合要求，建议加强日常检查")
            self.shot(app, "expert")
            app.click("done")
            app.text("已提交意见")
            app.click("back")
            app.text("签字后改动的内容")     # the record prints the opinion: nobody has read it yet
            app.text("+ 专家意见（专家甲）：通风系统符合要求，建议加强日常检查")
            self.shot(app, "changed-since")
            sign_by_all(app, "signer-enterprise-4")
            app.gone("changes")
            app.click("done")
            app.find("make")
        self.assertEqual(self.query("inspection", "state"), ["signed"])

    @begins(picture=20)
    def test_who_refuses_to_sign_does_not_end_a_visit_without_the_opinion_of_its_expert(self):
        with self.open() as app:
            sign_in(app)
            begin_visit(app, colleague="colleague-2", mode="expert", expert="专家甲")
            app.click("finish")
            sign_on_pad(app, "signer-inspector-1")
            sign_on_pad(app, "signer-second_inspector-2")
            self.refuse(app)
            app.click("done")
            app.text("每位专家都要提交意见")
            self.shot(app, "refused-without-opinion")
            self.assertEqual(self.query("inspection", "state"), ["on_site"])
            app.click("participants")
            app.click("participant-3")
            app.type("opinion", "通风系统符合要求")
            app.click("done")
            app.text("已提交意见")
            app.click("back")
            app.text("签字后改动的内容")     # the record prints the opinion: it is signed and refused again
            sign_on_pad(app, "signer-inspector-1")
            sign_on_pad(app, "signer-second_inspector-2")
            self.refuse(app)
            app.click("done")
            app.find("make")
        self.assertEqual(self.query("inspection", "state"), ["refused_sign"])

    def refuse(self, app):
        """The enterprise refuses to sign, beside an expert and two inspectors."""
        app.click("signer-enterprise-4")
        app.click("refuse")
        app.type("refuse_reason", "对检查结论有异议")
        app.type("refuse_witness", "样例见证人")
        app.click("refuse_save")
        app.gone("refuse_save")

    @begins(picture=22)
    def test_R125_an_expert_of_the_pool_is_counted_and_is_no_second_inspector(self):
        expert = next(row["id"] for row in self.rows("staff") if row["values"]["name"] == "冯样例")

        def visits():
            return json.loads(self.ctl("show", expert, "--json"))["computed"]["expert_visits"]["value"]

        self.assertEqual(visits(), 0)
        with self.open() as app:
            sign_in(app)
            begin_visit(app, colleague="colleague-2", mode="expert", expert="冯样例")
            app.click("participants")
            app.click("participant-3")
            app.click("staff")
            app.type("staff-search", "冯")
            app.settle(1)
            app.click("staff-result-0")
            app.find("staff-chosen-0")
            app.type("opinion", "通风系统符合要求")
            self.shot(app, "expert-of-the-pool")
            app.click("done")
            app.text("已提交意见")
            app.click("participant-3")       # who is of the pool is opened again
            app.find("opinion")
            app.click("done")
            app.click("back")
            app.click("finish")
            app.find("signer-expert-3")
            self.assertFalse([id for id in app.ids() if id and id.startswith("signer-second_inspector-3")])
            sign_on_pad(app, "signer-inspector-1")
            sign_on_pad(app, "signer-second_inspector-2")
            sign_on_pad(app, "signer-expert-3")
            sign_on_pad(app, "signer-enterprise-4", "样例负责人01")
            app.click("done")
            app.find("make")
        self.assertEqual(self.query("inspection", "state"), ["signed"])
        self.assertEqual(visits(), 1)
        signed = next(row["values"] for row in self.rows("signature") if row["values"]["role"] == "expert")
        self.assertEqual(signed["staff"], expert)

    @begins(picture=14)
    def test_what_only_the_office_starts_is_not_offered_and_what_it_assigns_is(self):
        with self.open() as app:
            sign_in(app)
            app.click("scan")
            app.click("start")
            app.find("begin")
            app.click("modes-unfold")
            app.find("modes-joint")
            self.assertIsNone(app.look("modes-double_random"))
            app.click("back")
        self.assign()
        with self.open() as app:
            sign_in(app)
            app.click("sync_line")
            app.click("sync_now")
            app.click("back")
            app.text("已派任务 · 1", 30)
            self.shot(app, "assigned")
            app.click("lane-assigned-1")
            app.click("finish")
            app.check("certificate_shown")
            app.check("recusal_advised")
            self.shot(app, "start-assigned")
            app.click("begin")
            app.find("answer-compliant")
        self.assertEqual(self.query("inspection", "state"), ["on_site"])

    def assign(self):
        """Writes an assigned inspection at the hub."""
        records = Path(self.folder) / "assigned.json"
        records.write_text(json.dumps({"bihuan-records": 1, "space": "samples", "records": [
            {"name": "assigned-1", "kind": "inspection", "set": {
                "enterprise": {"$ref": "ent-01"}, "unit": {"$ref": "unit-jingping"},
                "lead": {"$ref": "staff-li"}, "modes": ["double_random"],
                "draw_record": "抽取记录 1 号", "planned_month": "2026-12-01",
                "state": "assigned"}}]}, ensure_ascii=False))
        self.hub.run("load", str(records))
        self.hub.serve()


if __name__ == "__main__":
    sys.exit(main({"360x640": Ends}))
