"""The contract as a product: what those read who have no code of ours.

Read `files.py` first: it lists everything in `contract/` that is made from the models.
`compatibility.py` is the gate: it holds each schema against every released one (`released.py`).
"""

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "contract"
