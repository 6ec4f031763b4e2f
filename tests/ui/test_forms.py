"""Forms made from configs: every field of every config in the catalog, limits, what is wrong."""

import pytest
from streamlit.testing.v1 import AppTest

from aecore.models.catalog import CATALOG
from aecore.training import TrainConfig
from ui import forms


def script(model_id, highest):
    import streamlit as st

    from aecore.models.catalog import CATALOG
    from aecore.training import TrainConfig
    from ui import forms

    config = CATALOG[model_id].config if model_id else TrainConfig()
    made, faults = forms.config_form(config, "form-", highest)
    st.json(made.model_dump_json())
    for fault in faults:
        st.error(fault)


def form(model_id=None, **highest):
    arguments = {"model_id": model_id, "highest": highest}
    app = AppTest.from_function(script, default_timeout=60, kwargs=arguments).run()
    assert not app.exception
    return app


def made_by(app, like):
    return type(like).model_validate_json(app.json[0].value)


CONFIGS = {**{model_id: row.config for model_id, row in CATALOG.items()}, None: TrainConfig()}


@pytest.mark.parametrize("model_id", CONFIGS)
def test_an_untouched_form_gives_the_config_it_was_made_from(model_id):
    app = form(model_id)
    assert made_by(app, CONFIGS[model_id]) == CONFIGS[model_id]
    assert not app.error


@pytest.mark.parametrize("model_id", CONFIGS)
def test_every_field_that_can_vary_has_a_widget_with_its_description(model_id):
    app = form(model_id)
    groups = [group.proto for group in app.get("button_group")]
    widgets = [*app.number_input, *app.text_input, *app.selectbox, *app.toggle]
    labels = {each.label: each.proto.help for each in widgets} | {g.label: g.help for g in groups}
    for name, field in type(CONFIGS[model_id]).model_fields.items():
        if forms.is_fixed(field):
            assert forms.label(name) not in labels
        else:
            assert field.description[1:] in labels[forms.label(name)]


def test_a_changed_widget_changes_the_config():
    app = form("vae")
    app.number_input(key="form-beta").set_value(4.0)
    app.text_input(key="form-widths").set_value("64, 32")
    app.run()
    made = made_by(app, CATALOG["vae"].config)
    assert made.beta == 4.0 and made.widths == (64, 32)


def test_what_is_wrong_is_said_and_leaves_the_rest():
    app = form("vae")
    app.text_input(key="form-widths").set_value("64, many")
    app.number_input(key="form-latent_dim").set_value(3)
    app.run()
    assert app.error[0].value.startswith("Widths:")
    made = made_by(app, CATALOG["vae"].config)
    assert made.latent_dim == 3 and made.widths == CATALOG["vae"].config.widths


def test_numbers_have_the_limits_of_their_fields_and_of_the_server():
    assert form("vae").number_input(key="form-latent_dim").max == 256
    app = form(epochs=12)
    assert app.number_input(key="form-epochs").max == 12
    assert app.number_input(key="form-epochs").value == 12  # the default is over the limit
