"""The fixtures of every test.

`sandbox` is an organization, fresh for each test. `checkout` gives a configuration of the repository to apply to it.
"""

from __future__ import annotations

import gc
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from harness import HarnessError
from harness.assertions import assert_no_violations
from harness.forking.scripts import ScriptServer
from harness.forking.shared_clients import share_clients
from harness.providers import prepare_providers
from harness.reattachment.reattached_providers import ReattachedProviders
from harness.workspace import DOWNLOADS, Workspaces
from scheduling import InOrder, in_order
from systems_manager_organization.aws.garbage_collection import pause_garbage_collection, resume_garbage_collection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xdist.remote import Producer

    from harness.providers import Providers
    from harness.terraform import Terraform
    from sandbox import Sandbox


def pytest_sessionstart() -> None:
    pause_garbage_collection()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = in_order(items)


def pytest_collection_finish() -> None:
    """Modules and tests live as long as the process: to look for garbage among them took a quarter of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
    resume_garbage_collection()


def pytest_sessionfinish() -> None:
    """pytest looks for garbage five times before it ends, for what complains when it is deleted: in what is new."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> InOrder:
    return InOrder(config, log)


class Checkout(Protocol):
    """Initialise a configuration of the repository; its AWS is the test's sandbox, as `account_id`."""

    def __call__(
        self, configuration: str = ".", *, account_id: str | None = None, variables: dict[str, object] | None = None
    ) -> Terraform: ...


@pytest.fixture(scope="session", autouse=True)
def shared_clients() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        share_clients(patch.setattr)
        yield


@pytest.fixture(scope="session")
def providers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Providers]:
    """The providers of this machine, with the stand-in for hashicorp/external where it is needed."""
    try:
        folder = tmp_path_factory.mktemp("providers")
        with prepare_providers(folder, download=DOWNLOADS, by_scripts=True) as prepared:
            yield prepared
    except HarnessError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def workspaces(tmp_path_factory: pytest.TempPathFactory, providers: Providers) -> Iterator[Workspaces]:
    """Copies of the repository to run Terraform in."""
    with closing(ReattachedProviders()) as reattached, ScriptServer() as scripts:
        yield Workspaces(tmp_path_factory.mktemp("workspaces"), providers, reattached=reattached, scripts=scripts)


@pytest.fixture(scope="session")
def sandbox_of_session() -> Iterator[Sandbox]:
    """The one server of the session; tests want `sandbox`."""
    from sandbox import Sandbox, Scenario

    with Sandbox.start(Scenario.named("bare")) as started:
        yield started


@pytest.fixture(scope="session")
def inspectors(sandbox_of_session: Sandbox) -> Callable[..., Any]:
    """`Sandbox.client`, one client of a kind for all tests: making one takes longer than most tests."""
    create = cache(sandbox_of_session.client)

    def inspector(service: str, account_id: str | None = None, region: str | None = None) -> Any:
        return create(service, account_id or sandbox_of_session.scenario.management_account.id, region)

    return inspector


@pytest.fixture
def sandbox(request: pytest.FixtureRequest, sandbox_of_session: Sandbox) -> Iterator[Sandbox]:
    """A fresh organization: the scenario of the test's marker `scenario`, or `bare`.

    The test fails when a request or response broke AWS's service model; a test about that empties `sandbox.violations`.
    """
    from sandbox import Scenario

    marker = request.node.get_closest_marker("scenario")
    sandbox_of_session.reset(Scenario.named(marker.args[0] if marker else "bare"))
    yield sandbox_of_session
    assert_no_violations(sandbox_of_session)


@pytest.fixture
def checkout(workspaces: Workspaces, sandbox: Sandbox) -> Checkout:
    """Configurations of the repository, applied to the test's sandbox."""

    def check_out(
        configuration: str = ".", *, account_id: str | None = None, variables: dict[str, object] | None = None
    ) -> Terraform:
        return workspaces.checkout(configuration, sandbox.environment(account_id), variables=variables)

    return check_out
