"""Hub ids and web addresses -> which small requests to make; no request is made here."""

from tabfit.hub.address import ENDPOINT, Address, looks_like_address, parse
from tabfit.hub.download_variants import Variant
from tabfit.hub.hub_result import HubResult, of_files
from tabfit.hub.listing import ListedFile
from tabfit.hub.lookup_plan import carry_out, carry_out_async, look_up
from tabfit.hub.ranged_reads import Plan
from tabfit.hub.request import LONGEST_ANSWER, PATIENCE, HubResponse, Request, pause_before

__all__ = [
    "ENDPOINT",
    "LONGEST_ANSWER",
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
