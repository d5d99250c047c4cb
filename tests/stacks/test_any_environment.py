"""Whatever a person may write into an environment's file, its templates are sound."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import Phase, given, settings

from stacks.checking import examine
from stacks.lint import lint
from stacks.manifest import manifest
from stacks.synthesis import PLAIN_DEPLOY_BYTES, synthesise
from tests.sampling import examples
from tests.stacks.strategies import valid, wise
from tests.stacks.systems import AS_OF

if TYPE_CHECKING:
    from stacks.settings import Environment

GENERATE = (Phase.explicit, Phase.generate)
"""cfn-lint takes a second a template: what fails is told as it was drawn, without looking for less."""


@given(valid())
@settings(max_examples=examples(60, soak=3000))
def test_plain_cloudformation_takes_the_templates_of_every_valid_environment(drawn: Environment) -> None:
    synthesis = synthesise(drawn)

    assert all(len(text.encode()) <= PLAIN_DEPLOY_BYTES for text in synthesis.texts.values())
    assert {"network", "database", "service"} <= synthesis.templates.keys()
    assert json.loads(json.dumps(manifest(synthesis)))["environment"] == "drawn"


@given(valid())
@settings(max_examples=examples(2, soak=300), phases=GENERATE)
def test_cfn_lint_has_no_error_against_any_valid_environment(drawn: Environment) -> None:
    findings = [
        finding
        for stack, text in synthesise(drawn).texts.items()
        for finding in lint("drawn", stack, text, drawn.region, cache=None, today=AS_OF)
    ]

    assert [str(finding) for finding in findings if finding.rule.startswith("E")] == []


@given(wise())
@settings(max_examples=examples(2, soak=300), phases=GENERATE)
def test_a_wise_environment_breaks_no_rule_at_all(drawn: Environment) -> None:
    judgement = examine(synthesise(drawn), [], as_of=AS_OF)

    assert [str(finding) for finding in judgement.standing] == []
