"""Files that a shop imports, read into documents.

reader.py        ShopFiles, the port `FileReader`: by the ending of a name, all of the files or none
apart.py         FilesReadApart: the same in a process of its own, for services that others wait for
decoding.py      bytes to text
markdown.py, web_page.py   to a page: sections under their headings
question_table.py          CSV: an entry for each row
chunking.py      a page's sections to entries of a readable size
page.py          what a page is; slugs and addresses
"""

from infrastructure.knowledge.files.reader import ShopFiles

__all__ = ["ShopFiles"]
