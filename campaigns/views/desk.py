"""What every page of the designer needs of its draft."""

from __future__ import annotations

from functools import cached_property

from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from campaigns.definition import check_data, tree
from campaigns.designer import Finding, findings, parts, titles, within
from campaigns.models import DefinitionDraft
from campaigns.selectors import visible_drafts

HEAD = "head"


def read_place(text: str) -> tree.Place:
    """The place in an address; the part as a whole is called ``head``."""
    return () if text == HEAD else tree.read_place(text)


def place_text(place: tree.Place) -> str:
    return tree.place_text(place) or HEAD


class Desk:
    """A draft, checked once, with the addresses of its pages."""

    def __init__(self, request, pk):
        self.request = request
        self.draft: DefinitionDraft = get_object_or_404(visible_drafts(request.member), pk=pk)

    @property
    def body(self) -> dict:
        return self.draft.body

    @cached_property
    def checked(self):
        return check_data(self.body)

    @property
    def definition(self):
        """None while there are errors."""
        return self.checked[0]

    @cached_property
    def found(self) -> list[Finding]:
        return findings(self.body, self.checked[1])

    @property
    def errors(self) -> int:
        return sum(one.is_error for one in self.found)

    def url(self, name: str = "draft_detail", place: tree.Place | None = None) -> str:
        args = [self.request.tenant.slug, self.draft.pk]
        if place is not None:
            args.append(place_text(place))
        return reverse(f"campaigns:{name}", args=args)

    def problem_rows(self, place: tree.Place | None = None) -> list[dict]:
        """Problems in words with the way to where each is mended."""
        found = self.found if place is None else within(self.found, place)
        return [
            {
                "url": self.url("draft_part", one.page) + (f"#id_{one.field}" if one.field else ""),
                "where": one.where,
                "message": one.problem.message,
                "is_error": one.is_error,
            }
            for one in found
        ]

    def crumbs(self, place: tree.Place) -> list[dict]:
        """The parts on the way to a place with their pages; the last one is here."""
        words = titles(self.body, place) if place else ["概况"]
        return [
            {"title": word, "url": self.url("draft_part", place[: n + 1])}
            for n, word in enumerate(words)
        ]

    def render(self, template: str, context: dict, *, here: str = "", status: int = 200):
        side = [
            {
                "title": link.title,
                "url": self.url("draft_part", link.place),
                "count": link.count,
                "errors": link.errors,
                "warnings": link.warnings,
                "is_here": here == place_text(link.place),
            }
            for link in parts(self.body, self.checked[1])
        ]
        context = {
            "draft": self.draft,
            "draft_url": self.url(),
            "side": side,
            "here": here,
            "errors": self.errors,
            "warnings": len(self.found) - self.errors,
            **context,
        }
        return render(self.request, template, context, status=status)
