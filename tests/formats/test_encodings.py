"""The bytes of any file are decoded to the intended text, or refused with a plain reason."""

from __future__ import annotations

import codecs
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.formats.text.encodings import decode

ENGLISH = "It’s a “café” — nothing more… " * 20
RUSSIAN = "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом."
JAPANESE = "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。"
SENTENCES = {
    "cp1250": "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. Są obdarzeni.",
    "iso8859_2": "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv. Jsou nadáni rozumem.",
    "cp1251": RUSSIAN,
    "cp1252": "Todos los seres humanos nacen libres e iguales en dignidad y derechos. El niño está con la madre.",
    "cp1254": "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana sahiptirler.",
    "cp1253": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
    "koi8_r": RUSSIAN,
    "cp932": JAPANESE,
    "euc_jp": JAPANESE,
    "iso2022_jp": JAPANESE,
    "gb18030": "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。",
    "big5": "人人生而自由，在尊嚴和權利上一律平等。他們賦有理性和良心，並應以兄弟關係的精神相對待。",
    "euc_kr": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 인간은 이성을 가진다.",
}


@pytest.mark.parametrize(
    ("mark", "codec", "name"),
    [
        (codecs.BOM_UTF8, "utf-8", "UTF-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
        (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
        (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    ],
)
def test_a_byte_order_mark_decides_the_encoding_and_is_not_shown(mark: bytes, codec: str, name: str) -> None:
    decoded = decode(mark + ENGLISH.encode(codec))
    assert (decoded.text, decoded.encoding, decoded.problem) == (ENGLISH, name, "")
    assert decoded.notice == ("" if name == "UTF-8" else f"Read as {name}.")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", [ENGLISH, "Все люди рождаются свободными и равными. " * 5, "Short one."])
def test_utf16_and_utf32_are_detected_without_a_mark(codec: str, text: str) -> None:
    assert decode(text.encode(codec)).text == text


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))))
def test_utf8_is_decoded_exactly(text: str) -> None:
    decoded = decode(text.encode())
    if not decoded.problem and not decoded.notice:
        assert decoded.text == text.removeprefix("\ufeff")


@pytest.mark.parametrize(("codec", "text"), SENTENCES.items())
def test_encodings_of_older_systems_are_detected_and_named(codec: str, text: str) -> None:
    decoded = decode(text.encode(codec))
    assert decoded.text == text
    assert "ead as" in decoded.notice


