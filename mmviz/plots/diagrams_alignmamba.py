"""Diagrams of AlignMamba and AlignMamba-2: three ways to fuse sequences, and both models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmviz.plots.diagram_spec import At, Diagram
from mmviz.plots.diagrams_coupled_mamba import WIDTH, columns, encoder

if TYPE_CHECKING:
    from collections.abc import Sequence

_TOKENS = 4  # of each modality in the mechanisms
_RIGHT = 187.0  # middle of the column of what is used in training only
_MANY = 4  # modalities whose boxes take short texts


def symbols(names: Sequence[str]) -> tuple[str, ...]:
    """Return a symbol for each modality: its first letter in lower case, or numbers from 1 where these are not distinct Latin letters."""
    letters = [name[:1].lower() for name in names]
    usable = len(set(letters)) == len(letters) and all(c.isascii() and c.isalpha() and c not in "t" for c in letters)
    return tuple(letters) if usable else tuple(str(m + 1) for m in range(len(names)))


def mechanisms(names: Sequence[str]) -> Diagram:
    """Return the diagram of attention among all tokens, a scan along them, and a scan along aligned tokens."""
    anchor, other = symbols(names)[:2]
    shows = (
        f"Three ways to fuse two sequences of tokens, here {names[1]} ({other}) and {names[0]} ({anchor}). (a) Attention: every token attends to every "
        "token. (b) A scan along both sequences, one after the other. (c) AlignMamba: the tokens of one modality are transported onto the steps of "
        "the anchor, and one scan runs along the interleaved tokens; a step may receive several tokens or none."
    )
    d = Diagram("alignment_mechanisms", "Attention, scan, aligned scan", shows, WIDTH, 202)
    xs = [68.5 + 19 * i for i in range(2 * _TOKENS)]
    own = [(1, f"${other}_{i + 1}$") for i in range(_TOKENS)] + [(0, f"${anchor}_{i + 1}$") for i in range(_TOKENS)]
    mixed = [one for i in range(_TOKENS) for one in ((1, rf"$\tilde{{{other}}}_{i + 1}$"), (0, f"${anchor}_{i + 1}$"))]
    for row, y, tokens in (("q", 194, own), ("k", 146, own), ("s", 104, own), ("a", 14, mixed)):
        for i, (m, text) in enumerate(tokens):
            d.add(f"{row}{i}", xs[i], y, 13, 13, text, look="token", style=m)
            if row in "sa" and i:
                d.connect(f"{row}{i - 1}.east", f"{row}{i}.west")
    for i in range(2 * _TOKENS):
        for k in range(2 * _TOKENS):
            d.connect(f"k{k}.north", f"q{i}.south", look="light", head=False)
    for row in "sa":
        d.connect(At(f"{row}7", "east"), At(f"{row}7", "east", dx=7.5))
    for i, target in enumerate((0, 1, 1, 3)):  # the third step of the anchor receives none
        d.add(f"o{i}", xs[2 * i], 58, 13, 13, own[i][1], look="token", style=1)
        d.connect(f"o{i}.south", f"a{2 * target}.north", style=1)
    labels = {
        "attention": (170, "(a) attention", "$O(L^2)$"),
        "scan": (104, "(b) scan", "$O(L)$"),
        "transport": (58, "(c) transport", "onto anchor"),
        "aligned": (14, "and scan", "$O(L)$"),
    }
    for name, (y, first, second) in labels.items():
        d.add(name, 29, y, 0, 0, first, second, look="text")
    return d


def _encoders(d: Diagram, names: Sequence[str], y: float) -> tuple[list[float], float]:
    """Add the encoders, the anchor's rightmost; return the middle of each modality's column and the columns' width."""
    xs, width = columns(len(names), 3, 150, 6)
    xs = list(reversed(xs))
    for m, name in enumerate(names):
        encoder(d, m, name, xs[m], y, width)
    return xs, width


