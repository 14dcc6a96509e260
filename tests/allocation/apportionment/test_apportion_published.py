"""Cases that parliaments, courts and textbooks have published.

Sources, all of them printed tables:

- U.S. Census Bureau, Apportionment Population and Number of Representatives by State, 2020 census
  (table 1) and 1990 census; the 50 populations sum to the published 331,108,434 and 249,022,783.
- Department of Commerce v. Montana, 503 U.S. 442 (1992): Dean's method would have moved one seat of
  1990 from Washington (9 to 8) to Montana (1 to 2).
- Census Bureau briefing of 26 April 2021: New York was next in line, 89 people short.
- Balinski and Young, Fair Representation, appendix B: the censuses of 1790 (Hamilton's bill for 120
  seats, vetoed; Jefferson's 105 at the divisor 33,000) and 1880 (the Alabama paradox, from C. W.
  Seaton's letter to Congress). The remainders of 1880 that decide it: Alabama .646, Texas
  and Illinois .640 (For All Practical Purposes, 10th ed., chapter 14, example 7; G. Szpiro,
  Numbers Rule, 2010, on the Alabama paradox).
- Population paradox: A Survey of Mathematics with Applications (Angel, Abbott, Runde), section
  14.4, tables 14.48 and 14.49.
- New-states paradox: Thinking Mathematically (Blitzer, 7th ed.), chapter 13, the exercise with
  four states.
- Bundeswahlleiterin, final result of the election to the Bundestag of 23 February 2025.
- Grimmett et al., The Cambridge Compromise (European Parliament, 2011): five seats each, the rest
  in proportion, rounded up, at most 96.
- The six-party table of 100,000 votes over 10 seats by which Hare and Droop quotas are commonly
  compared (e.g. Wikipedia, "Largest remainder method").
"""

from __future__ import annotations

from fractions import Fraction

from coverage_campaign.allocation.apportionment import methods as apportion

