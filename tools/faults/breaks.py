"""The module broken on purpose: the matrix has to see each break.

    make faults BREAKS=1

Each is one replacement in a copy of the repository, and the cells that are then tried. They are compared with a run of
the module that is not broken. Exit status 1 when a break turns no cell bad.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.reattachment.reattached_providers import ReattachedProviders
from harness.workspace import REPOSITORY, temporary_workspaces
from sandbox import Sandbox, Scenario
from tools.faults.interruptions import Interruptions
from tools.faults.matrix import Baseline
from tools.faults.starts import DRIFTED, STATE_LOST, Starts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.faults.cells import Cell, Outcome
    from tools.faults.matrix import Matrix

_SETTINGS = "scripts/systems_manager_organization/installation/apply_settings.py"


@dataclass(frozen=True)
class Break:
    """A break, and where it has to be seen.

    Attributes:
        path: the file, in the repository.
        text: what is replaced; it occurs once in the file.
        event: that of the cells.
        subject: what their subjects contain.
    """

    name: str
    path: str
    text: str
    replacement: str
    example: str
    event: str
    subject: str

    def apply(self, repository: Path) -> None:
        """Raises ValueError unless the file has the text once."""
        file = repository / self.path
        content = file.read_text()
        if content.count(self.text) != 1:
            raise ValueError(f"{self.path} has {content.count(self.text)} times: {self.text}")
        file.write_text(content.replace(self.text, self.replacement))

    def cells_of(self, matrix: Matrix) -> list[Cell]:
        return [cell for cell in matrix.cells if cell.event == self.event and self.subject in cell.subject]


BREAKS = (
    Break(
        "a configuration manager that exists is not refused",
        "modules/quick-setup-configuration/main.tf",
        "!contains(keys(var.prerequisites.creation.existing), local.existing_key)",
        "true",
        "minimal",
        STATE_LOST,
        "aws_ssmquicksetup_configuration_manager",
    ),
    Break(
        "a changed setting is not seen",
        "modules/settings/main.tf",
        "triggers_replace = var.script == null ? {} : merge(local.changes, local.reverts)",
        "triggers_replace = var.script == null ? [] : keys(merge(local.changes, local.reverts))",
        "minimal",
        DRIFTED,
        "delegated-administrator/",
    ),
    Break(
        "the record is written after the changes, not before",
        _SETTINGS,
        '                self._own[key] = found.record(found.change if done else "")\n            self._save()\n',
        '                self._own[key] = found.record(found.change if done else "")\n',
        "minimal",
        "killed after, state late",
        "organizations:RegisterDelegatedAdministrator",
    ),
    Break(
        "settings are restored in the order of the apply",
        _SETTINGS,
        "for key in reversed(sort_by_kind(known)):",
        "for key in sort_by_kind(known):",
        "restore",
        DRIFTED,
        "service-linked-role/",
    ),
    Break(
        "a setting is not restored",
        _SETTINGS,
        "        for key in reversed(sort_by_kind(known)):\n",
        "        for key in reversed(sort_by_kind(known)):\n"
        '            if key.startswith("delegated-administrator/"):\n'
        "                continue\n",
        "minimal",
        DRIFTED,
        "service-linked-role/",
    ),
)


def try_breaks() -> int:
    """Try all of them. Returns the exit status."""
    baselines: dict[str, Baseline] = {}
    unseen = 0
    reattached = ReattachedProviders()
    try:
        with temporary_workspaces(reattached) as intact, Sandbox.start(Scenario.named("bare")) as sandbox:
            for found in BREAKS:
                if found.example not in baselines:
                    baselines[found.example] = Baseline.run(found.example, intact, sandbox)
                outcomes = _try(found, baselines[found.example], reattached)
                bad = [outcome for outcome in outcomes if not outcome.is_good]
                unseen += not bad
                print(f"{'seen' if bad else 'NOT SEEN'}: {found.name}: {len(bad)} of {len(outcomes)} cells", flush=True)
                for outcome in outcomes:
                    print(f"  {outcome}"[:300], flush=True)
    finally:
        reattached.close()
    return 1 if unseen else 0


def _try(found: Break, baseline: Baseline, reattached: ReattachedProviders) -> list[Outcome]:
    with _broken(found) as repository, temporary_workspaces(reattached, repository=repository) as workspaces:
        broken = replace(baseline, workspaces=workspaces)
        return [
            outcome
            for matrix in (Starts(broken), Interruptions(broken))
            for cell in found.cells_of(matrix)
            for outcome in matrix.run([cell])
        ]


@contextmanager
def _broken(found: Break) -> Iterator[Path]:
    """A copy of the repository with the break."""
    with tempfile.TemporaryDirectory(prefix="broken-") as folder:
        copy = Path(folder) / "repository"
        shutil.copytree(REPOSITORY, copy, ignore=shutil.ignore_patterns(".*"))
        found.apply(copy)
        yield copy
