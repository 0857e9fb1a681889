"""`make quick-setup-documents`: what AWS's own documents say that Quick Setup deploys."""
