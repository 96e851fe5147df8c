"""Reads a page as a browser would, strictly: what is in it, and whether its tags are closed in order."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(("meta", "link", "br", "hr", "img", "input"))


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    parent: "Element | None"
    children: "list[Element]" = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text of the element and of all within, with single spaces."""
        return " ".join(" ".join(self._pieces()).split())

    def _pieces(self) -> list[str]:
        return [*self.texts, *(piece for child in self.children for piece in child._pieces())]

    def all(self, tag: str, **attributes: str) -> "list[Element]":
        """The elements within that have this tag and these attributes."""
        found = [self] if self.tag == tag and attributes.items() <= self.attributes.items() else []
        return found + [one for child in self.children for one in child.all(tag, **attributes)]

    def everything(self) -> "list[Element]":
        return [self, *(one for child in self.children for one in child.everything())]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.open = Element("document", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice in {tag}"
        element = Element(tag, dict(attrs), self.open)
        self.open.children.append(element)
        if tag not in VOID:
            self.open = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.children.append(Element(tag, dict(attrs), self.open))

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.tag, f"{self.open.tag} closed by {tag}"
        assert self.open.parent is not None
        self.open = self.open.parent

    def handle_data(self, data: str) -> None:
        self.open.texts.append(data)


def parsed(page: str) -> Element:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.open is reader.root, f"{reader.open.tag} is never closed"
    return reader.root
