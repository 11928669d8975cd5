"""Detection of a text's language by its script, then by frequent small words such as “the”."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache

_SAMPLE = 1_000
"""Number of characters of a text that are examined: about 170 words, which takes 0.1 ms."""

_SCRIPTS = (
    ("ja", "\u3040-\u30ff"),
    ("ko", "\uac00-\ud7af\u1100-\u11ff"),
    ("zh", "\u4e00-\u9fff\u3400-\u4dbf"),
    ("he", "\u0590-\u05ff"),
    ("el", "\u0370-\u03ff\u1f00-\u1fff"),
    ("th", "\u0e00-\u0e7f"),
    ("lo", "\u0e80-\u0eff"),
    ("hy", "\u0530-\u058f"),
    ("ka", "\u10a0-\u10ff"),
    ("am", "\u1200-\u137f"),
    ("km", "\u1780-\u17ff"),
    ("my", "\u1000-\u109f"),
    ("ta", "\u0b80-\u0bff"),
    ("te", "\u0c00-\u0c7f"),
    ("kn", "\u0c80-\u0cff"),
    ("ml", "\u0d00-\u0d7f"),
    ("gu", "\u0a80-\u0aff"),
    ("pa", "\u0a00-\u0a7f"),
    ("bn", "\u0980-\u09ff"),
    ("hi", "\u0900-\u097f"),
    ("bo", "\u0f00-\u0fff"),
    ("si", "\u0d80-\u0dff"),
)
"""Languages that their script identifies, and the characters of the script; Japanese precedes Chinese."""
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")

_SMALL_WORDS = {
    "en": "the of and to in is that for was with as are on be this have it by not from or",
    "de": "der die und das ist nicht mit den von zu ein eine auf dem sich auch für im als werden",
    "fr": "le la les des et est dans une que pour qui pas sur du au par avec ce sont il",
    "es": "el la los las y en que una por con para del es no se su como al más pero",
    "pt": "o os as e em que uma por com para do da não se dos ao mais como das um",
    "it": "il la che di e un per non una con del della sono è gli anche nel si alla più",
    "nl": "de het een en van is niet dat op met voor zijn te aan die ook er maar door naar",
    "sv": "och att det som en är av för på den med inte har till ett om var han men sig",
    "da": "og at det som en er af for på den med ikke har til et om var han men sig de",
    "nb": "og at det som en er av for på den med ikke har til et om var han men seg de",
    "fi": "ja on ei se että hän oli mutta myös kun joka ovat tai niin kuin sen ole tämä ovat voi",
    "pl": "i w nie na się z do że to jest o jak po co ale za od czy przez są",
    "cs": "a se v na je že to s z do o i jako ale po k za by pro jsou",
    "hu": "a az és hogy nem is egy meg ez de volt van csak már még vagy mint ki azt minden",
    "ro": "și în de la cu pe care nu este un o din să mai pentru prin ca sau sunt al",
    "tr": "ve bir bu için ile da de çok olarak daha olan gibi ama en kadar ne var her o değil",
    "id": "yang dan di dari untuk dengan ini itu tidak dalam pada adalah ke oleh akan atau juga sebagai setiap orang",
    "vi": "và của là có được trong cho không người một với các những này để đã khi về từ quyền",
    "hr": "i u je na se su da za od s a o koji ne što kao iz bi će ali svoje ili",
    "sk": "a sa v na je že to s z do o ako ale po k za by pre sú aj alebo",
    "sl": "in je v na se da za so ki z s pa ne od po tudi kot bi iz ali",
    "is": "og að í er á sem ekki til það við um var en hann með af fyrir eru ég þeir",
    "et": "ja on ei et see oma kui ta mis ka aga oli või siis need kes seda nii tema ning",
    "lt": "ir yra kad į su ne iš tai bet kaip jis buvo už ar o apie prie nuo savo dėl",
    "lv": "un ir ka ar uz no par ne kā bet tas viņš arī pie kas lai vai to tika viņa",
    "ca": "el la els les i de que en una per amb és no del al es com més pot seva",
    "ru": "и в не на что с по как это из он для но к его от все за так",
    "uk": "і в не на що з та як це до для за але від його й у має про",
    "bg": "и на да се за от не че са в е по с като до или но при има",
    "sr": "и у на се да је за не од са што али као су или би то из сваки има",
    "ar": "في من على أن إلى التي عن مع هذا كان لا ما هذه الذي أو كل بين ذلك لم و",
    "fa": "و در به از که این را با است برای آن یک خود تا کرد بر هم نیز شود هر",
    "ur": "کے میں کی ہے اور سے کا کو کہ پر نے یہ اس بھی ہیں ایک نہیں تھا ہر گا",
}
"""About twenty of the most frequent small words of each language."""
_FEWEST_WORDS = 12
"""Smallest number of words in a text to guess its language by small words."""

LEAST_SHARE = 0.12
"""Minimum share of a language's small words for a text in that language; running prose has 0.25 to 0.45."""


@cache
def _languages_by_word() -> dict[str, list[str]]:
    """Return a mapping of each small word to the codes of the languages that use it."""
    languages: dict[str, list[str]] = {}
    for code, words in _SMALL_WORDS.items():
        for word in set(words.split()):
            languages.setdefault(word, []).append(code)
    return languages


@cache
def _scripts() -> list[tuple[str, re.Pattern[str]]]:
    """Compile one pattern of letters per script at the first use: takes 5 ms, and few texts need it."""
    return [(code, re.compile(f"[{characters}]")) for code, characters in _SCRIPTS]


def _count_letters_of_other_scripts(sample: str) -> int:
    """Return the number of characters beyond Latin and punctuation.

    A pattern of all these characters takes 4 ms to compile, in every start that shows a text with one curly quote.
    """
    others = [each for each in set(sample) if "\u0370" <= each <= "\u1fff" or "\u3040" <= each <= "\ud7af"]
    return sum(map(sample.count, others))


def _language_of_script(sample: str) -> str:
    letters = len(_LETTER.findall(sample))
    for code, script in _scripts():
        # Japanese is recognized by its kana, which are frequent in any text with Han characters.
        if len(script.findall(sample)) > letters * (0.1 if code == "ja" else 0.4):
            return code
    return ""


def guess_language(text: str, least_share: float = LEAST_SHARE) -> str:
    """Return the BCP 47 tag of a text's language; empty if the language is uncertain.

    Args:
        text: The text, of which the first thousand characters are examined.
        least_share: Minimum share of small words among all words for recognizing a language.
    """
    sample = text[:_SAMPLE]
    if not sample.isascii():
        if _count_letters_of_other_scripts(sample) > len(sample) // 10 and (code := _language_of_script(sample)):
            return code
        sample = unicodedata.normalize("NFC", sample)
    words = _WORD.findall(sample.lower())
    if len(words) < _FEWEST_WORDS:
        return ""
    scores: Counter[str] = Counter()
    languages = _languages_by_word()
    for word, count in Counter(words).items():
        for code in languages.get(word, ()):
            scores[code] += count
    ranked = scores.most_common(2)
    if not ranked or ranked[0][1] < len(words) * least_share or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return ""
    return ranked[0][0]
