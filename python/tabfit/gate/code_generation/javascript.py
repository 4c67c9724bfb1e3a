"""A gate as a module of JavaScript that needs nothing else, for a page's own visitors.

In: a `Gate` for pages (`scenario_rules.gate_for_page`). Out: the module's text. It exports one
function, `gate(device)`, which takes what the npm package's `deviceSignals()` gives or a page reads
itself, and returns `{outcome, probability}`: the estimator's own. Where nobody asked for an
adapter, or where a system is none that the engine knows, it is *unknown*. Each check becomes one
expression: its chance, from 4 on in 1/10,000, `[chance]` where nobody asked, -1 where nothing is
known, 2 where nothing runs without it, 3 where no runtime loads the model.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from math import prod
from typing import Any, Final

from tabfit.gate.code_generation import common_subexpressions
from tabfit.gate.code_generation.javascript_expressions import (
    FREE,
    FREE_OF,
    NAMES,
    Terms,
    is_of_words,
    orders,
)
from tabfit.gate.code_generation.javascript_shortening import number
from tabfit.gate.rules.decision_tree import UNLISTED
from tabfit.gate.rules.device_signals import GROUPS, WORDS
from tabfit.gate.rules.runtime_rules import SHARES, CheckLeaf, Rule
from tabfit.gate.scenario.scenario_rules import Gate
from tabfit.verdict import sureness
from tabfit.verdict.constants import LIKELY_FROM, STEPS, TAIL, UNLIKELY_TO
from tabfit.verdict.probability import POINT_SHARES

#: The engine's arithmetic, each where something uses it: `probability.probability`, Python's
#: rounding, the chance of a failure rate, a choice by `device_memory`, the place of a word.
ROUNDED: Final = "R=x=>F(x*1e4+.5000001)/1e4"
SHARES_AT: Final = f"[{','.join(map(number, POINT_SHARES))}]"
CHANCE: Final = (
    f"P=a=>[a[0]/{TAIL.likely},...a,a[2]*{TAIL.likely}],H={SHARES_AT},"
    "L=([a,...A],[b,...B],x,[c]=A,[e]=B)=>x<a?0:x<c?b+(e-b)*(x-a)/(c-a):c?L(A,B,x):1,"
    f"C=(a,b,k=.5)=>k<{STEPS.exact}?C(a,b,k+1)-L(P(b),H,L(H,P(a),k/{STEPS.exact}))/{STEPS.exact}:1"
)
EVEN: Final = "E=x=>{const f=F(x),r=x-f;return r<.5||r==.5&&!(f%2)?f:f+1}"
LOGISTIC: Final = "G=x=>R(1/(1+Math.exp(x/1e3)))"
BY_MEMORY: Final = "(..._)=>m>=0?_[N(Math.log2(m*4|1),7)|0]??1:-1"
PLACE: Final = "I=(w,x)=>w.indexOf(x?.slice({0},{1})||0)/{2}"
#: Signals of words of which there are no others, so that a piece of one tells it.
CLOSED: Final = ("platform", "browser")
#: What ends a text that is nothing but a hard check.
HARD: Final = "?2:1)"
#: A chance that is the same on every device.
_CHANCE: Final = re.compile(r"1|\.\d+|[4-9]|\d{2,4}")
#: What no check comes to beside its chance is above, so that a chance may be said in 1/10,000.
_MOST_SAID: Final = 3
_CHANCE_OF: Final = f"(x>{_MOST_SAID}?x/1e4:x)"


#: Letters that a name of a repeated expression may not be: parameters and helpers.
TAKEN: Final = frozenset("dgzaxiklPHLCRGMIEFXNDbcyut")


def javascript(gate: Gate, asked: str) -> str:
    """Return the module; `asked` is the command that makes it again, with every choice."""
    return min((_module(gate, asked, words) for words in orders(gate)), key=len)


def _module(gate: Gate, asked: str, words: Mapping[str, dict[Any, int]]) -> str:
    terms, met = Terms(gate, words), set[str]()
    texts = [_checked(terms, rule, met) for rule in gate.checks]
    sure = [_worth(each) for each in texts if _CHANCE.fullmatch(each)]
    checks = _shared_or_not(_hard_together([each for each in texts if not _CHANCE.fullmatch(each)]))
    if gate.webgpu:
        checks.insert(0, "(g?1:d.webgpu===null?2:-1)")
        met |= {"-1", "2"}
    checks = checks or ["1"]
    derived = {NAMES[name][0]: terms.tree(tree, _truth) for name, tree in gate.derived.items()}
    parts = [f"[{','.join(checks)}]", *derived.values()]
    used = {*TAKEN, *(name for name, _where in NAMES.values())}
    numbered = (f"{each}{digit}" for digit in string.digits for each in string.ascii_letters)
    names = (each for each in (*string.ascii_letters, *numbered) if each not in used)
    (body, *worked), repeated = common_subexpressions.named(parts, terms.written, names)
    own = {**_signals(gate, terms), **dict(zip(derived, worked, strict=True)), **repeated}
    every, body = _used_once(_with_memory(own, body), body)
    told = ",".join(f"{name}={every[name]}" for name in common_subexpressions.in_order(every))
    made = _bare(f"const {told}{',' if told else ''}z={body}{_settled(met, gate, sure)}")
    return (
        f"// {gate.version}: {asked}\n"
        f"// reads {_read(gate)}\n"
        f"{_helpers(made, terms)}export const gate=d=>{{{made}}}\n"
    )


def _hard_together(checks: list[str]) -> list[str]:
    """Return checks with those that are hard and nothing else taken together.

    >>> _hard_together(["(a?2:1)", "G(b)", "(c||d?2:1)"])
    ['(a||c||d?2:1)', 'G(b)']
    """
    hard = [each for each in checks if each.endswith(HARD) and each.count("?") == 1]
    conditions = "||".join(each[1 : -len(HARD)] for each in hard)
    together = [f"({conditions}{HARD}"] if hard else []
    return [*together, *(each for each in checks if each not in hard)]


def _shared_or_not(checks: list[str]) -> list[str]:
    """Return checks with one made where memory is shared and one made where it is not as one.

    >>> _shared_or_not(["(s?1:M(2))", "G(b)", "(s?3:1)"])
    ['(s?3:M(2))', 'G(b)']
    """
    name = NAMES[SHARES][0]
    begun, end = f"({name}?1:", ":1)"
    apart = next((each for each in checks if each.startswith(begun)), None)
    shared = next((e for e in checks if e.startswith(begun[:-2]) and e.endswith(end)), None)
    if apart is None or shared is None or apart == shared:
        return checks
    both = f"{shared.removesuffix(end)}:{apart.removeprefix(begun)}"
    return [both if each == apart else each for each in checks if each != shared]


def _used_once(every: dict[str, str], body: str) -> tuple[dict[str, str], str]:
    """Return names and a text without the signals that are read in one place, put there."""
    left = dict(every)
    for name, where in every.items():
        alone = re.compile(rf"(?<![\w.']){name}(?![\w'])")
        if not where.startswith(("d.", "g.")) or name == "g" or "??" in where:
            continue
        counts = [len(alone.findall(each)) for each in (body, *left.values())]
        if sum(counts) == 1:
            del left[name]
            body = alone.sub(where, body)
            left = {short: alone.sub(where, text) for short, text in left.items()}
    return left, body


def _bare(text: str) -> str:
    """Return a text without parentheses around whole arguments, elements and branches.

    >>> _bare("[(a?b:(c?d:e)),f((g*2)),(h||i)&&j]")
    '[a?b:c?d:e,f(g*2),(h||i)&&j]'
    """
    open_, drop = list[int](), set[int]()
    for at, sign in enumerate(text):
        if sign == "(":
            open_.append(at)
        elif sign == ")":
            begun = open_.pop()
            if text[begun - 1] in "[(,=:?." and text[at + 1] in ",)]:;":
                drop |= {begun, at}
    return "".join(sign for at, sign in enumerate(text) if at not in drop)


def _with_memory(own: dict[str, str], body: str) -> dict[str, str]:
    """Return what is told, with the choice by memory where something makes it."""
    chosen = any("M(" in each for each in (body, *own.values()))
    return {**own, "M": BY_MEMORY} if chosen else own


def _read(gate: Gate) -> str:
    """Return the keys of the device contract that a gate reads, groups by their names."""
    first = (name.partition("_")[0] for name in gate.signals)
    keys = zip(gate.signals, first, strict=True)
    return " ".join(dict.fromkeys(group if group in GROUPS else name for name, group in keys))


def _signals(gate: Gate, terms: Terms) -> dict[str, str]:
    """Return where each signal that is asked for is read, by its short name."""
    found = {"g": "d.webgpu||0"} if gate.webgpu else {}
    for name in gate.signals:
        if name != "webgpu":
            short, where = NAMES[name]
            found[short] = _placed(name, where, terms) if is_of_words(name) else where
    if {*FREE_OF} <= {*gate.signals}:
        quota, usage = (NAMES[each][0] for each in FREE_OF)
        told = f"{{quota_bytes:{quota},usage_bytes:{usage}=0}}"
        found = {each: where for each, where in found.items() if each not in (quota, usage)}
        found |= {told: "d.storage||0", FREE: f"X({quota}-{usage},0)"}
    return found


def _placed(name: str, where: str, terms: Terms) -> str:
    """Return what finds a word's place; of words that nobody else can say, by a piece of each."""
    words = [word or "" for word in terms.places[name] if word != UNLISTED]
    if name in CLOSED:
        start, end = _piece(terms)
        return f"I('{_pieces(words, start, end)}',{where})"
    return f"'{' '.join(words)}'.split` `.indexOf({where}||'')"


