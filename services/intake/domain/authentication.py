"""Whether our own mail server vouches for a mail's `From`: Authentication-Results (RFC 8601).

Only headers that carry our server's name count. A deployment's server removes foreign headers
with its name (RFC 8601, section 5); should one slip through, all that speak of DMARC or DKIM have
to agree. One that speaks of other methods only, as SPF filters write it, says neither yes nor no.
"""

import re
from collections.abc import Iterable, Iterator

_QUOTED_OR_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*"|[()]')
_BETWEEN_RESULTS = re.compile(r"[\s;=]")
"""Signs that end a result or a property: inside quotes, where a sender may put them, they don't."""
_RESULT = re.compile(r"^\s*(dmarc|dkim)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)", re.IGNORECASE)
_METHOD = re.compile(r"^\s*([a-z][a-z0-9-]*)\s*(?:/\s*\d+\s*)?=", re.IGNORECASE)
_PROPERTY = re.compile(r"\b(header)\s*\.\s*(from|d|i)\s*=\s*(\S+)", re.IGNORECASE)


def is_authenticated(results: Iterable[str], authserv_id: str, from_address: str) -> bool:
    """Say whether an aligned DMARC or DKIM pass of our own server stands behind an address.

    Args:
        results: The mail's Authentication-Results headers, in any order.
        authserv_id: The name of the one server that is trusted.
        from_address: The address in `From`; empty when there is none or more than one.
    """
    domain = from_address.rpartition("@")[2].lower().rstrip(".")
    ours = [body for server, body in map(_split, results) if server == authserv_id.lower()]
    verdicts = [_vouches(body, domain) for body in ours if not _is_beside(body)]
    return bool(domain and verdicts) and all(verdicts)


def _is_beside(body: str) -> bool:
    """Say whether a header names other methods only; a bare `none` is a verdict."""
    methods = [match[1].lower() for part in body.split(";") if (match := _METHOD.match(part))]
    return bool(methods) and not {"dmarc", "dkim"} & set(methods)


def _split(header: str) -> tuple[str, str]:
    server, _, body = _without_comments(header).partition(";")
    # A version may follow the server's name.
    return (server.split() or [""])[0].lower(), body


def _without_comments(header: str) -> str:
    """Comments go, they may nest; quoted strings stay closed to what is in them."""
    kept: list[str] = []
    depth = 0
    position = 0
    for match in _QUOTED_OR_COMMENT.finditer(header):
        if depth == 0:
            kept.append(header[position : match.start()])
        sign = match[0]
        if sign == "(":
            depth += 1
        elif sign == ")":
            depth = max(0, depth - 1)
        elif depth == 0:
            kept.append(_BETWEEN_RESULTS.sub("_", sign[1:-1]))
        position = match.end()
    if depth == 0:
        kept.append(header[position:])
    return " ".join("".join(kept).split())


def _vouches(body: str, domain: str) -> bool:
    results = list(_results(body))
    # DMARC already weighed SPF and DKIM for exactly this domain.
    judged = [
        verdict == "pass" and names.get("from", domain) == domain
        for method, verdict, names in results
        if method == "dmarc" and verdict in {"pass", "fail"}
    ]
    if judged:
        return all(judged)
    return any(
        verdict == "pass" and _aligned(names.get("d") or names.get("i", ""), domain)
        for method, verdict, names in results
        if method == "dkim"
    )


def _results(body: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    for part in body.split(";"):
        if match := _RESULT.match(part):
            names = {name.lower(): _domain_of(value) for _, name, value in _PROPERTY.findall(part)}
            yield match[1].lower(), match[2].lower(), names


def _domain_of(value: str) -> str:
    return value.strip("\"'<>").rpartition("@")[2].lower().rstrip(".")


def _aligned(signer: str, domain: str) -> bool:
    """Say whether a signer speaks for a domain: itself, or one that it belongs to.

    A subdomain that signs for its parent would be aligned too under RFC 7489, but without a list
    of public suffixes that would let one customer of a shared domain sign for all.
    """
    return signer == domain or ("." in signer and domain.endswith(f".{signer}"))
