"""The package `sentinelhub` with our patience: pauses are ours, keys stay out of every word."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import requests
from oauthlib.oauth2 import OAuth2Error
from sentinelhub.config import SHConfig
from sentinelhub.constants import MimeType
from sentinelhub.download.models import DownloadRequest, DownloadResponse
from sentinelhub.download.sentinelhub_client import SentinelHubDownloadClient
from sentinelhub.download.session import SentinelHubSession
from sentinelhub.exceptions import DownloadFailedException

from imagery.feeds.errors import FeedError, feed_error
from imagery.feeds.hub_services import SentinelHubSettings, Service, service_of
from imagery.feeds.web import (
    IncompleteAnswer,
    PassingFault,
    Patience,
    Sleep,
    discreet,
    patiently,
    persistently,
    raise_if_passing,
)

if TYPE_CHECKING:
    from requests import Response

ID_VARIABLE: Final = "SH_CLIENT_ID"
SECRET_VARIABLE: Final = "SH_CLIENT_SECRET"
PROFILE_VARIABLE: Final = "SH_PROFILE"
_UNAUTHORISED = 401
_UNWELCOME = ("invalid_client", "unauthorized_client", "invalid_grant", "access_denied")
"""Errors of OAuth 2.0 (RFC 6749, section 5.2) that no further attempt mends."""
_HIDDEN = "***"


def config_of(settings: SentinelHubSettings) -> SHConfig:
    """Return the configuration: profile, then environment; addresses of the service.

    Raises
    ------
    FeedError
        If there are no credentials, or no such profile.
    """
    service = service_of(settings)
    config = _stored(settings.profile)
    default = SHConfig(use_defaults=True)
    if settings.url or config.sh_base_url == default.sh_base_url:
        config.sh_base_url = service.url
    if settings.token_url or config.sh_token_url == default.sh_token_url:
        config.sh_token_url = service.token_url
    if not (config.sh_client_id and config.sh_client_secret):
        raise feed_error("hub_no_credentials", service.title, register=service.register)
    # Attempts and pauses are counted by us.
    config.max_download_attempts = 1
    config.download_timeout_seconds = settings.patience.timeout_s
    return config


def _stored(profile: str) -> SHConfig:
    """Read the user's configuration; unlike the package write none where there is none."""
    location = Path(SHConfig.get_config_location())
    if location.is_file():
        try:
            return SHConfig(profile or None)
        except (KeyError, ValueError, TypeError):
            # Without a default profile the environment may do.
            profile = profile or os.environ.get(PROFILE_VARIABLE, "")
    if profile:
        raise feed_error("hub_profile", found=profile, path=location)
    return SHConfig(
        use_defaults=True,
        sh_client_id=os.environ.get(ID_VARIABLE, ""),
        sh_client_secret=os.environ.get(SECRET_VARIABLE, ""),
    )


class HubClient(SentinelHubDownloadClient):
    """Sends requests of the package `sentinelhub`, again and again where that helps."""

    def __init__(self, config: SHConfig, service: Service, patience: Patience, sleep: Sleep):
        super().__init__(config=config)
        self._service = service
        self._patience = patience
        self._sleep = sleep

    def image(self, request: DownloadRequest, check: Callable[[bytes], None]) -> bytes:
        """Return the content of an answer that passes a check.

        Parameters
        ----------
        check
            Raises `IncompleteAnswer`.

        Raises
        ------
        FeedError
            If the service refuses or cannot be reached.
        """
        return self._ask(request, lambda response: check(response.content)).content

    def get_session(self) -> SentinelHubSession:
        """Return the session; its token is renewed before it expires."""
        if self.session is None:
            self.session = persistently(
                self._new_session, self._service.title, self._sleep, self._patience
            )
        return self.session

    def _execute_download(self, request: DownloadRequest) -> DownloadResponse:
        check = _check_json if request.data_type is MimeType.JSON else lambda _response: None
        return DownloadResponse.from_response(self._ask(request, check), request)

    def _ask(self, request: DownloadRequest, check: Callable[[Response], None]) -> Response:
        def checked(response: Response) -> None:
            if response.ok:
                check(response)

        def ask() -> Response:
            return patiently(
                lambda: self._do_download(request),
                self._service.title,
                self._sleep,
                self._patience,
                checked,
            )

        with discreet():
            response = ask()
            if response.status_code == _UNAUTHORISED:
                # The token expired on the way, or the service forgot it.
                self.session = None
                response = ask()
        if response.status_code == _UNAUTHORISED:
            raise self._unwelcome()
        if not response.ok:
            raise self._refused(response)
        return response

    def _new_session(self) -> SentinelHubSession:
        try:
            return SentinelHubSession(config=self.config)
        except OAuth2Error as error:
            if error.error == "insecure_transport":
                found = str(error.error)
                raise feed_error("hub_refused", self._service.title, found) from None
            if error.error in _UNWELCOME:
                raise self._unwelcome() from None
            raise PassingFault("no token") from None
        except requests.HTTPError as error:
            failed: object = error
        except DownloadFailedException as error:
            failed = error.request_exception
        if isinstance(failed, requests.HTTPError) and failed.response is not None:
            raise_if_passing(failed.response, self._patience)
            raise self._unwelcome()
        raise PassingFault(type(failed).__name__)

    def _unwelcome(self) -> FeedError:
        return feed_error("hub_credentials", self._service.title, register=self._service.register)

    def _refused(self, response: Response) -> FeedError:
        said = _words(response)
        for secret in (self.config.sh_client_secret, self.config.sh_client_id):
            said = said.replace(secret, _HIDDEN)
        found = f"HTTP {response.status_code} {said}"
        return feed_error("hub_refused", self._service.title, found)


def _check_json(response: Response) -> None:
    try:
        response.json()
    except ValueError:
        raise IncompleteAnswer from None


def _words(response: Response) -> str:
    """Return what the service says of a refusal: `{"error": {"message": …}}`, or its text."""
    try:
        said: Any = json.loads(response.text)
        return str(said["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return response.text
