"""`make reports`: the public reports of tests/reports as a table, each with its subject and its test."""

from __future__ import annotations

from collections import Counter

from reports.report_cases import report_cases
from tools.entry_point import run


def main() -> int:
    """Print the table in Markdown. Returns the exit status."""
    cases = report_cases()
    print("| report | subject | what was reported | before | test |")
    print("|---|---|---|---|---|")
    for case in cases:
        print(f"| {case.report} | {case.subject} | {case.reported} | {case.before or '-'} | {case.tried_by} |")
    before = Counter(case.before for case in cases)
    print(f"\n{len(cases)} reports of {len({case.subject for case in cases})} subjects.")
    tried = f"{before['red']} red, {before['green']} green"
    print(f"Before they were looked at: {tried}, {before['']} not tried: their tests need what came later.")
    return 0


if __name__ == "__main__":
    run(main)
