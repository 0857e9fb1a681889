"""AWS Systems Manager in AWS Organizations: AWS calls for which the Terraform provider has nothing.

An import may only point down this list: `programs`; `automation`, `nodes`, `session_manager` and `unified_console`;
`installation` and `compliance`; `preflight`; `explorer`; `quick_setup`; `organizations`; `settings`; `cli`; `aws`; and
the modules beside them, which import none of these.
"""

__version__ = "1.0.0"
