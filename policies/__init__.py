"""Checkov imports the policies of a folder that has this file: see docs/usage/checkov-policies.md."""

from __future__ import annotations

from pathlib import Path

__all__ = [file.stem for file in Path(__file__).parent.glob("[!_]*.py")]
