"""What the office keeps about an enterprise beside its visits: who is responsible for it, its licences, insurances,
installations, contractors, watch shifts, pledges and drills, and what is computed from them."""

import datetime
import sys
import unittest

import acts
from acts import make, view_of
from hub import Hub
from story import Story, day


def setUpModule():
    acts.HUB = Hub(*sys.argv[1:3])


def tearDownModule():
    code = acts.HUB.close()
    if code != 0:
        raise AssertionError(f"the hub ended with {code}")


class Registers(Story):
    mines = 0

    def setUp(self):
        """A coal mine of its own for each test."""
        Registers.mines += 1
        self.mine = self.make("staff-sun", "enterprise", "create/register", name=f"样例登记矿 {Registers.mines}",
                              uscc=f"9114060300000{Registers.mines:03}X7", uscc_doubt="样例", sector="coal_mine",
                              area=acts.MINE_AREA)

    def file(self, **values):
        self.do("staff-sun", self.mine, "edit/file", **values)

    def text(self, record, field, login="staff-sun"):
        return self.rows(login, record)[field]["text"]

    def count(self, record, field):
        """The number; counts of visits say that they are made of the visible ones."""
        return int(self.text(record, field).split()[0])

    def ids(self, kind, name):
        return [row["id"] for row in self.ledger(kind, name)]

    def staff(self, name):
        return acts.pick(self.client("staff-sun"), kind="staff", search=name)[1]["rows"][0]["id"]

    def sees(self, record, *texts):
        shown = str(view_of(self.client("staff-sun"), record))
        for text in texts:
            self.assertIn(text, shown)

    # --- the file of an enterprise ---

    def test_R001_levels_and_key_matters(self):
        self.file(supervision_level="county", key_enterprise=True)
        self.assertIn(self.mine, self.ids("enterprise", "key"))
        found = self.client("staff-sun").ask("GET", "/office/v1/ledger?kind=enterprise&name=key"
                                             "&where=supervision_level:county")[1]["rows"]
        self.assertEqual([row["id"] for row in found], [self.mine])
        self.make("staff-sun", "matter", "create/at_enterprise", self.mine, name="采掘接续紧张",
                  lead_department="平鲁区应急管理局", other_departments="区自然资源局、区公安局")
        self.sees(self.mine, "采掘接续紧张", "平鲁区应急管理局")

    def test_R003_grade_concern_and_credit_say_how_often_an_enterprise_is_inspected(self):
        self.file(supervision_class="高瓦斯矿井", class_grade="c", graded_on=day(), grade_reason="重大隐患两项")
        self.assertEqual(self.text(self.mine, "grade_reason"), "重大隐患两项")
        for name, value in (("visits_grade_c", "1"), ("visits_concern", "2"), ("visits_low_credit", "3")):
            self.make("staff-zhou", "setting", "create/set", name=name, value=value, valid_from="2020-01-01", basis="样例")

        # The settings count whether or not somebody typed a number.
        self.assertEqual([self.count(self.mine, name) for name in ("visits_needed", "visits_not_planned", "visits_missing")],
                         [1, 1, 1])
        self.refuse("staff-sun", self.mine, "edit/file", "少于 C 级企业的每年检查次数", visits_wanted="0")
        self.file(visits_wanted="1")
        self.assertEqual([self.count(self.mine, name) for name in ("visits_wanted", "visits_not_planned", "visits_missing")],
                         [1, 1, 1])
        self.make("staff-sun", "inspection", "create/plan", enterprise=self.mine, modes=["routine"], planned_month=day())
        self.assertEqual([self.count(self.mine, name) for name in ("visits_planned", "visits_not_planned", "visits_missing")],
                         [1, 0, 1])
        concern = dict(concern=True, concern_reason="屡查屡犯")
        self.refuse("staff-sun", self.mine, "edit/file", "认定人", **concern, visits_wanted="2")
        concern["concern_reviewer"] = self.staff("孙")
        self.refuse("staff-sun", self.mine, "edit/file", "少于不放心企业的每年检查次数", **concern)
        self.file(**concern, visits_wanted="2")
        self.assertIn(self.mine, self.ids("enterprise", "concern"))
        self.refuse("staff-sun", self.mine, "edit/file", "少于信用 C、D 级企业的每年检查次数", credit_grade="d",
                    visits_wanted="2")
        self.file(credit_grade="d", visits_wanted="")
        self.assertEqual(self.count(self.mine, "visits_needed"), 3)
        self.file(visits_wanted="3")
        self.assertEqual([self.count(self.mine, name) for name in ("visits_wanted", "visits_not_planned")], [3, 2])
        # A later setting counts at once; what is typed counts when it is more.
        self.make("staff-zhou", "setting", "create/set", name="visits_low_credit", value="5", valid_from=day(), basis="样例")
        self.assertEqual([self.count(self.mine, name) for name in ("visits_needed", "visits_not_planned")], [5, 4])
        self.file(visits_wanted="7")
        self.assertEqual(self.count(self.mine, "visits_needed"), 7)

    def test_R004_an_enterprise_has_several_sectors_and_is_found_by_each(self):
        self.file(other_sectors=["illegal_mining", "transport"])
        for sector in ("illegal_mining", "transport"):
            found = self.client("staff-sun").ask("GET", "/office/v1/ledger?kind=enterprise&name=register"
                                                 f"&where=other_sectors:{sector}")[1]["rows"]
            self.assertIn(self.mine, [row["id"] for row in found])

    def test_R011_a_suspended_mine_has_guard_power_off_seal_and_patrol(self):
        self.assertEqual(make(self.client("staff-sun"), "watch_roster", "create/at_enterprise", {}, self.mine)[0], 403)
        self.file(production_state="suspended", production_state_on=day(-3), guard_name="样例看守", power_off="safety_only",
                  power_off_on=day(-2), seal_number="平封 0007", last_patrol_at=f"{day(-1)} 22:00")
        self.assertEqual([self.text(self.mine, name) for name in ("guard_name", "power_off", "seal_number")],
                         ["样例看守", "仅保安全用电", "平封 0007"])
        # A watch roster for a suspended mine, or for one of concern.                                      R-012
        shift = self.make("staff-sun", "watch_roster", "create/at_enterprise", self.mine, from_at=f"{day()} 08:00",
                          to_at=f"{day()} 20:00", watcher=self.staff("李"))
        self.assertIn("08:00", self.text(shift, "from_at"))
        self.assertEqual(make(self.client("staff-sun"), "watch_roster", "create/at_enterprise",
                              {"from_at": f"{day()} 20:00", "to_at": f"{day()} 08:00", "watcher_name": "甲"}, self.mine)[0], 400)

    def add_code(self, name, code, label):
        self.make("staff-zhou", "code", "create/set", list=name, code=code, label_zh=label, area="140603",
                  valid_from="2020-01-01", basis="样例〔2026〕1号")

    def test_R013_emerging_business_without_settled_duty_is_listed(self):
        self.add_code("emerging_business", "glass_walkway", "玻璃栈道")
        self.add_code("department", "culture", "平鲁区文旅局")
        status, content = acts.act(self.client("staff-sun"), self.mine, "edit/file", {"emerging_business": "glass_walkway"})
        self.assertEqual((status, list(acts.problems_of(content))), (400, ["duty_state"]))
        self.file(emerging_business="glass_walkway", duty_state="unsettled")
        self.assertEqual(self.ids("enterprise", "unsettled"), [self.mine])
        self.refuse("staff-sun", self.mine, "edit/file", "lead_department", duty_state="settled")
        self.file(duty_state="settled", lead_department="culture", other_departments="平鲁区应急管理局")
        self.assertEqual(self.ids("enterprise", "unsettled"), [])
        self.assertEqual(self.text(self.mine, "lead_department"), "平鲁区文旅局")

    def test_R015_R017_R212_R215_what_a_file_says_of_a_mine(self):
        self.file(standardisation="second", standardisation_no="标 2026-7", standardisation_from=day(-100),
                  standardisation_to=day(900), above_scale="above", legal_representative="甲某", actual_controller="乙某",
                  parent_company="样例集团", parent_head="丙某", parent_deputy="丁某", ownership="resident")
        self.assertEqual([self.text(self.mine, name) for name in ("standardisation_no", "legal_representative",
                                                                  "actual_controller", "parent_head", "parent_deputy",
                                                                  "ownership")],
                         ["标 2026-7", "甲某", "乙某", "丙某", "丁某", "驻地企业"])
        self.file(capacity_10kt="150", management_layers="4", intelligent_retrofit="not_started")
        self.assertEqual([self.text(self.mine, name) for name in ("retrofit_missing", "too_many_layers")], ["是", "是"])
        self.file(management_layers="3", intelligent_retrofit="started")
        self.assertEqual([self.text(self.mine, name) for name in ("retrofit_missing", "too_many_layers")], ["否", "否"])
        self.file(capacity_10kt="60", intelligent_retrofit="not_started", severe_disaster=True)
        self.assertEqual(self.text(self.mine, "retrofit_missing"), "是")

    def test_R016_a_pond_must_be_closed_when_it_is_idle_or_without_operator(self):
        self.file(sector="tailings_pond", pond_idle_since=day(-365 * 2), pond_has_operator="yes", pond_above_settlement="yes")
        self.assertEqual(self.text(self.mine, "pond_must_close"), "否")
        self.file(pond_has_operator="no")
        self.assertEqual(self.text(self.mine, "pond_must_close"), "是")
        # More than three years: not on the day on which they are full.
        today = datetime.date.fromisoformat(day())
        leap = (today.month, today.day) == (2, 29)
        full = datetime.date(today.year - 3, 3, 1) if leap else today.replace(year=today.year - 3)
        self.file(pond_has_operator="yes", pond_idle_since=str(full))
        self.assertEqual(self.text(self.mine, "pond_must_close"), "否")
        self.file(pond_has_operator="yes", pond_idle_since=str(full - datetime.timedelta(1)))
        self.assertEqual(self.text(self.mine, "pond_must_close"), "是")
        self.file(pond_closure_plan="平闭〔2026〕1号", pond_closed_on=day(-9), pond_struck_off_on=day())
        self.assertEqual(self.text(self.mine, "pond_must_close"), "否")

    # --- who is responsible ---

    def test_R005_R006_R024_R025_a_holder_visits_each_month(self):
        self.assertIn(self.mine, self.ids("enterprise", "no_plate"))
        leader = self.staff("周")
        duty = self.make("staff-sun", "leader_duty", "create/at_enterprise", self.mine, duty="guarantee", holder=leader,
                         post="副区长", level="county", from_on=day(-70))
        self.assertNotIn(self.mine, self.ids("enterprise", "no_plate"))
        self.assertIn(duty, self.ids("leader_duty", "missed"))
        mine = self.client("staff-zhou").ask("GET", "/office/v1/ledger?kind=leader_duty&name=mine")[1]["rows"]
        self.assertEqual([row["id"] for row in mine], [duty])
        self.refuse("staff-zhou", duty, "step/in_force", "检查日期不能晚于今天", last_visit_on=day(1))
        self.do("staff-zhou", duty, "step/in_force", last_visit_on=day(), visit_problems="支护不到位", visit_follow_up="限三日整改")
        self.assertNotIn(duty, self.ids("leader_duty", "missed"))
        self.assertEqual([self.text(duty, name) for name in ("visits_this_month", "visits_this_year")], ["1 次", "1 次"])
        visit = next(row for row in self.ledger("leader_visit", "*") if "副区长" in str(row))
        self.assertEqual([self.text(visit["id"], name) for name in ("problems_found", "follow_up")], ["支护不到位", "限三日整改"])
        self.do("staff-zhou", visit["id"], "edit/correct", followed_up_on=day())
        # The plate of a department needs an inspection of the department.
        plate = self.make("staff-sun", "leader_duty", "create/at_enterprise", self.mine, duty="plate_department",
                          holder_name="样例科长", post="科长", level="county", from_on=day())
        self.refuse("staff-sun", plate, "step/in_force", "本单位当天没有该企业的检查记录", last_visit_on=day())
        inspected = self.make("staff-sun", "leader_duty", "create/at_enterprise", acts.HUB.told["enterprise"],
                              duty="plate_department", holder_name="样例科长", post="科长", level="county", from_on=day())
        # One inspection is the visit of its own day only, and of the unit that made it: the township.
        started = datetime.date.fromisoformat(self.text(acts.HUB.told["inspection"], "started_at")[:10])
        for login, days in (("staff-wang", 1), ("staff-wang", 25), ("staff-sun", 0)):
            self.refuse(login, inspected, "step/in_force", "本单位当天没有该企业的检查记录",
                        last_visit_on=str(started - datetime.timedelta(days)))
        self.do("staff-wang", inspected, "step/in_force", last_visit_on=str(started))
        self.assertGreater(self.count(inspected, "inspections_this_month"), 0)

    def test_R005_R006_a_duty_is_due_in_its_first_month_and_is_vacant_until_somebody_takes_over(self):
        begun = (datetime.date.fromisoformat(day()).replace(day=1) - datetime.timedelta(1)).replace(day=1).isoformat()
        duty = self.make("staff-sun", "leader_duty", "create/at_enterprise", self.mine, duty="plate_leader",
                         holder_name="样例副县长", post="副县长", level="county", from_on=begun)
        self.assertIn(duty, self.ids("leader_duty", "missed"))
        self.refuse("staff-sun", duty, "step/terminated", "请填写截止日期")
        self.refuse("staff-sun", duty, "step/terminated", "截止日期不能早于起始日期", to_on="2020-01-01")
        self.do("staff-sun", duty, "step/terminated", to_on=day(), ended_reason="轮岗")
        self.assertNotIn(self.mine, self.ids("enterprise", "no_plate"))
        self.assertEqual((self.ids("leader_duty", "vacant"), duty in self.ids("leader_duty", "missed")), ([duty], False))
        self.refuse("staff-sun", duty, "step/unvisited", "不能早于上一任的截止日期", from_on=day(-1))
        self.do("staff-sun", duty, "step/unvisited", holder=self.staff("周"), from_on=day())
        self.assertEqual((self.ids("leader_duty", "vacant"), duty in self.ids("leader_duty", "missed")), ([], False))
        mine = self.client("staff-zhou").ask("GET", "/office/v1/ledger?kind=leader_duty&name=mine")[1]["rows"]
        self.assertIn(duty, [row["id"] for row in mine])
        self.do("staff-sun", duty, "step/terminated", to_on=day())
        self.do("staff-sun", duty, "step/given_up", ended_reason="企业已注销")
        self.assertEqual(self.ids("leader_duty", "vacant"), [])

    def test_R025_the_visit_of_a_holder_is_recorded_at_the_duty(self):
        leader = self.staff("周")
        duty = self.make("staff-sun", "leader_duty", "create/at_enterprise", self.mine, duty="guarantee", holder=leader,
                         post="副区长", level="county", from_on=day(-70))
        visit = dict(post="副区长", visited_on=day())
        for login, creation, values, word in (
                ("staff-zhou", "own", {}, "登记本月检查"), ("staff-zhou", "own", {"other_leader": True}, "您是该企业的挂牌包保责任人"),
                ("staff-sun", "of_leader", {"visiting_leader": leader}, "登记本月检查"),
                ("staff-sun", "of_leader", {"other_leader": True}, "leader_name")):
            status, content = make(self.client(login), "leader_visit", f"create/{creation}", {**visit, **values}, self.mine)
            self.assertEqual(status, 400, content)
            self.assertIn(word, str(content))
        self.assertEqual((self.count(duty, "visits_this_month"), duty in self.ids("leader_duty", "missed")), (0, True))
        other = self.make("staff-sun", "leader_visit", "create/of_leader", self.mine, other_leader=True,
                          leader_name="样例副市长", **visit)
        self.do("staff-sun", other, "edit/correct", leader_name="样例市长")
        self.assertEqual(self.text(other, "leader_name"), "样例市长")
        self.do("staff-zhou", duty, "step/in_force", last_visit_on=day())
        self.assertEqual((self.count(duty, "visits_this_month"), duty in self.ids("leader_duty", "missed")), (1, False))

    def test_R026_leaders_record_visits_of_their_own(self):
        leader = self.staff("周")
        before = self.count(leader, "field_visits_this_month")
        self.make("staff-sun", "leader_visit", "create/of_leader", self.mine, visiting_leader=leader, post="区长", visited_on=day())
        self.make("staff-zhou", "leader_visit", "create/own", self.mine, post="区长", visited_on=day())
        self.make("staff-zhou", "leader_visit", "create/own", self.mine, post="区长", visited_on=day(-40))
        self.assertEqual(self.count(leader, "field_visits_this_month"), before + 2)

    def test_R007_mines_without_a_stationed_supervisor_are_listed(self):
        self.assertIn(self.mine, self.ids("enterprise", "no_stationed"))
        post = self.make("staff-sun", "stationing", "create/at_enterprise", self.mine, supervisor_name="样例专员",
                         from_on=day(-400), to_on=day(-5))
        self.assertNotIn(self.mine, self.ids("enterprise", "no_stationed"))
        self.assertEqual(make(self.client("staff-sun"), "stationing", "create/at_enterprise", {}, self.mine)[0], 403)
        self.assertIn(post, self.ids("stationing", "ended"))
        self.do("staff-sun", post, "step/vacant", to_on=day(-5), vacant_reason="期满")
        self.assertEqual(self.ids("stationing", "vacant"), [post])
        self.do("staff-sun", post, "step/manned", supervisor=self.staff("李"), from_on=day(), to_on=day(365))
        self.assertEqual((self.ids("stationing", "vacant"), self.state(post)), ([], "manned"))

    # --- licences, insurances, installations ---

    def test_R008_licences_are_listed_by_their_last_day(self):
        values = dict(number="晋安许 001", issuer="山西省应急管理厅", issued_on=day(-700))
        licence = self.make("staff-sun", "licence", "create/at_enterprise", self.mine, licence_type="safety",
                            valid_to=day(20), **values)
        old = self.make("staff-sun", "licence", "create/at_enterprise", self.mine, licence_type="mining", valid_to=day(-1), **values)
        status, content = make(self.client("staff-sun"), "licence", "create/at_enterprise",
                               dict(values, licence_type="gas", valid_to=day(-900)), self.mine)
        self.assertEqual((status, list(acts.problems_of(content))), (400, ["valid_to"]))
        self.assertEqual(self.ids("licence", "expired"), [old])
        listed = self.ids("licence", "expiring")
        self.assertLess(listed.index(old), listed.index(licence))
        due = next(row["due"] for row in self.ledger("licence", "expiring") if row["id"] == licence)
        self.assertTrue(due["soon"], due)
        self.attach("staff-sun", old, "scan", "licence")
        self.do("staff-sun", old, "step/valid", valid_to=day(900))
        self.assertEqual(self.ids("licence", "expired"), [])
        self.do("staff-sun", licence, "step/terminated", ended_on=day(), ended_reason="停办")
        self.sees(self.mine, "晋安许 001", "已注销")

    def test_R225_six_sectors_without_insurance_are_listed(self):
        self.assertIn(self.mine, self.ids("enterprise", "no_insurance"))
        policy = self.make("staff-sun", "insurance", "create/at_enterprise", self.mine, insurer="样例保险", policy_number="P-1",
                           valid_from=day(-360), valid_to=day(10), insured_sum="5000000", rate_note="无事故下浮 10%")
        self.assertNotIn(self.mine, self.ids("enterprise", "no_insurance"))
        self.assertEqual([self.text(policy, name) for name in ("insured_sum", "rate_note")],
                         ["5,000,000 元", "无事故下浮 10%"])
        self.assertTrue(next(row["due"] for row in self.ledger("insurance", "expiring") if row["id"] == policy)["soon"])
        self.do("staff-sun", policy, "step/in_force", valid_from=day(11), valid_to=day(375))
        self.assertEqual(self.ids("insurance", "expired"), [])
        # An enterprise that ended its only insurance is listed until there is a new one, or it needs none.
        self.do("staff-sun", policy, "step/terminated", ended_reason="退保")
        self.assertEqual((self.ids("insurance", "ended"), self.mine in self.ids("enterprise", "no_insurance")), ([policy], False))
        self.do("staff-sun", policy, "step/in_force", policy_number="P-2", valid_from=day(), valid_to=day(365))
        self.assertEqual((self.ids("insurance", "ended"), self.text(policy, "policy_number")), ([], "P-2"))
        self.do("staff-sun", policy, "step/terminated", ended_reason="退保")
        self.do("staff-sun", policy, "step/given_up", ended_reason="企业已注销")
        self.assertEqual(self.ids("insurance", "ended"), [])

    def test_R010_R032_an_installation_has_trained_persons_and_two_rounds(self):
        place = self.make("staff-sun", "installation", "create/at_enterprise", self.mine, name="液氨罐区", grade="third")
        self.assertEqual([self.text(place, name) for name in ("roles_complete", "first_round", "second_round")], ["否"] * 3)
        for role, days in (("main", -10), ("technical", -300), ("operation", -500)):
            self.make("staff-sun", "guarantee_person", "create/at_installation", place, role=role, name="样例某",
                      post=role, trained_on=day(days))
        self.assertEqual([self.text(place, name) for name in ("persons", "trained_share", "roles_complete")],
                         ["3 人", "67%", "是"])
        self.make("staff-sun", "guarantee_person", "create/at_installation", place, role="main", name="样例未受训", post="矿长")
        self.assertEqual([self.text(place, name) for name in ("persons", "trained_share")], ["4 人", "50%"])
        check = self.make("staff-sun", "installation_check", "create/at_installation", place, round="first",
                          check_result="passed", checked_on=day())
        self.attach("staff-sun", check, "proof", "check")
        self.refuse("staff-sun", check, "edit/correct", "note", check_result="found")
        self.assertEqual([self.text(place, name) for name in ("first_round", "second_round")], ["是", "否"])
        self.sees(self.mine, "液氨罐区")

    # --- duties of the enterprise ---

    def test_R209_R210_pledges_and_duty_reports(self):
        report = self.make("staff-sun", "duty_paper", "create/at_enterprise", self.mine, paper_type="report", year="2026",
                           due_on=day(-1))
        pledge = self.make("staff-sun", "duty_paper", "create/at_enterprise", self.mine, paper_type="pledge", year="2026",
                           due_on=day(9))
        self.assertEqual((self.ids("duty_paper", "overdue"), set(self.ids("duty_paper", "due"))), ([report], {report, pledge}))
        self.refuse("staff-sun", report, "step/handed_in", "承诺书或述职报告", handed_in_on=day(), receiver="区安委办")
        for paper in (report, pledge):
            self.attach("staff-sun", paper, "proof", paper)
        self.refuse("staff-sun", report, "step/handed_in", "请填写接收单位", handed_in_on=day())
        self.do("staff-sun", report, "step/handed_in", handed_in_on=day(), receiver="区安委办")
        self.do("staff-sun", pledge, "step/handed_in", handed_in_on=day())
        self.assertEqual(self.ids("duty_paper", "due"), [])
        self.assertEqual([self.text(report, name) for name in ("year", "handed_in_on", "receiver")], ["2026", day(), "区安委办"])

    def test_R034_checks_by_the_parent_company_are_counted_by_month(self):
        self.assertEqual(make(self.client("staff-sun"), "head_check", "create/at_enterprise", {}, self.mine)[0], 403)
        self.file(ownership="city_owned")
        for count in (1, 2):
            self.assertEqual(self.text(self.mine, "head_checks_short"), "是")
            check = self.make("staff-sun", "head_check", "create/at_enterprise", self.mine, checked_on=day(),
                              head_name="样例董事长", topic="顶板")
            self.attach("staff-sun", check, "proof", f"check {count}")
        self.assertEqual([self.text(self.mine, name) for name in ("head_checks", "head_checks_short")], ["2 次", "否"])

    def test_R034_a_parent_company_checks_twice_over_all_its_subsidiaries(self):
        group, mines = self.mine, []
        for _ in range(2):
            self.setUp()
            mines.append(self.mine)
        self.assertNotIn("group_checks", self.rows("staff-sun", group))
        self.do("staff-sun", group, "edit/file", is_group=True)
        for mine in mines:
            self.do("staff-sun", mine, "edit/file", parent_enterprise=group)
        self.assertEqual([self.count(group, name) for name in ("group_checks", "group_checks_missing")], [0, 2])
        checks = [self.make("staff-sun", "head_check", "create/at_enterprise", mine, checked_on=day(), head_name="样例董事长",
                            checking_company=group, topic="顶板") for mine in mines]
        self.assertEqual([self.count(group, name) for name in ("group_checks", "group_checks_missing")], [2, 0])
        self.do("staff-sun", checks[0], "edit/correct", checked_on=day(-70))
        self.assertEqual([self.count(group, name) for name in ("group_checks", "group_checks_missing")], [1, 1])
        # Those of a month that is over are found by their day.
        period = f"from={day(-75)}&to={day(-65)}"
        self.assertEqual(self.ids("head_check", f"by_day&{period}"), [checks[0]])

    def test_R227_R229_contractors_and_drills(self):
        self.make("staff-sun", "contractor", "create/at_enterprise", self.mine, name="样例掘进队", work="掘进",
                  qualification="矿山工程二级", headcount="40", agreement=True, in_use="yes")
        for days, subject in ((-90, "水害撤人"), (-5, "瓦斯撤人")):
            drill = self.make("staff-sun", "emergency_drill", "create/at_enterprise", self.mine, held_on=day(days),
                              topic=subject, drill_type="evacuation", headcount="120")
            self.attach("staff-sun", drill, "photo", subject)
        self.assertEqual(self.text(self.mine, "last_drill_on"), day(-5))
        self.sees(self.mine, "样例掘进队", "水害撤人")

    # --- visits, campaigns, plans, tasks ---

    def test_R030_R039_publication_and_campaigns(self):
        visit, hazard = acts.HUB.told["second"], acts.HUB.told["hazard"]
        campaign = self.make("staff-sun", "special_campaign", "create/begin", name="百日攻坚", document_number="朔安发〔2022〕3号",
                             starts_on=day(-30), ends_on=day(70), target_sectors=["coal_mine", "illegal_mining"])
        # A reviewer of another unit sees the campaign and may not change it.
        far = [act for act in self.offered("staff-far", campaign) if act.startswith("edit/")]
        self.assertEqual(far, [])
        own = [act for act in self.offered("staff-sun", campaign) if act.startswith("edit/")]
        self.assertNotEqual(own, [])
        status, content = acts.act(self.client("staff-far"), campaign, own[0], {"name": "别的名称"})
        self.assertIn(status, (400, 403), content)
        self.assertEqual(self.text(campaign, "name"), "百日攻坚")
        for record in (visit, hazard):
            self.do("staff-sun", record, "edit/tag", special_campaign=campaign)
            self.assertEqual(self.text(record, "special_campaign"), "百日攻坚")
        figures = ("campaign_visits", "campaign_hazards", "campaign_open", "campaign_late")
        self.assertEqual([self.count(campaign, name) for name in figures], [1, 1, 1, 0])
        late = next(row["id"] for row in self.ledger("hazard", "overdue"))
        self.do("staff-sun", late, "edit/tag", special_campaign=campaign)
        self.assertEqual([self.count(campaign, name) for name in figures], [1, 2, 2, 1])
        self.do("staff-sun", visit, "step/accepted")
        self.refuse("staff-sun", visit, "edit/publish", "published_url", published_url="网址")
        self.do("staff-sun", visit, "edit/publish", published_at=day(), published_url="https://example.org/1",
                feedback_to="平鲁区", feedback_at=day())
        self.assertEqual([self.text(visit, name) for name in ("published_url", "feedback_at")], ["https://example.org/1", day()])

    def test_R067_the_page_of_a_mine_says_when_it_was_examined_in_detail(self):
        visit = self.make("staff-sun", "inspection", "create/assign", enterprise=self.mine, modes=["detailed"],
                          planned_month=day(), lead=self.staff("王"))
        self.assertNotIn(day(), self.text(self.mine, "last_detailed_on"))
        self.do("staff-wang", visit, "edit/visit", started_at=f"{day()} 09:00")
        self.assertIn(day(), self.text(self.mine, "last_detailed_on"))
        # One that was not carried out was no examination.
        self.do("staff-sun", visit, "step/cancelled", cancel_reason="改期")
        self.assertNotIn(day(), self.text(self.mine, "last_detailed_on"))

    def test_R113_the_files_of_a_lower_unit_that_were_reviewed_are_counted(self):
        visit = acts.HUB.told["second"]
        unit = acts.pick(self.client("staff-sun"), kind="unit", search="井坪")[1]["rows"][0]["id"]
        before = self.count(unit, "files_reviewed")
        if self.state(visit) != "accepted":
            self.do("staff-sun", visit, "step/accepted")
        self.do("staff-sun", visit, "step/archived")
        self.assertEqual(self.count(unit, "files_reviewed"), before)
        self.refuse("staff-sun", visit, "step/reviewed", "请填写评查意见", file_review_score="85")
        self.do("staff-sun", visit, "step/reviewed", file_review_score="85", file_review_comment="文书齐全，送达回证缺一份")
        self.assertEqual(self.text(visit, "file_review_score").split()[0], "85")
        self.assertEqual(self.count(unit, "files_reviewed"), before + 1)

    def test_R213_bans_are_listed_with_a_name_that_is_kept_personal(self):
        ban = self.make("staff-sun", "industry_ban", "create/at_office", name="样例某", banned_id="140603198001010016",
                        banned_sector="coal_mine", ban_number="晋禁〔2026〕1号", banned_on=day(), ban_reason="重大事故主要责任")
        self.assertIn(ban, self.ids("industry_ban", "*"))
        self.assertNotIn("样例某", str(self.ledger("industry_ban", "*")))
        self.assertEqual(self.text(ban, "name"), "样例某")

    def test_R214_exposure_notice_and_talk_are_recorded_with_their_result(self):
        for code in ("exposure", "notice", "talk"):
            record = self.make("staff-sun", "public_action", "create/at_office", self.mine, action_type=code,
                               addressed_to="样例矿 矿长", action_reason="整改不力", acted_on=day(-1))
            self.attach("staff-sun", record, "proof", code)
            self.do("staff-sun", record, "edit/correct", action_result="已整改")
            self.assertEqual(self.text(record, "action_result"), "已整改")
        other = self.make("staff-sun", "public_action", "create/at_office", action_type="talk", addressed_to="某镇 镇长",
                          action_reason="履职不力", acted_on=day())
        self.assertIn(other, self.ids("public_action", "*"))
        self.sees(self.mine, "样例矿 矿长")

    def test_R232_a_task_of_the_58_measures_has_progress_until_it_is_verified(self):
        task = self.make("staff-zhou", "measure_task", "create/at_office", task_number="16", group_title="严格执法",
                         task_text="编制年度监督检查计划", responsible_units="各级负有监管职责的部门", deadline_text="5月底前",
                         task_deadline=day(10), clause="朔安发〔2022〕3号 四")
        progress = self.make("staff-wang", "measure_progress", "create/of_task", task, progress_text="正在起草", progress_share="40")
        self.assertIn(progress, self.ids("measure_progress", "open"))
        self.do("staff-wang", progress, "step/in_progress", progress_text="已报批", progress_share="80")
        self.assertEqual([self.text(progress, name) for name in ("progress_share", "updated_on")], ["80%", day()])
        self.assertNotEqual(acts.act(self.client("staff-wang"), progress, "step/claimed_done", {})[0], 200)
        self.attach("staff-wang", progress, "proof", "plan")
        self.do("staff-wang", progress, "step/claimed_done")
        self.assertEqual(self.text(progress, "progress_share"), "100%")
        self.assertNotIn("step/verified", self.offered("staff-wang", progress))
        self.refuse("staff-sun", progress, "step/in_progress", "请填写退回原因")
        self.do("staff-sun", progress, "step/in_progress", task_return_reason="缺批准文件")
        self.do("staff-wang", progress, "step/claimed_done")
        self.do("staff-sun", progress, "step/verified")
        self.assertEqual((self.state(progress), self.count(task, "units_done")), ("verified", 1))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
