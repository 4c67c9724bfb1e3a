"""The page's Content-Security-Policy: what it may load, run and ask.

In: the one script that lies inside the documents, and hosts of hubs beside the usual
ones. Out: the policy, for a meta tag and for the hosts that take headers from a file.

PyScript builds its hooks with `Function`, so 'unsafe-eval' cannot be left out; what
contains it is that no other origin's script is loaded, no inline script but the one
named by its hash, and that nothing from a link, a hub or a file is ever code.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256

#: Hugging Face, and where it redirects large files to: regions' names come and go below hf.co
#: (cas-bridge.xethub.hf.co, us.aws.cdn.hf.co; mlc-ai/web-llm pull request 769).
HUBS = ("https://huggingface.co", "https://*.huggingface.co", "https://hf.co", "https://*.hf.co")

_HOST = re.compile(r"https?://[a-z0-9*][a-z0-9.-]*(?::(?:\d{1,5}|\*))?", re.IGNORECASE)


def hubs(text: str) -> tuple[str, ...]:
    """Return the hosts that `SITE_HUBS` names; refuse what could end the policy's directive.

    >>> hubs("https://hub.example http://127.0.0.1:*")
    ('https://hub.example', 'http://127.0.0.1:*')
    """
    named = tuple(text.split())
    for each in named:
        if not _HOST.fullmatch(each):
            raise SystemExit(f"SITE_HUBS names {each!r}; hosts like https://hub.example are taken")
    return named


def integrity(content: bytes) -> str:
    """Return a content's hash as browsers write it: in this policy, and in `integrity`."""
    return f"sha256-{b64encode(sha256(content).digest()).decode()}"


def policy(inline: str, more: Sequence[str] = ()) -> str:
    """Return the policy of a page with one inline script, that may ask `more` hosts as well."""
    inside = integrity(inline.encode())
    # PyScript has its worker's script in a blob; only a script that runs already can make one.
    own = ("'self'", "blob:")
    directives = {
        "default-src": ["'none'"],
        "script-src": [*own, "'wasm-unsafe-eval'", "'unsafe-eval'", f"'{inside}'"],
        "worker-src": own,
        "connect-src": ["'self'", *HUBS, *more],
        "style-src": ["'self'", "'unsafe-inline'"],  # charts and bars say their sizes
        "img-src": ["'self'"],
        "manifest-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
    }
    return "; ".join(" ".join((name, *sources)) for name, sources in directives.items())
