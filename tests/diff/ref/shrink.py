"""A difference made smaller: declarations, clauses and parts of the document are taken away while it is still there."""
import re

import docread
import gen_doc
import pairs

TRIES = 400


def smaller(probe, difference):
    """The same difference about less, or the difference as it was."""
    seed, kind, _, text, case = difference
    if kind not in ("pair", "compile") or not text:
        return difference
    data = (case or {}).get("data", ())
    state = {"text": text, "case": case, "what": difference[2], "tries": TRIES}
    shrink_text(probe, state, data)
    if case:
        shrink_document(probe, state, data)
    return seed, kind, state["what"], state["text"], state["case"]


def differs(probe, text, data, case):
    """What differs, or None: also where the program is refused by both, or cannot be asked about."""
    try:
        frames = [pairs.policy_frame([text], data=data)]
        made = pairs.Case(case["object"], case["context"], case["offline"], case["old"]) if case else None
        answers = pairs.ask(probe, frames + ([made.frame()] if made else []))
        if pairs.too_dear(answers[0]):
            return None
        p, what = pairs.compile_both(answers[0], text, data)
        if not case:
            return what
        if not p:
            return None
        mine = pairs.ours(p, made.w, case["context"], made.old_w)
        return pairs.judge(answers[1], mine, made, p)
    except (RuntimeError, ValueError, KeyError, AttributeError, TypeError, IndexError):
        return None  # too much was taken away


def accept(probe, state, data, text, case):
    state["tries"] -= 1
    what = differs(probe, text, data, case) if state["tries"] > 0 else None
    if what:
        state.update(text=text, case=case, what=what)
    return bool(what)


def shrink_text(probe, state, data):
    """Whole declarations first, then lines of clauses."""
    declarations, clauses = r"(?m)^(?=\S)", r"(?m)^(?=  \S|    \S|\S)"
    for pattern in (declarations, declarations, clauses):
        i = 0
        while True:
            parts = [p for p in re.split(pattern, state["text"]) if p]
            if i >= len(parts) or state["tries"] <= 0:
                break
            if not accept(probe, state, data, "".join(parts[:i] + parts[i + 1:]), state["case"]):
                i += 1


def members(value):
    if isinstance(value, docread.Obj):
        return gen_doc.Members((k, members(v)) for k, v in value.pairs)
    if isinstance(value, list):
        return [members(v) for v in value]
    return gen_doc.Raw(value) if isinstance(value, docread.Num) else value


def shrink_document(probe, state, data):
    i = 0
    while state["tries"] > 0:
        doc = members(docread.read(state["case"]["object"]))
        places = gen_doc.DocGen(None).places(doc, [])
        if i >= len(places):
            return
        holder, at = places[i]
        del holder[at]
        if not accept(probe, state, data, state["text"], {**state["case"], "object": gen_doc.write(doc)}):
            i += 1
