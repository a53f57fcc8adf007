"""Files of a shop, read into entries: what each format may hold, what is refused, and that nothing hostile matters."""

from __future__ import annotations

import time

import pytest

from domain.errors import FilesRefused
from domain.knowledge import KnowledgeEntry, ReadingTerms, SourceFile, Wording
from domain.session import Language
from infrastructure.knowledge.files import ShopFiles
from infrastructure.knowledge.files.apart import FilesReadApart
from infrastructure.knowledge.files.chunking import MAX_CHARACTERS

EN, ZH = Language.ENGLISH, Language.CHINESE


def entries(
    content: str | bytes, name: str = "page.md", *, language: Language | None = None, base: str = ""
) -> tuple[KnowledgeEntry, ...]:
    file = SourceFile(name, content if isinstance(content, bytes) else content.encode())
    (document,) = ShopFiles().read([file], ReadingTerms(language, base))
    assert document.name == name
    return document.entries


def problems(*files: tuple[str, str | bytes]) -> list[tuple[str, int, str]]:
    sources = [SourceFile(name, text if isinstance(text, bytes) else text.encode()) for name, text in files]
    with pytest.raises(FilesRefused) as refused:
        ShopFiles().read(sources, ReadingTerms())
    return list(refused.value.problems)


def only(entry: KnowledgeEntry) -> Wording:
    (wording,) = entry.wordings.values()
    return wording


MARKDOWN = """---
title: Returns
tags: [return, refund]
questions: Can I return my bike?
author: {of: nobody, cares: true}
---
You can return everything, see [the form](/form) or <b>ask</b>.<script>alert(1)</script>

## Bikes

### How long?

Within 30 days of delivery, and
not a day\\
longer.

- cleaned
- complete
  1. charger
  2. keys

| Model | Range | Price |
| --- | --- | --- |
| Ridge | 90 km | €2,499 |

## 退货

可以
无理由退货。
"""


def test_markdown_keeps_its_headings_lists_and_tables() -> None:
    start, how_long, chinese = entries(MARKDOWN, "help/Returns.md", base="https://shop.net/")
    assert start.id == "help.returns"
    assert start.url == "https://shop.net/help/Returns"
    assert only(start) == Wording(
        "Returns",
        "You can return everything, see the form (https://shop.net/form) or ask.",
        ("Can I return my bike?",),
        ("return", "refund"),
    )
    assert (how_long.id, how_long.url) == ("help.returns:how-long", "https://shop.net/help/Returns#how-long")
    assert only(how_long).title == "Returns › Bikes › How long?"
    assert only(how_long).questions == ("How long?",)
    assert only(how_long).body == (
        "Within 30 days of delivery, and not a day\nlonger.\n\n"
        "- cleaned\n- complete\n  1. charger\n  2. keys\n\n"
        "Ridge: Range 90 km; Price €2,499"
    )
    assert list(chinese.wordings) == [ZH]
    assert (chinese.id, only(chinese).body) == ("help.returns:退货", "可以无理由退货。")


PAGE = """<!doctype html><html lang="en"><head><title>Delivery | Shop</title>
<link rel="canonical" href="/delivery"><style>p {}</style></head><body>
<header><h1>The shop</h1><nav><a href="/">Home</a></nav></header>
<main><h1>Delivery</h1><p>We deliver <b>every</b> day.<br>Even on Sundays, and also on every holiday there is.</p>
<script>document.write("stolen")</script><noscript>Turn it on</noscript>
<h2><a name="eu"></a>Europe</h2><ul><li>Germany &amp; Austria: 3 days<li>France<ul><li>Paris: 2 days</ul></ul>
<table><tr><th>Zone<th>Price<th>Days<tr><td>A<td>€5<td>2<tr><td>B<td>€9<td>4</table>
<details><summary>Who carries it?</summary><p>A carrier.</details></main>
<aside>Buy more</aside><footer>© The shop</footer></body></html>"""


