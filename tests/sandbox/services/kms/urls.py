"""Where moto serves KMS."""

from __future__ import annotations

from moto.kms.responses import KmsResponse

url_bases = [r"https?://kms\.(.+)\.amazonaws\.com"]

url_paths = {"{0}/$": KmsResponse.dispatch}
