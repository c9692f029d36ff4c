"""Why nothing came of looking into the mailbox."""


class Unreadable(Exception):
    """The mailbox cannot be read; the text says in one line what it was, or what its server said."""
