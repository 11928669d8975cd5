"""Generated texts in which many lines repeat, as in manuals: for measuring how well passages are told apart.

Each function returns some 10,000 words as the reader shows them: a paragraph, heading or line of code a line.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = 10_000

_NOUNS = str.split(
    "account invoice project member webhook token device report session bucket message channel order product customer "
    "policy region snapshot volume network certificate key role group event schedule template domain record zone alert "
    "dashboard metric pipeline runner artifact branch release issue comment label milestone"
)
_VERBS = (
    ("List", "GET", "s"),
    ("Create", "POST", "s"),
    ("Get", "GET", "/{id}"),
    ("Update", "PATCH", "/{id}"),
    ("Delete", "DELETE", "/{id}"),
    ("Archive", "POST", "/{id}/archive"),
)
_FIELDS = (
    ("id", "string", "The identifier of the object."),
    ("created_at", "string", "Time at which the object was created, in UTC."),
    ("updated_at", "string", "Time of the last change, in UTC."),
    ("name", "string", "A name of at most 64 characters. It need not be unique."),
    ("status", "string", "One of active, paused and archived."),
    ("owner", "string", "The identifier of the account that owns the object."),
    ("metadata", "object", "Up to 20 pairs of keys and values that you attach to the object."),
    ("tags", "array", "A list of strings by which objects can be filtered."),
)
_PARAMETERS = (
    ("limit", "integer", "no", "The number of objects on a page, between 1 and 100. The default is 20."),
    ("cursor", "string", "no", "A cursor from the field next_cursor of the page before."),
    ("order", "string", "no", "Either asc or desc, by the time of creation."),
    ("expand", "array", "no", "Fields whose objects are included in the response instead of their identifiers."),
    ("idempotency_key", "string", "no", "A string of up to 255 characters; a second request with it has no effect."),
    ("dry_run", "boolean", "no", "If true, the request is checked but nothing is changed."),
)
_ERRORS = (
    "Returns 400 if a parameter is missing or malformed.",
    "Returns 401 if the token is missing or has expired.",
    "Returns 403 if the token lacks the scope {noun}:write.",
    "Returns 404 if there is no {noun} with this identifier.",
    "Returns 409 if another request changes the same object at the same time.",
    "Returns 429 if there are too many requests. Wait for the number of seconds in the header Retry-After.",
)


def api_manual() -> str:
    """Return a manual of an HTTP API: endpoints with tables of parameters, errors and examples, much alike."""
    chance = random.Random(1)
    lines = ["Reference of the HTTP API", "All requests are made to https://api.example.com and need a token."]

    def add(noun: str) -> None:
        lines.append(f"{noun.capitalize()}s")
        lines.append(f"The {noun} object")
        lines.extend(f"{name} {kind} {meaning}" for name, kind, meaning in chance.sample(_FIELDS, 5))
        for verb, method, path in chance.sample(_VERBS, 4):
            address = f"/v1/{noun}s{path if path != 's' else ''}"
            lines.extend((f"{verb} {noun}s" if path == "s" else f"{verb} a {noun}", f"{method} {address}"))
            lines.extend(("Parameters", "Name Type Required Description"))
            lines.extend(" ".join(row) for row in chance.sample(_PARAMETERS, 3))
            lines.extend(("Example request", f'curl -X {method} "https://api.example.com{address}" \\'))
            lines.extend(('  -H "Authorization: Bearer $TOKEN" \\', '  -H "Content-Type: application/json"'))
            lines.extend(("Example response", "{", f'  "id": "{noun[:3]}_{chance.randrange(1000)}",'))
            lines.extend((f'  "object": "{noun}",', '  "status": "active",', '  "metadata": {}', "}", "Errors"))
            lines.extend(error.format(noun=noun) for error in _ERRORS[: chance.randint(4, 6)])

    return _filled(lines, _NOUNS, add)


def api_guide() -> str:
    """Return a manual of an HTTP API with a description of each endpoint, besides what the endpoints have in common."""
    chance = random.Random(8)
    lines = ["Guide to the HTTP API", "All requests are made to https://api.example.com and need a token."]
    starts = ("Use this request to", "This endpoint lets you", "Call it to", "A client sends it to", "It is meant to")
    ends = ("of a workspace", "that you own", "of the current month", "with all its parts", "in the background")
    reasons = ("when", "as soon as", "before", "after", "unless", "only if", "as long as", "whenever")

    def sentence(noun: str, verb: str) -> str:
        other, third, fourth = chance.sample(_NOUNS, 3)
        return (
            f"{chance.choice(starts)} {verb.lower()} the {noun} {chance.choice(ends)} {chance.choice(reasons)} its "
            f"{other} has a {third}, and the {chance.randint(2, 99)} {fourth}s {chance.choice(ends)} are not affected."
        )

    def add(noun: str) -> None:
        lines.extend((f"{noun.capitalize()}s", sentence(noun, "manage"), sentence(noun, "understand")))
        for verb, method, path in chance.sample(_VERBS, 4):
            address = f"/v1/{noun}s{path if path != 's' else ''}"
            lines.extend((f"{verb} {noun}s", f"{method} {address}"))
            lines.extend(f"{sentence(noun, verb)} {sentence(noun, verb)}" for _ in range(4))
            lines.extend(("Parameters", "Name Type Required Description"))
            lines.extend(" ".join(row) for row in chance.sample(_PARAMETERS, 3))
            lines.extend(
                (f'curl -X {method} "https://api.example.com{address}" -H "Authorization: Bearer $TOKEN"', "{")
            )
            lines.extend((f'  "id": "{noun[:3]}_{chance.randrange(1000)}",', '  "status": "active"', "}"))
            lines.extend(error.format(noun=noun) for error in _ERRORS[2:5])

    return _filled(lines, _NOUNS, add)


def changelog() -> str:
    """Return a changelog: versions with the headings of the kinds of changes, and similar entries."""
    chance = random.Random(2)
    lines = ["Changelog", "All notable changes to this project are documented in this file."]
    kinds = {
        "Added": ("Add a {} to the {} command.", "Support {} in {} files.", "Add the option --{} to {}."),
        "Changed": ("The {} of a {} is now shown first.", "Upgrade {} to version {}.", "Rename {} to {}."),
        "Fixed": ("Fix a crash when the {} of a {} is empty.", "Fix typo in {}.", "Fix the {} of long {}s."),
        "Security": ("Update dependencies.", "Reject {}s with an invalid {}."),
    }

    def add(number: str) -> None:
        lines.append(f"Version {int(number) // 10}.{int(number) % 10}.{chance.randrange(9)}")
        for kind in chance.sample(list(kinds), 3):
            lines.append(kind)
            lines.extend(
                chance.choice(kinds[kind]).format(chance.choice(_NOUNS[:12]), chance.choice(_NOUNS[:12]))
                for _ in range(chance.randint(1, 4))
            )
        lines.extend(("Contributors", "Thanks to everyone who reported bugs for this release."))

    return _filled(lines, [str(number) for number in range(999, 0, -1)], add)


def contract() -> str:
    """Return a legal text: numbered sections with clauses that recur word for word."""
    chance = random.Random(3)
    lines = ["Framework agreement", "This agreement is made between the supplier and the customer."]
    clauses = (
        "The supplier shall provide the {} in accordance with Schedule {} and with reasonable skill and care.",
        "Neither party shall be liable for a failure to perform its obligations that is beyond its reasonable control.",
        "This section survives the termination of this agreement for whatever reason.",
        "Unless otherwise agreed, the customer shall pay within {} days of receipt of a valid invoice for the {}.",
        "Nothing in this section limits or excludes the liability of either party for fraud or gross negligence.",
        "The customer may, by giving {} days' notice in writing, require the supplier to correct the {}.",
        "Any notice under this section shall be in writing and shall be sent to the registered office of the party.",
        "The rights and remedies in this section are in addition to those provided by law.",
    )

    def add(noun: str) -> None:
        number = sum(line[0].isdigit() and line.count(".") == 1 for line in lines) + 1
        lines.append(f"{number}. {noun.capitalize()} services")
        for clause in range(1, 1 + chance.randint(5, 8)):
            text = chance.choice(clauses)
            values = (chance.choice((10, 14, 30)), noun) if "days" in text else (noun, number)
            lines.append(f"{number}.{clause} {text.format(*values)}")

    return _filled(lines, _NOUNS * 3, add)


def questions() -> str:
    """Return questions and answers, of which many answers are alike."""
    chance = random.Random(4)
    lines = ["Frequently asked questions"]
    asked = ("How do I change a {}?", "Why can I not see my {}?", "How many {}s can I have?", "Who can delete a {}?")
    answers = (
        "Open the settings, choose {}s in the menu on the left, and select the one that you want.",
        "This depends on your plan. See the page about plans and prices for details.",
        "Only owners can do this. Ask the owner of your workspace for permission.",
        "Changes take effect within five minutes. If nothing happens, sign out and sign in again.",
        "If this does not help, please contact our support with the number of your account.",
        "Each {} belongs to one workspace, and cannot be moved to another one.",
    )

    def add(noun: str) -> None:
        lines.append(f"{noun.capitalize()}s")
        for question in asked:
            lines.append(question.format(noun))
            lines.extend(answer.format(noun) for answer in chance.sample(answers, chance.randint(2, 3)))

    return _filled(lines, _NOUNS * 3, add)


def minutes() -> str:
    """Return minutes of weekly meetings with a fixed agenda."""
    chance = random.Random(5)
    names = ("Anna", "Bashir", "Chen", "Dolores", "Emeka", "Fatima", "Goran", "Hanna")
    lines: list[str] = []

    def add(week: str) -> None:
        lines.append(f"Meeting of week {week}")
        lines.append(f"Present: {', '.join(sorted(chance.sample(names, 5)))}")
        lines.extend(("1. Minutes", "The minutes of the last meeting were approved without changes."))
        lines.append("2. Reports")
        lines.extend(
            f"{chance.choice(names)} reported on the {noun}. There were no questions."
            for noun in chance.sample(_NOUNS[:15], 4)
        )
        lines.append("3. Decisions")
        for noun in chance.sample(_NOUNS[:15], 3):
            lines.append(f"It was decided to postpone the {noun} until the next meeting.")
            lines.append(f"Action: {chance.choice(names)} will prepare a proposal by next week.")
        lines.extend(("4. Any other business", "There was no other business. The meeting was closed at 11:30."))

    return _filled(lines, [str(number) for number in range(1, 400)], add)


def source_code() -> str:
    """Return listings of handlers that differ in little but names."""
    chance = random.Random(6)
    lines = ["Listings"]

    def add(noun: str) -> None:
        lines.append(f"File handlers/{noun}.py")
        lines.extend(("from app.errors import NotFound, Forbidden", f"from app.models import {noun.capitalize()}"))
        for verb in chance.sample(("create", "read", "update", "delete", "list", "archive"), 3):
            lines.append(f"def {verb}_{noun}(request, session):")
            lines.append("    if not request.user.is_active:")
            lines.append("        raise Forbidden(request.user)")
            lines.append(f"    found = session.query({noun.capitalize()}).filter_by(id=request.args['id']).first()")
            lines.append("    if found is None:")
            lines.append("        raise NotFound(request.args['id'])")
            if chance.random() < 0.5:
                lines.append("    logger.info('%s by %s', request.path, request.user.name)")
            lines.extend(("    session.commit()", "    return jsonify(found.as_dict()), 200"))

    return _filled(lines, _NOUNS * 5, add)


def log() -> str:
    """Return a log: a time and one of few messages a line."""
    chance = random.Random(7)
    lines: list[str] = []
    messages = (
        "INFO worker.{} started job {}",
        "INFO worker.{} finished job {} in 31 ms",
        "WARN worker.{} retries job {} after a timeout of the database",
        "ERROR worker.{} gave up on job {}: connection refused by 10.0.0.12",
        "INFO scheduler found no jobs that are due",
        "DEBUG pool has 8 connections, of which 3 are idle",
    )

    def add(minute: str) -> None:
        for second in sorted(chance.sample(range(60), 6)):
            text = chance.choice(messages).format(chance.randint(1, 4), chance.randrange(100, 999))
            lines.append(f"2024-03-05 {int(minute) // 60:02}:{int(minute) % 60:02}:{second:02} {text}")

    return _filled(lines, [str(number) for number in range(1440)], add)


def _filled(lines: list[str], subjects: list[str], add: Callable[[str], None]) -> str:
    """Add a section for each subject to lines until there are enough words; return the text."""
    count = 0
    for number, subject in enumerate(subjects):
        before = len(lines)
        add(subject if number < len(_NOUNS) or subject.isdigit() else f"{subject}{number // len(_NOUNS)}")
        count += sum(len(line.split()) for line in lines[before:])
        if count >= WORDS:
            break
    return "\n".join(lines)


TEXTS: dict[str, Callable[[], str]] = {
    "API manual": api_manual,
    "API guide": api_guide,
    "changelog": changelog,
    "contract": contract,
    "questions": questions,
    "minutes": minutes,
    "source code": source_code,
    "log": log,
}
