"""A whole tenant for the access table: every kind of object in every state, one actor per role.

Two worlds are built alike. ``things`` names the objects as the table does: name → the keyword
arguments of their addresses. ``secrets`` are words that only some of the actors may ever read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from django.contrib.auth.tokens import default_token_generator
from django.db.models import CharField, F, Value
from django.db.models.functions import Concat
from django.utils.http import urlsafe_base64_encode

from accounts.enums import OrganisationKind, Role
from accounts.models import Division, Membership, Organisation, User
from accounts.services.delegations import delegate
from accounts.services.invitations import invite_member, secret_of
from campaigns.definition import load_definition
from campaigns.models import Campaign
from campaigns.services import create_campaign, open_campaign
from campaigns.services.drafts import create_draft
from communities.models import PropertyCompany
from communities.services import record_fact, register_company
from core.clock import today
from core.enums import JobState
from core.jobs import run_job
from core.models import CalendarDay, Job, Tenant
from core.tenancy import current_tenant_id, tenant_context
from documents.enums import DocumentKind, MediaKind
from documents.services import open_upload, store_file
from messaging.models import Message
from publications.services import (
    file_objection,
    prepare_announcement,
    prepare_notice,
    release_notice,
)
from reviews.enums import Outcome
from reviews.models import Dossier
from reviews.services.cases import forward_case
from reviews.services.certificates import issue_certificate
from reviews.services.collaborators import add_collaborator
from reviews.services.dossiers import save_draft, withdraw_dossier
from reviews.services.evidence import describe_evidence
from reviews.services.filings import file_obligation
from reviews.services.opinion_templates import add_template
from reviews.services.results import record_result
from reviews.services.site_visits import add_finding, open_site_visit
from scoring.enums import SeatState
from scoring.models import Scorecard
from scoring.selectors.rankings import latest_ranking
from scoring.services.rankings import confirm_ranking, decide, request_ranking
from scoring.services.replays import request_replay
from scoring.services.scorecards import save_marks
from tests.factories import campaigns, panels, selections
from tests.factories.cast import make_member, make_people, make_tenant
from tests.factories.communities import make_community
from tests.factories.dossiers import (
    DURING,
    fill_dossier,
    form_answers,
    make_dossier,
    set_clock,
    submit_dossier,
)
from tests.factories.notices import make_import
from tests.factories.sign_offs import fresh, pass_desk_check, pass_to, photo, sign

READERS = {"city_officer", "auditor"}
ROUTE = {"committee_officer", "neighbourhood_officer", "street_officer", "county_officer"}
EXPERT = "expert_assigned"
USCC = {"north": "91130300MA0000001C", "south": "91110000600037341L"}


@dataclass
class World:
    """One tenant as its actors see it.

    actors: name → user (None: nobody signed in). secrets: word → names of those who may read it.
    """

    tenant: Tenant
    token: str
    actors: dict[str, User | None] = field(default_factory=dict)
    members: dict[str, Membership] = field(default_factory=dict)
    things: dict[str, dict] = field(default_factory=dict)
    secrets: dict[str, set[str]] = field(default_factory=dict)

    def secret(self, word: str, *readers: str) -> str:
        """A word of this tenant that only ``readers`` may be shown."""
        self.secrets[f"{self.token}{word}"] = set(readers)
        return f"{self.token}{word}"


def make_world(slug: str, token: str) -> World:
    """Build the tenant ``slug``; ``token`` stands in all its names and texts. Takes seconds."""
    world = World(make_tenant(slug, f"{slug} 住房和城乡建设局"), token)
    with tenant_context(world.tenant.pk):
        set_clock(DURING)
        builder = _Builder(world)
        builder.people_and_register()
        builder.finished_campaign()
        builder.running_campaign()
        builder.picking_campaign()
        builder.leftovers()
    world.tenant.refresh_from_db()
    return world


def run_newest(kind: str) -> None:
    """Run the newest queued job of a kind here, inside the open transaction, as a worker would."""
    job = Job.objects.filter(kind=kind, state=JobState.QUEUED).order_by("-pk").first()
    assert run_job(current_tenant_id(), str(job.pk)) == JobState.DONE


class _Builder:
    def __init__(self, world: World):
        self.world, self.token = world, world.token
        self.count = 0

    # ---- people ------------------------------------------------------------------------------

    def people_and_register(self) -> None:
        people = self.people = make_people()
        pool = Organisation.objects.get(kind=OrganisationKind.EXPERT_POOL)
        self.experts = panels.make_experts(people)
        spare = make_member(pool, Role.EXPERT, f"{self.world.tenant.slug}-spare", "备用专家")
        mark = Value(self.token, output_field=CharField())
        for rows in (Division.objects, Organisation.objects):
            rows.update(name=Concat(mark, F("name")))
        for member in Membership.objects.select_related("user"):
            User.objects.filter(pk=member.user_id).update(name=f"{self.token}{member.user.name}")
        for name, member in vars(people).items():
            if isinstance(member, Membership):
                setattr(people, name, self._fresh(member))
                self._actor(name, getattr(people, name))
        for county in (people.tree.north, people.tree.south):
            for division in vars(county).values():
                division.refresh_from_db()
        self.world.things["member"] = {"pk": people.neighbourhood_officer.pk}
        self.world.things["spare_expert"] = {"pk": spare.pk}
        invitation = invite_member(
            name=f"{self.token}受邀人",
            organisation=people.applicant.organisation,
            role=Role.APPLICANT,
            actor=people.tenant_admin,
        )
        self.world.things["invitation"] = {"pk": invitation.pk}
        link = {"slug": self.world.tenant.slug, "token": secret_of(invitation)}
        self.world.things["invitation_link"] = link
        person = spare.user
        self.world.things["reset_link"] = {
            "uid": urlsafe_base64_encode(str(person.pk).encode()),
            "token": default_token_generator.make_token(person),
        }
        self.world.things["tenant"] = {"slug": self.world.tenant.slug}
        template = add_template(
            actor=people.city_officer, outcome=Outcome.AGREE, level="", text="情况属实，同意。"
        )
        self.world.things["template"] = {"pk": template.pk}
        tomorrow = today() + timedelta(days=1)  # nobody acts as it yet
        delegation = delegate(
            people.street_officer, to=people.county_officer, starts_on=tomorrow, ends_on=tomorrow,
            actor=people.street_officer,
        )  # fmt: skip
        self.world.things["delegation"] = {"pk": delegation.pk}
        self.world.things["calendar_day"] = {"pk": CalendarDay.objects.first().pk}
        register = {"north": people.applicant, "south": people.other_applicant}
        for county, member in register.items():
            company = register_company(
                actor=people.city_officer,
                name=member.organisation.name,
                uscc=USCC[county],
                credit_grade="A",
            )
            self.world.things[f"{county}_company"] = {"pk": company.pk}
        assert PropertyCompany.objects.count() == 2

    def _fresh(self, member: Membership) -> Membership:
        related = ("user", "organisation__division")
        return Membership.objects.select_related(*related).get(pk=member.pk)

    def _actor(self, name: str, member: Membership) -> None:
        self.world.members[name], self.world.actors[name] = member, member.user

    # ---- dossiers ----------------------------------------------------------------------------

    def _upload(self, dossier: Dossier) -> None:
        """A file of the applicant that is still on its way."""
        draft, purpose = self.world.things["draft"], f"{dossier.pk}:{dossier.evidence.first().slot}"
        upload = open_upload(
            purpose, name=f"{self.token}.jpg", media_type="image/jpeg", size=9,
            owner=self.people.applicant,
        )  # fmt: skip
        self.world.things["draft_piece"] = {"pk": upload.pk}
        self.world.things["draft_upload"] = {**draft, "upload": upload.pk}

    def dossier(self, thing: str, campaign: Campaign, *readers: str, county="north") -> Dossier:
        """A filled draft named ``thing``, its form and file names full of a secret of its own."""
        people, self.count = self.people, self.count + 1
        applicant = people.applicant if county == "north" else people.other_applicant
        mine = "applicant" if county == "north" else "other_applicant"
        word = self.world.secret(f"D{self.count}X", mine, *readers)
        community = make_community(
            people,
            county=county,
            code=f"C{self.count:04d}",
            name=f"{self.token}小区{self.count}",
            managed_by=applicant.organisation,
            owners_committee=people.committee_officer.organisation if county == "north" else None,
        )
        for metric, value in (("fee_collection_rate", 97), ("satisfaction_rate", 95)):
            record_fact(
                community,
                actor=people.evaluator,
                metric=metric,
                period="2023",
                value=Decimal(value),
                unit="%",
                source=f"{self.token}评价报告",
                source_file=store_file(
                    photo(),
                    actor=people.evaluator,
                    allowed_kinds=(MediaKind.IMAGE,),
                    max_bytes=10**7,
                ),  # fmt: skip
            )
        dossier = make_dossier(people, campaign=campaign, community=community, actor=applicant)
        fill_dossier(dossier, actor=applicant)
        answers = form_answers(dossier) | {"address": f"{word}路 1 号"}
        dossier = fresh(dossier)
        save_draft(dossier, "form", answers, lock_version=dossier.lock_version, actor=applicant)
        piece = dossier.evidence.first()
        describe_evidence(piece, f"{word}说明", actor=applicant)
        self.world.things[thing] = {
            "pk": dossier.pk, "slot": piece.slot, "part": "form", "number": 1,
            "kind": DocumentKind.APPLICATION_FORM.value,
        }  # fmt: skip
        self.world.things[f"{thing}_evidence"] = {"pk": piece.pk}
        self.world.things[f"{county}_community"] = {"pk": community.pk}
        self.world.things[f"{county}_fact"] = {"pk": community.facts.first().pk}
        return fresh(dossier)

    def submitted(self, thing: str, campaign: Campaign, *readers: str, county="north") -> Dossier:
        dossier = self.dossier(thing, campaign, *readers, county=county)
        submit_dossier(dossier, actor=dossier.created_by)
        return fresh(dossier)

    def finished_campaign(self) -> None:
        """Scored, decided, under public notice with an objection; the announcement in draft."""
        people, everybody = self.people, [EXPERT, *ROUTE, *READERS]
        campaign = self.campaign("finished")
        winner = self.submitted("winner", campaign, *everybody)
        pass_to(winner, "scoring", people)
        self.panel = self._panel(campaign)
        self.frozen = [panels.score(card) for card in panels.cards_of(winner)]
        request_ranking(campaign, actor=people.city_officer)
        run_newest("reviews.render_papers")
        run_newest("scoring.compute_ranking")
        ranking = confirm_ranking(latest_ranking(campaign), actor=people.city_officer)
        choices = {str(winner.pk): ("winner", "")}
        decide(ranking, actor=people.city_officer, choices=choices, opinion="同意入选。")
        notice = release_notice(
            prepare_notice(campaign, actor=people.city_officer), actor=people.city_officer
        )
        run_newest("publications.render_notice")
        moment = Tenant.objects.get(pk=self.world.tenant.pk).clock_offset
        Tenant.objects.filter(pk=self.world.tenant.pk).update(clock_offset=moment + timedelta(60))
        draft = prepare_announcement(campaign, actor=people.city_officer)
        Tenant.objects.filter(pk=self.world.tenant.pk).update(clock_offset=moment)
        objection = file_objection(
            notice,
            name=self.world.secret("OBJECTOR", *READERS),
            contact=self.world.secret("CONTACT", *READERS),
            text=self.world.secret("OBJECTION", *READERS),
            dossier_id=winner.pk,
        )
        self.world.things |= {
            "notice": {"pk": notice.pk},
            "draft_notice": {"pk": draft.pk},
            "objection": {"pk": objection.pk},
            "finished_campaign": {"key": campaign.key},
            "finished_row": {"pk": ranking.rows.get().pk},
        }
        replay = request_replay(
            campaign, ranking.version.definition, title=f"{self.token}原方案",
            actor=people.city_officer,
        )  # fmt: skip
        run_newest("scoring.replay")
        self.world.things["replay"] = {"pk": replay.pk}

    def _panel(self, campaign: Campaign):
        """Five of six; the last expert of the pool is kept out of every draw."""
        kept_out = {str(self.experts[-1].pk): "本单位参评"}
        return panels.make_panel(self.people, campaign, exclusions=kept_out)

    def _experts_of(self, *drawn) -> None:
        """``expert_assigned`` sits on both panels, ``expert_other`` on none; their names and those
        of their colleagues are secrets."""
        seated = [set(p.seats.filter(state=SeatState.SEATED).values_list("expert")) for p in drawn]
        both = {pk for (pk,) in set.intersection(*seated)}
        assigned = next(expert for expert in self.experts if expert.pk in both)
        chosen = {EXPERT: assigned, "expert_other": self.experts[-1]}
        for name, expert in chosen.items():
            self._actor(name, self._fresh(expert.membership))
        self.world.things["expert"] = {"pk": assigned.pk}
        for expert in self.experts:
            member = self._fresh(expert.membership)
            mine = [name for name, one in chosen.items() if one.pk == expert.pk]
            self.world.secrets[member.user.name] = {"tenant_admin", *READERS, *mine}

    def running_campaign(self) -> None:
        """A dossier in every state up to scoring; a ranking computed and not yet confirmed."""
        people, route = self.people, [*ROUTE, *READERS]
        campaign = self.campaign("running")
        self.world.things["campaign"] = {
            "key": campaign.key, "obligation": "work_report", "event": "near",
        }  # fmt: skip
        scoring = self.submitted("in_scoring", campaign, EXPERT, *route)
        pass_to(scoring, "scoring", people)
        self._experts_of(self.panel, self._panel(campaign))
        self._marked(scoring)
        mine = self.world.members[EXPERT].pk
        frozen = next(c for c in self.frozen if c.assignment.expert.membership_id == mine)
        self.world.things["frozen_scorecard"] = {"pk": frozen.pk}
        request_ranking(campaign, actor=people.city_officer)
        run_newest("scoring.compute_ranking")
        run_newest("scoring.render_summary")
        self.world.things["ranking_row"] = {"pk": latest_ranking(campaign).rows.get().pk}
        self.world.things["ranking"] = {"pk": latest_ranking(campaign).pk}

        draft = self.dossier("draft", campaign)
        self._upload(draft)
        party = people.other_applicant.organisation
        helper = make_member(party, Role.APPLICANT, f"helper-{campaign.key}")
        row = add_collaborator(draft, helper.user.username, actor=draft.created_by)
        self.world.things["draft_collaborator"] = {"pk": row.pk}
        self.submitted("at_committee", campaign, *route)
        at_county = self.submitted("at_county", campaign, *route)
        signature = sign(at_county, actor=people.committee_officer, scan=photo("盖章页.jpg"))
        self.world.things["scan"] = {"pk": signature.pk}
        at_county = pass_to(at_county, "county", people)
        pass_desk_check(at_county, actor=people.county_officer)
        self._visit(at_county)
        unchecked = self.submitted("unchecked", campaign, *route)
        pass_to(unchecked, "county", people)
        self.world.things["unchecked"]["paper"] = "3.3"
        certificate = issue_certificate(
            unchecked, "8.2", actor=people.county_officer, is_granted=True,
            text=self.world.secret("CERTIFIED", "applicant", *route), scan=photo("证明.jpg"),
        )  # fmt: skip
        self.world.things["certificate"] = {"pk": certificate.pk}
        at_south = self.submitted(
            "at_south", campaign, "other_county_officer", *READERS, county="south"
        )
        assert at_south.step
        returned = self.submitted("returned", campaign, *route)
        flags = [{"code": "form", "comment": "请补充地址。"}]
        sign(
            returned, actor=people.committee_officer, outcome=Outcome.RETURN,
            opinion="材料不全，请补正。", flags=flags,
        )  # fmt: skip
        withdrawn = self.submitted("withdrawn", campaign, *route)
        withdraw_dossier(withdrawn, actor=people.applicant)

    def _visit(self, dossier: Dossier) -> None:
        officer = self.people.county_officer
        visit = open_site_visit(
            dossier, actor=officer, visited_on=today(), participants=f"{self.token}两人"
        )
        item = next(
            item.code for item in dossier.version.definition.items() if item.kind == "per_defect"
        )
        finding = add_finding(
            visit,
            actor=officer,
            item=item,
            place=self.world.secret("PLACE", "applicant", EXPERT, *ROUTE, *READERS),
            description="杂物堆放",
            photo=photo(),
        )
        self.world.things["visit"] = {"pk": visit.pk}
        self.world.things["finding"] = {"pk": finding.pk}
        self.world.things["at_county"] |= {"finding": finding.pk}

    def _marked(self, dossier: Dossier) -> None:
        """Four sheets submitted, the one of ``expert_assigned`` begun; each with its own words."""
        cards = panels.cards_of(dossier)
        for number, card in enumerate(cards):
            member = panels.expert_member(card.assignment)
            is_own = member.pk == self.world.members["expert_assigned"].pk
            mine = ["expert_assigned"] if is_own else []
            word = self.world.secret(f"MARK{number}X", *mine, *READERS)
            marks = panels.full_marks(card)
            first = next(iter(marks))
            marks[first]["comment"] = f"{word}评语"
            if is_own:
                save_marks(card, actor=member, marks={first: marks[first]})
                self.world.things["scorecard"] = {
                    "pk": card.pk, "item": first,
                    "section": card.version.definition.sections()[0].code,
                }  # fmt: skip
                self.world.things["assignment"] = {"pk": card.assignment_id}
            else:
                save_marks(card, actor=member, marks=marks)
                if card.pk != cards[-1].pk:
                    panels.submit_scorecard(card, actor=member)
        foreign = [card for card in cards if card.pk != self.world.things["scorecard"]["pk"]]
        keys = self.world.things["scorecard"]
        self.world.things["foreign_scorecard"] = keys | {"pk": foreign[0].pk}
        self.world.things["foreign_assignment"] = {"pk": foreign[0].assignment_id}
        assert Scorecard.objects.filter(submitted_at=None).exists()

    def picking_campaign(self) -> None:
        """No rubric: the county picks and forwards, the city decides, a result came from above."""
        people, route = self.people, {"county_officer", *READERS}
        campaign = create_campaign(
            selections.fujian(), actor=people.city_officer,
            key=f"{self.world.tenant.slug}-picking", title=f"{self.token}评选picking",
        )  # fmt: skip
        campaign = open_campaign(campaign, actor=people.city_officer)
        (first,) = selections.make_selectable(people, campaign)
        selections.pick(people, [first], winners=1)
        case = forward_case(
            campaign, first, actor=people.county_officer,
            reason=self.world.secret("FORWARDED", *route),
        )  # fmt: skip
        request_ranking(campaign, actor=people.city_officer)
        run_newest("scoring.compute_ranking")
        choices = {str(first.pk): ("winner", "")}
        decide(
            latest_ranking(campaign), actor=people.city_officer, choices=choices, opinion="同意。"
        )
        release_notice(
            prepare_notice(campaign, actor=people.city_officer), actor=people.city_officer
        )
        moment = Tenant.objects.get(pk=self.world.tenant.pk).clock_offset
        Tenant.objects.filter(pk=self.world.tenant.pk).update(clock_offset=moment + timedelta(60))
        release_notice(
            prepare_announcement(campaign, actor=people.city_officer), actor=people.city_officer
        )
        Tenant.objects.filter(pk=self.world.tenant.pk).update(clock_offset=moment)
        result = record_result(
            fresh(first), actor=people.city_officer, step="province", answer="selected",
            decided_on=today(), document_number="公告 1 号", scan=photo("公告.jpg"),
        )  # fmt: skip
        selections.make_selectable(people, campaign)
        key = {"key": campaign.key}
        self.world.things |= {
            "picking_campaign": key | {"step": selections.SELECTION},
            "case": {"pk": case.pk},
            "awarded": {"pk": first.pk, "step": "ministry"},
            "result": {"pk": result.pk},
        }

    # ---- the rest ----------------------------------------------------------------------------

    def campaign(self, key: str, *, is_open: bool = True) -> Campaign:
        """A campaign of the shipped notice; keys differ between tenants."""
        definition = load_definition(campaigns.shipped_text())
        campaign = create_campaign(
            definition,
            actor=self.people.city_officer,
            key=f"{self.world.tenant.slug}-{key}",
            title=f"{self.token}评选{key}",
        )
        return open_campaign(campaign, actor=self.people.city_officer) if is_open else campaign

    def draft(self, campaign: Campaign) -> None:
        """A draft of the campaign's next version."""
        base = campaign.versions.get()
        body = {**base.body, "title": f"{self.token}方案草稿"}
        draft = create_draft(body, actor=self.people.city_officer, base=base, campaign=campaign)
        for thing, place, goal in (
            ("definition_draft", "route/0", "version"),
            ("draft_levels", "levels", "campaign"),
            ("draft_calendar", "calendar", "campaign"),
            ("draft_rubric", "rubric", "campaign"),
            ("draft_items", "rubric/sections/0/items", "campaign"),
            ("draft_requirement", "requirements/3", "campaign"),
        ):
            self.world.things[thing] = {"pk": draft.pk, "place": place, "goal": goal}

    def _messages(self) -> None:
        """What is told of the first submission, by mail too."""
        User.objects.filter(pk=self.people.applicant.user_id).update(email="a@example.org")
        job = Job.objects.filter(kind="reviews.announce_move").order_by("created_at", "pk").first()
        assert run_job(current_tenant_id(), str(job.pk)) == JobState.DONE
        message = Message.objects.get(member=self.people.applicant)
        self.world.things["message"] = {"pk": message.pk}
        self.world.things["delivery"] = {"pk": message.deliveries.get().pk, "act": "drop"}

    def leftovers(self) -> None:
        people, world = self.people, self.world
        prepared = self.campaign("prepared", is_open=False)
        world.things["prepared_campaign"] = {"key": prepared.key, "obligation": "work_report"}
        imported = make_import(actor=people.city_officer)
        world.things["import"] = {"pk": imported.pk}
        world.things["import_item"] = {"pk": imported.pk, "row": "i1"}
        world.things["import_section"] = {"pk": imported.pk, "row": "s1"}
        self.draft(prepared)
        filing = file_obligation(
            Campaign.objects.get(key=world.things["campaign"]["key"]),
            "plan",
            actor=people.county_officer,
            text=world.secret("PLAN", "county_officer", *READERS),
            file=photo("实施方案.jpg"),
        )
        world.things["filing"] = {"pk": filing.pk}
        self._messages()
        job = Job.objects.filter(created_by=people.city_officer.pk).order_by("pk").first()
        world.things["job"] = {"pk": job.pk}
