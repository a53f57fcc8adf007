"""What both pages look like: one style sheet, light and dark, nothing from elsewhere."""

from __future__ import annotations

from html import escape

STYLE = """
:root { color-scheme: light dark; --paper: #fbfaf7; --card: #fff; --ink: #23211d; --soft: #6d685e; --line: #e4dfd4;
  --good: #2f7d4f; --bad: #b3372d; --say: #e9efe9; --old: #fbe3df; --new: #dcf0e2; }
@media (prefers-color-scheme: dark) { :root { --paper: #1a1917; --card: #242320; --ink: #ece8df; --soft: #a49d90;
  --line: #3a3732; --good: #7cc79a; --bad: #ef8d82; --say: #2c342d; --old: #4a2a26; --new: #24402e; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC",
  sans-serif; }
main { max-width: 1280px; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; letter-spacing: -.01em; }
h2 { font-size: 1.15rem; margin: 2.6rem 0 .8rem; }
.soft { color: var(--soft); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: .75rem; margin-top: 1.6rem; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .8rem .95rem; }
.tile b { display: block; font-size: 1.45rem; line-height: 1.25; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: .85rem; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .85rem; }
th, td { padding: .45rem .6rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; }
thead th { color: var(--soft); font-weight: 500; }
tbody tr:last-child > * { border-bottom: 0; font-weight: 600; }
article { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.15rem;
  margin-bottom: 1rem; }
article h3 { font-size: .98rem; margin: 0; }
article > p { margin: .1rem 0 0; }
.turn { margin-top: .9rem; padding-left: .8rem; border-left: 3px solid var(--line); }
.turn.good { border-color: var(--good); }
.turn.bad { border-color: var(--bad); }
.say { background: var(--say); border-radius: 10px; padding: .4rem .7rem; display: inline-block; }
.say, .reply { white-space: pre-wrap; overflow-wrap: anywhere; }
.reply { margin: .45rem 0 .2rem; }
.facts { font-size: .85rem; color: var(--soft); margin: .1rem 0; overflow-wrap: anywhere; }
.why { color: var(--bad); margin: .1rem 0; font-weight: 500; overflow-wrap: anywhere; }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; margin-top: .45rem; }
@media (max-width: 700px) { .sides { grid-template-columns: 1fr; } }
.sides h4 { margin: 0; font-size: .8rem; font-weight: 500; color: var(--soft); }
del { background: var(--old); text-decoration: none; }
ins { background: var(--new); text-decoration: none; }
"""


def page(title: str, body: str) -> str:
    """A whole page; `body` is HTML, `title` is text."""
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n<main>\n{body}\n</main>\n</html>\n"
    )


def facts(*said: str) -> str:
    """A small line of facts; the empty ones are left out."""
    kept = " · ".join(escape(each) for each in said if each)
    return f'<p class="facts">{kept}</p>' if kept else ""
