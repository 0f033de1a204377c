"""Tokens that the hub refuses, and models that want one."""

from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants

from seeshell.core.client_environment import ClientEnvironment

from .sentences import assert_one_sentence

NAME = "Some-Org/Qwen3-VL-Tiny-MLX"
INFO = f"GET /api/models/{NAME}"
TOKEN = "hf_" + "x" * 34
WITH_TOKEN = ClientEnvironment(keys={"HF_TOKEN": TOKEN})


def test_a_token_that_expired_is_left_out_where_a_model_needs_none(find: Any, hub: Any) -> None:
    hub.refused_tokens = (TOKEN,)
    answer = find(NAME, WITH_TOKEN)
    assert answer.sentence == ""
    assert answer.files.notice.startswith("The hub refused the token of HF_TOKEN")
    assert hub.tokens[0] == TOKEN
    assert set(hub.tokens[1:]) == {""}
    assert find(NAME, WITH_TOKEN).files.notice == ""


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_expired_is_named_where_only_the_files_need_one(
    find: Any, hub: Any, reply: Any, status: int
) -> None:
    hub.refused_tokens = (TOKEN,)
    hub.replies["/config.json"] = [reply(status, b"{}", {"X-Error-Code": "GatedRepo"})]
    assert_one_sentence(find(NAME, WITH_TOKEN), "refuses the token of HF_TOKEN")


@pytest.mark.parametrize("code", ["", "RepoNotFound", "GatedRepo"])
def test_a_token_that_expired_is_named_where_a_model_needs_one(
    find: Any, hub: Any, reply: Any, code: str
) -> None:
    hub.replies[INFO] = [reply(401, b"{}", {"X-Error-Code": code} if code else {})]
    assert_one_sentence(
        find(NAME, WITH_TOKEN), "refuses the token of HF_TOKEN", "expired", "settings/tokens"
    )


def test_a_saved_login_that_expired_is_named_by_its_command(
    find: Any, hub: Any, reply: Any, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(TOKEN)
    hub.replies[INFO] = [reply(401)]
    assert_one_sentence(find(NAME), "token of `hf auth login`", "log in again", "hf auth logout")
    assert hub.tokens == [TOKEN, ""]


def test_no_token_is_sent_where_the_user_forbids_it(
    find: Any, hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_IMPLICIT_TOKEN", True)
    assert find(NAME, WITH_TOKEN).sentence == ""
    assert set(hub.tokens) == {""}


def test_a_fine_grained_token_without_the_right_to_gated_models(
    find: Any, hub: Any, reply: Any
) -> None:
    said = "Please enable access to public gated repositories in your fine-grained token settings."
    hub.replies["/config.json"] = [
        reply(403, b"{}", {"X-Error-Code": "GatedRepo", "X-Error-Message": said})
    ]
    assert_one_sentence(find(NAME, WITH_TOKEN), "token of HF_TOKEN may not read", "settings/tokens")


def test_a_gated_model_whose_terms_were_not_accepted(find: Any, hub: Any, reply: Any) -> None:
    hub.replies["/config.json"] = [reply(403, b"{}", {"X-Error-Code": "GatedRepo"})]
    answer = find(NAME, WITH_TOKEN)
    assert_one_sentence(answer, "accept its terms on https://huggingface.co/")
    assert "log in" not in answer.sentence


def test_a_private_model_that_the_tokens_account_may_not_read(find: Any, hub: Any) -> None:
    assert_one_sentence(find("some-org/private", WITH_TOKEN), "that of HF_TOKEN may not")


@pytest.mark.parametrize("token", ["hf_ x", "hf_\x07x", "hf_ü"])
def test_a_token_that_can_be_none(find: Any, hub: Any, token: str) -> None:
    answer = find(NAME, ClientEnvironment(keys={"HF_TOKEN": token}))
    assert_one_sentence(answer, "HF_TOKEN holds no token")
    assert token not in answer.sentence
    assert hub.requests == []
