"""Small scenes of any reflectance, and the published equations in the plainest form."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from imagery.fire20m.parameters import Fire20mParameters
from imagery.highres.grid import Grid
from imagery.highres.scene import Calibration, Ground, HighresScene, Role, SensorName

OLI_ROLES: tuple[Role, ...] = ("coastal", "blue", "green", "red", "nir", "swir1", "swir2")
MSI_ROLES: tuple[Role, ...] = ("red", "nir", "swir1", "swir2")
SUN_DEG = 50.0
ROUNDING = 1e-6
"""Reflectances below are 0: the number of 0 need not give it exactly."""
CALIBRATION: dict[SensorName, Calibration] = {
    "OLI": Calibration(2e-5, -0.1, fill=0, saturated=65535),
    "MSI": Calibration(1e-4, -0.1, fill=0, saturated=65535),
}
PLATFORM: dict[SensorName, str] = {"OLI": "Landsat-8", "MSI": "Sentinel-2A"}
LAND = {
    "coastal": 0.12, "blue": 0.09, "green": 0.08, "red": 0.06, "nir": 0.28, "swir1": 0.2,
    "swir2": 0.1,
}  # fmt: skip
WATER = {
    "coastal": 0.11, "blue": 0.09, "green": 0.07, "red": 0.05, "nir": 0.03, "swir1": 0.015,
    "swir2": 0.01,
}  # fmt: skip
CLOUD = dict.fromkeys(OLI_ROLES, 0.6)

Arrays = Mapping[str, NDArray[np.float64]]
Mask = NDArray[np.bool_]


class Scenes:
    """Makes scenes from reflectances, and from nothing but a seed."""

    land, water, cloud = LAND, WATER, CLOUD

    def grid(self, sensor: SensorName, shape: tuple[int, int]) -> Grid:
        side = 30.0 if sensor == "OLI" else 20.0
        return Grid("EPSG:32648", (side, 0.0, 700_000.0, 0.0, -side, 2_500_000.0), *shape)

    def of(
        self,
        sensor: SensorName,
        rho: Arrays,
        *,
        ground: NDArray[np.uint8] | None = None,
        acquired_utc_s: int = 1_604_546_400,
        sun_deg: float = SUN_DEG,
        **changes: object,
    ) -> HighresScene:
        """Return a scene with sun-corrected reflectances, NaN for fill, inf for saturated."""
        shape = next(iter(rho.values())).shape
        cal = CALIBRATION[sensor]
        sine = np.sin(np.radians(sun_deg)) if sensor == "OLI" else 1.0
        numbers = {}
        for role in OLI_ROLES if sensor == "OLI" else MSI_ROLES:
            if role in rho:
                exact = np.clip(np.rint((rho[role] * sine - cal.add) / cal.mult), 1, 65535)
                numbers[role] = np.where(np.isnan(exact), 0, exact).astype(np.uint16)
        known = {
            "scene_id": f"{sensor}_{acquired_utc_s}",
            "platform": PLATFORM[sensor],
            "sensor": sensor,
            "acquired_utc_s": acquired_utc_s,
            "grid": self.grid(sensor, shape),
            "numbers": numbers,
            "calibration": dict.fromkeys(numbers, cal),
            "ground": np.full(shape, Ground.CLEAR, np.uint8) if ground is None else ground,
            "sun_elevation_deg": sun_deg,
            "sun_corrected": sensor == "MSI",
        }
        return HighresScene(**(known | changes))  # type: ignore[arg-type]

    def flat(self, shape: tuple[int, int], kind: Mapping[str, float] = LAND) -> dict[str, Mask]:
        return {role: np.full(shape, kind[role]) for role in OLI_ROLES}

    def drawn(self, sensor: SensorName, seed: int, side: int = 30) -> HighresScene:
        """Return land, green or bare, with water, clouds, fill, and fires of every strength.

        Of three scenes one is full of fires, and of those with few one has no clouds.
        """
        rng = np.random.default_rng(seed)
        share, odd_share = ((0.06, 0.02), (0.01, 0.01), (0.01, 0.0))[seed % 3]
        rho = {k: v + rng.normal(0, 0.006, v.shape) for k, v in self.flat((side, side)).items()}
        if seed % 2:
            rho["swir1"], rho["swir2"] = rho["swir1"] * 1.8, rho["swir2"] * 3
        noise = {k: rng.normal(0, 0.002, (side, side)) for k in rho}
        for kind, number in ((WATER, 3), (CLOUD, 0 if seed % 3 == 2 else 2)):
            for _ in range(number):
                y, x, high, wide = rng.integers(0, (side, side, side // 2, side // 3))
                for k in rho:
                    rho[k][y : y + high, x : x + wide] = (
                        kind[k] + noise[k][y : y + high, x : x + wide]
                    )
        hot = rng.random((side, side)) < share
        hot |= np.roll(hot, 1, axis=1) & (rng.random((side, side)) < 0.4)
        strength = 10 ** rng.uniform(-1.3, 0.5, (side, side))
        for k, low, high in (("swir2", 0.6, 1.4), ("swir1", 0.0, 1.1), ("nir", 0.0, 0.5)):
            rho[k] = np.where(hot, rho[k] + strength * rng.uniform(low, high, hot.shape), rho[k])
        for k in ("red", "coastal"):
            rho[k] = np.where(hot, rho[k] + rng.uniform(-0.05, 0.2, hot.shape), rho[k])
        weak = rng.random((side, side)) < 0.007
        for k, low, high in (("swir2", 0.18, 0.28), ("swir1", 0.08, 0.13), ("nir", 0.06, 0.3)):
            rho[k] = np.where(weak, rng.uniform(low, high, hot.shape), rho[k])
        # Anything at all: dark, folded, full.
        odd = rng.random((side, side)) < odd_share
        for k in rho:
            rho[k] = np.where(odd, 10 ** rng.uniform(-3, 0.3, odd.shape) - 0.01, rho[k])
        rho["swir1"][rng.random(hot.shape) < share / 15] = np.inf
        rho["swir2"][rng.random(hot.shape) < share / 15] = np.inf
        gone = rng.random(hot.shape) < 0.01
        rho[rng.choice(MSI_ROLES)][gone] = np.nan
        ground = np.full(hot.shape, Ground.CLEAR, np.uint8)
        ground[rng.random(hot.shape) < 0.01] = Ground.NO_DATA
        return self.of(sensor, rho, ground=ground)

    def lake(self, sensor: SensorName) -> HighresScene:
        """Return bare soil and a lake, with small fires that stand out from the soil alone."""
        rho = self.flat((30, 30))
        rng = np.random.default_rng(0)
        for k in rho:
            soil = {"nir": 0.3, "swir1": 0.36, "swir2": 0.3}.get(k, LAND[k])
            rho[k][:] = soil + rng.normal(0, 0.004, (30, 30))
            rho[k][:, :14] = WATER[k] + rng.normal(0, 0.0005, (30, 14))
        for column, tai in ((20, 0.5), (27, 0.47)):
            rho["swir2"][8, column], rho["nir"][8, column] = 0.45, 0.2
            rho["swir1"][8, column] = 0.45 - 0.2 * tai - 0.08 * (column == 20)
            rho["nir"][22, column] = 0.1
            rho["swir2"][22, column] = 0.2 + 0.1 * tai
            rho["swir1"][22, column] = 0.2
        return self.of(sensor, rho)

    def sparks(self, sensor: SensorName) -> HighresScene:
        """Return even green land with small fires 9 pixels apart, near the thresholds."""
        rng = np.random.default_rng(3)
        rho = {k: v + rng.normal(0, 0.003, v.shape) for k, v in self.flat((50, 50)).items()}
        kinds = (
            ((0.4, 0.6), (0.05, 0.1), (0.15, 0.42)),
            ((0.2, 0.26), (0.07, 0.1), (0.1, 0.13)),
            ((0.1, 0.15), (0.05, 0.09), (0.055, 0.07)),
        )
        for k, spot in enumerate(np.ndindex(5, 5)):
            at = tuple(5 + 9 * side for side in spot)
            swir2, nir, swir1 = (rng.uniform(*limits) for limits in kinds[k % 3])
            if k % 4 == 3:
                nir, swir1 = swir2, swir2 * (1 - rng.uniform(0.455, 0.5))
            if k == 0:
                swir2, nir, swir1 = 0.48, 0.1, 0.46
            rho["swir2"][at], rho["nir"][at], rho["swir1"][at] = swir2, nir, swir1
        return self.of(sensor, rho)


class Oracle:
    """The equations pixel by pixel and window by window, as docs/highres.md writes them."""

    def __init__(self, scene: HighresScene, p: Fire20mParameters, hu: object) -> None:
        self.p, self.hu_line = p, hu
        sine = np.sin(np.radians(scene.sun_elevation_deg))
        factor = 1.0
        if p.sun_correct and not scene.sun_corrected:
            factor = 1 / sine
        elif scene.sun_corrected and not p.sun_correct:
            factor = sine
        self.rho: dict[str, NDArray[np.float64]] = {}
        self.full: dict[str, Mask] = {}
        self.valid = scene.ground != Ground.NO_DATA
        for role, stored in scene.numbers.items():
            cal = scene.calibration[role]
            self.rho[role] = (cal.mult * stored.astype(float) + cal.add) * factor
            self.full[role] = stored == 65535
            self.valid &= stored != 0
        self.shape = scene.ground.shape
        places = np.argwhere(self.valid).tolist()
        columns = [values[self.valid].tolist() for values in self.rho.values()]
        self.pixels = [
            (i, j, dict(zip(self.rho, values, strict=True)))
            for (i, j), *values in zip(places, *columns, strict=True)
        ]

    def _every(self, test: Callable[[dict[str, float], int, int], bool]) -> Mask:
        found = np.zeros(self.shape, dtype=bool)
        for i, j, values in self.pixels:
            found[i, j] = test(values, i, j)
        return found

    @staticmethod
    def _over(above: float, below: float) -> float:
        return above / below if below > ROUNDING else float("nan")

    def _box(self, i: int, j: int, half: int) -> tuple[slice, slice]:
        return slice(max(0, i - half), i + half + 1), slice(max(0, j - half), j + half + 1)

    def unambiguous(self, r: dict[str, float]) -> bool:
        p = self.p
        return (
            self._over(r["swir2"], r["nir"]) > p.unambiguous_ratio
            and r["swir2"] - r["nir"] > p.unambiguous_difference
            and r["swir2"] > p.unambiguous_swir2
        )

    def schroeder(self) -> tuple[Mask, Mask]:
        """Return fires, and the unambiguous ones."""
        p = self.p

        def is_sure(r: dict[str, float], i: int, j: int) -> bool:
            folded = (
                r["swir1"] > p.folded_swir1
                and r["coastal"] < p.folded_coastal
                and (r["nir"] > p.folded_nir or r["swir2"] < p.folded_swir2)
            )
            return self.unambiguous(r) or folded

        def is_water(r: dict[str, float], i: int, j: int) -> bool:
            return (
                r["red"] > r["nir"] > r["swir1"] > r["swir2"]
                and r["coastal"] - r["swir2"] < p.water_difference
                and (r["green"] > r["blue"] or r["coastal"] > r["blue"] > r["green"] > r["red"])
            )

        def is_potential(r: dict[str, float], i: int, j: int) -> bool:
            return (
                self._over(r["swir2"], r["nir"]) > p.potential_ratio
                and r["swir2"] - r["nir"] > p.potential_difference
                and self._over(r["swir2"], r["swir1"]) > p.potential_swir_ratio
            )

        sure = self._every(is_sure)
        kept = self.valid & ~sure & ~self._every(is_water) & (self.rho["swir2"] > ROUNDING)
        fires = sure.copy()
        for i, j in np.argwhere(self._every(is_potential)):
            fires[i, j] |= self._stands_out(i, j, p.schroeder_window // 2, kept)
        return fires, sure

    def _stands_out(self, i: int, j: int, half: int, kept: Mask) -> bool:
        p = self.p
        box = self._box(i, j, half)
        there = kept.copy()
        there[i, j] = False
        swir2, nir = self.rho["swir2"][box][there[box]], self.rho["nir"][box][there[box]]
        if not len(swir2) or not (nir > ROUNDING).any():
            return False
        own = self.rho["swir2"][i, j]
        for mine, around, least in (
            (self._over(own, self.rho["nir"][i, j]), swir2[nir > ROUNDING] / nir[nir > ROUNDING],
             p.context_ratio),
            (own, swir2, p.context_swir2),
        ):  # fmt: skip
            margin = max(p.context_sigmas * float(np.std(around)), least)
            if not mine > float(np.mean(around)) + margin:
                return False
        return True

    def kumar_roy(self) -> tuple[Mask, Mask]:
        """Return fires, and the unambiguous ones."""
        p, rho = self.p, self.rho
        seeds = self._every(lambda r, i, j: r["red"] <= p.seed_slope * r["swir2"] - p.seed_offset)
        sure = seeds | self._every(
            lambda r, i, j: (
                bool(seeds[self._box(i, j, 1)].any())
                and r["red"] <= p.grown_slope * r["swir1"] - p.grown_offset
            )
        )
        potential = self._every(
            lambda r, i, j: (
                r["red"] <= p.red_slope * r["swir2"] - p.red_offset
                or r["swir1"] <= p.swir_slope * r["swir2"] - p.swir_offset
            )
        )
        water = self._every(lambda r, i, j: r["blue"] > r["green"] > r["red"] > r["nir"])
        kept = self.valid & ~sure & ~potential & ~water & (rho["swir2"] > ROUNDING)
        fires = sure.copy()
        for i, j in np.argwhere(potential & ~sure):
            for side in range(p.kumar_roy_window_first, p.kumar_roy_window_last + 1, 2):
                number = int(kept[self._box(i, j, side // 2)].sum())
                if number >= 1 and number >= p.kumar_roy_min_share * side * side:
                    fires[i, j] = self._stands_out(i, j, side // 2, kept)
                    break
        return fires, sure

    def murphy(self) -> Mask:
        p = self.p
        hot = self._every(
            lambda r, i, j: (
                self._over(r["swir2"], r["swir1"]) >= p.murphy_swir_ratio
                and self._over(r["swir2"], r["nir"]) >= p.murphy_nir_ratio
                and r["swir2"] >= p.murphy_swir2
            )
        )
        return hot | self._every(
            lambda r, i, j: (
                bool(hot[self._box(i, j, 1)].any())
                and (
                    (
                        self._over(r["swir1"], r["nir"]) >= p.murphy_near_ratio
                        and r["swir1"] >= p.murphy_near_swir1
                    )
                    or bool(self.full["swir1"][i, j] or self.full["swir2"][i, j])
                )
            )
        )

    def hu(self) -> Mask:
        line = self.hu_line

        def test(r: dict[str, float], i: int, j: int) -> bool:
            if not r["red"] <= line.slope * r["swir2"] - line.offset:
                return False
            if line.least_swir_ratio is not None and not (
                self._over(r["swir2"], r["swir1"]) >= line.least_swir_ratio
            ):
                return False
            if line.least_swir2 is not None and r["swir2"] < line.least_swir2:
                return False
            return line.least_swir1 is None or (
                r["swir1"] >= line.least_swir1 or r["swir2"] >= line.or_swir2
            )

        return self._every(test)

    def anomaly(self) -> NDArray[np.float64]:
        index = np.zeros(self.shape)
        for i, j, r in self.pixels:
            if r["nir"] > ROUNDING:
                index[i, j] = max((r["swir2"] - r["swir1"]) / r["nir"], 0.0)
        return index

    def tai(self) -> Mask:
        p, index = self.p, self.anomaly()
        seeds = np.zeros(self.shape, dtype=bool)
        for i, j in np.argwhere(self.valid):
            box = self._box(i, j, p.tai_window // 2)
            seeds[i, j] = index[i, j] - index[box][self.valid[box]].mean() > p.tai_contrast
        hot = self._every(
            lambda r, i, j: (
                bool(index[i, j] >= p.tai_least)
                and bool(seeds[self._box(i, j, p.tai_buffer // 2)].any())
                and r["swir2"] - r["swir1"] > r["swir1"] - r["nir"]
                and r["swir2"] > p.tai_swir2
            )
        )
        return self._every(
            lambda r, i, j: (
                (
                    bool(hot[i, j])
                    or (
                        bool(hot[self._box(i, j, 1)].any())
                        and r["swir1"] >= p.tai_near_swir1
                        and r["swir2"] >= p.tai_near_swir2
                    )
                )
                and not (r["swir1"] <= p.tai_dark_swir1 or r["nir"] <= p.tai_dark_nir)
            )
        )

    def combined(self) -> Mask:
        full = self.full["swir2"] & ~self.full["red"]
        return self.hu() & ((self.anomaly() >= self.p.combined_tai) | full)


@pytest.fixture(scope="session")
def scenes() -> Scenes:
    return Scenes()


@pytest.fixture(scope="session")
def oracle() -> type[Oracle]:
    return Oracle
