"""What the README and the operations page name exists, and the generated page is current."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from local import docker

from firedoor.cli import COMMANDS, template
from firedoor.settings import OPTIONAL, REQUIRED

ROOT = Path(__file__).parent.parent.parent
PAGES = ["README.md", "docs/operations.md", "docs/inspection.md"]


def text(page: str) -> str:
    """Return a page."""
    return (ROOT / page).read_text("utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_is_named_exists(page: str) -> None:
    """``firedoor …`` in code is a command of the command line."""
    named = set(
        re.findall(
            r"firedoor ([a-z]+)\b(?=[ `\n])", "\n".join(re.findall(r"`[^`]+`|^.*bin/firedoor.*$", text(page), re.M))
        )
    )
    assert named
    assert named <= set(COMMANDS)


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_is_named_exists(page: str) -> None:
    """Sample events, folders, linked pages."""
    named = set(re.findall(r"\b((?:events|playbooks|docs|deploy|functions|tests|benchmarks)/[\w./-]*\w)", text(page)))
    named |= {
        str(Path("docs") / link) if page.startswith("docs/") else link
        for link in re.findall(r"\]\((?!http)([^)#]+)\)", text(page))
    }
    missing = [name for name in named if not (ROOT / name).exists() and "my-" not in name]
    assert [] == missing


def test_every_test_that_the_threat_model_names_exists() -> None:
    """A claim without a test is a hope."""
    named = set(re.findall(r"`(test_\w+)`", text("docs/threat-model.md")))
    code = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert len(named) > 10
    assert [] == [name for name in named if f"def {name}(" not in code]


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_that_is_named_exists(page: str) -> None:
    """``make …`` works."""
    targets = set(re.findall(r"^([a-z0-9-]+):", text("Makefile"), re.M))
    assert set(re.findall(r"^make ([a-z0-9-]+)|`make ([a-z0-9-]+)`", text(page), re.M)) <= {
        pair for target in targets for pair in ((target, ""), ("", target))
    }


def test_every_queue_of_dead_letters_is_explained() -> None:
    """Who comes from the alarm finds what lies there."""
    names = {queue["Properties"]["QueueName"]["Fn::Sub"] for queue in template.resources("AWS::SQS::Queue").values()}
    explained = set(re.findall(r"^\| `firedoor-(\w+-dlq)` ", text("docs/operations.md"), re.M))
    assert {name.removeprefix("${AWS::StackName}-") for name in names if name.endswith("-dlq")} == explained


def test_the_local_environment_names_every_function_and_variable() -> None:
    """``sam local invoke`` gets what the functions read."""
    environments = json.loads(text("sam-local-env.json"))
    assert set(template.resources("AWS::Serverless::Function")) == set(environments)
    for variables in environments.values():
        assert set(REQUIRED) | set(OPTIONAL) <= set(variables)


def test_a_function_in_docker_calls_the_local_aws_and_no_other() -> None:
    """SAM drops a variable that the template does not have: the endpoint and the credentials must be in it."""
    variables = json.loads(docker.VARIABLES.read_text("utf-8"))
    written = docker.with_variables(template.read_template(), variables)
    for name, resource in written["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            given = resource["Properties"]["Environment"]["Variables"]
            assert set(variables[name]) <= set(given)
            assert {"http://moto:5000", "testing"} == {given["AWS_ENDPOINT_URL"], given["AWS_ACCESS_KEY_ID"]}
    config = tomllib.loads(text("samconfig.toml"))["default"]["local_invoke"]["parameters"]
    assert docker.FOR_DOCKER == ROOT / config["template_file"]
    assert docker.VARIABLES == ROOT / config["env_vars"]
