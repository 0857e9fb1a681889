"""Where moto serves IAM."""

from sandbox.services.iam.responses import IamResponse

url_bases = [r"https?://iam\.(.*\.)?amazonaws\.com"]

url_paths = {"{0}/$": IamResponse.dispatch}
