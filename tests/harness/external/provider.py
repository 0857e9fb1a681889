"""A stand-in for hashicorp/external, for machines that cannot reach the Terraform registry.

It has the data source `external`, with the behavior of the genuine provider (see `external.program`).

Terraform starts a provider two or three times per command, and importing grpc and protobuf takes 0.2 s each time. A
fork server imports them once and forks for each start: `external.launcher`, which Terraform starts as the plugin,
passes its environment, working directory and streams to the fork. Without a fork server it serves by itself.
"""

from __future__ import annotations

import base64
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
from tf.gen import grpc_controller_pb2, grpc_controller_pb2_grpc, grpc_stdio_pb2_grpc, tfplugin_pb2_grpc
from tf.iface import DataSource, Provider
from tf.provider import ProviderServicer
from tf.schema import Attribute, Schema
from tf.types import List, Map, String, Unknown

from harness.external.program import ExternalProgramError, ProgramRunner
from harness.forking.server import serve_forks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tf.iface import ReadDataContext
    from tf.utils import Diagnostics

_MEBIBYTE = 1 << 20


class ExternalDataSource(DataSource):  # type: ignore[misc]
    def __init__(self, provider: ExternalProvider) -> None:
        self._runner = provider.runner

    @classmethod
    def get_name(cls) -> str:
        return ""

    @classmethod
    def get_schema(cls) -> Schema:
        return Schema(
            attributes=[
                Attribute("id", String(), "Always `-`", computed=True),
                Attribute(
                    "program", List(String()), "The program and its arguments, run without a shell", required=True
                ),
                Attribute("query", Map(String()), "Strings passed to the program as a JSON object", optional=True),
                Attribute("result", Map(String()), "Strings that the program returned", computed=True),
                Attribute("working_dir", String(), "Where the program runs", optional=True),
            ]
        )

    def validate(self, diags: Diagnostics, type_name: str, config: dict[str, Any]) -> None:
        super().validate(diags, type_name, config)
        if config["program"] is not Unknown and not config["program"]:
            diags.add_error(
                "Invalid Attribute Value",
                "Attribute program list must contain at least 1 elements, got: 0",
                path=["program"],
            )

    def read(self, ctx: ReadDataContext, config: dict[str, Any]) -> dict[str, Any] | None:
        try:
            result = self._runner.run(config["program"], config["query"], config["working_dir"])
        except ExternalProgramError as error:
            ctx.diagnostics.add_error(error.summary, error.detail, path=[error.attribute])
            return None
        return {**config, "id": "-", "result": result}


class ExternalProvider(Provider):  # type: ignore[misc]
    def __init__(self, runner: ProgramRunner) -> None:
        self.runner = runner

    def get_model_prefix(self) -> str:
        return "external"

    def full_name(self) -> str:
        return "registry.terraform.io/hashicorp/external"

    def get_provider_schema(self, diags: Diagnostics) -> Schema:
        return Schema()

    def validate_config(self, diags: Diagnostics, config: dict[str, Any]) -> None:
        pass

    def configure_provider(self, diags: Diagnostics, config: dict[str, Any]) -> None:
        pass

    def get_data_sources(self) -> list[type[DataSource]]:
        return [ExternalDataSource]

    def get_resources(self) -> list[type[Any]]:
        return []


class _Servicer(ProviderServicer):  # type: ignore[misc]
    def StopProvider(self, request: object, context: object) -> object:  # noqa: N802 - a gRPC method
        self.app.runner.stop()
        return super().StopProvider(request, context)


class _Controller(grpc_controller_pb2_grpc.GRPCControllerServicer):  # type: ignore[misc]
    def __init__(self, shut_down: threading.Event) -> None:
        self._shut_down = shut_down

    def Shutdown(self, request: object, context: object) -> object:  # noqa: N802 - a gRPC method
        self._shut_down.set()
        return grpc_controller_pb2.Empty()


class _Stdio(grpc_stdio_pb2_grpc.GRPCStdioServicer):  # type: ignore[misc]
    def StreamStdio(self, request: object, context: object) -> Iterator[object]:  # noqa: N802 - a gRPC method
        return iter(())


def create_server(runner: ProgramRunner, shut_down: threading.Event) -> grpc.Server:
    """A server of the provider, whose programs `runner` runs, without an address; Shutdown sets `shut_down`."""
    server = grpc.server(ThreadPoolExecutor(8), options=[("grpc.max_receive_message_length", 64 * _MEBIBYTE)])
    tfplugin_pb2_grpc.add_ProviderServicer_to_server(_Servicer(ExternalProvider(runner)), server)
    grpc_controller_pb2_grpc.add_GRPCControllerServicer_to_server(_Controller(shut_down), server)
    grpc_stdio_pb2_grpc.add_GRPCStdioServicer_to_server(_Stdio(), server)
    return server


def serve(certificate: Path) -> None:
    """Serve as the plugin that Terraform started, until it calls Shutdown.

    `certificate`: the server's, with its key, which the fork server makes once: a new one at each start, as
    `tf.runner` makes it, would take longer than everything else. go-plugin allows not to verify the client's.
    """
    pem = certificate.read_bytes()
    shut_down = threading.Event()
    server = create_server(ProgramRunner(), shut_down)
    # In the folder of the certificate, which is removed with the sockets of killed plugins.
    address = certificate.with_name(f"plugin-{os.getpid()}")
    address.unlink(missing_ok=True)
    server.add_secure_port(f"unix://{address}", grpc.ssl_server_credentials([(pem, pem)]))
    server.start()
    # go-plugin's handshake: core protocol 1, Terraform's plugin protocol 6, and the server's certificate.
    print("|".join(["1", "6", "unix", str(address), "grpc", _der(pem)]), flush=True)
    shut_down.wait()
    server.stop(grace=0.2).wait()
    address.unlink(missing_ok=True)


def _der(pem: bytes) -> str:
    body = pem.decode().split("-----BEGIN CERTIFICATE-----")[1].split("-----END CERTIFICATE-----")[0]
    return base64.b64encode(base64.b64decode(body)).decode().rstrip("=")


def _serve_as_fork(certificate: Path) -> int:
    serve(certificate)
    return 0


if __name__ == "__main__":
    serve_forks(sys.argv[1], lambda _arguments: _serve_as_fork(Path(sys.argv[2])))
