"""Ladders for the tests: the notice's, as its clause 4(2) tells it, and one with an appeal."""

from coverage_campaign.model.enforcement_rules import EnforcementLadder, Move, Step, Under

BOTH = ("labour", "tax")

NOTICE = EnforcementLadder(
    [
        Step("inspection", "Special inspection"),
        Step("ordered", "Order to rectify"),
        Step("refused", "Refusal"),
        Step("exposed", "Press exposure"),
        Step("court", "Application to the court"),
        Step("complied", "Enrolled and paid", final=True),
    ],
    [
        Move("order", "inspection", "ordered", "labour", within_days=10),
        Move("refuse", "ordered", "refused", "labour", term="rectification_days"),
        Move("expose", "refused", "exposed", "press", keeps=True),
        Move(
            "apply",
            "refused",
            "court",
            "labour",
            under=Under("court_applicant", ["labour", "either"]),
        ),
        Move("apply", "refused", "court", "tax", under=Under("court_applicant", ["tax", "either"])),
        Move("comply", "inspection", "complied", BOTH),
        Move("comply", "ordered", "complied", BOTH),
        Move("comply", "refused", "complied", BOTH),
        Move("comply", "exposed", "complied", BOTH),
        Move("comply", "court", "complied", BOTH),
    ],
    clause="4(2)",
)

APPEAL = EnforcementLadder(
    [
        Step("ordered", "Order to rectify"),
        Step("appealed", "Appeal"),
        Step("withdrawn", "Order withdrawn", final=True),
        Step("complied", "Enrolled and paid", final=True),
    ],
    [
        Move("appeal", "ordered", "appealed"),
        Move("dismiss", "appealed", "ordered", "court"),
        Move("uphold", "appealed", "withdrawn", "court"),
        Move("comply", "ordered", "complied", "tax"),
        Move("remind", "ordered", "ordered", "labour", within_days=15),
    ],
)
