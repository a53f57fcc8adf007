"""The knowledge over HTTP: importing, reading, versions, trying out; and the citations that customers click."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from infrastructure.ai.builtin.finding import MIN_CONFIDENCE
from services.demo import DEMO_AGENTS
from tests.integration.served import is_problem
from tests.servers.people import AgentPerson, open_customer, raw_exchange, signed_in
from tests.servers.service import Service

ADMIN = next(agent for agent in DEMO_AGENTS if agent.username == "admin")
# Indexing thousands of entries on a busy machine takes long.
PATIENCE_SECONDS = 60.0
PETS = b"# Pets\n\n## Can I bring my hamster?\n\nHamsters are <b>welcome</b> <script>alert(1)</script>here.\n"


@pytest.fixture(scope="module")
def own_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Both services: others would not like their knowledge to change."""
    folder: Path = tmp_path_factory.mktemp("knowledge")
    service = Service("serve", database_url=f"sqlite:///{folder}/baton.db")
    try:
        service.start()
        yield service
    finally:
        service.close()


@pytest.fixture
async def admin(http: httpx.AsyncClient, own_service: Service) -> AgentPerson:
    return await signed_in(http, own_service.workbench_url, ADMIN.username)


async def imported(admin: AgentPerson, *files: tuple[str, bytes], **fields: str) -> httpx.Response:
    return await admin.http.post(
        admin.base + "/api/knowledge/import",
        files=[("files", (name, content)) for name, content in files],
        data=fields,
        headers=admin.headers,
    )


async def state(admin: AgentPerson) -> Any:
    return (await admin.get("/api/knowledge/versions")).json(), (await admin.get("/api/knowledge", limit=200)).json()


