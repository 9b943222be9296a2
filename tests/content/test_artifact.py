"""What ``sam build`` puts into Lambda: the target's own wheels, all that the code imports, and nothing from our desks.

The artifact is built here as SAM does it, with ``functions/Makefile`` in a copy of the folder.
"""

from __future__ import annotations

import ast
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from firedoor.cli import template

ROOT = Path(__file__).parent.parent.parent
HANDLERS = {"classify", "decide", "inspect_logs", "respond", "timer"}
RUNTIME_HAS = {"boto3", "botocore"}
"""What Lambda's Python runtime brings along."""

NOT_IN_3_14 = {"aifc", "cgi", "cgitb", "crypt", "distutils", "imghdr", "imp", "lib2to3", "pipes", "telnetlib", "uu"}
"""Modules that left the standard library after 3.11, as far as anybody would import them."""

SIZE_LIMIT = 25 * 1024 * 1024
AARCH64 = 183
"""``e_machine`` in an ELF file."""


def make(where: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make in a folder and return what it printed."""
    command = [shutil.which("make") or "make", *arguments]
    return subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)  # noqa: S603  our own words


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build one function's artifact; the others' are made by the same commands."""
    where = tmp_path_factory.mktemp("artifact")
    source, built = where / "functions", where / "built"
    shutil.copytree(ROOT / "functions", source, ignore=shutil.ignore_patterns("__pycache__"))
    built.mkdir()
    done = make(source, "build-ClassifyFunction", f"ARTIFACTS_DIR={built}", f"PYTHON={sys.executable}")
    if done.returncode and "connection broken" in done.stderr:
        pytest.skip("No package index can be reached, so nothing can be built.")
    assert 0 == done.returncode, done.stderr
    return built


def test_all_functions_are_built_by_the_same_commands() -> None:
    """One artifact, five roles: the Makefile has a target for each function of the template and treats them alike."""
    commands = set()
    for function in template.resources("AWS::Serverless::Function"):
        done = make(ROOT / "functions", "--dry-run", f"build-{function}", "ARTIFACTS_DIR=somewhere")
        assert 0 == done.returncode, done.stderr
        commands.add(done.stdout)
    assert 1 == len(commands)


def test_the_makefile_builds_for_the_templates_runtime() -> None:
    """Python's version and the processor are said in two places."""
    function = template.read_template()["Globals"]["Function"]
    text = (ROOT / "functions" / "Makefile").read_text("utf-8")
    assert [function["Runtime"]] == [f"python{version}" for version in re.findall(r"--python-version (\S+)", text)]
    assert ["arm64"] == function["Architectures"]
    assert {"aarch64"} == set(re.findall(r"--platform manylinux\w*?_(aarch64|x86_64)", text))


def test_what_is_shipped_is_what_is_tested() -> None:
    """Every package is locked by hash, to the version that the tests run with."""
    shipped = (ROOT / "functions" / "requirements.txt").read_text("utf-8")
    tested = (ROOT / "requirements" / "dev.txt").read_text("utf-8")
    pins = re.findall(r"^([a-z0-9-]+==\S+)", shipped, re.MULTILINE)
    assert pins
    for pin in pins:
        assert re.search(rf"^{re.escape(pin)} \\\n    --hash=sha256:", shipped, re.MULTILINE), pin
        assert re.search(rf"^{re.escape(pin)}(?=\s)", tested, re.MULTILINE), pin


def test_only_the_locked_packages_are_in_it(artifact: Path) -> None:
    """Nothing from dev or test, and not what the runtime has already."""
    shipped = (ROOT / "functions" / "requirements.txt").read_text("utf-8")
    locked = {name.replace("-", "_") for name in re.findall(r"^([a-z0-9-]+)==", shipped, re.MULTILINE)}
    installed = {folder.name.partition("-")[0] for folder in artifact.glob("*.dist-info")}
    assert locked == installed
    assert not [name for name in RUNTIME_HAS if (artifact / name).exists()]


def test_our_own_code_is_in_it_without_the_command_line(artifact: Path) -> None:
    """The handlers and the library with its data; no tests, caches or scripts."""
    assert {path.parent.name for path in artifact.glob("*/app.py")} == HANDLERS
    kept = {
        path.relative_to(ROOT / "functions")
        for path in (ROOT / "functions" / "firedoor").rglob("*")
        if path.is_file() and not {"cli", "__pycache__"} & set(path.parts)
    }
    found = {path.relative_to(artifact) for path in (artifact / "firedoor").rglob("*") if path.is_file()}
    assert kept == found
    for name in ("bin", "tests", "Makefile", "requirements.txt", "firedoor.egg-info"):
        assert not (artifact / name).exists()
    assert [] == list(artifact.rglob("__pycache__"))


def test_wheels_are_for_the_target(artifact: Path) -> None:
    """Pure Python, or CPython of the runtime on arm64 with a C library as old as the runtime's."""
    version = template.read_template()["Globals"]["Function"]["Runtime"].removeprefix("python").replace(".", "")
    good = re.compile(rf"(py2|py3)-none-any|cp{version}-cp{version}-(manylinux2014|manylinux_2_(17|28))_aarch64")
    tags = [
        tag
        for wheel in artifact.glob("*.dist-info/WHEEL")
        for tag in re.findall(r"^Tag: (.+)$", wheel.read_text("utf-8"), re.MULTILINE)
    ]
    assert tags
    assert [] == [tag for tag in tags if not good.fullmatch(tag.strip())]


def test_machine_code_is_for_the_target(artifact: Path) -> None:
    """The files say so themselves, whatever the tags say."""
    libraries = [path for path in artifact.rglob("*") if ".so" in path.suffixes]
    assert libraries
    for path in libraries:
        head = path.read_bytes()[:20]
        assert b"\x7fELF" == head[:4]
        assert (AARCH64,) == struct.unpack("<H", head[18:20]), path.name


def test_it_is_small(artifact: Path) -> None:
    """At most 25 MB unpacked: what is not there need not be loaded at a cold start."""
    assert sum(path.stat().st_size for path in artifact.rglob("*") if path.is_file()) <= SIZE_LIMIT


def test_everything_that_is_imported_is_there(artifact: Path) -> None:
    """In the artifact, the runtime or the standard library; lazy imports count too, for they fail late."""
    present = {path.stem for path in artifact.iterdir()} | RUNTIME_HAS | (set(sys.stdlib_module_names) - NOT_IN_3_14)
    missing = [
        f"{path.relative_to(artifact)}: {name}"
        for folder in (*HANDLERS, "firedoor")
        for path in sorted((artifact / folder).rglob("*.py"))
        for name in _imported(path)
        if name.partition(".")[0] not in present or name.startswith("firedoor.cli")
    ]
    assert [] == missing


def _imported(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports anywhere but for the type checker."""
    tree = ast.parse(path.read_text("utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
