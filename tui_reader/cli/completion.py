"""Completion scripts for bash, zsh and fish, generated from the argument parsers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader import paths
from tui_reader.cli.common import ArgumentParser, print_lines
from tui_reader.cli.grammar import FOLDERS, Value, Verb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

SHELLS = ("bash", "zsh", "fish")


def completion(arguments: Sequence[str], program: Callable[[], Verb]) -> int:
    """Run `completion`: print the script for a shell.

    Args:
        arguments: The arguments after the verb.
        program: Returns the grammar of the command line: all verbs and options.
    """
    parser = ArgumentParser(
        prog=f"{paths.PROGRAM} completion",
        description="Print the script by which a shell completes verbs, options and their values. A package installs "
        "it; else let the shell read it at its start.",
        epilog=f'bash: eval "$({paths.PROGRAM} completion bash)" in ~/.bashrc; '
        f"zsh: {paths.PROGRAM} completion zsh > a folder of fpath/_{paths.PROGRAM}; "
        f"fish: {paths.PROGRAM} completion fish > ~/.config/fish/completions/{paths.PROGRAM}.fish",
        allow_abbrev=False,
    )
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS[:-1]) + f" or {SHELLS[-1]}")
    shell = parser.parse_args(arguments).shell
    print_lines(script(shell, program()))
    return 0


def script(shell: str, program: Verb) -> str:
    """Return the completion script for one of the `SHELLS`."""
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](program)


def _quoted(text: str) -> str:
    """Quote a string for a shell, in single quotes."""
    return "'" + text.replace("'", "'\\''") + "'"


def first_sentence(text: str) -> str:
    """Return the first sentence of a text without its full stop, for a list of short descriptions."""
    return re.split(r"(?<=[^.])\.(?:\s|$)", " ".join(text.split()), maxsplit=1)[0]


# bash


def _bash(program: Verb) -> str:
    name = paths.PROGRAM
    verbs = "|".join(verb.names[0] for verb in program.verbs)
    nested = "|".join(_quoted(" ".join(each.names)) for verb in program.verbs for each in verb.verbs)
    lines = [
        f"# Completes {name} in bash. Made from its parsers: {name} completion bash",
        "_tui_reader() {",
        "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb='' paths='' words='' reply",
        "    COMPREPLY=()",
        "    # --option=value is three words.",
        "    if [[ $cur == '=' ]]; then cur=''",
        "    elif [[ $prev == '=' ]] && (( COMP_CWORD > 2 )); then prev=${COMP_WORDS[COMP_CWORD-2]}; fi",
        "    if (( COMP_CWORD > 1 )); then",
        f"        case ${{COMP_WORDS[1]}} in {verbs}) verb=${{COMP_WORDS[1]}} ;; esac",
        "    fi",
        "    if (( COMP_CWORD > 2 )); then",
        f'        case "$verb ${{COMP_WORDS[2]}}" in {nested}) verb="$verb ${{COMP_WORDS[2]}}" ;; esac',
        "    fi",
        '    case "$verb,$prev" in',
    ]
    for verb in program.all():
        for option in verb.options:
            if option.value is not None:
                patterns = "|".join(_quoted(f"{' '.join(verb.names)},{flag}") for flag in option.flags)
                lines.append(f"        {patterns}) {_bash_value(option.value)} ;;")
    lines += ["        *)", "            case $verb in"]
    for verb in program.all():
        flags = " ".join(flag for option in verb.options for flag in option.flags)
        at, words = len(verb.names) + 1, " ".join(each.names[-1] for each in verb.verbs)
        fixed = " ".join(word for position in verb.positions for word in position.value.words)
        paths_of = "".join(
            dict.fromkeys("d" if each.value.name in FOLDERS else "f" for each in verb.positions if each.value.is_path)
        )
        kind = "f" if "f" in paths_of else paths_of
        sentences = [f"paths={kind}"] if kind else []
        if words:
            sentences.append(f"(( COMP_CWORD == {at} )) && words={_quoted(words)}")
        if fixed:
            sentences.append(f"words={_quoted(fixed)}")
        sentences.append(f"[[ $cur == -* ]] && words={_quoted(flags)} paths=''")
        lines.append(f"                {_quoted(' '.join(verb.names))}) {'; '.join(sentences)} ;;")
    lines += [
        "            esac ;;",
        "    esac",
        '    while IFS= read -r reply; do COMPREPLY+=("$reply"); done < <(',
        '        [[ -n $words ]] && compgen -W "$words" -- "$cur"',
        '        [[ -n $paths ]] && compgen "-$paths" -- "$cur"',
        "    )",
        "    # Outside of a completion that readline began, compopt fails.",
        "    [[ -n $paths ]] && compopt -o filenames 2> /dev/null",
        "    return 0",
        "}",
        f"complete -F _tui_reader {name}",
    ]
    return "\n".join(lines) + "\n"


def _bash_value(value: Value) -> str:
    if value.words:
        return f"words={_quoted(' '.join(value.words))}"
    return f"paths={'d' if value.name in FOLDERS else 'f'}" if value.is_path else ":"


# zsh


def _zsh(program: Verb) -> str:
    lines = [
        f"#compdef {paths.PROGRAM}",
        f"# Completes {paths.PROGRAM} in zsh. Made from its parsers: {paths.PROGRAM} completion zsh",
    ]
    for verb in program.all():
        lines += ["", *_zsh_function(verb)]
    lines += [
        "",
        "# The file is a function when zsh loads it from fpath, and a script when it is read by source or eval.",
        f'if [[ "$funcstack[1]" = _{paths.PROGRAM} ]]; then',
        '    _tui_reader "$@"',
        "else",
        f"    compdef _tui_reader {paths.PROGRAM}",
        "fi",
    ]
    return "\n".join(lines) + "\n"


def _zsh_function(verb: Verb) -> list[str]:
    function = "_".join(("_tui_reader", *verb.names))
    lines = [f"{function}() {{"]
    if verb.verbs:
        names = "|".join(each.names[-1] for each in verb.verbs)
        lines += [
            f"    if (( CURRENT > 2 )) && [[ $words[2] == ({names}) ]]; then",
            f"        local call={function}_$words[2]",
            "        shift words",
            "        (( CURRENT-- ))",
            "        $call",
            "        return",
            "    fi",
            "    local -a verbs=(",
            *(f"        {_quoted(f'{each.names[-1]}:{_zsh_text(first_sentence(each.about))}')}" for each in verb.verbs),
            "    )",
        ]
    specs = []
    for option in verb.options:
        value = "" if option.value is None else f":{_zsh_text(option.value.name)}:{_zsh_action(option.value)}"
        for flag in option.flags:
            others = "*" if option.repeats else f"({' '.join(option.flags)})"
            equals = "=" if option.value is not None and flag.startswith("--") else ""
            specs.append(f"{others}{flag}{equals}[{_zsh_text(option.help)}]{value}")
    if verb.verbs:
        takes_files = any(each.value.is_path for each in verb.positions)
        both = '{_alternative "verbs:verb:{_describe verb verbs}" "files:path:_files"}'
        # Only the first word can be a verb, so `_arguments` lists the verbs only for that word.
        first = f"1: :{both if takes_files else '{_describe verb verbs}'}"
        lines += ["    local -a first", f"    (( CURRENT == 2 )) && first=({_quoted(first)})"]
        specs += ["*:PATH:_files"] if takes_files else []
    for position in () if verb.verbs else verb.positions:
        number = "*" if position.repeats else ""
        optional = ":" if position.is_optional and not position.repeats else ""
        specs.append(f"{number}:{optional}{_zsh_text(position.value.name)}:{_zsh_action(position.value)}")
    quoted = [f"        {_quoted(spec)}" for spec in specs]
    start = '    _arguments -S "$first[@]" \\' if verb.verbs else "    _arguments -S \\"
    lines += [start, *(f"{each} \\" for each in quoted[:-1]), quoted[-1]]
    return [*lines, "}"]


def _zsh_text(text: str) -> str:
    return re.sub(r"([\\\[\]:])", r"\\\1", " ".join(text.split()))


def _zsh_action(value: Value) -> str:
    if value.words:
        return f"({' '.join(value.words)})"
    return ("_files -/" if value.name in FOLDERS else "_files") if value.is_path else " "


# fish

FISH_FOLDERS = "-f -a '(__fish_complete_directories)'"
"""The fish command that completes only folders."""


def _fish(program: Verb) -> str:
    name = paths.PROGRAM
    lines = [
        f"# Completes {name} in fish. Made from its parsers: {name} completion fish",
        "function __tui_reader_at",
        "    # Whether the words before the cursor begin with a verb, and with none of the verbs below it.",
        "    set -l typed (commandline -opc)",
        "    set -l verb (string split -n ' ' -- $argv[1])",
        "    set -l below (string split -n ' ' -- $argv[2])",
        "    set -l last (math (count $verb) + 1)",
        "    set -l next (math $last + 1)",
        "    test (count $typed) -ge $last; or return 1",
        '    test $last -eq 1; or test "$typed[2..$last]" = "$verb"; or return 1',
        '    test (count $typed) -lt $next; or not contains -- "$typed[$next]" $below',
        "end",
        "function __tui_reader_first",
        "    # Whether no word stands behind the verb that the argument names.",
        "    test (count (commandline -opc)) -eq (math 1 + (count (string split -n ' ' -- $argv[1])))",
        "end",
        f"complete -c {name} -f",
    ]
    for verb in program.all():
        below = " ".join(each.names[-1] for each in verb.verbs)
        condition = f"__tui_reader_at {_quoted(' '.join(verb.names))} {_quoted(below)}"
        start = f"complete -c {name} -n {_fish_quoted(condition)}"
        for each in verb.verbs:
            first = f"{condition}; and __tui_reader_first {_quoted(' '.join(verb.names))}"
            lines.append(
                f"complete -c {name} -n {_fish_quoted(first)} -f -a {each.names[-1]} "
                f"-d {_fish_quoted(first_sentence(each.about))}"
            )
        taken = [each.value for each in verb.positions if each.value.is_path]
        if taken:
            folders = all(value.name in FOLDERS for value in taken)
            lines.append(f"{start} {FISH_FOLDERS if folders else '-F'}")
        lines += [
            f"{start} -f -a {_fish_quoted(' '.join(each.value.words))}" for each in verb.positions if each.value.words
        ]
        for option in verb.options:
            flags, value = _fish_flags(option.flags), _fish_value(option.value)
            lines.append(f"{start} {flags}{value} -d {_fish_quoted(option.help)}")
    return "\n".join(lines) + "\n"


def _fish_quoted(text: str) -> str:
    return "'" + " ".join(text.split()).replace("\\", "\\\\").replace("'", "\\'") + "'"


def _fish_flags(flags: Iterable[str]) -> str:
    return " ".join(f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in flags)


def _fish_value(value: Value | None) -> str:
    if value is None:
        return ""
    if value.words:
        return f" -x -a {_fish_quoted(' '.join(value.words))}"
    if value.name in FOLDERS:
        return f" -x {FISH_FOLDERS.removeprefix('-f ')}"
    return " -r -F" if value.is_path else " -x"