def test_a_web_page_is_read_without_what_surrounds_it() -> None:
    start, europe, who = entries(PAGE, "x/delivery.html", base="https://shop.net/")
    assert [one.id for one in (start, europe, who)] == ["x.delivery", "x.delivery:eu", "x.delivery:who-carries-it"]
    assert [one.url for one in (start, europe)] == ["https://shop.net/delivery", "https://shop.net/delivery#eu"]
    assert only(start).title == "Delivery"
    assert only(start).body == "We deliver every day.\nEven on Sundays, and also on every holiday there is."
    assert only(europe).title == "Delivery › Europe"
    assert only(europe).body == (
        "- Germany & Austria: 3 days\n- France\n  - Paris: 2 days\n\nA: Price €5; Days 2\nB: Price €9; Days 4"
    )
    assert only(who) == Wording("Delivery › Europe › Who carries it?", "A carrier.", ("Who carries it?",))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_has_an_answer_in_each_row(delimiter: str) -> None:
    rows = [
        ["Question", "Answer", "Tags", "Url", "Language"],
        ["Can I pay by card?|Which cards?", '"Yes,\nall of them; and | ""more"""', '"card,pay"', "/pay", ""],
        ["", "", "", "", ""],
        ["怎么付款？", "支持银行卡和支付宝。", "", "", "zh"],
    ]
    text = "\ufeff" + "\r\n".join(delimiter.join(row) for row in rows)
    card, chinese = entries(text, "faq.csv", base="https://shop.net/")
    assert (card.id, card.url) == ("faq:can-i-pay-by-card", "https://shop.net/pay")
    assert only(card) == Wording(
        "Can I pay by card?",
        'Yes,\nall of them; and | "more"',
        ("Can I pay by card?", "Which cards?"),
        ("card", "pay"),
    )
    assert (chinese.id, list(chinese.wordings), chinese.url) == ("faq:怎么付款", [ZH], "")


def test_long_sections_are_parted_between_sentences_and_tiny_ones_joined() -> None:
    sentence = "Every sentence of this section ends where it should end. "
    chinese = "每一句话都应该完整地保留下来。"
    long, second, *_ = entries(f"# Long\n\n{sentence * 30}")
    assert (long.id, second.id) == ("page", "page.2")
    for text in (sentence, chinese):
        found = entries(f"# Title\n\n{text * 90}")
        bodies = [only(one).body for one in found]
        assert len(bodies) > 1
        assert all(len(body) <= MAX_CHARACTERS * 1.2 for body in bodies)
        assert min(map(len, bodies)) > MAX_CHARACTERS / 4
        assert all(body.endswith(text.strip()) and body.startswith(text[:5]) for body in bodies)
        assert " ".join(bodies).count(text.strip()) == 90
    sizes = "# Frame\n\n## Sizes\n\nS and M\n\n## Colours\n\nRed\n\n## Is it light?\n\nYes.\n"
    joined, asked = entries(sizes)
    assert (only(joined).title, only(joined).body) == ("Frame", "Sizes: S and M\n\nColours: Red")
    assert (only(asked).title, only(asked).body) == ("Frame › Is it light?", "Yes.")


def test_ids_are_unique_and_stay_when_the_text_changes() -> None:
    text = "# A\n\nSome text.\n\n## Price?\n\nOne.\n\n## Price?\n\nTwo.\n"
    ids = [entry.id for entry in entries(text)]
    assert ids == ["page", "page:price", "page:price-1"]
    assert [entry.id for entry in entries(text.replace("One", "Another"))] == ids


def test_the_language_is_given_or_told_from_the_letters() -> None:
    assert list(entries("# 退货\n\nRidge E-Bike 可以退货。")[0].wordings) == [ZH]
    assert list(entries("# Returns\n\nSay 退货 for returns.")[0].wordings) == [EN]
    assert list(entries("# Returns\n\nText.", language=ZH)[0].wordings) == [ZH]
    assert list(entries("---\nlanguage: en\n---\n# 退货\n\n可以。", language=ZH)[0].wordings) == [EN]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030"])
def test_encodings_that_files_really_have(encoding: str) -> None:
    (found,) = entries("# 退货\n\n收货后三十天内可以无理由退货。".encode(encoding))
    assert only(found).body == "收货后三十天内可以无理由退货。"


def test_a_page_may_declare_its_encoding() -> None:
    page = '<meta charset="windows-1252"><p>Fahrräder für Größe fünf, geprüft'
    assert only(entries(page.encode("windows-1252"), "a.html")[0]).body == "Fahrräder für Größe fünf, geprüft"


