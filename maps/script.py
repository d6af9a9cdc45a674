"""The page's own code: modules of ``app/`` joined into one script that runs from disk.

A browser loads modules only from a server, and the page has none. The modules keep to the few
forms read here, so that any other tool can read them as modules too.
"""

from __future__ import annotations

import re
from functools import cache

from maps.assets import own_text

_ENTRY = "main"
_IMPORT = re.compile(r'^import \{([\w, ]+)\} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:function|const) )", re.MULTILINE)
_OUTSIDE = re.compile(r"^export (\{[\w, ]+\};)\n\Z", re.MULTILINE)


@cache
def page_script() -> str:
    """Return all modules as one function, whose result the page calls ``firewatch``.

    Names of all modules share one scope: each may be given only once.
    """
    body = "\n".join(_IMPORT.sub("", _module(name)) for name in modules())
    inside = _OUTSIDE.sub(r"return \1\n", _EXPORT.sub("", body))
    return f'var firewatch = (function () {{\n"use strict";\n{inside}}})();\n'


def modules() -> list[str]:
    """Return the modules that the page needs, the entry last.

    A module comes after those it imports, but where two import each other.
    """
    begun: set[str] = set()
    done: list[str] = []

    def visit(name: str) -> None:
        begun.add(name)
        for imported in imports(name):
            if imported not in begun:
                visit(imported)
        done.append(name)

    visit(_ENTRY)
    return done


def imports(name: str) -> dict[str, list[str]]:
    """Return what a module imports: module → names."""
    return {source: names.split(", ") for names, source in _IMPORT.findall(_module(name))}


def _module(name: str) -> str:
    return own_text(f"app/{name}.js")
