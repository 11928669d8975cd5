"""The dialects of Markdown that people have: Obsidian, GitHub, Pandoc, Hugo and Jekyll."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.counts import size
from tests.formats.conforming import flaws_of
from tui_reader.document.blocks import BlockKind, Document, SpanKind
from tui_reader.document.link_targets import offset_of_name
from tui_reader.formats import read, scan


def markdown(source: str, name: str = "a note.md") -> Document:
    document = read(source.encode(), name)
    assert flaws_of(document) == []
    return document


def spans(document: Document) -> list[tuple[SpanKind, str, str]]:
    return [(span.kind, document.text[span.start : span.end], span.target) for span in document.spans]


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(str(block.kind), document.block_text(index)) for index, block in enumerate(document.blocks)]


# Obsidian


@pytest.mark.parametrize(
    ("source", "words", "target"),
    [
        ("[[Note]]", "Note", "Note"),
        ("[[A note|these words]]", "these words", "A%20note"),
        ("[[Folder/Note]]", "Folder/Note", "Folder/Note"),
        ("[[Note#Part]]", "Note > Part", "Note#Part"),
        ("[[Note#Part#A chapter]]", "Note > Part > A chapter", "Note#A%20chapter"),
        ("[[#Part]]", "Part", "#Part"),
        ("[[Note#^a1b2]]", "Note", "Note#%5Ea1b2"),
        ("[[日本語のノート]]", "日本語のノート", "%E6%97%A5%E6%9C%AC%E8%AA%9E%E3%81%AE%E3%83%8E%E3%83%BC%E3%83%88"),
        ("[[Note.md|it]]", "it", "Note.md"),
        ("![[Other note]]", "Other note", "Other%20note"),
        ("[[a & b (c)]]", "a & b (c)", "a%20%26%20b%20%28c%29"),
        ("| x |\n|---|\n| [[Note\\|it]] |", "it", "Note"),
    ],
)
def test_a_link_to_a_note_shows_its_words_and_leads_to_the_note(source: str, words: str, target: str) -> None:
    assert (SpanKind.LINK, words, target) in spans(markdown(f"See:\n\n{source}"))


@pytest.mark.parametrize(
    "source",
    [
        "`[[Note]]`",
        "x[[1]]",
        "A claim.[[12]]",
        "[[javascript:alert(1)]]",
        "[[]]",
        "[[ ]]",
        "[[unclosed",
        "[[two\nlines]]",
        "\\[[Note]]",
    ],
)
def test_other_brackets_are_not_links_to_notes(source: str) -> None:
    assert not any(kind is SpanKind.LINK for kind, _, _ in spans(markdown(source)))


def test_a_reference_in_brackets_stays_a_reference() -> None:
    document = markdown(
        "[[words]] and [words](https://a.example) and [[x](https://b.example)]\n\n[words]: https://c.example"
    )
    assert [target for kind, _, target in spans(document) if kind is SpanKind.LINK] == [
        "https://c.example",
        "https://a.example",
        "https://b.example",
    ]


def test_an_embedded_picture_alone_is_a_figure_and_its_size_is_not_a_caption() -> None:
    document = markdown("Text.\n\n![[a picture.png|300x200]]\n\n![[b.jpg|The quay]]")
    assert [(block.kind, block.target) for block in document.blocks[1:]] == [
        (BlockKind.FIGURE, "a%20picture.png"),
        (BlockKind.FIGURE, "b.jpg"),
    ]
    assert document.text == "Text.\n\nThe quay"


def test_the_id_of_a_block_is_hidden_and_can_be_linked() -> None:
    document = markdown("First.\n\nSecond paragraph. ^abc-1\n\n- item ^i2\n\n| a |\n|---|\n| b |\n\n^t3")
    assert "^" not in document.text
    offset = offset_of_name(document, "^abc-1")
    assert offset is not None
    assert document.text[:offset].count("\n") == 1
    assert offset_of_name(document, "%5Ei2") is not None
    assert offset_of_name(document, "^t3") is not None


@pytest.mark.parametrize("source", ["2 ^3 is eight", "x^2", "a ^b c", "see ^ here"])
def test_a_caret_in_text_stays(source: str) -> None:
    assert markdown(source).text == source


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("Open %%hidden%% text", "Open text"),
        ("%%hidden%% text", "text"),
        ("Text.%%hidden%%", "Text."),
        ("One.\n\n%%\nhidden\n\nhidden too\n%%\n\nTwo.", "One.\nTwo."),
        ("One.\n\n%% hidden\nand hidden %%\n\nTwo.", "One.\nTwo."),
        ("100%% sure, 50%% not", "100%% sure, 50%% not"),
        ("One %%unclosed", "One %%unclosed"),
        ("%%\nunclosed\n\ntext", "%% unclosed\ntext"),
        ("`%%a%%`", "%%a%%"),
        ("```\n%%a%%\n```", "%%a%%"),
    ],
)
def test_comments_are_hidden_and_other_text_is_kept(source: str, shown: str) -> None:
    assert markdown(source).text == shown


@pytest.mark.parametrize(
    ("source", "marked"),
    [
        ("A ==marked== word", ["marked"]),
        ("==Several **bold** words==", ["Several bold words"]),
        ("这是==重点==内容", ["重点"]),
        ("==a== and ==b==", ["a", "b"]),
        ("if x==1 and y==2", []),
        ("a == b == c", []),
        ("==== rule ====", []),
        ("==unclosed", []),
        ("`==code==`", []),
        ("====\n====", []),
    ],
)
def test_text_between_double_equals_signs_is_marked(source: str, marked: list[str]) -> None:
    document = markdown(source)
    assert [words for kind, words, _ in spans(document) if kind is SpanKind.MARK] == marked
    if not marked:
        assert "=" in document.text


@pytest.mark.parametrize(
    ("source", "tags"),
    [
        ("#one and #two/three, (#not) #Ünïcode #日本語", ("one", "two/three", "Ünïcode", "日本語")),
        ("# Heading\n\ntext #a-b_c1.", ("a-b_c1",)),
        ("#123 #fff #1a2b3c C# a#b https://x.example/#part", ()),
        ("`#code` <!-- #comment -->\n\n```\n#fence\n```\n\n    #indented\n\n[words](#part)\n\n[r]: #there", ()),
        ("- item #listed\n    continued #too", ("listed", "too")),
        ("#same #Same #same", ("same",)),
    ],
)
def test_tags_in_the_text_are_tags_of_the_article(source: str, tags: tuple[str, ...]) -> None:
    assert scan(f"{source}\n".encode(), "a note.md")[0].tags == tags == markdown(source).metadata.tags


def test_tags_of_the_header_come_first_and_are_not_repeated() -> None:
    document = markdown("---\ntags: [Sea, tide]\naliases: [The old name, Another]\n---\n\nText #sea #moon.")
    assert document.metadata.tags == ("Sea", "tide", "moon")
    assert document.metadata.aliases == ("The old name", "Another")


def test_former_paths_of_hugo_are_not_aliases() -> None:
    assert markdown("---\naliases: [/old/path/]\n---\n\nText.").metadata.aliases == ()


def test_a_callout_of_obsidian_may_be_folded_and_nested() -> None:
    document = markdown("> [!tip]- A title\n> Text.\n> > [!question] Why?\n> > Because.")
    assert blocks(document) == [
        ("paragraph", "Tip: A title"),
        ("paragraph", "Text."),
        ("paragraph", "Question: Why?"),
        ("paragraph", "Because."),
    ]
    assert [block.quote for block in document.blocks] == [1, 1, 2, 2]


# GitHub


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("Ship it :rocket:!", "Ship it 🚀!"),
        (":+1: :thumbsup: :-1:", "👍 👍 👎"),
        (":thinking: :hugs: :de: :pilot:", "🤔 🤗 🇩🇪 🧑‍✈️"),
        (":no_such_name:", ":no_such_name:"),
        ("std::end::x at 10:30:45", "std::end::x at 10:30:45"),
        ("`:rocket:`", ":rocket:"),
    ],
)
def test_emoji_names_between_colons_become_emoji(source: str, shown: str) -> None:
    assert markdown(source).text == shown


def test_a_heading_with_an_emoji_keeps_the_id_that_github_gives_it() -> None:
    document = markdown("Text.\n\n## :rocket: Launch\n\n[go](#rocket-launch)")
    assert offset_of_name(document, "rocket-launch") == document.text.index("🚀")


def test_a_title_with_an_emoji_is_the_same_in_the_list() -> None:
    data = b"# :rocket: Launch\n\nText."
    assert scan(data, "a.md")[0].title == read(data, "a.md").metadata.title == "🚀 Launch"


def test_a_github_alert_becomes_a_title_and_a_body() -> None:
    assert blocks(markdown("> [!WARNING]\n> Mind the gap.")) == [
        ("paragraph", "Warning"),
        ("paragraph", "Mind the gap."),
    ]


# Pandoc

REFERENCES = """---
references:
- id: doe99
  author: [{family: Doe, given: Jane}]
  issued: {date-parts: [[1999, 5]]}
