"""Where moto serves EC2."""

from sandbox.services.ec2.responses import EC2Response

url_bases = [r"https?://ec2\.(.+)\.amazonaws\.com(|\.cn)"]

url_paths = {"{0}/": EC2Response.dispatch}
