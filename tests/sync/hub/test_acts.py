#!/usr/bin/env python3
"""What a person does at the office from a shell: bihuan-hub acts, create, edit, step, attach and list, with the
kinds of tests/stranger, alone and beside a serving hub.

usage: test_acts.py SOURCE_DIR PROGRAM
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import uuid

SOURCE, PROGRAM = sys.argv[1:3]
ENVIRONMENT = dict(os.environ, BIHUAN_DATADIR=SOURCE, LC_ALL="C.UTF-8", LANG="zh_CN.UTF-8")
ENGLISH = dict(ENVIRONMENT, LC_ALL="en_US.UTF-8")
OK, FAILED, USAGE, NOT_FOUND, BUSY, INVALID = range(6)
REVIEWER, LEADER, LEGAL, OTHER_UNIT = "孙样例", "周样例", "郑样例", "李样例"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\nxref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R>>\n" \
    b"startxref\n47\n%%EOF\n"


class Shell:
    def __init__(self, hub):
        self.hub = hub

    def command(self, name, *words, who=REVIEWER):
        return [PROGRAM, name, "--data", str(self.hub), "--as", who, *map(str, words)]

    def ask(self, expected, name, *words, who=REVIEWER, stdin=None, env=None):
        done = subprocess.run(self.command(name, *words, who=who), env=env or ENVIRONMENT, input=stdin, text=True,
                              capture_output=True, timeout=60, check=False)
        assert done.returncode == expected, (name, words, done.returncode, done.stdout, done.stderr)
        return done.stdout.strip() if expected == OK else done.stdout + done.stderr

    def json(self, name, *words, **more):
        return json.loads(self.ask(OK, name, *words, "--json", **more))

    def row(self, record, kind="loan"):
        return next(row for row in self.json("list", kind, "--limit", 200)["rows"] if row["id"] == record)


def check_creating(shell, enterprise):
    acts = shell.json("acts")
    assert ("create/desk", "loan", "登记借用") in [(one["act"], one["kind"], one["label"]) for one in acts["creations"]]
    assert shell.json("acts", who=LEGAL)["creations"] == []
    refused = json.loads(shell.ask(INVALID, "create", "loan", "--json", "--set", "basis=合同", "--set", "deposit=5角"))
    texts = {one["field"]: one["text"] for one in refused["problems"]}
    assert set(texts) == {"purpose", "borrower", "deposit"} and texts["borrower"] == "请填写“借用企业”", refused
    assert "purpose: " in shell.ask(INVALID, "create", "loan", "--set", "basis=oral", env=ENGLISH)
    assert "depth" in shell.ask(INVALID, "create", "loan", "--set", "depth=3")
    assert "not offered" in shell.ask(INVALID, "create", "loan", "--act", "visit")
    assert "there is no kind" in shell.ask(INVALID, "create", "ghost")
    shell.ask(INVALID, "create", "loan", "--values", "-", stdin="[1]")
    shell.ask(INVALID, "create", "loan", "--values", "-", stdin='{"purpose": "x", "purpose": "y"}')
    shell.ask(INVALID, "create", "loan", "--values", "-", stdin=json.dumps({"note": "长" * 90000}))
    shell.ask(NOT_FOUND, "create", "loan", "--values", "/nowhere.json")
    shell.ask(INVALID, "create", "loan", "--set", "purpose")
    # A record that does not exist and a record of another kind are refused alike.
    for ref in (uuid.uuid4(), acts_staff(shell)):
        said = shell.ask(INVALID, "create", "loan", "--set", "basis=合同", "--set", "purpose=x", "--set",
                         f"borrower={ref}")
        assert "borrower: 所选的记录不存在、无权查看或类别不符" in said, said
    before = len(shell.json("list", "loan", "--limit", 200)["rows"])
    form = json.loads(shell.ask(OK, "create", "loan", "--form", "--set", "basis=contract"))
    fields = {field["name"]: field for section in form["sections"] for field in section["fields"]}
    assert fields["borrower"]["required"] and fields["kept_for"]["shown"], fields
    values = {"purpose": "应急演练", "basis": "contract", "borrower": enterprise, "kept_for": 200}
    made = shell.json("create", "loan", "--values", "-", "--set", "deposit=1250.50", stdin=json.dumps(values))
    row = shell.row(made["record"])
    assert row["title"].startswith("合字") and row["title"].endswith(" 应急演练"), row
    assert (row["values"]["deposit"], row["values"]["kept_for"], row["state"]) == ("1250.50", 200, "asked"), row
    assert len(shell.json("list", "loan", "--limit", 200)["rows"]) == before + 1
    of_enterprise = shell.ask(OK, "create", "loan", "--origin", enterprise, "--set", "from=2026-12-01")
    assert shell.row(of_enterprise)["values"]["borrower"] == enterprise
    return made["record"], of_enterprise


def acts_staff(shell):
    """The id of the acting person, as the author of a loan."""
    loan = shell.ask(OK, "create", "loan", "--set", "basis=gift", "--set", "purpose=试")
    return shell.row(loan)["values"]["handled_by"]


def check_children(shell, loan):
    item = shell.ask(OK, "create", "loan_item", "--origin", loan, "--set", "what=头灯", "--set", "pieces=３件",
                     "--set", "weight=0.125")
    shell.ask(OK, "edit", item, "--set", "pieces=4", "--set", "weight=")
    values = shell.row(item, "loan_item")["values"]
    assert values["pieces"] == 4 and values.get("weight") is None, values
    gone = shell.ask(OK, "create", "loan_item", "--origin", loan, "--set", "what=绳", "--set", "pieces=1")
    shell.ask(OK, "step", gone, "dropped")
    rows = shell.json("list", "loan_item", "--parent", loan, "--where", "state=listed")["rows"]
    assert [row["id"] for row in rows] == [item], rows


def check_files(shell, loan, folder):
    assert "借条" in shell.ask(INVALID, "step", loan, "out", "--set", "due_on=2031-01-31")
    big, pipe, torn, receipt = (folder / name for name in ("big.pdf", "pipe", "torn.pdf", "receipt.pdf"))
    with open(big, "wb") as file:
        file.truncate(2 * 1024 ** 3)
    os.mkfifo(pipe)
    torn.write_bytes(PDF[:60])
    receipt.write_bytes(PDF)
    assert "2147483648" in shell.ask(INVALID, "attach", loan, big, "--role", "scan")
    for path, expected in ((pipe, INVALID), (folder, INVALID), (torn, INVALID), (folder / "none", NOT_FOUND)):
        assert str(path) in shell.ask(expected, "attach", loan, path, "--role", "scan")
    shell.ask(INVALID, "attach", loan, receipt, "--role", "signature")
    shell.ask(USAGE, "attach", loan, receipt)
    assert list((shell.hub / "uploads").iterdir()) == []
    attached = shell.json("attach", loan, receipt, "--role", "scan", "--note", "借条")
    assert (attached["media_type"], attached["repeated"]) == ("application/pdf", False), attached
    again = shell.json("attach", loan, receipt, "--role", "scan")
    assert again["repeated"] and again["record"] == attached["record"], again
    assert list((shell.hub / "uploads").iterdir()) == []


def check_steps(shell, loan):
    acts = shell.json("acts", loan)
    assert [one["act"] for one in acts["acts"]] == ["step/out", "step/void", "edit/terms"], acts
    shell.ask(INVALID, "step", loan, "out", "--set", "due_on=1999-01-01")
    assert "there is no act" in shell.ask(INVALID, "step", loan, "back")
    shell.ask(NOT_FOUND, "step", loan, "out", "--set", "due_on=2031-01-31", who=OTHER_UNIT)
    said = shell.ask(INVALID, "edit", loan, "--set", "share=3")
    assert "why: " in said, said
    shell.ask(OK, "edit", loan, "--set", "share=12.5", "--set", "why=写错了")
    # Somebody was faster than the person who looked at the acts.
    said = shell.ask(INVALID, "step", loan, "out", "--set", "due_on=2031-01-31", "--covers", acts["covers"])
    assert "changed meanwhile" in said, said
    # The step is taken in two places at once: one of them takes it, the other one is told why not.
    calls = [subprocess.Popen(shell.command("step", loan, "out", "--set", "due_on=2031-01-31"), env=ENVIRONMENT,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ends = sorted((call.wait(timeout=60), *call.communicate()) for call in calls)
    assert [end[0] for end in ends] == [OK, INVALID] and ends[1][2].startswith("bihuan-hub: "), ends
    assert "changed meanwhile" in ends[1][2] or "there is no act" in ends[1][2], ends
    assert shell.row(loan)["state"] == "out"
    shell.ask(INVALID, "step", loan, "back", "--set", "damage=无,丢失")
    shell.ask(OK, "step", loan, "back", "--set", "damage=磕碰", "--set", "damage_note=左侧")
    row = shell.row(loan)
    assert row["state"] == "back" and row["values"]["returned_at"] > 0, row
    assert shell.json("acts", loan)["acts"] == []


def check_lists(shell, loan, of_enterprise):
    def ids(*words, **more):
        return [row["id"] for row in shell.json("list", "loan", *words, **more)["rows"]]
    assert loan in ids("--where", "basis=合同", "--where", "state=已归还")
    assert loan in ids("--where", "basis=oral", "--where", "basis=contract")
    assert loan not in ids("--where", "basis=oral") and loan not in ids("--where", "state=asked")
    assert loan in ids("--search", "应急演练", "--order", "title") and ids("--search", "应急演习") == []
    assert of_enterprise in ids("--ledger", "mine") and of_enterprise not in ids("--ledger", "mine", who=LEADER)
    # A filter narrows what the ledger lists; it never widens it.
    assert ids("--ledger", "out", "--where", "state=back") == []
    first = shell.json("list", "loan", "--limit", 1)
    second = shell.json("list", "loan", "--limit", 1, "--after", first["after"])
    assert first["rows"][0]["id"] != second["rows"][0]["id"]
    assert "More rows: --after" in shell.ask(OK, "list", "loan", "--limit", 1)
    shell.ask(INVALID, "list", "loan", "--where", "purpose=x")
    shell.ask(INVALID, "list", "loan", "--where", "state=lost")
    shell.ask(INVALID, "list", "loan", "--where", "month=soon")
    shell.ask(INVALID, "list", "loan", "--ledger", "none")
    shell.ask(USAGE, "list", "loan", "--limit", 1000000)
    shell.ask(INVALID, "list", "loan", "--after", "x")
    shell.ask(INVALID, "list", "ghost")
    shell.ask(USAGE, "list")


def check_office_kind(shell, enterprise):
    """A record that stays at the office is made, listed and moved like any other one."""
    made = shell.json("create", "tip_off", "--set", "tip_channel=telephone", "--set", "tip_type=illegal_act", "--set",
                      "tip_subject=夜间盗采", "--set", "tip_text=夜间有车辆出入", "--set", "area=140603100", "--set", f"enterprise={enterprise}")
    tip = made["record"]
    assert tip in [row["id"] for row in shell.json("list", "tip_off", who=LEADER)["rows"]]
    assert shell.json("list", "tip_off", who=OTHER_UNIT)["rows"] == []
    assert tip not in shell.ask(NOT_FOUND, "acts", tip, who=OTHER_UNIT).replace(tip, "", 1)
    unit = shell.json("list", "unit", "--limit", 1)["rows"][0]["id"]
    judged = ("step", tip, "judged", "--set", "tip_level=county", "--set", f"handling_unit={unit}")
    assert "请填写研判理由" in shell.ask(INVALID, *judged)
    shell.json(*judged, "--set", "judge_reason=本级办理")
    shell.json("edit", tip, "--set", "informant=钱样例")
    assert "钱样例" not in shell.ask(OK, "list", "tip_off", "--json")
    assert "reason" in shell.ask(USAGE, "unseal", tip, "informant")
    shell.ask(NOT_FOUND, "unseal", tip, "informant", "--reason", "x", who=OTHER_UNIT)
    shell.ask(INVALID, "unseal", tip, "tip_subject", "--reason", "x")
    assert shell.ask(OK, "unseal", tip, "informant", "--reason", "核实地点") == "钱样例"
    log = subprocess.run([PROGRAM, "access", "list", "--data", str(shell.hub), "--record", tip], env=ENVIRONMENT,
                         capture_output=True, text=True, timeout=60, check=True).stdout
    assert "unseal" in log and "核实地点" in log and "钱样例" not in log, log
    row = shell.row(tip, "tip_off")
    assert row["state"] == "judged" and row["values"]["number"].count("JB") == 1, row


def check_all(hub, folder):
    shell = Shell(hub)
    folder.mkdir()
    enterprise = shell.json("list", "enterprise", "--limit", 1)["rows"][0]["id"]
    loan, of_enterprise = check_creating(shell, enterprise)
    check_children(shell, loan)
    check_files(shell, loan, folder)
    check_steps(shell, loan)
    check_lists(shell, loan, of_enterprise)
    check_office_kind(shell, enterprise)
    shell.ask(NOT_FOUND, "acts", who="nobody")
    shell.ask(NOT_FOUND, "acts", uuid.uuid4())
    shell.ask(USAGE, "step", loan)


def run(*words):
    subprocess.run([PROGRAM, *map(str, words)], env=ENVIRONMENT, check=True, capture_output=True, timeout=60)


def main():
    with tempfile.TemporaryDirectory() as directory:
        top = pathlib.Path(directory)
        hub = top / "hub"
        stranger = pathlib.Path(SOURCE, "tests/stranger")
        run("init", "--data", hub, "--name", "枢纽", "--area", "140603")
        run("load", "--data", hub, "--demo", pathlib.Path(SOURCE, "assets/samples"))
        run("load", "--data", hub, stranger / "loan.json", stranger / "loan_item.json")
        check_all(hub, top / "alone")
        server = subprocess.Popen([PROGRAM, "serve", "--data", str(hub), "--listen", "127.0.0.1:0",
                                   "--office-listen", "127.0.0.1:0"], env=ENVIRONMENT, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True)
        server.stdout.readline()
        check_all(hub, top / "served")
        run("staff", "retire", "--data", hub, "--staff", REVIEWER)
        assert "not in service" in Shell(hub).ask(INVALID, "acts")
        server.send_signal(signal.SIGTERM)
        _, log = server.communicate(timeout=20)
        assert server.returncode == OK, log
        lines = [line for line in log.splitlines() if "shell: " in line]
        assert any(": create of " in line for line in lines) and any("is refused" in line for line in lines), log
        assert not any("应急演练" in line or "写错了" in line for line in lines), "a value is in the log"


main()
