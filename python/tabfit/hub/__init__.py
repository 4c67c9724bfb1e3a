"""Hub ids and web addresses -> which small requests to make; no request is made here.

In: what somebody typed, then the answers to requests. Out: requests, and at last a `HubResult`.

    address            a repository, a file in one, or a file elsewhere
    lookup_plan        which requests tell what is wanted, one step at a time
    folder_plan        the same for a folder of files
    request            requests as values, and what each kind of response means
    listing            a repository's files with their sizes
    download_variants  files grouped into what is downloaded together
    ranged_reads       headers read by ranged requests
    mlc_shards         the list of an MLC model's shards
    bounded_json       JSON from strangers
    hub_result         what was found

Imports `headers` and `recipes`. `sources` and the page carry the requests out.
"""

from tabfit.hub.address import ENDPOINT, Address, looks_like_address, parse
from tabfit.hub.download_variants import Variant
from tabfit.hub.hub_result import HubResult, of_files
from tabfit.hub.listing import ListedFile
from tabfit.hub.lookup_plan import carry_out, carry_out_async, look_up
from tabfit.hub.ranged_reads import Plan
from tabfit.hub.request import LONGEST_QUESTION, PATIENCE, HubResponse, Request, pause_before

__all__ = [
    "ENDPOINT",
    "LONGEST_QUESTION",
    "PATIENCE",
    "Address",
    "HubResponse",
    "HubResult",
    "ListedFile",
    "Plan",
    "Request",
    "Variant",
    "carry_out",
    "carry_out_async",
    "look_up",
    "looks_like_address",
    "of_files",
    "parse",
    "pause_before",
]
