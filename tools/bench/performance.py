"""Writes docs/reference/performance.md: what a run of all benchmarks printed, and its curves."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from harness.workspace import REPOSITORY
from tools.bench.module.curves import draw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.bench.module.curves import Curve

PAGE_WIDTH = 120
_PAGE = REPOSITORY / "docs" / "reference" / "performance.md"
_CURVES = REPOSITORY / "docs" / "images" / "performance.svg"

_TEXT = """\
# Performance

Written by `make bench WRITE=1` at commit {commit}, from one run of all benchmarks on one machine. Ratios: the
module beside the same resources without module, checks and scripts
([`tools/bench/module/baseline`](../../tools/bench/module/baseline/main.tf)); scripts beside Python that creates the
same clients; reports beside the lower bound of their calls, of which one is botocore's own time for them: a report
that leaves long responses as JSON has them is below it. AWS is the
[sandbox](../development/architecture.md#the-sandbox).

![Seconds of an empty plan by accounts, target units and patch policies](../images/performance.svg)

What an empty plan of the module costs beyond its resources:

- one run of `observe.py organization`: the start of Python and its AWS clients, then the calls below. Settings and
  configuration managers wait for it, since nothing may be created before the checks;
- Terraform's own work for each variable, local value and output of the modules, once to validate and once to plan: a
  graph of hundreds of nodes. By a sampling profiler (`perf`, Terraform 1.11, providers already running), building it
  takes a third of Terraform's processor time, two fifths of that to write each step's graph as text for a log that is
  not kept; validations take a tenth, and the table of functions that every expression gets another;
- the start of the provider `hashicorp/external`: for its schema, to validate and to plan.

An apply also runs `ensure.py settings` once, before the configuration managers, which need the settings, and a destroy
after them. A destroy reads before any change whether the administrator account still has what a deregistration would
strand. One more patch policy costs a call of GetConfigurationManager, which AWS allows five times a second: the list
of managers has neither their targets nor their tags.

Tried without gain: no validations at all (0.2 of 3.6 seconds of processor time, and no shorter plan); `GOGC` and
`GOMAXPROCS` of Terraform; DuckDB with less memory. Not built: a manager's targets from `FirstClassParameters` of the
list, which no source explains.

```text
{printed}
```
"""


def write_page(printed: str, curves: Sequence[Curve]) -> None:
    """Raises OSError."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=REPOSITORY, check=True, capture_output=True, text=True
    ).stdout.strip()
    lines = "\n".join(line.rstrip() for line in printed.strip().splitlines())
    draw(curves, _CURVES)
    _PAGE.write_text(_TEXT.format(commit=commit, printed=lines), encoding="utf-8")
