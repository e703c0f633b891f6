"""The fields of an action that are chosen in a dialog rather than typed in a form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from opd_tui.desk.places import LeavePlan, leave_plan, places_for
from opd_tui.domain.field_types import Choice
from opd_tui.domain.model import Doctor
from opd_tui.tui.host.desk_host import DeskHost
from opd_tui.tui.screens.request import Request

if TYPE_CHECKING:
    from opd_tui.tui.dialogs.leave_plan import ReviewPlan, Submit

Picked = Mapping[str, object] | None
"""The chosen fields, or None if the user leaves the dialog."""


async def pick(host: DeskHost, request: Request, name: str) -> Picked:
    """Open the dialog for a field, and return what is chosen; raise a DeskRefusal if the desk cannot be read."""
    if name == "slot":
        return await pick_slot(host, request)
    spec = next(spec for spec in request.action_class.own_specs() if spec.name == name)
    assert isinstance(spec.type, Choice)
    return await pick_value(host, request, name, spec.type)


async def pick_value(host: DeskHost, request: Request, name: str, choice: Choice[Any]) -> Picked:
    """Let the user choose one of a few values by a letter."""
    from opd_tui.tui.dialogs.choose import Choose

    current = getattr(request.chosen.thing, name, None) if request.chosen else None
    chosen = await host.ask(Choose(request.title, choice, request.command.presets.get(name), current))
    return {name: chosen} if chosen else None


async def pick_slot(host: DeskHost, request: Request) -> Picked:
    """Let the user choose the slot to which a token moves."""
    from opd_tui.tui.dialogs.choose_slot import ChooseSlot

    assert request.chosen is not None
    record = request.chosen.record
    assert record is not None
    dialog = ChooseSlot(record, lambda: host.async_desk.read(lambda desk: places_for(desk, record)), asks_place=True)
    chosen = await host.ask(dialog)
    return {"slot": chosen.slot.id, "keep_place": dialog.keeps_place} if chosen else None


async def plan_to_review(
    host: DeskHost, request: Request, fields: Mapping[str, object], submit: Submit
) -> ReviewPlan | None:
    """Return the dialog with what becomes of each patient of a doctor who leaves, or None if there are none."""
    from opd_tui.tui.dialogs.leave_plan import ReviewPlan

    assert request.chosen is not None
    doctor, day, since = request.chosen.thing, request.day, fields["from"]
    assert isinstance(doctor, Doctor)
    assert day is not None
    assert isinstance(since, dt.time)

    async def read() -> LeavePlan:
        return await host.async_desk.read(lambda desk: leave_plan(desk, doctor.id, day, since))

    plan = await read()
    return ReviewPlan(f"{doctor.name} leaves at {since:%H:%M}", plan, read, submit) if plan.tokens else None
