"""Tables of enhanced supervision: fires found by patrol, drone, tower video or infrared.

Counties keep these tables themselves, so headings vary; only the declared columns are read.
Names and telephone numbers of people, which stand in the same tables, never are. Clock times
are Beijing time unless the heading says UTC.
"""

from __future__ import annotations

from datetime import date

from firewatch.core.time import BEIJING_OFFSET_S
from firewatch.core.vocab import Confidence, Source
from imagery.lists.formats.declare import ConfidenceScale, FileColumn, Format, Product
from imagery.lists.formats.firms import LETTERS_AND_WORDS

_FAMILY = "SUPERVISION"
_SINCE = date(2000, 1, 1)

MEANS = (
    Product(
        (
            "巡查", "人工巡查", "地面巡查", "现场巡查", "日常巡查", "网格巡查", "网格员巡查",
            "网格员", "人工", "地面", "巡护", "强化监督", "人工监督", "督查",
            "patrol", "ground patrol", "ground", "ground supervision", "inspection",
        ),
        "patrol", "", _FAMILY, _SINCE,
    ),
    Product(
        (
            "无人机", "无人机巡查", "无人机航拍", "无人机监测", "无人机巡航", "航拍",
            "uav", "uas", "drone", "uav patrol", "drone patrol",
        ),
        "uav", "", _FAMILY, _SINCE,
    ),
    Product(
        (
            "高塔视频", "高塔", "铁塔", "铁塔视频", "铁塔监控", "高空瞭望", "高清视频", "视频",
            "视频监控", "高空视频", "高塔视频监控", "视频监测", "蓝天卫士",
            "tower video", "tower", "video", "camera", "tower camera", "tower_video",
        ),
        "tower_video", "", _FAMILY, _SINCE,
    ),
    Product(
        (
            "红外", "红外报警", "红外监测", "红外热成像", "热成像", "红外探测", "红外相机",
            "红外告警", "infrared", "infrared alarm", "thermal camera", "thermal", "ir",
        ),
        "infrared", "", _FAMILY, _SINCE,
    ),
)  # fmt: skip

_COLUMNS = (
    FileColumn(
        "lon",
        (
            "经度", "东经", "火点经度", "中心经度", "中心点经度", "经度坐标", "X坐标", "longitude",
            "lon", "long", "lng", "x",
        ),
        "angle", unit="degree",
    ),
    FileColumn(
        "lat",
        (
            "纬度", "北纬", "火点纬度", "中心纬度", "中心点纬度", "纬度坐标", "Y坐标", "latitude",
            "lat", "y",
        ),
        "angle", unit="degree",
    ),
    FileColumn(
        "moment_utc",
        (
            "UTC时间", "时间UTC", "世界时", "世界时间", "time utc", "utc time", "utc",
            "datetime utc", "acquired utc", "utc datetime",
        ),
        required=False,
    ),
    FileColumn(
        "moment",
        (
            "发现时间", "火点时间", "监测时间", "巡查时间", "发生时间", "报警时间", "告警时间",
            "拍摄时间", "日期时间", "北京时间", "发现日期时间", "时间", "datetime", "date time",
            "found at", "observed at", "time found", "local time", "timestamp", "time",
        ),
        required=False,
    ),
    FileColumn(
        "date",
        (
            "发现日期", "监测日期", "巡查日期", "发生日期", "报警日期", "拍摄日期", "日期", "date",
            "acq date",
        ),
        required=False,
    ),
    FileColumn("clock", ("时刻", "发现时刻", "时分", "clock", "acq time", "hhmm"), required=False),
    FileColumn(
        "product",
        (
            "发现方式", "监测方式", "发现手段", "监测手段", "发现途径", "发现来源", "数据来源",
            "监督方式", "方式", "手段", "来源", "means", "means of detection", "found by", "method",
            "source",
        ),
    ),
    FileColumn("confidence", ("置信度", "可信度", "confidence"), required=False),
    FileColumn(
        "datum",
        (
            "坐标系", "坐标系统", "坐标系类型", "坐标类型", "坐标基准", "大地基准", "datum", "crs",
            "coordinate system",
        ),
        required=False,
    ),
    FileColumn("simulated", ("simulated", "模拟数据", "模拟"), required=False),
)  # fmt: skip

SUPERVISION = Format(
    name="supervision",
    title="强化监督火点表 / table of enhanced supervision",
    source=Source.SUPERVISION,
    columns=_COLUMNS,
    products=MEANS,
    confidence=ConfidenceScale(
        (
            *LETTERS_AND_WORDS,
            ("低", Confidence.LOW),
            ("中", Confidence.NOMINAL),
            ("高", Confidence.HIGH),
        ),
        nominal_from=30,
        high_from=80,
    ),
    time_alternatives=(("moment",), ("moment_utc",), ("date",)),
    utc_offset_s=BEIJING_OFFSET_S,
)
