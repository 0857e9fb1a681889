"""Where moto serves AWS RAM."""

from moto.ram.urls import url_bases, url_paths

__all__ = ["url_bases", "url_paths"]
