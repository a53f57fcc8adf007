"""The port `FileReader` in a process of its own: reading megabytes holds up every other thread of the one that does it.

Regular expressions over a whole file run under the lock that all threads of a process share, for tenths of a second at
a time; meanwhile nobody's message would move.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence

from domain.errors import FilesRefused
from domain.knowledge import Document, ReadingTerms, SourceFile
from infrastructure.knowledge.files.reader import ShopFiles

# Messages go first where there are more processes than processors.
_NICENESS = 10


class FilesReadApart:
    """Reads a shop's files as `ShopFiles` does, and takes half a second longer."""

    def read(self, files: Sequence[SourceFile], terms: ReadingTerms) -> tuple[Document, ...]:
        """A document for each; `FilesRefused` with what is wrong in all of them."""
        ended = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", __name__],
            input=pickle.dumps((tuple(files), terms)),
            stdout=subprocess.PIPE,
            check=True,
            # Ctrl+C at a terminal is for the service, which ends when the import has.
            start_new_session=True,
        )
        documents, problems = pickle.loads(ended.stdout)  # noqa: S301 - by our own module
        if problems:
            raise FilesRefused(problems)
        found: tuple[Document, ...] = documents
        return found


def _main() -> None:
    os.nice(_NICENESS)
    files, terms = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this one
    documents: tuple[Document, ...] = ()
    problems: Sequence[tuple[str, int, str]] = ()
    try:
        documents = ShopFiles().read(files, terms)
    except FilesRefused as error:
        problems = error.problems
    pickle.dump((documents, problems), sys.stdout.buffer)


if __name__ == "__main__":
    _main()
