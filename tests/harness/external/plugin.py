"""Installs the stand-in for hashicorp/external into a mirror, and runs its fork server."""

from __future__ import annotations

import datetime as dt
import shlex
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from harness.forking.server import start_fork_server

if TYPE_CHECKING:
    import subprocess
    from types import TracebackType
    from typing import Self

VERSION = "2.3.5"

_HERE = Path(__file__).resolve().parent


class ExternalPlugin:
    """The stand-in in `folder` (`.../hashicorp/external`) for `platform`, with a fork server until closed."""

    def __init__(self, folder: Path, platform: str) -> None:
        self.program = folder / VERSION / platform / f"terraform-provider-external_v{VERSION}"
        # Not below the session's folder: the path of a socket may have at most 107 characters.
        self._private = Path(tempfile.mkdtemp(prefix="external-"))
        self._fork_server: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        address, certificate = self._private / "fork-server", self._private / "certificate.pem"
        certificate.touch(mode=0o600)
        certificate.write_bytes(_certificate())
        self._install(address, certificate)
        self._fork_server = start_fork_server(
            "harness.external.provider", [str(address), str(certificate)], _HERE.parents[1]
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop_fork_server()
        shutil.rmtree(self._private)

    def stop_fork_server(self) -> None:
        """From now on each start of the plugin is a process of its own."""
        if self._fork_server is not None:
            self._fork_server.communicate()
            self._fork_server = None

    def _install(self, address: Path, certificate: Path) -> None:
        self.program.parent.mkdir(parents=True)
        imports = [
            str(_HERE.parents[1]),
            *dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))),
        ]
        # -I and -S skip the import of `site`, half of the launcher's time.
        arguments = [sys.executable, "-I", "-S", str(_HERE / "launcher.py"), address, certificate, *imports]
        self.program.write_text(f"#!/bin/sh\nexec {shlex.join(map(str, arguments))}\n")
        self.program.chmod(0o755)


def _certificate() -> bytes:
    """A key and a certificate for localhost, as PEM, for go-plugin's TLS."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=7))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
