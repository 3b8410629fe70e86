"""A filter of system calls: those that a server of ours never makes and that reach beyond it (Linux)."""

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Iterable
from typing import Final

from pgnorm.catalog.model import Value

_SET_FILTER: Final = 1
_SPECULATION_ALLOWED: Final = 4  # else kernels before 5.16 slow the whole process down
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000

# Codes of the classic BPF.
_LOAD: Final = 0x20
_JUMP_IF_EQUAL: Final = 0x15
_JUMP_IF_AT_LEAST: Final = 0x35
_JUMP_IF_ANY_BIT: Final = 0x45
_RETURN: Final = 0x06
_NUMBER: Final = 0  # offsets in seccomp_data
_MACHINE: Final = 4
_FIRST_WORD: Final = 16

_OTHER_ABI: Final = 0x40000000  # x32 numbers, on x86_64
_LOCAL: Final = 1  # AF_UNIX
_NEW_USER_NAMESPACE: Final = 0x10000000


class _Machine(Value):
    audit: int
    seccomp: int
    socket: int
    clone: int
    refused: tuple[int, ...]


# connect, ptrace, process_vm_readv, process_vm_writev, unshare, setns, mount, bpf, perf_event_open, userfaultfd,
# add_key, request_key, keyctl, io_uring_setup, pidfd_getfd
_MACHINES: Final = {
    "x86_64": _Machine(
        audit=0xC000003E,
        seccomp=317,
        socket=41,
        clone=56,
        refused=(42, 101, 310, 311, 272, 308, 165, 321, 298, 323, 248, 249, 250, 425, 438),
    ),
    "aarch64": _Machine(
        audit=0xC00000B7,
        seccomp=277,
        socket=198,
        clone=220,
        refused=(203, 117, 270, 271, 97, 268, 40, 280, 241, 282, 217, 218, 219, 425, 438),
    ),
}
_CLONE3: Final = 435  # its flags can't be looked at; the C library goes back to clone


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


class Filter(Value):
    """A filter that is ready to be entered."""

    machine: _Machine
    steps: bytes

    def enter(self) -> bool:
        """Lays the filter on the calling process, which has given up new privileges; whether it holds."""
        program = _Program(len(self.steps) // 8, self.steps)
        call = ctypes.c_long(self.machine.seccomp)
        return bool(ctypes.CDLL(None).syscall(call, _SET_FILTER, _SPECULATION_ALLOWED, ctypes.byref(program)) == 0)


def call_filter() -> Filter | None:
    """A filter for this machine: no connection to anybody, no socket but local ones, no look into other processes."""
    machine = _MACHINES.get(os.uname().machine)
    if machine is None or sys.maxsize < 2**32:
        return None
    return Filter(machine=machine, steps=b"".join(_steps(machine)))


def _steps(machine: _Machine) -> Iterable[bytes]:
    refuse = _step(_RETURN, _REFUSE | errno.EACCES)
    yield _step(_LOAD, _MACHINE)
    yield _step(_JUMP_IF_EQUAL, machine.audit, if_true=1)
    yield refuse
    yield _step(_LOAD, _NUMBER)
    yield _step(_JUMP_IF_AT_LEAST, _OTHER_ABI, if_false=1)
    yield refuse
    for number in machine.refused:
        yield _step(_JUMP_IF_EQUAL, number, if_false=1)
        yield refuse
    yield _step(_JUMP_IF_EQUAL, _CLONE3, if_false=1)
    yield _step(_RETURN, _REFUSE | errno.ENOSYS)
    yield _step(_JUMP_IF_EQUAL, machine.socket, if_false=3)
    yield _step(_LOAD, _FIRST_WORD)
    yield _step(_JUMP_IF_EQUAL, _LOCAL, if_true=4)
    yield refuse
    yield _step(_JUMP_IF_EQUAL, machine.clone, if_false=2)
    yield _step(_LOAD, _FIRST_WORD)
    yield _step(_JUMP_IF_ANY_BIT, _NEW_USER_NAMESPACE, if_true=1)
    yield _step(_RETURN, _ALLOW)
    yield refuse


def _step(code: int, value: int, *, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
