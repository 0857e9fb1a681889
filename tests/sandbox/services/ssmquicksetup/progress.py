"""The progress of configuration managers, by the virtual clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox.services.ssmquicksetup import deployment, targeting
from sandbox.services.ssmquicksetup.manager import ConfigurationManager, PendingWork

# ASSUMPTION(quick-setup-durations): AWS publishes no durations; minutes to an hour are usual.
INITIALIZING_TIME = timedelta(seconds=30)
DEPLOYMENT_TIME = timedelta(seconds=60)
EXECUTIONS_TIME = timedelta(seconds=60)
DELETION_TIME = timedelta(seconds=60)
# ASSUMPTION(quick-setup-durations): the associations of every schedule run again after a day, and not at once
# where a node becomes managed.
EXECUTIONS_INTERVAL = timedelta(days=1)


def begin_deployment(manager: ConfigurationManager, now: datetime) -> None:
    """Start deploying all definitions, as after creation and after each update."""
    manager.pending_work = PendingWork("deploy", now)
    manager.executions_due_at = manager.executed_at = None
    manager.modified_at = now
    manager.deployment.set("INITIALIZING", now)
    manager.executions.set("NONE", now)


def begin_deletion(manager: ConfigurationManager, now: datetime) -> None:
    """Start the deletion of the manager."""
    manager.pending_work = PendingWork("delete", now)
    manager.executions_due_at = manager.executed_at = None
    manager.modified_at = now
    manager.deployment.set("DELETING", now)


def add_existing(manager: ConfigurationManager, status: str, now: datetime) -> None:
    """Set the status of an existing manager."""
    if status in {"INITIALIZING", "DEPLOYING"}:
        begin_deployment(manager, now)
    elif status == "DELETING":
        begin_deletion(manager, now)
    elif status == "SUCCEEDED":
        for definition in manager.definitions:
            deployment.deploy(manager, definition, now)
        manager.deployment.set("SUCCEEDED", now)
        _finish_executions(manager, now)
    else:
        manager.deployment.set(status, now)


def advance(manager: ConfigurationManager, now: datetime) -> bool:
    """Process due operations. Return whether the manager still exists."""
    if manager.pending_work is not None and manager.pending_work.kind == "delete":
        return _advance_deletion(manager, manager.pending_work, now)
    if manager.pending_work is not None:
        _advance_deployment(manager, manager.pending_work, now)
    if manager.executions_due_at is not None and now >= manager.executions_due_at:
        _finish_executions(manager, manager.executions_due_at)
    if manager.executed_at is not None and manager.is_finished:
        # Of several due runs only the last one is visible.
        runs = (now - manager.executed_at) // EXECUTIONS_INTERVAL
        if runs:
            _finish_executions(manager, manager.executed_at + runs * EXECUTIONS_INTERVAL)
    return True


def _advance_deployment(manager: ConfigurationManager, pending_work: PendingWork, now: datetime) -> None:
    if now < pending_work.started_at + INITIALIZING_TIME:
        return
    if now < pending_work.started_at + DEPLOYMENT_TIME:
        manager.deployment.set("DEPLOYING", pending_work.started_at + INITIALIZING_TIME)
        _begin(manager, pending_work.started_at + INITIALIZING_TIME)
        return
    finished_at = pending_work.started_at + DEPLOYMENT_TIME
    manager.pending_work = None
    _begin(manager, pending_work.started_at + INITIALIZING_TIME)
    problems = _deploy(manager, finished_at)
    if problems:
        manager.deployment.set("FAILED", finished_at, "; ".join(problems))
    else:
        manager.deployment.set("SUCCEEDED", finished_at)
    if any(deployed.succeeded for definition in manager.definitions for deployed in definition.deployed.values()):
        manager.executions.set("DEPLOYING", finished_at)
        manager.executions_due_at = finished_at + EXECUTIONS_TIME


def _begin(manager: ConfigurationManager, at: datetime) -> None:
    if not _failed_preconditions(manager):
        for definition in manager.definitions:
            targeting.begin(manager, definition, definition.steps[0][0], at)


def _deploy(manager: ConfigurationManager, at: datetime) -> list[str]:
    failed_preconditions = _failed_preconditions(manager)
    if not failed_preconditions:
        outcomes = [deployment.deploy(manager, definition, at) for definition in manager.definitions]
        return [problem for problem in outcomes if problem is not None]
    for definition in manager.definitions:
        # Of an operation that had begun before the obstacle was there.
        for stack_set in definition.stack_sets.values():
            stack_set.fail(failed_preconditions[0], at)
    return failed_preconditions


def _failed_preconditions(manager: ConfigurationManager) -> list[str]:
    found = [deployment.failed_precondition(manager, definition) for definition in manager.definitions]
    return [problem for problem in found if problem is not None]


def _finish_executions(manager: ConfigurationManager, at: datetime) -> None:
    manager.executions_due_at, manager.executed_at = None, at
    results = [deployment.run_associations(definition, at) for definition in manager.definitions]
    manager.executions.set("SUCCEEDED" if all(results) else "FAILED", at)


def _advance_deletion(manager: ConfigurationManager, pending_work: PendingWork, now: datetime) -> bool:
    if now < pending_work.started_at + DELETION_TIME:
        return True
    finished_at = pending_work.started_at + DELETION_TIME
    manager.pending_work = None
    # A role that is not there is refused at once: rules.py.
    problems = [
        problem
        for definition in manager.definitions
        if (problem := deployment.find_definition_role_error(manager, definition)) is not None
    ]
    problems = problems or [
        problem
        for definition in manager.definitions
        if (problem := deployment.undeploy(definition, finished_at)) is not None
    ]
    if problems:
        manager.deployment.set("DELETE_FAILED", finished_at, "; ".join(problems))
    return bool(problems)
