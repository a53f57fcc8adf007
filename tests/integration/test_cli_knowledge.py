"""`baton knowledge` as a person at a shell sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.test_cli_commands import Command, _fails


@pytest.fixture
def baton(tmp_path: Path) -> Command:
    """The command in a folder with a shop's files."""
    help_pages = tmp_path / "help" / "pets"
    help_pages.mkdir(parents=True)
    (help_pages / "hamster.md").write_text("# Pets\n\n## May I bring my hamster?\n\nHamsters are welcome.\n", "utf-8")
    (help_pages / ".hidden.md").write_text("not meant", "utf-8")
    (help_pages / "logo.png").write_bytes(b"\x89PNG")
    (tmp_path / "faq.csv").write_text("question,answer\n怎么开发票？,下单时填写抬头。\n", "utf-8")
    (tmp_path / "bad.csv").write_text("question,answer\nWhy?,\n,Because.\n", "utf-8")
    (tmp_path / "cases.csv").write_text(
        "question,expected\nCan a hamster come?,pets.hamster:may-i-bring-my-hamster\nHow is the weather?,none\n",
        "utf-8",
    )
    return Command(tmp_path)


def test_files_are_imported_tried_out_and_taken_back(baton: Command) -> None:
    done = baton("knowledge", "import", "help", "faq.csv", "--url-base", "https://shop.net/help", "--note", "First")
    assert done.returncode == 0, done.stderr
    assert "Version 1: 2 entries of 2 files (2 added, 0 changed, 0 removed, 0 unchanged)." in done.stdout

    listed = baton("knowledge", "list").stdout
    assert "pets.hamster:may-i-bring-my-hamster\tPets › May I bring my hamster? [en]" in listed
    assert "https://shop.net/help/pets/hamster#may-i-bring-my-hamster" in listed
    assert "2 entries, version 1." in listed

    tried = baton("knowledge", "test", "Is my hamster welcome?").stdout
    assert tried.startswith("✓ pets.hamster:may-i-bring-my-hamster\t")
    measured = baton("knowledge", "test", "--file", "cases.csv").stdout
    assert "2 questions: hit@1 50.0%, hit@3 50.0%." in measured
    assert "✗ How is the weather?\texpected none" in measured

    assert baton("knowledge", "rollback", "0").stdout == "Nothing counts as imported.\n"
    assert "the demo shop." in baton("knowledge", "list").stdout
    assert "entries, the demo shop." in baton("knowledge", "list", DEMO="true").stdout
    assert baton("knowledge", "rollback", "1").stdout == "Version 1 is current.\n"
    assert baton("knowledge", "list", "--versions").stdout.startswith("* 1\t")


def test_what_cannot_be_imported_is_said_and_changes_nothing(baton: Command) -> None:
    bad = baton("knowledge", "import", "help", "bad.csv")
    assert bad.returncode == 2
    lines = [line for line in bad.stderr.splitlines() if not line.startswith("{")]
    assert lines == ["bad.csv:3: has neither a question nor a title", "baton: bad.csv: line 2: has no answer"]
    _fails(baton("knowledge", "import", "nowhere"), "nowhere: cannot be read (No such file or directory)")
    _fails(baton("knowledge", "import", "help/pets/logo.png"), "logo.png: is not of a kind that can be read")
    _fails(baton("knowledge", "rollback", "7"), "The knowledge base has no such version.")
    _fails(baton("knowledge", "test"), "test: give a question, or --file")
    assert baton("knowledge", "list", "--versions").stdout == "No version is current.\n"


def test_files_are_taken_out_all_of_them_or_none(baton: Command) -> None:
    assert baton("knowledge", "list", "--files").stdout == "No version is current.\n"
    assert baton("knowledge", "import", "help", "faq.csv").returncode == 0
    assert baton("knowledge", "list", "--files").stdout == "faq.csv\t1 entries\npets/hamster.md\t1 entries\n"

    unknown = baton("knowledge", "remove", "faq.csv", "hamster.md")
    assert unknown.returncode == 1
    lines = [line for line in unknown.stderr.splitlines() if not line.startswith("{")]
    assert lines == [
        "baton: There is no file hamster.md in the current version. Near names: pets/hamster.md. Nothing was changed."
    ]
    assert "2 entries, version 1." in baton("knowledge", "list").stdout

    done = baton("knowledge", "remove", "pets/hamster.md", "--note", "No hamsters any more")
    assert (done.returncode, done.stdout) == (
        0,
        "Version 2: 1 entries of 1 files (0 added, 0 changed, 1 removed, 1 unchanged).\n",
    )
    assert baton("knowledge", "list", "--versions").stdout.splitlines()[0].endswith("\tNo hamsters any more")
    last = baton("knowledge", "remove", "faq.csv").stdout.splitlines()
    assert last[0].startswith("Version 3: 0 entries of 0 files")
    assert last[1] == "Nothing is left: the AI says that it does not know, until something is imported."
    # Not the demo shop's: whoever takes all out wants nothing said of bicycles.
    assert baton("knowledge", "list", DEMO="true").stdout == "0 entries, version 3.\n"
    assert baton("knowledge", "rollback", "1").returncode == 0
    assert "2 entries, version 1." in baton("knowledge", "list").stdout
