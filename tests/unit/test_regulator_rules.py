"""The rules file: read, checked, read again when it changes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from baton.cli import app
from domain.engine import Turn, Utterance
from domain.entry import Role
from domain.errors import Misconfigured
from domain.session import Customer, EscalationReason, Language
from infrastructure.regulator import FileRegulator
from infrastructure.regulator.rules_file import DEFAULT_RULES, load_rules

SMALL = """
[limits]
likely = 1
doubtful = 0
[languages.nl.lists]
person = ["mens", "medewerker"]
[languages.nl.wishes]
phrases = ["met een <person> praten", "^ <person> [graag] $"]
exceptions = ["<person> (nodig|korting)"]
[languages.nl.wishes.negation]
before = ["niet"]
between = ["echt"]
[[languages.nl.alarms]]
name = "danger"
severity = "high"
phrases = ["in brand"]
"""


PACKAGED = FileRegulator(DEFAULT_RULES, explicit=True)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_file_of_ones_own_rules_alone(tmp_path: Path) -> None:
    regulator = FileRegulator(_written(tmp_path, SMALL), explicit=True)
    assert _reason(regulator, "mag ik met een mens praten?") is EscalationReason.USER_REQUEST
    assert _reason(regulator, "ik wil niet echt met een mens praten") is None
    assert _reason(regulator, "Medewerker graag!") is EscalationReason.USER_REQUEST
    assert _reason(regulator, "het staat in brand") is EscalationReason.KEYWORD
    assert _reason(regulator, "human please") is None


MENTIONS = (
    SMALL
    + """
