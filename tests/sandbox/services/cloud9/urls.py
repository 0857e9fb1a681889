"""Where moto serves Cloud9."""

from sandbox.services.cloud9.responses import Cloud9Response

url_bases = [r"https?://cloud9\.(.+)\.amazonaws\.com"]

url_paths = {"{0}/$": Cloud9Response.dispatch}
