"""Templates whose mere shape CloudFormation refuses, and its sentences."""

from __future__ import annotations

from tests.twin.aws.cloudformation.refused_templates import (
    FORMAT,
    LIMITS,
    PARAMETERS,
    RECORDED,
    Row,
    holding,
    many,
)
from tests.twin.aws.cloudformation.small import GUIDE, topic

SHAPES = (
    Row("broken JSON", '{"Resources": {', f"{FORMAT}JSON not well-formed. (line 1, column 16)", RECORDED),
    Row("broken YAML", "Resources:\n  A: [", f"{FORMAT}YAML not well-formed. (line 3, column 1)", RECORDED),
    Row("plain text", "hello", f"{FORMAT}unsupported structure.", GUIDE + "template-formats.html"),
    Row("an empty template", "{}", f"{FORMAT}At least one Resources member must be defined.", RECORDED),
    Row(
        "null",
        {"Outputs": {"O": {"Value": None}}},
        "[/Outputs/O/Value] 'null' values are not allowed in templates",
        RECORDED,
    ),
    Row(
        "a section twice",
        '{"Resources": {}, "Resources": {}}',
        f"{FORMAT}key 'Resources' is there twice in one mapping",
        "our own words; of two, none is meant more",
    ),
    Row(
        "a description that is no text",
        {"Description": ["d"]},
        f"{FORMAT}Description must be a string.",
        GUIDE + "template-description-structure.html",
    ),
    Row(
        "a section that is no mapping",
        {"Outputs": ["O"]},
        f"{FORMAT}Outputs must be an object.",
        GUIDE + "outputs-section-structure.html",
    ),
    Row(
        "a parameter without a type",
        {"Parameters": {"P": {"Default": "d"}}},
        f"{FORMAT}[/Parameters/P] Every Parameters object must contain a Type member.",
        PARAMETERS,
    ),
    Row(
        "a default that is a list",
        {"Parameters": {"P": {"Type": "CommaDelimitedList", "Default": ["a"]}}},
        f"{FORMAT}Every Default member must be a string.",
        "issue",
    ),
    Row(
        "an output that is a list",
        {"Outputs": {"O": {"Value": ["a", "b"]}}},
        f"{FORMAT}The Value field of every Outputs member must evaluate to a String.",
        GUIDE + "outputs-section-structure.html",
    ),
    Row(
        "an export without a name",
        {"Outputs": {"O": {"Value": "v", "Export": {}}}},
        f"{FORMAT}Output O is malformed. The Name field of every Export member must be specified.",
        GUIDE + "outputs-section-structure.html",
    ),
    Row(
        "an unknown section",
        {"Ressources": {}},
        "Invalid template property or properties [Ressources]",
        GUIDE + "template-anatomy.html",
    ),
    Row(
        "another format version",
        {"AWSTemplateFormatVersion": "2020-01-01"},
        f"{FORMAT}unsupported value for AWSTemplateFormatVersion.",
        GUIDE + "format-version-structure.html",
    ),
    Row(
        "a long description",
        {"Description": "x" * 1025},
        f"{FORMAT}'Description' length is greater than 1024.",
        GUIDE + "template-description-structure.html",
    ),
    Row(
        "rules",
        {"Rules": {"R": {"Assertions": []}}},
        "the local AWS has no rules on parameters; take Rules out of the template",
        GUIDE + "rules-section-structure.html",
    ),
    Row(
        "a resource that is text",
        {"Resources": {"A": "AWS::SNS::Topic"}},
        f"{FORMAT}Any Resources member must be an object.",
        RECORDED,
    ),
    Row(
        "a resource without a type",
        {"Resources": {"A": {"Properties": {}}}},
        f"{FORMAT}[/Resources/A] Every Resources object must contain a Type member.",
        RECORDED,
    ),
    Row(
        "an unknown attribute",
        holding("v", Invalid="x"),
        "Invalid template resource property 'Invalid'",
        RECORDED,
    ),
    Row(
        "a creation policy",
        holding("v", CreationPolicy={"ResourceSignal": {}}),
        "the local AWS waits for no signals; take CreationPolicy out of A",
        GUIDE + "aws-attribute-creationpolicy.html",
    ),
    Row(
        "a name with a dash",
        {"Resources": {"a-b": topic()}},
        f"{FORMAT}Resource name a-b is non alphanumeric.",
        GUIDE + "resources-section-structure.html",
    ),
    Row(
        "an output without a value",
        {"Outputs": {"O": {"Description": "d"}}},
        f"{FORMAT}Every Outputs member must contain a Value object",
        RECORDED,
    ),
    Row(
        "a mapping of one level",
        {"Mappings": {"M": {"A": "value"}}},
        f"{FORMAT}Every Mappings member A must be a map",
        RECORDED,
    ),
    Row(
        "a mapping of three levels",
        {"Mappings": {"M": {"A": {"B": {"C": "d"}}}}},
        f"{FORMAT}Every Mappings attribute must be a String or a List.",
        RECORDED,
    ),
    Row(
        "an unknown parameter type",
        {"Parameters": {"P": {"Type": "Strin"}}},
        f"{FORMAT}Unrecognized parameter type: Strin",
        PARAMETERS,
    ),
    Row(
        "an unknown parameter property",
        {"Parameters": {"P": {"Type": "String", "Defult": "x"}}},
        "Invalid template parameter property 'Defult'",
        PARAMETERS,
    ),
    *(
        Row(
            f"too many {section}",
            {section: many(most + 1, entry)},
            f"{FORMAT}Number of {section.lower()}, {most + 1}, is greater than maximum allowed, {most}",
            LIMITS,
        )
        for section, most, entry in (
            ("Resources", 500, topic()),
            ("Parameters", 200, {"Type": "String", "Default": "d"}),
            ("Outputs", 200, {"Value": "v"}),
        )
    ),
)
