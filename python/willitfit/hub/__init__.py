"""Hub ids and web addresses -> which small requests to make; no request is made here."""

from willitfit.hub.address import ENDPOINT, Address, looks_like_address, parse
from willitfit.hub.found import Found, of_files
from willitfit.hub.listing import ListedFile
from willitfit.hub.plan import carry_out, carry_out_slowly, look
from willitfit.hub.ranges import Plan
from willitfit.hub.request import LONGEST_ANSWER, PATIENCE, Answer, Request, pause_before
from willitfit.hub.variants import Variant

__all__ = [
    "ENDPOINT",
    "LONGEST_ANSWER",
    "PATIENCE",
    "Address",
    "Answer",
    "Found",
    "ListedFile",
    "Plan",
    "Request",
    "Variant",
    "carry_out",
    "carry_out_slowly",
    "look",
    "looks_like_address",
    "of_files",
    "parse",
    "pause_before",
]
