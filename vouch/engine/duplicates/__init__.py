"""Which records are of the same customer: candidate pairs with their evidence, for thousands of records in seconds.

    found = find_duplicates(records)      # pairs worth a person's look, the strongest first
    found[0].bits, found[0].evidence

Three steps: texts are brought to a form in which they compare (``texts``), records that share a key meet
(``blocking``), and what agrees and contradicts is weighed in bits (``scoring``). Nobody is compared with everybody.

Source of the model: Fellegi and Sunter, A Theory for Record Linkage, JASA 64 (1969); the deletion keys for names with
a typing error: Bocek, Hunt and Stiller, Fast Similarity Search in Large Dictionaries (2007).
"""

from vouch.engine.duplicates.finding import find_duplicates
from vouch.engine.duplicates.records import Code, Evidence, Pair, Record, Speaks
from vouch.engine.duplicates.scoring import AUTOMATIC_BITS, REVIEW_BITS, Corpus

__all__ = [
    "AUTOMATIC_BITS", "REVIEW_BITS", "Code", "Corpus", "Evidence", "Pair", "Record", "Speaks", "find_duplicates",
]  # fmt: skip
