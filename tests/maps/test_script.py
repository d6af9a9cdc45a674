"""The modules of the page's code and the one script they become."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files

from maps.script import imports, modules, page_script

FOLDER = files("maps").joinpath("app")
GIVEN = re.compile(r"^(export )?(?:function|const|let) (\w+)", re.MULTILINE)
ALSO_GIVEN = re.compile(r"(?:^export const |, )(\w+) = (?:\{|new )", re.MULTILINE)


def code(name: str) -> str:
    return FOLDER.joinpath(f"{name}.js").read_text("utf-8")


def exported(name: str) -> set[str]:
    given = {found for mark, found in GIVEN.findall(code(name)) if mark}
    return given | set(ALSO_GIVEN.findall(code(name)))


def test_every_module_of_the_folder_is_in_the_script() -> None:
    there = {entry.name.removesuffix(".js") for entry in FOLDER.iterdir()}
    assert set(modules()) == there and len(modules()) == len(there)


def test_what_a_module_imports_is_given_by_the_other_and_used() -> None:
    for name in modules():
        body = re.sub(r"^import .*$", "", code(name), flags=re.MULTILINE)
        for source, names in imports(name).items():
            assert set(names) <= exported(source), (name, source)
            assert all(re.search(rf"\b{one}\b", body) for one in names), (name, source)


def test_no_name_is_given_twice_in_the_scope_that_modules_share() -> None:
    given = Counter(found for name in modules() for _, found in GIVEN.findall(code(name)))
    assert [name for name, times in given.items() if times > 1] == []


def test_the_script_has_no_words_of_modules_left() -> None:
    assert not re.search(r"^(import|export)\b", page_script(), re.MULTILINE)


def test_a_module_has_one_subject_and_stays_small() -> None:
    assert max(len(code(name).splitlines()) for name in modules()) <= 200
