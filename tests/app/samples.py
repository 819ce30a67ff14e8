"""What the sample data of a hub contains: PINs, passwords and enterprises."""

import json
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SAMPLES = TOP / "assets/samples"
PINS = json.loads((SAMPLES / "demo-pins.json").read_text())
PASSWORDS = json.loads((SAMPLES / "demo-passwords.json").read_text())
UNIT = "unit-jingping"


def enterprise(name):
    """Values of a sample enterprise."""
    records = json.loads((SAMPLES / "enterprises.json").read_text())["records"]
    return next(r["set"] for r in records if r["name"] == name)
