"""A form as a browser has it: every field with what it says, the way it would be sent by the button with an id."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

Fields = list[tuple[str, str]]


class Filled(HTMLParser):
    """The fields of one form of a page, and where its buttons go."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self.fields: Fields = []
        self.buttons: dict[str, dict[str, str]] = {}
        self._form = form
        self._inside = False
        self._select = ""
        self._options: list[tuple[str, bool]] = []
        self._text: list[str] | None = None
        self._name = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = said.get("id") == self._form
        if not (self._inside or said.get("form") == self._form or (tag == "option" and self._select)):
            return
        match tag:
            case "input" if said.get("type") not in ("checkbox", "radio") or "checked" in said:
                self.fields.append((said["name"], said.get("value", "on")))
            case "select":
                self._select, self._options = said["name"], []
            case "option":
                self._options.append((said["value"], "selected" in said))
            case "textarea":
                self._name, self._text = said["name"], []
            case "button":
                self.buttons[said.get("id", "")] = said

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select" and self._select:
            chosen = [value for value, selected in self._options if selected] or [self._options[0][0]]
            self.fields.append((self._select, chosen[-1]))
            self._select = ""
        elif tag == "textarea" and self._text is not None:
            self.fields.append((self._name, "".join(self._text).removeprefix("\n")))
            self._text = None

    def with_(self, said: dict[str, str]) -> Fields:
        """The fields, with what somebody types over what is there."""
        kept = [(name, value) for name, value in self.fields if name not in said]
        return [*kept, *said.items()]

    def says(self, place: str) -> list[str]:
        return [value for name, value in self.fields if name.partition(":")[0] == place]


def filled(text: str, form: str = "ask") -> Filled:
    found = Filled(form)
    found.feed(text)
    return found
