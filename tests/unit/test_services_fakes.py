"""The store and the directory in memory keep the promises of their ports: the suites of the real ones, run on them."""

from __future__ import annotations

import pytest

from tests.fakes.directory import MemoryDirectory
from tests.fakes.store import MemoryStore
from tests.integration.test_directory import (  # noqa: F401
    test_a_refresh_token_is_used_once_by_one,
    test_a_user_name_is_given_once,
    test_an_account_is_kept_as_it_is,
    test_an_unknown_account_is_not_found,
    test_failures_lock_the_account_and_success_forgets_them,
    test_no_failure_is_lost_when_many_come_at_once,
    test_revoking_strikes_out_the_agents_own_tokens,
)
from tests.integration.test_store_contract import *  # noqa: F403
from tests.integration.test_store_replies import *  # noqa: F403
from tests.integration.test_store_search import (  # noqa: F401
    test_sessions_are_filtered_by_status_and_agent,
    test_text_is_found_wherever_it_stands_whatever_its_case,
    test_the_last_page_is_known_as_the_last_when_it_is_full,
    test_the_session_that_changed_last_comes_first,
    test_what_changed_is_found_by_the_databases_clock_oldest_first,
)


@pytest.fixture
def store() -> MemoryStore:
    """In place of the SQL one that the suites ask for."""
    return MemoryStore()


@pytest.fixture
def directory() -> MemoryDirectory:
    """In place of the SQL one that the suite asks for."""
    return MemoryDirectory()
