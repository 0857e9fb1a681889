"""The state of an example of the last release, its configuration, and the requests that create what is in the state."""

from __future__ import annotations

import gzip
import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from harness.workspace import REPOSITORY
from sandbox import Scenario
from sandbox.server.calls import is_read_only
from sandbox.server.recording import Exchange
from tools.release_states.replay import Ids, advance_to, replay, replayed, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.terraform import Terraform
    from harness.workspace import Workspaces
    from sandbox import Sandbox

FOLDER = REPOSITORY / "tests" / "terraform" / "lifecycle" / "released_states"

_STATE = "terraform.tfstate"
# The oldest Terraform that the module supports: an older one than wrote a state refuses to read it.
_TERRAFORM = "1.9.0"
# A program, of which each version has another: the plan of any version changes it.
_OBJECT, _CONTENT, _PUT = "aws_s3_object", "content_base64", "PutObject"


@dataclass(frozen=True)
class ReleasedState:
    """What is committed of one example.

    `version` is the release's, `example` the folder of the configuration, `scenario` the organization before it,
    `account_id` the account that it runs in. `files` has the configuration's files by name, as a user of the release
    has them: their module is that of the present version. `seconds`: the virtual time from the start to the state.
    """

    version: str
    example: str
    scenario: str
    account_id: str
    variables: dict[str, object]
    files: dict[str, str]
    state: dict[str, Any]
    seconds: float
    exchanges: list[Exchange] = field(repr=False)

    def write(self) -> str:
        """Write it into the repository, the same bytes for the same content. Returns the name of the file."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(self), separators=(",", ":"))
        name = f"{self.example.removeprefix('examples/').replace('/', '-')}.json.gz"
        (FOLDER / name).write_bytes(gzip.compress(text.encode(), mtime=0))
        return name

    def restore(self, sandbox: Sandbox, workspaces: Workspaces) -> Terraform:
        """The release's configuration and state, with the present module, in the organization that it has created.

        Raises HarnessError where the sandbox answers otherwise than when the state was made, and TerraformError.
        """
        sandbox.reset(Scenario.named(self.scenario))
        ids = replay(sandbox, self.exchanges)
        advance_to(sandbox, self.seconds)
        document = json.loads(ids.replace(json.dumps({"variables": self.variables, "state": self.state})))
        files = {**self.files, _STATE: json.dumps(document["state"])}
        return workspaces.checkout_with(
            self.example, files, sandbox.environment(self.account_id), variables=document["variables"]
        )


def read() -> list[ReleasedState]:
    """Those of the repository, by example."""
    documents = [json.loads(gzip.decompress(file.read_bytes())) for file in sorted(FOLDER.glob("*.json.gz"))]
    return [
        ReleasedState(**{**document, "exchanges": [Exchange(**exchange) for exchange in document["exchanges"]]})
        for document in documents
    ]


def state_of(terraform: Terraform) -> dict[str, Any]:
    """The state, as the oldest supported Terraform reads it, without the contents of objects. Raises OSError."""
    state = json.loads((terraform.directory / _STATE).read_text(encoding="utf-8"))
    for resource in state["resources"]:
        if resource["type"] == _OBJECT:
            for instance in resource["instances"]:
                instance["attributes"][_CONTENT] = ""
    return {**state, "terraform_version": _TERRAFORM}


def select(sandbox: Sandbox, scenario: str, exchanges: Iterable[Exchange], texts: Iterable[str]) -> list[Exchange]:
    """The requests that change something, and those whose answers have ids that these or the `texts` name.

    Objects are written without their content. For this the requests are sent, to an organization that is new. Raises
    HarnessError.
    """
    exchanges = [replace(exchange, body="") if exchange.operation == _PUT else exchange for exchange in exchanges]
    changes = [exchange for exchange in exchanges if not _is_read_only(exchange)]
    named = {word for text in texts for word in words(text)}
    named |= {word for change in changes for text in _sent(change) for word in words(text)}
    named |= {part for word in named for part in word.split("-")}
    sandbox.reset(Scenario.named(scenario))
    ids, kept = Ids(), []
    for exchange, answer in replayed(sandbox, exchanges, ids):
        if ids.learn(exchange.answer, answer) & named or not _is_read_only(exchange):
            kept.append(exchange)
    return kept


def _sent(exchange: Exchange) -> tuple[str, ...]:
    return exchange.path, exchange.body, *exchange.headers.values()


def _is_read_only(exchange: Exchange) -> bool:
    return is_read_only(exchange.operation)