def _interleaved(d: Diagram, letters: Sequence[str], y: float, *, transported: bool) -> float:
    """Add the row of interleaved tokens with its frame; return its middle."""
    order = [*range(1, len(letters)), 0] if len(letters) < 3 else [*reversed(range(1, len(letters))), 0]
    steps = ("1", "2") if len(letters) < _MANY else ("1",)
    shown = [(m, t) for t in steps for m in order] + [(-1, "")] + [(m, "T") for m in order]
    pitch = min(15.0, 149 / len(shown))
    middle = 76.5
    d.add("tokens", middle, y, 153, 19, look="group")
    for i, (m, t) in enumerate(shown):
        x = middle + pitch * (i - (len(shown) - 1) / 2)
        if m < 0:
            d.add("dots", x, y, 0, 0, r"$\cdots$", look="text")
            continue
        base, above = (letters[m], "") if letters[m].isalpha() else ("x", f"^{letters[m]}")
        base = rf"\tilde{{{base}}}" if transported and m else base
        d.add(f"token{i}", x, y, pitch - 1.5, 14, f"${base}{above}_{{{t}}}$", look="token", style=m)
    return middle


def _training(d: Diagram, lines: Sequence[str], y: float, height: float, *text: str) -> None:
    """Add the box of the losses that are used in training only; a dashed line leads to it from branches of nodes' lines."""
    d.add("training", _RIGHT, y, 57, height, *text, look="training")
    for node in lines:
        d.add(f"tap-{node}", d.nodes[node].x, y, 3, 3, look="dot", style=d.nodes[node].style)
    d.connect(f"tap-{lines[0]}.center", "training.west", look="training")


def _head(d: Diagram, x: float, y: float, below: At) -> None:
    """Add pooling, head, prediction and the loss of the task, from this height on."""
    d.add("pool", x, y, 148, 15, "pool over steps, mean over modalities")
    d.add("head", x, y + 24, 44, 15, "head")
    d.add("output", x, y + 46, 0, 0, r"$\hat{y}$", look="text")
    d.add("task", _RIGHT, y + 24, 57, 15, r"$\mathcal{L}_{\mathrm{task}}$", look="training")
    d.connect(below, At(below.node, below.anchor, level=("pool", "south")))
    d.connect("pool.north", "head.south")
    d.connect("head.north", At("output", dy=-6))
    d.connect("head.east", "task.west", look="training")


def alignmamba(names: Sequence[str]) -> Diagram:
    """Return the diagram of AlignMamba: encoders, transport onto the anchor, interleaving, Mamba layers, head."""
    letters = symbols(names)
    anchor = letters[0]
    shows = (
        f"AlignMamba. The tokens of each modality are transported onto the steps of the anchor, {names[0]}, by the relaxed optimal transport plan M, "
        "interleaved by time, and scanned as one sequence. Dashed: in training only, with the MMD between transported and anchor tokens."
    )
    interpretation = (
        "normalisation of the transported tokens, bandwidth of the MMD, depth, pooling, mean over modalities"
    )
    d = Diagram("alignmamba", "AlignMamba", shows, WIDTH, 222, interpretation)
    xs, width = _encoders(d, names, 12)
    middle = _interleaved(d, letters, 118, transported=True)
    d.add("mamba", middle, 144, 148, 15, r"Mamba layers $\times K$")
    for m, letter in enumerate(letters):
        d.add(f"X{m}", xs[m] - 9, 31, 0, 0, f"$X_{{{letter}}}$", look="text")
        if not m:
            continue
        plan = rf"$M_{{{letter}{anchor}}}^{{\top}} X_{{{letter}}}$"
        d.add(
            f"plan{m}",
            xs[m],
            64,
            width,
            22,
            "transport" if len(names) < _MANY else "OT",
            plan,
            look="modality",
            style=m,
        )
        d.add(f"moved{m}", xs[m] - 9, 83, 0, 0, rf"$\tilde{{X}}_{{{letter}}}$", look="text")
        d.connect(f"encoder{m}.north", f"plan{m}.south", style=m)
        d.connect(f"plan{m}.north", At(f"plan{m}", level=("tokens", "south")), style=m)
    d.connect("encoder0.north", At("encoder0", level=("tokens", "south")), style=0)
    d.add("cost", xs[0], 41, 3, 3, look="dot", style=0)
    for m in range(1, len(names)):
        d.connect(
            "cost.center",
            At(f"plan{m}", dx=width / 2 - 6, level=("cost", "center")),
            At(f"plan{m}", "south", dx=width / 2 - 6),
            style=0,
        )
    lines = [*reversed([f"plan{m}" for m in range(1, len(names))]), "encoder0"]
    _training(
        d, lines, 91, 33, "training only", r"$\lambda\,\mathcal{L}_{\mathrm{align}}$", rf"MMD$^2$ to $X_{{{anchor}}}$"
    )
    d.connect("tokens.north", At("tokens", level=("mamba", "south")))
    _head(d, middle, 169, At("mamba", "north"))
    return d


