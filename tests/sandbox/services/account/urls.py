"""Where moto serves Account Management."""

from sandbox.services.account.responses import AccountResponse

url_bases = [r"https?://account\.(.+)\.amazonaws\.com"]

url_paths = {"{0}/.*$": AccountResponse.dispatch}
