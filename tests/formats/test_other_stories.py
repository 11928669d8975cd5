"""Headlines of other stories at the end of a paste are separated only if that is certain."""

from __future__ import annotations

import pytest

from tui_reader.formats.plain.other_stories import find_tail

STORY = [
    "The ministers of the alliance met in the capital on Thursday, and agreed on nothing that was not agreed before.",
    "Their host said that the sums were a matter for the summit, which will be held in a few weeks in another town.",
    "Nobody asked what the sums were for, since that was the matter of a paper which nobody had been allowed to read.",
    "In the evening there was a dinner, at which the speeches were longer than the courses and as well prepared.",
    "One of the guests left early, and was seen on the steps with a telephone in each hand and no coat over his arm.",
    "The paper was found in the cloakroom the next morning, and it turned out that all of its pages had been blank.",
]
HEADLINES = [
    "Harbour to close for a week as dredgers arrive",
    "The council hopes that traders will be patient with it.",
    "Why the night train is coming back",
    "Sleepers are cheaper than hotels, and faster than they were.",
    "A museum of things that did not work",
]
ENDED = [
    "Okafor to Reyes: give the lighthouse of Skagen back to Denmark or lose Kattegat.",
    "During a visit to Aalborg, the envoy Lindqvist names her price.",
    "Brno must rebuild its bridges faster to catch up with Ostrava.",
    "Mayor Nováková tells Moravia Today that cheap steel from Trinec is the answer.",
]


def test_headlines_without_a_full_stop_are_separated() -> None:
    assert find_tail(STORY + HEADLINES) == len(STORY)


def test_headlines_with_a_full_stop_are_separated_if_they_have_new_names() -> None:
    assert find_tail(STORY + ENDED) == len(STORY)


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["One line"],
        STORY,
        STORY + STORY,
        HEADLINES,
        STORY[:1] + HEADLINES,
        STORY + HEADLINES[:3],
        STORY + HEADLINES + ["“A quotation ends it,” he said."],
        STORY + HEADLINES[:2] + ["Three words only"] + HEADLINES[2:],
        STORY + HEADLINES[:4] + [STORY[0] * 3],
        STORY + ENDED[:3],
        [*STORY, *(line.lower() for line in ENDED)],
        [*STORY, " ".join(ENDED), *ENDED],
        [*STORY[:3], "A story that breaks off in mid", *HEADLINES],
    ],
)
def test_lines_that_may_not_be_headlines_of_other_stories_stay_in_the_article(texts: list[str]) -> None:
    assert find_tail(texts) is None
