"""From settings to the services that fire points and scenes are fetched from."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from firewatch.settings import FeedSettings
from imagery.feeds.firms_client import KEY_VARIABLE, FirmsClient, FirmsSettings
from imagery.feeds.hub_services import SentinelHubSettings
from imagery.feeds.sentinelhub import SentinelHubSource, TileDone, sentinel_hub
from imagery.feeds.web import Patience, Sleep

FIRMS_FOLDER: Final = "firms"
SCENES_FOLDER: Final = "scenes"


def firms_settings(feeds: FeedSettings) -> FirmsSettings:
    """Return how FIRMS is asked."""
    firms = feeds.firms
    return FirmsSettings(
        url=firms.url,
        days_per_request=firms.days_per_request,
        settled_after_h=firms.settled_after_h,
        patience=_patience(feeds, Patience()),
    )


def firms_client(feeds: FeedSettings, sleep: Sleep = time.sleep) -> FirmsClient:
    """Return FIRMS with the key in the environment.

    Raises
    ------
    FeedError
        If there is none; it says where to get one.
    """
    return FirmsClient(os.environ.get(KEY_VARIABLE, ""), firms_settings(feeds), sleep)


def hub_settings(feeds: FeedSettings) -> SentinelHubSettings:
    """Return how Sentinel Hub is asked."""
    hub = feeds.sentinelhub
    settings = SentinelHubSettings(
        service=hub.service,
        url=hub.url,
        token_url=hub.token_url,
        profile=hub.profile,
        collections=tuple(hub.collections),
    )
    return replace(settings, patience=_patience(feeds, settings.patience))


def scenes_folder(feeds: FeedSettings) -> Path:
    """Return where fetched scenes are kept."""
    return feeds.folder / SCENES_FOLDER


def scene_service(
    feeds: FeedSettings,
    folder: Path | None = None,
    sleep: Sleep = time.sleep,
    progress: TileDone = lambda _done, _total: None,
) -> SentinelHubSource:
    """Return Sentinel Hub as a source of scenes, which are kept in a folder."""
    return sentinel_hub(hub_settings(feeds), folder or scenes_folder(feeds), sleep, progress)


def _patience(feeds: FeedSettings, given: Patience) -> Patience:
    return replace(
        given,
        attempts=feeds.attempts,
        first_wait_s=feeds.first_wait_s,
        timeout_s=feeds.timeout_s,
    )
