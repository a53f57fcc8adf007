"""Learns the weights of `infrastructure/regulator/ear.py`: `python -m tests.learning.ear` writes them there.

It learns from `messages.jsonl` beside this file, the vectors of the regulator, the conversations for tuning and the
demo shop's typical questions. Every tenth message (`is_held_out`) is kept from it: only `tests/unit/test_ear.py` counts
those. docs/decisions/0027-ear.md says why it is a model of this kind.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

from domain.regulator import Need
from evaluation.case_file import read_cases
from infrastructure.knowledge.demo.entries import load_entries
from infrastructure.regulator.ear import NEEDS, WEIGHT_UNIT, signs

Values = npt.NDArray[np.float64]

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
MESSAGES = HERE / "messages.jsonl"
CASES = ROOT / "evaluation/cases/tuning.jsonl"
VECTORS = ROOT / "tests/vectors"
WEIGHTS = ROOT / "infrastructure/regulator/ear.json"

# Of ten messages one is not learned from.
HELD_OUT = 10

# A sign that hardly anybody uses says more about who uses it than about what is meant.
LEAST_OFTEN = 3

# Ridge, steps and step width, chosen with each author's messages held out in turn; ridges of 0.03 and 0.1 are as good
# to two percent.
RIDGE = 0.01
STEPS = 150
WIDTH = 0.3

# What weighs less than this after learning changes nothing that counts.
LEAST_WEIGHT = 0.1


@dataclass(frozen=True, slots=True)
class Heard:
    """A message, its language, and what it calls for (None: nobody is needed)."""

    text: str
    language: str
    need: Need | None


def written_for_this() -> Iterator[Heard]:
    """Messages that people wrote down together with what they call for."""
    for line in MESSAGES.read_bytes().splitlines():
        found = orjson.loads(line)
        label = found["label"]
        yield Heard(found["text"], found["language"], None if label == "none" else Need(label))


def from_vectors() -> Iterator[Heard]:
    """What the rules' phrases were set by."""
    needs = {"wishes": Need.WISH, "alarms": Need.ALARM, "anger": Need.ANGER, "others": None}
    batches = [orjson.loads((VECTORS / f"regulator_{half}.json").read_bytes()) for half in ("tuning", "held_out")]
    for batch in (*batches, *orjson.loads((VECTORS / "regulator_rounds.json").read_bytes())):
        for kind, need in needs.items():
            for language, texts in batch.get(kind, {}).items():
                for text in texts:
                    yield Heard(text, language, need)


def from_cases() -> Iterator[Heard]:
    """What customers say in the conversations for tuning while nobody is needed."""
    for case in read_cases([CASES]):
        for turn in case.turns:
            if turn.expect is not None and turn.expect.handoff is False:
                for text in turn.say:
                    yield Heard(text, case.language.value, None)


def typical_questions() -> Iterator[Heard]:
    """What a shop is asked day by day."""
    for entry in load_entries():
        for language, wording in entry.wordings.items():
            for text in wording.questions:
                yield Heard(text, language.value, None)


def is_held_out(text: str) -> bool:
    """Whether a message is kept from learning; the same one always is."""
    return zlib.crc32(text.encode()) % HELD_OUT == 0


def learned(messages: Sequence[Heard]) -> tuple[list[str], Values]:
    """The signs, and their weights for each need: a row a sign, the bias last. Softmax regression with Adam.

    A message's signs weigh one over the root of how many they are, so that long ones do not shout.
    """
    rows = [signs(message.text) for message in messages]
    often = Counter(sign for row in rows for sign in row)
    known = sorted(sign for sign, count in often.items() if count >= LEAST_OFTEN)
    place = {sign: number for number, sign in enumerate(known)}
    columns = [[place[sign] for sign in row if sign in place] for row in rows]
    lengths = np.array([len(each) for each in columns])
    column = np.array([number for each in columns for number in each])
    row = np.repeat(np.arange(len(rows)), lengths)
    worth = 1 / np.sqrt(np.maximum(1, lengths))[row]
    by_column = np.argsort(column, kind="stable")
    begins = np.searchsorted(column[by_column], np.arange(len(known)))
    row_of, worth_of = row[by_column], worth[by_column]
    ends = np.concatenate([[0], np.cumsum(lengths)])[:-1]
    spoken = lengths > 0
    truth = np.zeros((len(rows), len(NEEDS) + 1))
    for number, message in enumerate(messages):
        truth[number, 0 if message.need is None else 1 + NEEDS.index(message.need)] = 1
    weights = np.zeros((len(known) + 1, truth.shape[1]))
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        sums = np.zeros_like(truth)
        sums[spoken] = np.add.reduceat(weights[column] * worth[:, None], ends[spoken], axis=0)
        sums += weights[-1]
        shares = np.exp(sums - sums.max(1, keepdims=True))
        shares /= shares.sum(1, keepdims=True)
        missed = shares - truth
        slope = np.empty_like(weights)
        slope[:-1] = np.add.reduceat(missed[row_of] * worth_of[:, None], begins, axis=0) + RIDGE * weights[:-1]
        slope[-1] = missed.sum(0)
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope * slope
        width = WIDTH * (1 - 0.9 * step / STEPS)
        weights -= width * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    # What counts is how much more a sign says for a need than for none.
    return known, weights[:, 1:] - weights[:, :1]


def everything() -> list[Heard]:
    """All messages, each once; what was written for this says most clearly what is meant."""
    return list(
        {
            heard.text: heard for heard in (*typical_questions(), *from_cases(), *from_vectors(), *written_for_this())
        }.values()
    )


def main() -> None:
    messages = [message for message in everything() if not is_held_out(message.text)]
    known, weights = learned(messages)
    rounded = np.rint(weights / WEIGHT_UNIT).astype(int).tolist()
    kept = {sign: rounded[number] for number, sign in enumerate(known) if np.abs(weights[number]).max() >= LEAST_WEIGHT}
    WEIGHTS.write_bytes(orjson.dumps({"bias": rounded[-1], "weights": kept}) + b"\n")
    print(f"{len(messages)} messages, {len(kept)} signs, {WEIGHTS.stat().st_size} bytes")


if __name__ == "__main__":
    main()
