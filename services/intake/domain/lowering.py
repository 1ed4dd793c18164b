"""Lower case that keeps every sign in its place.

Patterns that ignore case can't skip ahead to their first letter, which makes them ten times slower
over a page; so texts are lowered once, and what is found is cut from the original by its place.
"""


def lowered(text: str) -> str:
    """The text in lower case, as long as before: a few capitals become two signs otherwise."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(small if len(small := sign.lower()) == 1 else sign for sign in text)
