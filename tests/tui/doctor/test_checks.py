"""What the doctor makes of what it sees; a case each, without a terminal."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from seeshell.core.messages.events import CoreStatus
from seeshell.core.settings import Settings, find_paths
from seeshell.tui.doctor.checks import run_checks
from seeshell.tui.doctor.finding import Finding
from seeshell.tui.doctor.surroundings import Surroundings
from seeshell.tui.doctor.tmux import TmuxState
from seeshell.tui.terminal.facts import TerminalFacts, judge_replies
from seeshell.tui.terminal.probe import Probed
from seeshell.tui.terminal.replies import Replies

HOME = Path("/home/somebody")
KITTY = Replies(name="kitty(0.41.1)", graphics="OK", cell_width=10, cell_height=20)
TMUX = TmuxState("3.5a", False, "external", False, "xterm-kitty", ("256", "title"))


def around(
    inner: Replies = KITTY,
    outer: Replies | None = None,
    *,
    tmux: TmuxState | None = None,
    round_trip: float = 0.02,
    **environment: str,
) -> Surroundings:
    outer = inner if outer is None else outer
    facts = judge_replies(TerminalFacts(colours="16", is_cell_known=True), inner, outer)
    facts = replace(facts, round_trip=round_trip)
    given = {"TERM": "xterm", "LANG": "C.UTF-8"} | environment
    return Surroundings(
        environment=given,
        is_terminal=True,
        probed=Probed(facts, b"", inner, outer),
        tmux=tmux,
        paths=find_paths({"SEESHELL_HOME": str(HOME / "seeshell")}),
        settings=Settings(),
    )


def found(surroundings: Surroundings) -> dict[str, Finding]:
    return {it.name: it for it in run_checks(surroundings, HOME)}


def test_a_good_terminal_has_nothing_to_mend() -> None:
    findings = found(around())
    assert {it.health for it in findings.values()} == {"good"}
    assert findings["terminal"].found == "kitty(0.41.1)"
    assert findings["round trip"].found == "20 ms"
    assert findings["pictures"].found.endswith("every pixel (kitty(0.41.1) knows it)")
    assert findings["colours"].found == "24 bits (kitty(0.41.1) is known to)"
    assert findings["connection"].found == "local"


def test_a_slow_line_is_told_with_the_setting() -> None:
    finding = found(around(round_trip=0.31))["round trip"]
    assert (finding.health, finding.found) == ("poor", "310 ms: a slow line")
    assert finding.lines == ('line = "slow"',)
    assert finding.file == "~/seeshell/config.toml"


def test_tmux_that_passes_nothing_on_gets_its_exact_lines() -> None:
    inner = Replies(name="tmux 3.5a", cell_width=10, cell_height=20)
    findings = found(around(inner, Replies(), tmux=TMUX, TMUX="/tmp/tmux,1,0"))
    assert findings["pictures"].lines == ("set -g allow-passthrough on",)
    assert findings["pictures"].file == "~/.tmux.conf"
    assert findings["colours"].lines == ('set -as terminal-features ",xterm-kitty:RGB"',)
    assert not findings["clipboard"].lines
    assert findings["notifications"].lines == ("set -g focus-events on",)
    assert "passes no pictures on" in findings["tmux"].found


def test_an_old_tmux_is_not_told_to_set_what_it_does_not_know() -> None:
    inner = Replies(name="tmux 3.2a", cell_width=10, cell_height=20)
    finding = found(around(inner, Replies(), tmux=replace(TMUX, version="3.2a"), TMUX="x"))
    assert finding["pictures"].advice == "Update tmux: from 3.3 on it can."
    assert finding["tmux"].health == "good"
    older = found(
        around(inner, Replies(), tmux=replace(TMUX, version="3.1c"), TMUX="x", SSH_TTY="x")
    )
    assert older["clipboard"].lines == ("set -g set-clipboard on",)


def test_tmux_that_lets_all_through_has_nothing_to_mend() -> None:
    inner = Replies(name="tmux 3.5a", cell_width=10, cell_height=20)
    tmux = TmuxState("3.5a", True, "on", True, "xterm-kitty", ("RGB",))
    findings = found(around(inner, KITTY._replace(has_rgb=True), tmux=tmux, TMUX="x"))
    assert {it.health for it in findings.values()} == {"good"}
    assert findings["pictures"].found.endswith("(kitty(0.41.1) knows it; tmux passes it on)")


def test_few_colours_over_ssh_come_of_sshd() -> None:
    finding = found(around(Replies(name="XTerm(379)"), SSH_TTY="/dev/pts/1"))["colours"]
    assert finding.found == "16 (TERM=xterm, and nothing better was answered)"
    assert (finding.file, finding.lines) == ("/etc/ssh/sshd_config", ("AcceptEnv COLORTERM",))
    assert "SendEnv COLORTERM in ~/.ssh/config" in finding.advice


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        (Replies(name="iTerm2 3.5.0"), "(iTerm2 3.5.0 knows it)"),
        (Replies(name="XTerm(379)", has_sixel=True), "it says that it draws sixels"),
        (Replies(name="konsole 22.12", graphics="OK"), "(konsole 22.12 knows it)"),
        (Replies(name="foo 1", graphics="OK"), "kitty can be forced by SEESHELL_IMAGES"),
        (Replies(name="foo 1"), "it says nothing of a better way"),
        (Replies(), "it has answered nothing better"),
    ],
)
def test_the_reason_for_the_way_of_drawing_is_told(inner: Replies, words: str) -> None:
    assert words in found(around(inner))["pictures"].found


@pytest.mark.parametrize(
    ("brand", "health", "words"),
    [
        ("ghostty 1.1", "good", "ghostty takes OSC 52"),
        ("iTerm2 3.5", "unknown", "once that is allowed"),
        ("VTE(7600)", "poor", "takes no OSC 52"),
        ("foo 1", "unknown", "nothing is known"),
    ],
)
def test_what_is_known_of_the_clipboard_is_told(brand: str, health: str, words: str) -> None:
    finding = found(around(Replies(name=brand), SSH_TTY="x"))["clipboard"]
    assert (finding.health, words in finding.found) == (health, True)


def test_a_terminal_without_a_name_may_be_named_by_the_environment() -> None:
    clipboard = found(around(Replies(), TERM_PROGRAM="Apple_Terminal", SSH_TTY="x"))["clipboard"]
    assert clipboard.found == "terminal.app takes no OSC 52"
    assert "allow_osc52" in found(around(Replies(), TERM="mlterm", SSH_TTY="x"))["clipboard"].advice


def test_a_locale_without_utf_8_is_told() -> None:
    finding = found(around(LANG="de_DE.ISO8859-1", SSH_TTY="x"))["locale"]
    assert (finding.health, finding.lines) == ("poor", ("AcceptEnv LANG LC_*",))
    assert found(around(LC_ALL="en_US.utf8"))["locale"].found == "LC_ALL=en_US.utf8"


def test_what_forces_the_way_of_drawing_is_named() -> None:
    forced = replace(around(), settings=Settings(images="halfblock"))
    assert "(the settings: halfblock)" in found(forced)["pictures"].found
    named = replace(forced, environment={**forced.environment, "SEESHELL_IMAGES": "halfblock"})
    assert "(SEESHELL_IMAGES: halfblock)" in found(named)["pictures"].found


def test_core_and_model_take_a_line_each() -> None:
    status = CoreStatus(
        version="1.0", pid=7, state="ready", model="demo", is_loaded=True, active_bytes=10**7
    )
    findings = found(replace(around(), core=status))
    assert findings["core"].found == "1.0, process 7, clients: 0"
    assert findings["model"].found == "demo: ready, 0.01 GB"
    failed = replace(status, state="failed", is_loaded=False)
    assert found(replace(around(), core=failed))["model"].health == "poor"
    assert "none runs" in found(around())["core"].found


def test_the_home_is_named_nowhere() -> None:
    broken = replace(around(), settings_error=f"{HOME}/seeshell/config.toml: no such setting.")
    told = [str(it) for it in run_checks(broken, HOME)]
    assert any("~/seeshell/config.toml: no such setting." in it for it in told)
    assert not any(str(HOME) in it for it in told)
