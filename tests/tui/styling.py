"""Share among the apps of all tests which rules of a style sheet apply to a node.

Textual compares each node with each rule, and sets each style, at every start and with every change of focus. Here the
rules of a node are looked up by everything that the selectors can see: classes, names and pseudo-classes on the path
from the app to the node. Textual finds the rules of each such path once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode

from tests.counts import FULL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.css.model import RuleSet, SelectorSet
    from textual.css.styles import RulesMap, Styles

_FLAGS = ("_has_hover_style", "_has_focus_within", "_has_order_style", "_has_odd_or_even")
"""Attributes that Textual sets on a node by the pseudo-classes of the rules that may apply to it."""

_apply: Any = Stylesheet.apply
_replace: Any = Stylesheet.replace_rules
_process_components: Any = Stylesheet._process_component_classes


class _Path:
    """Nodes from one to the app that are alike in types, names and classes, in any app."""

    def __init__(self, candidates: Sequence[RuleSet], path: Sequence[DOMNode]) -> None:
        self._candidates = candidates  # keeps alive the objects by whose identity this one is found
        sets = [each for rule in candidates for each in rule.selector_set if _may_match(each, path)]
        self.asked = sorted(
            {
                (number, name)
                for each in sets
                for selector in each.selectors
                for number, node in enumerate(path)
                if selector._check(node)
                for name in selector.pseudo_classes
            }
        )
        """The pseudo-classes by which the rules differ, with the number of the node."""
        self.rules: dict[tuple[bool, ...], RulesMap | None] = {}
        """The rules by which of the pseudo-classes the nodes have; None if none applies."""
        self.flags: tuple[bool, ...] = ()

    def state(self, path: Sequence[DOMNode]) -> tuple[bool, ...]:
        """Return which of the pseudo-classes these nodes have."""
        return tuple([path[number].has_pseudo_class(name) for number, name in self.asked])


def _may_match(selectors: SelectorSet, path: Sequence[DOMNode]) -> bool:
    """Return False if a selector matches no node of the path, whatever their pseudo-classes."""
    return all(any(selector._check(node) for node in path) for selector in selectors.selectors)


class _Sheet(dict[tuple[Any, ...], _Path]):
    """The paths that are known for one list of rules, by their types, names and classes."""

    def __init__(self, sheet: Stylesheet) -> None:
        super().__init__()
        self._rules, self._by_name = sheet.rules, sheet.rules_map

    def path(self, key: tuple[Any, ...], path: Sequence[DOMNode]) -> _Path:
        """Return what is known about paths like this one."""
        found = self.get(key)
        if found is None:
            names = self._by_name.keys() & path[0]._selector_names
            limit = {id(rule) for name in names for rule in self._by_name[name]}
            candidates = [rule for rule in self._rules if id(rule) in limit]
            with_rules = key, tuple(map(id, candidates))
            if with_rules not in _paths:
                _paths[with_rules] = _Path(candidates, path)
            found = self[key] = _paths[with_rules]
        return found


_sheets: dict[tuple[int, ...], _Sheet] = {}
"""What is known, by the identities of all rules, which style sheets share."""
_paths: dict[tuple[Any, ...], _Path] = {}
"""What is known, by the path and the identities of the rules that name its first node: many screens add other rules."""
_stored: dict[int, tuple[RulesMap, dict[str, Any]]] = {}
"""Rules, by identity, and what Textual's setters make of them, without the layouts, of which each node has its own."""
_found: dict[int, RulesMap] = {}
"""The rules that Textual has found, by the identity of the node."""


def share_styles() -> None:
    """Let Textual find the rules of each path once, except with the full counts."""
    if FULL:
        return
    Stylesheet.apply = _apply_known  # type: ignore[method-assign]
    Stylesheet.replace_rules = staticmethod(_replace_quickly)  # type: ignore[method-assign]
    Stylesheet._process_component_classes = _process_changed_components  # type: ignore[method-assign]


def _known_sheet(sheet: Stylesheet) -> _Sheet:
    rules = sheet.rules
    known: tuple[list[RuleSet], _Sheet] | None = vars(sheet).get("_known_sheet")
    if known is None or known[0] is not rules:
        key = tuple(map(id, rules))
        if key not in _sheets:
            _sheets[key] = _Sheet(sheet)
        known = vars(sheet)["_known_sheet"] = rules, _sheets[key]
    return known[1]


def _path_of(node: DOMNode) -> tuple[list[DOMNode], tuple[Any, ...]]:
    """Return the nodes from one to the app, and the key of such paths."""
    path, key = [], []
    above: Any = node
    while isinstance(above, DOMNode):
        path.append(above)
        key.append((type(above), above._id, frozenset(above._classes)))
        above = above._parent
    return path, tuple(key)


def _apply_known(self: Stylesheet, node: DOMNode, *, animate: bool = False, cache: Any = None) -> None:
    """Stand in for `Stylesheet.apply`."""
    path, key = _path_of(node)
    known = _known_sheet(self).path(key, path)
    state = known.state(path)
    if state not in known.rules:
        _apply(self, node, animate=animate)
        known.rules[state] = _found.pop(id(node), None)
        known.flags = tuple(getattr(node, flag) for flag in _FLAGS)
        return
    node._has_hover_style, node._has_focus_within, node._has_order_style, node._has_odd_or_even = known.flags
    rules = known.rules[state]
    if rules is not None:
        _replace_quickly(node, rules, animate)
        _found.pop(id(node), None)
    self._process_component_classes(node)


def _replace_quickly(node: DOMNode, rules: RulesMap, animate: bool = False) -> None:
    """Stand in for `Stylesheet.replace_rules`: set nothing that a node has, and all at once what a new one needs."""
    _found[id(node)] = rules
    if animate and rules.get("transitions"):
        _replace(node, rules, animate)
        return
    styles = node._css_styles
    present: dict[str, Any] = styles._rules  # type: ignore[assignment]
    if animate and present == rules:
        return
    is_new = not present and not node._is_mounted
    stored = _stored.get(id(rules), (None, None))[1]
    if stored is None or not (is_new or _without_layout(styles) == stored):
        given: dict[str, Any] = rules  # type: ignore[assignment]
        for name in present.keys() | given.keys():
            value = given.get(name)
            if value is None or present.get(name) is not value:
                setattr(styles, name, value)
        if is_new and "pointer" not in rules:
            _stored[id(rules)] = rules, _without_layout(styles)
    else:
        if is_new:
            present.update(stored)
            styles._updates += len(stored)
            if "display" in stored and node.parent:
                node._nodes.updated()
        if "layout" in rules:
            styles.layout = rules["layout"]
    node.notify_style_update()


def _without_layout(styles: Styles) -> dict[str, Any]:
    rules: dict[str, Any] = dict(styles._rules)
    rules.pop("layout", None)
    return rules


def _process_changed_components(self: Stylesheet, node: DOMNode) -> None:
    """Stand in for `Stylesheet._process_component_classes`: do nothing if each part has the styles that it gets."""
    if node._get_component_classes() and not _has_component_styles(self, node):
        _process_components(self, node)


def _has_component_styles(sheet: Stylesheet, node: DOMNode) -> bool:
    present = node._component_styles
    if present.keys() != node._get_component_classes():
        return False
    known = _known_sheet(sheet)
    path, key = _path_of(node)
    for name, styles in present.items():
        part = styles.base.node
        alike = known.get(((DOMNode, None, frozenset((name,))), *key))
        if alike is None or part is None:
            return False
        stored = _stored.get(id(alike.rules.get(alike.state([part, *path]))))
        if stored is None or _without_layout(styles.base) != stored[1]:
            return False
    return True
