"""The token of a hub, for models that are gated or private (the extra `tabfit[hub]`).

In: an address. Out: the token that `hf auth login` kept or `HF_TOKEN` says, for the hub's own host
and for no other, as huggingface_hub finds it. Nothing is sent where that library is not there, or
where `HF_HUB_DISABLE_IMPLICIT_TOKEN` asks for nothing to be sent.
"""

from __future__ import annotations

import os
from functools import cache
from urllib.parse import urlsplit

from tabfit.hub import ENDPOINT
from tabfit.sources.chosen_hub import chosen_hub


def token_for(url: str) -> str | None:
    """Return the token to send with a request, `None` for none.

    It goes to the hub that is asked (`HF_ENDPOINT`, or the usual one) over https, or to this
    machine; a file store that the hub redirects to never sees it.
    """
    asked, hub = urlsplit(url), urlsplit(chosen_hub() or ENDPOINT)
    safe = asked.scheme == "https" or asked.hostname in ("127.0.0.1", "localhost", "::1")
    if not safe or (asked.scheme, asked.netloc) != (hub.scheme, hub.netloc):
        return None
    if os.environ.get("HF_HUB_DISABLE_IMPLICIT_TOKEN", "").lower() in ("1", "true", "yes", "on"):
        return None
    return _kept()


@cache
def _kept() -> str | None:
    try:
        from huggingface_hub import get_token  # noqa: PLC0415 - an extra, which few install
    except ImportError:
        return None
    return get_token()