CENSUS_2020 = {
    "AL": (5_030_053, 7),
    "AK": (736_081, 1),
    "AZ": (7_158_923, 9),
    "AR": (3_013_756, 4),
    "CA": (39_576_757, 52),
    "CO": (5_782_171, 8),
    "CT": (3_608_298, 5),
    "DE": (990_837, 1),
    "FL": (21_570_527, 28),
    "GA": (10_725_274, 14),
    "HI": (1_460_137, 2),
    "ID": (1_841_377, 2),
    "IL": (12_822_739, 17),
    "IN": (6_790_280, 9),
    "IA": (3_192_406, 4),
    "KS": (2_940_865, 4),
    "KY": (4_509_342, 6),
    "LA": (4_661_468, 6),
    "ME": (1_363_582, 2),
    "MD": (6_185_278, 8),
    "MA": (7_033_469, 9),
    "MI": (10_084_442, 13),
    "MN": (5_709_752, 8),
    "MS": (2_963_914, 4),
    "MO": (6_160_281, 8),
    "MT": (1_085_407, 2),
    "NE": (1_963_333, 3),
    "NV": (3_108_462, 4),
    "NH": (1_379_089, 2),
    "NJ": (9_294_493, 12),
    "NM": (2_120_220, 3),
    "NY": (20_215_751, 26),
    "NC": (10_453_948, 14),
    "ND": (779_702, 1),
    "OH": (11_808_848, 15),
    "OK": (3_963_516, 5),
    "OR": (4_241_500, 6),
    "PA": (13_011_844, 17),
    "RI": (1_098_163, 2),
    "SC": (5_124_712, 7),
    "SD": (887_770, 1),
    "TN": (6_916_897, 9),
    "TX": (29_183_290, 38),
    "UT": (3_275_252, 4),
    "VT": (643_503, 1),
    "VA": (8_654_542, 11),
    "WA": (7_715_946, 10),
    "WV": (1_795_045, 2),
    "WI": (5_897_473, 8),
    "WY": (577_719, 1),
}
CENSUS_1990 = {
    "AL": (4_062_608, 7),
    "AK": (551_947, 1),
    "AZ": (3_677_985, 6),
    "AR": (2_362_239, 4),
    "CA": (29_839_250, 52),
    "CO": (3_307_912, 6),
    "CT": (3_295_669, 6),
    "DE": (668_696, 1),
    "FL": (13_003_362, 23),
    "GA": (6_508_419, 11),
    "HI": (1_115_274, 2),
    "ID": (1_011_986, 2),
    "IL": (11_466_682, 20),
    "IN": (5_564_228, 10),
    "IA": (2_787_424, 5),
    "KS": (2_485_600, 4),
    "KY": (3_698_969, 6),
    "LA": (4_238_216, 7),
    "ME": (1_233_223, 2),
    "MD": (4_798_622, 8),
    "MA": (6_029_051, 10),
    "MI": (9_328_784, 16),
    "MN": (4_387_029, 8),
    "MS": (2_586_443, 5),
    "MO": (5_137_804, 9),
    "MT": (803_655, 1),
    "NE": (1_584_617, 3),
    "NV": (1_206_152, 2),
    "NH": (1_113_915, 2),
    "NJ": (7_748_634, 13),
    "NM": (1_521_779, 3),
    "NY": (18_044_505, 31),
    "NC": (6_657_630, 12),
    "ND": (641_364, 1),
    "OH": (10_887_325, 19),
    "OK": (3_157_604, 6),
    "OR": (2_853_733, 5),
    "PA": (11_924_710, 21),
    "RI": (1_005_984, 2),
    "SC": (3_505_707, 6),
    "SD": (699_999, 1),
    "TN": (4_896_641, 9),
    "TX": (17_059_805, 30),
    "UT": (1_727_784, 3),
    "VT": (564_964, 1),
    "VA": (6_216_568, 11),
    "WA": (4_887_941, 9),
    "WV": (1_801_625, 3),
    "WI": (4_906_745, 9),
    "WY": (455_975, 1),
}
CENSUS_1880 = {
    "Alabama": 1_262_505,
    "Arkansas": 802_525,
    "California": 864_694,
    "Colorado": 194_327,
    "Connecticut": 622_700,
    "Delaware": 146_608,
    "Florida": 269_493,
    "Georgia": 1_542_180,
    "Illinois": 3_077_871,
    "Indiana": 1_978_301,
    "Iowa": 1_624_615,
    "Kansas": 996_096,
    "Kentucky": 1_648_690,
    "Louisiana": 939_946,
    "Maine": 648_936,
    "Maryland": 934_943,
    "Massachusetts": 1_783_085,
    "Michigan": 1_636_937,
    "Minnesota": 780_773,
    "Mississippi": 1_131_597,
    "Missouri": 2_168_380,
    "Nebraska": 452_402,
    "Nevada": 62_266,
    "New Hampshire": 346_991,
    "New Jersey": 1_131_116,
    "New York": 5_082_871,
    "North Carolina": 1_399_750,
    "Ohio": 3_198_062,
    "Oregon": 174_768,
    "Pennsylvania": 4_282_891,
    "Rhode Island": 276_531,
    "South Carolina": 995_577,
    "Tennessee": 1_542_359,
    "Texas": 1_591_749,
    "Vermont": 332_286,
    "Virginia": 1_512_565,
    "West Virginia": 618_457,
    "Wisconsin": 1_315_497,
}
# population, Jefferson's 105, Hamilton's 120
CENSUS_1790 = {
    "CT": (236_841, 7, 8),
    "DE": (55_540, 1, 2),
    "GA": (70_835, 2, 2),
    "KY": (68_705, 2, 2),
    "MD": (278_514, 8, 9),
    "MA": (475_327, 14, 16),
    "NH": (141_822, 4, 5),
    "NJ": (179_570, 5, 6),
    "NY": (331_589, 10, 11),
    "NC": (353_523, 10, 12),
    "PA": (432_879, 13, 14),
    "RI": (68_446, 2, 2),
    "SC": (206_236, 6, 7),
    "VT": (85_533, 2, 3),
    "VA": (630_560, 19, 21),
}
EUROPE_2011 = {
    "Germany": (81_802_257, 96),
    "France": (64_714_074, 85),
    "UK": (62_008_048, 81),
    "Italy": (60_340_328, 79),
    "Spain": (45_989_016, 62),
    "Poland": (38_167_329, 52),
    "Romania": (21_462_186, 32),
    "Netherlands": (16_574_989, 26),
    "Greece": (11_305_118, 19),
    "Belgium": (10_839_905, 19),
    "Portugal": (10_637_713, 18),
    "Czech": (10_506_813, 18),
    "Hungary": (10_014_324, 18),
    "Sweden": (9_340_682, 17),
    "Austria": (8_375_290, 16),
    "Bulgaria": (7_563_710, 15),
    "Denmark": (5_534_738, 12),
    "Slovakia": (5_424_925, 12),
    "Finland": (5_351_427, 12),
    "Ireland": (4_467_854, 11),
    "Lithuania": (3_329_039, 10),
    "Latvia": (2_248_374, 8),
    "Slovenia": (2_046_976, 8),
    "Estonia": (1_340_127, 7),
    "Cyprus": (803_147, 6),
    "Luxembourg": (502_066, 6),
    "Malta": (412_970, 6),
}
BUNDESTAG_2025 = {
    "CDU": (11_196_374, 164),
    "AfD": (10_328_780, 152),
    "SPD": (8_149_124, 120),
    "Grüne": (5_762_380, 85),
    "Die Linke": (4_356_532, 64),
    "CSU": (2_964_028, 44),
    "SSW": (76_138, 1),
}


