"""The built template as ``sam local invoke`` takes it: ``make sam-local`` writes it beside the one of ``make build``.

SAM hands a variable of ``sam-local-env.json`` to a function only if the template has that variable too. No function in
AWS has an ``AWS_ENDPOINT_URL`` or credentials of its own, so that from the built template SAM would drop them without a
word, and the function would call AWS with the credentials of whoever tries it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from local.cloud import ROOT, long_form

from firedoor.cli.template import read_template

VARIABLES = ROOT / "sam-local-env.json"
BUILT = ROOT / ".aws-sam" / "build" / "template.yaml"
FOR_DOCKER = BUILT.with_name("sam-local.json")


def with_variables(template: Mapping[str, Any], variables: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return the template with the variables of ``variables`` (function → name → value) added to its functions."""
    written: dict[str, Any] = json.loads(json.dumps(template))
    for function, own in variables.items():
        environment = written["Resources"][function]["Properties"].setdefault("Environment", {})
        environment["Variables"] = {**environment.get("Variables", {}), **own}
    return written


def main() -> None:
    """Write the template."""
    template = long_form(read_template(BUILT))
    FOR_DOCKER.write_text(json.dumps(with_variables(template, json.loads(VARIABLES.read_text("utf-8")))), "utf-8")
    print(f"{FOR_DOCKER.relative_to(ROOT)} is what `sam local invoke` runs; it needs Docker.")


if __name__ == "__main__":
    main()
