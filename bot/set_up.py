"""Makes both Python environments and the dialogue model; skips what is already there.

Runs before anything is installed: standard library only, and nothing of ours is imported.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVICE_VENV = ROOT / ".venv"
RASA_VENV = ROOT / ".venv-rasa"
TOOLS_VENV = ROOT / ".tools"
RASA_PYTHON = "3.10"
RASA_LOCK = ROOT / "bot" / "rasa_project" / "requirements.lock"
SERVICE_LOCK = ROOT / "requirements.lock"
TESTS_LOCK = ROOT / "requirements-dev.lock"
STAMP = ".fiado-stamp.json"
STEPS = 4
NETWORK_CURE = "check the network and the package index that uv is configured with"


class SetUpError(Exception):
    """A step failed; the message names the cause and the cure."""


def main() -> int:
    """Exit code 0 when everything is in place, 1 with one readable cause otherwise."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--with-tests", action="store_true", help="also what the tests need")
    options = parser.parse_args()
    try:
        with one_at_a_time():
            uv = find_uv()
            make_service_environment(uv, with_tests=options.with_tests)
            make_rasa_environment(uv)
            train_model()
    except SetUpError as error:
        print(f"set-up failed: {error}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """A second set-up of this checkout waits here, and then finds everything done."""
    lock_file = ROOT / "var" / "set-up.lock"
    lock_file.parent.mkdir(exist_ok=True)
    with lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def find_uv() -> str:
    """Path of uv: the one on the PATH, else one installed into a small environment of its own."""
    on_path = shutil.which("uv")
    if on_path and works([on_path, "--version"]):
        report(1, "uv: on the PATH")
        return on_path
    ours = TOOLS_VENV / "bin" / "uv"
    if works([str(ours), "--version"]):
        report(1, "uv: up to date")
        return str(ours)
    cure = "install python3-venv (Debian: apt-get install python3-venv) or put uv on the PATH"
    with step(1, "uv: installing (a few seconds)"):
        run([sys.executable, "-m", "venv", "--clear", str(TOOLS_VENV)], cure)
        run([str(TOOLS_VENV / "bin" / "pip"), "install", "--quiet", "uv"], cure)
    return str(ours)


def make_service_environment(uv: str, *, with_tests: bool) -> None:
    """`.venv` with the locked packages and this project in place, so `.venv/bin/fiado` exists.

    An environment that once had the tests' packages keeps them.
    """
    stamp = read_stamp(SERVICE_VENV)
    with_tests = with_tests or bool(stamp.get("with_tests"))
    locks = [SERVICE_LOCK, TESTS_LOCK] if with_tests else [SERVICE_LOCK]
    wanted = {
        "inputs": digest([*locks, ROOT / "pyproject.toml"]),
        "python": sys.version.split()[0],
        "place": str(ROOT),
        "with_tests": with_tests,
    }
    if stamp == wanted and (SERVICE_VENV / "bin" / "fiado").exists():
        report(2, "service environment: up to date")
        return
    with step(2, "service environment: installing (about 20 s)"):
        install(uv, SERVICE_VENV, sys.executable, locks, anew=is_other(stamp, wanted))
        # setuptools is in the lock: building without isolation fetches nothing unlocked
        project = ["--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
        run([uv, "pip", "install", "--python", python_of(SERVICE_VENV), *project], NETWORK_CURE)
    write_stamp(SERVICE_VENV, wanted)


def make_rasa_environment(uv: str) -> None:
    """`.venv-rasa` with the locked Rasa server, under Python 3.10."""
    stamp = read_stamp(RASA_VENV)
    wanted = {"inputs": digest([RASA_LOCK]), "python": RASA_PYTHON, "place": str(ROOT)}
    if stamp == wanted and works([python_of(RASA_VENV), "--version"]):
        report(3, "Rasa's environment: up to date")
        return
    with step(3, "Rasa's environment: installing (about 1 min, 2.5 GB on disk)"):
        install(uv, RASA_VENV, find_rasa_python(uv), [RASA_LOCK], anew=is_other(stamp, wanted))
    write_stamp(RASA_VENV, wanted)


def find_rasa_python(uv: str) -> str:
    """A Python 3.10: from the PATH, else pyenv's newest, else one that uv installs."""
    on_path = shutil.which(f"python{RASA_PYTHON}")
    if on_path and is_rasa_python(on_path):
        return on_path
    pyenv_root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    versions = pyenv_root.glob(f"versions/{RASA_PYTHON}.*/bin/python")
    for candidate in sorted(versions, key=patch_number, reverse=True):
        if is_rasa_python(str(candidate)):
            return str(candidate)
    cure = f"put a python{RASA_PYTHON} on the PATH (Rasa 3.6 runs on no newer one)"
    run([uv, "python", "install", RASA_PYTHON], cure)
    return run([uv, "python", "find", "--managed-python", RASA_PYTHON], cure).strip()


def patch_number(interpreter: Path) -> int:
    """The 13 of `versions/3.10.13/bin/python`; -1 for a name that has no number there."""
    patch = interpreter.parent.parent.name.rpartition(".")[2]
    return int(patch) if patch.isdecimal() else -1


def is_rasa_python(interpreter: str) -> bool:
    """Whether it runs and is the right version: pyenv's shims exist for versions that do not."""
    question = f"import sys; sys.exit('%d.%d' % sys.version_info[:2] != {RASA_PYTHON!r})"
    return works([interpreter, "-c", question])


def train_model() -> None:
    """Hand over to the command, which trains only if the dialogue files changed."""
    report(4, "dialogue model ...")
    if subprocess.run([str(SERVICE_VENV / "bin" / "fiado"), "train"], cwd=ROOT).returncode != 0:
        raise SetUpError("the dialogue model was not trained; the lines above say why")


def is_other(stamp: Mapping[str, object], wanted: Mapping[str, object]) -> bool:
    """Whether an environment was never finished, or made for another Python or checkout."""
    return any(stamp.get(name) != wanted[name] for name in ("python", "place"))


def install(uv: str, venv: Path, interpreter: str, locks: Sequence[Path], *, anew: bool) -> None:
    """Bring `venv` to exactly what `locks` say."""
    if anew or not works([python_of(venv), "--version"]):
        run([uv, "venv", "--quiet", "--clear", "--python", interpreter, str(venv)], "remove it")
    sync = [uv, "pip", "sync", "--python", python_of(venv), "--require-hashes"]
    # compiled once here: Rasa starts in 5 s rather than in 12 where Python may not write caches
    run([*sync, "--compile-bytecode", *map(str, locks)], NETWORK_CURE)


def python_of(venv: Path) -> str:
    return str(venv / "bin" / "python")


def works(command: Sequence[str]) -> bool:
    """Whether `command` can be run and ends well."""
    try:
        return subprocess.run(command, capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def run(command: Sequence[str], cure: str) -> str:
    """Standard output of `command`; its last lines and `cure` in a SetUpError if it fails."""
    environment = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        last_lines = "\n  ".join((done.stderr or done.stdout).strip().splitlines()[-12:])
        name = " ".join([Path(command[0]).name, *command[1:3]])
        raise SetUpError(f"{name} ended with {done.returncode}:\n  {last_lines}\n  Cure: {cure}")
    return done.stdout


def digest(files: Sequence[Path]) -> str:
    """One hash of the contents of `files`."""
    total = hashlib.sha256()
    for file in files:
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def read_stamp(venv: Path) -> dict[str, object]:
    """What `venv` was made from; empty if it was never finished."""
    try:
        return dict(json.loads((venv / STAMP).read_text()))
    except (OSError, ValueError):
        return {}


def write_stamp(venv: Path, stamp: Mapping[str, object]) -> None:
    (venv / STAMP).write_text(json.dumps(stamp))


def report(number: int, text: str) -> None:
    print(f"[{number}/{STEPS}] {text}", flush=True)


@contextmanager
def step(number: int, text: str) -> Iterator[None]:
    """Say what is being done, that it is still being done, and how long it took."""
    report(number, f"{text} ...")
    started, ended = time.monotonic(), threading.Event()

    def tick() -> None:
        while not ended.wait(15):
            print(f"      still at it, {time.monotonic() - started:.0f} s", flush=True)

    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield
    finally:
        ended.set()
        ticker.join()
    print(f"      done in {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
