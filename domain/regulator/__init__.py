"""When the AI must step back. The rules are in a file; here is what they mean.

`judge` looks at what the customer said, `judge_answer` at what came of it. `rules.py` says what can be ruled,
`template.py` how phrases are written.
"""

from domain.regulator.judging import is_vip, judge, judge_answer, no_valence
from domain.regulator.message import Valence
from domain.regulator.need import Ear, Likely, Need, no_ear
from domain.regulator.rules import RuleBook, Rules
from domain.regulator.verdict import Verdict

__all__ = [
    "Ear",
    "Likely",
    "Need",
    "RuleBook",
    "Rules",
    "Valence",
    "Verdict",
    "is_vip",
    "judge",
    "judge_answer",
    "no_ear",
    "no_valence",
]
