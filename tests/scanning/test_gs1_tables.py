"""The tables: identifiers against biip (A9), check columns, and wedge.json for both ends (R-24)."""

import re
from importlib import resources

import pytest
from biip.gs1_application_identifiers import _GS1_APPLICATION_IDENTIFIERS as BIIP

from shopfloor.scanning.errors import EXPLANATIONS, Gs1Parse
from shopfloor.scanning.gs1 import identifiers
from shopfloor.scanning.gs1.identifiers import AI_LENGTHS, KEYS, TABLE
from shopfloor.scanning.gs1.profiles import WEDGE
from shopfloor.scanning.gs1.value_checks import CHECKS
from shopfloor.scanning.scan import Command

BIIP_IS_NARROWER = {"7040", "8010"}
"""(8010): biip wants five characters, the dictionary one. (7040): a letter of its own set."""
PREDEFINED = {"00": 20, "01": 16, "02": 16, "03": 16, "04": 18, "20": 4, "41": 16}
PREDEFINED |= {str(first): 8 for first in range(11, 20)} | {str(first): 10 for first in range(31, 37)}


def test_a9_same_identifiers_and_separator_flags_as_biip():
    assert len(TABLE) == 541
    assert set(TABLE) == set(BIIP)
    assert {ai: row.separator_required for ai, row in TABLE.items()} == {ai: row.separator_required for ai, row in BIIP.items()}


def test_a9_same_lengths_as_biip():
    """Both take the same lengths, tried with a value of every length. Where a check narrows ours, biip must not take more."""
    for ai, identifier in TABLE.items():
        pattern = re.compile(BIIP[ai].pattern, re.ASCII)
        # biip takes (30) and (7004) without a value, which R-09 forbids.
        for length in range(1, identifier.maximum + 3):
            ours = identifier.minimum <= length <= identifier.maximum
            theirs = bool(pattern.fullmatch(ai + _sample(identifier, length)))
            assert ours or not theirs, f"biip takes ({ai}) with {length} characters"
            if not identifier.checks and ai not in BIIP_IS_NARROWER:
                assert ours == theirs, f"({ai}) with {length} characters"


@pytest.mark.parametrize("ai", [ai for ai in sorted(TABLE) if ai[:2] in PREDEFINED and not TABLE[ai].separator_required])
def test_gs1_6_predefined_lengths(ai):
    assert len(ai) + TABLE[ai].maximum == PREDEFINED[ai[:2]]
    assert TABLE[ai].minimum == TABLE[ai].maximum


def test_gs1_5_every_identifier_outside_the_list_needs_a_separator():
    assert {ai[:2] for ai, row in TABLE.items() if not row.separator_required} == set(PREDEFINED) & set(AI_LENGTHS)
    assert all(row.separator_required for ai, row in TABLE.items() if ai[:2] not in PREDEFINED)


def test_r_08_first_two_digits_give_one_length():
    for ai in TABLE:
        assert AI_LENGTHS[ai[:2]] == len(ai)
    assert [AI_LENGTHS[first] for first in ("01", "24", "31", "41", "70")] == [2, 3, 4, 3, 4]
    assert "18" not in AI_LENGTHS
    assert "3106" not in TABLE


def test_r_21_ten_and_twenty_one_keep_twenty_characters():
    assert [TABLE[ai].maximum for ai in ("10", "21")] == [20, 20], "D34"


def test_check_columns_name_known_checks_and_identifiers():
    used = {check for row in TABLE.values() for check in row.checks}
    assert used == set(CHECKS), "every check is used, every used check exists"
    assert set(TABLE) >= KEYS
    for row in TABLE.values():
        assert row.ai not in row.exclusive
        assert all(group and row.ai not in group for group in row.requires)


@pytest.mark.parametrize("column", ["exclusive", "requires"])
def test_check_columns_have_no_pattern_that_stands_for_nothing(column):
    rows = resources.files(identifiers.__package__).joinpath(identifiers.CHECKS_FILE).read_text(encoding="ascii").splitlines()[1:]
    index = {"exclusive": 3, "requires": 4}[column]
    for row in rows:
        for pattern in re.findall("[0-9n]+", row.split(",")[index]):
            assert identifiers._expand(pattern), row


def test_the_table_is_read_only():
    """D11: nobody changes an identifier at run time."""
    with pytest.raises(TypeError):
        TABLE["01"] = TABLE["02"]


def _sample(identifier, length):
    """A value of the wanted length that biip's pattern can take, if any value of that length can."""
    if identifier.checks and identifier.checks[0].startswith(("date", "long_date")):
        full = {"long_date": "20260101", "long_date_minute": "202601011200"}.get(identifier.checks[0], "2601011200")
        if identifier.checks[0] == "date_range":
            full = "260101260102"
        if identifier.checks[0] == "date_hour":
            full = "260101120000"
        return full[:length].ljust(length, "0")
    if identifier.ai == "7258":
        return "1/2"[:length].ljust(length, "0")
    return "0" * length


def test_a29_every_kind_has_words():
    for kind in EXPLANATIONS:
        refusal = Gs1Parse(kind=kind)
        assert EXPLANATIONS[kind] in refusal.text()
        assert Gs1Parse.restore("GS1_PARSE", refusal.outcome_fields()).text() == refusal.text()


# --- wedge.json -----------------------------------------------------------------------------------------------------------


def test_r_24_commands_are_the_same_at_both_ends():
    assert WEDGE.commands == tuple(command.value for command in Command)


def test_r_05_the_us_layout_types_every_printable_ascii_character():
    typed = {character for pair in WEDGE.layouts["us"].values() for character in pair}
    assert {chr(code) for code in range(0x20, 0x7F)} <= typed


@pytest.mark.parametrize("layout", ["us", "gb", "de", "fr"])
def test_r_06_layouts_name_the_same_keys(layout):
    assert set(WEDGE.layouts[layout]) == set(WEDGE.layouts["us"])
    assert all(len(pair) == 2 for pair in WEDGE.layouts[layout].values())


def test_r_04_default_spellings_cannot_stand_in_a_gs1_value():
    allowed = set("!\"%&'()*+,-./:;<=>?_#") | set(map(chr, [*range(48, 58), *range(65, 91), *range(97, 123)]))
    for spelling in WEDGE.default_separators:
        assert not set(spelling) <= allowed, spelling
