"""The services that speak Sentinel Hub's language, and how one of them is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

from imagery.feeds.offers import COLLECTIONS
from imagery.feeds.web import Patience

ServiceName: TypeAlias = Literal["copernicus", "sentinel-hub"]


@dataclass(frozen=True)
class Service:
    """One service.

    Parameters
    ----------
    landsat_url
        Where it keeps Landsat.
    register
        Where users get credentials.
    """

    title: str
    url: str
    landsat_url: str
    token_url: str
    register: str

    def url_of(self, collection: str) -> str:
        return self.landsat_url if collection.startswith("landsat") else self.url


SERVICES: Final[Mapping[ServiceName, Service]] = {
    "copernicus": Service(
        "Copernicus Data Space",
        "https://sh.dataspace.copernicus.eu",
        "https://sh.dataspace.copernicus.eu",
        "https://identity.dataspace.copernicus.eu/auth/realms/CDSE/protocol/openid-connect/token",
        "https://shapps.dataspace.copernicus.eu/dashboard/",
    ),
    "sentinel-hub": Service(
        "Sentinel Hub",
        "https://services.sentinel-hub.com",
        "https://services-uswest2.sentinel-hub.com",
        "https://services.sentinel-hub.com/auth/realms/main/protocol/openid-connect/token",
        "https://apps.sentinel-hub.com/dashboard/",
    ),
}

# Sentinel Hub counts Retry-After in milliseconds.
_PATIENCE: Final = Patience(retry_after_unit_s=0.001)


@dataclass(frozen=True)
class SentinelHubSettings:
    """Which service is asked, and how.

    Parameters
    ----------
    url, token_url
        Other addresses than the service's; "" for its own.
    profile
        Name in the configuration of the package `sentinelhub`; "" for its default. Credentials
        in the environment (SH_CLIENT_ID, SH_CLIENT_SECRET) take precedence.
    collections
        What is searched: "sentinel-2-l1c", "landsat-ot-l1".
    """

    service: ServiceName = "copernicus"
    url: str = ""
    token_url: str = ""
    profile: str = ""
    collections: tuple[str, ...] = tuple(COLLECTIONS.values())
    patience: Patience = field(default_factory=lambda: _PATIENCE)


def service_of(settings: SentinelHubSettings) -> Service:
    """Return the service with the addresses that the settings give it."""
    service = SERVICES[settings.service]
    if settings.url:
        service = replace(service, url=settings.url, landsat_url=settings.url)
    return replace(service, token_url=settings.token_url or service.token_url)
