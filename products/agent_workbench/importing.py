"""An import as a request brings it: files of a form, or documents in JSON."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from domain.errors import InvalidInput
from domain.knowledge import MAX_NOTE_CHARACTERS, ReadingTerms, SourceFile
from domain.session import Language
from products.web.schemas import Closed
from services.knowledge import Import

PATH = "/api/knowledge/import"

# The largest file that can be read (50 MB), and what a form or JSON's escapes add to it.
MAX_IMPORT_BYTES = 64 * 1024 * 1024

_MAX_FILES = 1_000
_FIELDS = frozenset({"language", "url_base", "replace", "note"})


class DocumentIn(Closed):
    name: str = Field(description="A path that ends with .md, .csv or .html.", examples=["returns.md"])
    content: str = Field(examples=["# Returns\n\n## How long?\n\nWithin 30 days."])


class ImportTermsIn(Closed):
    language: Language | None = Field(None, description="Left out: told from each text's letters.")
    url_base: str = Field("", max_length=500, pattern="^(https?://.*)?$", examples=["https://shop.example.com/help/"])
    replace: bool = Field(False, description="Whether nothing of the version before stays.")
    note: str = Field("", max_length=MAX_NOTE_CHARACTERS, examples=["New return policy"])


class ImportIn(ImportTermsIn):
    documents: list[DocumentIn] = Field(min_length=1, max_length=_MAX_FILES)


_TERMS: dict[str, Any] = {
    "language": {"type": "string", "enum": ["en", "zh"], "description": "Left out: told from each text's letters."},
    "url_base": {"type": "string", "example": "https://shop.example.com/help/"},
    "replace": {"type": "boolean", "default": False, "description": "Whether nothing of the version before stays."},
    "note": {"type": "string", "maxLength": MAX_NOTE_CHARACTERS, "example": "New return policy"},
}
_DOCUMENTS: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"name": {"type": "string"}, "content": {"type": "string"}},
        "required": ["name", "content"],
    },
    "example": [{"name": "returns.md", "content": "# Returns\n\n## How long?\n\nWithin 30 days."}],
}
_FILES = {"type": "array", "items": {"type": "string", "format": "binary"}}

# The framework describes a body that it reads itself; this one is read here, after the caller's authority is known.
DESCRIBED: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"files": _FILES, **_TERMS}, "required": ["files"]}
            },
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {"documents": _DOCUMENTS, **_TERMS},
                    "required": ["documents"],
                }
            },
        },
    }
}


async def import_of(request: Request, author: str) -> Import:
    """What the request asks for; `InvalidInput` (or its sibling of the framework) when it is neither of the two."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == "multipart/form-data":
            async with request.form(max_files=_MAX_FILES, max_fields=len(_FIELDS)) as form:
                return await _of_form(form, author)
        if kind == "application/json":
            return _of_json(await request.body(), author)
    except ValidationError as error:
        found = [{**each, "loc": ("body", *each["loc"])} for each in error.errors(include_url=False)]
        raise RequestValidationError(found) from None
    except HTTPException as error:
        raise InvalidInput("body", str(error.detail)) from None
    raise InvalidInput("body", "must be multipart/form-data with files, or JSON with documents")


async def _of_form(form: FormData, author: str) -> Import:
    files = [await _file(value) for value in form.getlist("files")]
    others = {name: value for name, value in form.multi_items() if name != "files"}
    if not files:
        raise InvalidInput("files", "must hold a file at least")
    return _import(files, ImportTermsIn.model_validate(others), author)


def _of_json(body: bytes, author: str) -> Import:
    order = ImportIn.model_validate_json(body)
    files = [SourceFile(each.name, each.content.encode("utf-8", "surrogatepass")) for each in order.documents]
    return _import(files, order, author)


def _import(files: list[SourceFile], terms: ImportTermsIn, author: str) -> Import:
    return Import(files, ReadingTerms(terms.language, terms.url_base), author, terms.note, terms.replace)


async def _file(value: object) -> SourceFile:
    if not isinstance(value, UploadFile):
        raise InvalidInput("files", "must be files")
    return SourceFile(value.filename or "", await value.read())
