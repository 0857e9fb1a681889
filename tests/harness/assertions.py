"""How every test that applied something ends."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from harness.results import Plan
    from harness.terraform import Terraform
    from sandbox import Call, Sandbox

# What a plan may call: it reads, whatever else happens. GetCallerIdentity and AssumeRole change nothing either.
READ_ONLY = ("*:Describe*", "*:Get*", "*:Head*", "*:List*", "sts:AssumeRole")


def assert_clean_destroy(
    terraform: Terraform,
    sandbox: Sandbox,
    before: Mapping[str, Any],
    *,
    allowed_calls: Collection[str],
    remains: Collection[str] = (),
    warnings: Collection[str] = (),
) -> None:
    """Plan again, destroy, and compare the organization with what it was.

    Parameters
    ----------
    before: `sandbox.snapshot()` from before the first apply
    allowed_calls: patterns of what the test may have called at AWS, "service:Operation", with * and ?; reading is in it
    remains: patterns of the differences that destroy leaves on purpose, as `differences` names them; each must occur
    warnings: summaries that the empty plan may warn with

    Raises AssertionError naming everything that is wrong with the step that fails.
    """
    assert_plan_empty(plan_read_only(terraform, sandbox), warnings=warnings)
    terraform.destroy()
    assert_calls(sandbox.calls, allowed_calls)
    assert_same(before, sandbox.snapshot(), retained=remains)


def plan_read_only(terraform: Terraform, sandbox: Sandbox) -> Plan:
    """Plan and make sure that AWS was asked only to read. Raises AssertionError."""
    known = len(sandbox.calls)
    plan = terraform.plan()
    assert_calls(sandbox.calls[known:], ())
    return plan


def assert_plan_empty(plan: Plan, *, warnings: Collection[str] = ()) -> None:
    """Nothing to change, and no warning but those with these summaries. Raises AssertionError."""
    unexpected = [str(warning) for warning in plan.warnings if warning.summary not in warnings]
    assert plan.is_empty, f"The plan is not empty:\n{plan}"
    assert not unexpected, "The plan warns:\n" + "\n".join(unexpected)


def assert_calls(calls: Iterable[Call], allowed: Collection[str]) -> None:
    """Every call matches a pattern of `allowed` or only reads. Raises AssertionError with the calls that do not."""
    made = {f"{call.service}:{call.operation}" for call in calls}
    wrong = sorted(name for name in made if not _matches(name, (*READ_ONLY, *allowed)))
    assert not wrong, f"Calls that are not allowed here: {', '.join(wrong)}"


def assert_same(before: Mapping[str, Any], after: Mapping[str, Any], *, remains: Collection[str] = ()) -> None:
    """The two snapshots differ in what `remains` names and nothing else. Raises AssertionError."""
    found = differences(before, after)
    unexpected = [f"{path}: {found[path]}" for path in found if not _matches(path, remains)]
    missing = [pattern for pattern in remains if not any(fnmatchcase(path, pattern) for path in found)]
    assert not unexpected, "The organization is not as it was:\n" + "\n".join(unexpected)
    assert not missing, f"Expected to remain, but equal to what was before: {', '.join(missing)}"


def assert_no_violations(sandbox: Sandbox) -> None:
    """No request and no response broke AWS's service models. Raises AssertionError."""
    violations = "\n".join(map(str, sandbox.violations))
    assert not violations, f"AWS's service models were broken:\n{violations}"


def differences(before: object, after: object) -> dict[str, str]:
    """What differs between two JSON-able documents, by path: keys joined with "/".

    An element of a list goes by its value when that is a string, by its arn, id or name when it is an object that has
    one, and by its position otherwise; only in the last case does the order count.
    """
    return dict(_differences(before, after, ""))


def _differences(before: object, after: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(before, list) and isinstance(after, list):
        before, after = _keyed(before), _keyed(after)
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _member(before, after, key, f"{path}/{key}" if path else str(key))
    elif before != after:
        yield path, f"was {before!r}, is {after!r}"


def _keyed(items: list[Any]) -> dict[str, Any]:
    keys = [_key(item) for item in items]
    if None in keys or len(set(keys)) < len(keys):
        return {str(index): item for index, item in enumerate(items)}
    return dict(zip(map(str, keys), items, strict=True))


def _key(item: object) -> str | None:
    if isinstance(item, str):
        return item
    if isinstance(item, dict):
        return next((item[name] for name in ("arn", "id", "name") if isinstance(item.get(name), str)), None)
    return None


def _member(before: dict[Any, Any], after: dict[Any, Any], key: object, path: str) -> Iterator[tuple[str, str]]:
    if key in before and key in after:
        yield from _differences(before[key], after[key], path)
    elif isinstance(present := before.get(key, after.get(key)), list) and present:
        # A list that comes or goes is told element by element, so that `remains` can name each.
        yield from _differences(before.get(key, []), after.get(key, []), path)
    elif key in before:
        yield path, f"gone: {before[key]!r}"
    else:
        yield path, f"new: {after[key]!r}"


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
