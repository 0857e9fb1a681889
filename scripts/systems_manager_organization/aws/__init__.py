"""Access to AWS: sessions, clients, pagination, rate limits, waiters. Knows no feature and no command line."""
