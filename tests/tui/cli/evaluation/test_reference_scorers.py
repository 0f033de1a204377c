"""Every score is that of its reference scorer, to 1e-6.

The files hold what the reference programs say, run for this: VQA's `vqaEval.py` at a013f00, and of
COCO's `pycocoevalcap` 1.2 the tokens of Stanford's PTBTokenizer 3.4.1 and the BLEU-4 of captions
(its published results and references made of them). The counts and the four BLEU values of the
whole published example stand in `cocoEvalCapDemo.ipynb` of tylin/coco-caption at 3a9afb2.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.errors import SettingsError
from seeshell.tui.cli.evaluation.answer_scores import anls, exact_match
from seeshell.tui.cli.evaluation.caption_scores import Counted, bleu_4, bleu_of, chrf
from seeshell.tui.cli.evaluation.ptb_words import split_tokens
from seeshell.tui.cli.evaluation.vqa_accuracy import vqa_accuracy

HERE = Path(__file__).parent


def said(name: str) -> Any:
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


def test_vqa_accuracy_is_that_of_the_challenge() -> None:
    differing = [
        case
        for case in said("vqa")
        if abs(vqa_accuracy(case["answer"], case["people"]) - case["accuracy"]) > 1e-6
    ]
    assert differing == []


def test_three_of_the_others_suffice_and_fewer_count_in_part() -> None:
    people = ["two"] * 2 + ["three"] * 8
    assert vqa_accuracy("2", people) == pytest.approx((2 * 1 / 3 + 8 * 2 / 3) / 10)
    assert vqa_accuracy("3", people) == 1.0


def test_captions_are_split_as_stanfords_tokenizer_splits_them() -> None:
    differing = [(text, it) for text, it in said("ptb") if " ".join(split_tokens(text)) != it]
    assert differing == []


@pytest.mark.parametrize("name", ["published", "trains", "signs"])
def test_bleu_is_that_of_coco(name: str) -> None:
    it = said("bleu")[name]
    assert bleu_4(it["hypotheses"], it["references"]) == pytest.approx(it["bleu"], abs=1e-6)


def test_bleu_of_the_published_example_is_the_published_value() -> None:
    counted = Counted(9893, 9855, (9893, 8893, 7893, 6893), (5732, 2510, 1043, 423))
    assert f"{bleu_of(counted):.3f}" == "0.191"
    exact = (5732 / 9893 * 2510 / 8893 * 1043 / 7893 * 423 / 6893) ** 0.25
    assert bleu_of(counted) == pytest.approx(exact, abs=1e-6)


def test_a_caption_that_is_too_short_is_worth_less() -> None:
    whole = "a red bus drives down a wide street"
    assert bleu_4([whole], [[whole]]) == pytest.approx(1.0)
    assert bleu_4(["a red bus drives"], [[whole]]) == pytest.approx(2.718281828 ** (1 - 8 / 4))


def test_anls_forgives_a_few_letters_and_no_more() -> None:
    # Source: Biten and others, Scene Text Visual Question Answering, section 4: one half decides.
    assert anls("Coca Cola", ["coca  cola", "pepsi"]) == 1.0
    assert anls("coca colla", ["coca cola"]) == pytest.approx(1 - 1 / 10)
    assert anls("abcd", ["abxy"]) == 0.5
    assert anls("abcd", ["axyz"]) == 0.0
    assert anls("", ["x"]) == 0.0


def test_exact_match_sees_no_case_and_no_spaces() -> None:
    assert exact_match(" 2.50  Euro ", ["2.50 euro", "x"]) == 1.0
    assert exact_match("2.5", ["2.50"]) == 0.0


@pytest.mark.parametrize(
    ("name", "score"), [("published", 53.012597757179805), ("trains", 70.52582755537254)]
)
def test_chrf_is_that_of_sacrebleu(name: str, score: float) -> None:
    pytest.importorskip("sacrebleu")
    it = said("bleu")[name]
    assert chrf(it["hypotheses"], it["references"]) == pytest.approx(score / 100, abs=1e-6)


def test_without_sacrebleu_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    monkeypatch.setitem(sys.modules, "sacrebleu.metrics.chrf", None)
    with pytest.raises(SettingsError, match=r"install seeshell\[eval\]"):
        chrf(["a"], [["a"]])
