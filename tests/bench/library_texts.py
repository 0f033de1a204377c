"""Texts of conversations about pictures in five languages, made up at random."""

import random
from itertools import accumulate
from typing import Final

_SYLLABLES: Final = {
    "english": "an ber con der er fle gra ing lo man ness or pre qui re sta ther un ver wel",
    "german": "auf bau ch der ein fahr ge hei ig kraft lich mei nung ober platz rei schul ung",
}
_COMMON: Final = {
    "english": (
        "the of and a to in is it that with picture shows on two red small left right "
        "circle square sign reads light dark a person street table which looks like there "
        "are"
    ),
    "german": (
        "der die das und ein eine in ist es mit Bild zeigt auf zwei rote kleine links "
        "rechts Kreis Schild Straße Tisch über Häuser größer welche sieht aus wie dort "
        "sind"
    ),
}
_CHARACTERS: Final = {
    "chinese": (
        "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之"
        "过家学对可里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前"
        "所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种"
        "声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海"
        "口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住"
        "员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利"
        "受光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色"
        "字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资队跟带花快条院变联言权往"
        "展该领传近留红治决周保达办运武半候七必城父强步完革深区即求品士转量空甚众技轻程告江语"
        "英基派满式李息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像找友孩站广改议"
        "形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志飞观争究包组造落视济喜离虽坏"
    ),
    "japanese": (
        "のにはをたがでてとしれさいるもこなあらすくつけどそよりんまわみきめおせうえやろかアイ"
        "ウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ"
        "ン日本人大年会国中見東京都写真赤青丸四角絵何色左右上下"
    ),
    "korean": (
        "이다는을가에의고하지한를도로서은기나사어리아자그시대해일들있게과수인보정라스것부전주"
        "원구제동만성공신여장안소생와모거식경조오요세우관무선학상연문국교문화회민물사진빨간원"
        "파란네모왼쪽오른쪽무엇보이"
    ),
}
_JOINTS: Final = {"chinese": ("", "。"), "japanese": ("", "。")}
"""What stands between words, and behind a sentence."""

LANGUAGES: Final = (*_COMMON, *_CHARACTERS)


class Writer:
    """Writes texts in which, as in real ones, few words are common and most are rare."""

    def __init__(self, chance: random.Random, sentences: int = 5_000, words: int = 30_000) -> None:
        """Prepares that many sentences of each language, from that many words."""
        self._chance = chance
        self._sentences: dict[str, list[str]] = {}
        for language in LANGUAGES:
            vocabulary = self._vocabulary(language, words)
            between, stop = _JOINTS.get(language, (" ", ". "))
            weights = list(accumulate(1 / (rank + 2) for rank in range(len(vocabulary))))
            self._sentences[language] = [
                between.join(chance.choices(vocabulary, cum_weights=weights, k=length)).capitalize()
                + stop
                for length in chance.choices(range(4, 21), k=sentences)
            ]

    def write(self, language: str, sentences: int) -> str:
        """Returns a text of that many sentences."""
        return "".join(self._chance.choices(self._sentences[language], k=sentences)).rstrip()

    def _vocabulary(self, language: str, count: int) -> list[str]:
        """Returns words, the most frequent first."""
        chance = self._chance
        if language in _COMMON:
            syllables = _SYLLABLES[language].split()
            made = (
                "".join(chance.choices(syllables, k=chance.randint(2, 5))) for _ in range(count)
            )
            return list(dict.fromkeys((*_COMMON[language].split(), *made)))
        signs = _CHARACTERS[language]
        weights = list(accumulate(1 / (rank + 10) for rank in range(len(signs))))
        return list(
            dict.fromkeys(
                "".join(chance.choices(signs, cum_weights=weights, k=chance.randint(1, 4)))
                for _ in range(count)
            )
        )


def characters(language: str) -> str:
    """Returns the characters of a language without spaces, or Korean, the most frequent first."""
    return "".join(dict.fromkeys(_CHARACTERS[language]))