- id: roe
  author:
  - {family: Roe}
  - {family: Poe}
  - {family: Coe}
  issued: 2004
---

"""


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("As shown [@doe99, p. 5; see @roe].", "As shown (Doe 1999, p. 5; see Roe et al. 2004)."),
        ("@doe99 says so.", "Doe 1999 says so."),
        ("Doe [-@doe99, ch. 2] says so.", "Doe (1999, ch. 2) says so."),
        ("Unknown [@nobody].", "Unknown [@nobody]."),
        ("mail@doe99.example", "mail@doe99.example"),
        ("`@doe99`", "@doe99"),
    ],
)
def test_citations_are_read_as_names_where_the_header_has_the_works(source: str, shown: str) -> None:
    assert markdown(REFERENCES + source).text == shown


def test_citations_without_a_bibliography_stay_as_written() -> None:
    assert markdown("As shown [@doe99, p. 5].").text == "As shown [@doe99, p. 5]."


@pytest.mark.parametrize(
    ("source", "kind", "words"),
    [
        ("H~2~O", SpanKind.SUBSCRIPT, "2"),
        ("E = mc^2^", SpanKind.SUPERSCRIPT, "2"),
        ("the 5^th^ day", SpanKind.SUPERSCRIPT, "th"),
    ],
)
def test_text_between_carets_or_tildes_is_superscript_or_subscript(source: str, kind: SpanKind, words: str) -> None:
    document = markdown(source)
    assert spans(document) == [(kind, words, "")]
    assert document.text == source.replace("^", "").replace("~", "")


@pytest.mark.parametrize("source", ["~5 or ~6", "a ~ b ~ c", "~/bin and ~/lib", "x ^ y ^ z"])
def test_carets_and_tildes_apart_from_words_stay_as_written(source: str) -> None:
    assert markdown(source).text == source


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("python", "python"),
        ("{.python .numberLines}", "python"),
        ("{#id .rust startFrom=2}", "rust"),
        ("{r, echo=FALSE}", "r"),
        ("js{1,3}", "js"),
        ("{}", ""),
        ("", ""),
    ],
)
def test_the_language_of_code_is_read_from_its_info_string(info: str, language: str) -> None:
    assert markdown(f"```{info}\nx\n```").blocks[0].language == language


# Hugo and Jekyll


@pytest.mark.parametrize(
    ("source", "target", "caption"),
    [
        ('{{< figure src="/img/a.png" caption="The quay" alt="x" >}}', "/img/a.png", "The quay"),
        ("{{< figure src='b.jpg' alt='Boats' />}}", "b.jpg", "Boats"),
        ('{{< img "c.webp" >}}', "c.webp", ""),
        ('{% include figure.html url="/d.png" description="Nets" %}', "/d.png", "Nets"),
        ('{% include image.html src="e.gif" %}', "e.gif", ""),
    ],
)
def test_a_shortcode_of_a_picture_is_a_figure(source: str, target: str, caption: str) -> None:
    document = markdown(f"Text.\n\n{source}\n\nMore.")
    assert (document.blocks[1].kind, document.blocks[1].target) == (BlockKind.FIGURE, target)
    assert document.block_text(1) == caption


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("{{< highlight go >}}", "{{< /highlight >}}"),
        ('{{< highlight go "linenos=table" >}}', "{{< / highlight >}}"),
        ("{% highlight go linenos %}", "{% endhighlight %}"),
        ("{%- highlight go -%}", "{%- endhighlight -%}"),
    ],
)
def test_a_shortcode_of_code_is_code_byte_for_byte(begin: str, end: str) -> None:
    code = "func main() {\n\n\t*p* := 1  \n}"
    document = markdown(f"Text.\n\n{begin}\n{code}\n{end}\n\nMore.")
    assert (document.blocks[1].kind, document.blocks[1].language) == (BlockKind.CODE, "go")
    assert document.block_text(1) == code


@pytest.mark.parametrize(
    ("source", "words", "target"),
    [
        ('[the page]({{< ref "page.md" >}})', "the page", "page.md"),
        ('[the *page*]({{< relref "../a/page.md#part" >}})', "the page", "../a/page.md#part"),
        ("[a post]({% post_url 2026-01-02-tides %})", "a post", "2026-01-02-tides.md"),
        ("[a page]({% link notes/a.md %})", "a page", "notes/a.md"),
        ("[home]({{ site.baseurl }}/about)", "home", "/about"),
        ("[home]({{ site.baseurl }}{% post_url 2026-01-02-tides %})", "home", "2026-01-02-tides.md"),
        (
            "{{< youtube w7Ft2ymGmfc >}}",
            "https://www.youtube.com/watch?v=w7Ft2ymGmfc",
            "https://www.youtube.com/watch?v=w7Ft2ymGmfc",
        ),
        ('{{< vimeo id="55073825" title="Tides" >}}', "Tides", "https://vimeo.com/55073825"),
        ("{% gist jorgelbg/1 %}", "https://gist.github.com/jorgelbg/1", "https://gist.github.com/jorgelbg/1"),
    ],
)
def test_shortcodes_with_addresses_become_links(source: str, words: str, target: str) -> None:
    assert (SpanKind.LINK, words, target) in spans(markdown(f"See {source} there."))


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ('{{% notice tip "Mind this" %}}\nInner *text*.\n{{% /notice %}}', "Tip: Mind this Inner text."),
        ("{{< columns >}}\nLeft.\n{{< /columns >}}", "Left."),
        ("{% if page.x %}\nShown.\n{% endif %}", "Shown."),
        ("{% comment %}\nhidden\n\nhidden\n{% endcomment %}\n\nShown.", "Shown."),
        ("{% raw %}\n{{ a }}\n{% endraw %}", "{{ a }}"),
        ("A heading\n{: .no_toc}\n\nText.{: .small}", "A heading\nText."),
        ("* TOC\n{:toc}\n\nText.", "TOC\nText."),
        ("Hugo shows {{</* ref x */>}} so.", "Hugo shows {{< ref x >}} so."),
        ("The value {{ amount }} stays.", "The value {{ amount }} stays."),
        ("A set {a, b} and {{x}} stay.", "A set {a, b} and {{x}} stay."),
        ("`{{< ref x >}}`", "{{< ref x >}}"),
        ("```\n{{< ref x >}}\n{: .a}\n```", "{{< ref x >}}\n{: .a}"),
        ("{% highlight go %}\nunclosed", "unclosed"),
    ],
)
def test_other_shortcodes_become_readable_text(source: str, shown: str) -> None:
    assert markdown(source).text == shown


@given(
    st.lists(
        st.sampled_from(
            [
                *"=%{}[]!|#^~:@-> `/",
                "==",
                "%%",
                "{{<",
                ">}}",
                "{%",
                "%}",
                "[[",
                "]]",
                "rocket",
                "highlight",
                "end",
                "\n\n",
            ]
        ),
        max_size=40,
    )
)
def test_any_mixture_of_marks_is_read_without_flaws(parts: list[str]) -> None:
    source = " ".join(parts)
    document = markdown(source)
    metadata, error = scan(source.encode(), "a note.md")
    assert (metadata, error) == (document.metadata, document.error)


@pytest.mark.parametrize(
    "mark",
    ["==a ", "%%a ", "{{< a ", "{% a ", "[[a ", "![[a|", "x^a", "x~a", ":a", "[@a ", "{: ", "%%\n", "{% raw %}\n"],
)
def test_marks_without_an_end_are_read_in_linear_steps(mark: str) -> None:
    """The regular expressions look ahead a bounded number of characters, so unclosed marks do not make them slow."""
    document = markdown(f"{mark * size(1_000)}\n\nwords")
    assert document.has_text


@pytest.mark.parametrize(
    ("name", "source", "title"),
    [
        ("notes/Tide tables.md", "Tables are in [[Harbour clock]].\n", "Tide tables"),
        ("Harbour.md", "## The hands\n\nSee ![[Clock#Face|it]].\n", "Harbour"),
        ("潮汐.md", "[[港]]を見る。\n", "潮汐"),
        ("Tide tables.md", "# Tables of the tide\n\nSee [[Clock]].\n", "Tables of the tide"),
        ("Tide tables.md", "---\ntitle: Of tides\n---\nSee [[Clock]].\n", "Of tides"),
        ("tide-tables.md", "They are in [[Clock]].\n", "They are in Clock."),
        ("2026-03-01.md", "They are in [[Clock]].\n", "They are in Clock."),
        ("Shell notes.md", "Test like this:\n\n```sh\nif [[ -f x ]]; then [[y]]; fi\n```\n", "Test like this:"),
        ("Cargo notes.md", "Write `[[bin]]` there.\n", "Write [[bin]] there."),
        ("Pasted page.md", "The tide[[1]](#n1) rises[[2]].\n", "The tide[1] rises[[2]]."),
    ],
)
def test_a_note_that_links_to_notes_is_named_by_its_file_as_in_obsidian(name: str, source: str, title: str) -> None:
    document = markdown(source, name)
    assert document.metadata.title == title
