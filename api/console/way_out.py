"""What goes wrong with paid calls, in classes: what each means, and the way out of it. Pure.

The codes and what they mean are the vendor's (contract section 8); the way out is ours, and so is what stands without a code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from generation.kling.outcomes import KIND_OF_CODE, Kind
from registry.views.failures import Failure


class Way(NamedTuple):
    """A class of failures: what it is called, what it means, and what to do."""

    title: str
    means: str
    way: str


_KEY: Final = "An operator attests the right key for the account, or mends KLING_KEYS_FILE and starts the service again."
_MONEY: Final = "Buy or extend the pack at Kling; then an operator resumes the account, and what waits goes out by itself."
_CLOCK: Final = "Set this machine's clock; a fresh token is tried once by itself."
_INPUT: Final = "Change the words or the pictures and ask again: the same bytes are refused again."
_NOTHING: Final = (
    "Nothing: the lane pauses and tries again by itself. If it lasts, give the account fewer slots."
)

OF_CODE: Final[Mapping[int, Way]] = {
    1000: Way("Key not accepted", "Kling could not authenticate the account's key.", _KEY),
    1001: Way("No key was sent", "Kling saw an empty authorization.", _KEY),
    1002: Way("Key not valid", "The key is unknown to Kling, or belongs to another region.", _KEY),
    1003: Way("Token not valid yet", "This machine's clock is ahead of Kling's.", _CLOCK),
    1004: Way("Token expired", "This machine's clock is behind Kling's.", _CLOCK),
    1100: Way(
        "Account in an exceptional state",
        "Kling does not take paid calls from the account now.",
        "Ask Kling what is wrong with the account; then an operator resumes it.",
    ),
    1101: Way(
        "Account in arrears",
        "The account owes money at Kling.",
        "Pay at Kling; then an operator resumes the account.",
    ),
    1102: Way("Pack used up or expired", "The account has no units left for this kind of product.", _MONEY),
    1103: Way(
        "No right to the model",
        "The account may not use this model.",
        "Have the model opened at Kling and resume its lane, or film under another account.",
    ),
    1200: Way(
        "Parameters not valid",
        "Kling could not read the request.",
        "Ask again; if it is refused again, tell whoever runs the installation.",
    ),
    1201: Way(
        "A value is not valid",
        "Kling names the value in its message.",
        "Change what the message names and ask again.",
    ),
    1202: Way(
        "No such method",
        "Kling does not know the address that was asked.",
        "Tell whoever runs the installation: Kling's interface has changed.",
    ),
    1203: Way(
        "No such thing at Kling",
        "A model or an element of the request is not there any more.",
        "Take a census of the account, make what is lost anew, ask again.",
    ),
    1300: Way("Refused by Kling's platform policy", "Kling does not film this.", _INPUT),
    1301: Way(
        "Refused by Kling's content policy",
        "Kling's content check refused the words or the pictures.",
        _INPUT,
    ),
    1302: Way("Too many requests", "Kling wants fewer requests in a short time.", _NOTHING),
    1303: Way(
        "More tasks than the pack allows",
        "All parallel tasks of the account are in use, perhaps by others too.",
        _NOTHING,
    ),
    1304: Way(
        "Address not allowed",
        "The account lets in other addresses than this machine's.",
        "Add this installation's address to the account's list at Kling; then an operator resumes it.",
    ),
}

OF_OUTCOME: Final[Mapping[str, Way]] = {
    "failed": Way(
        "Failed while Kling made it",
        "Kling took the task and gave up, most often at its check of the finished film. What it says stands beside each.",
        "Ask again as it is once, and with other words or pictures after that.",
    ),
    "refused": Way(
        "Not sent",
        "What the plan stood on was gone before a paid call: a consent, an element, a picture, the clip to continue from.",
        "Mend what the reason names, then ask again. Nothing was charged.",
    ),
    "lost": Way(
        "Made, but lost",
        "Kling made it, and its result could not be fetched before it was deleted, or is somebody else's.",
        "Look at the paid call: its task may still be found at Kling. Ask again otherwise.",
    ),
    "abandoned": Way(
        "Given up",
        "A person gave up a paid call whose outcome nobody knew. Its price counts as spent.",
        "Ask again when it is still wanted.",
    ),
}

OF_KIND: Final[Mapping[Kind, str]] = {
    "load": "waits and goes out again",
    "account": "stops the account until it is mended",
    "final": "ends the request",
}
"""What a refusal of each kind leads to."""


def class_of(failure: Failure) -> str:
    """Which class it belongs to: `kling-1301` for a code that ended it, else its outcome."""
    ended_it = failure.outcome == "refused" and KIND_OF_CODE.get(failure.code or 0) == "final"
    return f"kling-{failure.code}" if ended_it else failure.outcome


def way_of(kind: str) -> Way:
    """What a class means, and the way out."""
    word, _, code = kind.partition("-")
    if word == "kling" and code.isdigit() and int(code) in OF_CODE:
        return OF_CODE[int(code)]
    return OF_OUTCOME.get(kind, Way(kind, "", "Look at the paid call."))
