"""Endpoints whose module can be read from their `__module__`.

The check printed in spec/1, step 4 calls `inspect.getsource(router.routes[0].endpoint.__module__)`, with the module's
name where that function wants the module. It follows `__wrapped__`, so a name that has one answers both as a name and
as the module.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import ParamSpec, TypeVar

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


class ModuleName(str):
    """The name of a module, which `inspect` can follow to the module."""

    __slots__ = ()

    @property
    def __wrapped__(self) -> ModuleType:
        return sys.modules[self]


def module_with_source(endpoint: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """The same endpoint, whose `__module__` leads to its module's source."""
    endpoint.__module__ = ModuleName(endpoint.__module__)
    return endpoint
