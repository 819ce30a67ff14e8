"""What an inspector does in the collector's window, step by step; shared by the tests of the window."""

import subprocess
from pathlib import Path

from samples import PINS

LEGAL_BASIS = "《安全生产法》第六十五条"


def sign_in(app, tile="tile-1", pin=PINS["staff-li"]):
    app.click(tile)
    for digit in pin:
        app.click(f"key-{digit}")
    app.click("key-ok")
    app.find("scan")


def begin_visit(app, name=None, colleague=None, expert=None, page="visit", mode=None, **typed):
    """Begins a visit from the first page: of the enterprise whose code the camera shows, or of the one
    found by `name`. `typed`: texts of further fields. Ends on the page of the visit or, when `page` is
    "checklist", on its checklist."""
    if name:
        app.click("find")
        app.type("reason", "没有企业码")
        app.type("search", name)
        app.text(name)
        app.settle(1)
        app.click("result-1")
    else:
        app.click("scan")
    app.click("start")
    app.check("certificate_shown")
    app.check("recusal_advised")
    if mode:
        app.click("modes-unfold")
        app.click(f"modes-{mode}")
    for field, text in typed.items():
        app.type(field, text)
    if colleague:
        app.check(colleague)
    if expert:
        app.type("expert", expert)
    app.click("begin")
    app.find("answer-compliant")
    if page == "visit":
        app.click("back")
        app.find("finish")


def fill_hazard(app, summary, deadline="deadline-plus-15"):
    """Opens the form of a new hazard and fills in what is required; saves nothing."""
    app.click("add_hazard")
    app.type("summary", summary)
    app.type("place", "3号煤3105工作面")
    app.type("no_photo_reason", "井下不能带非防爆相机")
    app.type("demand", "立即整改")
    app.type("responsible_person", "样例负责人01")
    if deadline:
        app.click(deadline)


def add_hazard(app, summary, deadline="deadline-plus-15"):
    """Records a hazard on the page of the visit."""
    fill_hazard(app, summary, deadline)
    app.click("save")
    app.gone("summary")


def take_photo(app):
    """Adds the first photo to the open form."""
    app.click("add_photo")
    app.click("take")
    app.click("keep")
    app.find("photo-1")


def sign_on_pad(app, signer, name=None):
    app.click(signer)
    app.find("canvas")
    if name:
        app.type("pad_name", name)
    app.scroll_to("canvas")
    app.settle(0.5)
    app.draw("canvas", [[(.2, .3), (.3, .6), (.5, .2), (.7, .7)]])
    app.click("pad_save")
    app.gone("canvas")


def sign_by_all(app, enterprise="signer-enterprise-3"):
    """Signatures of two inspectors and of the enterprise, on the page of signatures."""
    sign_on_pad(app, "signer-inspector-1")
    sign_on_pad(app, "signer-second_inspector-2")
    sign_on_pad(app, enterprise, "样例负责人01")


def make_order(app):
    """Makes the documents on their page; one of them is an order."""
    app.type("legal_basis", LEGAL_BASIS)
    app.click("make")
    app.find("document-order_rectify", 60)


def read_code(svg, folder):
    """Text of a QR code that is given as SVG; works in `folder`."""
    import gi
    gi.require_version("GdkPixbuf", "2.0")
    from gi.repository import GdkPixbuf
    path = Path(folder) / "plaque.svg"
    path.write_bytes(svg)
    picture = GdkPixbuf.Pixbuf.new_from_file_at_size(str(path), 800, 800)
    flat = picture.composite_color_simple(800, 800, GdkPixbuf.InterpType.NEAREST, 255, 8,
                                          0xffffff, 0xffffff)
    flat.savev(str(path.with_suffix(".png")), "png", [], [])
    return subprocess.run(["zbarimg", "--quiet", "--raw", str(path.with_suffix(".png"))],
                          check=True, capture_output=True, text=True).stdout.strip()
