"""Attaching files with the page in Debian's Chromium: by dialog, drop and paste, with progress, cancel,
and a connection that breaks. Cases run in order of their names."""

import glob
import sys
import unittest

from page import PICTURES, Page
from pictures import MAKE

OFFLINE = ("ERR_INTERNET_DISCONNECTED", "ERR_NETWORK_CHANGED", "ERR_FAILED", "ERR_ABORTED")


class Attach(Page):
    def give(self, event, name="照片.jpg", size=2000, make=MAKE):
        """Drops or pastes a file that the browser makes."""
        self.browser.run_async("""
            const [event, name, size, done] = arguments;
            (async () => {""" + make + """
                const transfer = new DataTransfer();
                transfer.items.add(file);
                const init = { bubbles: true, cancelable: true };
                const target = document.querySelector('.attach-target');
                if (event === 'paste') document.body.dispatchEvent(new ClipboardEvent('paste', { ...init, clipboardData: transfer }));
                else target.dispatchEvent(new DragEvent(event, { ...init, dataTransfer: transfer }));
                done();
            })();""", event, name, size)

    def choose(self, role):
        self.browser.run("const node = document.querySelector('.attach-role select'); node.value = arguments[0];"
                         "node.dispatchEvent(new Event('change'))", role)

    def tiles(self):
        return self.browser.run("return document.querySelectorAll('.files + .attach').length ?"
                                " document.querySelector('.attach').parentNode.querySelectorAll('.file').length : 0")

    def rest(self):
        """Bytes of unfinished uploads at the hub."""
        return glob.glob(f"{self.hub.dir}/hub/uploads/office-*")

    def network(self, offline=False, upload=-1):
        self.browser.devtools("Network.enable")
        self.browser.devtools("Network.emulateNetworkConditions", offline=offline, latency=0,
                              downloadThroughput=-1, uploadThroughput=upload)

    def look(self, name):
        """Pictures of the box at all sizes."""
        for width, height in ((1280, 800), (800, 480), (360, 640)):
            self.browser.size(width, height)
            self.browser.run("document.querySelector('.attach').scrollIntoView()")
            # Nothing reaches beyond the edge.
            self.assertTrue(self.browser.run("return document.documentElement.scrollWidth <= innerWidth"), (name, width))
            if PICTURES:
                self.browser.picture(f"{PICTURES}/office-{name}-{width}.png")
        self.browser.size(1280, 800)

    def clear(self):
        """Removes the finished and failed files from the list of the box."""
        while self.browser.count(".attach-file button"):
            self.browser.run("document.querySelector('.attach-file button:last-of-type').click()")

    def test_01_a_dialog_sends_several_files_in_a_role(self):
        browser = self.browser
        self.sign_in("staff-sun")
        self.open_record("inspection", "JC-2026-0001")
        browser.wait(lambda: browser.count(".attach"), "the box")
        roles = browser.run("return [...document.querySelectorAll('.attach-role option')].map((one) => one.value)")
        # Photos are locked since the visit was signed; signatures are not uploaded at all.
        self.assertEqual(roles, ["", "after_photo", "document", "scan", "proof", "signed", "returned"])
        before = self.tiles()
        self.choose("proof")
        browser.type(".attach-form input[name=note]", "复查材料")
        box = browser.find(".attach-input")
        browser.call("POST", f"/element/{box}/value",
                     {"text": "\n".join(f"{self.hub.dir}/photo{number}.jpg" for number in (1, 2, 3))})
        browser.wait_text("已收到 3 个，还在上传 0 个，失败 0 个", ".attach-sum")
        browser.wait(lambda: self.tiles() == before + 3, "the list with the new files")
        browser.wait_text("复查材料", ".file-grid")
        browser.wait_text("KB", ".file-save")
        # The note belongs to these files; the next one begins without it.
        self.assertEqual(browser.run("return document.querySelector('.attach-form input[name=note]').value"), "")
        self.look("attach-zh")
        self.clear()
        browser.press("English")
        browser.wait_text("Choose files", ".attach")
        self.give("drop", "left.jpg")
        browser.wait_text("Choose the role first", ".attach-file")
        self.look("attach-en")
        self.clear()
        browser.press("中文")
        browser.wait_text("选择文件", ".attach")
        self.assert_quiet()

    def test_02_a_dropped_file_waits_for_its_role(self):
        browser = self.browser
        before = self.tiles()
        self.choose("")
        self.give("drop", "拖来的.jpg")
        browser.wait_text("请先选择用途", ".attach-file")
        self.assertEqual(browser.run("return document.activeElement.tagName"), "SELECT")
        self.assertEqual(self.tiles(), before)
        self.choose("scan")
        browser.wait(lambda: self.tiles() == before + 1, "the file")
        browser.wait_text("已收到", ".attach-file")
        self.clear()
        self.assert_quiet()

    def test_03_a_picture_is_pasted(self):
        before = self.tiles()
        self.give("paste", "")
        self.browser.wait_text("粘贴的图片", ".attach-file")
        self.browser.wait(lambda: self.tiles() == before + 1, "the picture")
        self.clear()
        # Text that is pasted into a field stays text, also when a program puts a picture beside it.
        self.browser.run("""
            const transfer = new DataTransfer();
            transfer.items.add(new File(['x'], 'x.png', { type: 'image/png' }));
            transfer.setData('text/plain', 'x');
            document.querySelector('.attach-form input').dispatchEvent(
              new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: transfer }));""")
        self.assertEqual(self.browser.count(".attach-file"), 0)
        self.assert_quiet()

    def test_04_a_file_that_misses_the_box_does_not_replace_the_page(self):
        self.assertTrue(self.browser.run("""
            const transfer = new DataTransfer();
            transfer.items.add(new File(['x'], 'x.txt'));
            const event = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer });
            document.querySelector('.top').dispatchEvent(event);
            return event.defaultPrevented;"""))
        self.assertEqual(self.browser.count(".attach-file"), 0)

    def test_05_what_is_refused_is_said_at_the_file(self):
        browser = self.browser
        before = self.tiles()
        self.choose("scan")
        self.give("drop", "页面.jpg", make="const file = new File(['<script>alert(1)</scr' + 'ipt>'], name);")
        browser.wait_text("只收 JPEG", ".attach-file")
        self.assertEqual(browser.run("return document.querySelector('.attach-file button').hidden"), True)
        self.clear()
        self.give("drop", "半张.jpg", make=MAKE.replace("[blob, noise]", "[blob.slice(0, blob.size - 40)]"))
        browser.wait_text("文件不完整", ".attach-file")
        self.clear()
        self.give("drop", "太大.jpg", make="const file = new File([new Uint8Array(65 * 1024 * 1024)], name);")
        browser.wait_text("文件有 65 MB，最大 64 MB，没有上传。", ".attach-file")
        self.clear()
        self.give("drop", "空.jpg", make="const file = new File([], name);")
        browser.wait_text("文件是空的", ".attach-file")
        self.clear()
        self.assertEqual(self.tiles(), before)
        self.assertEqual(self.rest(), [])
        self.assert_quiet(but=("400",))

    def test_06_progress_is_shown_and_a_file_can_be_cancelled(self):
        browser = self.browser
        before = self.tiles()
        self.network(upload=400 * 1024)
        self.choose("scan")
        self.give("drop", "大.jpg", 4 * 1024 * 1024)
        browser.wait(lambda: 0 < browser.run("return document.querySelector('.attach-file progress').value")
                     < 4 * 1024 * 1024, "some progress")
        browser.wait_text("%", ".attach-state")
        self.look("attach-progress")
        self.assertEqual(len(self.rest()), 1)
        # Another page and back: the same box, still sending.
        self.go("#/ledger")
        browser.wait(lambda: not browser.count(".attach"), "the other page")
        self.open_record("inspection", "JC-2026-0001")
        browser.wait_text("大.jpg", ".attach-file")
        browser.press("取消", ".attach-file")
        browser.wait(lambda: not browser.count(".attach-file"), "an empty list")
        self.network()
        browser.wait(lambda: not self.rest(), "no bytes at the hub")
        self.assertEqual(self.tiles(), before)
        self.assert_quiet(but=OFFLINE)

    def test_07_a_lost_connection_is_taken_up_again(self):
        browser = self.browser
        before = self.tiles()
        self.network(upload=400 * 1024)
        self.choose("scan")
        self.give("drop", "长.jpg", 3 * 1024 * 1024)
        browser.wait(lambda: browser.run("return document.querySelector('.attach-file progress').value") > 0, "a part")
        self.network(offline=True)
        browser.wait_text("连接断了，正在重试", ".attach-file")
        sent = browser.run("return document.querySelector('.attach-file progress').value")
        self.network()
        browser.wait(lambda: self.tiles() == before + 1, "the file")
        self.assertGreater(sent, 0)
        self.clear()
        # A connection that stays away: the person continues by hand, where it ended.
        self.network(upload=400 * 1024)
        self.give("drop", "更长.jpg", 3 * 1024 * 1024)
        browser.wait(lambda: browser.run("return document.querySelector('.attach-file progress').value") > 0, "a part")
        self.network(offline=True)
        browser.wait_text("继续上传", ".attach-file")
        self.assertEqual(len(self.rest()), 1)
        self.network()
        browser.press("继续上传", ".attach-file")
        browser.wait(lambda: self.tiles() == before + 2, "the second file")
        self.assertEqual(self.rest(), [])
        self.clear()
        self.assert_quiet(but=OFFLINE)

    def test_08_a_recording_of_a_browser_is_accepted_and_played(self):
        browser = self.browser
        before = self.tiles()
        self.choose("proof")
        self.give("drop", "录音.webm", make="""
            const context = new AudioContext();
            const sound = context.createOscillator();
            const out = context.createMediaStreamDestination();
            sound.connect(out);
            sound.start();
            const recorder = new MediaRecorder(out.stream);
            const parts = [];
            recorder.ondataavailable = (event) => parts.push(event.data);
            const ended = new Promise((stop) => { recorder.onstop = stop; });
            recorder.start();
            await new Promise((later) => setTimeout(later, 800));
            recorder.stop();
            await ended;
            const file = new File(parts, name, { type: 'audio/webm' });
            """)
        browser.wait(lambda: self.tiles() == before + 1, "the recording")
        self.assertTrue(browser.run_async("""
            const done = arguments[0];
            const player = document.querySelector('.file video, .file audio');
            player.addEventListener('loadedmetadata', () => done(player.controls));
            player.addEventListener('error', () => done(false));
            player.preload = 'auto';
            player.load();"""))
        kind = browser.run("return document.querySelector('.file video, .file audio').tagName")
        self.assertEqual(kind, "AUDIO")
        self.clear()
        self.assert_quiet()

    def test_09_the_next_person_sees_nothing_of_it(self):
        browser = self.browser
        self.choose("")
        self.give("drop", "私人.jpg")
        browser.wait_text("私人.jpg", ".attach-file")
        browser.type(".attach-form input[name=note]", "没有发出的说明")
        self.sign_out()
        self.sign_in("staff-zhou")
        self.open_record("inspection", "JC-2026-0001")
        browser.wait(lambda: browser.count(".attach"), "the box")
        self.assertEqual(browser.count(".attach-file"), 0)
        note = "return document.querySelector('.attach-form input[name=note]').value"
        self.assertEqual(browser.run(note), "")
        self.sign_out()
        self.sign_in("staff-sun")
        self.open_record("inspection", "JC-2026-0001")
        browser.wait(lambda: browser.count(".attach") and browser.run(note) == "没有发出的说明", "the note")
        self.assert_quiet()

    def test_10_another_form_asks_for_roles_and_numbers(self):
        browser = self.browser
        self.assertEqual(browser.run_async("""
            const [record, done] = arguments;
            (async () => {
              const { attachBox } = await import('/office/attach.js');
              const { get, recordPath } = await import('/office/api.js');
              const view = await get(recordPath(record));
              const seen = [];
              const box = attachBox(view, { roles: ['scan'], atLeast: { scan: 9 },
                onDone: (answer, missing) => seen.push(answer.entry ? missing[0].count : 'none') });
              document.querySelector('.pane').append(box.node);
              const before = box.missing()[0];
              const select = box.node.querySelector('select');
              """ + "const name = 'x.jpg', size = 100;" + MAKE + """
              box.add([file]);
              while (box.isBusy() || !seen.length) await new Promise((later) => setTimeout(later, 20));
              const paper = attachBox(view, { roles: [{ code: 'document', label: '盖章件', media: ['pdf'] }] });
              document.querySelector('.pane').append(paper.node);
              paper.add([file]);
              const refused = paper.node.textContent.includes('盖章件') && paper.node.textContent.includes('这里只收PDF');
              const none = attachBox(view, { roles: ['signature'] });
              done([before.code, before.count - box.missing()[0].count, seen[0] === box.missing()[0].count, select, none,
                box.node.querySelector('.attach-need').textContent.includes('扫描件'), refused,
                paper.node.querySelector('input[type=file]').accept]);
            })();""", self.hub.told["inspection"]), ["scan", 1, True, None, None, True, True, "application/pdf"])
        self.assert_quiet()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
