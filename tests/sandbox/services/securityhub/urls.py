"""Where moto serves Security Hub."""

from moto.securityhub.urls import url_bases, url_paths

__all__ = ["url_bases", "url_paths"]
