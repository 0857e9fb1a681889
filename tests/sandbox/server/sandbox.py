"""The sandbox: a local AWS Organization, with inspection, fault injection and a virtual clock."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Self

import botocore.session
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.sts.models import sts_backends

from sandbox import snapshot
from sandbox.authorization.enforcement import Permissions
from sandbox.clock import Clock, clock
from sandbox.faults import Faults
from sandbox.protocol.errors import allow_common_codes_in_moto
from sandbox.scenarios.seed import seed
from sandbox.server.calls import Call, Callback, CallLog
from sandbox.server.gateway import INSPECTOR_HEADER, Gateway
from sandbox.server.identity import SECRET_ACCESS_KEY, Identities, administrator_key
from sandbox.server.rates import Rates
from sandbox.server.recording import Exchange, Recorder
from sandbox.server.role_clients import RoleClients
from sandbox.server.transport import Server
from sandbox.services.cloudformation.stack_sets.member_stacks import injected_failures as stack_instance_failures
from sandbox.services.iam.models import documents_of, iam_backend_of
from sandbox.services.installation import install
from sandbox.services.installation import reset as reset_services
from sandbox.services.ssm.automation.executions import connection as automation
from sandbox.services.ssmquicksetup.behavior import Behavior, behavior
from sandbox.services.ssmquicksetup.configuration_types.server_parameters import server_parameters
from sandbox.services.ssmquicksetup.failures import injected_failures as deployment_failures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType

    from sandbox.protocol.validation import Violation
    from sandbox.scenarios.scenario import Scenario

DEFAULT_REGION = "us-east-1"


class SandboxError(Exception):
    """The sandbox cannot start; the message has the reason."""


class Moto(DomainDispatcherApplication):
    """moto's server, which raises NotImplementedError for an unknown service, in place of a failure on its name."""

    def get_backend_for_host(self, host: str | None) -> Any:
        """The name of moto's backend. Raises NotImplementedError when a service has none."""
        if host is None or "." not in host:
            return super().get_backend_for_host(host)
        backend = next((name for name, pattern in self.backend_url_patterns if pattern.match(f"http://{host}")), None)
        if backend is None:
            raise NotImplementedError(host)
        return backend


