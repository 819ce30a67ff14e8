"""Drives a window as a screen reader sees it, for tests of the collector and the story.

    with Display(size) as display, Session(display) as session:
        app = session.start([program, "--store", store])
        app.click("scan"); app.type("typed_code", "1234"); app.shot("scan.png")

Controls are found by their accessible id (bh_part_identify in app/parts.h), which does not change
with the language; `text` looks for what people read. Everything waits, nothing sleeps blindly.
Run with /usr/bin/python3. Needs xvfb, dbus, at-spi2-core, gir1.2-atspi-2.0 and imagemagick."""

import contextlib
import os
import signal
import subprocess
import sys
import time

WAIT_S = 20
STEP_S = 0.05
LOOKUPS = 3
RESIZES = 8  # requests for a size of the window


class Missing(AssertionError):
    """A control or text did not appear in time; the message lists what was there instead."""


class Display:
    """A separate X server without a window manager; windows are moved by the test."""

    def __init__(self, size="1280x900"):
        # A number that was not used shortly before: a server that ends removes the socket of its
        # number, even when another server uses it already.
        for turn in range(50):
            number = 1000 + (os.getpid() * 50 + turn) % 19000
            self.process, self.name = self._start(number, size), f":{number}"
            if self.process:
                return
        raise RuntimeError("Xvfb did not start")

    @staticmethod
    def _start(number, size):
        read, write = os.pipe()
        process = subprocess.Popen(
            ["Xvfb", f":{number}", "-displayfd", str(write), "-screen", "0", f"{size}x24",
             "-nolisten", "tcp", "-noreset"],
            pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as numbers:
            if numbers.readline().strip() == str(number):
                return process
        process.wait()
        return None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Bus:
    """A session bus with an accessibility bus, for this test only. Environment for programs is in
    `env`; this process is put on it too, since Atspi reads it once."""

    def __init__(self, display, **more):
        self.env = dict(os.environ, DISPLAY=display.name, GTK_A11Y="atspi", NO_AT_BRIDGE="0",
                        GDK_BACKEND="x11", GTK_MODULES="gail:atk-bridge", LIBGL_ALWAYS_SOFTWARE="1",
                        GSETTINGS_BACKEND="memory", **more)
        self.env.pop("WAYLAND_DISPLAY", None)
        self.process = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address=1"], env=self.env,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.env["DBUS_SESSION_BUS_ADDRESS"] = self.process.stdout.readline().strip()
        os.environ.update(DISPLAY=display.name,
                          DBUS_SESSION_BUS_ADDRESS=self.env["DBUS_SESSION_BUS_ADDRESS"])
        import gi
        gi.require_version("Atspi", "2.0")
        from gi.repository import Atspi, GLib
        self.atspi = Atspi
        self.context = GLib.MainContext.default()
        Atspi.init()

    def turn(self):
        while self.context.iteration(False):
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class App:
    """A running program with one window."""

    def __init__(self, bus, command, size=(360, 640), log=None, **env):
        self.bus = bus
        self.log = log
        self.process = subprocess.Popen(command, env=dict(bus.env, **env), stdout=log, stderr=log)
        self.size = size
        self.root = self._wait(self._find_root, f"window of {command[0]}")
        self.resize(*size)

    # --- finding ---

    def _find_root(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the program ended with {self.process.returncode}")
        desktop = self.bus.atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(i)
            with contextlib.suppress(Exception):
                if child is not None and child.get_process_id() == self.process.pid:
                    return child
        return None

    def _wait(self, look, what, wait_s=WAIT_S):
        until = time.monotonic() + wait_s
        while True:
            self.bus.turn()
            with contextlib.suppress(*self._lost()):
                found = look()
                if found:
                    return found
            if time.monotonic() > until:
                raise Missing(f"{what} did not appear; shown: {self.texts()}")
            time.sleep(STEP_S)

    def _lost(self):
        from gi.repository import GLib
        return (GLib.Error,)

    def walk(self, node=None, scrolled=False):
        """All accessibles of what is shown, depth first; inside a scrolled area also those that
        are scrolled out of sight."""
        node = self.root if node is None else node
        state = self.bus.atspi.StateType
        for i in range(node.get_child_count()):
            child = node.get_child_at_index(i)
            if child is None:
                continue
            role = child.get_role_name()
            states = child.get_state_set()
            if role not in ("frame", "dialog", "window", "file chooser") and \
                    not states.contains(state.VISIBLE if scrolled else state.SHOWING):
                continue
            yield child
            yield from self.walk(child, scrolled or role == "scroll pane")

    def look(self, id):
        """The control with this id, or None."""
        with contextlib.suppress(*self._lost()):
            for node in self.walk():
                if node.get_accessible_id() == id:
                    return node
        return None

    def find(self, id, wait_s=WAIT_S):
        return self._wait(lambda: self.look(id), f"control {id!r}", wait_s)

    def ids(self):
        found = []
        with contextlib.suppress(*self._lost()):
            found = [n.get_accessible_id() for n in self.walk() if n.get_accessible_id()]
        return found

    def texts(self):
        """All visible text."""
        found = []
        with contextlib.suppress(*self._lost()):
            for node in self.walk():
                name = node.get_name()
                for shown in (name, node.get_description()):
                    if shown and shown not in found[-1:]:
                        found.append(shown)
                with contextlib.suppress(*self._lost()):
                    text = node.get_text_iface()
                    if text is not None:
                        content = text.get_text(0, text.get_character_count())
                        if content and content != name:
                            found.append(content)
        return found

    def text(self, wanted, wait_s=WAIT_S):
        """Waits until `wanted` is visible somewhere."""
        return self._wait(lambda: any(wanted in t for t in self.texts()), f"text {wanted!r}", wait_s)

    def gone(self, id, wait_s=WAIT_S):
        return self._wait(lambda: self.look(id) is None, f"end of {id!r}", wait_s)

    def value(self, id):
        node = self.find(id)
        text = node.get_text_iface()
        return text.get_text(0, text.get_character_count()) if text else node.get_name()

    def is_checked(self, id):
        return self.find(id).get_state_set().contains(self.bus.atspi.StateType.CHECKED)

    # --- acting ---

    def _sensitive(self, id):
        node = self.look(id)
        if node is not None and node.get_state_set().contains(self.bus.atspi.StateType.SENSITIVE):
            return node
        return None

    def _act(self, look, what, wait_s=WAIT_S):
        """Does the first action of the control that `look` finds. A control that was replaced after it
        was found is looked up again: nothing was done with it."""
        def action():
            node = look()
            found = node and node.get_action_iface()
            return found if found and found.get_n_actions() else None
        for _ in range(LOOKUPS):
            try:
                self._wait(action, what, wait_s).do_action(0)
                self.bus.turn()
                return
            except self._lost() as error:
                if "does not exist" not in str(error):
                    raise
        raise Missing(f"{what} was replaced again and again")

    def click(self, id, wait_s=WAIT_S):
        self._act(lambda: self._sensitive(id), f"usable control {id!r}", wait_s)

    def create(self, what, wait_s=WAIT_S):
        """Opens the form that makes a record: "site-at_enterprise". When many can be made, it is on the
        page behind the button "new"."""
        id = f"create-{what}"
        self._wait(lambda: self._sensitive(id) or self._sensitive("new"), f"usable control {id!r} or 'new'", wait_s)
        if self.look(id) is None:
            self.click("new", wait_s)
        self.click(id, wait_s)

    def click_text(self, wanted):
        """Clicks the first control whose name holds `wanted`."""
        def look():
            for node in self.walk():
                action = node.get_action_iface()
                if wanted in (node.get_name() or "") and action and action.get_n_actions():
                    return node
            return None
        self._act(look, f"control named {wanted!r}")

    def type(self, id, text):
        """Puts `text` into an entry or text view."""
        node = self._wait(lambda: self._sensitive(id), f"usable control {id!r}")
        editable = node.get_editable_text_iface()
        if editable is None:
            raise Missing(f"control {id!r} takes no text")
        editable.set_text_contents(text)
        self.bus.turn()

    def check(self, id, on=True):
        if self.is_checked(id) != on:
            self.click(id)

    def draw(self, id, strokes):
        """Draws on a control with the pointer: strokes of (x, y) fractions of its size."""
        node = self.find(id)
        area = node.get_extents(self.bus.atspi.CoordType.SCREEN)
        for stroke in strokes:
            points = [(int(area.x + x * area.width), int(area.y + y * area.height)) for x, y in stroke]
            self._mouse(*points[0], "b1p")
            for point in points[1:]:
                self._mouse(*point, "abs")
            self._mouse(*points[-1], "b1r")

    def _mouse(self, x, y, event):
        self.bus.atspi.generate_mouse_event(x, y, "abs")
        if event != "abs":
            self.bus.atspi.generate_mouse_event(x, y, event)
        self.bus.turn()
        time.sleep(STEP_S)

    def tap(self, id, times=1, gap_s=0.5):
        """Taps the centre of a control with the pointer, `times` in a row."""
        area = self.find(id).get_extents(self.bus.atspi.CoordType.SCREEN)
        self.xdo("mousemove", area.x + area.width // 2, area.y + area.height // 2, "click",
                 "--repeat", times, "--delay", int(gap_s * 1000), 1)

    def wheel(self, id, notches):
        """Turns the mouse wheel over a control; down for positive numbers."""
        area = self.find(id).get_extents(self.bus.atspi.CoordType.SCREEN)
        self.xdo("mousemove", area.x + area.width // 3, area.y + area.height // 2, "click",
                 "--repeat", abs(notches), "--delay", 60, 5 if notches > 0 else 4)

    def keys(self, *names):
        """Presses keys, by their X names, on whatever has the focus."""
        self._take_keyboard()
        self.xdo("key", *names)

    def type_keys(self, text, gap_ms):
        """Types with `gap_ms` between two keys."""
        self._take_keyboard()
        self.xdo("type", "--delay", 2 * gap_ms, text)  # xdotool means press and release each

    def _take_keyboard(self):
        self.xdo("mousemove", 4, self.size[1] - 4, "windowfocus", self.window)
        self.settle(0.2)

    def xdo(self, *args):
        """Runs xdotool: pointer and keys."""
        process = subprocess.Popen(["xdotool", *map(str, args)], env=self.bus.env)
        # The program may wait for an answer of this process before it takes the next key.
        while process.poll() is None:
            self.bus.turn()
            time.sleep(0.005)
        if process.returncode != 0:
            raise RuntimeError(f"xdotool {args}: {process.returncode}")

    def scan_keys(self, code):
        """Sends a code as a keyboard scanner does: fast, with Enter at the end."""
        subprocess.run(["xdotool", "mousemove", "4", str(self.size[1] - 4), "windowfocus", self.window, "key",
                        "--delay", "2", *code, "Return"], env=self.bus.env, check=False)
        self.bus.turn()

    def focus(self, id):
        """Gives the focus to a control, which scrolls it into sight."""
        with contextlib.suppress(*self._lost()):
            self.find(id).grab_focus()
        self.settle(0.6)

    def scroll_to(self, id):
        with contextlib.suppress(*self._lost()):
            self.find(id).scroll_to(self.bus.atspi.ScrollType.ANYWHERE)

    # --- looking ---

    def resize(self, width, height):
        """Puts the window at 0,0 with this size."""
        self.size = (width, height)

        def window():
            out = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid)],
                                 env=self.bus.env, capture_output=True, text=True).stdout.split()
            return out[-1] if out else None
        self.window = self._wait(window, "window on the display")
        # More than once: a request is limited by the minimum of the layout for the old size, and the
        # layout follows later.
        right = 0
        for _ in range(RESIZES):
            subprocess.run(["xdotool", "windowmove", self.window, "0", "0", "windowsize",
                            self.window, str(width), str(height)], env=self.bus.env, check=False)
            self.settle(0.1)
            right = right + 1 if self._frame_size() == (width, height) else 0
            if right == 2:
                return

    def _frame_size(self):
        """Width and height of the window's layout; None when there is no window."""
        with contextlib.suppress(*self._lost()):
            frame = next(self.walk(), None)
            if frame is not None:
                area = frame.get_extents(self.bus.atspi.CoordType.WINDOW)
                return area.width, area.height
        return None

    def settle(self, seconds=0.4):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.bus.turn()
            time.sleep(STEP_S)

    def shot(self, path):
        """A picture of the window."""
        self.settle()
        width, height = self.size
        subprocess.run(["import", "-window", "root", "-crop", f"{width}x{height}+0+0", "+repage",
                        str(path)], env=self.bus.env, check=True)

    def small_targets(self, least=44):
        """Ids and sizes of controls that can be tapped and are lower than `least` pixels. Reads the
        window again when a control is destroyed meanwhile."""
        for _ in range(2):
            with contextlib.suppress(*self._lost()):
                return self._list_small(least)
            self.settle()
        return self._list_small(least)

    def _list_small(self, least):
        small = []
        roles = ("push button", "toggle button", "check box", "radio button", "entry")
        for node in self.walk():
            if node.get_role_name() not in roles:
                continue
            area = node.get_extents(self.bus.atspi.CoordType.WINDOW)
            if 0 < area.height < least:
                small.append((node.get_accessible_id() or node.get_name(), area.width, area.height))
        return small

    # --- ending ---

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            print("shown at the end:", self.texts(), file=sys.stderr)
        self.close()
