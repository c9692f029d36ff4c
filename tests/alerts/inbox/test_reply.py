"""What people write when they answer, as their mail programs send it."""
import pytest

from alerts.inbox import reply
from alerts.inbox.letter import parsed
from tests.alerts.inbox.post import MAILBOX, written

QUOTED = "\n\nOn Mon, 2 Mar 2026 at 06:00, Steppewire <wire@steppewire.example>\nwrote:\n\n> stop\n> mute story\n"
OUTLOOK = "\n\n-----Original Message-----\nFrom: Steppewire\nSubject: Steppe Courier\n\nmute outlet\n"


def asked(body: str = "", html: str | None = None) -> str | None:
    return reply.action(parsed(written(MAILBOX, body, html=html)))


@pytest.mark.parametrize(("said", "action"), [
    ("not relevant", "not_relevant"), ("Not relevant.", "not_relevant"), ("NOT  RELEVANT!", "not_relevant"),
    ("mute story", "mute_story"), ("Mute  Story", "mute_story"), ("mutestory", "mute_story"),
    ("mute outlet", "mute_outlet"), ("*mute outlet*", "mute_outlet"), ("end watch", "end_watch"), ('"end watch"', "end_watch"),
    ("unsubscribe", "end_watch"), ("Unsubscribe.", "end_watch"), ("STOP", "end_watch"), ("s.t.o.p", "end_watch")])
@pytest.mark.parametrize("end", ["", "\n", QUOTED, OUTLOOK, "\n-- \nA Reader\nnot relevant", "\n\nSent from my telephone"])
def test_a_first_line_of_a_few_words_is_an_answer(said: str, action: str, end: str) -> None:
    assert asked(said + end) == action
    assert asked(f"\n\n  {said}  {end}") == action


@pytest.mark.parametrize("body", [
    "", "\n", "stop?", "Do not stop", "stop sending me this", "please mute story", "mute", "end", "Thank you.\nstop", "stopp",
    "mute story or mute outlet", "-- \nstop", "--\nstop", QUOTED, OUTLOOK, "> stop", "> mute story\n> stop",
    "________________________________\nstop", "From: Steppewire\nSent: Monday\n\nstop", "От: Steppewire\n\nstop",
    "Hello,\n\nstop", "1. stop", "stop 2", "unsubscribe me from the list", "0"])
def test_anything_else_is_none(body: str) -> None:
    assert asked(body) is None


@pytest.mark.parametrize("body", [
    "> the mail\n> stop\n\nmute story", "On Mon, 2 Mar 2026, Steppewire wrote:\n> stop\n\nmute story",
    "On Mon, 2 Mar 2026 at 06:00, Steppewire <wire@steppewire.example>\nwrote:\n\n> stop\n>\n> more\n\nmute story\n",
    "02.03.2026 06:00, Steppewire пишет:\n> stop\nmute story", "mute story\nOn Mon, 2 Mar 2026, Steppewire wrote:\n> stop"])
def test_what_stands_below_or_above_a_quote_is_the_writer_s_own(body: str) -> None:
    assert asked(body) == "mute_story"


@pytest.mark.parametrize("html", [
    "<p>mute story</p>",
    "<html><head><title>stop</title><style>p{}</style></head><body><div dir=ltr>mute&nbsp;story</div></body>",
    "<div>Mute <b>story</b>.<br></div><div>-- <br>A Reader</div>", "<!-- stop --><script>stop</script><p>mute\n story</p>",
    "<div>mute story</div><div class=gmail_quote>On Mon <a href=x>wire</a> wrote:<blockquote>stop</blockquote></div>",
    "<blockquote><p>stop</p><blockquote>stop</blockquote></blockquote><p>mute story", "mute story<hr><b>From:</b> Steppewire",
    "On 2 March Steppewire wrote:<blockquote>stop</blockquote><p>mute story"])
def test_a_reply_of_html_alone_is_read_as_it_is_shown(html: str) -> None:
    assert asked(html=html) == "mute_story"


@pytest.mark.parametrize("html", [
    "<blockquote>stop</blockquote>", "<p>From: Steppewire</p><p>stop</p>", "<style>stop</style>", "<p>please</p><p>stop</p>",
    "<blockquote>stop", "<div>&lt;stop&gt;</div>", "", "<p", "<!-- stop"])
def test_html_without_an_answer_of_its_own_is_none(html: str) -> None:
    assert asked(html=html) is None


def test_the_plain_text_goes_before_the_html() -> None:
    assert asked("mute story\n", html="<p>stop</p>") == "mute_story"


def test_an_attachment_and_an_enclosed_message_are_no_answer() -> None:
    content = (b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\nContent-Disposition: attachment\n"
               b"\nstop\n--x\nContent-Type: message/rfc822\n\nSubject: x\n\nstop\n--x--\n")
    assert reply.action(parsed(content)) is None


@pytest.mark.parametrize("headers", [
    {"Auto_Submitted": "auto-replied"}, {"Auto_Submitted": "auto-generated"}, {"Auto_Submitted": "Auto-Replied (vacation)"},
    {"Precedence": "bulk"}, {"Precedence": "Junk"}, {"Precedence": "auto_reply"}, {"X_Autoreply": "yes"},
    {"X_Auto_Response_Suppress": "All"}, {"Return_Path": "<>"}, {"List_Id": "<list.example>"}])
def test_what_a_program_wrote_is_known_as_such(headers: dict[str, str]) -> None:
    assert reply.by_itself(parsed(written(MAILBOX, "stop", **headers)))


@pytest.mark.parametrize("headers", [{}, {"Auto_Submitted": "no"}, {"Precedence": "first-class"},
                                     {"Return_Path": "<a@b.example>"}])
def test_what_a_person_wrote_is_known_as_such(headers: dict[str, str]) -> None:
    assert not reply.by_itself(parsed(written(MAILBOX, "stop", **headers)))


@pytest.mark.parametrize("part", ["<", "<!--", "<style", "<style>", "<style></style>", "</", "<a ", "<blockquote>", "&", "&#",
                                  "\n", "<p>", "a:\n"])
def test_what_would_take_others_hours_to_read_is_no_answer(part: str) -> None:
    assert asked(html=(part * 1_000_000)[:1_000_000]) is None
    assert asked((part * 1_000_000)[:1_000_000]) is None