REFUSED: dict[str, tuple[str, str | bytes, int, str]] = {
    "other encoding": ("a.md", "x\nFahrräder für Größe".encode("latin-1"), 2, "neither UTF-8 nor GB18030"),
    "cut UTF-16": ("a.md", "ab".encode("utf-16")[:-1], 0, "UTF-16"),
    "NUL": ("a.md", "one\ntwo\0", 2, "NUL"),
    "no YAML": ("a.md", "---\ntitle: [\n---\nx", 3, "not YAML"),
    "language": ("a.md", "---\ntitle: a\nlanguage: de\n---\nx", 3, "must be en or zh"),
    "tags": ("a.md", "---\ntags: {a: [b]}\n---\nx", 2, "tags must be a list"),
    "url": ("a.md", "---\nurl: 'javascript:alert(1)'\n---\nx", 2, "http or https"),
    "deep YAML": ("a.md", f"---\ntags: {'[' * 5000}\n---\nx", 1, "front matter"),
    "endless paragraph": ("a.md", "![" * 50_000, 1, "paragraph"),
    "empty": ("a.md", " \n", 0, "no text"),
    "only headings": ("a.md", "# A\n## B", 0, "no text"),
    "only a script": ("a.html", "<script>alert(1)</script>", 0, "no text"),
    "columns": ("a.csv", "\nq,a\n1,2", 2, "no column 'question'"),
    "no answer": ("a.csv", "question,answer\na,b\nc,", 3, "has no answer"),
    "no question": ("a.csv", 'question,answer\n"a\nb",c\n,d', 4, "neither a question nor a title"),
    "too many cells": ("a.csv", "question,answer\na,b,c", 2, "3 cells"),
    "open quote": ("a.csv", 'question,answer\na,b\nc,"d\n\ne', 3, "a quoted cell does not end"),
    "unsafe url": ("a.csv", "question,answer,url\na,b,javascript:alert(1)", 2, "http or https"),
    "kind": ("a.pdf", b"%PDF", 0, "must end with"),
    "way out": ("../a.md", "x", 0, "a path within"),
    "backslashes": ("a\\b.md", "x", 0, "a path within"),
    "too large": ("a.md", b"x" * (50 * 1024 * 1024 + 1), 0, "more than 50 MB"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_read_is_refused_with_its_line(what: str) -> None:
    name, content, line, said = REFUSED[what]
    (found,) = problems((name, content))
    assert found[:2] == (name, line)
    assert said in found[2]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    found = problems(("good.md", "text"), ("a.csv", "question,answer\na,\n,b"), ("b.md", "a\0"))
    assert [(name, line) for name, line, _ in found] == [("a.csv", 2), ("a.csv", 3), ("b.md", 1)]


HOSTILE = {
    "nested.html": "<div>" * 100_000 + "x",
    "lists.html": "<ul><li>" * 10_000 + "x",
    "tables.html": "<table><tr><td>" * 10_000 + "x",
    "comments.html": "x" + "<!--" * 100_000,
    "closed.html": "x" + "<!--" * 100_000 + ">",
    "sections.html": "x" + "<![CDATA[" * 100_000 + ">",
    "ends.html": "x" + "</" * 100_000,
    "tags.html": "x" + "<a " * 50_000,
    "ampersands.html": "&" * 100_000,
    "quotes.md": ">" * 15_000 + " x",
    "links.md": "[a](" * 4_000,
    "stars.md": "*a_ " * 4_000,
    "steps.md": "\n".join("  " * depth + "- a" for depth in range(500)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_made_to_be_slow_is_not(name: str) -> None:
    began = time.process_time()
    try:
        for entry in entries(HOSTILE[name], name):
            assert only(entry).body
    except FilesRefused as refused:
        assert "no text" in refused.problem
    # Each takes about a second at most on a slow machine; what goes with the square takes minutes.
    assert time.process_time() - began < 10


def test_nothing_that_could_run_is_left() -> None:
    page = """<p onclick="evil()">Text <img src=x onerror="evil()" alt="picture"> <a href="javascript:evil()">link</a>
    <svg><script>evil()</script></svg><iframe srcdoc="evil()"></iframe>&lt;script&gt;shown as text&lt;/script&gt;"""
    (found,) = entries(page, "a.html")
    assert only(found).body == "Text picture link <script>shown as text</script>"
    (found,) = entries("[link](javascript:evil()) ![alt](javascript:evil()) <script>evil()</script>\n\n<b>bold</b>")
    # The parser makes no link of such an address, so it stays the text that it is.
    assert only(found).body == "[link](javascript:evil()) ![alt](javascript:evil())\n\nbold"


def test_another_process_reads_the_same() -> None:
    files = [
        SourceFile("returns.md", MARKDOWN.encode()),
        SourceFile("faq.csv", "question,answer\n怎么？,这样。\n".encode()),
    ]
    terms = ReadingTerms(None, "https://shop.net/help")
    assert FilesReadApart().read(files, terms) == ShopFiles().read(files, terms)


def test_another_process_refuses_the_same() -> None:
    files = [SourceFile("good.md", b"# Good\n\nText."), SourceFile("bad.csv", b"question,answer\nWhy?,\n,Because.\n")]
    with pytest.raises(FilesRefused) as refused:
        FilesReadApart().read(files, ReadingTerms())
    assert list(refused.value.problems) == problems(*((file.name, file.content) for file in files))
    assert refused.value.extra["errors"]
