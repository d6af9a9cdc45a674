"""The desk of a command: ledger, rules and season from the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firewatch.cli.state import State
    from firewatch.ledger.store import Ledger
    from firewatch.outputs import Desk


def desk_of(
    state: State, ledger: Ledger, season: str | None = None, rule_name: str | None = None
) -> Desk:
    """Return the desk for a season by name, or the settings' season."""
    from firewatch.count.rule import counting_rule
    from firewatch.count.target import Target
    from firewatch.outputs import Desk
    from firewatch.rulebook import rulebook

    campaign = state.settings.campaign
    calendar = campaign.calendar
    return Desk(
        ledger=ledger,
        rules=rulebook(ledger, state.settings),
        rule=counting_rule(rule_name or state.settings.count.rule),
        target=Target(campaign.target_num, campaign.target_den),
        calendar=calendar,
        start_year=calendar.start_year(season) if season else campaign.start_year,
        now=state.clock.now(),
        language=state.language,
        alert_max_age_h=state.settings.alerts.max_age_h,
        map_settings=state.settings.map,
    )
