"""Train: any model of the catalog, live, and the time machine to go back through it."""

import streamlit as st

from ui import page, train_form, train_stage

page.begin("pages/train.py")
left, right = st.columns([3, 8], gap="large")
with left:
    train_form.form()
with right:
    own, shipped = train_stage.choose()
    if own:
        train_stage.stage(own)
    elif shipped:
        train_stage.stage_shipped(shipped)
