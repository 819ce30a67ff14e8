"""A hub that is the real program, with sample data and kinds that are not shipped, for tests of the page."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile


class ProgramHub:
    """Served on loopback over TLS. `told` and `page` as of hub.Hub."""

    def __init__(self, program, source, kinds):
        self.program = program
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="bihuan-stranger-"))
        self.env = dict(os.environ, BIHUAN_DATADIR=source, LC_ALL="C.UTF-8", LANG="zh_CN.UTF-8")
        self.run("init", "--name", "样例·枢纽", "--area", "140603")
        self.run("load", "--demo", pathlib.Path(source, "assets/samples"), pathlib.Path(source, "assets/packs"))
        if kinds:
            self.run("load", *(pathlib.Path(source, "tests/stranger", name) for name in kinds))
        with open(self.top / "log", "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [program, "serve", "--data", self.top / "hub", "--listen", "127.0.0.1:0", "--office-listen",
                 "127.0.0.1:0"], env=self.env, stdout=subprocess.PIPE, stderr=log, text=True)
        self.process.stdout.readline()
        self.told = json.loads((self.top / "hub/serve.json").read_text())
        self.page = self.told["office_url"]

    def run(self, command, *words, check=True):
        done = subprocess.run([self.program, command, "--data", self.top / "hub", *map(str, words)], env=self.env,
                              capture_output=True, text=True, timeout=120, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"{command} {words}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout.strip()

    def fail(self, command, *words):
        """What a command that is refused says."""
        done = subprocess.run([self.program, command, "--data", self.top / "hub", *map(str, words)], env=self.env,
                              capture_output=True, text=True, timeout=120, check=False)
        if done.returncode == 0:
            raise AssertionError(f"{command} {words} was not refused")
        return done.stderr

    def ask(self, command, *words, who="孙样例"):
        """What a person does from the shell, as JSON."""
        return json.loads(self.run(command, "--as", who, "--json", *words))

    def close(self):
        self.process.terminate()
        code = self.process.wait(timeout=60)
        self.process.stdout.close()
        shutil.rmtree(self.top, ignore_errors=True)
        return code
