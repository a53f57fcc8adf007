"""What a model may do in a turn. Rights are checked here: what the prompt says of them is only advice to the model."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Literal

import orjson
from openai.types.chat import ChatCompletionFunctionToolParam
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.engine import Citation, Handover, ToolCall, Turn
from domain.entry import Role
from domain.errors import BatonError, OrderNotFound
from domain.knowledge import KnowledgeEntry, Product
from domain.order import Offer, Order, product_card
from domain.ports import Catalogue, Lookups
from domain.session import EscalationReason, Language
from domain.turn import language_of
from infrastructure.ai.entries import citation, entry_card
from infrastructure.ai.openai import search
from infrastructure.ai.openai.blocks import Blocks, cut
from infrastructure.ai.openai.model import ToolRequest
from infrastructure.ai.openai.proof import customer_gave
from infrastructure.ai.openai.screen import LINK, LINK_TAIL
from infrastructure.ai.phrases import PHRASES
from infrastructure.ai.retrieval.knowledge_base import KnowledgeBase

# Enough to answer from, little enough that four of them fit any model's context.
_MAX_ENTRIES = 4
_MAX_ENTRY_CHARACTERS = 1_500
_MAX_RESULT_CHARACTERS = 8_000
_MAX_ITEMS = 20
_MAX_CARDS = 8

_MAX_OFFERS = 5


class _Arguments(BaseModel):
    # A model that leaves the quotes off a number means the same.
    model_config = ConfigDict(coerce_numbers_to_str=True, str_strip_whitespace=True)


class _SearchKnowledge(_Arguments):
    query: str = Field(min_length=1, max_length=500, description="What to look for, in the words of the customer.")
    language: Literal["en", "zh"] | None = Field(None, description="The language of the query.")


class _LookUpOrder(_Arguments):
    number: str = Field(min_length=1, max_length=40, description="The order number as the customer gave it.")
    email: str = Field(min_length=3, max_length=254, description="The e-mail address as the customer gave it.")


class _FindProduct(_Arguments):
    query: str = Field(min_length=1, max_length=200, description="A product's name, or what it should be like.")


class _HandOver(_Arguments):
    reason: Literal["customer_asked", "customer_upset", "cannot_help"]
    detail: str = Field("", max_length=500, description="For the colleague: in a sentence, what the customer wants.")


_REASONS = {
    "customer_asked": EscalationReason.USER_REQUEST,
    "customer_upset": EscalationReason.SENTIMENT,
    "cannot_help": EscalationReason.FAIL_LOOP,
}


def _described(name: str, description: str, arguments: type[_Arguments]) -> ChatCompletionFunctionToolParam:
    parameters = arguments.model_json_schema()
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


TOOLS = (
    _described("search_knowledge", "Find what the shop's knowledge says about a question.", _SearchKnowledge),
    _described("look_up_order", "Find one order of the customer by number and e-mail address.", _LookUpOrder),
    _described("find_product", "Find products that the shop sells, with their prices.", _FindProduct),
    _described("hand_over", "Get a human colleague, who takes the conversation over.", _HandOver),
)


class Toolbox:
    """The tools in one turn, and what they brought to light: knowledge to cite, links that may be shown, cards,
    and the wish to hand over.
    """

    def __init__(
        self, turn: Turn, knowledge: KnowledgeBase, lookups: Lookups, catalogue: Catalogue, blocks: Blocks
    ) -> None:
        self.language = language_of(turn)
        self.handover: Handover | None = None
        self._turn = turn
        self._knowledge = knowledge
        self._lookups = lookups
        self._catalogue = catalogue
        self._blocks = blocks
        self._citations: dict[str, Citation] = {}
        self._links: set[str] = set()
        self._found_orders: dict[str, Order] = {}
        self._found_offers: dict[str, Offer] = {}

    async def use(self, request: ToolRequest) -> tuple[str, ToolCall]:
        """Do what the model asked for: the result for it to read, and what to report. Nothing it asks for raises."""
        try:
            found, reported = await self._use(request)
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(map(str, each['loc'])) or 'JSON'}: {each['msg']}" for each in error.errors()
            )
            found, reported = {"error": problems}, ToolCall(_known_name(request.name), {}, "malformed")
        except BatonError as error:
            # The order book is away, or has been asked too often: for the model to tell, not to know why.
            found = {"error": "This does not work at the moment. Say so and offer a colleague."}
            reported = ToolCall(request.name, {}, error.code)
        return self._blocks.block("result", cut(orjson.dumps(found).decode(), _MAX_RESULT_CHARACTERS)), reported

    def is_known_link(self, url: str) -> bool:
        """Whether the shop's own knowledge, or an order that was found, holds this address."""
        return url in self._links

    def citations(self, ids: Iterable[str]) -> tuple[Citation, ...]:
        """Those of the ids that were found in this turn; a model may have made up the others."""
        return tuple(self._citations[each] for each in ids if each in self._citations)

    def cards(self, text: str) -> list[str]:
        """The cards that belong under the answer: orders found, products found that it names; none twice in a row."""
        shown = next((said.text for said in reversed(self._turn.utterances) if said.role is not Role.USER), "")
        cards = [card for order in self._found_orders.values() for card in self._order_cards(order)]
        cards += [
            entry_card(Product(offer.name, offer.currency, offer.price, offer.image_url), self.language)
            for offer in self._found_offers.values()
            if offer.name.casefold() in text.casefold()
        ]
        return [card for card in cards if card not in shown][:_MAX_CARDS]

    async def _use(self, request: ToolRequest) -> tuple[dict[str, Any], ToolCall]:
        match request.name:
            case "search_knowledge":
                return await self._search_knowledge(_SearchKnowledge.model_validate_json(request.arguments))
            case "look_up_order":
                return await self._look_up_order(_LookUpOrder.model_validate_json(request.arguments))
            case "find_product":
                return await self._find_product(_FindProduct.model_validate_json(request.arguments))
            case "hand_over":
                return self._hand_over(_HandOver.model_validate_json(request.arguments))
            case _:
                return {"error": "There is no such function."}, ToolCall(_known_name(request.name), {}, "unknown")

    async def _search_knowledge(self, asked: _SearchKnowledge) -> tuple[dict[str, Any], ToolCall]:
        language = Language(asked.language) if asked.language else self.language
        entries: list[dict[str, str]] = []
        # An entry may exist in another language only.
        for each in sorted(Language, key=lambda one: one is not language):
            found = await search.found(self._knowledge, asked.query, each, limit=_MAX_ENTRIES)
            entries = [self._quoted(entry, each) for entry in found]
            if entries:
                break
        return {"entries": entries}, ToolCall("search_knowledge", {"language": language}, _count(entries, "entries"))

    async def _find_product(self, asked: _FindProduct) -> tuple[dict[str, Any], ToolCall]:
        offers = await self._catalogue.search(asked.query, language=self.language, limit=_MAX_OFFERS)
        self._found_offers |= {offer.name: offer for offer in offers}
        self._links |= {offer.url for offer in offers if offer.url}
        quoted = [
            {"product": offer.name, "price": f"{offer.currency}{offer.price}", "url": offer.url} for offer in offers
        ]
        return {"products": quoted}, ToolCall("find_product", {}, _count(quoted, "products"))

    async def _look_up_order(self, asked: _LookUpOrder) -> tuple[dict[str, Any], ToolCall]:
        if not customer_gave(self._turn, asked.number, asked.email):
            problem = "The customer has not given this number and this e-mail address. Ask for what is missing."
            return {"error": problem}, ToolCall("look_up_order", {}, "refused")
        try:
            order = await self._lookups.find(self._turn.session_name, asked.number, asked.email)
        except OrderNotFound as error:
            return {"error": error.detail}, ToolCall("look_up_order", {}, "not found")
        self._found_orders[order.number] = order
        self._links |= {order.tracking_url} if order.tracking_url else set()
        return _order(order), ToolCall("look_up_order", {"number": order.number}, "found")

    def _hand_over(self, asked: _HandOver) -> tuple[dict[str, Any], ToolCall]:
        self.handover = self.handover or Handover(_REASONS[asked.reason], asked.detail)
        return {"done": True}, ToolCall("hand_over", {"reason": asked.reason}, "done")

    def _quoted(self, entry: KnowledgeEntry, language: Language) -> dict[str, str]:
        wording = entry.wordings[language]
        text = cut(wording.body, _MAX_ENTRY_CHARACTERS)
        self._citations[entry.id] = citation(entry, language)
        self._links |= {link.rstrip(LINK_TAIL) for link in LINK.findall(text)}
        self._links |= {entry.url} if entry.url else set()
        quoted = {"id": entry.id, "title": wording.title, "text": text, "url": entry.url}
        if entry.product is not None:
            quoted |= {"product": entry.product.name, "price": f"{entry.product.currency}{entry.product.price}"}
        return quoted

    def _order_cards(self, order: Order) -> list[str]:
        status = PHRASES[self.language].statuses.get(order.status, order.status)
        return [product_card(order, item, status=status) for item in order.items[:_MAX_ITEMS]]


def _order(order: Order) -> dict[str, Any]:
    """What an answer may need; not whose it is."""
    return {
        "number": order.number,
        "status": order.status,
        "placed_on": order.placed_on.isoformat(),
        "today": datetime.now(UTC).date().isoformat(),
        "items": [
            {"name": item.name, "quantity": item.quantity, "price": f"{order.currency}{item.price}"}
            for item in order.items[:_MAX_ITEMS]
        ],
        "has_more_items": order.has_more_items or len(order.items) > _MAX_ITEMS,
        "carrier": order.carrier,
        "tracking_number": order.tracking_number,
        "tracking_url": order.tracking_url,
    }


def _known_name(name: str) -> str:
    """The name for a report; whatever else the model made up does not belong into one."""
    return name if re.fullmatch(r"[a-z_]{1,40}", name) else "unknown"


def _count(found: list[dict[str, str]], noun: str) -> str:
    return f"{len(found)} {noun}" if found else "not found"
