"""Other inputs for a module of a configuration that a test wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.terraform import Terraform


def change_inputs(terraform: Terraform, module: str, **inputs: object) -> None:
    """Write them into the call `module` of main.tf.json, beside those that stay."""
    file = terraform.directory / "main.tf.json"
    document = json.loads(file.read_text())
    document["module"][module] |= inputs
    file.write_text(json.dumps(document))
