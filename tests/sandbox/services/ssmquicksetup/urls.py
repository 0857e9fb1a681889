"""Where moto serves Quick Setup."""

from sandbox.services.ssmquicksetup.responses import QuickSetupResponse

url_bases = [r"https?://ssm-quicksetup\.(.+)\.amazonaws\.com"]

url_paths = {"{0}/.*$": QuickSetupResponse.dispatch}
