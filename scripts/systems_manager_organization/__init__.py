"""AWS Systems Manager in AWS Organizations: AWS calls for which the Terraform provider has nothing.

An import may only point down this list: `programs`; `installation` and `compliance`; `preflight`; `quick_setup`;
`explorer`; `organizations`; `settings`; `cli`; `aws`; and the modules beside them, which import none of these.
"""

__version__ = "1.0.0"
