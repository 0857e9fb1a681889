"""The Regions of AWS's commercial partition: those that are always on, and those that an account turns on.

https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
"""

from __future__ import annotations

import botocore.session

# Introduced before 2019-03-20: "You can't disable" them.
ENABLED_BY_DEFAULT = frozenset(
    {
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    }
)

# The Regions of botocore's endpoints of EC2, in the commercial partition.
EVERY_REGION = tuple(sorted(botocore.session.get_session().get_available_regions("ec2")))
OPT_IN = frozenset(EVERY_REGION) - ENABLED_BY_DEFAULT
