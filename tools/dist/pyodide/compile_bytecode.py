"""Turn a zip of .py into a zip of .pyc; runs inside Pyodide (compile_bytecode.mjs starts it).

Code objects name their files under `prefix`; names that begin with one of those
left out are dropped. The same input gives the same bytes: fixed times, and .pyc
files that nobody checks ("unchecked hash"), so no date is in them. Docstrings are
left out: a visitor reads none.
"""

import json
import marshal
import zipfile
from base64 import urlsafe_b64encode
from hashlib import sha256
from importlib.util import MAGIC_NUMBER

FIXED = (2020, 1, 1, 0, 0, 0)
UNCHECKED = b"\x01\0\0\0" + bytes(8)  # PEP 552: named by a hash of the source, never looked at
PLAIN, COMPILED = "py3-none-any", "cp314-none-any"


def compile_archive(source: str, target: str, prefix: str, left_out: str) -> None:
    """Compile the archive `source` into `target`; `left_out` is a JSON list."""
    members = _members(source, prefix, tuple(json.loads(left_out)))
    record = next((name for name in members if name.endswith(".dist-info/RECORD")), None)
    if record:
        members[record] = _record(members, record)
    _write(target, members)


def _members(path: str, prefix: str, left_out: tuple[str, ...]) -> dict[str, bytes]:
    members = {}
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.is_dir() or info.filename.startswith(left_out):
                continue
            name, content = _compiled(info.filename, archive.read(info), prefix)
            members[name] = content
    return members


def _compiled(name: str, content: bytes, prefix: str) -> tuple[str, bytes]:
    if name.endswith(".dist-info/WHEEL"):
        return name, content.replace(PLAIN.encode(), COMPILED.encode())
    if not name.endswith(".py"):
        return name, content
    code = compile(content, prefix + name, "exec", dont_inherit=True, optimize=2)
    return name + "c", MAGIC_NUMBER + UNCHECKED + marshal.dumps(code)


def _record(members: dict[str, bytes], record: str) -> bytes:
    lines = [
        f"{name},sha256={urlsafe_b64encode(sha256(content).digest()).rstrip(b'=').decode()},"
        f"{len(content)}"
        for name, content in members.items()
        if name != record
    ]
    return "\n".join([*lines, f"{record},,", ""]).encode()


def _write(path: str, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, FIXED)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