def test_house_of_representatives_2020() -> None:
    """Hill's method gives the 435 seats of 2020, with New York next in line, 89 people short."""
    people = [population for population, _ in CENSUS_2020.values()]
    assert sum(people) == 331_108_434
    assert apportion.hill(435, people).tolist() == [seats for _, seats in CENSUS_2020.values()]
    result = apportion.explain(apportion.hill, 435, people)
    states = list(CENSUS_2020)
    (following,) = result.next_in_line
    assert states[following] == "NY"
    enough = {s: n + (89 if s == "NY" else 0) for s, (n, _) in CENSUS_2020.items()}
    short = {s: n + (88 if s == "NY" else 0) for s, (n, _) in CENSUS_2020.items()}
    assert apportion.hill(435, list(enough.values()))[following] == 27
    assert apportion.hill(435, list(short.values()))[following] == 26


def test_house_of_representatives_1990_and_the_case_of_montana() -> None:
    """Hill's method gives the seats of 1990; Dean's moves one from Washington to Montana."""
    people = [population for population, _ in CENSUS_1990.values()]
    assert sum(people) == 249_022_783
    hill = apportion.hill(435, people)
    assert hill.tolist() == [seats for _, seats in CENSUS_1990.values()]
    change = dict(zip(CENSUS_1990, (apportion.dean(435, people) - hill).tolist(), strict=True))
    assert {s: d for s, d in change.items() if d} == {"MT": 1, "WA": -1}


def test_house_of_representatives_1790() -> None:
    """Jefferson's 105 seats at the divisor 33,000, and Hamilton's vetoed 120."""
    people = [population for population, _, _ in CENSUS_1790.values()]
    assert sum(people) == 3_615_920
    result = apportion.explain(apportion.jefferson, 105, people)
    assert result.seats.tolist() == [seats for _, seats, _ in CENSUS_1790.values()]
    assert result.divisor == 33_000
    hamilton = apportion.hamilton(120, people)
    assert hamilton.tolist() == [seats for _, _, seats in CENSUS_1790.values()]


def test_alabama_paradox() -> None:
    """Of 299 seats Alabama gets 8, of 300 only 7: bounds="quota" is the practice of the time."""
    people = list(CENSUS_1880.values())
    assert sum(people) == 49_371_340
    found = [
        dict(
            zip(
                CENSUS_1880,
                apportion.hamilton(house, people, floors=1, bounds="quota").tolist(),
                strict=True,
            )
        )
        for house in (299, 300)
    ]
    states = ("Alabama", "Texas", "Illinois", "Nevada")
    assert [[seats[s] for s in states] for seats in found] == [[8, 9, 18, 1], [7, 10, 19, 1]]


def test_the_remainders_that_decide_the_alabama_paradox() -> None:
    """Of 299 seats the published remainders: Alabama's .646 is before the two others' .640."""
    whole = sum(CENSUS_1880.values())
    rest = {
        state: Fraction(299 * CENSUS_1880[state], whole) % 1
        for state in ("Alabama", "Texas", "Illinois")
    }
    assert [round(float(share), 3) for share in rest.values()] == [0.646, 0.640, 0.640]
    assert max(rest, key=lambda state: rest[state]) == "Alabama"


def test_population_paradox() -> None:
    """B grows faster than A and loses a seat to it under Hamilton, as published; not otherwise."""
    before, after = [23_527, 5_548, 70_925], [23_926, 5_648, 71_110]
    assert apportion.hamilton(100, before).tolist() == [23, 6, 71]
    assert apportion.hamilton(100, after).tolist() == [24, 5, 71]
    for method in (apportion.webster, apportion.hill, apportion.jefferson, apportion.adams):
        change = method(100, after) - method(100, before)
        assert not (change[0] > 0 and change[1] < 0)