def alignmamba2(names: Sequence[str]) -> Diagram:
    """Return the diagram of AlignMamba-2: encoders, two losses in training, a Modality-Aware Mamba layer with its experts, head."""
    letters = symbols(names)
    shows = (
        f"AlignMamba-2 in our interpretation. Two losses align the encoded tokens with those of the anchor, {names[0]}, in training only. In every "
        "Modality-Aware Mamba layer a token of modality m(t) is projected by the sum of a shared and its modality-specific expert, before and after one "
        "selective scan along all tokens."
    )
    interpretation = "what the experts are (variant A), routing by the modality of the token, where the losses act, the order of the tokens, depth, pooling"
    d = Diagram("alignmamba2", "AlignMamba-2", shows, WIDTH, 324, interpretation)
    xs, _ = _encoders(d, names, 12)
    middle = _interleaved(d, letters, 66, transported=False)
    for m, letter in enumerate(letters):
        d.add(f"X{m}", xs[m] - 9, 31, 0, 0, f"$X_{{{letter}}}$", look="text")
        d.connect(f"encoder{m}.north", At(f"encoder{m}", level=("tokens", "south")), style=m)
    lines = [f"encoder{m}" for m in reversed(range(len(names)))]
    _training(
        d,
        lines,
        41,
        33,
        "training only",
        r"$\lambda_1 \mathcal{L}_{\mathrm{OT}}$",
        r"$\lambda_2 \mathcal{L}_{\mathrm{MMD}}$",
    )
    x, u, z = 82.0, 60.0, 128.0
    d.add("layer", middle, 171, 148, 172, look="group")
    d.add("times", 162, 171, 0, 0, r"$\times K$", look="text")
    d.add("branch", x, 92, 3, 3, look="dot")
    d.add("norm", x, 106, 54, 14, "RMSNorm")
    _experts(d, letters, "in", 131)
    d.add("conv", u, 157, 80, 14, "Conv1d, SiLU")
    d.add("silu", z, 157, 32, 14, "SiLU")
    d.add("ssm", u, 179, 80, 14, "selective scan")
    d.add("gate", u, 199, 11, 11, r"$\odot$", look="operator")
    _experts(d, letters, "out", 222)
    d.add("plus", x, 246, 11, 11, "$+$", look="operator")
    d.add("u", u + 7, 145, 0, 0, "$u$", look="text")
    d.add("z", z + 7, 145, 0, 0, "$z$", look="text")
    d.connect(At("branch", dy=-1, level=("tokens", "north")), "norm.south")
    d.connect("norm.north", At("norm", level=("experts-in", "south")))
    for name in ("conv", "silu"):
        d.connect(At(name, level=("experts-in", "north")), f"{name}.south")
    d.connect("conv.north", "ssm.south")
    d.connect("ssm.north", "gate.south")
    d.connect("silu.north", At("silu", level=("gate", "east")), "gate.east")
    d.connect("gate.north", At("gate", level=("experts-out", "south")))
    d.connect(At("plus", level=("experts-out", "north")), "plus.south")
    d.connect("branch.center", At("branch", dx=-72), At("branch", dx=-72, level=("plus", "west")), "plus.west")
    _head(d, middle, 272, At("plus", "north"))
    return d


def _experts(d: Diagram, letters: Sequence[str], at: str, y: float) -> None:
    """Add the shared and the modality-specific experts of one projection, in a frame."""
    d.add(f"experts-{at}", 82, y, 126, 20, look="group")
    d.add(f"shared-{at}", 38, y, 30, 14, rf"$W^{{\mathrm{{sh}}}}_{{\mathrm{{{at}}}}}$")
    d.add(f"sum-{at}", 60, y, 0, 0, "$+$", look="text")
    width = 72 / len(letters)
    for m, letter in enumerate(letters):
        x = 68 + width * (len(letters) - m - 0.5)
        below = rf"_{{\mathrm{{{at}}}}}" if len(letters) < _MANY else ""
        d.add(f"expert{m}-{at}", x, y, width - 1.5, 14, f"$W^{{{letter}}}{below}$", look="modality", style=m)
    d.add(
        f"rule-{at}",
        _RIGHT,
        y,
        0,
        0,
        "token $t$:",
        rf"$W^{{\mathrm{{sh}}}}_{{\mathrm{{{at}}}}} + W^{{m(t)}}_{{\mathrm{{{at}}}}}$",
        look="text",
    )