def _piece(terms: Terms) -> tuple[int, int]:
    """Return the shortest piece of words by which every word of a closed list is found."""
    every = ((start, start + width) for width in range(1, 9) for start in range(4))
    return next(each for each in every if all(_is_found(name, *each, terms) for name in CLOSED))


def _pieces(words: list[str], start: int, end: int) -> str:
    """Return a piece of each word, all of one length.

    >>> _pieces(["ios", "ipados"], 2, 4)
    's_ad'
    """
    return "".join(each[start:end].ljust(end - start, "_") for each in words)


def _is_found(name: str, start: int, end: int, terms: Terms) -> bool:
    width, own = end - start, terms.places[name]
    listed = [word for word in own if word != UNLISTED]
    whole = _pieces(listed, start, end)
    return not listed or all(
        whole.find(each[start:end] or "0") == width * own.get(each, -1 / width)
        for each in WORDS[name]
    )


def _truth(value: Any) -> str:  # noqa: ANN401 - a truth or None
    return {True: "!0", False: "!1", None: "null"}[value]


def _checked(terms: Terms, rule: Rule, met: set[str]) -> str:
    """Return a check's expression; `met` learns what it may come to beside a chance."""

    def leaf(made: CheckLeaf | None) -> str:
        if made is None:
            return "1"
        if made.unsupported or made.failed:
            return stop("3" if made.unsupported else "2")
        if not made.known:
            return stop("-1") if rule.decides else "1"
        chance = terms.chance(made.chance)
        if not made.asked:
            return stop(f"[{chance}]")
        return _shortest(made.chance) if isinstance(made.chance, float) else chance

    def stop(text: str) -> str:
        met.add(text[:1] if text[0] == "[" else text)
        return text

    return terms.tree(rule.tree, leaf)


