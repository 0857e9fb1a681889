"""Why an instance is not managed: the causes that reading can prove, and the remedy of each."""

from __future__ import annotations

UNKNOWN = "UNKNOWN"

# In the order in which they are checked: the first that is proven is the cause, the others are notes.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/diagnosing-ec2-category-types.html
REMEDIES = {
    "NOT_RUNNING": "Start the instance, or leave it out of what must be managed.",
    "STATUS_CHECK_FAILED": "Stop and start the instance; if it stays impaired, read its console output "
    "(aws ec2 get-console-output).",
    "CONNECTION_LOST": "It was managed before: see the notes for what has changed, then look on the machine whether "
    "the agent runs and what its log says.",
    "PROFILE_MISSING": "Attach an instance profile that exists (aws ec2 replace-iam-instance-profile-association).",
    "PROFILE_WITHOUT_ROLE": "Add a role with AmazonSSMManagedInstanceCore to the instance profile "
    "(aws iam add-role-to-instance-profile).",
    "ROLE_LACKS_PERMISSIONS": "Attach AmazonSSMManagedInstanceCore to the role, and remove what denies it: a policy "
    "of the role or its permissions boundary.",
    "NO_CREDENTIALS": "Attach an instance profile whose role has AmazonSSMManagedInstanceCore, or enable Default Host "
    "Management Configuration in this Region.",
    "HOST_MANAGEMENT_ROLE_MISSING": "Create the role that Default Host Management Configuration names, or configure it "
    "again with one that exists.",
    "HOST_MANAGEMENT_ROLE_NOT_TRUSTED": "Let ssm.amazonaws.com assume the role in its trust policy.",
    "HOST_MANAGEMENT_ROLE_LACKS_PERMISSIONS": "Attach AmazonSSMManagedEC2InstanceDefaultPolicy to the role of Default "
    "Host Management Configuration.",
    "METADATA_DISABLED": "Enable the instance metadata service "
    "(aws ec2 modify-instance-metadata-options --http-endpoint enabled): the agent has its credentials from there.",
    "NO_ROUTE_TO_ENDPOINT": "Add a route to a NAT or internet gateway, or interface endpoints for ssm, ssmmessages and "
    "ec2messages with private DNS. Unless the agent uses a proxy: then look on the machine.",
    "NO_PUBLIC_ADDRESS": "Give the instance a public address, or route its subnet through a NAT gateway, or add "
    "interface endpoints for ssm, ssmmessages and ec2messages.",
    "ENDPOINT_UNUSABLE": "Enable private DNS of the ssm endpoint, and DNS support and DNS host names of its VPC.",
    "ENDPOINT_REFUSES": "Allow TCP 443 from the instance in a security group of the ssm endpoint.",
    "SECURITY_GROUP_BLOCKS": "Allow outbound TCP 443 in a security group of the instance.",
    "NETWORK_ACL_BLOCKS": "Allow outbound TCP 443 and inbound TCP 1024-65535 in the network ACL of the subnet.",
    "MANAGED_BY_A_SERVICE": "Nothing to do: an AWS service runs this instance, and does not manage it by Systems "
    "Manager.",
    UNKNOWN: "Look on the machine: whether the agent is installed and runs, its log, the host's firewall, proxy and "
    "clock.",
}
CAUSES = tuple(REMEDIES)