@pytest.mark.parametrize(
    ("codecs_of_language", "lines"),
    [
        (
            "cp1252 iso8859_15 mac_roman cp850",
            [
                "Amanhã não há aulas, disse a mãe, e as crianças ficaram contentes.",
                "O pão está em cima da mesa da cozinha e o café já está pronto.",
            ],
        ),
        (
            "cp1252 iso8859_1 mac_roman cp850",
            [
                "El niño preguntó dónde estaba su abuela, y nadie respondió.",
                "Capítulo 3: la mañana siguiente llovió sobre todas las montañas.",
            ],
        ),
        (
            "cp1252 iso8859_15 mac_roman cp850 cp437",
            ["Le café était fermé, et la fenêtre ouverte à cause de la chaleur.", "À bientôt, dit-elle à sa sœur."],
        ),
        (
            "cp1250 iso8859_2 cp852",
            [
                "Včera večer přišel domů velmi pozdě a hned šel spát.",
                "Žádný učený z nebe nespadl, říkala naše babička často.",
            ],
        ),
        (
            "cp1250 iso8859_2 cp852",
            ["Wczoraj poszliśmy do lasu, żeby zbierać grzyby i jagody.", "Źródło tej rzeki leży wysoko w górach."],
        ),
        (
            "cp1250 iso8859_2",
            ["Tegnap este későn értünk haza, és rögtön lefeküdtünk.", "Hová tűnt a szőke nő a hídról?"],
        ),
        (
            "cp1254 iso8859_9 cp857",
            ["Dün akşam çok geç geldiğimiz için hemen uyuduk.", "İğneyi kendine, çuvaldızı başkasına batır."],
        ),
        ("cp1255 iso8859_8", ["אתמול בערב חזרנו הביתה מאוחר והלכנו לישון.", "הספר מונח על השולחן ליד החלון."]),
        ("cp1256 iso8859_6", ["عدنا إلى البيت في وقت متأخر من الليل.", "الكتاب على الطاولة بجانب النافذة"]),
        ("cp1253 iso8859_7", ["Χθες το βράδυ γυρίσαμε αργά στο σπίτι.", "Το βιβλίο είναι πάνω στο τραπέζι."]),
        (
            "cp1251 koi8_r iso8859_5 cp866 mac_cyrillic",
            ["Вчера вечером мы поздно вернулись домой.", "Книга лежит на столе у окна."],
        ),
        ("cp1251 koi8_u", ["Учора ввечері ми пізно повернулися додому.", "Його книга лежить на столі біля вікна."]),
        (
            "cp1257 iso8859_13 iso8859_4",
            ["Vakar vakare grįžome labai vėlai ir iš karto užmigome.", "Šuo bėga per žalią pievą."],
        ),
        ("cp932 euc_jp", ["昨日の夜は遅く帰ったので、すぐに寝ました。", "机の上に本があります。"]),
        ("gb18030", ["我们昨天晚上很晚才回家。", "书在窗边的桌子上。"]),
        ("big5", ["我們昨天晚上很晚才回家。", "書在窗邊的桌子上。"]),
        ("cp949", ["어젯밤에 늦게 집에 돌아왔습니다.", "책은 창가 책상 위에 있습니다."]),
    ],
)
def test_single_lines_are_decoded_by_the_letters_of_their_language(codecs_of_language: str, lines: list[str]) -> None:
    cases = [
        (codec, line) for codec in codecs_of_language.split() for line in lines if _has_all_characters(codec, line)
    ]
    assert len(cases) >= len(codecs_of_language.split())
    wrong = {(codec, line): decoded for codec, line in cases if (decoded := decode(line.encode(codec)).text) != line}
    assert wrong == {}


def _has_all_characters(codec: str, text: str) -> bool:
    try:
        return bool(text.encode(codec))
    except UnicodeEncodeError:
        return False


@pytest.mark.parametrize("codec", ["cp1252", "mac_roman"])
@pytest.mark.parametrize(
    "line",
    [
        "“And have you your pistol, Watson?” he asked.",
        "“No?”",
        "‘It is quite too funny,’ said he; “I wouldn’t think of it — never.”",
        "It costs £5, or €6… if you’re lucky.",
    ],
)
def test_lines_with_typographic_marks_only_are_decoded(codec: str, line: str) -> None:
    assert decode(line.encode(codec)).text == line


@pytest.mark.parametrize("codec", ["cp932", "cp1251", "koi8_r", "gb18030"])
def test_words_of_another_script_in_an_english_text_are_decoded(codec: str) -> None:
    words = {"cp932": "日本語の文章です", "gb18030": "这是一本好书"}.get(codec, "это очень хорошая книга")
    text = (
        f"The page was written by two authors, and the other one said: {words}. " + "Nobody knew what he meant. " * 20
    )
    assert decode(text.encode(codec)).text == text


def test_a_double_byte_text_with_a_damaged_character_is_decoded() -> None:
    good = JAPANESE.encode("euc_jp") * 10
    decoded = decode(good + b"\xff\x20" + good)
    assert decoded.text == JAPANESE * 10 + "\ufffd " + JAPANESE * 10


def test_letters_late_in_a_long_text_decide_its_encoding() -> None:
    text = "It’s late, said the guide.\n" * 400 + "Příliš žluťoučký kůň úpěl ďábelské ódy.\n" * 60
    assert decode(text.encode("cp1250")).text == text


@pytest.mark.parametrize("codec", ["cp1252", "mac_roman"])
def test_english_is_decoded_by_a_single_curly_quote(codec: str) -> None:
    text = "The minister said nothing. " * 40 + "It’s all he said — " + "and no more was heard of it. " * 40
    assert decode(text.encode(codec)).text == text


