"""Who may open a page at all: everything needs a member, unless a view says otherwise."""


def public_page(view):
    """Mark a view that anybody may open."""
    view.is_public = True
    return view


def account_page(view):
    """Mark a view of the signed-in person, before a tenant or a second factor is settled."""
    view.is_account = True
    return view
