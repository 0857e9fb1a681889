"""`make probe`: assumptions about AWS, held against an organization."""
