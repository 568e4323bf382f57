"""`./dev bench pictures [FOLDER]`: read rate, time and false reads of the picture pipeline beside each of its readers (IMG-1 to IMG-4).

Without a folder a seeded set of shop-floor pictures is drawn; in a folder every FILE that has a FILE.txt beside it is read, and
the text file holds what is expected (nothing: no code may be read; `<GS>` stands for the group separator).
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import machine, shop_floor
from bench.symbols import SYMBOLS
from shopfloor.scanning.characters import GS
from shopfloor.scanning.pictures.pipeline import Mode, read_picture
from shopfloor.scanning.pictures.planes import WORKING, Picture
from shopfloor.scanning.pictures.readers import has_second_engine, zbar, zxing

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
PER = 6
"""Pictures of each symbol in each condition."""
LIMITS = {"P-live": (30, 120), "P-still": (None, 300)}
"""IMG-4: median and 95th percentile, CPU milliseconds of a frame of 1280 × 720."""


@dataclass(frozen=True)
class Read:
    """What one way made of one picture."""

    texts: frozenset[str]
    """Everything that was read, believed or not."""
    believed: frozenset[str]
    milliseconds: float
    """CPU."""


@dataclass(frozen=True)
class Line:
    """One picture and how every way read it."""

    shot: shop_floor.Shot
    reads: dict[str, Read]

    def hit(self, way: str) -> bool:
        return self.shot.text in self.reads[way].texts if self.shot.text else not self.reads[way].texts

    def false(self, way: str) -> bool:
        """IMG-3: believed, and not what the picture shows."""
        return any(text != self.shot.text for text in self.reads[way].believed)


def main(arguments: list[str]) -> int:
    given = _arguments(arguments)
    shots = _folder(given.folder) if given.folder else _drawn(given.per, given.seed)
    print("\n".join(machine.facts(Path.cwd())))
    print(f"second engine: {'zbar' if has_second_engine() else 'missing, zxing-cpp alone'}")
    ways = _ways(hard=given.hard_mark)
    lines = [Line(shot, {name: _timed(way, shot.content) for name, way in ways.items()}) for shot in shots]
    if not lines:
        print("There are no pictures with a text beside them.")
        return 1
    with_code = [line for line in lines if line.shot.text]
    _table("by symbol", with_code, tuple(ways), lambda line: line.shot.symbol)
    _table("by condition", with_code, tuple(ways), lambda line: line.shot.condition)
    missed = _verdict(lines, tuple(ways))
    return missed if given.strict else 0


def _ways(*, hard: bool) -> dict[str, Callable[[bytes], Read]]:
    """Each reader alone on the working plane, and the ladders."""
    ways: dict[str, Callable[[bytes], Read]] = {
        "zxing-cpp": lambda content: _alone([one.text for one in zxing(Picture(content).fitted(WORKING))]),
        "zbar": lambda content: _alone([one.text for one in zbar(Picture(content).fitted(WORKING))]),
        "P-live": lambda content: _ladder(content, Mode.LIVE),
        "P-still": lambda content: _ladder(content, Mode.STILL),
    }
    if hard:
        ways["hard mark"] = lambda content: _ladder(content, Mode.HARD_MARK)
    return ways


def _alone(texts: list[str]) -> Read:
    return Read(frozenset(texts), frozenset(texts), 0)


def _ladder(content: bytes, mode: Mode) -> Read:
    found = read_picture(content, mode)
    usable = frozenset(one.reading.text for one in found.judged if one.verdict.value != "refused")
    return Read(usable, frozenset(one.text for one in found.accepted), 0)


def _timed(way: Callable[[bytes], Read], content: bytes) -> Read:
    began = time.process_time()
    found = way(content)
    return Read(found.texts, found.believed, 1000 * (time.process_time() - began))


def _drawn(per: int, seed: int) -> Iterator[shop_floor.Shot]:
    for symbol in SYMBOLS:
        for condition in shop_floor.CONDITIONS:
            for number in range(per):
                yield shop_floor.shot(symbol, condition, number, seed)
        yield shop_floor.shot(symbol, "12 megapixels", 0, seed, (4000, 3000))
    for number in range(per * 6):
        yield shop_floor.shot("GS1 DataMatrix", shop_floor.DOT_MARKED, number, seed)
    for number in range(per * 10):
        yield shop_floor.empty_shot(number, seed)


def _folder(folder: Path) -> Iterator[shop_floor.Shot]:
    for path in sorted(folder.rglob("*")):
        told = path.with_name(path.name + ".txt")
        if path.suffix.lower() in SUFFIXES and told.is_file():
            text = told.read_text(encoding="utf-8").removesuffix("\n").replace("<GS>", GS)
            yield shop_floor.Shot(path.read_bytes(), path.parent.name, "folder", text)


def _table(title: str, lines: Iterable[Line], ways: tuple[str, ...], group: Callable[[Line], str]) -> None:
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        groups[group(line)].append(line)
    print(f"\n{title:18}{'pictures':>9}" + "".join(f"{way:>12}" for way in ways))
    for name, found in (*groups.items(), ("all", [line for group_lines in groups.values() for line in group_lines])):
        rates = [100 * sum(line.hit(way) for line in found) / len(found) for way in ways]
        print(f"{name:18}{len(found):9}" + "".join(f"{rate:10.0f} %" for rate in rates))


def _verdict(lines: list[Line], ways: tuple[str, ...]) -> int:
    """Times, believed readings and false ones; 1 where a target is missed."""
    frames = [line for line in lines if line.shot.condition != "12 megapixels"]
    base = statistics.median(line.reads["zxing-cpp"].milliseconds for line in frames) or 0.1
    missed = 0
    print(f"\n{'':12}{'median ms':>10}{'p95 ms':>9}{'to zxing-cpp':>14}{'believed':>10}{'false':>7}")
    for way in ways:
        times = sorted(line.reads[way].milliseconds for line in frames)
        median, late = statistics.median(times), times[min(len(times) - 1, 95 * len(times) // 100)]
        believed = sum(line.shot.text in line.reads[way].believed for line in lines if line.shot.text)
        false = sum(line.false(way) for line in lines)
        print(f"{way:12}{median:10.0f}{late:9.0f}{median / base:13.1f}×{believed:10}{false:7}")
        largest, latest = LIMITS.get(way, (None, None))
        if way.startswith("P-"):
            missed += false > 0 or (largest is not None and median > largest) or (latest is not None and late > latest)
    large = [line.reads["P-still"].milliseconds for line in lines if line.shot.condition == "12 megapixels"]
    if large:
        print(f"12 megapixels, P-still: median {statistics.median(large):.0f} ms CPU, JPEG included")
    for line in lines:
        wrong = [way for way in ways if way.startswith("P-") and line.false(way)]
        if wrong:
            print(f"FALSE: {line.shot.symbol}, {line.shot.condition}: {sorted(line.reads[wrong[0]].believed)} for {line.shot.text!r}")
    return min(missed, 1)


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench pictures", description="Read rate and time of pictures of codes.")
    parser.add_argument("folder", nargs="?", type=Path, help="pictures with FILE.txt beside each FILE; otherwise a set is drawn")
    parser.add_argument("--per", type=int, default=PER, help="pictures of each symbol in each condition")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hard-mark", action="store_true", help="also the ladder behind hard mark")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a target is missed")
    return parser.parse_args(arguments)
