"""Where moto serves Systems Manager."""

from sandbox.services.ssm.responses import SystemsManagerResponse

url_bases = [r"https?://ssm\.(.+)\.amazonaws\.com"]

url_paths = {"{0}/$": SystemsManagerResponse.dispatch}