async def in_use(admin: AgentPerson, number: int) -> None:
    """Wait until a version is answered from: its import does not wait for more than a moment."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await admin.get("/api/knowledge/versions")).json()["served"] != number:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def emptied(admin: AgentPerson) -> None:
    assert (await admin.post("/api/knowledge/versions/0/activate")).status_code == 200
    await in_use(admin, 0)


async def test_an_import_is_answered_from_cited_and_undone(
    http: httpx.AsyncClient, own_service: Service, admin: AgentPerson
) -> None:
    customer = await open_customer(http, own_service.chatbot_url)
    demo = (await admin.get("/api/knowledge")).json()
    assert (demo["version"], demo["demo"]) == (0, True)
    assert demo["total"] > 50

    answer = await imported(admin, ("help/pets.md", PETS), url_base="https://shop.net/", note="Pets 宠物")
    assert answer.status_code == 201, answer.text
    version = answer.json()
    assert (version["author"], version["note"]) == (ADMIN.name, "Pets 宠物")
    assert [version[name] for name in ("number", "added", "changed", "removed", "unchanged")] == [1, 1, 0, 0, 0]
    await in_use(admin, 1)

    said = (await customer.say("Can I bring my hamster?", wait=True)).json()["reply"]["payload"]
    assert "Hamsters are welcome" in said["content"]
    (citation,) = said["citations"]
    assert citation["url"] == "https://shop.net/help/pets#can-i-bring-my-hamster"
    for person in (customer, admin):
        entry = (await person.get(f"/api/knowledge/{citation['id']}", language="zh")).json()
        assert entry == {**citation, "language": "en", "body": "Hamsters are welcome here."}

    replaced = {"documents": [{"name": "bikes.md", "content": "# 自行车\n\n我们的自行车都可以试骑。"}], "replace": True}
    second = await admin.post("/api/knowledge/import", replaced)
    assert second.status_code == 201, second.text
    assert (second.json()["number"], second.json()["removed"]) == (2, 1)
    await in_use(admin, 2)
    gone = await customer.get(f"/api/knowledge/{citation['id']}")
    is_problem(gone, 404, "knowledge_not_found")
    listed = (await admin.get("/api/knowledge", q="自行车 试骑")).json()
    assert (listed["version"], listed["demo"], listed["total"]) == (2, False, 1)
    assert listed["entries"][0]["wordings"]["zh"]["title"] == "自行车"
    assert (await admin.get("/api/knowledge", q="hamster")).json()["total"] == 0

    assert (await admin.post("/api/knowledge/versions/1/activate")).json()["current"] == 1
    await in_use(admin, 1)
    tried = (await admin.post("/api/knowledge/test", {"question": "Can my hamster come along?"})).json()
    assert tried["version"] == 1
    assert (tried["matches"][0]["entry"]["id"], tried["matches"][0]["passes"]) == (citation["id"], True)
    versions = (await admin.get("/api/knowledge/versions")).json()
    assert versions["current"] == 1
    assert [each["number"] for each in versions["versions"]] == [2, 1]
    await emptied(admin)
    assert (await admin.get("/api/knowledge")).json()["total"] == demo["total"]


async def test_what_was_found_is_told_in_the_language_of_the_question(admin: AgentPerson) -> None:
    for question, language in (("Can I return my bike?", "en"), ("买了以后可以退货吗？", "zh")):
        (match, *_) = (await admin.post("/api/knowledge/test", {"question": question})).json()["matches"]
        assert (match["entry"]["id"], match["entry"]["language"]) == ("returns", language)
        # What is enough for an answer is so because of how likely it is one.
        assert match["passes"] == (match["confidence"] >= MIN_CONFIDENCE)


async def test_the_pages_of_the_list(admin: AgentPerson) -> None:
    whole = (await admin.get("/api/knowledge", limit=200)).json()["entries"]
    pages = [(await admin.get("/api/knowledge", limit=7, offset=start)).json()["entries"] for start in (0, 7)]
    assert pages[0] + pages[1] == whole[:14]
    assert (await admin.get("/api/knowledge", offset=10_000)).json()["entries"] == []


async def test_an_entry_is_read_in_the_language_that_is_asked_for(admin: AgentPerson) -> None:
    english = (await admin.get("/api/knowledge/returns", language="en")).json()
    chinese = (await admin.get("/api/knowledge/returns", language="zh")).json()
    assert (english["language"], chinese["language"]) == ("en", "zh")
    assert "退货" in chinese["title"]


BAD_FILES: dict[str, tuple[tuple[str, bytes], str, str]] = {
    "no answer": (("a.csv", b"question,answer\nx,\n"), "a.csv", "line 2"),
    "encoding": (("a.md", b"x\n\xff\xff"), "a.md", "line 2"),
    "kind": (("a.exe", b"MZ"), "a.exe", "must end with"),
    "way out": (("../../a.md", b"x"), "../../a.md", "path"),
    "nothing": (("a.md", b""), "a.md", "no text"),
}


@pytest.mark.parametrize("what", BAD_FILES)
async def test_a_file_that_cannot_be_read_changes_nothing(admin: AgentPerson, what: str) -> None:
    before = await state(admin)
    bad, name, said = BAD_FILES[what]
    answer = await imported(admin, ("good.md", PETS), bad)
    is_problem(answer, 422, "files_refused", field=name)
    problem = answer.json()
    assert said in problem["detail"]
    assert problem["errors"][0]["field"] == name
    assert await state(admin) == before


BAD_BODIES: list[tuple[bytes, str]] = [
    (b"", "application/json"),
    (b"[]", "application/json"),
    (b"{", "application/json"),
    (b'{"documents": []}', "application/json"),
    (b'{"documents": [{"name": "a.md"}]}', "application/json"),
    (b'{"documents": [{"name": "a.md", "content": "x"}], "language": "de"}', "application/json"),
    (b'{"documents": [{"name": "a.md", "content": "x"}], "url_base": "javascript:x"}', "application/json"),
    (b'{"documents": [{"name": "a.md", "content": "a\\u0000b"}]}', "application/json"),
    (b'{"documents": [{"name": "a.md", "content": "\\ud800"}]}', "application/json"),
    (b'{"documents": [{"name": "a.md", "content": "x"}], "note": "\\u0000"}', "application/json"),
    (b'{"documents": [{"name": "a.md", "content": "x"}], "extra": 1}', "application/json"),
    (b'{"documents": [{"name": "\\u0000.md", "content": "x"}]}', "application/json"),
    (b"# Text", "text/markdown"),
    (b"x", "multipart/form-data"),
    (b"x", "multipart/form-data; boundary=b"),
    (
        b'--b\r\nContent-Disposition: form-data; name="files"\r\n\r\nx\r\n--b--\r\n',
        "multipart/form-data; boundary=b",
    ),
    (
        b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nx\r\n--b--\r\n',
        "multipart/form-data; boundary=b",
    ),
    (
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.md"\r\n\r\nx\r\n'
        b'--b\r\nContent-Disposition: form-data; name="what"\r\n\r\nx\r\n--b--\r\n',
        "multipart/form-data; boundary=b",
    ),
]


@pytest.mark.parametrize(("body", "content_type"), BAD_BODIES, ids=range(len(BAD_BODIES)))
async def test_a_body_of_the_wrong_shape_changes_nothing(admin: AgentPerson, body: bytes, content_type: str) -> None:
    before = await state(admin)
    headers = admin.headers | {"Content-Type": content_type}
    answer = await admin.http.post(admin.base + "/api/knowledge/import", content=body, headers=headers)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert await state(admin) == before


@pytest.mark.parametrize("where", ["import", "test"])
async def test_a_body_that_is_too_large(admin: AgentPerson, where: str) -> None:
    size = (65 if where == "import" else 1) * 2**20
    status, headers, body = await raw_exchange(
        admin.base,
        f"POST /api/knowledge/{where} HTTP/1.1\r\nHost: x\r\nAuthorization: {admin.headers['Authorization']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {size}\r\n\r\n",
        # As much as is listened to of what is too large; whoever sends more may be cut off before the answer.
        [b"x" * 2**16] * (min(size, 16 * 2**20) // 2**16),
    )
    assert (status, headers["content-type"]) == (413, "application/problem+json")
    assert b'"code":"too_large"' in body


async def test_an_import_may_be_larger_than_other_bodies(admin: AgentPerson) -> None:
    big = b"\n\n".join(b"## Part %d\n\n%s" % (number, b"A sentence about parts. " * 30) for number in range(500))
    answer = await imported(admin, ("big.md", b"# Big\n\n" + big))
    assert (answer.status_code, answer.json()["entries"]) == (201, 500)
    await emptied(admin)


async def test_what_is_not_there(admin: AgentPerson) -> None:
    is_problem(await admin.get("/api/knowledge/nothing-like-it"), 404, "knowledge_not_found")
    is_problem(await admin.post("/api/knowledge/versions/999/activate"), 404, "version_not_found")
    for number in ("-1", "x", "99999999999999999999"):
        is_problem(await admin.post(f"/api/knowledge/versions/{number}/activate"), 422, "invalid_input")
    for body in ({}, {"question": ""}, {"question": "a\0b"}, {"question": "x", "limit": 0}, {"question": "x" * 2001}):
        is_problem(await admin.post("/api/knowledge/test", body), 422, "invalid_input")


async def test_imports_at_once_are_all_kept(admin: AgentPerson) -> None:
    answers = await asyncio.gather(*(imported(admin, (f"{name}.md", PETS)) for name in "abcd"))
    assert [answer.status_code for answer in answers] == [201] * 4
    await in_use(admin, max(answer.json()["number"] for answer in answers))
    assert (await admin.get("/api/knowledge", q="hamster")).json()["total"] == 4
    await emptied(admin)


NAMES = ("pets.md", "help/pets.md", "帮助/退货 & 换货?.md", "100%/#a;b=c+d.md", "~.md")


@pytest.mark.parametrize("safe", ["/", ""], ids=["slashes", "no slashes"])
async def test_files_are_taken_out_by_name(admin: AgentPerson, safe: str) -> None:
    """Whatever the name holds, and whichever way its slashes are written."""
    first = (await imported(admin, *((name, PETS) for name in NAMES))).json()["number"]
    listed = (await admin.get(f"/api/knowledge/versions/{first}/files")).json()
    assert listed == {"version": first, "files": [{"name": name, "entries": 1} for name in sorted(NAMES)]}
    for left, name in zip(range(len(NAMES) - 1, -1, -1), NAMES, strict=True):
        answer = await admin.delete(f"/api/knowledge/files/{quote(name, safe=safe)}", note=f"Without {name}")
        assert answer.status_code == 200, answer.text
        version = answer.json()
        assert (version["author"], version["note"]) == (ADMIN.name, f"Without {name}")
        assert [version[each] for each in ("documents", "entries", "removed", "unchanged")] == [left, left, 1, left]
        again = await admin.delete(f"/api/knowledge/files/{quote(name, safe=safe)}")
        is_problem(again, 404, "file_not_found")
        assert again.json()["names"] == [name]
    await emptied(admin)


async def test_without_its_last_file_the_ai_knows_nothing_until_an_older_version_is_back(
    http: httpx.AsyncClient, own_service: Service, admin: AgentPerson
) -> None:
    number = (await imported(admin, ("pets.md", PETS))).json()["number"]
    await in_use(admin, number)
    assert (await admin.delete("/api/knowledge/files/pets.md")).json()["entries"] == 0
    await in_use(admin, number + 1)
    listed = (await admin.get("/api/knowledge")).json()
    assert listed == {"version": number + 1, "demo": False, "entries": [], "total": 0}
    assert (await admin.get(f"/api/knowledge/versions/{number + 1}/files")).json()["files"] == []
    versions = (await admin.get("/api/knowledge/versions")).json()
    assert [versions[name] for name in ("current", "demo", "preparing")] == [number + 1, False, False]
    for question in ("Can I bring my hamster?", "Can I return my bike?"):
        customer = await open_customer(http, own_service.chatbot_url)
        said = (await customer.say(question, wait=True)).json()["reply"]["payload"]
        assert (said["confident"], said.get("citations", [])) == (False, [])

    assert (await admin.post(f"/api/knowledge/versions/{number}/activate")).status_code == 200
    await in_use(admin, number)
    assert (await admin.get("/api/knowledge", q="hamster")).json()["total"] == 1
    await emptied(admin)


async def test_what_cannot_be_taken_out(admin: AgentPerson) -> None:
    before = await state(admin)
    # While nothing is imported, there are no files: the demo shop's entries stand in none.
    for name in ("returns", "returns.md", "a/b.md", "..%2Fa.md", "%00", "x" * 1000):
        is_problem(await admin.delete(f"/api/knowledge/files/{name}"), 404, "file_not_found")
    for note in ("x" * 501, "\0"):
        is_problem(await admin.delete("/api/knowledge/files/a.md", note=note), 422, "invalid_input")
    assert (await admin.get("/api/knowledge/versions/0/files")).json() == {"version": 0, "files": []}
    is_problem(await admin.get("/api/knowledge/versions/999/files"), 404, "version_not_found")
    assert await state(admin) == before


async def test_removals_at_once_are_all_kept(admin: AgentPerson) -> None:
    await imported(admin, *((f"{name}.md", PETS) for name in "abcd"))
    answers = await asyncio.gather(*(admin.delete(f"/api/knowledge/files/{name}.md") for name in "abbc"))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 404]
    current = (await admin.get("/api/knowledge/versions")).json()["current"]
    files = (await admin.get(f"/api/knowledge/versions/{current}/files")).json()["files"]
    assert [file["name"] for file in files] == ["d.md"]
    await emptied(admin)


async def test_what_is_asked_back_comes_with_choices(http: httpx.AsyncClient, sqlite_service: Service) -> None:
    customer = await open_customer(http, sqlite_service.chatbot_url)
    asked = (await customer.say("爆胎保修吗", wait=True)).json()["reply"]["payload"]
    assert asked["asks_back"] is True
    assert asked["choices"] == ["轮胎、胎压与补胎", "保修"]
    chosen = (await customer.say(asked["choices"][1], wait=True)).json()["reply"]["payload"]
    assert [cited["title"] for cited in chosen["citations"]] == ["保修"]
    assert "choices" not in chosen
