"""A gate as a module of JavaScript that needs nothing else, for a page's own visitors.

In: a `Gate` for pages (`one_gate.in_page`). Out: the module's text. It exports one function,
`gate(device)`, which takes what the npm package's `deviceSignals()` gives or a page reads itself,
and returns `{outcome, probability}`: the estimator's own. Where nobody asked for an adapter it is
*unknown*. Each check becomes one expression: its chance, `[chance]` where nobody asked, -1 where
nothing runs without it, -2 where nothing is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby, pairwise
from typing import Any, Final

from tabfit.formula import Operator
from tabfit.gate.one_gate import TELL_NO_MEMORY, Gate
from tabfit.gate.paths import UNLISTED, Leaf, Switch, Tree
from tabfit.gate.rules import EMULATED, SHARES, Decided, Rule
from tabfit.gate.signals import GROUPS
from tabfit.gate.symbols import is_numbers
from tabfit.verdict.decide import LEAST, SUREST
from tabfit.verdict.probability import LIKELY_FROM, UNLIKELY_TO

#: What each signal is called in the module, and where a device has it.
NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "platform": ("p", "d.platform??null"),
    "browser": ("b", "d.browser??null"),
    "browser_version": ("v", "d.browser_version"),
    "platform_version": ("o", "d.platform_version"),
    "graphics": ("r", "d.graphics"),
    "device_memory": ("m", "d.device_memory"),
    "cores": ("n", "d.cores"),
    "language_model": ("e", "d.language_model??null"),
    "secure_context": ("y", "d.secure_context"),
    "cross_origin_isolated": ("i", "d.cross_origin_isolated"),
    "webgpu": ("g", "d.webgpu"),
    "webgpu_vendor": ("w", "g.vendor||null"),
    "webgpu_architecture": ("h", "g.architecture"),
    "webgpu_fallback": ("k", "g.fallback"),
    "webgpu_shader_f16": ("f", "g.shader_f16"),
    "webgpu_max_buffer_size": ("B", "g.max_buffer_size"),
    "webgpu_max_storage_buffer_binding_size": ("S", "g.max_storage_buffer_binding_size"),
    "webgpu_max_compute_workgroup_storage_size": ("W", "g.max_compute_workgroup_storage_size"),
    "wasm_threads": ("t", "d.wasm?.threads"),
    "wasm_memory64": ("l", "d.wasm?.memory64"),
    "wasm_jspi": ("j", "d.wasm?.jspi"),
    "ram_bytes": ("x", "d.ram_bytes"),
    "vram_bytes": ("c", "d.vram_bytes"),
    "storage_quota_bytes": ("q", "d.storage?.quota_bytes"),
    "storage_usage_bytes": ("u", "d.storage?.usage_bytes"),
    SHARES: ("s", ""),
    EMULATED: ("a", ""),
}
#: The engine's arithmetic, written for a module: `probability.probability` and Python's rounding.
CHANCE: Final = (
    "P=([a,b,c])=>[a/1.15,a,b,c,c*1.15],H=[0,.05,.5,.95,1],"
    "L=(A,B,x,i=A.findLastIndex(y=>y<=x))=>"
    "i<0?0:i>3?1:B[i]+(B[i+1]-B[i])*(x-A[i])/(A[i+1]-A[i]),"
    "C=(a,b)=>{if(a[2]*1.15<b[0]/1.15)return 1;if(a[0]/1.15>b[2]*1.15)return 0;"
    "a=P(a);b=P(b);let z=0,k=.5;for(;k<40;k++){const i=H.findLastIndex(y=>y<=k/40);"
    "z+=L(b,H,a[i]+(a[i+1]-a[i])*((k/40-H[i])/(H[i+1]-H[i])))}return R(1-z/40)},"
)
EVEN: Final = "E=x=>{const f=F(x),r=x-f;return r<.5||r==.5&&!(f%2)?f:f+1},"
START: Final = "const{max:X,min:N,floor:F,exp:Z,round:Y}=Math,R=x=>F(x*1e4+.5000001)/1e4,"


def javascript(gate: Gate, asked: str, context: int) -> str:
    """Return the module; `asked` is the command that makes it again."""
    checks = [text for text in map(_checked, gate.checks) if text != "1"]
    body = ",".join(checks)
    return (
        f"// {gate.model} {gate.precision}, {gate.runtime}, {context} tokens\n"
        f"// tabfit {gate.version}, Apache-2.0: {asked}\n"
        f"// device: {_read(gate)}\n"
        + START
        + (EVEN if "E(" in body else "")
        + (CHANCE if "C(" in body else "")
        + "A=(outcome,probability)=>({outcome,probability});\n"
        + f"export const gate=d=>{{{_signals(gate)}const z=[{body}];"
        + ("if(z.includes(-3))return A('unsupported',null);" if "-3" in checks else "")
        + "if(z.includes(-1))return A('no',0);if(z.includes(-2))return A('unknown',null);"
        + "let a=1,l=1;for(const x of z)x.at?l=N(l,x[0]):a*=x;"
        + f"a=X({_number(LEAST)},N({_number(SUREST)},R(a*l)));"
        + f"return A(a<{_number(LIKELY_FROM)}?"
        + f"a>{_number(UNLIKELY_TO)}?'may':'unlikely':'likely',a)}}\n"
    )


def _read(gate: Gate) -> str:
    """Return the keys of the device contract that a gate reads."""
    groups: dict[str, list[str]] = {}
    for name in gate.signals:
        group, _, key = name.partition("_")
        inside = group in GROUPS and key
        groups.setdefault(group if inside else name, []).extend([key] if inside else [])
    parts = (f"{name}{{{','.join(keys)}}}" if keys else name for name, keys in groups.items())
    return ", ".join(parts)


def _signals(gate: Gate) -> str:
    """Return the signals by their short names; without an adapter there is nothing to weigh."""
    told = [NAMES[name] for name in gate.signals]
    page = [each for each in told if not each[1].startswith(("g.", "d.webgpu"))]
    own = [f"{short}={where}" for short, where in page]
    if {*_FREE_OF} <= {*gate.signals}:
        own.append(f"{_FREE}={NAMES[_FREE_OF[0]][0]}-({NAMES[_FREE_OF[1]][0]}||0)")
    of_adapter = [f"{short}={where}" for short, where in told if where.startswith("g.")]
    of_adapter += [f"{NAMES[name][0]}={_tree(tree, _truth)}" for name, tree in gate.derived.items()]
    if not gate.webgpu:
        return f"const {','.join((*own, *of_adapter))};"
    adapter = "const g=d.webgpu;if(!g)return g===null?A('no',0):A('unknown',null);"
    return f"{adapter}const {','.join((*own, *of_adapter))};"


def _truth(value: Any) -> str:  # noqa: ANN401 - a truth or None
    return {True: "!0", False: "!1", None: "null"}[value]


def _checked(rule: Rule) -> str:
    def leaf(made: Decided | None) -> str:
        if made is None:
            return "1"
        if made.unsupported:
            return "-3"
        if made.failed:
            return "-1"
        if not made.known:
            return "-2" if rule.decides else "1"
        return _chance(made.chance) if made.asked else f"[{_chance(made.chance)}]"

    return _tree(rule.tree, leaf)


def _tree(tree: Tree, leaf: Callable[[Any], str]) -> str:
    if isinstance(tree, Leaf):
        return leaf(tree.value)
    kind, *about = tree.question
    if kind == "is":
        return _cases(str(about[0]), [(a, _tree(b, leaf)) for a, b in tree.branches])
    yes, no = (_tree(tree.after(each), leaf) for each in (True, False))
    if yes == no:
        return yes
    if kind == "less" and (_ends(about[0])[0], _ends(about[1])[0]) == (no, yes):
        return f"X({yes},{no})"
    if kind == "known":
        return f"({NAMES[str(about[0])][0]}==null?{no}:{yes})"
    return f"({_ends(about[0])[0]}<{_ends(about[1])[0]}?{yes}:{no})"


def _cases(signal: str, branches: list[tuple[Any, str]]) -> str:
    """Return a choice among answers: those that come to the same are asked for together."""
    name = NAMES[signal][0]
    if signal == "device_memory":
        return _steps(name, branches)
    by_text: dict[str, list[Any]] = {}
    for answer, text in branches:
        by_text.setdefault(_if_memory(text, answer, branches), []).append(answer)
    usual = max(by_text, key=lambda text: (UNLISTED in by_text[text], len(by_text[text])))
    others = {text: answers for text, answers in by_text.items() if text != usual}
    if not others:
        return usual
    chosen = "".join(
        f"{'||'.join(_is(name, signal, each) for each in answers)}?{text}:"
        for text, answers in others.items()
    )
    asked = f"({chosen}{usual})"
    pairs = ",".join(f"{_key(a)}:{text}" for text, answers in others.items() for a in answers)
    looked_up = f"({{{pairs}}}[{name}]??{usual})"
    plain = all(len(text) < 12 for text in by_text) and not any(
        isinstance(answer, bool) for answer, _text in branches
    )
    return min(asked, looked_up, key=len) if plain and signal in _WORDS else asked


def _if_memory(text: str, answer: Any, branches: list[tuple[Any, str]]) -> str:  # noqa: ANN401
    """Return the text of another answer that says the same where no memory is told."""
    if answer not in TELL_NO_MEMORY:
        return text
    untold = f"({NAMES['device_memory'][0]}==null?{text}:"
    return next((other for _answer, other in branches if other.startswith(untold)), text)


_WORDS: Final = ("platform", "browser", "language_model", "webgpu_vendor")


def _key(answer: Any) -> str:  # noqa: ANN401 - an answer
    word = "null" if answer is None else str(answer)
    return word if word.isidentifier() else f"'{word}'"


def _is(name: str, signal: str, answer: Any) -> str:  # noqa: ANN401 - an answer
    if answer is None:
        return f"{name}==null"
    if isinstance(answer, bool):
        equal = "==" if signal == SHARES else "==="
        return f"{name}{equal}{_truth(answer)}"
    return f"{name}=='{answer}'"


def _steps(name: str, branches: list[tuple[Any, str]]) -> str:
    """Return a choice among rising numbers, the first for whatever lies below it."""
    untold = dict(branches)[None]
    told = [(a, text) for a, text in branches if a is not None]
    runs = [list(run) for _text, run in groupby(told, key=lambda each: each[1])]
    chosen = "".join(f"{name}<{_number(after[0][0])}?{run[0][1]}:" for run, after in pairwise(runs))
    last = runs[-1][0][1]
    if not chosen and last == untold:
        return last
    return f"({name}==null?{untold}:{chosen}{last})"


def _chance(made: Any) -> str:  # noqa: ANN401 - an expression
    if not isinstance(made, tuple):
        return _number(made)
    kind, *about = made
    if kind == "logistic":
        start, *terms = about
        added = [_tree(each, _number) if isinstance(each, Switch) else each.value for each in terms]
        known = [each for each in added if not isinstance(each, str)]
        written = [each for each in added if isinstance(each, str)]
        total = "+".join([_number(round(start + sum(known), 9)), *written])
        return f"Y(1e4/(1+Z({total})))/1e4"
    need, have = (f"[{','.join(_ends(each))}]" for each in about)
    return f"C({need},{have})"


#: What is left of a quota, by a name of its own.
_FREE, _FREE_OF = "D", ("storage_quota_bytes", "storage_usage_bytes")
_LEFT: Final = (Operator.DIFFERENCE.value, *(("told", each) for each in _FREE_OF))
_UNTOLD_IS_NOTHING: Final = ("storage_usage_bytes",)
_WRITTEN: Final = {
    Operator.SUM: "+",
    Operator.DIFFERENCE: "-",
    "-": "-",
    Operator.PRODUCT: "*",
}


def _ends(made: Any) -> tuple[str, str, str]:  # noqa: ANN401, PLR0911 - one kind a line
    """Return three ends of an expression, each as JavaScript."""
    if not isinstance(made, tuple):
        return (_number(made),) * 3
    if is_numbers(made):
        low, likely, high = map(_number, made)
        return low, likely, high
    kind, *about = made
    if kind == "told":
        name = NAMES[about[0]][0]
        return (f"({name}||0)" if about[0] in _UNTOLD_IS_NOTHING else name,) * 3
    if kind == "chance":
        return (_chance(made),) * 3
    if made == _LEFT:
        return (_FREE,) * 3
    terms = [_ends(each) for each in about]
    first = terms[0]
    if kind == Operator.ROUNDED and about[0][0] == Operator.FLOORED:
        return first
    if kind == Operator.ORDERED:
        return (first[0], f"X({first[0]},{first[1]})", f"X({','.join(first)})")
    low, likely, high = (_end(kind, [each[end] for each in terms]) for end in range(3))
    return low, likely, high


def _end(kind: str, terms: list[str]) -> str:
    if kind == Operator.PRODUCT:
        terms = [each for each in terms if each != "1"] or ["1"]
    if kind == Operator.PRODUCT and len(terms) == 1:
        return terms[0]
    if kind in _WRITTEN:
        return f"({_WRITTEN[kind].join(terms)})"
    called = {
        Operator.LARGEST: "X({})",
        Operator.SMALLEST: "N({})",
        Operator.FLOORED: "F({})",
        Operator.ROUNDED: "E({})",
        Operator.QUOTIENT: "F({})",
    }[Operator(kind)]
    return called.format(("/" if kind == Operator.QUOTIENT else ",").join(terms))


def _number(value: float) -> str:
    """Return a number as short as JavaScript takes it.

    >>> _number(0.5), _number(-0.25), _number(4294967296), _number(1.0)
    ('.5', '-.25', '4294967296', '1')
    """
    text = repr(int(value) if value == int(value) else round(float(value), 12))
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text
