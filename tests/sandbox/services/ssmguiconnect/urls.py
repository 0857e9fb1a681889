"""Where moto serves GUI Connect."""

from sandbox.services.ssmguiconnect.responses import GuiConnectResponse

url_bases = [r"https?://ssm-guiconnect\.(.+)\.amazonaws\.com"]

url_paths = {"{0}/.*$": GuiConnectResponse.dispatch}
