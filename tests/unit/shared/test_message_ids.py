import pytest

from shared.message_ids import message_id_of, notice_id_of, notice_ids_in

NOTICE = "0b7c3f4e-8f10-8a52-9d1e-3c5b6a7d8e9f"
OURS = message_id_of(NOTICE, "secret", "claimsdesk.example")


def test_reads_back_what_it_made():
    assert OURS.startswith(f"<notice.{NOTICE}.")
    assert OURS.endswith("@claimsdesk.example>")
    assert notice_id_of(OURS, "secret") == NOTICE
    assert notice_id_of(f" {OURS[1:-1]} ", "secret") == NOTICE


@pytest.mark.parametrize(
    "foreign",
    [
        "",
        "<abc@example.org>",
        OURS.replace(NOTICE, NOTICE[:-1] + "0"),
        OURS.replace("@", "0@"),
        f"<notice.{NOTICE}.{'0' * 16}@claimsdesk.example>",
        f"x{OURS}",
        f"{OURS}{OURS}",
    ],
)
def test_what_we_did_not_make_names_no_notice(foreign):
    assert notice_id_of(foreign, "secret") is None


def test_another_key_or_none_names_no_notice():
    assert notice_id_of(OURS, "other") is None
    assert notice_id_of(OURS, "") is None


def test_a_desk_that_changed_its_domain_still_knows_its_notices():
    assert notice_id_of(OURS.replace("claimsdesk.example", "desk.example"), "secret") == NOTICE


def test_finds_ours_in_a_text_once_and_in_order():
    other = message_id_of("other-notice", "secret", "claimsdesk.example")
    text = f"References: <a@b> {OURS}\r\n\t{other} {OURS} <notice.{NOTICE}.deadbeefdeadbeef@x>"
    assert notice_ids_in(text, "secret") == [NOTICE, "other-notice"]


@pytest.mark.parametrize(
    ("notice_id", "key", "domain"),
    [("", "k", "a.example"), ("a b", "k", "a.example"), ("a", "k", "a>b"), ("a", "", "a.example")],
)
def test_refuses_what_could_not_be_read_back(notice_id, key, domain):
    with pytest.raises(ValueError, match="Message-ID"):
        message_id_of(notice_id, key, domain)