class Sandbox:
    """A running sandbox. One at a time in a process: moto keeps its state in the process."""

    _running = threading.Lock()

    def __init__(self, scenario: Scenario, port: int, calls: CallLog) -> None:
        self._lock = threading.RLock()
        # One session for all clients: it keeps the service models, which take long to read.
        self._session: Any = botocore.session.get_session()
        self._session_lock = threading.Lock()
        self._calls = calls
        self._identities = Identities()
        self.faults = Faults()
        self.rates = Rates()
        self.permissions = Permissions()
        application = Moto(create_backend_app)
        self._gateway = Gateway(
            application, self._identities, self.faults, self.rates, self.permissions, self._calls, self._lock
        )
        automation.client = RoleClients(self._gateway, self.permissions, self._session).client
        install()
        allow_common_codes_in_moto()
        self.scenario = scenario
        self.reset(scenario)
        self._server = Server(self._gateway, port)

    @classmethod
    def start(cls, scenario: Scenario, *, port: int = 0, log: Path | None = None) -> Sandbox:
        """Start on ``port`` of 127.0.0.1 (0: a free one), with each call also written to ``log`` as a line of JSON.

        Raises SandboxError when another one runs in this process, OSError when the port is taken.
        """
        if not cls._running.acquire(blocking=False):
            raise SandboxError("a sandbox is already running in this process; stop it, or reset it to another scenario")
        with ExitStack() as undo:
            undo.callback(cls._running.release)
            calls = CallLog(log)
            undo.callback(calls.close)
            sandbox = cls(scenario, port, calls)
            undo.pop_all()
        sandbox._server.start()
        return sandbox

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop listening, close connections and the log file."""
        self._server.stop()
        self._calls.close()
        self._running.release()

    @property
    def endpoint_url(self) -> str:
        """Where it listens. An IP address: with a name, S3 clients would use ``bucket.localhost``."""
        return f"http://127.0.0.1:{self._server.port}"

    def environment(self, account_id: str | None = None, region: str = DEFAULT_REGION) -> dict[str, str]:
        """The variables by which SDKs, the AWS CLI and Terraform find it, as the administrator of an account.

        ``account_id`` defaults to the management account.
        """
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": administrator_key(account_id or self.scenario.management_account.id),
            "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "AWS_REGION": region,
            # boto3 reads this one only, Terraform's provider both.
            "AWS_DEFAULT_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def role_environment(self, role_arn: str, region: str = DEFAULT_REGION) -> dict[str, str]:
        """The same variables, with a session of a role that a service assumed, and the policies that it has now."""
        account_id = role_arn.split(":")[4]
        with self._lock:
            self.permissions.enforce(role_arn, *documents_of(iam_backend_of(account_id).get_role_by_arn(role_arn)))
            session = sts_backends[account_id]["aws"].assume_role(region, "Service", role_arn, "", 3600, "")
        return {
            **self.environment(account_id, region),
            "AWS_ACCESS_KEY_ID": session.access_key_id,
            "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
            "AWS_SESSION_TOKEN": session.session_token,
        }

    def client(self, service: str, account_id: str | None = None, region: str | None = None) -> Any:
        """An SDK client of an inspector: validated as every other, but not in ``calls`` and not subject to faults."""
        # botocore's sessions are not thread-safe.
        with self._session_lock:
            client = self._session.create_client(
                service,
                endpoint_url=self.endpoint_url,
                region_name=region or DEFAULT_REGION,
                aws_access_key_id=administrator_key(account_id or self.scenario.management_account.id),
                aws_secret_access_key=SECRET_ACCESS_KEY,
            )
        client.meta.events.register("before-sign.*.*", _mark_inspector)
        return client

    @property
    def calls(self) -> list[Call]:
        """Every answered call since the start or the last reset, in order."""
        return self._calls.all()

    def on_call(self, callback: Callback) -> Callable[[], None]:
        """Call ``callback`` with every call before the response; returns a function that unsubscribes it."""
        return self._calls.subscribe(callback)

    @property
    def violations(self) -> list[Violation]:
        """Every break of a service's model so far, by requests and by the sandbox's own answers.

        A test that provokes one on purpose clears the list.
        """
        return self._gateway.violations

    @contextmanager
    def recording(self) -> Iterator[list[Exchange]]:
        """Have every request with its answer in the list, in the order of the answers, also those of inspectors."""
        exchanges: list[Exchange] = []
        self._server.gateway = Recorder(self._gateway, exchanges)
        try:
            yield exchanges
        finally:
            self._server.gateway = self._gateway

    @property
    def clock(self) -> Clock:
        """The virtual clock."""
        return clock

    @property
    def quick_setup(self) -> Behavior:
        """What Quick Setup does where AWS's sources leave it open, to change at any time; a reset undoes it."""
        return behavior

    def snapshot(self) -> dict[str, Any]:
        """The state of the organization as plain data."""
        with self._lock:
            return snapshot.take()

    def fail_deployment(self, name: str, account_id: str, region: str, reason: str | None) -> None:
        """Create the deployments of the configuration manager ``name`` to an account and Region fail with ``reason``.

        The reason is in the results of the StackSet operation. A reason of None lets them succeed again.
        """
        with self._lock:
            deployment_failures.set(name, account_id, region, reason)

    def fail_stack_instance(self, stack_set_name: str, account_id: str, region: str, reason: str | None) -> None:
        """Make what the StackSet deploys to an account and Region fail with ``reason``, before its stack is touched.

        For user-created StackSets with service-managed permissions. A reason of None lets it succeed again.
        """
        with self._lock:
            stack_instance_failures.set(stack_set_name, account_id, region, reason)

    def add_server_parameter(self, name: str, key: str, value: str) -> None:
        """Make Quick Setup add a parameter to what it keeps of the configuration manager ``name``.

        It does so at each creation and update from now on, unless the caller sends the key
        (hashicorp/terraform-provider-aws issue 44687, where the key is ``QSForceUpdateParam``).
        """
        with self._lock:
            server_parameters.add(name, key, value)

    def reset(self, scenario: Scenario) -> None:
        """Replace the organization, on the same port; removes calls, faults, subscribers and violations."""
        with self._lock:
            reset_services()
            clock.reset()
            self.scenario = scenario
            self._identities.reset(account.id for account in (scenario.management_account, *scenario.member_accounts()))
            seed(scenario)
            self.faults.reset()
            self.rates.reset()
            self.permissions.reset()
            self._calls.reset()
            self._gateway.reset()


def _mark_inspector(request: Any, **_: Any) -> None:
    request.headers[INSPECTOR_HEADER] = "true"
