"""What a call needs of IAM, and whether a caller's policies allow it; off until asked for.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations
