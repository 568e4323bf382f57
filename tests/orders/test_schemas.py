"""A29: every input model of masters, people and orders can be described to the API's readers."""

from __future__ import annotations

import inspect

import pytest

from shopfloor.items import inputs as item_inputs
from shopfloor.orders import inputs as order_inputs
from shopfloor.people import inputs as people_inputs
from shopfloor.people.fields import InputModel

MODELS = sorted(
    {
        model
        for module in (item_inputs, order_inputs, people_inputs)
        for model in vars(module).values()
        if inspect.isclass(model) and issubclass(model, InputModel) and model is not InputModel
    },
    key=lambda model: model.__name__,
)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a29_schema_says_quantities_are_text_and_strangers_are_refused(model):
    schema = model.model_json_schema()
    assert schema["additionalProperties"] is False
    assert "number" not in {part.get("type") for name, part in schema["properties"].items() if "quantity" in name}