def test_new_states_paradox() -> None:
    """A fourth state comes with its 7 seats, and the third loses one to the second, as published.

    By hand: 800,000 / 50 = 16,000 leaves the remainders .19, .38, .44; 916,000 / 57 = 16,070 leaves
    .16, .32, .30, .22.
    """
    states = [99_000, 214_000, 487_000]
    assert apportion.hamilton(50, states).tolist() == [6, 13, 31]
    assert apportion.hamilton(57, [*states, 116_000]).tolist() == [6, 14, 30, 7]
    for method in (apportion.webster, apportion.hill, apportion.jefferson, apportion.adams):
        old = method(50, states)
        newcomer = int(method(57, [*states, 116_000])[3])
        assert method(50 + newcomer, [*states, 116_000])[:3].tolist() == old.tolist()


def test_alabama_paradox_spares_divisor_methods() -> None:
    """The same step from 299 to 300 takes a seat from no state under Webster, Hill or Jefferson."""
    people = list(CENSUS_1880.values())
    for method in (apportion.webster, apportion.hill, apportion.jefferson):
        assert (method(300, people) >= method(299, people)).all()


def test_bundestag_2025() -> None:
    """Sainte-Laguë gives the 630 seats of the 21st Bundestag."""
    votes = [count for count, _ in BUNDESTAG_2025.values()]
    assert apportion.sainte_lague(630, votes).tolist() == [s for _, s in BUNDESTAG_2025.values()]


def test_cambridge_compromise() -> None:
    """Base of five, Adams with a cap of 96: the European Parliament of 751."""
    people = [population for population, _ in EUROPE_2011.values()]
    assert sum(people) == 501_103_425
    seats = apportion.adams(751 - 5 * 27, people, caps=96 - 5) + 5
    assert seats.tolist() == [s for _, s in EUROPE_2011.values()]


def test_hare_and_droop_quotas() -> None:
    """Votes 47,000, 16,000, 15,900, 12,000, 6,000, 3,100: the quota moves a seat to the third."""
    votes = [47_000, 16_000, 15_900, 12_000, 6_000, 3_100]
    assert apportion.largest_remainder(10, votes).tolist() == [5, 2, 1, 1, 1, 0]
    assert apportion.hamilton(10, votes, quota="droop").tolist() == [5, 2, 2, 1, 0, 0]
    assert apportion.hamilton(10, votes, quota="hagenbach_bischoff").tolist() == [5, 2, 2, 1, 0, 0]


def test_four_parties_and_eight_seats() -> None:
    """100, 80, 30 and 20 thousand votes over 8 seats, by quotients written out by hand.

    D'Hondt: 100 80 50 40 33.3 30 26.7 25. Sainte-Laguë: 100 80 33.3 30 26.7 20 20 16.
    """
    votes = [100_000, 80_000, 30_000, 20_000]
    assert apportion.d_hondt(8, votes).tolist() == [4, 3, 1, 0]
    assert apportion.sainte_lague(8, votes).tolist() == [3, 3, 1, 1]


def test_largest_remainder_gives_the_larger_remainders_first() -> None:
    """Of 3 seats for 1, 1 and 3 votes the third party gets 2: its remainder 4/5 beats 3/5."""
    assert apportion.hamilton(3, [1, 1, 3]).tolist() == [1, 0, 2]
    assert apportion.hamilton(3, [1, 1, 3], ties="last").tolist() == [0, 1, 2]


def test_minimum_first_is_another_rule() -> None:
    """Of 10 for 3 : 7 with a floor of 3 for the first, 3 : 7; given first, it would be 5 : 5."""
    assert apportion.webster(10, [3, 7], floors=[3, 0]).tolist() == [3, 7]


def test_modified_first_divisor_bars_the_small() -> None:
    """A first divisor of 7/5 takes the small party's only seat: 4 / 1.4 = 2.86 is below 3.8.

    Quotients by 1, 3, 5, ...: 53 17.7 10.6 7.6 5.9 4.8 4.1 | 24 8 4.8 | 19 6.3 3.8 | 4 1.3. The
    thirteenth in order is the small party's 4, the one after it 3.8 = 19 / 5.
    """
    votes = [53, 24, 19, 4]
    assert apportion.sainte_lague(7, votes).tolist() == [4, 2, 1, 0]
    assert apportion.sainte_lague(13, votes).tolist() == [7, 3, 2, 1]
    assert apportion.modified("1.4")(13, votes).tolist() == [7, 3, 3, 0]
    assert apportion.modified("1.4") == apportion.modified(Fraction(7, 5))
