"""The address of a page of the documentation, of the version that runs."""

from __future__ import annotations

from systems_manager_organization import __version__

REPOSITORY = "github.com/systems-manager-organization/terraform-aws-systems-manager"


def page_address(page: str, anchor: str) -> str:
    """The address of a paragraph: `page` is a path in the repository, `anchor` an id in it."""
    return f"https://{REPOSITORY}/blob/v{__version__}/{page}#{anchor}"
