"""Failpoints: named places where a process can be made to end by SIGKILL, as a power cut would end it.

STEPPEWIRE_FAILPOINT=name:nth ends the process that comes to the named place for the nth time in its life (the first, where
:nth is left out). Tests and trials use it; without the variable a failpoint costs one comparison.
"""
import os
import signal

VARIABLE = "STEPPEWIRE_FAILPOINT"
_wanted, _, _nth = os.environ.get(VARIABLE, "").partition(":")
_left = int(_nth or 1)


def reach(name: str, here: bool = True) -> None:
    """Ends this process here, saying so on stderr, where this is the place and the time that was asked for; without here the
    place was passed by."""
    global _left
    if name != _wanted or not here:
        return
    _left -= 1
    if _left == 0:
        os.write(2, f"failpoint {name}: process {os.getpid()} ends here\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)
