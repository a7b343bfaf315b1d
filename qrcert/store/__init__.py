"""The lists that a verifier trusts: one file of SQLite in a folder, imported atomically, opened in no time.

>>> store = Store(folder)
>>> store.import_list(data, on=today, fingerprint=told_by_telephone)
>>> [trust.entry(kid) for trust in store.lists()]

An import checks a file wholly and writes it down together with rows of its entries (`rows`): a crash at any moment
leaves the old list. Opening reads a few hundred bytes, and a look-up one row (`stored`). Signatures are not checked
again then, but nothing in the folder is taken on trust either:

- the file must be ours to the letter of its schema (`database`), so no view or trigger of a stranger's runs;
- every row bears a seal, a digest under the SHA-256 of the very file it was made from: a row that a crash or a
  failing disk left over from another list, or that somebody edited, is noticed, and so is one that is missing where
  it would matter (withdrawals);
- every row is an entry as it stands in the list, and passes the same rules again when it is read.

The seals are no signatures: who may write in the folder and knows this program can make them, as he could change
the program, or import a list of his own. Against him stand the folder's permissions and `StoredList.check`, which
reads the kept file from the start, signatures and all, and compares every row with it.
"""

from __future__ import annotations

from qrcert.store.database import APPLICATION_ID, FILE_NAME, SCHEMA_VERSION
from qrcert.store.importing import Confirm, Store
from qrcert.store.stored import StoredList

__all__ = ["APPLICATION_ID", "FILE_NAME", "SCHEMA_VERSION", "Confirm", "Store", "StoredList"]