[languages.nl.mentions]
phrases = ["graag ~~ een <person>", "van een <person>"]
exceptions = ["<person> thuis"]
"""
)


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("graag over deze zaak nog vandaag een medewerker", True),
        ("graag over deze oude en nare zaak nog vandaag of morgen een medewerker", False),  # more than eight words
        ("ik hoor het graag van een medewerker", True),
        ("ik hoor het graag van een medewerker thuis", False),
        ("wil met een medewerker thuis", False),
        ("ik wil met een medewerker praten, graag medewerker thuis", True),  # the exception is the mentions' alone
        ("is dat van een medewerker korting", False),  # what takes back a wish takes back a mention
        ("ik wil niet met een medewerker praten", False),
    ],
)
def test_a_mention_is_a_wish_with_exceptions_of_its_own(tmp_path: Path, text: str, called: bool) -> None:
    regulator = FileRegulator(_written(tmp_path, MENTIONS), explicit=True)
    assert (_reason(regulator, text) is EscalationReason.USER_REQUEST) is called


def test_what_is_turned_round_as_a_wish_is_no_mention(tmp_path: Path) -> None:
    mentions = '\n[languages.nl.mentions]\nphrases = ["<person> praten"]\n'
    regulator = FileRegulator(_written(tmp_path, SMALL + mentions), explicit=True)
    assert _reason(regulator, "met jullie mens praten") is EscalationReason.USER_REQUEST
    assert _reason(regulator, "niet met een mens praten") is None


def test_a_wish_that_reads_through_an_exception_stands(tmp_path: Path) -> None:
    text = SMALL.replace('"^ <person> [graag] $"', '"vraag <person> korting te geven"')
    regulator = FileRegulator(_written(tmp_path, text), explicit=True)
    assert _reason(regulator, "vraag medewerker korting te geven") is EscalationReason.USER_REQUEST
    assert _reason(regulator, "praten met een mens korting") is None


def test_a_file_that_extends_the_default_adds_to_it(tmp_path: Path) -> None:
    text = 'extends = "default"\nenabled = ["asks_for_person"]\n[vip]\ndomains = ["@Example.COM"]\n' + SMALL
    rules = load_rules(_written(tmp_path, text))
    regulator = FileRegulator(tmp_path / "rules.toml", explicit=True)
    assert _reason(regulator, "human please") is EscalationReason.USER_REQUEST
    assert _reason(regulator, "Medewerker graag!") is EscalationReason.USER_REQUEST
    assert _reason(regulator, "it is on fire") is None
    assert rules.book.limits.failures == 3
    assert rules.book.vip.domains == {"example.com"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("enabled = [", "is not TOML"),
        ('enabled = ["vipp"]', "enabled.0"),
        ("[limits]\nfailures = 0", "limits.failures: input should be greater than or equal to 1"),
        ("[limit]\nfailures = 1", "limit: extra inputs are not permitted"),
        ('extends = "standard"', "'standard' cannot work"),
        ('[severities]\nvip = "huge"', "severities.vip"),
        ('[languages.en.wishes]\nphrases = ["talk (to"]', "languages.en: 'talk (to' lacks a ')'"),
        ('[languages.en.wishes]\nphrases = ["talk to) me"]', "has a ')' too many"),
        ('[languages.en.wishes]\nphrases = ["<people> please"]', "there is no list <people>"),
        ('[languages.en.wishes]\nphrases = ["[please]"]', "may match nothing"),
        ('[languages.en.wishes]\nphrases = ["hum* please"]', "must begin with a whole word"),
        ('[languages.en.wishes]\nphrases = ["a * b"]', "'*' is no word"),
        ('[languages.en.wishes]\nphrases = [""]', "languages.en.wishes.phrases.0"),
        ('[languages.en.lists]\na = ["<b>"]\nb = ["<a>"]\n[languages.en.wishes]\nphrases = ["<a>"]', "contains itself"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, said: str) -> None:
    path = _written(tmp_path, text)
    with pytest.raises(Misconfigured) as refused:
        FileRegulator(path, explicit=True)
    assert str(path) in refused.value.detail
    assert said in refused.value.detail


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be read"):
        FileRegulator(tmp_path / "none.toml", explicit=True)


def test_a_changed_file_is_read_again_after_two_seconds(tmp_path: Path) -> None:
    clock = Clock()
    path = _written(tmp_path, SMALL)
    regulator = FileRegulator(path, explicit=True, clock=clock)
    _written(tmp_path, SMALL.replace("medewerker", "collega"), at=1)
    clock.now = 1.9
    assert _reason(regulator, "collega graag") is None
    clock.now = 2.0
    assert _reason(regulator, "collega graag") is EscalationReason.USER_REQUEST


def test_a_broken_new_file_is_refused_and_the_old_rules_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock()
    regulator = FileRegulator(_written(tmp_path, SMALL), explicit=True, clock=clock)
    _written(tmp_path, "enabled = [", at=1)
    for clock.now in (2.0, 4.0, 6.0):
        assert _reason(regulator, "Medewerker graag") is EscalationReason.USER_REQUEST
    assert capsys.readouterr().out.count("rules_refused") == 1
    _written(tmp_path, "limits = {likely = 1}", at=2)
    clock.now = 8.0
    assert _reason(regulator, "Medewerker graag") is None


def test_the_packaged_rules_hold_until_there_is_a_file(tmp_path: Path) -> None:
    clock = Clock()
    regulator = FileRegulator(tmp_path / "rules.toml", explicit=False, clock=clock)
    assert regulator.source == DEFAULT_RULES
    assert _reason(regulator, "human please") is EscalationReason.USER_REQUEST
    path = _written(tmp_path, SMALL)
    clock.now = 2.0
    assert _reason(regulator, "human please") is None
    assert regulator.source == path
    path.unlink()
    clock.now = 4.0
    assert _reason(regulator, "human please") is EscalationReason.USER_REQUEST


@pytest.mark.parametrize("text", ["", " ", "\0", "\ud800", "（" * 3_000, "🚲" * 500, "(((((", "\\"])
def test_odd_messages_are_survived(text: str) -> None:
    assert _reason(PACKAGED, text) is None


def test_the_command_checks_and_tries(tmp_path: Path) -> None:
    run = CliRunner()
    sound = run.invoke(app, ["rules", "check", str(_written(tmp_path, SMALL))])
    assert (sound.exit_code, "nl: 2 wishes, 1 alarms" in sound.output) == (0, True)
    wish = run.invoke(app, ["rules", "test", "mens graag", "--file", str(tmp_path / "rules.toml")])
    assert "user_request, severity normal, rule asks_for_person, because of “mens graag”" in wish.output
    broken = run.invoke(app, ["rules", "check", str(_written(tmp_path, "enabled = 1"))])
    assert (broken.exit_code, "enabled" in broken.output) == (1, True)
    shown = run.invoke(app, ["rules", "show"])
    assert shown.output == DEFAULT_RULES.read_text("utf-8")


def _reason(regulator: FileRegulator, text: str) -> EscalationReason | None:
    said = Utterance(Role.USER, text, 1)
    verdict = regulator.judge(Turn("s", Language.ENGLISH, Customer(), (said,), unanswered=1))
    return None if verdict is None else verdict.reason


def _written(folder: Path, text: str, *, at: int = 0) -> Path:
    """The rules file; `at` makes its time another one, however quick the test is."""
    path = folder / "rules.toml"
    path.write_text(text, "utf-8")
    os.utime(path, (at, at))
    return path
