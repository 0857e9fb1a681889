"""A proxy before the genuine AWS provider, whose schema lacks the resource types that this repository does not use.

At every command Terraform decodes the schemas of all 1,500 types, which takes a third of the processor time of a plan.
For every configuration of itself the provider examines its own 1,500 schemas, two thirds of its processor time: an
equal configuration gets the same answer again. All other calls and answers pass unchanged.
https://developer.hashicorp.com/terraform/plugin/terraform-plugin-protocol
"""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import grpc
from tf.gen import tfplugin_pb2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    _Unary = Callable[[bytes, grpc.ServicerContext], bytes]

_REPOSITORY = Path(__file__).resolve().parents[3]
_FOLDERS = ("modules", "examples", "docs", "tests", "tools")
_SUFFIXES = {".tf", ".hcl", ".py", ".json", ".yaml", ".tftpl", ".md"}

_SERVICE = "/tfplugin5.Provider/"
_SCHEMA = f"{_SERVICE}GetSchema"
# Validates the arguments of a `provider` block, and changes nothing.
_VALIDATION = f"{_SERVICE}PrepareProviderConfig"

_SIZES = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
# Terraform runs ten operations at a time for each instance of the provider, which also has two streams open.
_THREADS = 100


class SmallSchema:
    """The schema of one version of the provider, with the types that this repository uses; asked for once."""

    def __init__(self) -> None:
        self._asking = Lock()
        self._schema = b""

    def get(self, ask: Callable[[], bytes]) -> bytes:
        """The answer of GetSchema; `ask` gets the whole one from the provider. Raises what `ask` raises."""
        with self._asking:
            if not self._schema:
                self._schema = _only(ask(), _used_types())
            return self._schema


class ProviderProxy:
    """A proxy on a socket of its own. Call `close`.

    Args:
        reattach: the provider's own value of TF_REATTACH_PROVIDERS
        schema: that of the provider's version

    `reattach` of the object is the value with which a command reaches the provider through the proxy.
    """

    def __init__(self, reattach: str, schema: SmallSchema) -> None:
        providers = json.loads(reattach)
        (provider,) = providers.values()
        socket = provider["Addr"]["String"]
        self._channel = grpc.insecure_channel(f"unix:{socket}", _SIZES)
        handler = _Handler(self._channel, schema)
        self._server = grpc.server(ThreadPoolExecutor(_THREADS), [handler], options=_SIZES)
        provider["Addr"]["String"] = f"{socket}-proxy"
        self._server.add_insecure_port(f"unix:{socket}-proxy")
        self._server.start()
        self.reattach = json.dumps(providers)

    def close(self) -> None:
        """Cancel what still runs, and close the socket."""
        self._server.stop(None).wait()
        self._channel.close()


class _Handler(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Passes each call on to the channel."""

    def __init__(self, channel: grpc.Channel, schema: SmallSchema) -> None:
        self._channel = channel
        self._schema = schema
        self._answers: dict[bytes, bytes] = {}

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        method = details.method
        if not method.startswith(_SERVICE):
            # What HashiCorp's plugin library adds has streams, and a stream may have one message alone.
            return grpc.stream_stream_rpc_method_handler(_pass_stream(self._channel.stream_stream(method)))
        handle = _pass_unary(self._channel.unary_unary(method))
        if method == _VALIDATION:
            return grpc.unary_unary_rpc_method_handler(self._remember(handle))
        if method == _SCHEMA:
            return grpc.unary_unary_rpc_method_handler(
                lambda request, context: self._schema.get(lambda: handle(request, context))
            )
        return grpc.unary_unary_rpc_method_handler(handle)

    def _remember(self, handle: _Unary) -> _Unary:
        def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
            if request not in self._answers:
                self._answers[request] = handle(request, context)
            return self._answers[request]

        return answer


def _pass_unary(call: grpc.UnaryUnaryMultiCallable) -> _Unary:
    def handle(request: bytes, context: grpc.ServicerContext) -> bytes:
        try:
            return call(request)  # type: ignore[no-any-return]
        except grpc.RpcError as error:
            return _fail(error, context)  # type: ignore[no-any-return]

    return handle


def _pass_stream(call: grpc.StreamStreamMultiCallable) -> Callable[[Any, grpc.ServicerContext], Iterator[bytes]]:
    def handle(requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        responses = call(requests)
        context.add_callback(responses.cancel)
        try:
            yield from responses
        except grpc.RpcError as error:
            _fail(error, context)

    return handle


def _fail(error: grpc.RpcError, context: grpc.ServicerContext) -> Any:
    return context.abort(error.code(), error.details())


def _only(response: bytes, types: frozenset[str]) -> bytes:
    """The answer of GetSchema with the schemas of these types alone."""
    # Version 6 of the protocol, which this package has, has the same fields here as version 5.
    schema = tfplugin_pb2.GetProviderSchema.Response.FromString(response)
    for schemas in (schema.resource_schemas, schema.data_source_schemas):
        for name in schemas.keys() - types:
            del schemas[name]
    return schema.SerializeToString()  # type: ignore[no-any-return]


@cache
def _used_types() -> frozenset[str]:
    """Every name in the repository that may be the type of a resource or data source of the AWS provider."""
    files = [file for folder in _FOLDERS for file in (_REPOSITORY / folder).rglob("*") if file.suffix in _SUFFIXES]
    files += [file for file in _REPOSITORY.iterdir() if file.suffix in _SUFFIXES]
    texts = (file.read_text() for file in files)
    return frozenset(name for text in texts for name in re.findall(r"\baws_[a-z0-9_]+", text))
