"""What a deployment makes in the accounts and Regions that it targets."""
