"""The licence gate of clause 5(2): what was shown decides, and a deadlock is said aloud."""

import attrs
import pytest

from coverage_campaign.enforcement.licence_gate import (
    Application,
    SupportingDocument,
    check_licence,
)
from coverage_campaign.errors import DefinitionError
from coverage_campaign.model.enforcement_rules import LicenceGate, Requirement

GATE = LicenceGate(
    "commerce",
    ["new-licence", "yearly-inspection"],
    [
        Requirement("proof", "Proof of payment", "tax", needs="registration"),
        Requirement("registration", "Registration", "labour", needs="business-licence"),
    ],
    clause="5(2)",
    issues="business-licence",
)


def test_all_shown_may_proceed() -> None:
    """SupportingDocument and proof of payment: the firm may proceed."""
    application = Application("hotel", "yearly-inspection", ["registration", "proof"])
    decision = check_licence(application, gate=GATE, on="2008-08-01")
    assert decision.may_proceed
    assert decision.missing == ()
    assert decision.explain() == ("hotel, yearly-inspection, 1 Aug 2008: may proceed, clause 5(2)")


def test_what_is_missing_and_where_to_get_it() -> None:
    """At the yearly inspection the firm has its licence: no deadlock, first things first."""
    decision = check_licence(Application("hotel", "yearly-inspection"), gate=GATE, on="2008-08-01")
    assert not decision.may_proceed
    assert [(one.requirement.code, one.where, one.needs) for one in decision.missing] == [
        ("registration", "labour", ()),
        ("proof", "tax", ("registration",)),
    ]
    assert decision.deadlock == ()
    assert "missing: Registration; issued by labour" in decision.explain()


def test_a_new_firm_stands_in_a_deadlock() -> None:
    """The certificate needs the licence that the gate issues: the decision names the chain."""
    decision = check_licence(Application("hotel", "new-licence"), gate=GATE, on="2008-08-01")
    assert not decision.may_proceed
    assert decision.deadlock == ("registration", "business-licence")
    assert "Requirement.instead" in decision.fix
    assert "circle: registration → business-licence" in decision.explain()


def test_the_way_out_is_a_document_in_its_place() -> None:
    """With an undertaking accepted instead, the new firm has a way out, and passes with it."""
    requirements = [
        attrs.evolve(GATE.requirements[0], occasions="yearly-inspection"),
        attrs.evolve(GATE.requirements[1], instead="undertaking"),
    ]
    gate = attrs.evolve(GATE, requirements=requirements)
    stuck = check_licence(Application("hotel", "new-licence"), gate=gate, on="2008-08-01")
    assert stuck.fix == "show undertaking"
    passed = check_licence(
        Application("hotel", "new-licence", "undertaking"), gate=gate, on="2008-08-01"
    )
    assert passed.may_proceed


def test_a_new_firm_with_a_licence_elsewhere_is_not_stuck() -> None:
    """Who shows what the gate issues can get the certificate."""
    application = Application("branch", "new-licence", ["business-licence"])
    decision = check_licence(application, gate=GATE, on="2008-08-01")
    assert decision.deadlock == ()
    assert not decision.may_proceed


def test_an_expired_document_is_none() -> None:
    """A proof is good on its last day and not on the next."""
    shown = [SupportingDocument("registration"), SupportingDocument("proof", "2008-07-31")]
    application = Application("hotel", "yearly-inspection", shown)
    assert check_licence(application, gate=GATE, on="2008-07-31").may_proceed
    decision = check_licence(application, gate=GATE, on="2008-08-01")
    assert [str(one) for one in decision.missing] == [
        "missing: Proof of payment (expired on 31 Jul 2008); issued by tax"
    ]


def test_a_circle_of_documents_is_a_deadlock() -> None:
    """Two certificates that need each other lead nowhere either."""
    gate = LicenceGate(
        "commerce",
        "new-licence",
        [Requirement("a", "A", needs="b"), Requirement("b", "B", needs="a")],
    )
    decision = check_licence(Application("hotel", "new-licence"), gate=gate, on="2008-08-01")
    assert decision.deadlock == ("a", "b", "a")


def test_an_unknown_occasion_is_refused() -> None:
    """The error names the occasions of the gate."""
    with pytest.raises(DefinitionError, match="new-licence and yearly-inspection"):
        check_licence(Application("hotel", "wedding"), gate=GATE, on="2008-08-01")