def _shortest(chance: float) -> str:
    """Return a chance, as so many of 10,000 where that is shorter.

    >>> _shortest(0.0748), _shortest(0.6), _shortest(0.0003), _shortest(1.0)
    ('748', '.6', '.0003', '1')
    """
    whole = round(chance * 1e4)
    exact = whole / 1e4 == chance and _MOST_SAID < whole < 1e4
    return min(number(chance), str(whole), key=len) if exact else number(chance)


def _worth(text: str) -> float:
    """Return the chance that a text says."""
    return float(text) if float(text) <= _MOST_SAID else float(text) / 1e4


def _settled(met: set[str], gate: Gate, sure: list[float]) -> str:
    """Return what takes the checks together, as `verdict.decide.settle` does.

    `sure` are the chances of checks that come out alike on every device.
    """
    placed = [NAMES[each][0] for each in ("platform", "browser") if each in gate.signals]
    untold = f"N({','.join([*placed, '...z'])})<0?null:" if placed or "-1" in met else ""
    ends = sureness.ends()
    span = number(prod(sure, start=ends.surest - ends.least))
    chance = f"{untold}R({number(ends.least)}+{span}*@)"
    chance = f"z.includes(2)?0:{chance}" if "2" in met else chance
    chance = f"z.includes(3)?null:{chance}" if "3" in met else chance
    begun, product = ",", f"z.reduce((a,x)=>a*{_CHANCE_OF}{'' if gate.webgpu else ',1'})"
    if "[" in met:
        each = f"x.at?l=N(l,x[0]):k*={_CHANCE_OF}"
        begun, product = f";let k=1,l=1;for(const x of z){each};const ", "k*l"
    nobody = "z.includes(3)?'unsupported':'unknown'" if "3" in met else "'unknown'"
    surest, least = number(LIKELY_FROM.likely), number(UNLIKELY_TO.likely)
    word = f"a<{surest}?a>{least}?'may':a?'unlikely':a==0?'no':{nobody}:'likely'"
    return f"{begun}a={chance.replace('@', product)};return{{outcome:{word},probability:a}}"


def _helpers(text: str, terms: Terms) -> str:
    """Return the functions that a text uses, each before those that use it."""
    found = [ROUNDED]
    found += [made for name, made in _HELPERS.items() if f"{name}(" in text]
    used = "".join((text, *found))
    names = [f"{name}:{short}" for name, short in _MATH.items() if f"{short}(" in used]
    start, end = _piece(terms)
    made = ",".join(found).replace(PLACE, PLACE.format(start, end, end - start))
    return f"const{{{','.join(names)}}}=Math,{made};\n"


_HELPERS: Final = {"E": EVEN, "C": CHANCE, "G": LOGISTIC, "I": PLACE}
_MATH: Final = {"max": "X", "min": "N", "floor": "F"}
