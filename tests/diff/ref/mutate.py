"""One mistake put into a good program: what people write wrong, each with a code of language.md 3.13."""
import re

MISTAKES = [  # (pattern, replacement): one occurrence is changed
    (r"\.(privileged|host_path|read_only|name|image|labels|kind|securityContext|spec)\b", r".\1x"),         # E0303
    (r"\b(container|workload|mount|pod|task)\.", r"\1s."),                                                 # E0302
    (r"\b(lower|version|int|count)\(", r"\1r("),                                                           # E0302
    (r"\) and \(", r") or ("),                                                                             # E0120 where there are three
    (r" == ", " = "), (r" is absent", " is not set"), (r" is set", " is not absent"),                      # E0100, E0122
    (r" satisfies ", " and "), (r" in \{", " {"), (r" => ", " = "),                                        # E0100
    (r"\n  otherwise => .*", ""), (r"\n  for each .*", ""), (r"\n  (require|forbid) .*(\n    .*)*", ""),   # E0106, E0107, E0108
    (r"(for each) (container|mount|port|volume)\b", r"\1 \2s"), (r"for each pod ", "for each task "),      # E0322
    (r" (<|<=|>|>=) ", r" < 3 \1 "), (r"(?<= )(\d+)(?=[ )\n])", r'"\1"'),                                  # E0124, E0310
    (r"(\d+)(Mi|Gi)", r"\1"), (r"(\d+)(Mi|Gi)", r"\1m"), (r'"([A-Z][A-Za-z]+)"', r'"\1z"'),                # E0304, E0308
    (r'(under|covers) "/', r'\1 "'), (r" like ", " matches "), (r" matches /", " matches /^"),             # E0309, E0123, E0321
    (r"matches /", "matches /(?=a)"), (r" minus ", " - "), (r" is (not )?empty", " > 3"),                  # E0320, E0307
    (r" if set", ""), (r"(\n  (?:require|forbid) [^\n]*)", r"\1 if set"),                                  # E0301, E0323 and others
    (r"\((\S+) else [^()]*\)", r"\1"), (r"(some|every|no) q", r"\1 container_q"),                          # E0301, E0302
    (r"\n(deny|warn|audit) r-", r"\nallow r-"), (r"message \"", r'message "{'), (r"\{\{", "{"),            # E0104, E0103
    (r"\n  (when|unless) ", r"\n  require true == true\n  \1 "), (r"\bq(\d+)\b", "data"),                  # E0109, E0102
    (r"_", "-"), (r"\n  from ", "\n  from nosuch, "), (r"\n  expires \S+", ""),                            # E0101, E0326, E0111
    (r"expires (\S+)", r'expires "\1"'), (r"\nrollout (\S+) ", r"\nrollout \1, \1 "),                      # E0110, E0204
    (r"param (\w+): \w+", r"param \1: byte"), (r"param (\w+): [^=\n]* =", r"param \1 ="),                  # E0201, E0202
    (r"\n(deny|warn|audit) (r-\d+)", r"\n\1 \2\n  for each pod\n  forbid pod.spec.hostPID\n\n\1 \2"),      # E0203
]


def mutated(text, rng):
    for _ in range(20):
        pattern, to = rng.choice(MISTAKES)
        places = list(re.finditer(pattern, text))
        if places:
            m = rng.choice(places)
            return text[:m.start()] + m.expand(to) + text[m.end():]
    return text
