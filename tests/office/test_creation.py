"""Records that are made with their files, as one entry: in the browser, by requests and from the shell. Nothing
half-made is left when it fails, is sent twice, or the page is closed. Cases run in order of their names."""

import glob
import sys
import unittest

from page import Forms, Page
from program_hub import ProgramHub
from webdriver import Browser

PDF = (b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\nxref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R>>\n"
       b"startxref\n47\n%%EOF\n")


class Creation(Forms, Page):
    @classmethod
    def setUpClass(cls):
        cls.hub = ProgramHub(*sys.argv[1:3], ["receipt.json"])
        cls.browser = Browser(insecure=True)
        cls.browser.open(cls.hub.page)
        cls.files = {}
        for name, data in (("one.pdf", PDF + b"1"), ("two.pdf", PDF + b"2"), ("bad.pdf", b"no file of any kind " * 9),
                           ("cut.pdf", PDF[:-20])):
            cls.files[name] = cls.hub.top / name
            cls.files[name].write_bytes(data)

    # --- tools ---

    def receipts(self):
        return {row["title"]: row["id"] for row in self.hub.ask("list", "receipt", "--limit", 100)["rows"]}

    def waiting(self):
        """Bytes of uploads that belong to no record."""
        return glob.glob(f"{self.hub.top}/hub/uploads/office-*")

    def stored(self):
        return sorted(glob.glob(f"{self.hub.top}/hub/files/*/*"))

    def files_of(self, record):
        return {row["values"]["role"]: row for row in self.hub.ask("list", "file", "--parent", record)["rows"]}, \
            len(self.hub.ask("list", "file", "--parent", record)["rows"])

    def open_form(self):
        self.go("#/new")
        self.choose_creation("新建", "来件登记：登记来件", "sender")
        self.browser.wait(lambda: self.browser.count(".act-form .attach"), "the box for files")

    def choose_files(self, role, *names):
        self.browser.run("const node = document.querySelector('.attach-role select'); node.value = arguments[0];"
                         "node.dispatchEvent(new Event('change'))", role)
        box = self.browser.find(".attach-input")
        self.browser.call("POST", f"/element/{box}/value", {"text": "\n".join(str(self.files[name]) for name in names)})

    def send(self):
        self.browser.press("确定", ".act-form")

    def error(self):
        return self.browser.text(".act-form .buttons .action-error")

    def wait_kept(self, count):
        self.browser.wait(lambda: self.browser.text(".attach-files").count("随记录一起保存") == count, f"{count} kept files")

    def ask_hub(self, method, path, body=None):
        """A request with the session of the page; (status, content)."""
        return self.browser.run_async("""
            const [method, path, body, done] = arguments;
            import('/office/api.js').then(async (api) => {
              try { done([200, await (method === 'GET' ? api.get(path) : api.post(path, body))]); }
              catch (error) { done([error.status, { code: error.code, message: error.message }]); }
            });""", method, path, body)

    # --- cases ---

    def test_01_a_record_is_made_with_its_files_as_one_entry(self):
        self.sign_in("staff-sun")
        self.open_form()
        self.assertIn("来件扫描件", self.browser.text(".act-form .attach-need"))
        self.fill("sender", "平鲁区水利局")
        self.choose_files("scan", "one.pdf")
        self.wait_kept(1)
        # One is too few, and nothing is made.
        self.send()
        self.browser.wait(lambda: "来件扫描件" in self.error(), "the word that one is missing")
        self.assertEqual(self.receipts(), {})
        self.choose_files("scan", "two.pdf")
        self.wait_kept(2)
        self.picture("creation-files")
        self.send()
        self.browser.wait_text("平鲁区水利局", ".pane h2")
        record = self.receipts()["平鲁区水利局"]
        self.browser.wait(lambda: self.browser.count(".pane .file") == 2, "both files")
        status, history = self.ask_hub("GET", f"records/{record}/history")
        self.assertEqual((status, len(history["rows"])), (200, 1))
        self.assertEqual(self.files_of(record)[1], 2)
        self.assertEqual((self.waiting(), len(self.stored())), ([], 2))
        self.assert_quiet()

    def test_02_wrong_and_too_large_files_are_named_and_leave_nothing(self):
        before = self.receipts(), self.stored()
        self.open_form()
        self.fill("sender", "不应存在")
        self.choose_files("scan", "bad.pdf")
        self.browser.wait(lambda: "只收 JPEG" in self.browser.text(".attach-files"), "why it is refused")
        self.send()
        self.browser.wait(lambda: "附件还没有全部上传" in self.error(), "the word that a file is not sent")
        self.browser.run("document.querySelector('.attach-file button:last-of-type').click()")
        self.choose_files("scan", "cut.pdf")
        self.browser.wait(lambda: "缺少末尾" in self.browser.text(".attach-files"), "why it is refused")
        self.browser.run("document.querySelector('.attach-file button:last-of-type').click()")
        self.browser.run_async("""
            const [done] = arguments;
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(64 * 1024 * 1024 + 1)], 'large.pdf', { type: 'application/pdf' }));
            document.querySelector('.attach-target').dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }));
            done();""")
        self.browser.wait(lambda: "64" in self.browser.text(".attach-files"), "the limit")
        self.browser.press("取消", ".act-form")
        self.browser.wait(lambda: not self.waiting(), "no bytes left behind")
        self.assertEqual((self.receipts(), self.stored()), before)

    def test_03_a_lost_answer_and_a_second_press_make_one_record(self):
        self.open_form()
        if self.value("sender") != "区自然资源局":
            self.fill("sender", "区自然资源局")
        self.choose_files("scan", "one.pdf", "two.pdf")
        self.wait_kept(2)
        self.browser.run("""
            window.plainFetch = window.fetch;
            window.fetch = async (path, options) => {
              const answer = await window.plainFetch(path, options);
              if (options.method === 'POST' && path.split('?')[0].endsWith('/records')) throw new TypeError('lost');
              return answer;
            };""")
        self.send()
        self.browser.wait(lambda: self.error(), "the word that it failed")
        self.browser.run("window.fetch = window.plainFetch")
        self.assertIn("区自然资源局", self.receipts())
        self.send()
        self.browser.wait_text("区自然资源局", ".pane h2")
        record = self.receipts()["区自然资源局"]
        self.assertEqual(self.files_of(record)[1], 2)
        self.assertEqual(sum(title == "区自然资源局" for title in self.receipts()), 1)
        self.assertEqual((self.waiting(), len(self.stored())), ([], 2))

    def test_04_requests_that_a_page_would_not_send_are_refused(self):
        before = self.receipts()
        record = "00000000-0000-7000-8000-0000000000aa"
        about = {"kind": "receipt", "act": "create/take", "record": record}
        for body, status in (({**about, "role": "scan", "size": 64 * 1024 * 1024 + 1}, 413),
                             ({**about, "role": "scan", "size": 0}, 400), ({**about, "role": "signature", "size": 9}, 400),
                             ({**about, "act": "create/none", "role": "scan", "size": 9}, 403),
                             ({**about, "record": "x", "role": "scan", "size": 9}, 400),
                             ({**about, "record": None, "role": "scan", "size": 9}, 400)):
            self.assertEqual(self.ask_hub("POST", "uploads", body)[0], status, body)
        begun = self.ask_hub("POST", "uploads", {**about, "role": "scan", "size": 9})[1]["upload"]
        values = {"sender": "某单位"}
        for files, wanted in (([begun], 400), (["x"], 404), ([7], 400), ("x", 400), ([begun] * 21, 400), ([], 400)):
            status, content = self.ask_hub("POST", "records", {**about, "values": values, "files": files})
            self.assertEqual(status, wanted, (files, content))
        self.assertIn("来件扫描件", content["message"])
        self.assertEqual(self.receipts(), before)
        # Another id makes another record: the upload is not for it.
        other = {**about, "record": record.replace("aa", "ab")}
        self.assertEqual(self.ask_hub("POST", "records", {**other, "values": values, "files": [begun]})[0], 400)
        limit = [self.ask_hub("POST", "uploads", {**about, "role": "scan", "size": 9})[0] for _ in range(4)]
        self.assertEqual(limit[-1], 503)

    def test_05_the_shell_makes_a_record_with_its_files_or_nothing(self):
        stored = self.stored()
        words = ("create", "--as", "孙样例", "receipt", "--set=sender=区交通局")
        for more, part in (((), "来件扫描件"), (("--file", f"scan={self.files['one.pdf']}"), "来件扫描件"),
                           (("--file", "scan"), "ROLE=PATH"),
                           (("--file", f"scan={self.hub.top}/none.pdf"), "none.pdf"),
                           (("--file", f"scan={self.files['one.pdf']}", "--file", f"scan={self.files['bad.pdf']}"), "bad.pdf"),
                           (("--file", f"photo={self.files['one.pdf']}"), "")):
            self.assertIn(part, self.hub.fail(*words, *more), more)
        self.assertNotIn("区交通局", self.receipts())
        self.assertEqual(self.stored(), stored)
        record = self.hub.ask("create", "receipt", "--set=sender=区交通局", "--file", f"scan={self.files['one.pdf']}",
                              "--file", f"scan={self.files['two.pdf']}")["record"]
        self.assertEqual(self.files_of(record)[1], 2)

    def test_06_what_a_form_does_not_ask_for_is_refused(self):
        wav = self.hub.top / "sound.wav"
        wav.write_bytes(b"RIFF" + (36 + 8).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
                        + b"\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data" + (8).to_bytes(4, "little") + b"\x80" * 8)
        words = ("create", "--as", "孙样例", "receipt", "--set=sender=录音")
        self.assertIn("类型", self.hub.fail(*words, "--file", f"scan={wav}", "--file", f"scan={self.files['one.pdf']}"))
        self.assertIn("用途", self.hub.fail(*words, "--file", f"document={self.files['one.pdf']}",
                                            "--file", f"scan={self.files['one.pdf']}", "--file", f"scan={self.files['two.pdf']}"))
        self.assertNotIn("录音", self.receipts())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2, failfast=True)
