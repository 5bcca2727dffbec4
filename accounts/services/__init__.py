"""Every write of accounts; the names that other apps use stand here."""

from accounts.services.members import add_member
from accounts.services.organisations import create_division, create_organisation
from accounts.services.tenants import create_tenant

__all__ = ["add_member", "create_division", "create_organisation", "create_tenant"]
