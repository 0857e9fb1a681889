"""The diagram of the root README: what runs in which account, from the module calls of the root and of an example."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.docs.declarations import read_module

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DIAGRAM = "DIAGRAM"

_QUICK_SETUP = "quick-setup-configuration"
_ADMINISTRATOR = "examples/complete/delegated-administrator"
# Labels of module calls, where the title of the module's README is not specific.
_LABELS = {
    "quick_setup_configuration": "OpsCenter, Change Manager,<br/>any other type",
    "settings": "Trusted access, StackSets,<br/>delegated administrator",
}
_TEMPLATE = """\
```mermaid
flowchart LR
  subgraph management["Management account: root module"]
{management}
    subgraph configurations["Quick Setup configurations"]
{configurations}
    end
    settings --> configurations
    quick_setup --> configurations
  end
  subgraph unit["Dedicated organizational unit"]
    subgraph administrator["Administrator account: separate modules"]
{administrator}
    end
  end
  subgraph members["Member accounts, in each targeted Region"]
    deployed["Roles, associations and settings<br/>that Quick Setup deploys"]
    syncs["Resource data syncs"]
  end
  settings -- registers --> administrator
  configurations -- StackSets --> deployed
  compliance_reporting -- StackSet --> syncs
  syncs -- compliance data --> compliance_reporting
  members -- OpsData --> explorer
```"""


def diagram(repository: Path) -> str:
    """A Mermaid flowchart, which GitHub renders."""
    root = _called(repository)
    configurations = {name: folder for name, folder in root.items() if _is_configuration(folder)}
    others = {name: folder for name, folder in root.items() if name not in configurations}
    return _TEMPLATE.format(
        management=_nodes(others, 4),
        configurations=_nodes(configurations, 6),
        administrator=_nodes(_called(repository / _ADMINISTRATOR), 6),
    )


def _called(folder: Path) -> dict[str, Path]:
    """The folder of each module call of a configuration, by name."""
    return {part.name: (folder / part.type).resolve() for part in read_module(folder).parts if part.kind == "module"}


def _is_configuration(folder: Path) -> bool:
    return folder.name == _QUICK_SETUP or any(called.name == _QUICK_SETUP for called in _called(folder).values())


def _nodes(calls: Mapping[str, Path], indentation: int) -> str:
    return "\n".join(f'{" " * indentation}{name}["{_label(name, folder)}"]' for name, folder in sorted(calls.items()))


def _label(name: str, folder: Path) -> str:
    page = folder / "README.md"
    # A module without one is an error of its own.
    title = page.read_text().partition("\n")[0].removeprefix("# ") if page.exists() else name
    return _LABELS.get(name, title)
