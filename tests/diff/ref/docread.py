"""A JSON text as it was written: objects with their keys in order and twice where they stand twice, numbers as text."""
import json


class Num(str):
    """A number as it is spelt."""


class Obj:
    """Members in order. get() gives the first of several, as `duplicates` says whether there are any."""
    __slots__ = ("pairs", "first")

    def __init__(self, pairs):
        self.pairs = pairs
        self.first = {}
        for key, value in pairs:
            self.first.setdefault(key, value)

    def get(self, key):
        return self.first.get(key)

    def duplicates(self):
        return len(self.first) != len(self.pairs)


def read(text):
    return json.loads(text, object_pairs_hook=Obj, parse_int=Num, parse_float=Num, parse_constant=Num)
