"""A call of a module that takes Regions and tags."""

from __future__ import annotations

from typing import Any


def call_of(module: str) -> dict[str, Any]:
    """With `regions`, `tags` and the output `called`."""
    call = {"source": f"../module/modules/{module}", "regions": "${var.regions}", "tags": "${var.tags}"}
    return {
        "variable": {"regions": {"default": ["us-east-1"]}, "tags": {"default": {"Owner": "cloud"}}},
        "modules": {"called": call},
        "output": {"called": {"value": "${module.called}"}},
    }
