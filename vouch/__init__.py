"""Vouch 担保客户管理与风控系统: customers and risk of a financing-guarantee institution."""

__version__ = "0.1.0"
