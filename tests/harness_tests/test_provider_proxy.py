"""The proxy before the AWS provider: a smaller schema, remembered answers, and all else as the provider has it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import grpc
import pytest
from tf.gen import tfplugin_pb2

from harness.reattachment.provider_proxy import ProviderProxy, SmallSchema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SERVICE = "/tfplugin5.Provider/"


class _Provider(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Has a schema of two types, answers with what it is asked, refuses Configure, and streams everything twice."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        self.asked.append(details.method)
        if details.method.startswith(_SERVICE):
            return grpc.unary_unary_rpc_method_handler(
                lambda request, context: self._answer(details.method.removeprefix(_SERVICE), request, context)
            )
        return grpc.stream_stream_rpc_method_handler(lambda requests, _: (item for item in requests for _ in range(2)))

    @staticmethod
    def _answer(operation: str, request: bytes, context: grpc.ServicerContext) -> bytes:
        if operation == "Configure":
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no such Region")
        if operation != "GetSchema":
            return request
        schema = tfplugin_pb2.Schema(version=3)
        schemas = {"aws_iam_role": schema, f"aws_{'x' * 9}": schema}
        return tfplugin_pb2.GetProviderSchema.Response(  # type: ignore[no-any-return]
            provider=schema, resource_schemas=schemas, data_source_schemas=schemas
        ).SerializeToString()


@pytest.fixture
def provider() -> _Provider:
    return _Provider()


@pytest.fixture
def channel(tmp_path: Path, provider: _Provider) -> Iterator[grpc.Channel]:
    socket = str(tmp_path / "s")
    server = grpc.server(ThreadPoolExecutor(4), [provider])
    server.add_insecure_port(f"unix:{socket}")
    server.start()
    reattach = json.dumps({"aws": {"Protocol": "grpc", "Addr": {"Network": "unix", "String": socket}}})
    with closing(ProviderProxy(reattach, SmallSchema())) as proxy:
        found = json.loads(proxy.reattach)["aws"]
        assert found["Protocol"] == "grpc"
        with grpc.insecure_channel(f"unix:{found['Addr']['String']}") as channel:
            yield channel
    server.stop(None).wait()


def test_the_schema_has_the_used_types_alone_and_is_asked_for_once(channel: grpc.Channel, provider: _Provider) -> None:
    for _ in range(2):
        answer = channel.unary_unary(f"{_SERVICE}GetSchema")(b"")
        schema = tfplugin_pb2.GetProviderSchema.Response.FromString(answer)
        assert list(schema.resource_schemas) == list(schema.data_source_schemas) == ["aws_iam_role"]
        assert schema.provider.version == schema.resource_schemas["aws_iam_role"].version == 3
    assert provider.asked == [f"{_SERVICE}GetSchema"]


def test_a_configuration_of_the_provider_is_validated_once(channel: grpc.Channel, provider: _Provider) -> None:
    validate = channel.unary_unary(f"{_SERVICE}PrepareProviderConfig")
    assert [validate(configuration) for configuration in (b"a", b"b", b"a")] == [b"a", b"b", b"a"]
    assert provider.asked == [f"{_SERVICE}PrepareProviderConfig"] * 2


def test_everything_else_passes_unchanged(channel: grpc.Channel) -> None:
    assert channel.unary_unary(f"{_SERVICE}PlanResourceChange")(b"\x00plan") == b"\x00plan"
    with pytest.raises(grpc.RpcError) as failed:
        channel.unary_unary(f"{_SERVICE}Configure")(b"")
    assert (failed.value.code(), failed.value.details()) == (grpc.StatusCode.INVALID_ARGUMENT, "no such Region")
    stream = channel.stream_stream("/plugin.GRPCBroker/StartStream")
    assert list(stream(iter([b"a", b"b"]))) == [b"a", b"a", b"b", b"b"]
