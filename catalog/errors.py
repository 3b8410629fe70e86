"""The one base of every error that pgnorm reports to a person."""


class PgnormError(Exception):
    """Something that pgnorm could not do.

    `message` says what and why in one line or more, `place` is `file:line:column` (or a file) where there is one,
    `hint` names a way out, `others` are errors that came up beside it. The command line prints them and exits with 2.
    """

    def __init__(self, message: str, *, place: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.hint = hint
        self.others: tuple[PgnormError, ...] = ()