@pytest.mark.parametrize(
    "text",
    [
        "café naïve résumé",
        "café",
        "Noël",
        "El niño",
        "São Paulo, as ações",
        "Grüße aus München",
        "crème brûlée",
        "smörgåsbord",
        "déjà vu, ou peut-être pas : « où » ?",
        "¿Qué pasa?",
        "½ tasse, 3 £",
        "ÉTÉ",
    ],
)
def test_a_few_words_with_accents_are_decoded_as_western_if_they_make_words(text: str) -> None:
    decoded = decode(text.encode("cp1252"))
    assert (decoded.text, decoded.encoding) == (text, "Windows-1252")
    assert "guess" in decoded.notice


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy"),
        ("cp1250", "Zażółć gęślą jaźń"),
        ("cp1250", "Árvíztűrő tükörfúrógép"),
        ("cp1250", "Az idő múlik, és a nő azt mondta, hogy ez így jó lesz, de nem most."),
        ("cp932", "これはテスト"),
        ("euc_jp", "日本語の文章"),
        ("big5", "你好世界"),
        ("euc_kr", "안녕하세요"),
    ],
)
def test_short_texts_in_other_encodings_are_not_decoded_as_western(codec: str, text: str) -> None:
    assert decode(text.encode(codec)).text == text


def test_the_declaration_of_an_xml_file_decides_the_encoding_if_it_fits() -> None:
    text = '<?xml version="1.0" encoding="windows-1251"?><a>Все люди</a>'
    assert decode(text.encode("cp1251")).text == text
    wrong = '<?xml version="1.0" encoding="no-such-thing"?><a>Все люди рождаются свободными и равными</a>'
    assert decode(wrong.encode("cp1251")).text == wrong


def test_damaged_utf8_loses_only_the_damaged_characters() -> None:
    data = ("“a” " * 10).encode() + b"\xff" + ("“b” " * 10).encode()
    decoded = decode(data)
    assert decoded.text == "“a” " * 10 + "\ufffd" + "“b” " * 10
    assert decoded.notice == "Damaged UTF-8: one place that could not be decoded is shown as \ufffd."


def test_text_that_was_saved_in_a_wrong_encoding_is_repaired() -> None:
    broken = "It’s a “café”".encode().decode("cp1252", "replace").replace("\ufffd", "\x9d")
    decoded = decode(broken.encode())
    assert decoded.text == "It’s a “café”"
    assert decoded.notice


def test_a_text_about_wrong_encodings_is_not_repaired() -> None:
    text = "The signs â€™ and Ã© are what “it’s” and é turn into."
    assert decode(text.encode()).text == text


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"text " + b"\0" * 10 + b"x" * 200, "not text: 5 % of its bytes are zero"),
        (b"\0\1\2binary", "not text: 11 % of its bytes are zero"),
        (b"one\0only, and some words", "not text: 4 % of its bytes are zero"),
        (b"%PDF-1.7\n", "not text: a PDF file"),
        (b"PK\x03\x04rest", "not text: a ZIP archive, as EPUB and office files are"),
        (b"\x89PNG\r\n\x1a\n", "not text: a PNG picture"),
        (bytes(range(1, 9)) * 40, "not text: 100 % of its bytes are control characters"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8" * 40, "not text: it is marked as UTF-16, but is not"),
    ],
)
def test_files_that_are_not_text_are_refused_with_a_reason(data: bytes, problem: str) -> None:
    assert decode(data).problem == problem


def test_a_long_text_with_one_zero_byte_is_read_as_damaged_text() -> None:
    assert "Nothing" in decode(b"Nothing else is wrong here. " * 100 + b"\0").text


def test_compressed_data_is_not_text() -> None:
    words = random.Random(1).choices(["alpha", "beta", "gamma", "delta", "epsilon", "zeta"], k=20_000)
    assert decode(zlib.compress(" ".join(words).encode())[2:]).problem.startswith("not text")


@given(st.binary(max_size=300))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    decoded = decode(data)
    assert (decoded.text == "") if decoded.problem else decoded.encoding
