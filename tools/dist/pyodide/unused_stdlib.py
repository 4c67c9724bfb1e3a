"""What of Python's standard library the page does without.

Each name is a path's beginning inside the library's zip. All is kept that the
page's Python, micropip, numpy or segno import, and whatever they may import on
an unusual path; a page test starts Python and uses all three. Left out saves a
phone a third of the library's weight.
"""

from __future__ import annotations

# Programs, debuggers and servers: nothing in a page runs them.
_PROGRAMS = (
    "_pyrepl/", "__hello__", "__phello__/", "antigravity", "bdb", "cProfile", "cmd.", "code.",
    "compileall", "doctest", "fileinput", "modulefinder", "pdb", "profile", "pstats", "pty",
    "pyclbr", "pydoc", "rlcompleter", "socketserver", "tabnanny", "this",
    "trace.", "tty", "unittest/", "webbrowser", "wsgiref/", "zipapp",
)  # fmt: skip

# Protocols that speak over sockets, and files nobody brings here.
_FORMATS = (
    "ftplib", "imaplib", "mailbox", "netrc", "nturl2path", "plistlib", "poplib", "shelve",
    "smtplib", "sqlite3/", "wave", "xml/dom/", "xml/etree/", "xml/parsers/", "xmlrpc/",
)  # fmt: skip

# Twins in Python of what Pyodide has in C, and processes, which no page has.
_TWINS = (
    "_pydatetime",
    "_pyio",
    "multiprocessing/",
    "optparse",
    "pickletools",
    "sched",
    "symtable",
)

# Codecs: the page reads UTF-8; zip names need cp437, and Python's start the others kept.
_CODECS = tuple(
    f"encodings/{name}"
    for name in (
        "big5", "charmap", "cp0", "cp1", "cp2", "cp5", "cp7", "cp8", "cp9", "euc_", "gb", "hp_",
        "hz", "iso2022", "iso8859_1", "iso8859_2", "iso8859_3", "iso8859_4", "iso8859_5",
        "iso8859_6", "iso8859_7", "iso8859_8", "iso8859_9", "johab", "koi8", "kz", "mac_", "mbcs",
        "oem", "palmos", "ptcp", "quopri", "rot_13", "shift_", "tis_620", "uu_", "bz2_", "zlib_",
        "cp424",
    )
)  # fmt: skip

LEFT_OUT = (*_PROGRAMS, *_FORMATS, *_TWINS, *_CODECS)
